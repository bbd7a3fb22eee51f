"""Ranked bars and grids of small timelines, as drawings that stand alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.drawings.count_forms import Count, sideways
from app.drawings.small_timeline import small
from app.drawings.svg import Drawing, element, group, text
from app.drawings.timeline import Bar

# Rows of ranked bars; more are counted in words. Pixels of a row, of its name and of its number.
MOST_ROWS, ROW, NAME, NUMBER = 40, 26, 190, 90

# Pixels of a small timeline with its heading, and between two.
CELL, CELL_HEIGHT, GAP = 200, 104, 24

# A letter of 13 pixels is about so wide.
_LETTER = 7.2


@dataclass(frozen=True, slots=True)
class Ranked:
    """A row: its name, its count, and the class of its bar."""

    name: str
    count: Count
    class_: str = "f-series"


def ranked(rows: Sequence[Ranked], width: int, noun: str) -> Drawing:
    """Draw bars below each other, in the order given, each with its name and its number."""
    most = max((row.count.highest for row in rows), default=0)
    shown, parts = rows[:MOST_ROWS], []
    room = width - NAME - NUMBER
    for place, row in enumerate(shown):
        y = place * ROW
        parts.append(text(0, y + 17, cut(row.name, NAME - 8), "t-ink t13"))
        bar = sideways(row.count, most, row.class_, width=room, x=NAME, y=y + 5)
        number = text(width, y + 17, row.count.words, "t-ink t13 end")
        parts += [bar, number]
    height = ROW * len(shown)
    if len(rows) > len(shown):
        height += ROW
        parts.append(text(0, height - 9, f"{len(rows) - len(shown):,} more are not drawn", "t13"))
    if not rows:
        height = ROW
        parts.append(text(0, 17, f"No {noun}.", "t13"))
    highest = f"Highest: {rows[0].name}, {rows[0].count.words} {noun}." if rows else f"No {noun}."
    return Drawing(width, height, Markup("").join(parts), highest)


def grid(cells: Sequence[tuple[str, Count | None, Sequence[Bar]]], width: int, noun: str) -> Drawing:
    """Draw a small timeline for each of several groups, all on one scale; None where a group has no one count."""
    most = max((bar.count.least for _, _, bars in cells for bar in bars), default=0)
    columns = max(1, (width + GAP) // (CELL + GAP))
    room = (width - GAP * (columns - 1)) / columns
    parts = []
    for place, (name, count, bars) in enumerate(cells):
        drawing = small(bars, most, int(room))
        words = count.words if count else ""
        heading = [
            text(0, 13, cut(name, room - _LETTER * (len(words) + 2)), "t-ink t13 b"),
            text(room, 13, words, "t13 end"),
            group([drawing.content], transform="translate(0 18)"),
        ]
        x, y = (place % columns) * (room + GAP), (place // columns) * CELL_HEIGHT
        parts.append(group(heading, transform=f"translate({x:.1f} {y})"))
    height = CELL_HEIGHT * max(1, -(-len(cells) // columns))
    if not cells:
        parts.append(text(0, 17, f"No {noun}.", "t13"))
    return Drawing(
        width, height, Markup("").join(parts), f"{len(cells)} small timelines of {noun} on one scale."
    )


def figure(count: Count, noun: str, width: int, qualified: str) -> Drawing:
    """Draw one number, large."""
    parts = [
        text(0, 40, count.words, "t-ink big"),
        text(0, 62, f"{noun}{f', {qualified}' if qualified else ''}", "t13"),
        element("path", d=f"M0 72H{width}", class_="s-rule"),
    ]
    return Drawing(width, 76, Markup("").join(parts), f"{count.words} {noun}.")


def cut(name: str, room: float) -> str:
    """Return a name that fits into so many pixels, cut where it is longer."""
    letters = max(3, int(room / _LETTER))
    return name if len(name) <= letters else f"{name[: letters - 1].rstrip()}…"
