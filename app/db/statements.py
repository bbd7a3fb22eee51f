"""Statements compiled once per dialect and executed with new parameters.

Making a statement and its SQL for each request takes many times as long as a short query takes the engine.
A Prepared statement keeps its SQL and takes values by name, an INSERT by the names of its columns; what it yields are
the driver's own rows, by position.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from threading import Lock
from typing import Any, Protocol

from cachetools import FIFOCache
from sqlalchemy import BindParameter, Dialect, Insert, Select, Table, Update, insert
from sqlalchemy.sql import visitors
from sqlalchemy.types import TypeEngine

Values = Mapping[str, Any]
Rows = Sequence[tuple[Any, ...]]

# Lists of values are written out, and each length makes another text: so many bytes of them are cached. What a text
# takes besides its characters: its objects, and one for each of its values.
MOST_BYTES = 16 * 1024 * 1024
_OF_TEXT, _OF_VALUE = 2_000, 400


class Snapshot(Protocol):
    """One state of the record, to be queried."""

    def rows(self, statement: "Prepared", values: Values) -> Rows:
        """Return what a statement finds, as the driver gives it: SQLite's days and instants are texts."""


@dataclass(frozen=True, slots=True)
class _Written:
    """A statement in the SQL of an engine, with a function that takes its values, in their order, out of those by name.

    `names` are what the driver calls them, or None where it goes by their order.
    """

    sql: str
    parameters: Callable[[Values], Sequence[Any]]
    count: int
    names: Sequence[str] | None

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return _OF_TEXT + len(self.sql) + _OF_VALUE * self.count

    def taken(self, values: Values) -> Any:  # noqa: ANN401 - a sequence or a dict, as the driver wants it
        """Return values as the driver takes them."""
        parameters = self.parameters(values)
        return parameters if self.names is None else dict(zip(self.names, parameters, strict=True))


class Prepared:
    """A statement whose values are bound by name (`bindparam`), lists of values by one that is `expanding`."""

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert | Update) -> None:
        self.statement = statement
        bound = (element for element in visitors.iterate(statement) if isinstance(element, BindParameter))
        self._lists = tuple(sorted({parameter.key for parameter in bound if parameter.expanding}))

    def bound(self, dialect: Dialect, values: Values) -> tuple[str, Any]:
        """Return the SQL for an engine, and the values as its driver takes them. Each name must have a value."""
        written = self._written(dialect, values)
        return written.sql, written.taken(values)

    def bound_all(self, dialect: Dialect, rows: Sequence[Values]) -> tuple[str, Sequence[Any]]:
        """Return the same of an INSERT of one or more rows, which all have values for the same columns."""
        written = self._written(dialect, rows[0])
        take = written.parameters if written.names is None else written.taken
        return written.sql, [take(row) for row in rows]

    def _written(self, dialect: Dialect, values: Values) -> _Written:
        names = tuple(values) if self.statement.is_insert else [len(values[name]) for name in self._lists]
        key = (self, dialect.name, *names)
        try:
            # Reading moves nothing in a FIFO cache, so it needs no lock; a microsecond of each statement counts.
            return _CACHE[key]
        except KeyError:
            text = self._write(dialect, values)
            with _LOCK, suppress(ValueError):  # cachetools raises it for a value larger than the cache.
                _CACHE[key] = text
            return text

    def _write(self, dialect: Dialect, values: Values) -> _Written:
        columns = list(values) if self.statement.is_insert else None
        compiled = self.statement.compile(dialect=dialect, column_keys=columns)
        state = compiled.construct_expanded_state(values)
        of_lists = {
            part: (name, place)
            for name, parts in state.parameter_expansion.items()
            for place, part in enumerate(parts)
        }
        names = list(state.positiontup or state.parameters)
        places = [of_lists.get(parameter, (parameter, None)) for parameter in names]
        kinds: list[TypeEngine[Any]] = [compiled.binds[name].type for name, _ in places]
        processes = [kind.dialect_impl(dialect).bind_processor(dialect) for kind in kinds]
        if len(names) > 1 and all(place is None and name in values for name, place in places):
            parameters = _by_name([name for name, _ in places], processes)
        else:
            parameters = _by_place(
                [
                    # A value that nobody names is one that SQLAlchemy itself put in.
                    _taken(name, place, process) if name in values else _always(state.parameters[parameter])
                    for parameter, (name, place), process in zip(names, places, processes, strict=True)
                ]
            )
        return _Written(state.statement, parameters, len(names), None if state.positiontup else names)


class NumberedInsert:
    """An INSERT into a table whose rows have a number, `id`, that the database gives them."""

    def __init__(self, model: type[Any]) -> None:
        """Insert into the table of a mapped class."""
        table: Table = model.__table__
        self.table = table.name
        self.rows = Prepared(insert(table))
        self.returning = Prepared(insert(table).returning(table.c.id, sort_by_parameter_order=True))


# The texts of all statements.
_CACHE: FIFOCache[tuple[object, ...], _Written] = FIFOCache(MOST_BYTES, attrgetter("size"))
_LOCK = Lock()


def _by_name(
    names: Sequence[str], processes: Sequence[Callable[[Any], Any] | None]
) -> Callable[[Values], Sequence[Any]]:
    """Return a function that takes values by name at once: rows of an INSERT come by the thousand."""
    taken = itemgetter(*names)
    processed = [(place, process) for place, process in enumerate(processes) if process is not None]
    if not processed:
        return taken

    def parameters(values: Values) -> Sequence[Any]:
        row = list(taken(values))
        for place, process in processed:
            row[place] = process(row[place])
        return row

    return parameters


def _by_place(parameters: Sequence[Callable[[Values], Any]]) -> Callable[[Values], Sequence[Any]]:
    return lambda values: [take(values) for take in parameters]


def _taken(name: str, place: int | None, process: Callable[[Any], Any] | None) -> Callable[[Values], Any]:
    if place is None:
        if process is None:
            return lambda values: values[name]
        return lambda values: process(values[name])
    if process is None:
        return lambda values: values[name][place]
    return lambda values: process(values[name][place])


def _always(value: object) -> Callable[[Values], Any]:
    return lambda _values: value
