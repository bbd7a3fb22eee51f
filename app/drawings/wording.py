"""Words of drawings and pages: days, lists, numbers with their nouns."""

from collections.abc import Sequence
from datetime import date

from app.vocabulary.periods import PeriodUnit, end_of

PERIODS = {
    PeriodUnit.DAY: "by day",
    PeriodUnit.WEEK: "by week",
    PeriodUnit.MONTH: "by month",
    PeriodUnit.QUARTER: "by quarter",
    PeriodUnit.YEAR: "by year",
}


def day(when: date | str) -> str:
    """Return a day: 6 Feb 2017."""
    when = date.fromisoformat(when) if isinstance(when, str) else when
    return f"{when.day} {when:%b} {when.year}"


def days(first: date | str, last: date | str) -> str:
    """Return a span of days, no part of it twice: 6 Feb 2017, 16–17 Oct 2016, Oct 2014 – Feb 2017."""
    first = date.fromisoformat(first) if isinstance(first, str) else first
    last = date.fromisoformat(last) if isinstance(last, str) else last
    if first == last:
        return day(first)
    if first.day == 1 and last == end_of(PeriodUnit.MONTH, last.replace(day=1)):
        if (first.month, first.year) == (last.month, last.year):
            return f"{first:%b} {first.year}"
        return f"{first:%b} {first.year} – {last:%b} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{last.day} {last:%b} {last.year}"
    if first.year == last.year:
        return f"{first.day} {first:%b} – {day(last)}"
    return f"{day(first)} – {day(last)}"


def listed(words: Sequence[str], joiner: str = "and") -> str:
    """Return words as a sentence lists them: a, b and c."""
    if len(words) < 2:  # noqa: PLR2004 - one needs no joiner
        return "".join(words)
    return f"{', '.join(words[:-1])} {joiner} {words[-1]}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: 1 line, 2 lines."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
