"""Flat tables of lists: columns, types, and conversion of items to rows.

JSON responses nest; a table is flat. A feature defines once how its items are flattened, and every format that is
written in rows (CSV, GeoJSON's properties, Parquet) has the same columns by the same names.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import AwareDatetime, BaseModel

Item = Mapping[str, Any]
Row = Mapping[str, Any]


class Kind(StrEnum):
    """What a column holds; each may be null."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DAY = "day"
    INSTANT = "instant"
    TEXTS = "texts"
    # An object with members of its own, and a list of such.
    RECORD = "record"
    RECORDS = "records"


_KINDS: dict[Any, Kind] = {
    str: Kind.TEXT,
    int: Kind.INTEGER,
    float: Kind.NUMBER,
    bool: Kind.BOOLEAN,
    date: Kind.DAY,
    AwareDatetime: Kind.INSTANT,
    list[str]: Kind.TEXTS,
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, what it holds, and the member of the JSON item that it is taken from."""

    name: str
    kind: Kind
    # The name at the top level of the JSON item: what `fields=` picks a column by.
    of: str
    # The members of a record, in order.
    members: tuple["Column", ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item is, in degrees of WGS84."""

    lat: float
    lon: float


def _as_it_is(item: Item) -> Iterable[Row]:
    return (item,)


@dataclass(frozen=True, slots=True)
class Table:
    """A list or an aggregate as a table."""

    columns: tuple[Column, ...]
    # The rows of an item, each with at least the names of the columns. Most have one: themselves.
    rows: Callable[[Item], Iterable[Row]] = _as_it_is
    # Where an item is, or None where its source names no place. Without it, there is no GeoJSON.
    place: Callable[[Item], Place | None] | None = None
    # The column that identifies an item, where one does.
    key: str | None = None
    # Rows of parts of an item: only in formats that are nothing but rows.
    in_parts: bool = False
    # The members of JSON items that were requested; None: all.
    fields: frozenset[str] | None = None

    def picked(self, fields: Collection[str] | None) -> "Table":
        """Return the table with the columns that belong to these members of an item; with all for None."""
        if fields is None:
            return self
        columns = tuple(column for column in self.columns if column.of in fields)
        return replace(self, columns=columns, fields=frozenset(fields))

    def shown(self, item: Item) -> Item:
        """Return the members of an item that were requested."""
        if self.fields is None:
            return item
        return {name: value for name, value in item.items() if name in self.fields}


def columns_of(model: type[BaseModel]) -> tuple[Column, ...]:
    """Return the columns of items that a model describes, by the names and types of its fields."""
    return tuple(_column(name, field.annotation) for name, field in model.model_fields.items())


def _column(name: str, annotation: Any) -> Column:  # noqa: ANN401 - any annotation
    inner = _without_null(annotation)
    if kind := _KINDS.get(inner):
        return Column(name, kind, name)
    if get_origin(inner) is Literal or (isinstance(inner, type) and issubclass(inner, str)):
        return Column(name, Kind.TEXT, name)
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        return Column(name, Kind.RECORD, name, columns_of(inner))
    (item,) = get_args(inner)
    return Column(name, Kind.RECORDS, name, columns_of(item))


def _without_null(annotation: Any) -> Any:  # noqa: ANN401 - any annotation
    """Return `T` for `T | None`: every column may be null."""
    parts = get_args(annotation)
    if NoneType not in parts:
        return annotation
    (inner,) = (part for part in parts if part is not NoneType)
    return inner
