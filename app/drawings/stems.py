"""Stems: lines of reports by day, with periods as cells below."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from markupsafe import Markup

from app.drawings.count_forms import Count, Form, upward_end
from app.drawings.scale import Scale, scale
from app.drawings.svg import Drawing, element, link, text
from app.drawings.timeline import Part
from app.vocabulary.periods import PeriodUnit

# Pixels left of the stems for the scale, right of them, above them, and below them for cells and their names.
LEFT, RIGHT, ABOVE, BELOW = 46, 12, 14, 72
# Pixels from the foot of the stems to the cells, and the height of a cell.
_GAP, _CELL = 10, 28
# Width of a stem, and about the width of a letter of a label.
_STEM, _LETTER, _LINE = 6, 6.4, 15
# Stems that have a label, at most, and the room that a drawing must have for each.
MOST_LABELS, _ROOM_FOR_LABEL = 5, 240
# Pixels that the name of a period needs.
_NAME_WIDTH = 26


@dataclass(frozen=True, slots=True)
class Stem:
    """A line of a report: its first day, its count, and the parts that it is stacked of."""

    day: date
    count: Count
    parts: Sequence[Part] = field(default=())
    # Whether the line gives its number of strikes.
    is_given: bool = True
    # Written next to it where it is among the highest: a bold line, and one below it.
    label: Sequence[str] = ()
    title: str = ""
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A period: its days and what is known of them; the title is read on hovering."""

    start: date
    end: date
    count: Count
    title: str = ""
    href: str | None = None


@dataclass(frozen=True, slots=True)
class _Days:
    """Places of days between two edges."""

    first: date
    last: date
    left: float
    right: float

    def x(self, day: date) -> float:
        """Return where a day begins; days outside lie on an edge."""
        every = (self.last - self.first).days + 1
        place = min(max((day - self.first).days, 0), every)
        return self.left + (self.right - self.left) * place / every

    def middle(self, day: date) -> float:
        """Return the middle of a day."""
        return (self.x(day) + self.right_of(day)) / 2

    def right_of(self, day: date) -> float:
        """Return where a day ends."""
        every = (self.last - self.first).days + 1
        place = min(max((day - self.first).days + 1, 0), every)
        return self.left + (self.right - self.left) * place / every


@dataclass(frozen=True, slots=True)
class _Box:
    """The room that a stem or a label takes."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "_Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def stems(  # noqa: PLR0913 - what is drawn, in which unit, and how large
    lines: Sequence[Stem], cells: Sequence[Cell], *, unit: PeriodUnit, width: int, height: int, noun: str
) -> Drawing:
    """Draw lines by their first day, and the periods from the first to the last of them as cells below."""
    base = height - BELOW
    values = scale(max((line.count.highest for line in lines), default=0), base, ABOVE)
    parts: list[Markup] = [*_ticks(values, width, noun)]
    if cells:
        days = _Days(cells[0].start, cells[-1].end, LEFT, width - RIGHT)
        boxes = []
        for line in lines:
            left = _left(days, line)
            parts.append(_stem(line, left, values))
            boxes.append(_Box(left, values.y(line.count.highest) - 6, left + _STEM, base))
        parts += _cells(days, cells, base + _GAP)
        parts += _names(days, cells, unit, base)
        parts += _labels(days, lines, boxes, values, width)
    return Drawing(width, height, Markup("").join(parts), summary(lines, noun))


def summary(lines: Sequence[Stem], noun: str) -> str:
    """Return in a sentence or two what the stems show."""
    if not lines:
        return "No line."
    highest = max(lines, key=lambda line: line.count.highest)
    day = f"{highest.day.day} {highest.day:%B} {highest.day.year}"
    silent = sum(not line.is_given for line in lines)
    counted = f"{len(lines):,} {'line' if len(lines) == 1 else 'lines'}"
    most = f"{counted}, the highest on {day}: {highest.count.words} {noun}."
    return f"{most} The number of strikes is not given in {silent:,} of them." if silent else most


def _left(days: _Days, line: Stem) -> float:
    return min(max(days.middle(line.day) - _STEM / 2, days.left), days.right - _STEM)


def _stem(line: Stem, left: float, values: Scale) -> Markup:
    """Draw a stem, its open end, and the ring at its foot where the number of strikes is not given."""
    shapes: list[Markup] = []
    y = values.base
    if line.count.least:
        for part in line.parts or [Part("f-series", line.count.least)]:
            if part.least:
                part_height = max(part.least * values.per_unit, 0.7)
                y -= part_height
                shapes.append(
                    element("rect", x=left, y=y, width=_STEM, height=part_height, class_=part.class_)
                )
    elif line.count.is_known:
        y -= 2
        shapes.append(element("rect", x=left, y=y, width=_STEM, height=2, class_="f-series"))
    else:
        stub = f"M{left + _STEM / 2:.1f} {values.base:.1f}v-14"
        shapes.append(element("path", d=stub, class_="s-series", stroke_width=2, stroke_dasharray="2 3"))
    shapes.append(upward_end(line.count, left, _STEM, y, values.per_unit))
    if not line.is_given:
        shapes.append(
            element(
                "circle", cx=left + _STEM / 2, cy=values.base, r=4.4, class_="f-paper s-ink", stroke_width=1.5
            )
        )
    top = min(y, values.base - 12) - 8
    shapes.append(
        element("rect", x=left - 2, y=top, width=_STEM + 4, height=values.base + 6 - top, class_="f-clear")
    )
    if line.href:
        return link(line.href, shapes, title=line.title, class_="hit")
    return element("g", [element("title", line.title), *shapes]) if line.title else Markup("").join(shapes)


def _ticks(values: Scale, width: float, noun: str) -> Iterator[Markup]:
    for place, tick in enumerate(values.ticks):
        y = values.y(tick)
        is_last = place == len(values.ticks) - 1
        yield element("path", d=f"M{LEFT} {y:.1f}H{width - RIGHT}", class_="s-rule" if tick else "s-rule2")
        yield (
            text(0, y + 4, f"{tick:,} {noun}", "t11 halo")
            if is_last
            else text(LEFT - 7, y + 4, f"{tick:,}", "end t11")
        )


def _cells(days: _Days, cells: Sequence[Cell], top: float) -> Iterator[Markup]:
    for cell in cells:
        left = days.x(cell.start)
        gap = 1 if days.right_of(cell.end) - left > 4 else 0  # noqa: PLR2004 - pixels
        x, cell_width = left + gap, max(days.right_of(cell.end) - left - 2 * gap, 0.5)
        shape = Markup("").join(_cell(cell.count, x, cell_width, top))
        if cell.href:
            yield link(cell.href, shape, title=cell.title, class_="hit")
        elif cell.title:
            yield element("g", [element("title", cell.title), shape])
        else:
            yield shape


def _cell(count: Count, x: float, width: float, top: float) -> Iterator[Markup]:
    """Yield what a cell is drawn of: each form of not knowing has its own."""
    middle = x + width / 2

    def box(class_: str, **more: str) -> Markup:
        return element("rect", x=x, y=top, width=width, height=_CELL, class_=class_, **more)

    match count.form:
        case Form.NO_REPORT:
            yield box("p-hatch")
        case Form.NOT_NAMED:
            yield box("p-hatch light")
        case Form.NONE_REPORTED:
            yield box("f-none s-rule")
            radius = min(4, width / 2)
            yield element(
                "circle", cx=middle, cy=top + _CELL / 2, r=radius, class_="f-paper s-ink3", stroke_width=1.4
            )
        case Form.NOT_GIVEN:
            yield box("f-wash s-ink3", stroke_dasharray="2 2")
        case _:
            yield box("f-wash")
            if count.form is Form.AT_LEAST:
                corner = min(7, width)
                notch = f"M{x + width - corner:.1f} {top:.1f}h{corner:.1f}v{corner:.1f}z"
                yield element("path", d=notch, class_="f-series")
            if len(count.words) * _LETTER + 2 <= width:
                yield text(middle, top + 18.5, count.words, "mid t13 t-ink")


def _names(days: _Days, cells: Sequence[Cell], unit: PeriodUnit, base: float) -> Iterator[Markup]:
    """Yield names of periods below the cells, as many as there is room for, and years at their first one."""
    below = base + _GAP + _CELL
    last = last_year = -2.0 * _NAME_WIDTH
    year = None
    for cell in cells:
        middle = (days.x(cell.start) + days.right_of(cell.end)) / 2
        if unit is not PeriodUnit.YEAR and middle - last >= _NAME_WIDTH:
            yield text(middle, below + 13, _name(unit, cell.start), "mid t11")
            last = middle
        if cell.start.year != year:
            if year is not None:
                yield element(
                    "path", d=f"M{days.x(cell.start):.1f} {base:.1f}v{_GAP + _CELL + 4}", class_="s-rule2"
                )
            year = cell.start.year
            if middle - last_year >= 1.4 * _NAME_WIDTH:
                yield text(max(middle, days.left + 14), below + 28, str(year), "mid t11 t-ink b")
                last_year = middle


def _name(unit: PeriodUnit, start: date) -> str:
    return f"Q{(start.month + 2) // 3}" if unit is PeriodUnit.QUARTER else f"{start:%b}"


def _labels(
    days: _Days, lines: Sequence[Stem], boxes: Sequence[_Box], values: Scale, width: float
) -> Iterator[Markup]:
    """Yield the labels of the highest stems, on the side that is free; none over another stem or label."""
    taken: list[_Box] = []
    highest = sorted(range(len(lines)), key=lambda place: (-lines[place].count.highest, lines[place].day))
    most = min(MOST_LABELS, int(width // _ROOM_FOR_LABEL) + 1)
    for place in highest[: 2 * most]:
        line, own = lines[place], boxes[place]
        if len(taken) == most or not line.count.highest:
            return
        others = [*(other for at, other in enumerate(boxes) if at != place), *taken]
        top = values.y(line.count.highest) - 1
        for size in range(len(line.label), 0, -1):
            box = _free(own, line.label[:size], top, others, _Box(days.left, 0, width, values.base))
            if box is not None:
                taken.append(box)
                is_left = box.left < own.left
                for at, words in enumerate(line.label[:size]):
                    class_ = f"t-ink halo{'' if at else ' b'}{' end' if is_left else ''}"
                    yield text(box.right if is_left else box.left, top + 11 + _LINE * at, words, class_)
                break


def _free(own: _Box, label: Sequence[str], top: float, others: Sequence[_Box], room: _Box) -> _Box | None:
    """Return the box of a label left or right of its stem that meets nothing else; None where there is none."""
    size, bottom = _LETTER * max(map(len, label)), top + _LINE * len(label)
    left = _Box(own.left - 6 - size, top, own.left - 4, bottom)
    right = _Box(own.right + 4, top, own.right + 6 + size, bottom)
    for box in (left, right) if right.right > room.right * 0.7 else (right, left):
        inside = room.left <= box.left and box.right <= room.right and box.bottom <= room.bottom
        if inside and not any(box.meets(other) for other in others):
            return box
    return None
