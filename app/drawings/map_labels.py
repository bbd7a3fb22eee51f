"""Label placement of a map: no label overlaps another or the edge."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from app.drawings.base_map import Numbers

# Left, top, right, bottom in pixels.
Box: TypeAlias = tuple[float, float, float, float]

# Font sizes of the page's style sheet, in pixels.
PLACE_SIZE = 12
COUNTRY_SIZE = 13
LEGEND_SIZE = 11

# Widths in parts of the font size, on the safe side: the page may fall back on a wider font.
_WIDE = frozenset("mwMW@%—")
_NARROW = frozenset("ijlftrI.,:;'\u2019|!()[] ")
_GAP = 4
_CAPITALS = 0.74
_LETTER_SPACING = 0.06


def text_width(words: str, size: float) -> float:
    """Return a width in pixels that a text does not exceed in usual sans-serif fonts."""
    return size * sum(map(_width, words))


def area_width(name: str) -> float:
    """Return the width in pixels of a country's or sea's name, whose letters stand apart."""
    return text_width(name, COUNTRY_SIZE) + _LETTER_SPACING * COUNTRY_SIZE * len(name)


def _width(character: str) -> float:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Cf", "Mn"}:
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.05
    if character in _WIDE:
        return 0.9
    if character in _NARROW:
        return 0.4
    return _CAPITALS if character.isupper() else 0.6


@dataclass(frozen=True, slots=True)
class Anchored:
    """A text's point on its baseline, its anchor as a class (start, mid or end), and its box."""

    x: float
    y: float
    anchor: str
    box: Box


@dataclass(slots=True)
class Layout:
    """The labels of a frame so far, and its circles as rows of x, y and radius."""

    width: float
    height: float
    circles: Numbers
    boxes: list[Box] = field(default_factory=list)

    def is_free(self, box: Box) -> bool:
        """Return whether a box lies in the frame and overlaps no other."""
        left, top, right, bottom = box
        return (
            left >= 1
            and top >= 1
            and right <= self.width - 1
            and bottom <= self.height - 1
            and all(
                right <= west or left >= east or bottom <= north or top >= south
                for west, north, east, south in self.boxes
            )
        )

    def covered(self, box: Box) -> int:
        """Return how many circles a box overlaps."""
        left, top, right, bottom = box
        x, y, radius = self.circles.T
        away = (np.clip(x, left, right) - x) ** 2 + (np.clip(y, top, bottom) - y) ** 2
        return int((away < radius * radius).sum())

    def place(self, words: str, x: float, y: float, radius: float, most_covered: int) -> Anchored | None:
        """Place a text next to a circle where it covers the fewest others, at most so many; None without room."""
        width = text_width(words, PLACE_SIZE)
        best, least = None, most_covered + 1
        for label in _candidates(x, y, radius, width):
            if self.is_free(label.box):
                covered = self.covered(label.box)
                if covered < least:
                    best, least = label, covered
                if covered == 0:
                    break
        if best:
            self.boxes.append(best.box)
        return best


def _candidates(x: float, y: float, radius: float, width: float) -> Iterator[Anchored]:
    """Yield the positions of a label around a circle, the easiest to read first."""
    rise, drop = PLACE_SIZE * 0.8, PLACE_SIZE * 0.3
    away, slant = radius + _GAP, radius * 0.71 + _GAP / 2
    for baseline, side, anchor in (
        (y + drop, x + away, ""),
        (y + drop, x - away, "end"),
        (y + radius + rise + _GAP, x, "mid"),
        (y - radius - _GAP - 1, x, "mid"),
        (y - slant, x + slant, ""),
        (y + slant + rise, x + slant, ""),
        (y - slant, x - slant, "end"),
        (y + slant + rise, x - slant, "end"),
    ):
        left = side - {"": 0.0, "mid": width / 2, "end": width}[anchor]
        yield Anchored(side, baseline, anchor, (left, baseline - rise, left + width, baseline + drop))
