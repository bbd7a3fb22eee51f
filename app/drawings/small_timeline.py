"""Small timeline: one of several on a scale that they share."""

from collections.abc import Sequence

from markupsafe import Markup

from app.drawings.count_forms import Form
from app.drawings.scale import Scale
from app.drawings.svg import Drawing, element, text
from app.drawings.timeline import Axis, Bar, first_of_years

# What a year needs below.
_YEAR_WIDTH = 30


def small(bars: Sequence[Bar], most: int, width: int = 200, height: int = 74) -> Drawing:
    """Draw a small timeline on a scale that several share; its highest bar has its number.

    There is no room for open ends and empty periods: a period without a report is a tick, and the number above a list
    of these carries what is open.
    """
    base, top = height - 14, 16
    values = Scale(max(1, most), base, top, ())
    axis = Axis(bars, 0, width / max(1, len(bars)))
    room = max(axis.width, axis.step - 1)
    parts = [element("path", d=f"M0 {base + 0.5}H{width}", class_="s-rule")]
    for place, bar in enumerate(bars):
        x = axis.x(place)
        if bar.count.form in {Form.NO_REPORT, Form.NOT_NAMED}:
            parts.append(
                element("path", d=f"M{x + room / 2:.1f} {base + 1}v-3", class_="s-hatch", stroke_width=1)
            )
        elif bar.count.least:
            height_of = max(bar.count.least * values.per_unit, 1)
            parts.append(
                element("rect", x=x, y=base - height_of, width=room, height=height_of, class_="f-series")
            )
    highest = max(range(len(bars)), key=lambda place: bars[place].count.least, default=None)
    if highest is not None and bars[highest].count.least:
        least = bars[highest].count.least
        middle = min(max(axis.x(highest) + axis.width / 2, 14), width - 14)
        parts.append(text(middle, values.y(least) - 4, f"{least:,}", "mid t11 t-2"))
    last = float(-_YEAR_WIDTH)
    for place, bar in reversed(list(first_of_years(bars))):
        x = axis.x(place)
        following = last if last > 0 else width + 6
        if following - x >= _YEAR_WIDTH:
            parts.append(text(x, height - 2, str(bar.start.year), "t11"))
            last = x
    return Drawing(width, height, Markup("").join(parts), "")
