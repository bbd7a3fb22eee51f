"""Add up several columns at a time: side by side in the bits of one number, which has room for the sums of each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Integers = npt.NDArray[np.int64]

# Whole numbers up to 2^53 add up exactly in floating point, and no sum of counts comes near.
BITS = 53


@dataclass(frozen=True, slots=True)
class Packed:
    """Columns in one. `parts` are the names of those that share some bits, since they are alike, with the first bit.

    What begins at a bit ends where the next part begins. A column of nothing but 0 is in no part.
    """

    parts: Sequence[tuple[Sequence[str], int]]
    bits: int
    values: npt.NDArray[np.float64]

    def unpacked(self, sums: npt.NDArray[np.float64]) -> Iterator[tuple[Sequence[str], Integers]]:
        """Yield the sums of the columns of each part, from sums of the values."""
        whole = sums.astype(np.int64)
        for (names, begin), (_, end) in pairwise((*self.parts, ((), self.bits))):
            yield names, whole >> begin & (1 << end - begin) - 1


def packed(columns: Mapping[str, Array]) -> Sequence[Packed]:
    """Pack columns of whole numbers, none of them below 0, into as few as have room for the sums of any rows."""
    totals = {name: int(each.sum(dtype=np.int64)) for name, each in columns.items()}
    found: list[Packed] = []
    parts: list[tuple[list[str], int]] = []
    values: Any = None
    bits = 0
    for name, each in columns.items():
        if not totals[name]:
            continue
        twin = next((names for names, _ in parts if _alike(columns, totals, name, names[0])), None)
        if twin is not None:
            twin.append(name)
            continue
        length = totals[name].bit_length()
        if parts and bits + length > BITS:
            found.append(Packed(parts, bits, values))
            parts, values, bits = [], None, 0
        parts.append(([name], bits))
        values = each.astype(np.float64) if values is None else values + each * float(1 << bits)
        bits += length
    return [*found, Packed(parts, bits, values)] if parts else found


def _alike(columns: Mapping[str, Array], totals: Mapping[str, int], one: str, other: str) -> bool:
    return totals[one] == totals[other] and np.array_equal(columns[one], columns[other])
