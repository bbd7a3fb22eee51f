"""Words of pages: days, periods, counts and names as people read them."""

from collections.abc import Sequence
from datetime import date

from app.catalogue.catalogue import Catalogue
from app.drawings.counts import Measure
from app.errors import Fault, InvalidInput
from app.vocabulary.countries import NAME_OF
from app.vocabulary.periods import PeriodUnit, end_of

# What is counted, as a heading and in a sentence.
MEASURES = {
    Measure.ITEMS: "Items",
    Measure.STRIKES: "Strikes",
    Measure.LINES: "Lines of reports",
    Measure.REPORTS: "Reports",
    Measure.ENGAGEMENTS: "Engagements",
}

# Families whose slug is no word.
_FAMILIES = {"ied": "Bombs and IEDs", "armor": "Armour"}

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


def noun(measure: Measure) -> str:
    """Return what is counted in small letters."""
    return measure.value


def country(code: str) -> str:
    """Return the name of a country by its code."""
    return NAME_OF.get(code, code)


def family(slug: str) -> str:
    """Return the name of a family of categories, which is its slug in words."""
    if slug in _FAMILIES:
        return _FAMILIES[slug]
    name = slug.replace("-", " ")
    return name[:1].upper() + name[1:]


def kind_of_family(slug: str, catalogue: Catalogue) -> str:
    """Return what kind of thing a family holds: equipment, or units, people and terrain apart from it."""
    kinds = [category.kind for category in catalogue.categories.entries() if category.family == slug]
    return max(set(kinds), key=kinds.count) if kinds else "equipment"


def refused(parameter: str, detail: str) -> InvalidInput:
    """Return the refusal of a parameter of a page."""
    return InvalidInput([Fault("parameter", parameter, "invalid", f"{parameter} {detail}")])
