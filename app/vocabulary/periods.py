"""Calendar periods: first and last day, key, and iteration."""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum


class PeriodUnit(StrEnum):
    """A unit that time can be grouped by. Weeks are ISO weeks: they begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


MONTHS_IN_QUARTER = 3
MONTHS_IN_YEAR = 12


def start_of(unit: PeriodUnit, day: date) -> date:
    """Return the first day of the period that holds `day`."""
    match unit:
        case PeriodUnit.DAY:
            return day
        case PeriodUnit.WEEK:
            return day - timedelta(days=day.weekday())
        case PeriodUnit.MONTH:
            return day.replace(day=1)
        case PeriodUnit.QUARTER:
            return day.replace(month=day.month - (day.month - 1) % MONTHS_IN_QUARTER, day=1)
        case PeriodUnit.YEAR:
            return day.replace(month=1, day=1)


def end_of(unit: PeriodUnit, start: date) -> date:
    """Return the last day of the period that begins on `start`."""
    match unit:
        case PeriodUnit.DAY:
            return start
        case PeriodUnit.WEEK:
            return start + timedelta(days=6)
        case PeriodUnit.MONTH:
            return _after_months(start, 1) - timedelta(days=1)
        case PeriodUnit.QUARTER:
            return _after_months(start, MONTHS_IN_QUARTER) - timedelta(days=1)
        case PeriodUnit.YEAR:
            return start.replace(month=12, day=31)


def key_of(unit: PeriodUnit, start: date) -> str:
    """Name the period that begins on `start`: `2017-02-06`, `2017-W06` (ISO), `2017-02`, `2017-Q1` or `2017`."""
    match unit:
        case PeriodUnit.DAY:
            return start.isoformat()
        case PeriodUnit.WEEK:
            year, week, _ = start.isocalendar()
            return f"{year:04}-W{week:02}"
        case PeriodUnit.MONTH:
            return f"{start.year:04}-{start.month:02}"
        case PeriodUnit.QUARTER:
            return f"{start.year:04}-Q{(start.month - 1) // MONTHS_IN_QUARTER + 1}"
        case PeriodUnit.YEAR:
            return f"{start.year:04}"


def starts_between(unit: PeriodUnit, first: date, last: date) -> Iterator[date]:
    """Yield the first day of every period from the one that holds `first` to the one that holds `last`."""
    start = start_of(unit, first)
    while start <= last:
        yield start
        start = end_of(unit, start) + timedelta(days=1)


def count(unit: PeriodUnit, first: date, last: date) -> int:
    """Say how many periods `each` would yield, without walking them."""
    begin, end = start_of(unit, first), start_of(unit, last)
    months = (end.year - begin.year) * MONTHS_IN_YEAR + end.month - begin.month
    match unit:
        case PeriodUnit.DAY:
            periods = (end - begin).days
        case PeriodUnit.WEEK:
            periods = (end - begin).days // 7
        case PeriodUnit.MONTH:
            periods = months
        case PeriodUnit.QUARTER:
            periods = months // MONTHS_IN_QUARTER
        case PeriodUnit.YEAR:
            periods = end.year - begin.year
    return periods + 1


def _after_months(start: date, months: int) -> date:
    """Return the first day of the month that lies `months` after the month of `start`."""
    total = start.year * MONTHS_IN_YEAR + start.month - 1 + months
    return date(total // MONTHS_IN_YEAR, total % MONTHS_IN_YEAR + 1, 1)
