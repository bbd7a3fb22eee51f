"""Areas on the globe (WGS84): bounding boxes and circles."""

import math
import re
from dataclasses import dataclass

from pydantic_core import PydanticCustomError

EARTH_RADIUS_KM = 6371.0088

# The farthest that two points can be apart: half the Earth's girth.
FARTHEST_KM = math.pi * EARTH_RADIUS_KM

DATE_LINE = 180.0
POLE = 90.0

# The shortest distance: a metre. From there on, every language writes its numbers without an exponent.
NEAREST_KM = 0.001

# Plain decimals: no exponents, no "nan", no spaces. A computed number can have some twenty digits.
DEGREES = r"-?[0-9]{1,3}(\.[0-9]{1,20})?"
_DEGREES = re.compile(DEGREES, re.ASCII)
_KILOMETRES = re.compile(r"[0-9]{1,6}(\.[0-9]{1,20})?", re.ASCII)

_EDGES = 4


@dataclass(frozen=True, slots=True)
class Point:
    """A point: degrees north and degrees east."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Box:
    """What lies between two meridians, from west to east, and two parallels; its edges belong to it.

    A box whose west lies east of its east crosses the date line.
    """

    west: float
    south: float
    east: float
    north: float

    def __str__(self) -> str:
        return f"{self.west},{self.south},{self.east},{self.north}"

    def holds(self, point: Point) -> bool:
        """Return whether a point lies in the box. The date line has two longitudes, 180 and -180."""
        if not self.south <= point.lat <= self.north:
            return False
        meridians = {point.lon, -point.lon} if abs(point.lon) == DATE_LINE else {point.lon}
        if self.west <= self.east:
            return any(self.west <= lon <= self.east for lon in meridians)
        return any(lon >= self.west or lon <= self.east for lon in meridians)


@dataclass(frozen=True, slots=True)
class Circle:
    """What lies no farther from a point than a distance over the ground."""

    middle: Point
    radius_km: float

    def holds(self, point: Point) -> bool:
        """Return whether a point lies in the circle."""
        return distance_km(self.middle, point) <= self.radius_km


def distance_km(one: Point, other: Point) -> float:
    """Return the distance over the ground, on a sphere of the Earth's mean radius: off by 0.5 % at most."""
    lat, other_lat = math.radians(one.lat), math.radians(other.lat)
    half_north = math.sin((other_lat - lat) / 2)
    half_east = math.sin(math.radians(other.lon - one.lon) / 2)
    chord = half_north**2 + math.cos(lat) * math.cos(other_lat) * half_east**2
    # Rounding can lift the chord between two ends of the Earth a hair over 1.
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, chord)))


def read_box(value: object) -> Box:
    """Read "west,south,east,north"."""
    degrees = _degrees(value, _EDGES)
    if degrees is None:
        detail = "a box must be west,south,east,north in degrees, without spaces, such as 38,33,42.5,37"
        raise PydanticCustomError("box_format", detail)
    west, south, east, north = degrees
    _refuse_beyond(west, east, limit=DATE_LINE)
    _refuse_beyond(south, north, limit=POLE)
    if south > north:
        raise PydanticCustomError("box_reversed", "the box's south must not be north of its north")
    return Box(west, south, east, north)


def read_point(value: object) -> Point:
    """Read "lat,lon"."""
    degrees = _degrees(value, 2)
    if degrees is None:
        detail = "a point must be lat,lon in degrees, without spaces, such as 34.56,38.28"
        raise PydanticCustomError("point_format", detail)
    lat, lon = degrees
    _refuse_beyond(lat, limit=POLE)
    _refuse_beyond(lon, limit=DATE_LINE)
    return Point(lat, lon)


def read_distance(value: object) -> float:
    """Read a number of kilometres."""
    if not isinstance(value, str) or not _KILOMETRES.fullmatch(value):
        raise PydanticCustomError(
            "distance_format", "a distance must be a plain number of kilometres, such as 50"
        )
    if not NEAREST_KM <= float(value) <= FARTHEST_KM:
        raise PydanticCustomError(
            "distance_bounds",
            "a distance is at least {least} km, a metre, and at most {most} km, half the Earth's girth",
            {"least": NEAREST_KM, "most": math.floor(FARTHEST_KM)},
        )
    return float(value)


def _degrees(value: object, count: int) -> list[float] | None:
    parts = value.split(",") if isinstance(value, str) else []
    fits = len(parts) == count and all(_DEGREES.fullmatch(part) for part in parts)
    return [float(part) for part in parts] if fits else None


def _refuse_beyond(*degrees: float, limit: float) -> None:
    if any(abs(degree) > limit for degree in degrees):
        raise PydanticCustomError(
            "degrees_bounds", "longitudes must be between -180 and 180, latitudes between -90 and 90"
        )


def destination(lat: float, lon: float, bearing: float, km: float) -> tuple[float, float]:
    """Return the point `km` kilometers from a place, in WGS84 degrees, on a sphere; `bearing` in degrees from north."""
    angle, course, from_lat = km / EARTH_RADIUS_KM, math.radians(bearing), math.radians(lat)
    to_lat = math.asin(
        math.sin(from_lat) * math.cos(angle) + math.cos(from_lat) * math.sin(angle) * math.cos(course)
    )
    east = math.atan2(
        math.sin(course) * math.sin(angle) * math.cos(from_lat),
        math.cos(angle) - math.sin(from_lat) * math.sin(to_lat),
    )
    to_lon = (lon + math.degrees(east) + 540) % 360 - 180
    return math.degrees(to_lat), to_lon
