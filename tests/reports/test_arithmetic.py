"""Arithmetic: lines against coverage against headline, for strikes and engagements."""

from datetime import date
from types import SimpleNamespace
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from app.record.arithmetic import Headline, arithmetic
from app.record.span_sums import Amounts, span_of, sums_within
from tests.api import Api
from tests.factories import make_report, make_strike

SYRIA = {"country": "SY", "date_from": "2017-03-01", "strikes": 5, "engagements": 8}
IRAQ = {"country": "IQ", "date_from": "2017-03-01", "strikes": 8, "engagements": 82}
LINES = (
    make_strike(strikes=4, engagements=6),
    make_strike(strikes=1, engagements=2, location="Palmyra"),
    make_strike(strikes=8, engagements=82, location="Mosul", country="IQ"),
)
DAY = date(2017, 3, 1)


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


class Row(NamedTuple):
    """A country and days, as a line or a claim has them."""

    country: str | None
    date_from: date | None
    date_to: date | None


class Counting(Row):
    """The same, and how often it was looked at."""

    looks = 0

    def __getattribute__(self, name: str) -> Any:  # noqa: ANN401 - any field's value
        Counting.looks += 1
        return super().__getattribute__(name)


DAYS = st.none() | st.dates(date(2017, 3, 1), date(2017, 3, 5))
ROWS = st.lists(st.builds(Row, st.sampled_from([None, "SY", "IQ"]), DAYS, DAYS), max_size=12)


@given(ROWS, ROWS)
def test_sums_are_those_of_the_rows_within_each_span(claims: list[Row], rows: list[Row]) -> None:
    """Whatever the days, also unknown ones, the sums are those of a row by row comparison."""
    counted = [(row, Amounts(1, strikes_min=2**number)) for number, row in enumerate(rows)]
    sums = sums_within(claims, counted)

    for claim in claims:
        within = [amounts for row, amounts in counted if is_within(row, claim)]
        assert sums[span_of(claim)][:2] == (len(within), sum(amounts.strikes_min for amounts in within))


def is_within(row: Row, claim: Row) -> bool:
    """Compare one row with one claim; what is unknown sets neither apart."""
    return (
        claim.country in {None, row.country}
        and (claim.date_from is None or row.date_from is None or claim.date_from <= row.date_from)
        and (claim.date_to is None or row.date_to is None or row.date_to <= claim.date_to)
    )


def test_every_row_is_looked_at_a_fixed_number_of_times() -> None:
    """Rows are never compared with claims one by one: twice as many of both are looked at twice as often."""
    looks = []
    for number in (300, 600):
        Counting.looks = 0
        rows = [Counting("SY", day, day) for day in map(date.fromordinal, range(730_000, 730_000 + number))]
        sums_within(rows, [(row, Amounts(1)) for row in rows])
        looks.append(Counting.looks)
    assert looks[1] == 2 * looks[0]


def test_lines_outside_every_countrys_total_count_towards_the_headline(api: Api) -> None:
    """A release may give one day below its total, and another as a paragraph: both add up to the headline."""
    alone = make_strike(strikes=1, date_from="2017-02-28", engagements=2)
    report = api.post(make_report(*LINES, alone, coverage=[SYRIA, IRAQ], headline={"strikes": 14}))
    assert (None, "strikes", "coverage", True) in checks(report)


def test_total_without_any_line_is_held_against_nothing(api: Api) -> None:
    """Where no line is told, a total is no error of the sum."""
    assert checks(api.post(make_report(headline={"strikes": 14}))) == set()


def test_checks_of_earlier_entries_stay() -> None:
    """Before content version 3 lines outside the claims did not count, and what was told then is told permanently."""
    claim = SimpleNamespace(country="SY", date_from=DAY, date_to=DAY, strikes=2, engagements=None)
    line = SimpleNamespace(
        country="IQ", date_from=DAY, date_to=DAY, strikes_min=1, strikes_max=1, engagements=None
    )
    claims: list[Any] = [Headline(3, None), claim]

    def agree(version: int) -> bool:
        found = arithmetic(claims, [line], version)
        return next(bool(each["agrees"]) for each in found if each["against"] == "coverage")

    assert (agree(2), agree(3)) == (False, True)
