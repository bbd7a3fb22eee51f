"""Segments and their partial aggregates: exact at the limits of columns, and cached under keys that forget nothing."""

from collections.abc import Hashable
from dataclasses import fields, replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from app.aggregates.axes import start_of
from app.aggregates.measures import Grouper, counts
from app.columnar.segment import NEVER, UNKNOWN, Segment, made
from app.columnar.store import Record
from app.strikes.column_conditions import EPOCH
from app.strikes.filter import StrikeFilter
from app.strikes.selection import MET_BY_ALL, Selection
from app.vocabulary import periods
from app.vocabulary.periods import PeriodUnit
from tests.strikes.test_conditions import ASKED, FIELDS, NOTHING

# The most that a column holds.
MOST = 2**31 - 1

LINE = {
    "id": 1,
    "report_id": 1,
    "publisher_id": 1,
    "date_from": 17_000,
    "date_to": 17_000,
    "date_precision": 0,
    "published_on": 17_001,
    "country": 0,
    "location_id": 1,
    "strikes_min": MOST,
    "strikes_max": MOST,
    "engagements": MOST,
    "owner": 0,
    "repeats": 0,
    "event_id": 1,
    "recorded_seq": 1,
    "superseded_seq": NEVER,
}
TALLY = {
    "strike_id": 1,
    "category_id": 1,
    "effect": 0,
    "count_min": MOST,
    "count_max": MOST,
    "approximate": 0,
}


def segment_of(*lines: dict[str, int], tallies: int = 3) -> Segment:
    """Make a segment of lines that differ from LINE, each with tallies of the most."""
    whole = [LINE | {"id": number, "event_id": number} | line for number, line in enumerate(lines, 1)]
    theirs = [TALLY | {"strike_id": line["id"]} for line in whole for _ in range(tallies)]
    return made(pl.DataFrame(whole), pl.DataFrame(theirs))


def record_of(*segments: Segment) -> Record:
    """Make a record as of 9."""
    nothing = pl.DataFrame(schema=dict.fromkeys(("report_id", "recorded_seq", "retracted"), pl.Int32))
    return Record(9, "", segments, nothing, nothing)


@pytest.mark.parametrize("category_ids", [None, frozenset({1})])
def test_sums_beyond_32_bits_are_exact(category_ids: frozenset[int] | None) -> None:
    """Columns of 32 bits add up in 64, in a segment and over several, by group and in all."""
    strikes = StrikeFilter(as_of=9, category_ids=category_ids)
    record = record_of(segment_of({}, {}), segment_of({"report_id": 2}))
    groups, totals = counts(Selection(record, strikes), Grouper((), PeriodUnit.YEAR))

    for row in (groups.row(0, named=True), totals.row(0, named=True)):
        assert (row["reports"], row["lines"]) == (2, 3)
        assert row["strikes_min"] == row["strikes_max"] == row["engagements"] == 3 * MOST
        assert row["items_min"] == row["items_max"] == 9 * MOST


def test_unknown_counts_are_not_added() -> None:
    """What stands for null in a column is no number."""
    lines: list[dict[str, int]] = [{"strikes_max": UNKNOWN}, {"strikes_max": 5, "engagements": UNKNOWN}]
    _, totals = counts(Selection(record_of(segment_of(*lines)), StrikeFilter(as_of=9)), Grouper(()))
    row = totals.row(0, named=True)

    assert (row["strikes_min"], row["strikes_max"], row["engagements"]) == (2 * MOST, 5, MOST)


@pytest.mark.parametrize("unit", PeriodUnit)
def test_periods_begin_as_everywhere(unit: PeriodUnit) -> None:
    """The engine's periods begin on the days on which those of the vocabulary do, in every year that there is."""
    days = [date(1, 1, 1), date(999, 12, 31), date(1969, 12, 31), date(1970, 1, 1), date(2016, 2, 29)]
    days += [date(2017, month, 28) for month in range(1, 13)] + [date(2018, 1, 1), date(9999, 12, 31)]
    numbers = pl.DataFrame({"day": pl.Series([(day - EPOCH).days for day in days], dtype=pl.Int32)})
    starts = numbers.select(start_of(unit, pl.col("day"))).to_series()

    assert starts.to_list() == [(periods.start_of(unit, day) - EPOCH).days for day in days]


def test_groups_before_1970_are_told_apart() -> None:
    """Days below 0 do not mix up with the places beside them."""
    lines: list[dict[str, int]] = [{"date_from": -400, "date_to": -400}, {"date_from": 400, "date_to": 400}]
    grouper = Grouper((), PeriodUnit.YEAR)
    groups, _ = counts(Selection(record_of(segment_of(*lines)), StrikeFilter(as_of=9)), grouper)

    assert sorted(grouper.located(groups)["period"].to_list()) == [-731, 365]


def part_key(strikes: StrikeFilter) -> Hashable | None:
    """Return what a partial aggregate of a segment is cached under."""
    selection = Selection(record_of(), strikes, "")
    return selection.part_key(segment_of({"date_to": 17_000}, {"date_from": 17_300, "date_to": 17_300}))


@pytest.mark.parametrize("name", FIELDS)
def test_each_field_is_in_the_key_of_a_cached_part_or_makes_it_none(name: str) -> None:
    """Partial aggregates of two filters are never taken for each other."""
    asked: dict[str, Any] = {name: 0 if name == "as_of" else ASKED[name]}
    key = part_key(replace(NOTHING, **asked))

    assert part_key(NOTHING) is not None
    if name == "repeats":
        # No line repeats another in this record: tests/aggregates/test_recount_as_of.py has some that do.
        assert name in MET_BY_ALL
    else:
        assert (key is None) if name in MET_BY_ALL else (key != part_key(NOTHING))


def test_days_that_all_lines_of_a_segment_meet_are_not_in_the_key() -> None:
    """Two periods around a whole segment share its count."""
    wide = replace(NOTHING, date_from=date(2000, 1, 1), date_to=date(2030, 1, 1))
    assert part_key(wide) == part_key(NOTHING)


@pytest.mark.parametrize("name", [each.name for each in fields(StrikeFilter)])
def test_each_field_is_a_condition_on_columns(name: str) -> None:
    """Two filters that differ in one field differ in their conditions on columns as well."""

    def conditions(strikes: StrikeFilter) -> list[str]:
        found = Selection(record_of(), strikes, "1,2")
        return [str(each) for each in found.conditions]

    assert conditions(replace(NOTHING, **{name: ASKED[name]})) != conditions(NOTHING)
