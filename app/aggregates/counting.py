"""Count what matches of one chunk, by group.

A chunk holds whole reports, so what is counted of each chunk adds up, different reports too. And it never changes, so
what was counted of all of it can be kept (see Matching.counted): a roll-up that is never stale, since what is written
makes another chunk.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from app.aggregates.axes import Places
from app.aggregates.groups import Integers
from app.aggregates.numbering import Numbered
from app.strikes.chunks import KNOWN, UNKNOWN
from app.strikes.matches import Matches, picked
from app.strikes.packing import Array, Packed, packed

# Groups are counted in a table of all that there could be in a chunk, up to so many; else of those that are there,
# which up to so many are found in a table, and else by sorting.
MOST_POSSIBLE = 1 << 14
MOST_LOOKED_UP = 1 << 21

# Bytes of a table of all pairs of a report and a group that there could be, at most, and for each pair that is there;
# else those that are there are sorted.
MOST_PAIRS = 1 << 22
BYTES_OF_PAIR = 8

# Rows of a table of ones that add up within a byte.
ROWS_IN_BYTE = 255

OF_TALLIES = ("items_min", "items_max", "open_ended")

# By period: the reports of a group that have no line in the same group of an earlier period.
NEW_REPORTS = "new_reports"

# What is counted of each group, and its row in a table.
COUNTED = ("reports", "lines", *KNOWN, *OF_TALLIES, *KNOWN.values(), NEW_REPORTS)
ROW = {name: row for row, name in enumerate(COUNTED)}


# Counts in as few bytes as hold them.
Counted = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of the groups of a chunk: a row for each of COUNTED, a column for each group.

    `groups` are the numbers of the groups, None for all that there could be, counted from the beginning of a period:
    `first` is its first day, None where periods are no groups. `totals` has a count for each row.
    """

    rows: Counted
    groups: Places | None
    totals: Integers
    first: int | None

    @property
    def nbytes(self) -> int:
        """How many bytes they take."""
        return self.rows.nbytes + (0 if self.groups is None else self.groups.nbytes)


def counts(matches: Matches, numbered: Numbered, size: int) -> Counts:
    """Count what matches. `size` is that of the numbering where new reports are asked for, else 0."""
    numbers, possible, groups = numbered.groups, numbered.possible, None
    if possible > MOST_POSSIBLE:
        groups, numbers = _present(numbers, possible)
        possible = len(groups)
    rows = np.zeros((len(COUNTED), possible), np.int64)
    totals = np.zeros(len(COUNTED), np.int64)
    # The reports of a chunk are few, and numbered in a range.
    reports = matches.chunk.reports[1] - matches.chunk.reports[0] + 1
    rank = matches.line("report").astype(np.intp) - matches.chunk.reports[0]
    totals[ROW["reports"]] = np.count_nonzero(np.bincount(rank))
    pairs = rank * possible
    pairs = numbers + (pairs if numbered.once is None else pairs.take(matches.owners))
    rows[ROW["reports"]] = _different(pairs, reports, possible)
    if size:
        rows[ROW[NEW_REPORTS]] = _new(matches, numbered, numbers, possible, size)
    together = list(matches.chunk.counts)
    if numbered.once is not None:
        for name, sums in _items(matches, numbers, possible).items():
            rows[ROW[name]] = sums
    elif matches.all_tallies:
        together += matches.chunk.items
    else:
        for each in packed(_items(matches, matches.owners, len(matches))):
            _enter(rows, each, np.bincount(numbers, each.values, possible))
    for each in together:
        values = picked(each.values, matches.lines)
        _enter(totals, each, values.sum())
        weights = values if numbered.once is None else np.append(values, 0.0).take(numbered.once)
        _enter(rows, each, np.bincount(numbers, weights, possible))
    of_tallies = [ROW[name] for name in OF_TALLIES]
    totals[of_tallies] = rows[of_tallies].sum(axis=1)
    # They may be kept.
    smaller = rows.astype(np.int32) if rows.max(initial=0) <= np.iinfo(np.int32).max else rows
    return Counts(smaller, groups, totals, numbered.first)


def _enter(table: Integers, columns: Packed, sums: Array) -> None:
    for names, values in columns.unpacked(sums):
        for name in names:
            table[ROW[name]] = values


def once(numbered: Numbered, length: int) -> tuple[Places, Array | slice]:
    """Return groups, and which of the lines counts in each: one line can in several."""
    if numbered.once is None:
        return numbered.groups, slice(None)
    which = np.flatnonzero(numbered.once < length)
    return numbered.groups.take(which), numbered.once.take(which)


def _present(numbers: Places, possible: int) -> tuple[Places, Places]:
    """Return the groups that are there, in order, and for each number the place of its group among them."""
    if possible > MOST_LOOKED_UP:
        found: tuple[Places, Places] = np.unique(numbers, return_inverse=True)
        return found
    there = np.zeros(possible, np.bool_)
    there[numbers] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1).take(numbers)


def _different(pairs: Places, reports: int, possible: int) -> Integers:
    """Count how many different reports a group has. A pair is the number of a report * possible groups + a group."""
    if reports * possible > min(MOST_PAIRS, len(pairs) * BYTES_OF_PAIR):
        # Smaller numbers are sorted sooner.
        pairs = pairs.astype(np.int32) if reports * possible <= np.iinfo(np.int32).max else pairs
        pairs.sort()
        differs = np.flatnonzero(pairs[1:] != pairs[:-1]) + 1
        return np.bincount(np.concatenate((pairs[:1], pairs.take(differs))) % possible, minlength=possible)
    whole = -(-reports // ROWS_IN_BYTE)
    there = np.zeros(whole * ROWS_IN_BYTE * possible, np.uint8)
    there[pairs] = 1
    added = np.add.reduce(there.reshape(whole, ROWS_IN_BYTE, possible), axis=1, dtype=np.uint8)
    found: Integers = added.sum(axis=0, dtype=np.int64)
    return found


def _new(matches: Matches, numbered: Numbered, numbers: Places, possible: int, size: int) -> Integers:
    """Count for each group the reports that are in no earlier period of the same group beside it."""
    groups, lines = once(numbered, len(matches))
    report = matches.line("report")[lines]
    period, beside = groups // size, groups % size
    order = np.lexsort((period, beside, report))
    of, beside = report[order], beside[order]
    differs = np.flatnonzero((beside[1:] != beside[:-1]) | (of[1:] != of[:-1])) + 1
    first = order.take(np.concatenate((np.zeros(1, np.intp), differs)))
    if numbered.once is not None:
        numbers = numbers.take(np.flatnonzero(numbered.once < len(matches)))
    return np.bincount(numbers.take(first), minlength=possible)


def _items(matches: Matches, numbers: Array, length: int) -> dict[str, Integers]:
    """Add up tallies by a number of each."""
    least = matches.tally("count_min")
    items_min = np.bincount(numbers, least, length).astype(np.int64)
    if matches.chunk.exact:
        return {"items_min": items_min, "items_max": items_min, "open_ended": np.zeros(length, np.int64)}
    # Most counts are exact, so only what the others differ by is added up anew.
    most = matches.tally("count_max")
    inexact = np.flatnonzero(most != least)
    least, most, numbers = least.take(inexact), most.take(inexact), numbers.take(inexact)
    opened = most == UNKNOWN
    beyond = np.where(opened, 0, most).astype(np.int64) - least
    return {
        "items_min": items_min,
        "items_max": items_min + np.bincount(numbers, beyond, length).astype(np.int64),
        "open_ended": np.bincount(numbers[opened], minlength=length),
    }
