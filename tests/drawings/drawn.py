"""Reader of drawings: what a test sees of an SVG."""

import re
from typing import NamedTuple
from xml.etree import ElementTree as ET

from markupsafe import Markup

_PATH = re.compile(r"([MmHhVvLl])([^MmHhVvLl]*)")


class Shape(NamedTuple):
    """A shape: its tag and class, and the box that holds it."""

    tag: str
    class_: str
    left: float
    top: float
    right: float
    bottom: float


def parsed(drawing: Markup | str) -> ET.Element:
    """Parse elements, one or several; what is not well-formed fails."""
    return ET.fromstring(f"<svg>{drawing}</svg>")  # noqa: S314 - our own drawing


def shapes(drawing: Markup | str) -> list[Shape]:
    """Return the rectangles, circles and paths of a drawing, in their order. Translations are not followed."""
    found = []
    for element in parsed(drawing).iter():
        given = element.attrib
        class_ = given.get("class", "")
        if element.tag == "rect":
            x, y = float(given.get("x", 0)), float(given.get("y", 0))
            found.append(Shape("rect", class_, x, y, x + float(given["width"]), y + float(given["height"])))
        elif element.tag == "circle":
            x, y, r = (float(given[name]) for name in ("cx", "cy", "r"))
            found.append(Shape("circle", class_, x - r, y - r, x + r, y + r))
        elif element.tag == "path":
            found.append(Shape("path", f"{class_} {given.get('stroke-dasharray', '')}", *_extent(given["d"])))
    return found


def texts(drawing: Markup | str) -> list[tuple[float, float, str]]:
    """Return the texts of a drawing with their points."""
    return [
        (float(element.attrib["x"]), float(element.attrib["y"]), "".join(element.itertext()))
        for element in parsed(drawing).iter("text")
    ]


def _extent(path: str) -> tuple[float, float, float, float]:
    x = y = 0.0
    xs, ys = [], []
    for order, numbers in _PATH.findall(path):
        values = [float(number) for number in re.findall(r"-?[0-9.]+", numbers)]
        match order:
            case "M" | "L":
                x, y = values[-2:]
            case "H":
                x = values[-1]
            case "V":
                y = values[-1]
            case "h":
                x += values[-1]
            case "v":
                y += values[-1]
        xs.append(x)
        ys.append(y)
    return min(xs), min(ys), max(xs), max(ys)
