"""Build the base map that ships: `python -m tests.drawings.build_base_map COUNTRIES WATERS`.

COUNTRIES is `countries-10m.json` of the npm package world-atlas 2.0.2, a TopoJSON of Natural Earth's borders.
WATERS is a JSON object with `rivers` (a MultiLineString) and `lakes` (a MultiPolygon), also of Natural Earth.
`app/drawings/base_map.py` describes what is written.

Borders are those of Natural Earth, which draws who holds the land. Crimea alone is moved, to Ukraine, where the
gazetteer has its places. Territories without a code of ISO 3166-1 go to the country that has the code.
"""

import gzip
import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from app.drawings.base_map import FINEST, LEVELS, UNIT
from app.vocabulary.countries import NAMES, fold

Point: TypeAlias = tuple[float, float]
Line: TypeAlias = list[Point]
Points: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

BASE_MAP = Path(__file__).parents[2] / "app" / "drawings" / "base_map.json.gz"
SOURCE = (
    "Made with Natural Earth, which is in the public domain (naturalearthdata.com). Borders at 1:10 million by"
    " world-atlas 2.0.2, rivers and lakes of Syria and Iraq at 1:50 million; simplified by strikeledger."
)

# Where most strikes are reported. Their borders have every bend of at least FINEST degrees; others are coarser.
DETAILED = frozenset(
    "AE AF AM AZ BH CY DJ EG ER GE IL IQ IR JO KW LB LY OM PK PS QA SA SO SY TR UA YE".split()
)
COARSE = 4 * FINEST

# Islands below these areas, in square degrees, are left out, unless the country has nothing larger.
SMALLEST = {True: 0.002, False: 0.02}

# Names of the atlas that are none of the vocabulary's.
CODES = dict(
    pair.split(":")
    for pair in (
        "Akrotiri:CY|Antigua and Barb.:AG|Baikonur:KZ|Bosnia and Herz.:BA|Br. Indian Ocean Ter.:IO|"
        "British Virgin Is.:VG|Cayman Is.:KY|Central African Rep.:CF|Congo:CG|Cook Is.:CK|"
        "Cyprus U.N. Buffer Zone:CY|Dem. Rep. Congo:CD|Dhekelia:CY|Dominican Rep.:DO|Eq. Guinea:GQ|Faeroe Is.:FO|"
        "Falkland Is.:FK|Fr. Polynesia:PF|Fr. S. Antarctic Lands:TF|Heard I. and McDonald Is.:HM|Marshall Is.:MH|"
        "N. Cyprus:CY|N. Mariana Is.:MP|Pitcairn Is.:PN|S. Geo. and the Is.:GS|S. Sudan:SS|"
        "St. Vin. and Gren.:VC|St-Barthélemy:BL|St-Martin:MF|São Tomé and Principe:ST|Solomon Is.:SB|"
        "Somaliland:SO|Turks and Caicos Is.:TC|U.S. Minor Outlying Is.:UM|U.S. Virgin Is.:VI|"
        "USNB Guantanamo Bay:CU|W. Sahara:EH|Wallis and Futuna Is.:WF"
    ).split("|")
)

# The box around Crimea in degrees: a ring of Russia's within it is Ukraine's.
CRIMEA = (32, 44, 37, 46.5)


def build(countries: dict[str, Any], waters: dict[str, Any]) -> bytes:
    """Return the data file, the same bytes for the same inputs but for the version of zlib."""
    lines = [*_lines(countries)]
    owners, rings = _owners(countries["objects"]["countries"]["geometries"], lines)
    written, numbers = list[tuple[Line, str]](), dict[int, int]()
    for number in sorted({_arc(signed) for _, ring in rings for signed in ring}):
        numbers[number] = len(written)
        written.append(_simplified(lines[number], FINEST if owners[number] & DETAILED else COARSE))
    shapes = defaultdict[str, list[list[int]]](list)
    for code, ring in rings:
        shapes[code].append([numbers[n] if n >= 0 else ~numbers[~n] for n in ring])
    # A line between two territories of one code is no border.
    uses = Counter(_arc(signed) for _, ring in rings for signed in ring)
    borders = [numbers[number] for number in numbers if len(owners[number]) == uses[number]]
    rivers = _added(written, waters["rivers"]["coordinates"])
    lakes = [_added(written, polygon) for polygon in waters["lakes"]["coordinates"]]
    document = {
        "source": SOURCE,
        "countries": dict(sorted(shapes.items())),
        "borders": borders,
        "rivers": rivers,
        "lakes": [[number] for polygon in lakes for number in polygon],
        "lengths": [len(line) for line, _ in written],
        "levels": "".join(levels for _, levels in written),
        "x": _deltas(point[0] for line, _ in written for point in line),
        "y": _deltas(point[1] for line, _ in written for point in line),
    }
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False) + "\n"
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def _lines(topology: dict[str, Any]) -> Iterator[Line]:
    """Yield the arcs of a TopoJSON in degrees, their longitudes without a jump at the date line."""
    (scale_x, scale_y), (left, bottom) = topology["transform"]["scale"], topology["transform"]["translate"]
    for deltas in topology["arcs"]:
        x, y, line = 0, 0, Line()
        for dx, dy in deltas:
            x, y = x + dx, y + dy
            lon = x * scale_x + left
            if line:
                lon += 360 * round((line[-1][0] - lon) / 360)
            line.append((lon, y * scale_y + bottom))
        yield line


def _owners(
    geometries: Iterable[dict[str, Any]], lines: Sequence[Line]
) -> tuple[dict[int, set[str]], list[tuple[str, list[int]]]]:
    """Return the codes at both sides of the arcs, and the rings that are large enough, with their codes."""
    owners, rings = defaultdict[int, set[str]](set), list[tuple[str, list[int]]]()
    for geometry in geometries:
        name = geometry["properties"]["name"]
        code = CODES.get(name) or NAMES.get(fold(name), "")
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        areas = [(_area(_points(ring, lines)), ring) for polygon in polygons for ring in polygon]
        largest = max(area for area, _ in areas)
        for area, ring in areas:
            if area < min(largest, SMALLEST[code in DETAILED]):
                continue
            owner = "UA" if code == "RU" and _within(_points(ring, lines), CRIMEA) else code
            rings.append((owner, ring))
            for signed in ring:
                owners[_arc(signed)].add(owner)
    return owners, rings


def _arc(signed: int) -> int:
    """Return the number of an arc; a TopoJSON complements it where the arc is walked from its end."""
    return signed if signed >= 0 else ~signed


def _points(ring: Iterable[int], lines: Sequence[Line]) -> Line:
    return [point for signed in ring for point in (lines[signed] if signed >= 0 else lines[~signed][::-1])]


def _area(points: Line) -> float:
    """Return the area of a ring in square degrees of the equator. One across the date line is only larger."""
    pairs = zip(points, points[1:] + points[:1], strict=True)
    middle = math.cos(math.radians(points[0][1]))
    return abs(sum(x * v - u * y for (x, y), (u, v) in pairs)) / 2 * middle


def _within(points: Line, box: tuple[float, float, float, float]) -> bool:
    west, south, east, north = box
    return all(west <= lon <= east and south <= lat <= north for lon, lat in points)


def _simplified(line: Line, finest: float) -> tuple[Line, str]:
    """Return the points of a line that stand out by at least `finest` degrees, and their levels of detail.

    By Douglas and Peucker. A point's level is how often the finest bend must be doubled to hide it; the ends
    are always drawn.
    """
    points = np.array(line)
    bends = {0: math.inf, len(line) - 1: math.inf}
    spans = [(0, len(line) - 1, math.inf)]
    while spans:
        first, last, limit = spans.pop()
        if last - first < 2:
            continue
        distances = _distances(points[first + 1 : last], points[first], points[last])
        middle = first + 1 + int(distances.argmax())
        bend = float(distances.max())
        if bend >= finest:
            # No point outlives the one that divided its span, else a coarser line would be another one.
            bends[middle] = min(bend, limit)
            spans += [(first, middle, bends[middle]), (middle, last, bends[middle])]
    chosen = sorted(bends)
    levels = (
        LEVELS - 1 if math.isinf(bends[n]) else min(int(math.log2(bends[n] / FINEST)), LEVELS - 2)
        for n in chosen
    )
    return [line[n] for n in chosen], "".join(map(str, levels))


def _distances(points: Points, start: Points, end: Points) -> Points:
    """Return the distances of points from a segment, in degrees of the equator."""
    narrow = np.array([math.cos(math.radians(start[1])), 1])
    offsets, span = (points - start) * narrow, (end - start) * narrow
    length = float(span @ span)
    along = np.clip(offsets @ span / length, 0, 1) if length else np.zeros(len(points))
    across = offsets - along[:, None] * span
    distances: Points = np.hypot(across[:, 0], across[:, 1])
    return distances


def _added(written: list[tuple[Line, str]], lines: Iterable[Sequence[Point]]) -> list[int]:
    """Append lines that belong to no country, and return their numbers."""
    first = len(written)
    written.extend(_simplified([(x, y) for x, y in line], FINEST) for line in lines)
    return list(range(first, len(written)))


def _deltas(degrees: Iterable[float]) -> list[int]:
    """Return numbers of the unit, less the number before."""
    numbers = [round(degree / UNIT) for degree in degrees]
    return [number - before for before, number in zip([0, *numbers], numbers, strict=False)]


if __name__ == "__main__":
    inputs = (json.loads(Path(path).read_text(encoding="utf-8")) for path in sys.argv[1:3])
    BASE_MAP.write_bytes(build(*inputs))
