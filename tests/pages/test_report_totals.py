"""Totals of a report in words: what it leaves open, and its sums."""

from typing import Any

from app.pages.report_totals import Totals, left_open, sums, sums_that_changed, unclaimed
from tests.reports.test_line_pairs import line, tally


def report(*lines: dict[str, Any], **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    """Make a report of a response."""
    plain = {"number": "1", "title": "Strikes", "strikes": list(lines), "checks": [], "coverage": []}
    return plain | fields


def check(claimed: int, least: int, most: int | None, *, agrees: bool, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of the check
    """Make a check of a response, of strikes in Syria on one day."""
    about = {"country": "SY", "date_from": "2017-03-01", "date_to": "2017-03-01", "against": "lines"}
    bounds = {"claimed": claimed, "lines_min": least, "lines_max": most, "agrees": agrees}
    return {"measure": "strikes"} | about | bounds | fields


def test_totals_are_open_where_a_line_is() -> None:
    """A count without an upper end makes the total a minimum; a missing number of strikes is never zero."""
    totals = Totals.of([line(tally(2)), line(tally(3, count_max=None), strikes_min=None, strikes_max=None)])
    assert (totals.items.words, totals.open_items) == ("≥ 5", 1)
    assert (totals.strikes.words, totals.open_strikes) == ("≥ 1", 1)
    assert totals.engagements.words == "not given"
    none = Totals.of([line(strikes_min=None, strikes_max=None)])
    assert none.strikes.words == "not given"
    assert Totals.of([]).items.words == "0"
    assert Totals.of([line(engagements=0)]).engagements.words == "0"


def test_report_that_gives_all_leaves_nothing_open() -> None:
    """No sentence is written about what is there."""
    assert left_open(report(line(tally()))) == []


def test_what_a_report_does_not_give_is_written_out() -> None:
    """Number, title, days and numbers of strikes, with how many lines lack them."""
    vague = {"date_from": "2017-02-28", "date_precision": "unknown"}
    every = report(line(**vague), line(**vague, strikes_min=None, strikes_max=None), number=None, title=None)
    assert left_open(every) == [
        "Without a number or a title.",
        "It does not say on which day its strikes were, so they stand under 28 Feb – 1 Mar 2017.",
        "It gives no number of strikes for 1 of its 2 lines.",
    ]
    assert left_open(report(line(**vague), line(), line(date_precision="month"))) == [
        "Of 1 of its 3 lines it does not give the day, so they stand under 28 Feb – 1 Mar 2017.",
        "Of 1 line it gives the month and not the day.",
    ]


def test_sums_name_what_was_added_up() -> None:
    """An open sum is a minimum; a headline is held against the totals of countries as well."""
    of_all = {"country": None, "date_from": None, "date_to": None}
    checks = [
        check(1, 1, 1, agrees=True),
        check(9, 4, None, agrees=True, measure="engagements"),
        check(9, 4, 4, agrees=False, **of_all, against="coverage"),
    ]
    assert [(item.about, item.sentence) for item in sums(report(checks=checks))] == [
        ("Syria, 1 Mar 2017", "The release gives 1 strike; its lines there add up to 1. Agrees."),
        (
            "Syria, 1 Mar 2017, engagements",
            "The release gives 9 engagements; its lines there add up to at least 4. Agrees.",
        ),
        (
            "All countries",
            "The release gives 9 strikes; its totals of countries add up to 4. Does not agree.",
        ),
    ]


def test_sums_that_a_revision_settled_or_broke_are_named() -> None:
    """What stayed as it was is not repeated."""
    right, wrong = (report(checks=[check(2, 2, 2, agrees=agrees)]) for agrees in (True, False))
    assert list(sums_that_changed(wrong, right)) == [
        "The sum of Syria, 1 Mar 2017 agrees since this revision."
    ]
    assert list(sums_that_changed(right, wrong)) == ["The sum of Syria, 1 Mar 2017 no longer agrees."]
    assert list(sums_that_changed(right, right)) == []


def test_days_without_strikes_are_not_days_without_a_total() -> None:
    """A claim of no strikes and a claim without a number are two things."""
    claims = [
        {"country": "SY", "date_from": "2017-03-01", "date_to": "2017-03-01", "strikes": strikes}
        for strikes in (0, None)
    ]
    assert unclaimed(report(coverage=claims)) == [
        "Syria, 1 Mar 2017: no strikes",
        "Syria, 1 Mar 2017: no total given",
    ]
