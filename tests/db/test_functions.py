"""SQL functions: the same answers on both engines, and as Python gives them."""

from datetime import date, timedelta

from sqlalchemy import Date, literal, select, union_all

from app.db.engine import Database
from app.db.functions import period_start
from app.vocabulary.periods import PeriodUnit, start_of


def test_period_starts_agree_with_python(database: Database) -> None:
    """Every unit, asked one after another in one process, gives the first days that Python gives."""
    days = [date(2015, 12, 20) + timedelta(days=offset) for offset in range(400)]
    table = union_all(*(select(literal(day, Date).label("day")) for day in days)).subquery()
    with database.reading() as session:
        for unit in PeriodUnit:
            rows = session.execute(select(table.c.day, period_start(unit, table.c.day))).all()
            assert [tuple(row) for row in rows] == [(day, start_of(unit, day)) for day in days]
