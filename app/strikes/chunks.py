"""Lines and tallies as columns in memory, in chunks: each holds the lines of some reports, and these whole.

What is counted of one chunk adds up with what is counted of the others, different reports too, and what a chunk
needs for a moment fits into the processor's cache. A chunk never changes: what is written makes another one of it.

Days are counted from 1970-01-01. In whole numbers UNKNOWN stands for null.
"""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from app.db.kept import Kept, size_of
from app.strikes.packing import Array, packed

Numbers = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

# Some of the positions of a column: a range, or each by itself in rising order.
Positions = slice | npt.NDArray[np.intp]

UNKNOWN = -1

# What can be unknown of a line, each with what counts the lines of which it is known.
KNOWN = {"strikes_min": "known_min", "strikes_max": "known_max", "engagements": "known_engagements"}

# The number that superseded what stands.
NEVER = np.iinfo(np.int32).max

# A chunk is full once it has so many lines: some megabytes.
LINES_IN_CHUNK = 1 << 15

# Bytes of what was counted of all of it that a chunk holds on to, with what was asked.
BYTES_COUNTED = 1 << 18

LINES: Mapping[str, type[np.generic]] = {
    "id": np.int32,
    # The report's position among the reports.
    "report": np.int32,
    "first_day": np.int32,
    "last_day": np.int32,
    # The position in COUNTRY_CODES.
    "country": np.int16,
    # 0: no place.
    "location": np.int32,
    "strikes_min": np.int32,
    "strikes_max": np.int32,
    "engagements": np.int32,
    "repeats": np.bool_,
    # The line that first told of the same event; its own id where that is this one.
    "event": np.int32,
    "recorded": np.int32,
    "superseded": np.int32,
    # How many rows it has among the tallies: at least one.
    "tallies": np.int32,
}

# A line without any tally has one row all the same, of no category and of NO_EFFECT, which counts nothing.
TALLIES: Mapping[str, type[np.generic]] = {
    # 0: no category.
    "category": np.int32,
    # The position in EFFECTS.
    "effect": np.int8,
    "count_min": np.int32,
    "count_max": np.int32,
}

# Columns of small numbers, which a chunk holds in as few bytes as its own numbers need.
NARROW = frozenset(
    {"location", "strikes_min", "strikes_max", "engagements", "tallies", "category", "count_min", "count_max"}
)


class Chunk:
    """The lines of some reports with their tallies, those of a line together.

    Lines are in the order of their places, and then of their days: one place is a range of each chunk. The positions
    of its reports are a range, from the first of `reports` to the last.
    """

    def __init__(self, lines: Mapping[str, Array], tallies: Mapping[str, Array]) -> None:
        self.lines = {name: _narrow(each) if name in NARROW else each for name, each in lines.items()}
        self.tallies = {name: _narrow(each) if name in NARROW else each for name, each in tallies.items()}
        # Where the tallies of each line begin, and where those of the last one end.
        self.begin = np.append(0, np.cumsum(lines["tallies"])).astype(np.int32)
        self.reports = int(lines["report"].min()), int(lines["report"].max())
        self.first_days = int(lines["first_day"].min()), int(lines["first_day"].max())
        self.last_days = int(lines["last_day"].min()), int(lines["last_day"].max())
        self.repeats = bool(lines["repeats"].any())
        # Whether every count is known exactly.
        self.exact = bool((tallies["count_min"] == tallies["count_max"]).all())
        self._recorded = int(lines["recorded"].min()), int(lines["recorded"].max())
        self._superseded = int(lines["superseded"].min())
        # What each line counts for, and what its tallies add up to.
        self.counts = packed(_counts(lines))
        self.items = packed(_items(tallies, self.begin[:-1]))
        # What was counted of all of its lines, by what was asked.
        self.counted: Kept[Hashable, Any] = Kept(
            BYTES_COUNTED, lambda key, counts: size_of(key) + int(counts.nbytes)
        )

    def __len__(self) -> int:
        return len(self.lines["id"])

    def standing(self, seq: int) -> Positions:
        """Return the lines that stood as of a number."""
        if self._recorded[1] <= seq < self._superseded:
            return slice(0, len(self))
        if seq < self._recorded[0]:
            return np.empty(0, np.intp)
        return np.flatnonzero((self.lines["recorded"] <= seq) & (self.lines["superseded"] > seq))

    def marked(self, ids: Numbers, superseded: Numbers) -> "Chunk":
        """Return the chunk with some of its lines superseded, each by the number given."""
        order = np.argsort(self.lines["id"], kind="stable")
        at = order[np.searchsorted(self.lines["id"], ids, sorter=order)]
        marks = self.lines["superseded"].copy()
        marks[at] = superseded
        return Chunk({**self.lines, "superseded": marks}, self.tallies)

    def with_lines(self, lines: Mapping[str, Array], tallies: Mapping[str, Array]) -> "Chunk":
        """Return the chunk with further lines, each of which has tallies that stand together, in the order of lines."""
        return made(
            {name: np.concatenate((each, lines[name])) for name, each in self.lines.items()},
            {name: np.concatenate((each, tallies[name])) for name, each in self.tallies.items()},
        )


def made(lines: Mapping[str, Array], tallies: Mapping[str, Array]) -> Chunk:
    """Make a chunk of lines in any order, each of which has tallies that stand together, in the order of lines."""
    order = np.lexsort((lines["first_day"], lines["location"]))
    counts = lines["tallies"]
    _, moved = ranges((np.cumsum(counts) - counts).take(order), counts.take(order))
    return Chunk(
        {name: each.take(order) for name, each in lines.items()},
        {name: each.take(moved) for name, each in tallies.items()},
    )


def _narrow(column: Array) -> Array:
    least, most = column.min(initial=0), column.max(initial=0)
    for kind in (np.int8, np.int16):
        bounds = np.iinfo(kind)
        if bounds.min <= least and most <= bounds.max:
            return column.astype(kind)
    return column.astype(np.int32)


def _counts(lines: Mapping[str, Array]) -> Mapping[str, Array]:
    """Return what each line counts for: what is unknown for nothing, and as not known."""
    found: dict[str, Array] = {"lines": np.ones(len(lines["id"]), np.int64)}
    for name, known in KNOWN.items():
        found[known] = lines[name] != UNKNOWN
        found[name] = np.maximum(lines[name], 0)
    return found


def _items(tallies: Mapping[str, Array], begin: Array) -> Mapping[str, Array]:
    most = tallies["count_max"]
    opened = most == UNKNOWN
    return {
        "items_min": np.add.reduceat(tallies["count_min"], begin, dtype=np.int64),
        "items_max": np.add.reduceat(np.where(opened, 0, most), begin, dtype=np.int64),
        "open_ended": np.add.reduceat(opened, begin, dtype=np.int64),
    }


def ranges(begin: Array, counts: Array) -> tuple[Numbers, npt.NDArray[np.intp]]:
    """Return the positions of several ranges, one after another, and before these which of the ranges each is in."""
    ends = np.cumsum(counts)
    owners = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    return owners, (begin - (ends - counts)).take(owners) + np.arange(len(owners))
