"""Projections: degrees to pixels and back, equal areas, and frames that hold what they should."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.drawings.projection import (
    EARTH_KM,
    WORLD,
    Bounds,
    Conic,
    Equirectangular,
    around,
    enclosing,
    fitted,
    shown,
)

SYRIA_IRAQ: Bounds = (36, 29, 48, 38)
YEMEN: Bounds = (42, 12, 54, 19)
UKRAINE: Bounds = (22, 44, 40, 53)
FIJI: Bounds = (176, -20, 184, -12)
CONGO: Bounds = (12, -6, 30, 6)
EQUATOR: Bounds = (20, -5, 30, 5)
CHILE: Bounds = (-76, -56, -66, -18)
ARCTIC: Bounds = (-20, 70, 40, 89)
REGIONS = [SYRIA_IRAQ, YEMEN, UKRAINE, FIJI, CONGO, EQUATOR, CHILE, ARCTIC]

regions = st.builds(
    lambda west, south, wide, high: (west, south, west + wide, min(south + high, 89)),
    st.floats(-180, 180),
    st.floats(-85, 84),
    st.floats(0, 110),
    st.floats(0, 100),
)


def corners(bounds: Bounds) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return a grid of points within bounds."""
    west, south, east, north = bounds
    return np.array(
        [(lon, lat) for lon in np.linspace(west, east, 9) for lat in np.linspace(south, north, 9)]
    )


@given(regions)
def test_pixels_return_to_their_degrees(bounds: Bounds) -> None:
    """What the page's script inverts is what was drawn, for any region."""
    projection = fitted(bounds, 660, 404, 40)
    points = corners(WORLD if isinstance(projection, Equirectangular) else bounds)
    assert projection.inverse(projection.forward(points)) == pytest.approx(points, abs=1e-5)


@given(regions)
def test_region_fits_its_frame(bounds: Bounds) -> None:
    """A fitted region lies within its padding, north of it above south of it."""
    projection = fitted(bounds, 660, 404, 40)
    pixels = projection.forward(corners(bounds))
    if isinstance(projection, Conic):
        assert (pixels >= 39.9).all()
        assert (pixels <= (620.1, 364.1)).all()
    middle = (bounds[0] + bounds[2]) / 2
    (_, lower), (_, upper) = projection.forward(np.array([(middle, bounds[1]), (middle, bounds[3] + 0.5)]))
    assert upper < lower


@pytest.mark.parametrize("bounds", REGIONS)
def test_conic_areas_are_equal(bounds: Bounds) -> None:
    """A cell of a region is as many square pixels as square kilometres on the sphere, wherever it lies."""
    projection = fitted(bounds, 660, 404, 40)
    west, south, east, north = bounds
    ratios = []
    for lon in np.linspace(west, east - 1, 5):
        for lat in np.linspace(south, north - 1, 5):
            along = np.linspace(0, 1, 200)
            edge = np.concatenate(
                [
                    np.column_stack([lon + along, np.full_like(along, lat)]),
                    np.column_stack([np.full_like(along, lon + 1), lat + along]),
                    np.column_stack([lon + 1 - along, np.full_like(along, lat + 1)]),
                    np.column_stack([np.full_like(along, lon), lat + 1 - along]),
                ]
            )
            x, y = projection.forward(edge).T
            pixels = abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2
            sines = math.sin(math.radians(lat + 1)) - math.sin(math.radians(lat))
            ratios.append(pixels / (EARTH_KM**2 * math.radians(1) * sines))
    scale = projection.pixels_of_km(1, 0) ** 2
    assert ratios == pytest.approx([scale] * len(ratios), rel=1e-4)


@pytest.mark.parametrize("bounds", REGIONS)
def test_frame_shows_what_its_bounds_hold(bounds: Bounds) -> None:
    """Every pixel of a frame lies within the bounds by which shapes are selected."""
    projection = fitted(bounds, 660, 404, 40)
    west, south, east, north = shown(projection, 660, 404)
    pixels = np.array([(x, y) for x in np.linspace(0, 660, 34) for y in np.linspace(0, 404, 21)])
    degrees = projection.inverse(pixels)
    degrees = degrees[~np.isnan(degrees).any(axis=1)]
    degrees = degrees[np.abs(degrees[:, 0] - (west + east) / 2) <= 180]
    assert (degrees >= np.array([west, south]) - 0.2).all()
    assert (degrees <= np.array([east, north]) + 0.2).all()


def test_bounds_cross_the_date_line_where_that_is_shorter() -> None:
    """Suva and Apia are 10 degrees apart, not 350, with Suva in the west."""
    assert enclosing([(-18.1, 178.4), (-13.8, -171.8)]) == pytest.approx((178.4, -18.1, 188.2, -13.8))


def test_bounds_of_one_or_no_place() -> None:
    """One place has bounds of three degrees, and none has the world."""
    assert enclosing([(34.5, 38.3)]) == (38.3, 33, 38.3, 36)
    assert enclosing([]) == WORLD


def test_one_place_is_shown_with_its_surroundings() -> None:
    """A map of one place is some 300 km high, not a point."""
    projection = fitted(enclosing([(34.5, 38.3)]), 660, 404, 40)
    assert projection.forward(np.array([(38.3, 34.5)]))[0] == pytest.approx((330, 202), abs=1)
    assert 300 < 404 / projection.pixels_of_km(1, 34.5) < 500


def test_small_region_is_not_widened() -> None:
    """A box of half a degree fills its frame, and one without extent is still drawn."""
    assert 404 / fitted((43, 36, 43.5, 36.5), 660, 404, 0).pixels_of_km(1, 36) == pytest.approx(
        55.6, rel=0.02
    )
    assert fitted((43, 36, 43, 36), 660, 404, 0).forward(np.array([(43, 36)]))[0] == pytest.approx(
        (330, 202), abs=1
    )


def test_bounds_beyond_the_date_line_may_be_written_either_way() -> None:
    """West above east, as the API writes a box across the date line, is the same as east above 180."""
    assert fitted((176, -20, -176, -12), 660, 404, 0) == fitted(FIJI, 660, 404, 0)


def test_wide_regions_are_the_world() -> None:
    """What no cone shows well is drawn on the world's map, which fits in its frame."""
    for bounds in (WORLD, (-80, -10, 60, 50), (0, -60, 10, 60)):
        projection = fitted(bounds, 660, 404, 40)
        assert isinstance(projection, Equirectangular)
        pixels = projection.forward(np.array([(-180, 85), (180, -85)], dtype=float))
        assert (pixels >= -0.1).all()
        assert (pixels <= (660.1, 404.1)).all()


def test_region_around_a_point_has_its_distance() -> None:
    """The region within 200 km reaches 200 km north and east."""
    west, south, east, north = around(34.56, 38.28, 200)
    assert (north - south) / 2 * 111.2 == pytest.approx(200, rel=0.01)
    assert (east - west) / 2 * 111.2 * math.cos(math.radians(34.56)) == pytest.approx(200, rel=0.01)


def test_circle_of_belief_has_its_size() -> None:
    """25 km are as many pixels as between two points 25 km apart; on the world's map the area is right."""
    projection = fitted(SYRIA_IRAQ, 660, 404, 40)
    north = 25 / EARTH_KM * 180 / math.pi
    (x, y), (u, v) = projection.forward(np.array([(42, 34), (42, 34 + north)]))
    assert math.hypot(u - x, v - y) == pytest.approx(projection.pixels_of_km(25, 34), rel=0.02)
    world = fitted(WORLD, 660, 404, 0)
    ((x, y), (u, _)), (_, v) = (
        world.forward(np.array([(0, 60), (1, 60)])),
        world.forward(np.array([(0, 61)]))[0],
    )
    area_km = (math.pi / 180 * EARTH_KM) ** 2 * math.cos(math.radians(60.5))
    assert world.pixels_of_km(1, 60.5) ** 2 == pytest.approx((u - x) * (y - v) / area_km, rel=0.01)
