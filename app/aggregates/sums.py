"""Add up the lines and tallies that match, by group. Knows columns, and neither requests nor SQL.

Strikes and tallies are summed apart: a line with two tallies is still one line. By a property of tallies a line
counts once in each group that it has a tally for, and a line without any in the group of null.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from app.aggregates.axes import Axis, Places
from app.aggregates.dimensions import Dimension
from app.strikes.columns import UNKNOWN
from app.strikes.matching import Matches, count, positions

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# Groups, or pairs of a report and a group, that are counted in a table of all that there could be. If there could
# be more, those that are there are found by sorting.
MOST_POSSIBLE = 1 << 22


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of every group: its values, and where they are known. What is not known is null.

    Of some measures a group without any lines has 0, of those that can be unknown it has null.
    """

    values: Integers
    known: Flags
    can_be_unknown: bool = False

    def at(self, which: Places) -> "Measure":
        """Return the measure of some groups."""
        return Measure(self.values[which], self.known[which], self.can_be_unknown)

    def listed(self) -> list[int | None]:
        """Return the values of all groups, None for null."""
        return [
            value if known else None
            for value, known in zip(self.values.tolist(), self.known.tolist(), strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Scale:
    """The values of one or more dimensions, each a tuple of as many, in the order in which groups are numbered."""

    dimensions: tuple[Dimension, ...]
    values: Sequence[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups that are there, in order: for each scale the place of each one's value, and the measures by name."""

    scales: Sequence[Scale]
    places: Sequence[Places]
    measures: Mapping[str, Measure]

    def __len__(self) -> int:
        return len(self.measures["lines"].values)

    def at(self, which: Places) -> "Groups":
        """Return some of the groups, in the order given."""
        places = [each[which] for each in self.places]
        return Groups(self.scales, places, {name: each.at(which) for name, each in self.measures.items()})


@dataclass(frozen=True, slots=True)
class Chosen:
    """Some of the groups along some axes, and one that takes all others in.

    `table` holds, by the number of a group along the axes, its place among `values`.
    """

    axes: Sequence[Axis]
    table: Integers
    values: Sequence[tuple[Any, ...]]
    # Whether the last of the values takes in others: there may have been none.
    has_other: bool


# By period: the reports of a group that have no line in the same group of an earlier period.
NEW_REPORTS = "new_reports"


def sums(
    matches: Matches,
    axes: Sequence[Axis],
    chosen: Chosen | None = None,
    *,
    new_reports: bool = False,
) -> Groups:
    """Return the measures of every group that has a line; without axes, of one group, of whatever there is.

    With `chosen`, groups are numbered along its values first, and then along those of the other axes.
    `new_reports` adds NEW_REPORTS, which adds up over periods as `reports` does not.
    """
    scales, axes = _scales(axes, chosen)
    shape = tuple(len(each.values) for each in scales)
    size = math.prod(shape)
    of_tallies = _numbers_of_tallies(matches, axes, chosen)
    which, numbers = _numbers_of_lines(matches, axes, chosen, of_tallies)
    new = _new(matches, which, numbers, scales) if new_reports else None
    present = None
    if size > MOST_POSSIBLE:
        present = np.unique(numbers)
        numbers, of_tallies = np.searchsorted(present, numbers), np.searchsorted(present, of_tallies)
        size = len(present)
    measures = {
        **_of_lines(matches, which, numbers, size),
        **_of_tallies(matches, of_tallies, size),
    }
    if new is not None:
        measures[NEW_REPORTS] = _always(np.bincount(numbers[new], minlength=size))
    there = np.flatnonzero(measures["lines"].values) if axes else np.arange(1)
    groups = there if present is None else present[there]
    return Groups(
        scales,
        np.unravel_index(groups, shape) if len(groups) and axes else [groups] * len(scales),
        {name: each.at(there) for name, each in measures.items()},
    )


def spells(
    matches: Matches, axes: Sequence[Axis], chosen: Chosen | None
) -> Iterator[tuple[tuple[tuple[Any, ...], ...], int, int]]:
    """Yield the days of lines of several days, from the first to the last: once for each group, given by scale."""
    scales, axes = _scales(axes, chosen)
    of_tallies = _numbers_of_tallies(matches, axes, chosen)
    which, numbers = _numbers_of_lines(matches, axes, chosen, of_tallies)
    shape = tuple(len(each.values) for each in scales)
    found = positions(matches.lines) if which is None else positions(matches.lines)[which]
    first_day, last_day = matches.source.lines["first_day"][found], matches.source.lines["last_day"][found]
    several = last_day > first_day
    days = np.unique(np.stack((numbers[several], first_day[several], last_day[several])), axis=1)
    for number, first, last in days.T.tolist():
        places = np.unravel_index(number, shape) if shape else ()
        yield tuple(scale.values[at] for scale, at in zip(scales, places, strict=True)), first, last


def _scales(axes: Sequence[Axis], chosen: Chosen | None) -> tuple[list[Scale], Sequence[Axis]]:
    """Return the scales along which groups are numbered, and the axes in that order."""
    if chosen is None:
        return [Scale((each.dimension,), [(value,) for value in each.values]) for each in axes], axes
    taken = {each.dimension for each in chosen.axes}
    rest = [each for each in axes if each.dimension not in taken]
    scales, _ = _scales(rest, None)
    return [Scale(tuple(each.dimension for each in chosen.axes), chosen.values), *scales], [
        *chosen.axes,
        *rest,
    ]


def _numbers_of_tallies(matches: Matches, axes: Sequence[Axis], chosen: Chosen | None) -> Integers:
    """Return the number of the group of each tally."""
    owners = matches.owners
    return _numbers(
        axes, chosen, lambda each: each.places if each.of_tallies else each.places[owners], len(owners)
    )


def _numbers_of_lines(
    matches: Matches, axes: Sequence[Axis], chosen: Chosen | None, of_tallies: Integers
) -> tuple[Places | None, Integers]:
    """Return the numbers of the groups of lines, and which line each is for; None: for each line there is one."""
    if any(each.of_tallies for each in axes):
        return _once_a_line(matches, of_tallies, axes, chosen)
    return None, _numbers(axes, chosen, lambda each: each.places, count(matches.lines))


def _numbers(
    axes: Sequence[Axis], chosen: Chosen | None, places: Callable[[Axis], Places], length: int
) -> Integers:
    """Return numbers along the axes, the last one counting fastest; `places` gives those of the rows in question."""
    numbers = np.zeros(length, np.int64)
    for index, each in enumerate(axes):
        numbers *= len(each.values)
        numbers += places(each)
        if chosen is not None and index == len(chosen.axes) - 1:
            numbers = chosen.table[numbers]
    return numbers


def _once_a_line(
    matches: Matches, of_tallies: Integers, axes: Sequence[Axis], chosen: Chosen | None
) -> tuple[Places, Integers]:
    """Return each line once for each group that it has a tally for, or else for the group of null."""
    first = np.ones(len(of_tallies), np.bool_)
    # Tallies of one line stand together: each is held against the one before it, the one before that, and so on,
    # for as long as any line has so many.
    later, back = np.arange(1, len(of_tallies)), 1
    while len(later := later[matches.owners[later] == matches.owners[later - back]]):
        first[later[of_tallies[later] == of_tallies[later - back]]] = False
        back += 1
        later = later[later >= back]
    bare = np.ones(count(matches.lines), np.bool_)
    bare[matches.owners] = False
    lone = np.flatnonzero(bare)

    def places(each: Axis) -> Places:
        return np.full(len(lone), len(each.values) - 1) if each.of_tallies else each.places[lone]

    numbers = np.concatenate((of_tallies[first], _numbers(axes, chosen, places, len(lone))))
    return np.concatenate((matches.owners[first], lone)), numbers


def _new(matches: Matches, which: Places | None, numbers: Integers, scales: Sequence[Scale]) -> Places:
    """Return, for each report and group beside its period, one of its rows in the earliest period."""
    report = matches.source.lines["report"][matches.lines]
    report = report if which is None else report[which]
    at = next(index for index, each in enumerate(scales) if each.dimensions == (Dimension.PERIOD,))
    after = math.prod(len(each.values) for each in scales[at + 1 :])
    period = numbers // after % max(1, len(scales[at].values))
    order = np.lexsort((period, numbers - period * after, report))
    beside, of = (numbers - period * after)[order], report[order]
    differs = (beside[1:] != beside[:-1]) | (of[1:] != of[:-1])
    first: Places = order[np.append(np.ones(min(1, len(order)), np.bool_), differs)]
    return first


def _of_lines(matches: Matches, which: Places | None, numbers: Integers, size: int) -> dict[str, Measure]:
    """Add up lines, each as often as `which` names it, in the group of its number."""

    def column(name: str) -> npt.NDArray[Any]:
        of_matching = matches.source.lines[name][matches.lines]
        return of_matching if which is None else of_matching[which]

    return {
        "reports": _always(_different(column("report"), numbers, size)),
        "lines": _always(np.bincount(numbers, minlength=size)),
        **{
            name: _added(column(name), numbers, size)
            for name in ("strikes_min", "strikes_max", "engagements")
        },
    }


def _of_tallies(matches: Matches, numbers: Integers, size: int) -> dict[str, Measure]:
    least = matches.source.tallies["count_min"][matches.tallies]
    most = matches.source.tallies["count_max"][matches.tallies]
    # Most counts are exact, so only what the others differ by is added up anew.
    inexact = np.flatnonzero(most != least)
    most, beyond = most[inexact], most[inexact].astype(np.int64) - least[inexact]
    opened = most == UNKNOWN
    items_min = _sum(least, numbers, size)
    beyond[opened] = -least[inexact][opened].astype(np.int64)
    return {
        "items_min": _always(items_min),
        "items_max": _always(items_min + _sum(beyond, numbers[inexact], size)),
        "open_ended": _always(np.bincount(numbers[inexact][opened], minlength=size)),
    }


def _always(values: npt.NDArray[Any]) -> Measure:
    return Measure(values.astype(np.int64), np.ones(len(values), np.bool_))


def _added(values: npt.NDArray[Any], numbers: Integers, size: int) -> Measure:
    """Add up what is known; a group in which nothing is has no sum."""
    known = values != UNKNOWN
    if not known.all():
        values, numbers = values[known], numbers[known]
    return Measure(_sum(values, numbers, size), np.bincount(numbers, minlength=size) > 0, can_be_unknown=True)


def _sum(values: npt.NDArray[Any], numbers: Integers, size: int) -> Integers:
    # Whole numbers up to 2^53 add up exactly in floating point, and no sum of counts comes near.
    total: Integers = np.bincount(numbers, values, size).astype(np.int64)
    return total


def _different(of: npt.NDArray[Any], numbers: Integers, size: int) -> Integers:
    """Count how many different values a group has."""
    if not len(of):
        return np.zeros(size, np.int64)
    pairs = of.astype(np.int64) * size + numbers
    # Lines of one report mostly stand together, and so do those of one group of it.
    pairs = _once(pairs)
    possible = (int(of.max()) + 1) * size
    if possible <= MOST_POSSIBLE:
        there = np.zeros(possible, np.bool_)
        there[pairs] = True
        counts: Integers = there.reshape(-1, size).sum(axis=0)
        return counts
    pairs.sort()
    return np.bincount(_once(pairs) % size, minlength=size)


def _once(values: Integers) -> Integers:
    """Leave out each value that is the same as the one before it."""
    differs = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=differs[1:])
    return values[differs]
