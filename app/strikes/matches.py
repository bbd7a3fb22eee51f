"""What matches of a chunk: positions of lines and tallies in its columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from app.strikes.chunks import LINES, TALLIES, Chunk, Numbers, Positions, ranges
from app.strikes.packing import Array


@dataclass(frozen=True)
class Matches:
    """The lines of a chunk that match, and those of their tallies that match.

    Both are positions in the columns of the chunk; where they stand together, they are ranges. Where nothing is
    asked of tallies, each line has one at least, which may be one that counts nothing: see TALLIES.
    """

    chunk: Chunk
    lines: Positions
    # Positions of tallies, and which of the lines has each; None: all tallies of the lines match.
    some: tuple[Positions, Numbers] | None = None

    @property
    def all_tallies(self) -> bool:
        """Whether all tallies of the lines match."""
        return self.some is None

    @cached_property
    def of_tallies(self) -> tuple[Positions, Numbers]:
        """The positions of the tallies, and for each the place of its line among the lines, which rises."""
        return tallies_of(self.chunk, self.lines) if self.some is None else self.some

    @property
    def tallies(self) -> Positions:
        """The positions of the tallies."""
        return self.of_tallies[0]

    @property
    def owners(self) -> Numbers:
        """For each tally the place of its line among the lines."""
        return self.of_tallies[1]

    def __len__(self) -> int:
        return count(self.lines)

    def line(self, name: str) -> Array:
        """Return a column of the lines."""
        return picked(self.chunk.lines[name], self.lines)

    def tally(self, name: str) -> Array:
        """Return a column of the tallies."""
        return picked(self.chunk.tallies[name], self.tallies)


def together(parts: Sequence[Matches]) -> Matches:
    """Put what matches of several chunks together, in a chunk that holds nothing else."""
    if len(parts) == 1:
        return parts[0]
    lines = {name: np.concatenate([each.line(name) for each in parts]) for name in LINES}
    tallies = {name: np.concatenate([each.tally(name) for each in parts]) for name in TALLIES}
    lines["tallies"] = np.concatenate([np.bincount(each.owners, minlength=len(each)) for each in parts])
    return Matches(Chunk(lines, tallies), slice(0, len(lines["id"])))


def picked(column: Array, which: Positions) -> Array:
    """Return some values of a column."""
    return column[which] if isinstance(which, slice) else column.take(which)


def positions(of: Positions) -> npt.NDArray[np.intp]:
    """Return positions each by itself."""
    return np.arange(of.start, of.stop) if isinstance(of, slice) else of


def count(of: Positions) -> int:
    """Return how many positions there are."""
    return of.stop - of.start if isinstance(of, slice) else len(of)


def tallies_of(chunk: Chunk, lines: Positions) -> tuple[Positions, Numbers]:
    """Return the positions of all tallies of some lines, and for each the place of its line among them."""
    if not isinstance(lines, slice):
        owners, tallies = ranges(chunk.begin.take(lines), chunk.lines["tallies"].take(lines))
        return tallies, owners
    owners = np.repeat(np.arange(count(lines), dtype=np.int32), chunk.lines["tallies"][lines])
    return slice(int(chunk.begin[lines.start]), int(chunk.begin[lines.stop])), owners
