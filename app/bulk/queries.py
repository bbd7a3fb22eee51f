"""Read whole reports, many at a time. Takes conditions from strikes/sql_conditions.py; knows no request."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select, true

from app.db.engine import ReadSession
from app.db.types import AnyRow
from app.ledger.head import standing
from app.models import Coverage, LedgerEntry, Report, Revision, Strike, Tally
from app.record import fields
from app.record.json_template import parsed
from app.strikes import scan
from app.strikes.filter import Status, StrikeFilter


class Line(NamedTuple):
    """A strike line with its tallies in order, as rows."""

    row: AnyRow
    tallies: Sequence[AnyRow]


def next_reports(
    session: ReadSession, strikes: StrikeFilter, after: int, limit: int
) -> tuple[Sequence[int], int | None]:
    """Return the ids of up to `limit` reports after one that hold a line that matches, and the id to go on from.

    Where nothing is asked but a status: of all reports of that status, those without lines too. The id is None at
    the end of the record; there may be no report and yet an id.
    """
    everything = StrikeFilter(as_of=strikes.as_of, repeats=strikes.repeats, status=strikes.status)
    if strikes != everything:
        return scan.reports(session, strikes, after, limit)
    of_status = true() if strikes.status is Status.ANY else Revision.status == strikes.status.value
    of_reports = select(Revision.report_id).where(
        Revision.report_id > after, standing(Revision, strikes.as_of), of_status
    )
    found = session.scalars(of_reports.order_by(Revision.report_id).limit(limit)).all()
    return found, found[-1] if len(found) == limit else None


def revisions(session: ReadSession, report_ids: Collection[int], as_of: int) -> Sequence[AnyRow]:
    """Return the standing revisions of these reports, with their texts, by report."""
    return session.execute(
        select(
            Revision.report_id,
            Report.publisher_id,
            *(getattr(Revision, name) for name in fields.columns(fields.REPORT)),
            Revision.headline_strikes,
            Revision.headline_engagements,
            Revision.status,
            Revision.reason,
            Revision.revision,
            Revision.recorded_seq,
            LedgerEntry.recorded_at,
        )
        .join_from(Revision, Report, Report.id == Revision.report_id)
        .join(LedgerEntry, LedgerEntry.seq == Revision.recorded_seq)
        .where(Revision.report_id.in_(report_ids), standing(Revision, as_of))
        .order_by(Revision.report_id)
    ).all()


def coverage(
    session: ReadSession, report_ids: Collection[int], as_of: int
) -> dict[int, list[dict[str, object]]]:
    """Return the countries and days that each of these reports speaks for, in its own order."""
    claims: dict[int, list[dict[str, object]]] = {report_id: [] for report_id in report_ids}
    for row in session.execute(
        select(Coverage.report_id, *(getattr(Coverage, name) for name in fields.columns(fields.COVERAGE)))
        .where(Coverage.report_id.in_(report_ids), standing(Coverage, as_of))
        .order_by(Coverage.id)
    ):
        report_id, *_ = row
        claims[report_id].append(
            {name: value for name, value in row._asdict().items() if name != "report_id"}
        )
    return claims


def lines(session: ReadSession, report_ids: Collection[int], as_of: int) -> dict[int, list[Line]]:
    """Return all lines of each of these reports, in the report's own order."""
    found: dict[int, list[Line]] = {report_id: [] for report_id in report_ids}
    rows = session.execute(
        select(*Strike.__table__.columns)
        .where(Strike.report_id.in_(report_ids), standing(Strike, as_of))
        .order_by(Strike.position, Strike.id)
    ).all()
    tallies = _tallies(session, [row.id for row in rows])
    for row in rows:
        found[row.report_id].append(Line(row, tallies[row.id]))
    orders = select(Revision.report_id, Revision.line_order).where(
        Revision.report_id.in_(report_ids), standing(Revision, as_of), Revision.line_order.is_not(None)
    )
    for row in session.execute(orders):
        by_id = {line.row.id: line for line in found[row.report_id]}
        found[row.report_id] = [by_id[strike_id] for strike_id in parsed(row.line_order or "[]")]
    return found


def _tallies(session: ReadSession, strike_ids: Collection[int]) -> Mapping[int, list[AnyRow]]:
    """Return the tallies of these lines, each in its order."""
    found: dict[int, list[AnyRow]] = {strike_id: [] for strike_id in strike_ids}
    for tally in session.execute(
        select(*Tally.__table__.columns)
        .where(Tally.strike_id.in_(strike_ids))
        .order_by(Tally.strike_id, Tally.position)
    ):
        found[tally.strike_id].append(tally)
    return found
