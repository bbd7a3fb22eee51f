"""Map projections: conic equal-area for a region, equirectangular for the world.

Both are of the sphere; y grows downwards, in pixels. The formulas are those of Snyder, Map Projections: A Working
Manual (1987), chapters 12 and 14.
"""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import TypeAlias

import numpy as np

from app.drawings.base_map import Numbers

# West, south, east, north in degrees. East is above west, and above 180 beyond the date line.
Bounds: TypeAlias = tuple[float, float, float, float]

EARTH_KM = 6371.0088
KM_OF_A_DEGREE = EARTH_KM * math.pi / 180

WORLD: Bounds = (-180, -85, 180, 85)

# A region that spans more degrees than these is drawn as the world.
WIDEST = 120
HIGHEST = 110

# Bounds of places are at least so many degrees high, so that one place is seen in its surroundings.
LOWEST = 3

# A region without extent is drawn as high as this.
_LEAST_REGION = 0.05

# Around the equator a cone is almost a cylinder; below this constant it would be one, with its apex nowhere.
_LEAST_CONE = 0.01

# The parallel on which the world's map is true; with it the world is 8 wide and 5 high.
_TRUE_PARALLEL = math.radians(37)


@dataclass(frozen=True, slots=True)
class Conic:
    """Albers' conic equal-area projection: every square pixel is as many square kilometres."""

    middle: float
    cone: float
    constant: float
    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0

    def forward(self, points: Numbers) -> Numbers:
        """Return the pixels of points in degrees, as rows of x and y."""
        radius = (
            self.scale * np.sqrt(self.constant - 2 * self.cone * np.sin(np.radians(points[:, 1]))) / self.cone
        )
        angle = self.cone * np.radians(points[:, 0] - self.middle)
        return np.column_stack([self.x + radius * np.sin(angle), self.y + radius * np.cos(angle)])

    def inverse(self, pixels: Numbers) -> Numbers:
        """Return the degrees of pixels. Longitudes are continuous around the middle; a pixel off the globe is NaN."""
        side = math.copysign(1, self.cone)
        x, y = side * (pixels[:, 0] - self.x), side * (pixels[:, 1] - self.y)
        square = (x * x + y * y) * (self.cone / self.scale) ** 2
        with np.errstate(invalid="ignore"):
            lat = np.degrees(np.arcsin((self.constant - square) / (2 * self.cone)))
        return np.column_stack([self.middle + np.degrees(np.arctan2(x, y)) / self.cone, lat])

    def parameters(self) -> dict[str, float | str]:
        """Return what a script needs to turn pixels into degrees as `inverse` does."""
        return {"projection": "conic", **asdict(self)}

    def pixels_of_km(self, km: float, lat: float) -> float:  # noqa: ARG002 - the same at every latitude
        """Return the radius in pixels of the circle with the area of one of so many km."""
        return km / EARTH_KM * self.scale


@dataclass(frozen=True, slots=True)
class Equirectangular:
    """The equirectangular projection, for the whole world: parallels and meridians are a grid of equal cells."""

    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0

    def forward(self, points: Numbers) -> Numbers:
        """Return the pixels of points in degrees, as rows of x and y."""
        lon, lat = np.radians(points).T
        return np.column_stack(
            [self.x + self.scale * math.cos(_TRUE_PARALLEL) * lon, self.y - self.scale * lat]
        )

    def inverse(self, pixels: Numbers) -> Numbers:
        """Return the degrees of pixels."""
        lon = (pixels[:, 0] - self.x) / (self.scale * math.cos(_TRUE_PARALLEL))
        return np.degrees(np.column_stack([lon, (self.y - pixels[:, 1]) / self.scale]))

    def parameters(self) -> dict[str, float | str]:
        """Return what a script needs to turn pixels into degrees: how many pixels a degree has, and where 0, 0 is."""
        down = math.radians(self.scale)
        across = down * math.cos(_TRUE_PARALLEL)
        return {"projection": "equirectangular", "across": across, "down": down, "x": self.x, "y": self.y}

    def pixels_of_km(self, km: float, lat: float) -> float:
        """Return the radius in pixels of the circle with the area of one of so many km at a latitude."""
        stretched = math.cos(_TRUE_PARALLEL) / max(math.cos(math.radians(lat)), 0.1)
        return km / EARTH_KM * self.scale * math.sqrt(stretched)


Projection: TypeAlias = Conic | Equirectangular


def around(lat: float, lon: float, km: float) -> Bounds:
    """Return the bounds of the region within so many km of a point."""
    high = km / KM_OF_A_DEGREE
    wide = min(high / max(math.cos(math.radians(lat)), 0.1), 180)
    return lon - wide, max(lat - high, -90), lon + wide, min(lat + high, 90)


def enclosing(points: Iterable[tuple[float, float]]) -> Bounds:
    """Return the bounds of points as (lat, lon), across the date line if that is shorter; of none, the world."""
    positions = list(points)
    if not positions:
        return WORLD
    lats = [lat for lat, _ in positions]
    lons = sorted({lon for _, lon in positions})
    # The widest gap between neighbours is what the bounds leave out.
    gaps = [after - lon for lon, after in zip(lons, [*lons[1:], lons[0] + 360], strict=True)]
    last = gaps.index(max(gaps))
    west = lons[(last + 1) % len(lons)]
    south, north = _as_high_as(LOWEST, min(lats), max(lats))
    return west, south, lons[last] + (360 if lons[last] < west else 0), north


def _as_high_as(degrees: float, south: float, north: float) -> tuple[float, float]:
    """Return parallels that are moved apart to be so many degrees from one another, within the poles."""
    lacking = max(degrees - (north - south), 0) / 2
    return max(south - lacking, -90), min(north + lacking, 90)


def fitted(bounds: Bounds, width: float, height: float, padding: float) -> Projection:
    """Return the projection that shows bounds in a frame of so many pixels, with a padding around them."""
    west, south, east, north = bounds
    if east < west:
        east += 360
    if east - west > WIDEST or north - south > HIGHEST:
        return _placed(Equirectangular(), WORLD, width, height, 0)
    south, north = _as_high_as(_LEAST_REGION, south, north)
    # Two parallels, a sixth of the height within the edges, are true: the usual choice for the least distortion.
    low, high = (math.radians(south + (north - south) * part) for part in (1 / 6, 5 / 6))
    cone = (math.sin(low) + math.sin(high)) / 2
    if abs(cone) < _LEAST_CONE:
        cone = math.copysign(_LEAST_CONE, cone)
    # A parallel's true length at the middle of both; exact where the cone was not moved off the equator.
    conic = Conic((west + east) / 2, cone, math.cos(low) ** 2 + 2 * cone * math.sin(low))
    return _placed(conic, (west, south, east, north), width, height, padding)


def shown(projection: Projection, width: float, height: float) -> Bounds:
    """Return bounds that hold all that a frame shows."""
    if isinstance(projection, Equirectangular):
        return WORLD
    edge = np.linspace(0, 1, 17)
    none, all_ = np.zeros_like(edge), np.ones_like(edge)
    frame = np.concatenate(
        [np.column_stack(pair) for pair in ((edge, none), (edge, all_), (none, edge), (all_, edge))]
    )
    degrees = projection.inverse(frame * (width, height))
    west, east = projection.middle - 180, projection.middle + 180
    south, north = -90.0, 90.0
    if not np.isnan(degrees).any():
        south, north = float(degrees[:, 1].min()), float(degrees[:, 1].max())
        if 0 <= projection.x <= width and 0 <= projection.y <= height:
            return (west, south, east, 90) if projection.cone > 0 else (west, -90, east, north)
        west, east = max(west, float(degrees[:, 0].min())), min(east, float(degrees[:, 0].max()))
    return west, south, east, north


def _placed(
    projection: Projection, bounds: Bounds, width: float, height: float, padding: float
) -> Projection:
    """Return a projection scaled and moved so that bounds are in the middle of a frame."""
    west, south, east, north = bounds
    edge = np.linspace(0, 1, 17)
    lon, lat = west + (east - west) * edge, south + (north - south) * edge
    outline = np.concatenate(
        [
            np.column_stack([lon, np.full_like(lon, south)]),
            np.column_stack([lon, np.full_like(lon, north)]),
            np.column_stack([np.full_like(lat, west), lat]),
            np.column_stack([np.full_like(lat, east), lat]),
        ]
    )
    pixels = projection.forward(outline)
    (left, top), (right, bottom) = pixels.min(axis=0), pixels.max(axis=0)
    room = max(width - 2 * padding, 1), max(height - 2 * padding, 1)
    scale = min(
        extent / size for extent, size in zip(room, (right - left, bottom - top), strict=True) if size > 0
    )
    return replace(
        projection,
        scale=float(scale),
        x=float(width / 2 - scale * (left + right) / 2),
        y=float(height / 2 - scale * (top + bottom) / 2),
    )
