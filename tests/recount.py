"""Choose and count again in plain Python, from what /v1/strikes answers: the oracle for filters and aggregates.

Written apart from the product: it shares no code with it, and knows lines only as clients do.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from statistics import median
from typing import Any

from tests.api import Api

Line = dict[str, Any]
UNITS = {"day", "week", "month", "quarter", "year"}


def crawl(api: Api, **filters: Any) -> list[Line]:  # noqa: ANN401 - anything a query can hold
    """Return every line that matches, page by page."""
    lines: list[Line] = []
    cursor: dict[str, str] = {}
    while True:
        page = api.read("/v1/strikes", limit=50, **filters, **cursor)
        lines += page["items"]
        if page["next"] is None:
            return lines
        cursor = {"cursor": page["next"]}


def period_key(unit: str, day: date) -> str:
    """Name the period of a day."""
    year, week, _ = day.isocalendar()
    return {
        "day": str(day),
        "week": f"{year}-W{week:02}",
        "month": f"{day:%Y-%m}",
        "quarter": f"{day.year}-Q{(day.month + 2) // 3}",
        "year": str(day.year),
    }[unit]


def everything(api: Api) -> list[Line]:
    """Return every line there is, each with the `status` of its report."""
    reports = api.read("/v1/reports", limit=500)["items"]
    status = {report["id"]: report["status"] for report in reports}
    lines = crawl(api, status="any", duplicates="include")
    return [line | {"status": status[line["report"]["id"]]} for line in lines]


def first_published(api: Api, lines: Iterable[Line]) -> dict[str, date]:
    """Return the day on which each line was first published: that of the first revision which has it."""
    found: dict[str, date] = {}
    for report in sorted({line["report"]["id"] for line in lines}):
        path = f"/v1/reports/{report}/revisions"
        for number in sorted(revision["revision"] for revision in api.read(path)["items"]):
            said = api.read(f"{path}/{number}")
            for line in said["strikes"]:
                found.setdefault(line["id"], date.fromisoformat(said["published_on"]))
    return found


def chosen(
    lines: Iterable[Line], filters: dict[str, Any], *, places: set[str] | None, categories: set[str] | None
) -> list[Line]:
    """Return the lines that meet a filter; `places` and `categories` are the slugs that it names, None for any."""
    effects = set(filters["effect"]) if "effect" in filters else None
    return [
        line
        for line in lines
        if filters.get("status", "published") in {line["status"], "any"}
        and line["date_to"] >= filters.get("date_from", "")
        and line["date_from"] <= filters.get("date_to", "9")
        and (places is None or (line["location"] or {}).get("slug") in places)
        and line["date_precision"] in filters.get("date_precision", [line["date_precision"]])
        and filters.get("country", line["country"]) == line["country"]
        and filters.get("publisher", line["report"]["publisher"]) == line["report"]["publisher"]
        and lies_within(line["location"], filters)
        and ("owner" not in filters or (line["owner"] or "enemy").lower() in filters["owner"])
        and contains_words(line, filters.get("q", ""))
        and has_items(line, filters, categories, effects)
    ]


def lies_within(place: Line | None, filters: dict[str, Any]) -> bool:
    """Say whether a place lies in the box and the circle of a filter."""
    if "bbox" not in filters and "near" not in filters:
        return True
    if place is None:
        return False
    inside = True
    if "bbox" in filters:
        west, south, east, north = (float(edge) for edge in filters["bbox"].split(","))
        across = west <= place["lon"] <= east if west <= east else not east < place["lon"] < west
        inside = across and south <= place["lat"] <= north
    if "near" in filters:
        here = vector(*(float(part) for part in filters["near"].split(",")))
        there = vector(place["lat"], place["lon"])
        angle = math.acos(max(-1.0, min(1.0, sum(a * b for a, b in zip(here, there, strict=True)))))
        inside = inside and angle * 6371.0088 <= float(filters["radius_km"])
    return bool(inside)


def vector(lat: float, lon: float) -> tuple[float, float, float]:
    """Return the direction of a point from the middle of the Earth."""
    north, east = math.radians(lat), math.radians(lon)
    return math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)


def contains_words(line: Line, asked: str) -> bool:
    """Say whether a line's wordings hold all words that are requested."""
    wordings = [line["quote"], line["location_as_written"]]
    wordings += [tally[name] for tally in line["tallies"] for name in ("as_written", "verb")]
    return plain_words(asked) <= plain_words(" ".join(wording for wording in wordings if wording))


def plain_words(text: str) -> set[str]:
    """Return the words of a text, for the letters that these tests use."""
    return set(re.findall("[a-z0-9]+", text.lower().replace("\u00e1", "a")))


def has_items(
    line: Line, filters: dict[str, Any], categories: set[str] | None, effects: set[str] | None
) -> bool:
    """Say whether a line has tallies that meet all conditions on tallies, and enough items in them."""
    matching = [tally for tally in line["tallies"] if meets(tally, categories, effects)]
    if not matching and (categories is not None or effects is not None):
        return False
    least = filters.get("min_items", 0)
    return bool(sum(tally["count_min"] for tally in matching) >= least)


def meets(tally: Line, categories: set[str] | None, effects: set[str] | None) -> bool:
    """Say whether a tally is of these categories and effects."""
    return (categories is None or tally["category"] in categories) and (
        effects is None or tally["effect"] in effects
    )


def recount(
    lines: Iterable[Line], group_by: list[str], *, categories: set[str] | None, effects: set[str] | None
) -> dict[tuple[str | None, ...], dict[str, Any]]:
    """Return the measures of each group; `categories` and `effects` are those requested, None for any."""
    by_tally = {"category", "family", "effect"} & set(group_by)
    members: dict[tuple[str | None, ...], dict[str, Line]] = defaultdict(dict)
    tallies: dict[tuple[str | None, ...], list[Line]] = defaultdict(list)
    for line in lines:
        matching = [tally for tally in line["tallies"] if meets(tally, categories, effects)]
        for tally in matching or ([None] if categories is None and effects is None else []):
            key = tuple(value_of(name, line, tally) for name in group_by)
            members[key][line["id"]] = line
            if tally is not None:
                tallies[key].append(tally)
        if not by_tally and (matching or (categories is None and effects is None)):
            members[tuple(value_of(name, line, None) for name in group_by)][line["id"]] = line
    return {key: measures(list(found.values()), tallies[key]) for key, found in members.items()}


def value_of(name: str, line: Line, tally: Line | None) -> str | None:
    """Return what a line, or one of its tallies, has for a dimension."""
    if name in UNITS:
        return period_key(name, date.fromisoformat(line["date_from"]))
    if name == "location":
        return str(line["location"]["slug"]) if line["location"] else None
    if name == "publisher":
        return str(line["report"]["publisher"])
    if name == "country":
        return str(line["country"])
    value = tally[name] if tally else None
    return None if value is None else str(value)


def measures(lines: list[Line], tallies: list[Line]) -> dict[str, Any]:
    """Add up lines and tallies; None where nothing is known."""

    def total(name: str) -> int | None:
        known = [line[name] for line in lines if line[name] is not None]
        return sum(known) if known else None

    maxima = [tally["count_max"] for tally in tallies]
    lags = [line["lag"] for line in lines if "lag" in line]
    return {
        "reports": len({line["report"]["id"] for line in lines}),
        "lines": len(lines),
        "strikes_min": total("strikes_min"),
        "strikes_max": total("strikes_max"),
        "engagements": total("engagements"),
        "items_min": sum(tally["count_min"] for tally in tallies),
        "items_max": sum(most for most in maxima if most is not None),
        "items_closed_min": sum(tally["count_min"] for tally in tallies if tally["count_max"] is not None),
        "open_ended": sum(most is None for most in maxima),
        "approximate": sum(tally["approximate"] for tally in tallies),
        "strikes_open_ended": sum(line["strikes_max"] is None for line in lines),
        "lag_days_min": min(lags, default=None),
        "lag_days_median": median(lags) if lags else None,
        "lag_days_max": max(lags, default=None),
    }


def days_between(first: date, last: date) -> list[date]:
    """Return every day from the first to the last."""
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
