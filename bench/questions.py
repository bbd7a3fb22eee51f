"""The peers' questions as the product is asked them, and whether both answer the same.

W1 one report · W2 a page of lines of a place, a year and a category · W3 a page far down · W4 strikes and items
destroyed by place in a year · W5 items by month and category of one place · W6 the same over everything · W7 one
report posted. What their parameters are is the harness's to say.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.load import Asked, read
from bench.record import category_slug, location_slug

Parameters = Mapping[str, Any]

# Lines on a page, and on the largest one.
PAGE = 50
LARGEST_PAGE = 500

_MONTHS = {"group_by": "month,category", "fill": "none", "limit": "10000"}


def questions(work: str, parameters: Sequence[Parameters]) -> list[Asked]:
    """Return what the product is asked for a work of the harness, W1 to W6 but W3.

    An answer to W4 takes two questions, one after the other, since an effect chooses lines as well: one for the
    strikes of all lines, and one for the items destroyed.
    """
    return [asked for each in parameters for asked in _questions(work, each)]


def _questions(work: str, values: Parameters) -> list[Asked]:
    match work:
        case "W1":
            return [Asked(f"/v1/reports/r{values['id']}")]
        case "W2":
            place, category = location_slug(values["location"]), category_slug(values["category"])
            return [_read_request("/v1/strikes", {"location": place, "category": category, **_days(values)})]
        case "W4":
            by_place = {"group_by": "location", **_days(values)}
            return [
                _read_request("/v1/aggregates", by_place),
                _read_request("/v1/aggregates", {**by_place, "effect": "destroyed"}),
            ]
        case "W5":
            return [
                _read_request("/v1/aggregates", {**_MONTHS, "location": location_slug(values["location"])})
            ]
        case _:
            return [_read_request("/v1/aggregates", _MONTHS)]


def page_after(port: int, lines: int) -> Asked:
    """Follow `next` from the first page of all lines until so many were seen; return the page that follows."""
    cursor, left = None, lines
    while left:
        limit = min(left, LARGEST_PAGE)
        asked = {"limit": str(limit), **({"cursor": cursor} if cursor else {})}
        cursor = read(port, _read_request("/v1/strikes", asked))["next"]
        left -= limit
    return _read_request("/v1/strikes", {"cursor": cursor} if cursor else {})


def report_posted(body: Mapping[str, Any], key: str) -> Asked:
    """Return the request that posts a report of the harness to the product."""
    countries = ("IQ", "SY", "YE", "LY", "SO", "AF")
    strikes = [
        {
            "date_from": entry["date"],
            "country": countries[(entry["location_id"] - 1) % len(countries)],
            "location": location_slug(entry["location_id"]),
            "location_as_written": entry["note"],
            "strikes": entry["strikes"],
            "tallies": [
                {
                    "effect": ("destroyed", "damaged", "engaged", "suppressed")[tally["effect_id"] - 1],
                    "category": category_slug(tally["category_id"]),
                    "count": tally["count"],
                }
                for tally in entry["tallies"]
            ],
        }
        for entry in body["entries"]
    ]
    report = {
        "publisher": "cjtf-oir",
        "title": body["title"],
        "published_on": body["published"],
        "source_url": body["url"],
        "strikes": strikes,
    }
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    return Asked("/v1/reports", "POST", headers, json.dumps(report))


def posted_to_peer(body: Mapping[str, Any]) -> Asked:
    """Return the same for the typical application."""
    return Asked("/reports", "POST", {"Content-Type": "application/json"}, json.dumps(body))


def datasette_questions(work: str, parameters: Sequence[Parameters]) -> list[Asked]:
    """Return the same for Datasette, which has the SQL of each work as a canned query of its database."""
    return [
        _read_request(f"/strikes/{work.lower()}.json", {**each, "_shape": "array"}) for each in parameters
    ]


def category_numbers(database: Path) -> dict[str, int]:
    """Return the numbers of the peers' categories by name."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as peers:
        return dict(peers.execute("SELECT name, id FROM category"))


def said_by_us(work: str, answers: Sequence[Any]) -> object:
    """Reduce the product's answers to what both sides say: the lines and their tallies, or the sums."""
    match work:
        case "W1":
            return [_line(line) for line in answers[0]["strikes"]]
        case "W2" | "W3":
            return [_line(line) for line in answers[0]["items"]]
        case "W4":
            destroyed = {row["location"]: row["items_min"] for row in answers[1]["rows"]}
            return {
                row["location"]: (row["strikes_min"], destroyed.get(row["location"], 0))
                for row in answers[0]["rows"]
            }
        case _:
            # A line without tallies has no category, and is in no answer of the peers.
            return {
                (row["period"], row["category"]): row["items_min"]
                for row in answers[0]["rows"]
                if row["category"] is not None
            }


def said_by_peer(work: str, rows: Sequence[Any], categories: Mapping[str, int]) -> object:
    """Reduce Datasette's rows to the same. `categories` are the numbers of the peers' categories by name."""
    match work:
        case "W1":
            return [_peers_line(entry, categories) for entry in json.loads(rows[0]["entries"])]
        case "W2" | "W3":
            return [_peers_line(row, categories) for row in rows]
        case "W4":
            return {location_slug(row["id"]): (row["strikes"], row["destroyed"]) for row in rows}
        case _:
            return {(row["month"], category_slug(row["category_id"])): row["total"] for row in rows}


def _line(line: Mapping[str, Any]) -> object:
    tallies = Counter((each["category"], each["effect"], each["count_min"]) for each in line["tallies"])
    return (
        line["id"],
        line["date_from"],
        line["location"]["name"],
        line["strikes_min"],
        line["quote"],
        tallies,
    )


def _peers_line(row: Mapping[str, Any], categories: Mapping[str, int]) -> object:
    tallies = json.loads(row["tallies"]) if isinstance(row["tallies"], str) else row["tallies"]
    counted = Counter(
        (category_slug(categories[each["category"]]), each["effect"], each["count"]) for each in tallies
    )
    return f"s{row['id']}", row["date"], row["location"], row["strikes"], row["note"], counted


def _days(values: Parameters) -> dict[str, str]:
    """Return the days as the product takes them: the last one is included."""
    return {"date_from": values["from"], "date_to": str(date.fromisoformat(values["to"]) - timedelta(days=1))}


def _read_request(path: str, parameters: Mapping[str, str]) -> Asked:
    return Asked(f"{path}?{urlencode(parameters)}" if parameters else path)
