"""The orders in which lines are read, page by page, and where in an order a page ends.

Every order is total: what is equal comes by date, then by id, and nothing of a line ever changes. So a page
that starts after the last line of another misses none and repeats none, whatever is written meanwhile.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, literal, true, tuple_

from app.db.types import AnyRow
from app.models import Strike
from app.strikes.filters import StrikeFilter


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

# The index that holds lines in an order, for an engine that must be told.
INDEXES = {
    Sort.LATEST: "ix_strikes_date_from_id",
    Sort.EARLIEST: "ix_strikes_date_from_id",
    Sort.MOST_STRIKES: "ix_strikes_strikes_min_date_from_id",
    Sort.MOST_ITEMS: "ix_strikes_items_min_date_from_id",
}
# The same for the lines of one place, by date.
BY_PLACE = "ix_strikes_location_id_date_from_id"


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
            return strikes.items()
        case _:
            return None


def stretches(sort: Sort, value: ColumnElement[Any] | None, after: Position | None) -> Iterator[Stretch]:
    """Yield what is left of an order after a position, in parts: first what is known, then what is not.

    `value` is the figure that the order goes by.
    """
    by_date = (Strike.date_from.expression, Strike.id.expression)
    if value is None:
        yield _stretch(by_date, after, descending=sort is Sort.LATEST)
        return
    if sort is Sort.MOST_ITEMS:
        yield _stretch((value, *by_date), after)
        return
    known = after is None or after[0] is not None
    if known:
        first = _stretch((value, *by_date), after)
        yield Stretch(value.is_not(None) & first.condition, first.columns, descending=True)
    rest = _stretch(by_date, None if known or after is None else after[1:])
    yield Stretch(value.is_(None) & rest.condition, rest.columns, descending=True)


def position(row: AnyRow, sort: Sort) -> Position:
    """Return where a page ends whose last line is this one."""
    by_date = (row.date_from, row.id)
    return by_date if sort in {Sort.LATEST, Sort.EARLIEST} else (row.figure, *by_date)


def _stretch(
    columns: tuple[ColumnElement[Any], ...], after: Position | None, *, descending: bool = True
) -> Stretch:
    if after is None:
        return Stretch(true(), columns, descending)
    here = tuple_(*columns)
    there = tuple_(*(literal(value, column.type) for value, column in zip(after, columns, strict=True)))
    return Stretch(here < there if descending else here > there, columns, descending)
