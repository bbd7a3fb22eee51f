"""Words of pages: days, periods, counts and names as people read them."""

from app.catalogue.catalogue import Catalogue
from app.drawings.counts import Measure
from app.drawings.words import counted as counted
from app.drawings.words import day as day
from app.drawings.words import days as days
from app.drawings.words import listed as listed
from app.errors import Fault, InvalidInput
from app.vocabulary.countries import NAME_OF
from app.vocabulary.periods import PeriodUnit

# Families whose slug is no word.
_FAMILIES = {"ied": "Bombs and IEDs", "armor": "Armour"}

PERIODS = {
    PeriodUnit.DAY: "by day",
    PeriodUnit.WEEK: "by week",
    PeriodUnit.MONTH: "by month",
    PeriodUnit.QUARTER: "by quarter",
    PeriodUnit.YEAR: "by year",
}


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
