"""Sort orders of lines, and the keyset position in them.

Every order is total: what is equal comes by date, then by id, and nothing of a line ever changes. So a page
that starts after the last line of another misses none and repeats none, whatever is written meanwhile.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum, auto
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Date, and_, bindparam, true, tuple_

from app.models import Strike, StrikeCategory
from app.strikes.filter import StrikeFilter
from app.strikes.sql_conditions import Conditions


class Sort(StrEnum):
    """What lines are ordered by. A minus puts the latest, or the most, first, and what is not known last."""

    LATEST = "-date"
    EARLIEST = "date"
    MOST_STRIKES = "-strikes"
    MOST_ITEMS = "-items"


# What a page ends with: the values of its last line that its order goes by, the id last.
Position = tuple[Any, ...]


# No figure of a line comes near.
_LARGEST = 2**31 - 1


def _figure(value: object) -> int:
    if type(value) is not int or not 0 <= value <= _LARGEST:
        raise TypeError("not a figure")
    return value


def _known_figure(value: object) -> int | None:
    return None if value is None else _figure(value)


# How the parts of a position are read out of a cursor.
READERS: dict[Sort, tuple[Callable[[Any], object], ...]] = {
    Sort.LATEST: (date.fromisoformat, int),
    Sort.EARLIEST: (date.fromisoformat, int),
    Sort.MOST_STRIKES: (_known_figure, date.fromisoformat, int),
    Sort.MOST_ITEMS: (_figure, date.fromisoformat, int),
}

# The index of an order, for an engine that needs a hint.
INDEXES = {
    Sort.LATEST: "ix_strikes_by_date",
    Sort.EARLIEST: "ix_strikes_by_date",
    Sort.MOST_STRIKES: "ix_strikes_strikes_min_date_from_id",
    Sort.MOST_ITEMS: "ix_strikes_items_min_date_from_id",
}
# The same for the lines of one place, by date.
BY_PLACE = "ix_strikes_by_place"


# A position, as conditions name its values.
_NAMES = ("after_figure", "after_date", "after_id")
_AFTER: tuple[ColumnElement[Any], ...] = (
    bindparam(_NAMES[0], type_=BigInteger()),
    bindparam(_NAMES[1], type_=Date()),
    bindparam(_NAMES[2], type_=BigInteger()),
)


# The same of a position by date up to which an order is read.
_UNTIL_NAMES = ("until_date", "until_id")

# Columns of an order by date: the first day and the id, of lines or of the index of lines by category.
ByDate = tuple[ColumnElement[date], ColumnElement[int]]
BY_DATE: ByDate = (Strike.date_from.expression, Strike.id.expression)
BY_DATE_OF_CATEGORY: ByDate = (StrikeCategory.date_from.expression, StrikeCategory.strike_id.expression)


class LineMatch(NamedTuple):
    """A matching line and its position: its figure where the order goes by one, and its first day.

    The day is as the engine gives it: a date, or the text of one.
    """

    id: int
    figure: int | None
    date_from: date | str


class Part(Enum):
    """A part of an order: the lines whose figure is known, those whose figure is not, or all at once."""

    ALL = auto()
    KNOWN = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of an order: which lines belong to it, and by what they are ordered."""

    condition: ColumnElement[bool]
    columns: tuple[ColumnElement[Any], ...]
    descending: bool

    def order(self) -> Iterator[ColumnElement[Any]]:
        """Return what to order by."""
        return (column.desc() if self.descending else column.asc() for column in self.columns)


def figure(sort: Sort, strikes: StrikeFilter) -> ColumnElement[Any] | None:
    """Return the figure that an order goes by before the date, or None where it goes by the date alone."""
    match sort:
        case Sort.MOST_STRIKES:
            return Strike.strikes_min.expression
        case Sort.MOST_ITEMS:
            return Conditions(strikes).items()
        case _:
            return None


def parts(sort: Sort, after: Position | None) -> Sequence[Part]:
    """Return what is left of an order after a position, part by part: first what is known, then what is not."""
    if sort is not Sort.MOST_STRIKES:
        return (Part.ALL,)
    return (Part.UNKNOWN,) if after is not None and after[0] is None else (Part.KNOWN, Part.UNKNOWN)


def is_resumed(part: Part, after: Position | None) -> bool:
    """Return whether a part goes on after the position, and not from its beginning."""
    return after is not None and (part is not Part.UNKNOWN or after[0] is None)


def stretch(
    sort: Sort,
    part: Part,
    value: ColumnElement[Any] | None,
    *,
    resumed: bool,
    by_date: ByDate = BY_DATE,
) -> Stretch:
    """Return a part of an order, by `value` where it goes by a figure. `position_values` gives its start."""
    by_figure = value is not None and part is not Part.UNKNOWN
    columns = (value, *by_date) if value is not None and by_figure else by_date
    descending = sort is not Sort.EARLIEST
    conditions: list[ColumnElement[bool]] = [true()]
    if value is not None and part is not Part.ALL:
        conditions.append(value.is_not(None) if part is Part.KNOWN else value.is_(None))
    if resumed:
        here, there = tuple_(*columns), tuple_(*(_AFTER if by_figure else _AFTER[1:]))
        conditions.append(here < there if descending else here > there)
    return Stretch(and_(*conditions), columns, descending)


def position_values(after: Position | None) -> dict[str, Any]:
    """Return the values of a position by the names that conditions have for them."""
    if after is None:
        return {}
    return dict(zip(_NAMES[-len(after) :], after, strict=True))


def until(by_date: ByDate) -> ColumnElement[bool]:
    """Return the condition that a line does not come after the position of `until_values`, by date."""
    day, line = _UNTIL_NAMES
    return tuple_(*by_date) <= tuple_(bindparam(day, type_=Date()), bindparam(line, type_=BigInteger()))


def until_values(end: Position | None) -> dict[str, Any]:
    """Return the values of `until`."""
    return {} if end is None else dict(zip(_UNTIL_NAMES, end, strict=True))


def position(line: LineMatch, sort: Sort) -> Position:
    """Return where a page ends whose last line is this one."""
    day = line.date_from
    by_date = (date.fromisoformat(day) if isinstance(day, str) else day, line.id)
    return by_date if sort in {Sort.LATEST, Sort.EARLIEST} else (line.figure, *by_date)
