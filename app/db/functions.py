"""SQL functions that each dialect compiles in its own way."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from sqlalchemy import Date, Integer, String, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

T = TypeVar("T")


class DayNumber(FunctionElement[int]):
    """The number of a day, counted from 1970-01-01."""

    name = "day_number"
    type = Integer()
    inherit_cache = True


def day_number(day: ColumnElement[date]) -> ColumnElement[int]:
    """Return the number of a day, counted from 1970-01-01."""
    return DayNumber(day)


@compiles(DayNumber, "sqlite")
def _day_number_on_sqlite(element: DayNumber, compiler: SQLCompiler, **kw: object) -> str:
    # Days of SQLite begin at noon of a year long ago; 2440587.5 is the first midnight of 1970.
    return f"CAST(julianday({compiler.process(element.clauses, **kw)}) - 2440587.5 AS INTEGER)"


@compiles(DayNumber, "postgresql")
def _day_number_on_postgresql(element: DayNumber, compiler: SQLCompiler, **kw: object) -> str:
    return f"({compiler.process(element.clauses, **kw)} - DATE '1970-01-01')"


class DaysLater(FunctionElement[date]):
    """The day some days after another one."""

    name = "days_later"
    type = Date()
    inherit_cache = True


def days_later(day: ColumnElement[date], days: int) -> ColumnElement[date]:
    """Return the day so many days after `day`, spelt as in the partial indexes, so that they are used."""
    return DaysLater(day, literal_column(str(days)))


@compiles(DaysLater, "sqlite")
def _days_later_on_sqlite(element: DaysLater, compiler: SQLCompiler, **kw: object) -> str:
    day, days = element.clauses
    return f"date({compiler.process(day, **kw)}, '+{days} days')"


@compiles(DaysLater, "postgresql")
def _days_later_on_postgresql(element: DaysLater, compiler: SQLCompiler, **kw: object) -> str:
    day, days = element.clauses
    return f"{compiler.process(day, **kw)} + {days}"


class Listed(FunctionElement[str]):
    """All values of a column as a list in JSON, null where there is no row. Columns of one statement are aligned."""

    name = "listed"
    type = String()
    inherit_cache = True


@compiles(Listed, "sqlite")
def _listed_on_sqlite(element: Listed, compiler: SQLCompiler, **kw: object) -> str:
    return f"json_group_array({compiler.process(element.clauses, **kw)})"


@compiles(Listed, "postgresql")
def _listed_on_postgresql(element: Listed, compiler: SQLCompiler, **kw: object) -> str:
    return f"CAST(json_agg({compiler.process(element.clauses, **kw)}) AS TEXT)"


class JsonMembers(FunctionElement[str]):
    """Some members of a JSON object that is stored as text, as a list in JSON; a list among them as its length.

    The names are clauses, for the statement cache. The engine parses the text once and hands over the members alone.
    """

    name = "json_members"
    type = String()
    inherit_cache = True


def json_members(text: ColumnElement[str], names: Sequence[str], lists: Sequence[str]) -> ColumnElement[str]:
    """Return the texts `names` and then the lengths of `lists`, null where one is absent, as a list in JSON."""
    texts, lengths = (",".join(members) for members in (names, lists))
    return JsonMembers(text, literal_column(texts), literal_column(lengths))


@compiles(JsonMembers, "sqlite")
def _json_members_on_sqlite(element: JsonMembers, compiler: SQLCompiler, **kw: object) -> str:
    text, names, lists = element.clauses
    column = compiler.process(text, **kw)
    members = [f"json_extract({column}, '$.{name}')" for name in str(names).split(",")]
    members += [f"json_array_length({column}, '$.{name}')" for name in str(lists).split(",")]
    return f"json_array({', '.join(members)})"


@compiles(JsonMembers, "postgresql")
def _json_members_on_postgresql(element: JsonMembers, compiler: SQLCompiler, **kw: object) -> str:
    column, *others = element.clauses
    text = compiler.process(column, **kw)
    names, lists = (str(clause) for clause in others)
    members = [*names.split(","), *(f"json_array_length({name})" for name in lists.split(","))]
    columns = [f"{name} text" for name in names.split(",")] + [f"{name} json" for name in lists.split(",")]
    made, parsed = f"json_build_array({', '.join(members)})", f"json_to_record(CAST({text} AS json))"
    # Names of the code alone: none comes from a request.
    return f"(SELECT CAST({made} AS TEXT) FROM {parsed} AS member({', '.join(columns)}))"  # noqa: S608 - as said above
