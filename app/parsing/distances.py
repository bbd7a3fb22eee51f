"""Distances and directions from a place: "50 kilometers northwest of".

What lies 50 km from a place is not at it; the point is derived where the place is known, in app/releases.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.parsing.numbers import read_count
from app.parsing.text import Token

# Kilometers of a unit, singular and plural.
_UNITS = {
    **dict.fromkeys("km kms kilometer kilometers kilometre kilometres".split(), 1.0),
    **dict.fromkeys("mile miles".split(), 1.609344),
    **dict.fromkeys("nm".split(), 1.852),
    **dict.fromkeys("m meter meters metre metres".split(), 0.001),
}
NAUTICAL_MILE = 1.852
# Degrees clockwise from north.
_BEARINGS = {
    "north": 0, "northeast": 45, "east": 90, "southeast": 135,
    "south": 180, "southwest": 225, "west": 270, "northwest": 315,
}  # fmt: skip
_BEFORE = frozenset("about some roughly approximately around nearly almost over just a distance of".split())
_BETWEEN = frozenset({"to", "the", "away", "due", "just"})
# Tokens that a number of kilometers may have.
MAX_NUMBER = 4


@dataclass(frozen=True, slots=True)
class Distance:
    """How far from a place, in kilometers, and the bearing in degrees from north; None where no direction is given.

    `first` is the token at which the words begin.
    """

    first: int
    km: float
    bearing: int | None


def bearing_of(low: str) -> int | None:
    """Return the degrees of a direction; None where the word is none. Reads: "north-west", "southeastern"."""
    return _BEARINGS.get(low.replace("-", "").removesuffix("ern"))


def distance_before(tokens: Sequence[Token], joint: int) -> Distance | None:
    """Read the distance that ends before "of" or "from" at `joint`; None where none is given.

    Reads: "50 km north of", "some 35 miles to the south-west of", "12 nautical miles from".
    """
    index = joint - 1
    bearing = None
    while index >= 0 and (bearing_of(tokens[index].low) is not None or tokens[index].low in _BETWEEN):
        bearing = bearing_of(tokens[index].low) if bearing is None else bearing
        index -= 1
    unit = _UNITS.get(tokens[index].low) if index > 0 else None
    if unit is None:
        return None
    end = index
    if tokens[index - 1].low in {"nautical", "statute"}:
        unit = NAUTICAL_MILE if tokens[index - 1].low == "nautical" else unit
        end = index - 1
    for first in range(max(0, end - MAX_NUMBER), end):
        read = read_count(tokens, first, end)
        if read and read.after == end and read.kind != "article" and read.count.maximum is not None:
            value = _decimal(tokens, first, end, read.count.maximum)
            before = next((here for here in range(first, 0, -1) if tokens[here - 1].low not in _BEFORE), 0)
            return Distance(before, value * unit, bearing)
    return None


def _decimal(tokens: Sequence[Token], first: int, end: int, whole: int) -> float:
    """Return the number with its decimals, which three tokens hold: "2.5"."""
    if end - first == 3 and tokens[first + 1].word == ".":
        return float(f"{tokens[first].word}.{tokens[first + 2].word}")
    return float(whole)
