"""Groups as they are handed on: their values along scales, and the measures of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from app.aggregates.axes import Places
from app.aggregates.dimensions import Dimension

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of every group: its values, and where they are known. What is not known is null.

    Of some measures a group without any lines has 0, of those that can be unknown it has null.
    """

    values: npt.NDArray[Any]
    known: Flags
    can_be_unknown: bool = False

    def __len__(self) -> int:
        return len(self.values)

    def at(self, which: Places) -> "Measure":
        """Return the measure of some groups."""
        return Measure(self.values.take(which), self.known.take(which), self.can_be_unknown)

    def listed(self) -> list[Any]:
        """Return the values of all groups, None for null."""
        values: list[Any] = self.values.tolist()
        for place in np.flatnonzero(~self.known).tolist():
            values[place] = None
        return values


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
        places = [each.take(which) for each in self.places]
        return Groups(self.scales, places, {name: each.at(which) for name, each in self.measures.items()})
