"""Statements that are written once for each engine, and asked many times with other values.

Making a statement and its SQL anew for each request takes many times as long as a short question takes the engine.
A Prepared statement keeps its SQL and takes values by name; what it yields are the driver's own rows, by position.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import BindParameter, Dialect, Select
from sqlalchemy.sql import visitors
from sqlalchemy.types import TypeEngine

from app.db.kept import Kept

Values = Mapping[str, Any]
Rows = Sequence[tuple[Any, ...]]

# Lists of values are written out, and each length makes another statement: so many of them are kept.
_MOST_LENGTHS = 64


class Snapshot(Protocol):
    """One state of the record, to be asked."""

    def rows(self, statement: "Prepared", values: Values) -> Rows:
        """Return what a statement finds, as the driver gives it: SQLite's days and instants are texts."""


@dataclass(frozen=True, slots=True)
class _Written:
    """A statement in the SQL of an engine. `parameters` take each value of the SQL out of the values by name.

    `names` are what the driver calls them, or None where it goes by their order.
    """

    sql: str
    parameters: Sequence[Callable[[Values], Any]]
    names: Sequence[str] | None


class Prepared:
    """A statement whose values are bound by name (`bindparam`), lists of values by one that is `expanding`."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        bound = (each for each in visitors.iterate(statement) if isinstance(each, BindParameter))
        self._lists = tuple(sorted({each.key for each in bound if each.expanding}))
        self._written: Kept[tuple[object, ...], _Written] = Kept(_MOST_LENGTHS)

    def bound(self, dialect: Dialect, values: Values) -> tuple[str, Any]:
        """Return the SQL for an engine, and the values as its driver takes them. Each name must have a value."""
        key = (dialect.name, *[len(values[name]) for name in self._lists])
        written = self._written.get(key, lambda: self._write(dialect, values))
        found = [take(values) for take in written.parameters]
        if written.names is None:
            return written.sql, found
        return written.sql, dict(zip(written.names, found, strict=True))

    def _write(self, dialect: Dialect, values: Values) -> _Written:
        compiled = self._statement.compile(dialect=dialect)
        state = compiled.construct_expanded_state(values)
        of_lists = {
            part: (name, place)
            for name, parts in state.parameter_expansion.items()
            for place, part in enumerate(parts)
        }
        names = list(state.positiontup or state.parameters)
        parameters = []
        for each in names:
            name, place = of_lists.get(each, (each, None))
            kind: TypeEngine[Any] = compiled.binds[name].type
            process = kind.dialect_impl(dialect).bind_processor(dialect)
            # A value that nobody names is one that SQLAlchemy itself put in.
            parameters.append(
                _taken(name, place, process) if name in values else _always(state.parameters[each])
            )
        return _Written(state.statement, parameters, None if state.positiontup else names)


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
