"""Base layer of a map: land, waters, borders, and room for names."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from markupsafe import Markup

from app.drawings.base_map import Numbers, Shape, base_map
from app.drawings.clipping import clipped_line, clipped_polygon, path
from app.drawings.map_labels import COUNTRY_SIZE, area_width
from app.drawings.projection import KM_OF_A_DEGREE, Bounds, Conic, Projection, shown
from app.drawings.svg import element, joined
from app.vocabulary.countries import COUNTRY_NAMES

# Bends and islands smaller than these many pixels are left out.
SMALLEST_BEND = 1.0
SMALLEST_ISLAND = 3.0

# Land that shows less than so many square pixels gets no name.
_SMALLEST_NAMED = 1500

# A grid of points on which a country's name may stand.
_COLUMNS, _ROWS = 12, 9

# Seas: longitude, latitude, and how many km of a line there have no land.
_SEAS = {
    "Mediterranean Sea": (33.0, 34.0, 420),
    "Black Sea": (34.5, 43.3, 700),
    "Caspian Sea": (50.6, 41.8, 300),
    "Red Sea": (38.3, 20.6, 240),
    "Persian Gulf": (51.2, 27.0, 230),
    "Gulf of Aden": (47.5, 12.4, 500),
    "Arabian Sea": (62.0, 16.0, 1500),
    "Indian Ocean": (75.0, -22.0, 4000),
    "Atlantic Ocean": (-38.0, 28.0, 3500),
    "Pacific Ocean": (-140.0, 5.0, 6000),
}


@dataclass(frozen=True, slots=True)
class AreaName:
    """The name of a country or sea, half its width, and where its middle may stand, how far from a border."""

    name: str
    class_: str
    half: float
    points: Numbers
    clearance: Numbers


@dataclass(frozen=True, slots=True)
class BaseLayer:
    """The paths of a map, and the names of seas and countries, the largest land first."""

    paths: Markup
    names: tuple[AreaName, ...]


@lru_cache(maxsize=64)
def base_layer(projection: Projection, width: float, height: float, focus: frozenset[str]) -> BaseLayer:
    """Return the base layer of a frame; the countries in focus have a path of their own."""
    world, bounds = base_map(), shown(projection, width, height)
    km_of_a_pixel = 1 / projection.pixels_of_km(1, (max(bounds[1], -80) + min(bounds[3], 80)) / 2)
    degrees = km_of_a_pixel / KM_OF_A_DEGREE

    def within(shapes: Iterable[Shape], smallest: float = 0) -> Iterator[Numbers]:
        return _projected(shapes, projection, bounds, degrees, smallest)

    def rings(shapes: Iterable[Shape]) -> list[Numbers]:
        cut = (clipped_polygon(points, width, height) for points in within(shapes, SMALLEST_ISLAND * degrees))
        return [points for points in cut if len(points)]

    def lines(shapes: Iterable[Shape], smallest: float = 0) -> Iterator[Numbers]:
        for points in within(shapes, smallest * degrees):
            yield from clipped_line(points, width, height)

    land = {code: shown_rings for code, shapes in world.countries.items() if (shown_rings := rings(shapes))}
    layers = (
        (
            "land",
            path((r for code, shapes in land.items() if code not in focus for r in shapes), closed=True),
        ),
        ("focus", path((r for code, shapes in land.items() if code in focus for r in shapes), closed=True)),
        ("riv", path(lines(world.rivers), closed=False)),
        ("lake", path(rings(world.lakes), closed=True)),
        ("bord", path(lines(world.borders, SMALLEST_ISLAND), closed=False)),
    )
    paths = [
        element("rect", class_="sea", width=width, height=height),
        *(element("path", class_=name, d=data) for name, data in layers if data),
    ]
    names = (*_seas(projection, width, height, bounds), *_countries(land, width, height))
    return BaseLayer(joined(paths), names)


def _projected(
    shapes: Iterable[Shape], projection: Projection, bounds: Bounds, degrees: float, smallest: float
) -> Iterator[Numbers]:
    """Yield the pixels of shapes that reach into bounds, wherever the date line has put them."""
    west, south, east, north = bounds
    for shape in shapes:
        left, low, right, high = shape.bounds
        if high < south or low > north or max(high - low, right - left) < smallest:
            continue
        for turn in (-360, 0, 360):
            if left + turn > east or right + turn < west:
                continue
            points = shape.simplified(SMALLEST_BEND * degrees) + np.array([turn, 0])
            # A cone is not drawn beyond the meridian opposite to its middle, where it would turn over.
            if isinstance(projection, Conic):
                lowest, highest = projection.middle - 180, projection.middle + 180
                points = np.column_stack([np.clip(points[:, 0], lowest, highest), points[:, 1]])
            yield projection.forward(points)


def _seas(projection: Projection, width: float, height: float, bounds: Bounds) -> Iterator[AreaName]:
    """Yield the names of seas that have room for them."""
    for name, (lon, lat, km) in _SEAS.items():
        turned = lon + 360 if lon + 360 < bounds[2] else lon
        (x, y), half = projection.forward(np.array([[turned, lat]]))[0], area_width(name) / 2
        fits = half < x < width - half and COUNTRY_SIZE < y < height - COUNTRY_SIZE
        if fits and 2 * half < projection.pixels_of_km(km, lat):
            yield AreaName(name, "seat", half, np.array([[x, y]]), np.array([np.inf]))


def _countries(land: dict[str, list[Numbers]], width: float, height: float) -> Iterator[AreaName]:
    """Yield the names that have room on their land, those of the largest land first."""
    largest = {code: max(rings, key=_area) for code, rings in land.items() if code in COUNTRY_NAMES}
    for code, ring in sorted(largest.items(), key=lambda pair: -_area(pair[1])):
        if _area(ring) < _SMALLEST_NAMED:
            return
        name = COUNTRY_NAMES[code]
        half = np.array([area_width(name) / 2, COUNTRY_SIZE / 2])
        low, high = (
            np.maximum(ring.min(axis=0), 6) + half,
            np.minimum(ring.max(axis=0), (width - 6, height - 6)) - half,
        )
        if (low > high).any():
            continue
        grid = np.meshgrid(np.linspace(low[0], high[0], _COLUMNS), np.linspace(low[1], high[1], _ROWS))
        points = np.column_stack([axis.ravel() for axis in grid])
        corners = half * [(-1, -1), (0, -1), (1, -1), (-1, 1), (0, 1), (1, 1)]
        inside = (
            _within((points[:, None] + corners).reshape(-1, 2), ring).reshape(len(points), -1).all(axis=1)
        )
        points = points[inside]
        if len(points):
            yield AreaName(name, "ctry", float(half[0]), points, np.sqrt(_least_square(points, _dense(ring))))


def _dense(ring: Numbers) -> Numbers:
    """Return a ring's points with the middles of its edges."""
    return np.concatenate([ring, (ring + np.roll(ring, -1, axis=0)) / 2])


def _least_square(points: Numbers, others: Numbers) -> Numbers:
    return ((points[:, None] - others) ** 2).sum(axis=2).min(axis=1)  # type: ignore[no-any-return] # numpy's sums have no types


def _area(ring: Numbers) -> float:
    x, y = ring.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def _within(points: Numbers, ring: Numbers) -> Numbers:
    """Return which points lie in a ring: a ray to the right crosses it an odd number of times."""
    x, y = points[:, :1], points[:, 1:]
    (x1, y1), (x2, y2) = ring.T, np.roll(ring, -1, axis=0).T
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = ((y1 > y) != (y2 > y)) & (x < x1 + (x2 - x1) * (y - y1) / (y2 - y1))
    return crossing.sum(axis=1) % 2 == 1  # type: ignore[no-any-return] # numpy's sums have no types
