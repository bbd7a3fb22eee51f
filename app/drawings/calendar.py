"""Calendar: the days of a year by week and weekday."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup, escape

from app.drawings.count_forms import Count, Form
from app.drawings.svg import Drawing, number

# Pixels of a day, and from one to the next.
CELL, STEP = 12, 14
# Pixels above the days for the names of months.
ABOVE = 16
# Weeks of half a year: a year touches 54 at most.
WEEKS = 27
HEIGHT = ABOVE + 7 * STEP
STEPS = 4

_MONDAY_TO_SUNDAY = 7


@dataclass(frozen=True, slots=True)
class Day:
    """What is known of a day: a count of lines, or why there is none.

    A zero is a day that lines reach into which are counted on the day before.
    """

    count: Count
    title: str = ""
    href: str | None = None


def year_halves(
    year: int, days: Mapping[date, Day], step_of: Callable[[int], int], label: str
) -> tuple[Drawing, Drawing]:
    """Draw a year as two halves of 27 weeks, which join side by side and can stand one above the other.

    Days that are missing stay blank, and so does a half without any. `step_of` returns for a number of lines how dark
    it is, from 1 to STEPS.
    """
    first = date(year, 1, 1)
    monday = first - timedelta(first.weekday())
    halves: tuple[list[str], list[str]] = ([], [])
    for month in sorted({day.month for day in days if day.year == year}):
        week = (date(year, month, 1) - monday).days // _MONDAY_TO_SUNDAY
        half, column = divmod(week, WEEKS)
        halves[half].append(f'<text class="t11" x="{column * STEP}" y="10">{date(year, month, 1):%b}</text>')
    for day, known in days.items():
        if day.year == year:
            week, weekday = divmod((day - monday).days, _MONDAY_TO_SUNDAY)
            half, column = divmod(week, WEEKS)
            halves[half].append(_day(known, column * STEP, ABOVE + weekday * STEP, step_of))
    first_half, second_half = (
        Drawing(WEEKS * STEP, HEIGHT, Markup("").join(map(Markup, half)), label) for half in halves
    )
    return first_half, second_half


def weekdays() -> Drawing:
    """Draw the names of weekdays that stand left of a half."""
    names = (
        f'<text class="t11" x="0" y="{number(ABOVE + place * STEP + 10)}">{name}</text>'
        for place, name in ((0, "Mon"), (2, "Wed"), (4, "Fri"), (6, "Sun"))
    )
    return Drawing(28, HEIGHT, Markup("").join(map(Markup, names)), "")


def _day(day: Day, x: int, y: int, step_of: Callable[[int], int]) -> str:
    """Return a cell. Written as text: a page has thousands of them."""
    form = day.count.form
    if form is Form.NONE_REPORTED:
        middle = f'cx="{x + CELL / 2:g}" cy="{y + CELL / 2:g}"'
        shape = f'<circle {middle} r="3.4" class="f-paper s-ink3" stroke-width="1.4">'
        close = "</circle>"
    else:
        class_ = {Form.NO_REPORT: "p-hatch", Form.NOT_NAMED: "p-hatch light", Form.ZERO: "l0"}.get(form)
        class_ = class_ or f"l{step_of(day.count.least)}"
        shape, close = f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" class="{class_}">', "</rect>"
    cell = f"{shape}<title>{escape(day.title)}</title>{close}" if day.title else f"{shape}{close}"
    return f'<a href="{escape(day.href)}" tabindex="-1">{cell}</a>' if day.href else cell
