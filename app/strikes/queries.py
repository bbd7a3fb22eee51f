"""Read strike lines with their reports and tallies. Takes conditions from filters.py; knows no request."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select, tuple_

from app.db.engine import ReadSession
from app.db.types import AnyRow, AnySelect
from app.ledger.clock import standing
from app.models import Report, Revision, Strike, Tally
from app.strikes.filters import StrikeFilter

# Where a page ended: the date and id of its last line.
Position = tuple[date, int]


@dataclass(frozen=True, slots=True)
class Line:
    """A strike line with what is needed to show it: its report's revision, and its tallies in order.

    Rows of the database, or things with the same names: a draft's lines have no rows.
    """

    row: Any
    tallies: Sequence[Any]


def page(
    session: ReadSession, strikes: StrikeFilter, *, newest_first: bool, after: Position | None, limit: int
) -> list[Line]:
    """Return up to `limit` matching lines by date, then id, from the one after `after`.

    Two statements, whatever the page holds: joined to their tallies, lines would repeat.
    """
    key = tuple_(Strike.date_from, Strike.id)
    statement = _lines().where(strikes.of_lines()).limit(limit)
    if after is not None:
        # Spelt out rather than as a row value: SQLite then also uses the index for the first part.
        day, strike_id = after
        if newest_first:
            beyond = or_(Strike.date_from < day, and_(Strike.date_from == day, Strike.id < strike_id))
            statement = statement.where(Strike.date_from <= day, beyond)
        else:
            beyond = or_(Strike.date_from > day, and_(Strike.date_from == day, Strike.id > strike_id))
            statement = statement.where(Strike.date_from >= day, beyond)
    order = [column.desc() if newest_first else column.asc() for column in key.clauses]
    return _with_tallies(session, statement.order_by(*order))


def count(session: ReadSession, strikes: StrikeFilter) -> int:
    """Return how many lines match."""
    found: int = session.execute(from_lines(select(func.count())).where(strikes.of_lines())).scalar_one()
    return found


def one(session: ReadSession, strike_id: int, as_of: int) -> Line | None:
    """Return the line with this id as of a ledger number, or None.

    A line that was superseded is still answered, with the revision of its report that held it last.
    """
    last_held = func.coalesce(Strike.superseded_seq - 1, as_of)
    statement = (
        _columns()
        .join_from(Strike, Report, Report.id == Strike.report_id)
        .join(
            Revision,
            and_(
                Revision.report_id == Strike.report_id,
                Revision.recorded_seq <= last_held,
                or_(Revision.superseded_seq.is_(None), Revision.superseded_seq > last_held),
            ),
        )
        .where(Strike.id == strike_id, Strike.recorded_seq <= as_of)
    )
    lines = _with_tallies(session, statement)
    return lines[0] if lines else None


def of_report(session: ReadSession, report_id: int, as_of: int) -> list[Line]:
    """Return all lines of one report as of a ledger number, in the report's order."""
    of_it = StrikeFilter(as_of=as_of, report_ids=frozenset({report_id}))
    lines = _with_tallies(session, _lines().where(of_it.of_lines()).order_by(Strike.position, Strike.id))
    order = session.execute(
        select(Revision.line_order).where(Revision.report_id == report_id, standing(Revision, as_of))
    ).scalar_one_or_none()
    if order is None:
        return lines
    places = {strike_id: place for place, strike_id in enumerate(json.loads(order))}
    return sorted(lines, key=lambda line: places[line.row.id])


def lines_of(session: ReadSession, strikes: StrikeFilter, ids: Sequence[int]) -> list[Line]:
    """Return the matching lines among these ids, by id."""
    if not ids:
        return []
    return _with_tallies(session, _lines().where(strikes.of_lines(), Strike.id.in_(ids)).order_by(Strike.id))


def from_lines(statement: AnySelect) -> AnySelect:
    """Add the tables that `StrikeFilter.of_lines` speaks of: lines, their reports and their revisions."""
    return (
        statement.select_from(Strike)
        .join(Report, Report.id == Strike.report_id)
        .join(Revision, Revision.report_id == Strike.report_id)
    )


def _columns() -> AnySelect:
    return select(
        Strike.id,
        Strike.report_id,
        Strike.date_from,
        Strike.date_to,
        Strike.date_precision,
        Strike.country,
        Strike.location_id,
        Strike.location_as_written,
        Strike.strikes_min,
        Strike.strikes_max,
        Strike.engagements,
        Strike.owner,
        Strike.same_as_id,
        Strike.quote,
        Strike.quote_start,
        Strike.quote_end,
        Strike.recorded_seq,
        Strike.superseded_seq,
        Report.publisher_id,
        Revision.number,
        Revision.published_on,
        Revision.source_url,
        Revision.revision,
    )


def _lines() -> AnySelect:
    return from_lines(_columns())


def _with_tallies(session: ReadSession, statement: AnySelect) -> list[Line]:
    rows = session.execute(statement).all()
    tallies: dict[int, list[AnyRow]] = {row.id: [] for row in rows}
    found = session.execute(
        select(
            Tally.strike_id,
            Tally.effect,
            Tally.verb,
            Tally.category_id,
            Tally.count_min,
            Tally.count_max,
            Tally.as_written,
            Tally.quote_start,
            Tally.quote_end,
        )
        .where(Tally.strike_id.in_(tallies))
        .order_by(Tally.strike_id, Tally.position)
    )
    for tally in found:
        tallies[tally.strike_id].append(tally)
    return [Line(row, tallies[row.id]) for row in rows]
