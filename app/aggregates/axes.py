"""Lay out the dimensions of a grouping: give each line, or each tally, its place among the values of a dimension.

Values stand in the order in which clients see them: by name, null last. So groups that are numbered along the
axes are numbered in the order of the answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from app.aggregates.dimensions import OF_TALLIES, Dimension
from app.catalogue.catalogue import Catalogue
from app.db.kept import Kept
from app.strikes.columns import Lines
from app.strikes.matches import Matches
from app.strikes.matching import EPOCH
from app.strikes.packing import Array
from app.strikes.reading import COUNTRY_CODES, EFFECTS
from app.vocabulary.periods import PeriodUnit

PeriodBy = Literal["date", "published_on"]

Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """One dimension: its values, and the place among them that each code in a column has.

    `values` are slugs, codes and words, None among them, and for the period the numbers of its first days.
    Of codes from the length of `table` on nobody has heard: they have its last place.
    """

    dimension: Dimension
    values: Sequence[Any] | Array
    table: Places
    # The code at which the table begins: 0, but with days.
    begin: int = 0
    # By the day of publication: the day on which each report was published.
    published_on: Array | None = None
    # What a period is, where this is one.
    unit: PeriodUnit | None = None

    @property
    def of_tallies(self) -> bool:
        """Whether it is tallies that have places."""
        return self.dimension in OF_TALLIES

    def value(self, place: int) -> Any:  # noqa: ANN401 - a word, a day or None
        """Return a value as clients see it."""
        found = self.values[place]
        return day_of(int(found)) if self.dimension is Dimension.PERIOD else found

    def place(self, value: Any) -> int:  # noqa: ANN401 - a word, a day or None
        """Return the place of a value that clients see."""
        if isinstance(value, date):
            return int(np.searchsorted(self.values, (value - EPOCH).days))
        return list(self.values).index(value)

    def places(self, matches: Matches, source: Lines) -> Places:
        """Return the place of each line that matches, or of each tally."""
        codes = self._codes(matches, source)
        return self.table.take(codes - self.begin if self.begin else codes, mode="clip")

    def _codes(self, matches: Matches, source: Lines) -> Array:
        match self.dimension:
            case Dimension.PERIOD:
                days = self.published_on
                return matches.line("first_day") if days is None else days.take(matches.line("report"))
            case Dimension.LOCATION:
                return matches.line("location")
            case Dimension.PUBLISHER:
                return source.reports["publisher"].take(matches.line("report"))
            case Dimension.COUNTRY:
                return matches.line("country")
            case Dimension.CATEGORY | Dimension.FAMILY:
                return matches.tally("category")
            case Dimension.EFFECT:
                return matches.tally("effect")


# Axes that are kept of one state of the vocabulary: days are added to the record, and then periods reach farther.
_MOST_AXES = 32
_KEPT: WeakKeyDictionary[Catalogue, Kept[object, Axis]] = WeakKeyDictionary()


def axis(
    dimension: Dimension, unit: PeriodUnit | None, period_by: PeriodBy, source: Lines, catalogue: Catalogue
) -> Axis:
    """Lay out one dimension of the lines that there are."""
    kept = _KEPT.setdefault(catalogue, Kept(_MOST_AXES))
    if dimension is not Dimension.PERIOD:
        return kept.get(dimension, lambda: _named(dimension, catalogue))
    assert unit is not None  # noqa: S101 - a period has a unit
    if period_by == "published_on":
        days = source.published_on()
        return _by_period(unit, int(days.min(initial=0)), int(days.max(initial=0)), days)
    first = min((chunk.first_days[0] for chunk in source.chunks), default=0)
    last = max((chunk.first_days[1] for chunk in source.chunks), default=0)
    return kept.get((unit, first, last), lambda: _by_period(unit, first, last))


def _named(dimension: Dimension, catalogue: Catalogue) -> Axis:
    """Lay out ids by the names that they have; several can share one, and an id without a name is null."""
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
    table = np.full(max(names, default=0) + 2, len(values) - 1, np.intp)
    for each, name in names.items():
        table[each] = place_of[name]
    return Axis(dimension, values, table)


def _by_period(unit: PeriodUnit, first: int, last: int, published_on: Array | None = None) -> Axis:
    begins, table = np.unique(starts_of(unit, np.arange(first, last + 1)), return_inverse=True)
    return Axis(Dimension.PERIOD, begins, table, first, published_on, unit)


def starts_of(unit: PeriodUnit, days: Array) -> Array:
    """Return the first day of the period that holds each day, as `periods.start_of` does."""
    dates = days.astype("datetime64[D]")
    match unit:
        case PeriodUnit.DAY:
            starts = dates
        case PeriodUnit.WEEK:
            # 1970 began on a Thursday.
            starts = (days - (days + 3) % 7).astype("datetime64[D]")
        case PeriodUnit.MONTH:
            starts = dates.astype("datetime64[M]")
        case PeriodUnit.QUARTER:
            months = dates.astype("datetime64[M]").astype(np.int64)
            starts = (months - months % 3).astype("datetime64[M]")
        case PeriodUnit.YEAR:
            starts = dates.astype("datetime64[Y]")
    return starts.astype("datetime64[D]").astype(np.int64)


def day_of(number: int) -> date:
    """Return the day that columns hold as a number."""
    return EPOCH + timedelta(days=number)
