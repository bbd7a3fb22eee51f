"""Read reports: one with all that it holds, and the list of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.db.engine import ReadSession
from app.db.types import AnyRow, AnySelect
from app.ledger.clock import standing
from app.models import Coverage, LedgerEntry, Report, Revision, Strike


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """A question about reports. None asks nothing. Days are days of publication, inclusive."""

    as_of: int
    publisher_ids: frozenset[int] | None = None
    number: str | None = None
    published_from: date | None = None
    published_to: date | None = None
    status: str | None = None


def page(
    session: ReadSession, reports: ReportFilter, after: tuple[date, int] | None, limit: int
) -> Sequence[AnyRow]:
    """Return up to `limit` matching reports, the latest published first, from the one after `after`."""
    statement = _reports(reports.as_of).where(_condition(reports))
    if after is not None:
        day, report_id = after
        beyond = or_(
            Revision.published_on < day, and_(Revision.published_on == day, Revision.report_id < report_id)
        )
        statement = statement.where(Revision.published_on <= day, beyond)
    newest = statement.order_by(Revision.published_on.desc(), Revision.report_id.desc())
    return session.execute(newest.limit(limit)).all()


def count(session: ReadSession, reports: ReportFilter) -> int:
    """Return how many reports match."""
    of_reports = select(func.count()).select_from(Revision).join(Report, Report.id == Revision.report_id)
    return session.execute(of_reports.where(_condition(reports))).scalar_one()


def one(session: ReadSession, report_id: int, as_of: int) -> AnyRow | None:
    """Return a report's standing revision, with its text, or None."""
    statement = _reports(as_of).add_columns(
        Revision.text, Revision.headline_strikes, Revision.headline_engagements, Revision.sums_note
    )
    return session.execute(
        statement.where(Revision.report_id == report_id, standing(Revision, as_of))
    ).one_or_none()


def revisions(session: ReadSession, report_id: int, as_of: int) -> Sequence[AnyRow]:
    """Return every revision of a report recorded up to a ledger number, the first one first."""
    return session.execute(
        _reports(as_of)
        .where(Revision.report_id == report_id, Revision.recorded_seq <= as_of)
        .order_by(Revision.revision)
    ).all()


def coverage(session: ReadSession, report_id: int, as_of: int) -> Sequence[AnyRow]:
    """Return the countries and days that a report speaks for, in its own order."""
    return session.execute(
        select(Coverage.country, Coverage.date_from, Coverage.date_to, Coverage.strikes, Coverage.engagements)
        .where(Coverage.report_id == report_id, standing(Coverage, as_of))
        .order_by(Coverage.id)
    ).all()


def holdings(session: ReadSession) -> tuple[int, int]:
    """Return how many reports, and how many strike lines, stand in the record."""
    stand = select(func.count()).where(Revision.superseded_seq.is_(None), Revision.status == "published")
    lines = select(func.count()).where(Strike.superseded_seq.is_(None))
    return session.execute(stand).scalar_one(), session.execute(lines).scalar_one()


def _reports(as_of: int) -> AnySelect:
    lines = (
        select(func.count())
        .where(Strike.report_id == Revision.report_id, standing(Strike, as_of))
        .correlate(Revision)
        .scalar_subquery()
    )
    return (
        select(
            Revision.report_id,
            Report.publisher_id,
            Revision.number,
            Revision.title,
            Revision.published_on,
            Revision.source_url,
            Revision.status,
            Revision.reason,
            Revision.revision,
            Revision.recorded_seq,
            LedgerEntry.recorded_at,
            lines.label("lines"),
        )
        .join_from(Revision, Report, Report.id == Revision.report_id)
        .join(LedgerEntry, LedgerEntry.seq == Revision.recorded_seq)
    )


def _condition(reports: ReportFilter) -> ColumnElement[bool]:
    conditions = [standing(Revision, reports.as_of)]
    if reports.publisher_ids is not None:
        conditions.append(Report.publisher_id.in_(sorted(reports.publisher_ids)))
    if reports.number is not None:
        conditions.append(Revision.number == reports.number)
    if reports.status is not None:
        conditions.append(Revision.status == reports.status)
    if reports.published_from is not None:
        conditions.append(Revision.published_on >= reports.published_from)
    if reports.published_to is not None:
        conditions.append(Revision.published_on <= reports.published_to)
    return and_(*conditions)
