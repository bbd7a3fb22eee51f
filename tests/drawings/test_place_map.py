"""The map of places: circles, labels and shapes within the frame, and nothing of a name but text."""

import math
import re
from collections.abc import Iterator
from itertools import combinations
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.drawings.map_labels import COUNTRY_SIZE, LEGEND_SIZE, PLACE_SIZE, Box, area_width, text_width
from app.drawings.place_map import LARGEST, LEAST_RADIUS, MapPlace, place_map
from app.drawings.projection import Conic, around
from app.drawings.svg import Drawing
from app.vocabulary import places as gazetteer

WIDTH, HEIGHT = 660, 404

# Font sizes by class: labels of places, countries, seas and the legend.
SIZES = {"pl": PLACE_SIZE, "ctry": COUNTRY_SIZE, "seat": COUNTRY_SIZE, "t11": LEGEND_SIZE}


def place(  # noqa: PLR0917 - a row of a table
    name: str, country: str | None, lat: float, lon: float, value: int, href: str | None = None
) -> MapPlace:
    """Return a place with a value."""
    return MapPlace(name.lower(), name, country, lat, lon, 25, value, f"≥ {value:,}", href)


SYRIA_IRAQ = [
    place(row.name, row.country, row.lat, row.lon, 4000 // (1 + number))
    for number, row in enumerate(gazetteer.load())
    if row.country in {"SY", "IQ"}
]
YEMEN = [place("Sanaa", "YE", 15.35, 44.2, 900), place("Aden", "YE", 12.8, 45.03, 50)]
UKRAINE = [place("Kharkiv", "UA", 49.99, 36.23, 500), place("Sevastopol", "UA", 44.61, 33.52, 90)]
FIJI = [place("Suva", "FJ", -18.14, 178.44, 40), place("Taveuni", "FJ", -16.9, -179.95, 20)]
WORLD = [*UKRAINE, *YEMEN, *FIJI, place("Lima", "PE", -12, -77, 80), place("Nuuk", "GL", 64.2, -51.7, 3)]
SPOT = [place(f"Same {number}", "SY", 35, 38, 10 * number) for number in range(9)]
MAPS = {
    "Syria and Iraq": SYRIA_IRAQ,
    "Yemen": YEMEN,
    "Ukraine": UKRAINE,
    "Fiji": FIJI,
    "the world": WORLD,
    "one place": YEMEN[:1],
    "one spot": SPOT,
    "poles": [place("North", None, 89.9, 10, 5), place("Longyearbyen", "SJ", 78.2, 15.6, 9)],
    "south": [place("Vostok", "AQ", -78.5, 106.8, 5), place("McMurdo", "AQ", -77.8, 166.7, 9)],
    "only zeros": [place("Zero", "SY", 35, 38, 0), place("Naught", "IQ", 33, 44, 0)],
    "none": [],
}


def parsed(drawing: Drawing) -> ET.Element:
    """Return a drawing as XML, without a namespace."""
    return ET.fromstring(str(drawing.inline()))  # noqa: S314 - our own drawing


def classed(root: ET.Element, name: str) -> list[ET.Element]:
    """Return the elements that have a class."""
    return [node for node in root.iter() if name in node.get("class", "").split()]


def attribute(node: ET.Element, name: str) -> float:
    """Return a number of an element."""
    return float(node.attrib[name])


def text_boxes(root: ET.Element) -> Iterator[tuple[str, Box]]:
    """Yield every text with its box, as wide as it can be."""
    for node in root.iter("text"):
        classes = node.get("class", "").split()
        size = next(SIZES[name] for name in classes if name in SIZES)
        words = node.text or ""
        width = area_width(words) if size == COUNTRY_SIZE else text_width(words, size)
        x, y = attribute(node, "x"), attribute(node, "y")
        left = x - (width / 2 if "mid" in classes else width if "end" in classes else 0)
        yield words, (left, y - size * 0.7, left + width, y + size * 0.2)


def path_points(data: str) -> Iterator[tuple[float, float]]:
    """Yield the points of path data that moves and draws lines."""
    x = y = 0.0
    for command, numbers in re.findall(r"([Mlz])([^Mlz]*)", data):
        values = [float(number) for number in numbers.split()]
        for dx, dy in zip(values[::2], values[1::2], strict=True):
            x, y = (dx, dy) if command == "M" else (x + dx, y + dy)
            yield x, y


@pytest.mark.parametrize("places", MAPS.values(), ids=MAPS)
@pytest.mark.parametrize(("width", "height"), [(WIDTH, HEIGHT), (358, 300), (330, 240)])
def test_nothing_leaves_the_frame(places: list[MapPlace], width: int, height: int) -> None:
    """Shapes are cut at the frame, and circles' middles and texts lie within it."""
    root = parsed(place_map(places, width=width, height=height))
    for node in root.iter("path"):
        for x, y in path_points(node.attrib["d"]):
            assert -0.11 <= x <= width + 0.11
            assert -0.11 <= y <= height + 0.11
    for node in classed(root, "dot"):
        assert 0 <= attribute(node, "cx") <= width
        assert 0 <= attribute(node, "cy") <= height
    for words, (left, top, right, bottom) in text_boxes(root):
        assert 0 <= left < right <= width, words
        assert 0 <= top < bottom <= height, words


@pytest.mark.parametrize("places", MAPS.values(), ids=MAPS)
@pytest.mark.parametrize(("width", "height"), [(WIDTH, HEIGHT), (358, 300), (330, 240)])
def test_texts_do_not_overlap(places: list[MapPlace], width: int, height: int) -> None:
    """No label, country, sea or number of the legend lies on another."""
    boxes = list(text_boxes(parsed(place_map(places, width=width, height=height))))
    overlapping = [
        (words, others)
        for (words, one), (others, two) in combinations(boxes, 2)
        if one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]
    ]
    assert overlapping == []


@pytest.mark.parametrize("places", MAPS.values(), ids=MAPS)
def test_every_place_has_one_circle(places: list[MapPlace]) -> None:
    """A map of all places shows them all, with the value in each title."""
    root = parsed(place_map(places, width=WIDTH, height=HEIGHT))
    valued = [row for row in places if row.value] or places
    titles = [node.text for node in root.iter("title")]
    assert len(classed(root, "dot")) == len(titles)
    assert {f"{row.name}: {row.value_words}" for row in valued} <= set(titles)


def test_areas_are_as_values() -> None:
    """Circles' areas are as their values, down to those that would be too small to see."""
    root = parsed(place_map(SYRIA_IRAQ, width=WIDTH, height=HEIGHT))
    values = {row.slug: row.value for row in SYRIA_IRAQ}
    largest = max(values.values())
    for node in classed(root, "place"):
        exact = LARGEST * HEIGHT * math.sqrt(values[node.attrib["data-slug"]] / largest)
        radius = attribute(classed(node, "dot")[0], "r")
        assert radius == pytest.approx(max(exact, LEAST_RADIUS), abs=0.06)


def test_legend_is_of_the_same_scale() -> None:
    """The legend's circles have the areas of their numbers."""
    root = parsed(place_map(YEMEN, width=WIDTH, height=HEIGHT))
    sizes = classed(root, "sizes")[0]
    values = [int((node.text or "").replace(",", "")) for node in sizes.iter("text")]
    radii = [attribute(node, "r") for node in sizes.iter("circle")]
    assert values == [500, 100, 10]
    assert radii == pytest.approx([LARGEST * HEIGHT * math.sqrt(value / 900) for value in values], abs=0.06)


def test_small_circles_lie_on_large_ones() -> None:
    """Circles are drawn from the largest to the smallest, so that none hides another."""
    radii = [
        attribute(node, "r") for node in classed(parsed(place_map(SYRIA_IRAQ, width=660, height=404)), "dot")
    ]
    assert radii == sorted(radii, reverse=True)


def test_zero_is_a_dot_of_its_own() -> None:
    """A place with nothing is a small dot of the class zero, and never fits the map to itself."""
    root = parsed(place_map([*YEMEN, place("Taizz", "YE", 13.58, 44.02, 0)], width=WIDTH, height=HEIGHT))
    zeros = classed(root, "zero")
    assert [attribute(node, "r") for node in zeros] == [LEAST_RADIUS]
    far = place_map([*YEMEN, place("Lima", "PE", -12, -77, 0)], width=WIDTH, height=HEIGHT)
    assert "Lima" not in far.content


def test_chosen_place_has_its_radius_and_its_name() -> None:
    """A place's own map marks it, names it, and shows within how many km of the point it is believed."""
    drawing = place_map(
        SYRIA_IRAQ, width=330, height=240, region=around(34.56, 38.28, 150), chosen={"palmyra"}
    )
    root = parsed(drawing)
    [marked] = [node for node in classed(root, "place") if "sel" in node.attrib["class"]]
    [ring] = classed(marked, "radius")
    [dot] = classed(marked, "dot")
    assert "sel" in dot.attrib["class"].split()
    assert (attribute(dot, "cx"), attribute(dot, "cy")) == pytest.approx((165, 120), abs=2)
    # 300 km are the height of the frame.
    assert attribute(ring, "r") == pytest.approx(25 * 240 / 300, rel=0.03)
    assert "Palmyra" in {node.text for node in classed(root, "pl")}


def test_places_link_to_what_they_filter() -> None:
    """A circle with a link is an anchor that keys skip, and one without is a group."""
    linked = place("Sanaa", "YE", 15.35, 44.2, 900, href="/?location=sanaa&measure=strikes")
    root = parsed(place_map([linked, YEMEN[1]], width=WIDTH, height=HEIGHT))
    [anchor] = list(root.iter("a"))
    assert anchor.get("href") == "/?location=sanaa&measure=strikes"
    assert anchor.get("tabindex") == "-1"
    assert [node.tag for node in classed(root, "place")] == ["a", "g"]


HOSTILE = '<script>alert(1)</script>" onload="x" & </svg><![CDATA['


def test_hostile_names_are_only_text() -> None:
    """Names, values, slugs and links from the record come back as text, and add no element or attribute."""
    row = MapPlace(HOSTILE, HOSTILE, HOSTILE, 35, 38, 25, 9, HOSTILE, HOSTILE)
    plain = MapPlace("x", "x" * len(HOSTILE), "SY", 35, 38, 25, 9, "x", "x")
    root, other = (
        parsed(place_map([one], width=WIDTH, height=HEIGHT, chosen={one.slug})) for one in (row, plain)
    )
    assert [node.text for node in root.iter("title")] == [f"{HOSTILE}: {HOSTILE}"]
    assert [anchor.get("href") for anchor in root.iter("a")] == [HOSTILE]
    assert {node.tag for node in root.iter()} == {node.tag for node in other.iter()}
    assert {name for node in root.iter() for name in node.attrib} == {
        name for node in other.iter() for name in node.attrib
    }


@given(
    st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=30)
)
def test_any_name_makes_a_drawing(name: str) -> None:
    """Names of any script are drawn, and a label that does not fit is left out."""
    root = parsed(place_map([place(name, "SY", 35, 38, 9)], width=330, height=240))
    assert [node.text for node in root.iter("title")] == [f"{name}: ≥ 9"]


def test_countries_with_places_are_in_focus() -> None:
    """Land with places has a path of its own, and is named."""
    root = parsed(place_map(YEMEN, width=WIDTH, height=HEIGHT))
    [focus], [land] = classed(root, "focus"), classed(root, "land")
    assert len(list(path_points(focus.attrib["d"]))) > 50
    assert focus.attrib["d"] != land.attrib["d"]
    assert "Yemen" in {node.text for node in classed(root, "ctry")}


def test_syria_and_iraq_have_their_rivers() -> None:
    """The Euphrates and the lakes are drawn where most strikes are."""
    root = parsed(place_map(SYRIA_IRAQ, width=WIDTH, height=HEIGHT))
    assert len(list(path_points(classed(root, "riv")[0].attrib["d"]))) > 50
    assert classed(root, "lake")


def test_fiji_is_whole_across_the_date_line() -> None:
    """Suva and Taveuni, on both sides of the date line, are neighbours with land under both, and no line at 180°."""
    root = parsed(place_map(FIJI, width=WIDTH, height=HEIGHT))
    dots = {node.attrib["data-slug"]: classed(node, "dot")[0] for node in classed(root, "place")}
    assert attribute(dots["suva"], "cx") < attribute(dots["taveuni"], "cx")
    xs = [x for x, _ in path_points(classed(root, "focus")[0].attrib["d"])]
    assert min(xs) < attribute(dots["suva"], "cx") < attribute(dots["taveuni"], "cx") <= max(xs) + 5


def test_date_line_is_no_border() -> None:
    """No border is drawn along 180°, where the data is cut through Chukotka."""
    rows = [place("Nome", "US", 64.5, -165.4, 5), place("Anadyr", "RU", 64.7, 177.5, 9)]
    root = parsed(place_map(rows, width=WIDTH, height=HEIGHT))
    data = classed(root, "map")[0].attrib
    numbers = {key: float(data[f"data-{key}"]) for key in ("middle", "cone", "constant", "scale", "x", "y")}
    for subpath in re.findall("M[^M]*", classed(root, "bord")[0].attrib["d"]):
        degrees = Conic(**numbers).inverse(np.array(list(path_points(subpath))))
        on_cut = np.abs(degrees[:, 0] - 180) < 0.01
        assert not (on_cut[:-1] & on_cut[1:]).any()


@pytest.mark.parametrize("name", ["Syria and Iraq", "Fiji", "the world", "Ukraine"])
def test_script_can_turn_pixels_into_degrees(name: str) -> None:
    """The data attributes are the projection: its inverse returns every circle's place."""
    root = parsed(place_map(MAPS[name], width=WIDTH, height=HEIGHT))
    data = {
        key[5:]: value for key, value in classed(root, "map")[0].attrib.items() if key.startswith("data-")
    }
    kind = data.pop("projection")
    numbers = {key: float(value) for key, value in data.items()}
    slugs = {row.slug: row for row in MAPS[name]}
    for node in classed(root, "place"):
        [dot] = classed(node, "dot")
        x, y = attribute(dot, "cx"), attribute(dot, "cy")
        if kind == "conic":
            [(lon, lat)] = Conic(**numbers).inverse(np.array([(x, y)]))
        else:
            lon, lat = (x - numbers["x"]) / numbers["across"], (numbers["y"] - y) / numbers["down"]
        row = slugs[node.attrib["data-slug"]]
        assert lat == pytest.approx(row.lat, abs=0.1)
        assert (lon - row.lon + 180) % 360 - 180 == pytest.approx(0, abs=0.2)


def test_series_is_the_colour_of_its_effect() -> None:
    """Circles have the class of the series that they show."""
    root = parsed(place_map(YEMEN, width=WIDTH, height=HEIGHT, series="destroyed"))
    assert {node.attrib["class"] for node in classed(root, "dot")} == {"dot e-destroyed"}


def test_drawing_names_itself() -> None:
    """The sentence for who does not see the map has the number of places and the largest."""
    assert place_map(YEMEN, width=WIDTH, height=HEIGHT).label == (
        "Map of 2 places; the largest circle is Sanaa: ≥ 900."
    )
    assert place_map([], width=WIDTH, height=HEIGHT).label == "Map without places."
