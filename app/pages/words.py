"""Words of pages: days, periods, counts and names as people read them."""

from app.catalogue.names import country as country
from app.catalogue.names import family as family
from app.catalogue.names import name_of as name_of
from app.drawings.counts import Measure
from app.drawings.words import counted as counted
from app.drawings.words import day as day
from app.drawings.words import days as days
from app.drawings.words import listed as listed
from app.errors import Fault, InvalidInput
from app.vocabulary.periods import PeriodUnit

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


def refused(parameter: str, detail: str) -> InvalidInput:
    """Return the refusal of a parameter of a page."""
    return InvalidInput([Fault("parameter", parameter, "invalid", f"{parameter} {detail}")])
