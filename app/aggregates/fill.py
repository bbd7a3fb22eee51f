"""Put the empty periods between the others, and tell zero from unknown."""

import math
from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from app.aggregates.dimensions import Dimension
from app.aggregates.groups import Groups, Measure, Scale
from app.errors import Fault, InvalidInput
from app.vocabulary import periods
from app.vocabulary.periods import PeriodUnit

# More rows than any chart shows; a day series over ten years for 27 groups.
MOST_FILLED = 100_000

BY_PERIOD = (Dimension.PERIOD,)

T = TypeVar("T")


class State(StrEnum):
    """What an empty period means. Zero, no report, and not yet published are different things."""

    REPORTED = "reported"
    NONE_REPORTED = "none_reported"
    NO_REPORT = "no_report"


def filled(groups: Groups, unit: PeriodUnit, first: date | None, last: date | None) -> Groups:
    """Return the groups with every period from `first` to `last`, for each group of the other dimensions present.

    By period alone there is one such group, even where nothing matches. None stands for the first or last
    period that is there; with neither lines nor days asked for, nothing is added.
    Raises InvalidInput above MOST_FILLED rows.
    """
    at = next(index for index, scale in enumerate(groups.scales) if scale.dimensions == BY_PERIOD)
    there = [start for (start,) in groups.scales[at].values]
    first, last = first or min(there, default=None), last or max(there, default=None)
    if first is None or last is None or first > last:
        return groups
    # A group's number is (before * periods + period) * after + place after the period.
    after = math.prod(len(scale.values) for scale in groups.scales[at + 1 :])
    before, behind = _numbers(groups, slice(0, at)), _numbers(groups, slice(at + 1, None))
    beside = np.unique(before * after + behind) if len(groups.scales) > 1 else np.zeros(1, np.int64)
    if periods.count(unit, first, last) * len(beside) > MOST_FILLED:
        detail = f"this makes more than {MOST_FILLED} rows; ask for fewer days, larger periods or fill=none"
        raise InvalidInput([Fault("parameter", "group_by", "too-many-rows", detail)])
    asked = list(periods.each(unit, first, last))
    starts = sorted({*there, *asked})
    place_of = {start: place for place, start in enumerate(starts)}
    moved = np.array([place_of[start] for start in there], np.int64)[groups.places[at]]
    present = (before * len(starts) + moved) * after + behind
    wanted = np.array([place_of[start] for start in asked], np.int64)
    empty = ((beside // after)[:, None] * len(starts) + wanted) * after + (beside % after)[:, None]
    numbers = np.union1d(present, empty)
    scales = list(groups.scales)
    scales[at] = Scale(BY_PERIOD, [(start,) for start in starts])
    shape = [len(scale.values) for scale in scales]
    counted = np.searchsorted(numbers, present)
    return Groups(
        scales,
        np.unravel_index(numbers, shape) if len(numbers) else [numbers] * len(shape),
        {name: _spread(each, counted, len(numbers)) for name, each in groups.measures.items()},
    )


def _numbers(groups: Groups, which: slice) -> npt.NDArray[np.int64]:
    """Return the numbers of groups along some of their scales."""
    numbers = np.zeros(len(groups), np.int64)
    for scale, places in zip(groups.scales[which], groups.places[which], strict=True):
        numbers = numbers * len(scale.values) + places
    return numbers


def _spread(measure: Measure, to: npt.NDArray[np.intp], length: int) -> Measure:
    """Put values where they belong among more groups. Of the others counts are 0, and what can be unknown is null."""
    values, known = np.zeros(length, measure.values.dtype), np.zeros(length, np.bool_)
    values[to], known[to] = measure.values, measure.known
    return Measure(values, known | (not measure.can_be_unknown), can_be_unknown=measure.can_be_unknown)


class Spans(Generic[T]):
    """Days by some key, held as few disjoint spans, so that a question costs no more for longer ones."""

    def __init__(self, spans: Iterable[tuple[T, date, date]]) -> None:
        self._spans: dict[T, tuple[list[date], list[date]]] = {}
        for key, first, last in sorted(spans, key=lambda span: span[1]):
            firsts, lasts = self._spans.setdefault(key, ([], []))
            if lasts and first <= lasts[-1]:
                lasts[-1] = max(lasts[-1], last)
            else:
                firsts.append(first)
                lasts.append(last)

    def keys(self) -> Iterable[T]:
        """Return the keys that have any days."""
        return self._spans.keys()

    def touch(self, key: T, first: date, last: date) -> bool:
        """Say whether any of the key's days lies between `first` and `last`, both included."""
        if key not in self._spans:
            return False
        firsts, lasts = self._spans[key]
        begun = bisect_right(firsts, last)
        return begun > 0 and lasts[begun - 1] >= first
