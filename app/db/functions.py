"""SQL functions that each engine spells its own way."""

from datetime import date

from sqlalchemy import Date, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

from app.vocabulary.periods import PeriodUnit

_SQLITE = {
    PeriodUnit.DAY: "{day}",
    # SQLite's "weekday 1" goes forward to Monday, so step back six days first.
    PeriodUnit.WEEK: "date({day}, '-6 days', 'weekday 1')",
    PeriodUnit.MONTH: "date({day}, 'start of month')",
    PeriodUnit.QUARTER: "date({day}, 'start of month', '-' || ((strftime('%m', {day}) - 1) % 3) || ' months')",
    PeriodUnit.YEAR: "date({day}, 'start of year')",
}


class PeriodStart(FunctionElement[date]):
    """The first day of the period that holds a day.

    The unit is one of the clauses, and a literal one: with a plain attribute, or a bound value, the
    statement cache would hand the first unit's SQL to every later unit.
    """

    name = "period_start"
    type = Date()
    inherit_cache = True


def period_start(unit: PeriodUnit, day: ColumnElement[date]) -> ColumnElement[date]:
    """Return the first day of the `unit` that holds `day`, null where `day` is null."""
    return PeriodStart(literal_column(unit.value), day)


@compiles(PeriodStart, "sqlite")
def _period_start_on_sqlite(element: PeriodStart, compiler: SQLCompiler, **kw: object) -> str:
    unit, day = element.clauses
    return _SQLITE[PeriodUnit(str(unit))].format(day=compiler.process(day, **kw))


@compiles(PeriodStart, "postgresql")
def _period_start_on_postgresql(element: PeriodStart, compiler: SQLCompiler, **kw: object) -> str:
    unit, day = element.clauses
    return f"date_trunc('{PeriodUnit(str(unit)).value}', {compiler.process(day, **kw)}::timestamp)::date"
