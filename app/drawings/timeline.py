"""Timeline: stacked bars by period, and the strip of the whole record."""

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
# What a note needs next to its mark, and a year below a small timeline.
_NOTE_WIDTH, _YEAR_WIDTH = 130, 30


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
class _Axis:
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
    axis = _Axis(bars, LEFT, (width - LEFT - 4) / max(1, len(bars)))
    with_reports = any(bar.reports is not None for bar in bars) and axis.step >= REPORTS_WIDTH
    base = height - BELOW - (REPORTS_HEIGHT if with_reports else 0)
    values = scale(
        max((count.highest for count in (*(bar.count for bar in bars), *versus)), default=0), base, ABOVE
    )
    parts = [*_ticks(values, width, noun)]
    for place, bar in enumerate(bars):
        parts.append(_bar(bar, axis.x(place), axis.width, values))
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


def small(bars: Sequence[Bar], most: int, width: int = 200, height: int = 74) -> Drawing:
    """Draw a small timeline on a scale that several share; its highest bar has its number.

    There is no room for open ends and empty periods: a period without a report is a tick, and the number above a list
    of these carries what is open.
    """
    base, top = height - 14, 16
    values = Scale(max(1, most), base, top, ())
    axis = _Axis(bars, 0, width / max(1, len(bars)))
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
    for place, bar in reversed(list(_first_of_years(bars))):
        x = axis.x(place)
        following = last if last > 0 else width + 6
        if following - x >= _YEAR_WIDTH:
            parts.append(text(x, height - 2, str(bar.start.year), "t11"))
            last = x
    return Drawing(width, height, Markup("").join(parts), "")


def strip(bars: Sequence[Bar], window: tuple[date, date] | None, width: int, height: int = 34) -> Drawing:
    """Draw the whole record in grey with the window that is chosen on it; None: all of it.

    The window's edges are drawn as handles. A script that lets them be dragged finds the days in `data-*`.
    """
    base = height - 2
    values = Scale(max(1, *(bar.count.highest for bar in bars)) if bars else 1, base, 2, ())
    axis = _Axis(bars, LEFT, (width - LEFT - 4) / max(1, len(bars)))
    end = axis.left + axis.step * len(bars)
    parts = [
        text(LEFT - 8, height / 2 + 4, "record", "end t11"),
        element("rect", x=LEFT, y=1, width=max(0, end - LEFT), height=height - 2, class_="f-none s-rule"),
    ]
    for place, bar in enumerate(bars):
        # In grey, without open ends: it is read for its form, and the chart above has the numbers.
        count = Count(Form.NUMBER, bar.count.least) if bar.count.least else bar.count
        parts.append(_bar(replace(bar, count=count), axis.x(place), axis.width, values, plain="f-soft"))
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


def _bar(bar: Bar, x: float, width: float, values: Scale, plain: str = "f-series") -> Markup:
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


def _names(axis: _Axis, unit: PeriodUnit, base: float) -> Iterator[Markup]:
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
    for place, bar in _first_of_years(axis.bars):
        edge = axis.left + axis.step * place
        if place:
            yield element("path", d=f"M{edge:.1f} {base:.1f}v18", class_="s-rule2")
        if edge - last >= NAME_WIDTH * 0.8 and edge + _YEAR_WIDTH <= axis.right:
            yield text(edge + (4 if place else 0), base + 30, str(bar.start.year), "t11 t-ink b")
            last = edge


def _reports(axis: _Axis, base: float) -> Iterator[Markup]:
    """Yield the number of reports below each period that has the room for it: how much there is to go by."""
    yield text(LEFT - 8, base + 48, "reports", "end t11")
    for place, bar in enumerate(axis.bars):
        words = "–" if not bar.reports else f"{bar.reports:,}"
        yield text(axis.x(place) + axis.width / 2, base + 48, words, "mid t11")


def _notes(axis: _Axis, notes: Sequence[Note], base: float, width: float) -> Iterator[Markup]:
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


def _targets(axis: _Axis, base: float) -> Iterator[Markup]:
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


def _first_of_years(bars: Sequence[Bar]) -> Iterator[tuple[int, Bar]]:
    year = None
    for place, bar in enumerate(bars):
        if bar.start.year != year:
            year = bar.start.year
            yield place, bar


def _after(axis: _Axis, day: date) -> float:
    """Return where a day ends."""
    for place, bar in enumerate(axis.bars):
        if day <= bar.end:
            days = (bar.end - bar.start).days + 1
            return axis.left + axis.step * (place + min(days, max(0, (day - bar.start).days + 1)) / days)
    return axis.left + axis.step * len(axis.bars)


_NAMES: dict[PeriodUnit, Callable[[date], str]] = {
    PeriodUnit.DAY: lambda day: f"{day.day} {day:%b}",
    PeriodUnit.WEEK: lambda day: f"{day.day} {day:%b}",
    PeriodUnit.MONTH: lambda day: f"{day:%b}",
    PeriodUnit.QUARTER: lambda day: f"Q{(day.month + 2) // 3}",
    PeriodUnit.YEAR: lambda day: str(day.year),
}
