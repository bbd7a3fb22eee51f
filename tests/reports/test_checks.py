"""Arithmetic: lines against coverage against headline, for strikes and engagements."""

from typing import Any

from tests.api import Api
from tests.factories import make_report, make_strike

SYRIA = {"country": "SY", "date_from": "2017-03-01", "strikes": 5, "engagements": 8}
IRAQ = {"country": "IQ", "date_from": "2017-03-01", "strikes": 8, "engagements": 82}
LINES = (
    make_strike(strikes=4, engagements=6),
    make_strike(strikes=1, engagements=2, location="Palmyra"),
    make_strike(strikes=8, engagements=82, location="Mosul", country="IQ"),
)


def checks(report: Any) -> set[tuple[Any, ...]]:  # noqa: ANN401 - a JSON body
    """Return what each check held against what, and whether it agreed."""
    return {(each["country"], each["measure"], each["against"], each["agrees"]) for each in report["checks"]}


def test_sums_that_agree_say_so(api: Api) -> None:
    """Lines, claims for countries and the headline of a worked example all agree."""
    report = api.post(
        make_report(*LINES, coverage=[SYRIA, IRAQ], headline={"strikes": 13, "engagements": 90})
    )

    assert checks(report) == {
        ("SY", "strikes", "lines", True),
        ("SY", "engagements", "lines", True),
        ("IQ", "strikes", "lines", True),
        ("IQ", "engagements", "lines", True),
        (None, "strikes", "lines", True),
        (None, "engagements", "lines", True),
        (None, "strikes", "coverage", True),
        (None, "engagements", "coverage", True),
    }


def test_mismatch_warns_and_is_stored_with_the_analysts_word(api: Api) -> None:
    """A headline that repeats one country's figure is stored as claimed, with the note, and the check says so."""
    note = "The release's headline is the figure for Syria alone."
    report = api.post(make_report(*LINES, coverage=[SYRIA, IRAQ], headline={"strikes": 5}, sums_note=note))
    stored = api.read(f"/v1/reports/{report['id']}")

    assert (stored["headline"], stored["sums_note"]) == ({"strikes": 5, "engagements": None}, note)
    assert (None, "strikes", "coverage", False) in checks(stored)
    assert (None, "strikes", "lines", False) in checks(stored)


def test_line_without_a_number_leaves_the_sum_open(api: Api) -> None:
    """A line that gives no number of strikes may be all that is missing."""
    report = api.post(make_report(make_strike(strikes=2), make_strike(strikes=None), coverage=[SYRIA]))
    [check] = [each for each in report["checks"] if each["measure"] == "strikes"]

    assert (check["lines_min"], check["lines_max"], check["agrees"]) == (2, None, True)


def test_late_strikes_of_other_days_are_not_held_against_the_claim(api: Api) -> None:
    """Lines of other days do not count towards a claim for one day."""
    report = api.post(
        make_report(make_strike(strikes=5), make_strike(date_from="2017-02-27"), coverage=[SYRIA])
    )
    assert ("SY", "strikes", "lines", True) in checks(report)
