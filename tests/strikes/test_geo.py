"""Boxes and circles on the globe: right over the date line and at the poles."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from app.strikes.geo import (
    FARTHEST_KM,
    Box,
    Circle,
    Point,
    distance_km,
    read_box,
    read_distance,
    read_point,
)

points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))
longitudes = st.floats(-180, 180)


def test_distance_is_that_of_the_globe() -> None:
    """Raqqa to Palmyra is 168 km; a quarter of the Earth is 10,008 km."""
    assert distance_km(Point(35.95, 39.01), Point(34.56, 38.28)) == pytest.approx(168.2, abs=0.5)
    assert distance_km(Point(0, 0), Point(90, 0)) == pytest.approx(FARTHEST_KM / 2)
    assert distance_km(Point(0, 0), Point(0, 180)) == pytest.approx(FARTHEST_KM)


@given(points, points)
def test_distance_is_the_same_both_ways(one: Point, other: Point) -> None:
    """From here to there is as far as back, never more than half around, and nothing to where one is."""
    assert distance_km(one, other) == distance_km(other, one)
    assert 0 <= distance_km(one, other) <= FARTHEST_KM
    assert distance_km(one, one) == 0


@given(points, points, points)
def test_no_detour_is_shorter(one: Point, other: Point, third: Point) -> None:
    """Over a third point it is never nearer, but for rounding: a centimetre."""
    assert distance_km(one, other) <= distance_km(one, third) + distance_km(third, other) + 1e-2


@given(st.floats(-90, 90), points)
def test_date_line_is_one_line(lat: float, point: Point) -> None:
    """180 degrees east and west are the same place, and no farther from anywhere."""
    east, west = Point(lat, 180), Point(lat, -180)

    assert distance_km(east, point) == pytest.approx(distance_km(west, point), abs=1e-5)
    assert distance_km(east, west) == pytest.approx(0, abs=1e-5)


@given(longitudes, longitudes, st.sampled_from([90, -90]), points)
def test_pole_is_one_place(lon: float, other: float, pole: float, point: Point) -> None:
    """At a pole every longitude is the same place: as far from a point as its latitude says."""
    assert distance_km(Point(pole, lon), Point(pole, other)) == pytest.approx(0, abs=1e-5)
    expected = math.radians(abs(pole - point.lat)) * FARTHEST_KM / math.pi
    assert distance_km(Point(pole, lon), point) == pytest.approx(expected, abs=1e-2)


def test_circle_reaches_over_the_date_line() -> None:
    """Two points a degree apart on both sides of the date line are 111 km apart."""
    circle = Circle(Point(0, 179.5), 112)

    assert circle.holds(Point(0, -179.5))
    assert not circle.holds(Point(0, -179.4))


@given(longitudes, longitudes, points)
def test_box_and_the_box_around_the_other_way_hold_everything(west: float, east: float, point: Point) -> None:
    """What a box does not hold, the box from its east back to its west does; both hold their edges."""
    assume(west != east)
    one, other = Box(west, -90, east, 90), Box(east, -90, west, 90)

    assert one.holds(point) or other.holds(point)
    assert all(box.holds(Point(0, lon)) for box in (one, other) for lon in (west, east))


@given(st.floats(-180, 180), st.floats(0, 180), points)
def test_box_holds_what_lies_east_of_its_west(west: float, width: float, point: Point) -> None:
    """A box of some width holds a point that lies no farther east of its west edge, crossing or not."""
    east = west + width if west + width <= 180 else west + width - 360
    along = (point.lon - west) % 360

    if abs(along - width) > 1e-6 and 1e-6 < along < 360 - 1e-6:
        assert Box(west, -90, east, 90).holds(point) == (along < width)


def test_box_knows_both_names_of_the_date_line() -> None:
    """A place on the date line lies in a box on either side of it."""
    assert Box(170, -10, 180, 10).holds(Point(0, -180))
    assert Box(-180, -10, -170, 10).holds(Point(0, 180))
    assert Box(170, -10, -170, 10).holds(Point(0, 180))
    assert not Box(-10, -10, 10, 10).holds(Point(0, 180))


@given(points, st.floats(-180, 180))
def test_box_keeps_to_its_latitudes(point: Point, lat: float) -> None:
    """A box around the whole globe holds exactly its latitudes."""
    south, north = sorted((max(-90, min(90, lat)), point.lat / 2))
    assert Box(-180, south, 180, north).holds(point) == (south <= point.lat <= north)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,2,3",
        "1,2,3,4,5",
        "nan,nan,nan,nan",
        "1,2,inf,4",
        "1, 2, 3, 4",
        "1e1,2,3,4",
        "1,2,3,",
        "\u0661,2,3,4",
        None,
        "200,0,10,10",
        "0,-91,10,10",
        "0,10,10,0",
    ],
)
def test_what_is_no_box_is_refused(text: object) -> None:
    """Only four plain numbers in bounds, south first, make a box."""
    with pytest.raises(PydanticCustomError):
        read_box(text)


@pytest.mark.parametrize("text", ["", "1", "1,2,3", "nan,0", "0, 1", "91,0", "0,181", "0x1,2"])
def test_what_is_no_point_is_refused(text: str) -> None:
    """Only two plain numbers in bounds make a point."""
    with pytest.raises(PydanticCustomError):
        read_point(text)


def test_computed_numbers_are_read() -> None:
    """A number with all the digits that a computation leaves is read as it is."""
    tenths = 0.1 + 0.2
    assert read_distance(str(tenths)) == tenths
    assert read_point(f"{tenths},{-tenths}") == Point(tenths, -tenths)


@pytest.mark.parametrize(
    "text", ["", "0", "0.0", "0.0009", "-1", "nan", "inf", "1e3", "20016", "5 km", "+5", " 5"]
)
def test_what_is_no_distance_is_refused(text: str) -> None:
    """A distance is a plain number of kilometres, from a metre up to half around the Earth."""
    with pytest.raises(PydanticCustomError):
        read_distance(text)
