"""The base map's data: attributed, small, as its script writes it, and with the places where they belong."""

import gzip
import json
import os
from pathlib import Path

import numpy as np
import pytest

from app.drawings.base_map import BaseMap, base_map
from app.vocabulary import places as gazetteer
from app.vocabulary.countries import COUNTRIES
from tests.drawings import build_base_map
from tests.drawings.build_base_map import BASE_MAP

DATA = Path(os.environ.get("STRIKELEDGER_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
WATERS = DATA / "basemap" / "rivers-lakes.json"
# The atlas is no file of the project: `countries-10m.json` of the npm package world-atlas 2.0.2.
ATLAS = Path(os.environ.get("STRIKELEDGER_TEST_ATLAS", DATA / "basemap" / "countries-10m.json"))

KM_PER_DEGREE = 111.2


def land_at(world: BaseMap, lat: float, lon: float) -> set[str]:
    """Return the codes of the countries whose rings enclose a point, holes left out."""
    codes = set()
    for code, rings in world.countries.items():
        crossings = 0
        for ring in rings:
            west, south, east, north = ring.bounds
            for turn in (-360, 0, 360):
                if not (west <= lon + turn <= east and south <= lat <= north):
                    continue
                (x1, y1), (x2, y2) = ring.points.T, np.roll(ring.points, -1, axis=0).T
                spans = (y1 > lat) != (y2 > lat)
                x1, y1, x2, y2 = x1[spans], y1[spans], x2[spans], y2[spans]
                crossings += int((lon + turn < x1 + (x2 - x1) * (lat - y1) / (y2 - y1)).sum())
        if crossings % 2:
            codes.add(code)
    return codes


def km_to_border(world: BaseMap, code: str, lat: float, lon: float) -> float:
    """Return the km from a point to the nearest vertex of a country's border."""
    points = np.concatenate([ring.points for ring in world.countries[code]])
    across = (points[:, 0] - lon) * np.cos(np.radians(lat))
    return float(np.hypot(across, points[:, 1] - lat).min()) * KM_PER_DEGREE


def test_file_is_attributed_and_small() -> None:
    """The file names Natural Earth and its public domain, and is at most 350 KB."""
    assert "Natural Earth" in base_map().source
    assert "public domain" in base_map().source
    assert BASE_MAP.stat().st_size <= 350_000


@pytest.mark.skipif(
    not (ATLAS.is_file() and WATERS.is_file()),
    reason="the base map is not compared with its sources: STRIKELEDGER_TEST_ATLAS names no countries-10m.json",
)
def test_file_is_what_the_script_writes() -> None:
    """The committed data is what its script makes of its inputs, whatever the version of zlib."""
    built = build_base_map.build(json.loads(ATLAS.read_bytes()), json.loads(WATERS.read_bytes()))
    assert gzip.decompress(BASE_MAP.read_bytes()) == gzip.decompress(built)


def test_codes_are_those_of_countries() -> None:
    """Every ring belongs to a country of ISO 3166-1 or is land without a code."""
    assert base_map().countries.keys() - COUNTRIES == {""}


@pytest.mark.parametrize(
    ("code", "lat", "lon"),
    [
        ("SY", 34.56, 38.28),
        ("IQ", 36.34, 43.13),
        ("YE", 15.35, 44.2),
        ("SO", 9.56, 44.06),
        ("UA", 44.96, 34.11),
        ("CY", 35.33, 33.32),
        ("FJ", -17.8, 178.0),
        ("FJ", -16.85, -179.97),
        ("RU", 66.0, -172.0),
        ("AQ", -85.0, 10.0),
        ("AQ", -86.0, -179.5),
        ("ZA", -26.2, 28.05),
        ("LS", -29.5, 28.3),
    ],
)
def test_points_lie_in_their_country_alone(code: str, lat: float, lon: float) -> None:
    """Land belongs to one country: in holes, across the date line, at the pole, and where territories have no code."""
    assert land_at(base_map(), lat, lon) == {code}


@pytest.mark.parametrize(
    ("lat", "lon"), [(35.0, 20.0), (0.0, -150.0), (12.5, 48.0), (-18.0, 180.0), (42.0, 50.5)]
)
def test_seas_are_no_land(lat: float, lon: float) -> None:
    """Points in the sea, the Caspian among them, lie in no country."""
    assert land_at(base_map(), lat, lon) == set()


def test_places_of_the_gazetteer_lie_in_their_countries() -> None:
    """Every place that ships lies in its country, or nearer to it than the place is precise."""
    world = base_map()
    astray = [
        place.slug
        for place in gazetteer.load()
        if land_at(world, place.lat, place.lon) != {place.country}
        and km_to_border(world, place.country, place.lat, place.lon) > place.precision_km
    ]
    assert astray == []


def test_borders_are_drawn_once() -> None:
    """No border repeats another, whichever neighbour it was taken from."""
    lines = [line.points.tolist() for line in base_map().borders]
    ends = {(str(min(line, line[::-1]))) for line in lines}
    assert len(ends) == len(lines)


def test_simplified_lines_keep_their_ends() -> None:
    """However coarse a line is drawn, its ends stay, so that neighbours meet."""
    for line in base_map().borders:
        coarse = line.simplified(180.0)
        assert coarse[0].tolist() == line.points[0].tolist()
        assert coarse[-1].tolist() == line.points[-1].tolist()
        assert len(coarse) <= len(line.simplified(0.1)) <= len(line.points)
