"""Strip of the whole record, with the window of chosen days."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from markupsafe import Markup

from app.drawings.count_forms import Count, Form
from app.drawings.scale import Scale
from app.drawings.svg import Drawing, element, text
from app.drawings.timeline import LEFT, Axis, Bar, bar_at


def strip(bars: Sequence[Bar], window: tuple[date, date] | None, width: int, height: int = 34) -> Drawing:
    """Draw the whole record in grey with the window that is chosen on it; None: all of it.

    The window's edges are drawn as handles. A script that lets them be dragged finds the days in `data-*`.
    """
    base = height - 2
    values = Scale(max(1, *(bar.count.highest for bar in bars)) if bars else 1, base, 2, ())
    axis = Axis(bars, LEFT, (width - LEFT - 4) / max(1, len(bars)))
    end = axis.left + axis.step * len(bars)
    parts = [
        text(LEFT - 8, height / 2 + 4, "record", "end t11"),
        element("rect", x=LEFT, y=1, width=max(0, end - LEFT), height=height - 2, class_="f-none s-rule"),
    ]
    for place, bar in enumerate(bars):
        # In grey, without open ends: it is read for its form, and the chart above has the numbers.
        count = Count(Form.NUMBER, bar.count.least) if bar.count.least else bar.count
        parts.append(bar_at(replace(bar, count=count), axis.x(place), axis.width, values, plain="f-soft"))
    first, last = (axis.left, end)
    if window is not None:
        first, last = axis.of_day(window[0]), max(axis.of_day(window[0]) + 2, _after(axis, window[1]))
    parts += [
        element("rect", x=LEFT, y=1, width=max(0, first - LEFT), height=height - 2, class_="veil"),
        element("rect", x=last, y=1, width=max(0, end - last), height=height - 2, class_="veil"),
        element("rect", x=first, y=1, width=last - first, height=height - 2, class_="f-none s-ink window"),
        *(_handle(edge, height / 2) for edge in (first, last)),
    ]
    return Drawing(width, height, Markup("").join(parts), "")


def _handle(x: float, middle: float) -> Markup:
    grip = f"M{x - 1:.1f} {middle - 4:.1f}v8M{x + 1:.1f} {middle - 4:.1f}v8"
    parts = [
        element("rect", x=x - 4, y=middle - 8, width=8, height=16, rx=2, class_="f-sheet s-ink"),
        element("path", d=grip, class_="s-ink"),
    ]
    return element("g", parts, class_="handle")


def _after(axis: Axis, day: date) -> float:
    """Return where a day ends."""
    for place, bar in enumerate(axis.bars):
        if day <= bar.end:
            days = (bar.end - bar.start).days + 1
            return axis.left + axis.step * (place + min(days, max(0, (day - bar.start).days + 1)) / days)
    return axis.left + axis.step * len(axis.bars)
