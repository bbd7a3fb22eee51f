"""Timeline: a measure by period as stacked bars."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from markupsafe import Markup

from app.drawings.count_forms import Count, Form, standing_sign, upward_end
from app.drawings.scale import Scale, scale
from app.drawings.svg import Drawing, element, link, text
from app.vocabulary.periods import PeriodUnit

# Pixels left of the bars for the scale, below them for the names of periods, and between two names.
LEFT, BELOW, ABOVE, NAME_WIDTH = 46, 42, 14, 44
# What a number of reports needs, and the row of them below the names.
REPORTS_WIDTH, REPORTS_HEIGHT = 30, 18
# A bar takes this share of its period, where periods have the room for gaps.
_SHARE, _WITH_GAPS = 0.68, 5
# What a note needs next to its mark, and a year below the names.
_NOTE_WIDTH, _YEAR_WIDTH = 130, 30


# Periods of a drawing: days of some three years.
MOST_PERIODS = 1_000


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a stacked bar: the class of its fill, and the least number."""

    class_: str
    least: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A period: its days, its count, and the parts that it is stacked of; the title is read on hovering."""

    start: date
    end: date
    count: Count
    parts: Sequence[Part] = field(default=())
    title: str = ""
    href: str | None = None
    reports: int | None = None

    def without_reports(self) -> "Bar":
        """Return the bar without its number of reports, where that is not known."""
        return replace(self, reports=None, title="")


@dataclass(frozen=True, slots=True)
class Note:
    """A change of wording: its day, and short lines that fit next to its mark."""

    day: date
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Axis:
    """Places of periods: `step` pixels each from `left`."""

    bars: Sequence[Bar]
    left: float
    step: float

    @property
    def right(self) -> float:
        """The right edge of the last period, and of the drawing."""
        return self.left + self.step * len(self.bars) + 4

    @property
    def width(self) -> float:
        """The width of a bar."""
        return self.step * (_SHARE if self.step >= _WITH_GAPS else 1)

    def x(self, place: int) -> float:
        """Return the left edge of a bar."""
        return self.left + self.step * place + (self.step - self.width) / 2

    def of_day(self, day: date) -> float:
        """Return where a day lies between the edges of its period."""
        for place, bar in enumerate(self.bars):
            if day <= bar.end:
                days = (bar.end - bar.start).days + 1
                return self.left + self.step * (place + max(0, (day - bar.start).days) / days)
        return self.left + self.step * len(self.bars)


def timeline(  # noqa: PLR0913, PLR0917 - what is drawn, how large, and what is written next to it
    bars: Sequence[Bar],
    unit: PeriodUnit,
    width: int,
    height: int,
    noun: str,
    notes: Sequence[Note] = (),
    versus: Sequence[Count] = (),
) -> Drawing:
    """Draw counts by period. A row of numbers of reports stands below, where bars have them.

    `versus` is a second series, drawn as outlines over the first from its first period on.
    """
    axis = Axis(bars, LEFT, (width - LEFT - 4) / max(1, len(bars)))
    with_reports = any(bar.reports is not None for bar in bars) and axis.step >= REPORTS_WIDTH
    base = height - BELOW - (REPORTS_HEIGHT if with_reports else 0)
    values = scale(
        max((count.highest for count in (*(bar.count for bar in bars), *versus)), default=0), base, ABOVE
    )
    parts = [*_ticks(values, width, noun)]
    for place, bar in enumerate(bars):
        parts.append(bar_at(bar, axis.x(place), axis.width, values))
    for place, count in enumerate(versus[: len(bars)]):
        if count.is_known and count.least:
            y = values.y(count.least)
            outline = element(
                "rect", x=axis.x(place) - 1, y=y, width=axis.width + 2, height=base - y, class_="f-series2"
            )
            parts += [outline, upward_end(count, axis.x(place) - 1, axis.width + 2, y, values.per_unit)]
    parts += _names(axis, unit, base)
    if with_reports:
        parts += _reports(axis, base)
    parts += _notes(axis, notes, base, width)
    parts += _targets(axis, base)
    return Drawing(width, height, Markup("").join(parts), summary(bars, unit, noun))


def summary(bars: Sequence[Bar], unit: PeriodUnit, noun: str) -> str:
    """Return in a sentence or two what a timeline shows."""
    if not bars:
        return f"No {noun}."
    highest = max(bars, key=lambda bar: bar.count.highest)
    sentence = f"Highest in {period_name(unit, highest.start)}, {highest.count.words} {noun}."
    silent = [period_name(unit, bar.start) for bar in bars if bar.count.form is Form.NO_REPORT]
    if len(silent) > 3:  # noqa: PLR2004 - more are counted, not named
        return f"{sentence} No report in {len(silent)} of {len(bars)} periods."
    return f"{sentence} No report in {' and '.join(silent)}." if silent else sentence


def period_name(unit: PeriodUnit, start: date) -> str:
    """Return the name of a period in a sentence: June 2016, 6 June 2016, the week of 6 June 2016, 2016."""
    day = f"{start.day} {start:%B} {start.year}"
    match unit:
        case PeriodUnit.DAY:
            return day
        case PeriodUnit.WEEK:
            return f"the week of {day}"
        case PeriodUnit.MONTH:
            return f"{start:%B} {start.year}"
        case PeriodUnit.QUARTER:
            return f"{start:%B} to {_third_month(start):%B} {start.year}"
    return str(start.year)


def _third_month(start: date) -> date:
    return start.replace(month=start.month + 2)


def bar_at(bar: Bar, x: float, width: float, values: Scale, plain: str = "f-series") -> Markup:
    """Draw the bar of a period, or what stands in its place; `plain` is its class where it is not stacked."""
    count = bar.count
    if not count.is_known or count.form is Form.ZERO:
        return standing_sign(count, x, width, values.base, values.top)
    # A count of at least one shows, however small.
    rows, y = [], values.base
    for part in bar.parts or [Part(plain, count.least)]:
        height = part.least * values.per_unit
        if part.least:
            height = max(height, 0.7)
            y -= height
            rows.append(element("rect", x=x, y=y, width=width, height=height, class_=part.class_))
    rows.append(upward_end(count, x, width, y, values.per_unit))
    return Markup("").join(rows)


def _ticks(values: Scale, width: float, noun: str) -> Iterator[Markup]:
    for place, tick in enumerate(values.ticks):
        y = values.y(tick)
        is_last = place == len(values.ticks) - 1
        yield element("path", d=f"M{LEFT} {y:.1f}H{width}", class_="s-rule2" if not tick else "s-rule")
        if is_last:
            yield text(0, y + 4, f"{tick:,} {noun}", "t11 halo")
        else:
            yield text(LEFT - 7, y + 4, f"{tick:,}", "end t11")


def _names(axis: Axis, unit: PeriodUnit, base: float) -> Iterator[Markup]:
    """Yield names of periods below the bars, as many as there is room for, and years at their first one."""
    every = max(1, -(-NAME_WIDTH // max(1, int(axis.step))))
    named = _NAMES[unit]
    last = float(-NAME_WIDTH)
    for place, bar in enumerate(axis.bars):
        middle = axis.x(place) + axis.width / 2
        if place % every == 0 and middle - last >= min(NAME_WIDTH, axis.step * every) - 1:
            yield text(middle, base + 15, named(bar.start), "mid t11")
            last = middle
    if unit is PeriodUnit.YEAR:
        return
    last = float(-NAME_WIDTH)
    for place, bar in first_of_years(axis.bars):
        edge = axis.left + axis.step * place
        if place:
            yield element("path", d=f"M{edge:.1f} {base:.1f}v18", class_="s-rule2")
        if edge - last >= NAME_WIDTH * 0.8 and edge + _YEAR_WIDTH <= axis.right:
            yield text(edge + (4 if place else 0), base + 30, str(bar.start.year), "t11 t-ink b")
            last = edge


def _reports(axis: Axis, base: float) -> Iterator[Markup]:
    """Yield the number of reports below each period that has the room for it: how much there is to go by."""
    yield text(LEFT - 8, base + 48, "reports", "end t11")
    for place, bar in enumerate(axis.bars):
        words = "–" if not bar.reports else f"{bar.reports:,}"
        yield text(axis.x(place) + axis.width / 2, base + 48, words, "mid t11")


def _notes(axis: Axis, notes: Sequence[Note], base: float, width: float) -> Iterator[Markup]:
    for note in notes:
        x = axis.of_day(note.day)
        yield element("path", d=f"M{x:.1f} {ABOVE}V{base:.1f}", class_="s-ink3", stroke_dasharray="2 3")
        # To the right of its mark, where the days are that it speaks of, as long as there is room.
        is_left = x > width - _NOTE_WIDTH
        for line, words in enumerate(note.lines):
            yield text(
                x - 5 if is_left else x + 5,
                ABOVE + 9 + 12 * line,
                words,
                "t11 halo end" if is_left else "t11 halo",
            )


def _targets(axis: Axis, base: float) -> Iterator[Markup]:
    """Yield an invisible target over the whole height of each period, which names it and leads to it."""
    for place, bar in enumerate(axis.bars):
        area = element(
            "rect",
            x=axis.left + axis.step * place,
            y=ABOVE,
            width=axis.step,
            height=base - ABOVE,
            class_="f-clear",
        )
        if bar.href:
            yield link(bar.href, area, title=bar.title, class_="hit")
        elif bar.title:
            yield element("g", [element("title", bar.title), area])


def first_of_years(bars: Sequence[Bar]) -> Iterator[tuple[int, Bar]]:
    """Yield the first period of each year with its place."""
    year = None
    for place, bar in enumerate(bars):
        if bar.start.year != year:
            year = bar.start.year
            yield place, bar


_NAMES: dict[PeriodUnit, Callable[[date], str]] = {
    PeriodUnit.DAY: lambda day: f"{day.day} {day:%b}",
    PeriodUnit.WEEK: lambda day: f"{day.day} {day:%b}",
    PeriodUnit.MONTH: lambda day: f"{day:%b}",
    PeriodUnit.QUARTER: lambda day: f"Q{(day.month + 2) // 3}",
    PeriodUnit.YEAR: lambda day: str(day.year),
}
