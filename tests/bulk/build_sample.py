"""Build the sample that ships, from the releases beside the project: `python -m tests.bulk.build_sample`.

Facts only: dates, places, counts and phrases, as the parser reads them; no sentence of a source.
A release that does not say on which days its strikes were (most give only the day of publication) gets the
days before it and the precision "unknown": from the day before, or, while releases came every second or
third day, from three days before.
"""

import csv
import gzip
import json
import os
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from app.catalogue.shipped import shipped_catalogue
from app.ledger.canonical import json_form
from app.parsing import parse_release
from app.releases.draft import draft_report

DATA = Path(os.environ.get("STRIKELEDGER_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
SAMPLE = Path(__file__).parents[2] / "app" / "bulk" / "sample.ndjson.gz"

# While releases came on Mondays, Wednesdays and Fridays.
SPARSE = (date(2014, 11, 1), date(2014, 12, 18))

# The seed case: the coalition's own two releases, and the article that quotes them, after both.
SEED_CASE = ("centcom-20161216-02", "dod-news-2017-02-07", "ara-news-palmyra")

# Which line of which of them each line of the article repeats; the third one stands alone.
REPEATS = {"ara-news": (("dod-news-2017-02-07", 2), ("centcom-20161216-02", 0), None)}

# What a release needs to be posted, beside its lines and what it covers.
HEAD = ("publisher", "number", "published_on", "headline", "coverage")


def releases() -> dict[date, str]:
    """Return a text for each day of publication: the labelled releases, else the lines under their headings."""
    texts: dict[date, str] = {}
    country = None
    with (DATA / "datasets" / "centcom_strike_lines_dev.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            day = datetime.strptime(row["date"], "%m/%d/%Y").date()  # noqa: DTZ007 - a day has no zone
            if day not in texts:
                texts[day], country = "", None
            if row["country"] != country and row["country"] != "Unknown":
                country = row["country"]
                texts[day] += f"{country}\n"
            texts[day] += f"{row['line']}\n"
    for path in (DATA / "releases").glob("*.txt"):
        texts[date.fromisoformat(path.name[:10])] = path.read_text(encoding="utf-8")
    return texts


def reports() -> Iterator[dict[str, Any]]:
    """Yield every report of the sample as a body that can be posted, the earliest published first."""
    for day, text in sorted(releases().items()):
        parsed = draft_report(parse_release(text, published_on=day), text, shipped_catalogue(), "centcom")
        draft = parsed["draft"]
        for claim in draft["coverage"]:
            del claim["quote"]
        yield {name: draft[name] for name in HEAD} | {
            "strikes": [line(strike, day) for strike in draft["strikes"] if strike["country"]]
        }
    seed_case = [
        json.loads((DATA / "seed-case" / f"{name}.json").read_text(encoding="utf-8")) for name in SEED_CASE
    ]
    first = len(releases())
    for facts in seed_case:
        repeats = {
            str(index): (first + SEED_CASE.index(told[0]), told[1])
            for index, told in enumerate(REPEATS.get(facts["publisher"], ()))
            if told is not None
        }
        yield known(facts) | ({"repeats": repeats} if repeats else {})


def line(strike: dict[str, Any], published_on: date) -> dict[str, Any]:
    """Make a draft's line one that can be posted without its text."""
    posted = {
        name: value for name, value in strike.items() if not name.endswith("quote") and value is not None
    }
    if strike["date_from"] is None:
        before = 3 if SPARSE[0] <= published_on <= SPARSE[1] else 1
        posted |= {
            "date_from": published_on - timedelta(days=before),
            "date_to": published_on,
            "date_precision": "unknown",
        }
    posted["tallies"] = [
        {name: value for name, value in tally.items() if name != "quote" and value is not False}
        for tally in strike["tallies"]
    ]
    return posted


def known(facts: dict[str, Any]) -> dict[str, Any]:
    """Make a report of the seed case, whose facts were read by hand, a body that can be posted."""
    catalogue = shipped_catalogue()
    lines = []
    for strike in facts["strikes"]:
        place = catalogue.location(strike["location"])
        tallies = []
        for tally in strike["tallies"]:
            category = catalogue.category(tally["category"])
            assert category is not None, tally
            tallies.append(tally | {"category": category.slug})
        assert place is not None
        kept = ("date_from", "date_to", "country", "strikes")
        lines.append(
            {name: strike[name] for name in kept}
            | {"location": place.slug, "location_as_written": strike["location"], "tallies": tallies}
        )
    head = {name: facts[name] for name in HEAD if facts.get(name) is not None}
    return head | {"strikes": lines}


def sample() -> bytes:
    """Return the sample as NDJSON."""
    return b"".join(
        orjson.dumps(report, json_form, orjson.OPT_PASSTHROUGH_DATETIME) + b"\n" for report in reports()
    )


if __name__ == "__main__":
    # Without a time stamp, so that the same facts make the same file.
    SAMPLE.write_bytes(gzip.compress(sample(), 9, mtime=0))
