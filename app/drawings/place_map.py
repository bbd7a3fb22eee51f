"""Map of places: circles with areas by value, over land and waters.

Classes, for the style sheet: `sea`, `land`, `focus` (land of countries with places), `riv`, `lake` and `bord`;
`place` (with `sel` if chosen) holds a place's `radius`, which is hidden until then or until the pointer is on it,
and its `dot`, with `e-SERIES`, `sel` and `zero`; `pl`, `ctry` and `seat` are names of places, countries and seas,
with `mid` or `end` for their anchor; `sizes` is the legend.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from app.drawings.base_layer import AreaName, base_layer
from app.drawings.base_map import Numbers
from app.drawings.map_labels import COUNTRY_SIZE, LEGEND_SIZE, Box, Layout, text_width
from app.drawings.projection import Bounds, Conic, Projection, enclosing, fitted
from app.drawings.svg import Drawing, element, group, joined, link, text

# The largest circle's radius: a part of the frame's shorter side, and in pixels at most.
LARGEST = 0.083
LARGEST_PIXELS = 34

# Smaller circles could not be seen, nor hit.
LEAST_RADIUS = 2

# One label of a place for so many square pixels of the frame.
LABEL_ROOM = 13_000

# How many of the largest places may have a label that covers small circles, and how many circles.
_PROMINENT = 8
_COVERED = 2

# Narrower maps have no room for the legend of sizes.
_LEGEND_WIDTH = 480
_MARGIN = 14


@dataclass(frozen=True, slots=True)
class MapPlace:
    """A place with its value: a minimum, as `value_words` has it in words."""

    slug: str
    name: str
    country: str | None
    lat: float
    lon: float
    precision_km: float
    value: int
    value_words: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class _Circle:
    place: MapPlace
    x: float
    y: float
    radius: float


def place_map(  # noqa: PLR0913 - a map's choices, by name
    places: Sequence[MapPlace],
    *,
    width: float,
    height: float,
    region: Bounds | None = None,
    chosen: AbstractSet[str] = frozenset(),
    series: str = "series",
) -> Drawing:
    """Draw places on a map of the region, or of all that have a value; chosen ones show how precise they are.

    Circles' areas are as their values, but that the least are drawn larger so that they are seen. The group
    `map` has the projection's parameters as data attributes, so that a script can turn pixels into degrees.
    """
    valued = [place for place in places if place.value > 0 or place.slug in chosen] or places
    bounds = region or enclosing((place.lat, place.lon) for place in valued)
    largest_radius = min(LARGEST * min(width, height), LARGEST_PIXELS)
    projection = fitted(bounds, width, height, 0 if region else largest_radius + _MARGIN)
    circles = _circles(places, projection, width, height, largest_radius)
    layer = base_layer(
        projection, width, height, frozenset(place.country for place in places if place.country)
    )
    layout = Layout(width, height, _rows(circles))
    largest = max((circle.place.value for circle in circles), default=0)
    legend = _legend(layout, largest, largest_radius)
    names = joined([*_area_names(layout, layer.names), *_labels(layout, circles, chosen)])
    content = group(
        [layer.paths, *(_drawn(circle, projection, chosen, series) for circle in circles), names, legend],
        class_="map",
        # As text, since numbers are rounded to tenths.
        **{f"data_{name}": str(value) for name, value in projection.parameters().items()},
    )
    return Drawing(width, height, content, _sentence(circles))


def _circles(
    places: Iterable[MapPlace], projection: Projection, width: float, height: float, largest_radius: float
) -> list[_Circle]:
    """Return the circles whose middles are in the frame, the largest first, so that small ones lie on top."""
    ordered = sorted(places, key=lambda place: (-place.value, place.slug))
    if not ordered:
        return []
    degrees = np.array([(place.lon, place.lat) for place in ordered], dtype=float)
    if isinstance(projection, Conic):
        degrees[:, 0] += 360 * np.round((projection.middle - degrees[:, 0]) / 360)
    pixels = projection.forward(degrees).tolist()
    visible = [
        (place, x, y)
        for place, (x, y) in zip(ordered, pixels, strict=True)
        if 0 <= x <= width and 0 <= y <= height
    ]
    largest = max((place.value for place, _, _ in visible), default=0)
    return [
        _Circle(
            place, x, y, max(largest_radius * math.sqrt(max(place.value, 0) / (largest or 1)), LEAST_RADIUS)
        )
        for place, x, y in visible
    ]


def _rows(circles: Iterable[_Circle]) -> Numbers:
    return np.array([(circle.x, circle.y, circle.radius) for circle in circles], dtype=float).reshape(-1, 3)


def _drawn(circle: _Circle, projection: Projection, chosen: AbstractSet[str], series: str) -> Markup:
    """Draw a place: the ring within which it is believed, its circle, and its name and value as a title."""
    place = circle.place
    states = " sel" if place.slug in chosen else ""
    ring = projection.pixels_of_km(place.precision_km, place.lat)
    shapes = [
        element("circle", class_="radius", cx=circle.x, cy=circle.y, r=ring),
        element(
            "circle",
            class_=f"dot e-{series}{states}{'' if place.value > 0 else ' zero'}",
            cx=circle.x,
            cy=circle.y,
            r=circle.radius,
        ),
    ]
    title = f"{place.name}: {place.value_words}"
    if place.href:
        return link(place.href, shapes, title=title, class_=f"place{states}", data_slug=place.slug)
    return group([element("title", title), *shapes], class_=f"place{states}", data_slug=place.slug)


def _area_names(layout: Layout, areas: Iterable[AreaName]) -> Iterator[Markup]:
    """Yield the names of areas that have room, as far from borders and circles as possible."""
    for area in areas:
        clearance = area.clearance
        if len(layout.circles):
            x, y, radius = layout.circles.T
            across = np.maximum(np.abs(area.points[:, :1] - x) - area.half, 0)
            down = np.maximum(np.abs(area.points[:, 1:] - y) - COUNTRY_SIZE / 2, 0)
            clearance = np.minimum(clearance, (np.hypot(across, down) - radius).min(axis=1))
        for index in np.argsort(-clearance, kind="stable"):
            if clearance[index] < 1:
                break
            x, y = map(float, area.points[index])
            box = (x - area.half, y - COUNTRY_SIZE / 2, x + area.half, y + COUNTRY_SIZE / 2)
            if layout.is_free(box):
                layout.boxes.append(box)
                yield text(x, y + COUNTRY_SIZE * 0.35, area.name, class_=f"{area.class_} mid")
                break


def _labels(layout: Layout, circles: Sequence[_Circle], chosen: AbstractSet[str]) -> Iterator[Markup]:
    """Yield the names of chosen places, then of the largest that have room."""
    most = max(round(layout.width * layout.height / LABEL_ROOM), 1)
    first = [circle for circle in circles if circle.place.slug in chosen]
    others = [circle for circle in circles if circle.place.value > 0 and circle.place.slug not in chosen]
    placed = 0
    for rank, circle in enumerate([*first, *others[: 4 * most]]):
        covered = _COVERED if rank < _PROMINENT else 0
        label = layout.place(circle.place.name, circle.x, circle.y, circle.radius, covered)
        if label:
            placed += 1
            yield text(label.x, label.y, circle.place.name, class_=f"pl {label.anchor}".strip())
        if placed >= most:
            return


def _legend(layout: Layout, largest: int, largest_radius: float) -> Markup:
    """Return the legend of circle sizes, in the corner that hides the fewest circles."""
    values = list(_sizes(largest, largest_radius)) if layout.width >= _LEGEND_WIDTH else []
    if not values:
        return Markup("")
    radii = [largest_radius * math.sqrt(value / largest) for value in values]
    words = [f"{value:,}" for value in values]
    steps = [
        2 * radius + 5 + text_width(word, LEGEND_SIZE) + _MARGIN
        for radius, word in zip(radii, words, strict=True)
    ]
    wide, high = sum(steps) - _MARGIN, 2 * radii[0]
    corners: list[Box] = [
        (left, top, left + wide, top + high)
        for top in (layout.height - _MARGIN - high, _MARGIN)
        for left in (_MARGIN, layout.width - _MARGIN - wide)
    ]
    box = min(corners, key=layout.covered)
    layout.boxes.append(box)
    left, base = box[0], box[3]
    parts = list[Markup]()
    for radius, word, step in zip(radii, words, steps, strict=True):
        parts.append(element("circle", class_="f-none s-ink3", cx=left + radius, cy=base - radius, r=radius))
        parts.append(text(left + 2 * radius + 5, base, word, class_="t11"))
        left += step
    return group(parts, class_="sizes")


def _sizes(largest: int, largest_radius: float) -> Iterator[int]:
    """Yield up to three round values whose circles differ visibly, such as 3,000, 1,000 and 100."""
    if largest < 1:
        return
    power = 10 ** (len(str(largest)) - 1)
    first = max(factor * power for factor in (1, 2, 3, 5) if factor * power <= largest)
    yield first
    second = power if first > power else power // 10
    for value in (second, second // 10):
        if value >= 1 and largest_radius * math.sqrt(value / largest) > LEAST_RADIUS:
            yield value


def _sentence(circles: Sequence[_Circle]) -> str:
    if not circles:
        return "Map without places."
    first = circles[0].place
    places = "1 place" if len(circles) == 1 else f"{len(circles):,} places"
    return f"Map of {places}; the largest circle is {first.name}: {first.value_words}."
