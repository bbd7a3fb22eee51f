"""Spellings of places in the lines that a filter matches."""

from sqlalchemy import func, select

from app.db.engine import ReadSession
from app.models import Strike
from app.strikes.filter import StrikeFilter
from app.strikes.sql_conditions import Conditions


def spellings(session: ReadSession, strikes: StrikeFilter, limit: int) -> list[tuple[str, int]]:
    """Return up to `limit` spellings of places with the numbers of their lines, the most frequent first."""
    lines = func.count().label("lines")
    statement = (
        select(Strike.location_as_written, lines)
        .where(Conditions(strikes).of_lines(), Strike.location_as_written.is_not(None))
        .group_by(Strike.location_as_written)
        .order_by(lines.desc(), Strike.location_as_written)
        .limit(limit)
    )
    rows = session.execute(statement, strikes.values)
    return [(spelling, count) for spelling, count in rows if spelling]
