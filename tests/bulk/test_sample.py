"""The sample: real releases as facts, equal to their labels, without the sources' sentences."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from app.bulk import sample
from app.db.engine import Database
from app.vocabulary import categories, places
from tests.api import Api

DATA = Path(os.environ.get("STRIKELEDGER_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
COUNTRIES = {"Syria": "SY", "Iraq": "IQ"}

labelled = pytest.mark.skipif(not DATA.is_dir(), reason=f"the labelled releases are not at {DATA.name}/")


@pytest.fixture
def sampled(api: Api, database: Database) -> Api:
    """Give the record as a fresh `make serve` has it."""
    with database.writing() as session:
        sample.load(session, sample.reports())
    return api


def test_items_destroyed_near_palmyra_by_month(sampled: Api) -> None:
    """Near Palmyra 14 items and one open count were destroyed in December 2016, and 41 in February 2017."""
    rows = sampled.read("/v1/aggregates", location="Palmyra", effect="destroyed", group_by="month")["rows"]

    assert [(row["period"], row["items_min"], row["open_ended"]) for row in rows] == [
        ("2016-12", 14, 1),
        ("2017-01", 0, 0),
        ("2017-02", 41, 0),
    ]


def test_tanks_destroyed_near_palmyra(sampled: Api) -> None:
    """Over the three months 17 tanks were destroyed near Palmyra, asked by either of its names."""
    asked = {"category": "tank", "effect": "destroyed", "date_from": "2016-12-01", "date_to": "2017-02-28"}
    answers = [sampled.read("/v1/aggregates", location=name, **asked) for name in ("Palmyra", "tadmur")]

    assert answers[0] == answers[1]
    assert answers[0]["totals"]["items_min"] == 17


def test_article_holds_three_lines(sampled: Api) -> None:
    """The article's three lines have nine strikes, an unknown number, and one."""
    lines = sampled.read("/v1/strikes", publisher="ara-news")["items"]
    assert [(line["date_from"], line["strikes_min"]) for line in lines] == [
        ("2017-02-06", 9),
        ("2017-02-04", 1),
        ("2016-12-15", None),
    ]


def test_sample_holds_no_sentences() -> None:
    """No text of a source is shipped, and no phrase is as long as a sentence."""
    for report in sample.reports():
        assert report.text is None
        assert all(len(tally.as_written or "") < 120 for strike in report.strikes for tally in strike.tallies)


@labelled
def test_sample_equals_the_labels() -> None:
    """Every labelled release is in the sample with its places, strikes, effects and counts, and nothing else."""
    shipped = {
        str(report.published_on): report for report in sample.reports() if report.publisher == "centcom"
    }
    folds = {spelling: place.slug for place in places.load() for spelling in place.spellings()}
    for path in sorted((DATA / "labels").glob("*.json")):
        label = json.loads(path.read_text(encoding="utf-8"))
        report = shipped.pop(label["release_date"])
        expected = [
            (COUNTRIES[entry["country"]], folds.get(places.fold(entry["location"])), entry["strikes"])
            for entry in label["entries"]
        ]
        assert [(line.country, line.location, line.bounds[0]) for line in report.strikes] == expected
        for entry, line in zip(label["entries"], report.strikes, strict=True):
            optional = Counter(tally_of(tally) for tally in entry["tallies"] if tally.get("optional"))
            required = Counter(tally_of(tally) for tally in entry["tallies"]) - optional
            found: Counter[tuple[object, ...]] = Counter(
                (tally.verb, tally.category, tally.bounds[0] if tally.bounds[0] == tally.bounds[1] else None)
                for tally in line.tallies
            )
            assert not required - found
            assert not found - required - optional
    assert shipped == {}


def tally_of(label: dict[str, object]) -> tuple[object, ...]:
    """Return a label's verb, category and exact count."""
    match = categories.match(str(label["category"]))
    return label["effect"], match and match.slug, label.get("count")
