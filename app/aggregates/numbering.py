"""Number the groups of a grouping, while they are counted: a number for each line, or for each tally."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from app.aggregates.axes import Axis, Places
from app.aggregates.dimensions import Dimension
from app.strikes.chunks import Numbers
from app.strikes.columns import Lines
from app.strikes.matches import Matches


@dataclass(frozen=True, slots=True)
class Chosen:
    """Some of the groups along some axes, and one that takes all others in.

    `table` holds, by the number of a group along the axes, its place among `values`.
    """

    axes: Sequence[Axis]
    table: npt.NDArray[Any]
    values: Sequence[tuple[Any, ...]]
    # Whether the last of the values takes in others: there may have been none.
    has_other: bool


@dataclass(frozen=True, slots=True)
class Numbered:
    """The groups of what matches of a chunk: `groups` of each line, or by a property of tallies of each tally.

    A number is (place of the period - place of the one that begins on the day `first`) * groups that there could be
    beside it + number beside it, and `possible` says how many there could be. Without periods `first` is None. By
    tallies, `once` holds the line of each tally that is the first one of its line in its group, and of all others the
    number of lines, which is no line's.
    """

    groups: Places
    first: int | None
    possible: int
    once: Numbers | None


@dataclass(frozen=True, slots=True)
class Numbering:
    """How groups are numbered: by period first, since a chunk holds lines of few days, then by what is beside it.

    `beside` are the other axes, those of lines before those of tallies. The last one counts fastest.
    """

    source: Lines
    period: Axis | None
    beside: tuple[Axis, ...]
    chosen: Chosen | None

    @property
    def by_tallies(self) -> bool:
        """Whether a line can be in several groups."""
        return any(each.of_tallies for each in self.beside)

    @property
    def size(self) -> int:
        """How many groups there could be in one period."""
        return (
            math.prod(len(each.values) for each in self.beside)
            if self.chosen is None
            else len(self.chosen.values)
        )

    @property
    def key(self) -> Hashable | None:
        """What the numbers of a chunk's groups hang on beside the chunk; None: on more than can be told.

        Periods are counted from the chunk's own first one, so it does not matter which others there are.
        """
        axes = self.beside if self.period is None else (*self.beside, self.period)
        if any(each.published_on is not None for each in axes):
            return None
        chosen = self.chosen and (tuple(self.chosen.axes), tuple(self.chosen.values), self.chosen.has_other)
        return self.period and self.period.unit, self.beside, chosen

    def is_in_order(self, axes: Sequence[Axis]) -> bool:
        """Say whether numbers rise as the groups do in the order of these axes."""
        period = () if self.period is None else (self.period,)
        return self.chosen is None and (*period, *self.beside) == tuple(axes)

    def begin(self, first: int | None) -> int:
        """Return the number of the first group of the period that begins on a day; 0 without periods."""
        if self.period is None or first is None:
            return 0
        return int(np.searchsorted(self.period.values, first)) * self.size

    def __call__(self, matches: Matches) -> Numbered:
        """Give each line, or each tally, that matches the number of its group."""
        size = possible = self.size
        first, begin = None, np.zeros(1, np.intp)
        if self.period is not None:
            begin = self.period.places(matches, self.source)
            least = int(begin.min())
            possible = (int(begin.max()) - least + 1) * size
            begin = (begin - least) * size
            first = int(self.period.values[least])
        number: Places | None = None
        for each in self.beside:
            if not each.of_tallies:
                places = each.places(matches, self.source)
                number = places if number is None else number * len(each.values) + places
        if number is None:
            number = np.zeros(len(matches), np.intp)
        axes = tuple(each for each in self.beside if each.of_tallies)
        if not axes:
            number = number if self.chosen is None else self.chosen.table.take(number)
            return Numbered(begin + number, first, possible, None)
        number = number * math.prod(len(each.values) for each in axes)
        own, once = self._of_tallies(matches, axes)
        if self.chosen is None:
            return Numbered((begin + number).take(matches.owners) + own, first, possible, once)
        groups = np.broadcast_to(begin, len(matches)).take(matches.owners) + self.chosen.table.take(
            number.take(matches.owners) + own
        )
        return Numbered(groups, first, possible, _once(matches, groups))

    def _of_tallies(self, matches: Matches, axes: tuple[Axis, ...]) -> tuple[npt.NDArray[Any], Numbers]:
        """Return the number of each tally along the axes of tallies, as small as can be, and the first ones' lines."""
        number = axes[0].places(matches, self.source)
        for each in axes[1:]:
            number = number * len(each.values) + each.places(matches, self.source)
        own = number.astype(np.min_scalar_type(math.prod(len(each.values) for each in axes)))
        return own, _once(matches, own)


def numbering(source: Lines, axes: Sequence[Axis], chosen: Chosen | None = None) -> Numbering:
    """Return how the groups along some axes are numbered. Periods that are ranked are groups like others."""
    ranked = chosen is not None and any(each.dimension is Dimension.PERIOD for each in chosen.axes)
    period = next((each for each in axes if each.dimension is Dimension.PERIOD and not ranked), None)
    beside = _ordered([each for each in axes if each is not period])
    return Numbering(source, period, tuple(beside), chosen)


def table_of(axes: Sequence[Axis], values: Sequence[tuple[Any, ...]]) -> npt.NDArray[Any]:
    """Return the table of `Chosen`: the place of each of these values by its number, of all others their count."""
    shape = [len(each.values) for each in _ordered(axes)]
    table = np.full(math.prod(shape), len(values), np.min_scalar_type(len(values)))
    if values:
        places = {
            axis: [axis.place(value) for value in of]
            for axis, of in zip(axes, zip(*values, strict=True), strict=True)
        }
        table[np.ravel_multi_index([places[each] for each in _ordered(axes)], shape)] = np.arange(len(values))
    return table


def _ordered(axes: Sequence[Axis]) -> Sequence[Axis]:
    """Return axes of lines before those of tallies."""
    return sorted(axes, key=lambda each: each.of_tallies)


def _once(matches: Matches, numbers: npt.NDArray[Any]) -> Numbers:
    owners = matches.owners
    once = owners.copy()
    # Tallies of one line stand together: each is held against the one before it, the one before that, and so on,
    # for as long as any line has so many.
    later, back = np.flatnonzero(owners[1:] == owners[:-1]) + 1, 1
    while len(later):
        once[later[numbers.take(later) == numbers.take(later - back)]] = len(matches)
        back += 1
        later = later[later >= back]
        later = later[owners.take(later) == owners.take(later - back)]
    return once
