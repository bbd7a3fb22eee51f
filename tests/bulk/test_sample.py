"""The sample: real releases as facts, equal to their labels, without the sources' sentences."""

import gzip
import json
from collections import Counter

import pytest

from app.bulk import sample
from app.vocabulary import categories, places
from tests.api import Api
from tests.bulk import build_sample
from tests.bulk.build_sample import DATA, SAMPLE

COUNTRIES = {"Syria": "SY", "Iraq": "IQ"}

beside = pytest.mark.skipif(
    not DATA.is_dir(), reason="the releases and their labels are not beside the project"
)


def test_items_destroyed_near_palmyra_by_month(sampled: Api) -> None:
    """Near Palmyra 14 items and one open count were destroyed in December 2016, and 41 in February 2017."""
    asked = {"location": "Palmyra", "effect": "destroyed", "group_by": "month", "date_from": "2016-12-01"}
    rows = sampled.read("/v1/aggregates", **asked)["rows"]

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


@beside
def test_sample_is_what_the_parser_reads() -> None:
    """The shipped file is what today's parser makes of the releases; else build it anew."""
    assert gzip.decompress(SAMPLE.read_bytes()) == build_sample.sample()


@beside
def test_sample_equals_the_labels() -> None:
    """Every labelled release is in the sample with its places, strikes, effects and counts, and no others."""
    shipped = {
        str(report.published_on): report for report in sample.reports() if report.publisher == "centcom"
    }
    folds = {spelling: place.slug for place in places.load() for spelling in place.spellings()}
    for path in sorted((DATA / "labels").glob("*.json")):
        label = json.loads(path.read_text(encoding="utf-8"))
        report = shipped[label["release_date"]]
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


def tally_of(label: dict[str, object]) -> tuple[object, ...]:
    """Return a label's verb, category and exact count."""
    match = categories.match(str(label["category"]))
    return label["effect"], match and match.slug, label.get("count")
