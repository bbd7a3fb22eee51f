"""Base map of the world: land, borders, rivers and lakes.

The data is `base_map.json.gz`: Natural Earth's shapes, in the public domain, written by
tests/drawings/build_base_map.py. Its members:

- `source`: the attribution.
- `x`, `y`: the points of all lines one after another, in UNIT degrees less the point before.
- `lengths`: how many points a line has. `levels`: a digit a point, its level of detail.
- `countries`: by ISO 3166-1 alpha-2 code ("" for land without a code) the rings of the country, holes among them.
  A ring is a list of lines; `~n` is line n walked from its end. Neighbours share lines.
- `borders`: the lines that are a coast or a border. `rivers`: lines. `lakes`: rings.
"""

import gzip
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

import numpy as np
import orjson

Numbers: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
Levels: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]

# Degrees: the grid of the points, and the finest bend of a line. A level doubles the bend.
UNIT = 0.002
FINEST = 0.004
LEVELS = 10

# The parallel that an open ring is closed along: only Antarctica's runs around the world.
_SOUTH_POLE = -90


@dataclass(frozen=True, slots=True)
class Shape:
    """A line or ring in degrees, without a jump at the date line, with its bounds: west, south, east, north."""

    points: Numbers
    levels: Levels
    bounds: tuple[float, float, float, float]

    def simplified(self, bend: float) -> Numbers:
        """Return the points without those whose bends are smaller than about so many degrees."""
        level = round(math.log2(max(bend, FINEST) / FINEST))
        return self.points[self.levels >= min(level, LEVELS - 1)]


@dataclass(frozen=True, slots=True)
class BaseMap:
    """The shapes of the world; `countries` has the rings of each code."""

    source: str
    countries: dict[str, tuple[Shape, ...]]
    borders: tuple[Shape, ...]
    rivers: tuple[Shape, ...]
    lakes: tuple[Shape, ...]


@cache
def base_map() -> BaseMap:
    """Read the base map, once."""
    document = orjson.loads(gzip.decompress(files("app.drawings").joinpath("base_map.json.gz").read_bytes()))
    points = np.cumsum(np.array([document["x"], document["y"]], dtype=np.int64), axis=1).T * UNIT
    levels = np.frombuffer(document["levels"].encode(), dtype=np.uint8) - ord("0")
    cuts = np.cumsum(document["lengths"])[:-1]
    lines = list(zip(np.split(points, cuts), np.split(levels, cuts), strict=True))

    def shapes(walks: Sequence[Sequence[int]]) -> tuple[Shape, ...]:
        return tuple(_shape([lines[n] if n >= 0 else _reversed(lines[~n]) for n in walk]) for walk in walks)

    return BaseMap(
        source=document["source"],
        countries={code: shapes(rings) for code, rings in document["countries"].items()},
        borders=tuple(piece for number in document["borders"] for piece in _borders(*lines[number])),
        rivers=shapes([[number] for number in document["rivers"]]),
        lakes=shapes(document["lakes"]),
    )


def _reversed(line: tuple[Numbers, Levels]) -> tuple[Numbers, Levels]:
    return line[0][::-1], line[1][::-1]


def _borders(points: Numbers, levels: Levels) -> Iterator[Shape]:
    """Yield a line without its pieces on the date line, where the data is cut and no border is."""
    line = _shape([(points, levels)])
    if line.bounds[0] > -180 and line.bounds[2] < 180:  # noqa: PLR2004 - degrees
        yield line
        return
    on_cut = np.abs(points[:, 0]) == 180  # noqa: PLR2004 - degrees
    cuts = np.flatnonzero(on_cut[:-1] & on_cut[1:]) + 1
    for piece in np.split(np.arange(len(points)), cuts):
        if len(piece) > 1:
            ends = levels[piece]
            ends[[0, -1]] = LEVELS - 1
            yield _shape([(points[piece], ends)])


def _shape(lines: Sequence[tuple[Numbers, Levels]]) -> Shape:
    """Join lines end to start; where one begins beyond the date line, it is moved by whole turns."""
    joined = [lines[0][0]]
    for points, _ in lines[1:]:
        turns = round((joined[-1][-1, 0] - points[0, 0]) / 360)
        joined.append(points + np.array([360 * turns, 0]) if turns else points)
    points = np.concatenate(joined) if len(joined) > 1 else joined[0]
    levels = np.concatenate([levels for _, levels in lines]) if len(lines) > 1 else lines[0][1]
    if abs(points[-1, 0] - points[0, 0]) > 180:  # noqa: PLR2004 - degrees: half a turn
        closing = [(points[-1, 0], _SOUTH_POLE), (points[0, 0], _SOUTH_POLE)]
        points = np.concatenate([points, closing])
        levels = np.concatenate([levels, np.full(2, LEVELS - 1, dtype=levels.dtype)])
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    return Shape(points, levels, (float(west), float(south), float(east), float(north)))
