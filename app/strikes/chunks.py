"""Lines and tallies as columns in memory, in chunks: each holds the lines of some reports, and these whole.

What is counted of one chunk adds up with what is counted of the others, different reports too, and what a chunk
needs for a moment fits into the processor's cache. A chunk never changes: what is written makes another one of it.

Days are counted from 1970-01-01. In whole numbers UNKNOWN stands for null.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

T = TypeVar("T")

Array = npt.NDArray[Any]
Numbers = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

# Some of the positions of a column: all of them, or each by itself in rising order.
Positions = slice | npt.NDArray[np.intp]

UNKNOWN = -1

# The number that superseded what stands.
NEVER = np.iinfo(np.int32).max

# A chunk is full once it has so many lines: some megabytes.
LINES_IN_CHUNK = 1 << 15

# Answers of `kept` that a chunk holds on to.
MOST_KEPT = 2

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
    # The position of the line in its chunk.
    "line": np.int32,
    # 0: no category.
    "category": np.int32,
    # The position in EFFECTS.
    "effect": np.int8,
    "count_min": np.int32,
    "count_max": np.int32,
}


class Chunk:
    """The lines of some reports with their tallies: those of a report stand together, and so do those of a line.

    `items` holds what the tallies of each line add up to: `items_min`, `items_max` and `open_ended`.
    """

    def __init__(self, lines: Mapping[str, Array], tallies: Mapping[str, Array]) -> None:
        self.lines = lines
        self.tallies = tallies
        begin = np.cumsum(lines["tallies"]) - lines["tallies"]
        self.begin = begin
        most = tallies["count_max"]
        opened = most == UNKNOWN
        self.items = {
            "items_min": np.add.reduceat(tallies["count_min"], begin, dtype=np.int64),
            "items_max": np.add.reduceat(np.where(opened, 0, most), begin, dtype=np.int64),
            "open_ended": np.add.reduceat(opened, begin, dtype=np.int32),
        }
        self.first_days = int(lines["first_day"].min()), int(lines["first_day"].max())
        self.last_days = int(lines["last_day"].min()), int(lines["last_day"].max())
        self.repeats = bool(lines["repeats"].any())
        self._recorded = int(lines["recorded"].min()), int(lines["recorded"].max())
        self._superseded = int(lines["superseded"].min())
        self._kept: dict[Hashable, object] = {}

    def __len__(self) -> int:
        return len(self.lines["id"])

    def standing(self, seq: int) -> Positions:
        """Return the lines that stood as of a number."""
        if self._recorded[1] <= seq < self._superseded:
            return slice(0, len(self))
        if seq < self._recorded[0]:
            return np.empty(0, np.intp)
        return np.flatnonzero((self.lines["recorded"] <= seq) & (self.lines["superseded"] > seq))

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` makes of the whole chunk, made once for as long as it is among the last asked for."""
        found = self._kept.get(key)
        if found is None:
            found = make()
            # Threads may make the same at the same time, and then keep one of them.
            for old in list(self._kept)[: 1 - MOST_KEPT]:
                self._kept.pop(old, None)
            self._kept[key] = found
        return cast("T", found)

    def marked(self, ids: Numbers, superseded: Numbers) -> "Chunk":
        """Return the chunk with some of its lines superseded, each by the number given."""
        order = np.argsort(self.lines["id"], kind="stable")
        at = order[np.searchsorted(self.lines["id"], ids, sorter=order)]
        marks = self.lines["superseded"].copy()
        marks[at] = superseded
        return Chunk({**self.lines, "superseded": marks}, self.tallies)

    def with_lines(self, lines: Mapping[str, Array], tallies: Mapping[str, Array]) -> "Chunk":
        """Return the chunk with further lines, in which tallies name their lines by position among these."""
        of = tallies["line"] + np.int32(len(self))
        return made(
            {name: np.concatenate((each, lines[name])) for name, each in self.lines.items()},
            {
                name: np.concatenate((each, of if name == "line" else tallies[name]))
                for name, each in self.tallies.items()
            },
        )


def made(lines: Mapping[str, Array], tallies: Mapping[str, Array]) -> Chunk:
    """Make a chunk of lines in any order, each of which has tallies that stand together, in the order of lines."""
    report = lines["report"]
    if np.all(report[1:] >= report[:-1]):
        return Chunk(lines, tallies)
    order = np.argsort(report, kind="stable")
    counts = lines["tallies"]
    moved = ranges((np.cumsum(counts) - counts)[order], counts[order])
    return Chunk(
        {name: each[order] for name, each in lines.items()},
        {name: each[moved] for name, each in tallies.items()}
        | {"line": np.repeat(np.arange(len(order), dtype=np.int32), counts[order])},
    )


def ranges(begin: Array, counts: Array) -> npt.NDArray[np.intp]:
    """Return the positions of several ranges, one after another: each from its beginning, so many."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    found: npt.NDArray[np.intp] = np.arange(total) + np.repeat(begin - (ends - counts), counts)
    return found
