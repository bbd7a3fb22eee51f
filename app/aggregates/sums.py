"""Add up the lines and tallies that match, by group. Knows columns, and neither requests nor SQL.

Strikes and tallies are summed apart: a line with two tallies is still one line. By a property of tallies a line
counts once in each group that it has a tally for, and a line without any in the group of null.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from app.aggregates.axes import Axis, Places
from app.aggregates.counting import COUNTED, NEW_REPORTS, ROW, Counted, Counts, counts, once
from app.aggregates.groups import Groups, Measure, Scale
from app.aggregates.lags import Lags
from app.aggregates.numbering import Chosen, Numbering, numbering
from app.strikes.chunks import KNOWN
from app.strikes.matches import Matches
from app.strikes.matching import Matching

# The groups of all chunks are added up in one table of all that there could be, up to so many; else those that are
# there are brought together whenever so many have gathered.
MOST_IN_TABLE = 1 << 17
MOST_GATHERED = 1 << 19


def sums(
    found: Matching,
    axes: Sequence[Axis],
    chosen: Chosen | None = None,
    *,
    new_reports: bool = False,
    lag: bool = False,
) -> tuple[Groups, Groups]:
    """Return the measures of every group that has a line, and those of all that matches.

    Without axes both are of one group, of whatever there is. With `chosen`, groups are numbered along its values
    first, and then along those of the other axes. `new_reports` adds NEW_REPORTS, which adds up over periods as
    `reports` does not; `lag` adds LAGS.
    """
    number = numbering(found.source, axes, chosen)
    gathered, totals, lags = _Gathered(number, found), np.zeros(len(COUNTED), np.int64), Lags(found.source)

    def count(matches: Matches) -> Counts:
        numbered = number(matches)
        if lag:
            lags.add(matches, numbered, number.begin(numbered.first))
        return counts(matches, numbered, number.size if new_reports else 0)

    # Lags do not add up, so they are looked for each time.
    key = None if lag or number.key is None else (number.key, new_reports)
    for counted in found.counted(count, key):
        gathered.add(number.begin(counted.first), counted)
        totals += counted.totals
    found.look_at_the_clock()
    of_all = _measures(totals[:, None], new_reports=False)
    whole = Groups((), (), {**of_all, **dict(lags.totals())} if lag else of_all)
    if not axes:
        return whole, whole
    numbers, rows = gathered.all()
    found.look_at_the_clock()
    measures = _measures(rows, new_reports=new_reports)
    return _in_order(
        number, axes, numbers, {**measures, **dict(lags.measures(numbers))} if lag else measures
    ), whole


def spells(
    found: Matching, axes: Sequence[Axis], chosen: Chosen | None
) -> Iterator[tuple[tuple[tuple[Any, ...], ...], int, int]]:
    """Yield the days of lines of several days, from the first to the last: once for each group, given by scale."""
    number = numbering(found.source, axes, chosen)
    for matches in found:
        first_day, last_day = matches.line("first_day"), matches.line("last_day")
        if not (last_day > first_day).any():
            continue
        groups, lines = once(number(matches), len(matches))
        first, last = first_day[lines], last_day[lines]
        several = last > first
        days = np.unique(np.stack((groups[several], first[several], last[several])), axis=1)
        scales, places = _laid_out(number, axes, days[0])
        values = [
            [scale.values[place] for place in each.tolist()]
            for scale, each in zip(scales, places, strict=True)
        ]
        named = zip(*values, strict=True) if values else [()] * days.shape[1]
        yield from zip(named, days[1].tolist(), days[2].tolist(), strict=True)


class _Gathered:
    """What was counted of all chunks so far, by group."""

    def __init__(self, number: Numbering, found: Matching) -> None:
        self._found = found
        possible = number.size * (1 if number.period is None else len(number.period.values))
        self._table = np.zeros((len(COUNTED), possible), np.int64) if possible <= MOST_IN_TABLE else None
        self._parts: list[tuple[Places, Counted]] = []
        self._waiting, self._most = 0, MOST_GATHERED
        # No group has more of anything than all chunks have of what they have most of.
        self._largest = 0

    def add(self, begin: int, counted: Counts) -> None:
        """Add the counts of a chunk, whose groups are numbered from `begin` on."""
        rows, groups = counted.rows, counted.groups
        self._largest += int(counted.totals.max())
        if self._table is not None:
            at: Any = slice(begin, begin + rows.shape[1]) if groups is None else begin + groups
            self._table[:, at] += rows
            return
        there = np.flatnonzero(rows[ROW["lines"]])
        self._parts.append((begin + (there if groups is None else groups.take(there)), rows.take(there, 1)))
        self._waiting += len(there)
        if self._waiting > self._most:
            self._parts = [self._merged()]
            # Where hardly any group is in two parts, it is of no use to do so again soon.
            self._waiting, self._most = 0, max(MOST_GATHERED, len(self._parts[0][0]))

    def all(self) -> tuple[Places, Counted]:
        """Return the numbers of the groups that are there, in rising order, and their counts."""
        if self._table is None:
            return self._merged()
        there = np.flatnonzero(self._table[ROW["lines"]])
        return there, self._table.take(there, 1)

    def _merged(self) -> tuple[Places, Counted]:
        # Few rising stretches, which are soon sorted; NumPy's own way to tell what differs takes ten times as long.
        every = np.concatenate([np.empty(0, np.intp), *(each for each, _ in self._parts)])
        every.sort(kind="stable")
        differs = every[1:] != every[:-1]
        numbers = every[np.concatenate((np.ones(min(len(every), 1), np.bool_), differs))]
        kind = np.int32 if self._largest <= np.iinfo(np.int32).max else np.int64
        merged = np.zeros((len(COUNTED), len(numbers)), kind)
        for each, rows in self._parts:
            # No part has a group twice.
            at = np.searchsorted(numbers, each)
            for sums_so_far, counted in zip(merged, rows, strict=True):
                self._found.look_at_the_clock()
                sums_so_far[at] += counted
        return numbers, merged


def _measures(rows: Counted, *, new_reports: bool) -> Mapping[str, Measure]:
    always = np.ones(rows.shape[1], np.bool_)
    names = [name for name in COUNTED if name not in KNOWN.values() and name != NEW_REPORTS]
    names += [NEW_REPORTS] if new_reports else []
    return {
        name: Measure(rows[ROW[name]], rows[ROW[KNOWN[name]]] > 0, can_be_unknown=True)
        if name in KNOWN
        else Measure(rows[ROW[name]], always)
        for name in names
    }


def _in_order(
    number: Numbering, axes: Sequence[Axis], numbers: Places, measures: Mapping[str, Measure]
) -> Groups:
    """Put groups into the order of the axes."""
    scales, places = _laid_out(number, axes, numbers)
    groups = Groups(scales, places, measures)
    if not len(numbers) or number.is_in_order(axes):
        return groups
    return groups.at(np.lexsort([*reversed(places)]))


def _laid_out(
    number: Numbering, axes: Sequence[Axis], numbers: Places
) -> tuple[Sequence[Scale], Sequence[Places]]:
    """Return the scales of groups, in the order of the axes, of the values that occur, and each group's places."""
    period, beside = np.divmod(numbers, max(1, number.size))
    if number.chosen is not None:
        ranked = number.chosen.axes
        found = [
            (tuple(each.dimension for each in ranked), *_occurring(beside, number.chosen.values.__getitem__))
        ]
        found += [((each.dimension,), *_of_axis(each, period)) for each in axes if each is number.period]
    else:
        shape = [len(each.values) for each in number.beside]
        at = dict(zip(number.beside, np.unravel_index(beside, shape) if shape else (), strict=True))
        found = [((each.dimension,), *_of_axis(each, at.get(each, period))) for each in axes]
    return [Scale(dimensions, values) for dimensions, values, _ in found], [each for _, _, each in found]


def _of_axis(axis: Axis, places: Places) -> tuple[list[tuple[Any, ...]], Places]:
    return _occurring(places, lambda place: (axis.value(place),))


def _occurring(
    places: Places, value: Callable[[int], tuple[Any, ...]]
) -> tuple[list[tuple[Any, ...]], Places]:
    """Return the values of those places that occur, in their order, and which of these each place is."""
    there = np.zeros(int(places.max(initial=-1)) + 1, np.bool_)
    there[places] = True
    return [value(place) for place in np.flatnonzero(there).tolist()], (np.cumsum(there) - 1).take(places)
