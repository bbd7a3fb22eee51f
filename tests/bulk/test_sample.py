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


def items_near_palmyra(sampled: Api, **filters: str) -> list[tuple[str, int, int]]:
    """Return the items destroyed near Palmyra by month since December 2016, and how many counts are open."""
    asked = {"location": "Palmyra", "effect": "destroyed", "group_by": "month", "date_from": "2016-12-01"}
    rows = sampled.read("/v1/aggregates", **asked, **filters)["rows"]
    return [(row["period"], row["items_min"], row["open_ended"]) for row in rows]


def test_items_destroyed_near_palmyra_are_counted_once(sampled: Api) -> None:
    """The coalition's own releases and the article that quotes them tell of 22 and 41 items."""
    assert items_near_palmyra(sampled) == [("2016-12", 22, 0), ("2017-01", 0, 0), ("2017-02", 41, 0)]


def test_items_destroyed_near_palmyra_with_repeats(sampled: Api) -> None:
    """Counted wherever they are told, they are 36, with one open count, and 81."""
    counted = items_near_palmyra(sampled, duplicates="include")
    assert counted == [("2016-12", 36, 1), ("2017-01", 0, 0), ("2017-02", 81, 0)]


def test_items_destroyed_near_palmyra_by_the_article(sampled: Api) -> None:
    """The article alone tells of 14 items and one open count, and of 41."""
    counted = items_near_palmyra(sampled, publisher="ara-news")
    assert counted == [("2016-12", 14, 1), ("2017-01", 0, 0), ("2017-02", 41, 0)]


def test_tanks_destroyed_near_palmyra(sampled: Api) -> None:
    """Over the three months 17 tanks were destroyed near Palmyra, asked by either of its names."""
    asked = {"category": "tank", "effect": "destroyed", "date_from": "2016-12-01", "date_to": "2017-02-28"}
    answers = [sampled.read("/v1/aggregates", location=name, **asked) for name in ("Palmyra", "tadmur")]

    assert answers[0] == answers[1]
    assert answers[0]["totals"]["items_min"] == 17


def test_article_holds_three_lines(sampled: Api) -> None:
    """The article's three lines have nine strikes, one, and an unknown number; two repeat the coalition's own."""
    lines = sampled.read("/v1/strikes", publisher="ara-news")["items"]
    assert [(line["date_from"], line["strikes_min"], line["same_as"] is not None) for line in lines] == [
        ("2017-02-06", 9, True),
        ("2017-02-04", 1, False),
        ("2016-12-15", None, True),
    ]


def test_sample_holds_no_sentences() -> None:
    """No text of a source is shipped, and no phrase is as long as a sentence."""
    for report, _ in sample.reports():
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
        str(report.published_on): report for report, _ in sample.reports() if report.publisher == "centcom"
    }
    folds = {spelling: place.slug for place in places.load() for spelling in place.spellings()}
    for path in sorted((DATA / "labels").glob("*.json")):
        label = json.loads(path.read_text(encoding="utf-8"))
        report = shipped[label["release_date"]]
        expected = [
            (COUNTRIES[entry["country"]], folds.get(places.fold(entry["location"])), entry["strikes"])
            for entry in label["entries"]
        ]
        assert [(line.country, line.location, line.least) for line in report.strikes] == expected
        for entry, line in zip(label["entries"], report.strikes, strict=True):
            optional = Counter(tally_of(tally) for tally in entry["tallies"] if tally.get("optional"))
            required = Counter(tally_of(tally) for tally in entry["tallies"]) - optional
            found: Counter[tuple[object, ...]] = Counter(
                (
                    tally.verb,
                    tally.category,
                    tally.least if tally.least == tally.most else None,
                )
                for tally in line.tallies
            )
            assert not required - found
            assert not found - required - optional


def tally_of(label: dict[str, object]) -> tuple[object, ...]:
    """Return a label's verb, category and exact count."""
    match = categories.match(str(label["category"]))
    return label["effect"], match and match.slug, label.get("count")
