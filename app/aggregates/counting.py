"""Count what matches of one chunk, by group.

A chunk holds whole reports, so what is counted of each chunk adds up, different reports too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.aggregates.axes import Places
from app.aggregates.groups import Integers
from app.aggregates.numbering import Numbered
from app.strikes.chunks import UNKNOWN, Array
from app.strikes.matching import Matches, picked

# Groups are counted in a table of all that there could be in a chunk, up to so many; else of those that are there,
# which up to so many are found in a table, and else by sorting.
MOST_POSSIBLE = 1 << 14
MOST_LOOKED_UP = 1 << 21

# Bytes of a table of all pairs of a report and a group that there could be; else those that are there are sorted.
MOST_PAIRS = 1 << 22

# Rows of a table of ones that add up within a byte.
ROWS_IN_BYTE = 255

# Whole numbers up to 2^53 add up exactly in floating point, and no sum of counts comes near.
BITS = 53

# What can be unknown of a line, each with what counts the lines of which it is known.
KNOWN = {"strikes_min": "known_min", "strikes_max": "known_max", "engagements": "known_engagements"}
OF_TALLIES = ("items_min", "items_max", "open_ended")

# By period: the reports of a group that have no line in the same group of an earlier period.
NEW_REPORTS = "new_reports"

# What is counted of each group, and its row in a table.
COUNTED = ("reports", "lines", *KNOWN, *OF_TALLIES, *KNOWN.values(), NEW_REPORTS)
ROW = {name: row for row, name in enumerate(COUNTED)}


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of the groups of a chunk: a row for each of COUNTED, a column for each group.

    `groups` are the numbers of the groups, None for all that there could be. `totals` has a count for each row.
    """

    rows: Integers
    groups: Places | None
    totals: Integers


def counts(matches: Matches, numbered: Numbered, size: int) -> Counts:
    """Count what matches. `size` is that of the numbering where new reports are asked for, else 0."""
    numbers, possible, groups = numbered.groups, numbered.possible, None
    if possible > MOST_POSSIBLE:
        groups, numbers = _present(numbers, possible)
        possible = len(groups)
    rows = np.zeros((len(COUNTED), possible), np.int64)
    totals = np.zeros(len(COUNTED), np.int64)
    report = matches.line("report")
    # The lines of a report stand together.
    rank = np.concatenate((np.zeros(1, np.intp), np.cumsum(report[1:] != report[:-1])))
    owners = None if numbered.once is None else matches.owners
    rows[ROW["reports"]] = _different(rank, owners, numbers, possible)
    totals[ROW["reports"]] = rank[-1] + 1
    if size:
        rows[ROW[NEW_REPORTS]] = _new(matches, numbered, numbers, possible, size)
    of_lines = _of_lines(matches)
    if numbered.once is None:
        of_lines |= _items_by_line(matches)
    else:
        for name, each in _items(matches, numbers, possible).items():
            rows[ROW[name]] = each
    for name, total in _add_up(of_lines, numbers, numbered.once, possible, rows):
        totals[ROW[name]] = total
    if numbered.once is not None:
        totals[[ROW[name] for name in OF_TALLIES]] = rows[[ROW[name] for name in OF_TALLIES]].sum(axis=1)
    return Counts(rows, groups, totals)


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


def _different(rank: Places, owners: Array | None, numbers: Places, possible: int) -> Integers:
    """Count how many different reports a group has. `rank` numbers the reports of lines, which stand together."""
    reports = int(rank[-1]) + 1
    pairs = rank * possible
    pairs = numbers + (pairs if owners is None else pairs.take(owners))
    if reports * possible > MOST_PAIRS:
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


def _of_lines(matches: Matches) -> dict[str, Array]:
    """Return what each line counts for: of what is unknown nothing, and that it is known nothing either."""
    columns: dict[str, Array] = {"lines": np.ones(len(matches), np.int64)}
    for name, known in KNOWN.items():
        column = matches.line(name)
        columns[known] = column != UNKNOWN
        columns[name] = np.maximum(column, 0)
    return columns


def _items_by_line(matches: Matches) -> dict[str, Array]:
    if matches.all_tallies:
        return {name: picked(each, matches.lines) for name, each in matches.chunk.items.items()}
    return _items(matches, matches.owners, len(matches))


def _items(matches: Matches, numbers: Array, length: int) -> dict[str, Integers]:
    """Add up tallies by a number of each."""
    least, most = matches.tally("count_min"), matches.tally("count_max")
    # Most counts are exact, so only what the others differ by is added up anew.
    inexact = np.flatnonzero(most != least)
    items_min = np.bincount(numbers, least, length).astype(np.int64)
    if not len(inexact):
        return {"items_min": items_min, "items_max": items_min, "open_ended": np.zeros(length, np.int64)}
    least, most, numbers = least.take(inexact), most.take(inexact), numbers.take(inexact)
    opened = most == UNKNOWN
    beyond = np.where(opened, 0, most).astype(np.int64) - least
    return {
        "items_min": items_min,
        "items_max": items_min + np.bincount(numbers, beyond, length).astype(np.int64),
        "open_ended": np.bincount(numbers[opened], minlength=length),
    }


def _add_up(
    columns: Mapping[str, Array], numbers: Places, of: Array | None, possible: int, rows: Integers
) -> Iterator[tuple[str, int]]:
    """Add up columns of lines by group into their rows, and yield the total of each.

    `of` are the lines that numbers belong to, where there is not one for each. Columns that are alike are added up
    once, and several at a time: side by side in the bits of one number, which has room for the sums of each.
    """
    totals = {name: int(each.sum(dtype=np.int64)) for name, each in columns.items()}
    alike: dict[str, str] = {}
    different: list[str] = []
    for name, each in columns.items():
        same = (other for other in different if totals[other] == totals[name])
        twin = next((other for other in same if np.array_equal(columns[other], each)), None)
        if twin is None and totals[name]:
            different.append(name)
        elif twin is not None:
            alike[name] = twin
    for together in _packed(different, totals):
        packed: Any = 0.0
        for name, shift in together:
            packed = packed + columns[name] * float(1 << shift)
        weights = packed if of is None else np.append(packed, 0.0).take(of)
        sums = np.bincount(numbers, weights, possible).astype(np.int64)
        for name, shift in together:
            rows[ROW[name]] = sums >> shift & (1 << totals[name].bit_length()) - 1
    for name, twin in alike.items():
        rows[ROW[name]] = rows[ROW[twin]]
    yield from totals.items()


def _packed(names: Sequence[str], totals: Mapping[str, int]) -> Iterator[list[tuple[str, int]]]:
    """Yield names that find room in one number together, each with the bit at which its sums begin."""
    together: list[tuple[str, int]] = []
    begin = 0
    for name in names:
        bits = totals[name].bit_length()
        if together and begin + bits > BITS:
            yield together
            together, begin = [], 0
        together.append((name, begin))
        begin += bits
    if together:
        yield together
