"""Lay out the dimensions of a grouping: give each line, or each tally, its place among the values of a dimension.

Values stand in the order in which clients see them: by name, null last. So groups that are numbered along the
axes are numbered in the order of the answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from app.aggregates.dimensions import OF_TALLIES, Dimension
from app.catalogue.catalogue import Catalogue
from app.strikes.columns import COUNTRY_CODES, EFFECTS
from app.strikes.matching import EPOCH, Matches
from app.vocabulary import periods
from app.vocabulary.periods import PeriodUnit

PeriodBy = Literal["date", "published_on"]

Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """One dimension: where each line (or tally, by a dimension of tallies) stands among the values.

    `values` are slugs, codes and words, and for the period its first day; None is a value of its own, and always
    among those of tallies, for lines without any.
    """

    dimension: Dimension
    places: Places
    values: Sequence[Any]

    @property
    def of_tallies(self) -> bool:
        """Whether places are those of tallies."""
        return self.dimension in OF_TALLIES


def axis(
    dimension: Dimension, unit: PeriodUnit | None, period_by: PeriodBy, matches: Matches, catalogue: Catalogue
) -> Axis:
    """Lay out one dimension of what matches."""
    source = matches.source
    of = source.lines
    match dimension:
        case Dimension.PERIOD:
            assert unit is not None  # noqa: S101 - a period has a unit
            days = (
                of["first_day"][matches.lines]
                if period_by == "date"
                else source.published_on()[of["report"][matches.lines]]
            )
            return _by_period(unit, days)
        case Dimension.LOCATION:
            names = {place: entry.slug for place, entry in catalogue.locations.by_id.items()}
            return _named(dimension, of["location"][matches.lines], names)
        case Dimension.PUBLISHER:
            names = {publisher: entry.slug for publisher, entry in catalogue.publishers.by_id.items()}
            return _named(dimension, source.reports["publisher"][of["report"][matches.lines]], names)
        case Dimension.COUNTRY:
            return _named(dimension, of["country"][matches.lines], dict(enumerate(COUNTRY_CODES)))
        case Dimension.CATEGORY:
            names = {category: entry.slug for category, entry in catalogue.categories.by_id.items()}
        case Dimension.FAMILY:
            names = {category: entry.family for category, entry in catalogue.categories.by_id.items()}
        case Dimension.EFFECT:
            # As with categories, 0 is for no tally.
            effects = source.tallies["effect"][matches.tallies] + 1
            return _named(dimension, effects, {code + 1: name for code, name in enumerate(EFFECTS)})
    return _named(dimension, source.tallies["category"][matches.tallies], names)


def _named(dimension: Dimension, ids: npt.NDArray[Any], names: Mapping[int, str]) -> Axis:
    """Lay out ids by the names that they have; several can share one, and an id without a name is null."""
    # Only small numbers are ids, so counting finds those that are there.
    there = np.flatnonzero(np.bincount(ids)).tolist()
    called = {each: names.get(each) for each in there}
    values: list[str | None] = [*sorted({name for name in called.values() if name is not None})]
    if None in called.values() or dimension in OF_TALLIES:
        values.append(None)
    place_of = {value: place for place, value in enumerate(values)}
    places = np.zeros(max(there, default=0) + 1, np.intp)
    for each, name in called.items():
        places[each] = place_of[name]
    return Axis(dimension, places[ids], values)


def _by_period(unit: PeriodUnit, days: npt.NDArray[np.int32]) -> Axis:
    if not len(days):
        return Axis(Dimension.PERIOD, np.empty(0, np.intp), [])
    earliest = int(days.min())
    there = np.flatnonzero(np.bincount(days - earliest))
    starts = [periods.start_of(unit, day_of(earliest + offset)) for offset in there.tolist()]
    values = sorted(set(starts))
    place_of = {start: place for place, start in enumerate(values)}
    places = np.zeros(int(there[-1]) + 1, np.intp)
    places[there] = [place_of[start] for start in starts]
    return Axis(Dimension.PERIOD, places[days - earliest], values)


def day_of(number: int) -> date:
    """Return the day that columns hold as a number."""
    return EPOCH + timedelta(days=number)
