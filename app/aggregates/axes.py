"""Axes of a grouping: sorted values of each dimension, null last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import polars as pl

from app.aggregates.dimensions import OF_TALLIES, Dimension
from app.catalogue.catalogue import Catalogue
from app.columnar.segment import COUNTRY_CODES, EFFECTS
from app.vocabulary.periods import PeriodUnit

PeriodBy = Literal["date", "published_on"]

# The columns that dimensions are made from.
_COLUMNS = {
    Dimension.LOCATION: "location_id",
    Dimension.PUBLISHER: "publisher_id",
    Dimension.COUNTRY: "country",
    Dimension.CATEGORY: "category_id",
    Dimension.FAMILY: "category_id",
    Dimension.EFFECT: "effect",
}

_UNITS = {
    PeriodUnit.DAY: "1d",
    PeriodUnit.WEEK: "1w",
    PeriodUnit.MONTH: "1mo",
    PeriodUnit.QUARTER: "1q",
    PeriodUnit.YEAR: "1y",
}


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Axis:
    """One dimension other than the period: its values, None among them, and by code the place among them."""

    dimension: Dimension
    values: Sequence[str | None]
    places: pl.Series

    @property
    def of_tallies(self) -> bool:
        """Whether it is a property of tallies."""
        return self.dimension in OF_TALLIES

    def place(self) -> pl.Expr:
        """Return the place of a line, or of a tally. Codes without a name come last, as null."""
        code = pl.col(_COLUMNS[self.dimension]).clip(upper_bound=len(self.places) - 1)
        return pl.lit(self.places).gather(code)


# Those of two states of the vocabulary: of now, and of one for `as_of`.
@lru_cache(2 * len(Dimension))
def axis(dimension: Dimension, catalogue: Catalogue) -> Axis:
    """Return the axis of a dimension: ids by the names that they have. Several ids can share a name."""
    names: Mapping[int, str]
    match dimension:
        case Dimension.LOCATION:
            names = {place: entry.slug for place, entry in catalogue.locations.by_id.items()}
        case Dimension.PUBLISHER:
            names = {publisher: entry.slug for publisher, entry in catalogue.publishers.by_id.items()}
        case Dimension.COUNTRY:
            names = dict(enumerate(COUNTRY_CODES))
        case Dimension.CATEGORY:
            names = {category: entry.slug for category, entry in catalogue.categories.by_id.items()}
        case Dimension.FAMILY:
            names = {category: entry.family for category, entry in catalogue.categories.by_id.items()}
        case _:
            names = dict(enumerate(EFFECTS))
    values = [*sorted(set(names.values())), None]
    place_of = {value: place for place, value in enumerate(values)}
    places = [place_of[names.get(code)] for code in range(max(names, default=0) + 2)]
    return Axis(dimension, values, pl.Series(places, dtype=pl.Int64))


def start_of(unit: PeriodUnit, day: pl.Expr) -> pl.Expr:
    """Return the first day of the period that holds a day, both as numbers, as `periods.start_of` does."""
    return day.cast(pl.Date).dt.truncate(_UNITS[unit]).cast(pl.Int32).cast(pl.Int64)
