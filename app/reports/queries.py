"""Queries for one report and for the list of reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, func, or_, select

from app.db.engine import ReadSession
from app.db.statements import Prepared, Snapshot
from app.db.types import AnyRow, AnySelect
from app.ledger.head import standing
from app.models import LedgerEntry, Report, Revision, RevisionDocument, Strike
from app.record import fields
from app.record.fields import Row
from app.vocabulary.identifiers import STRIKE, public_id
from app.vocabulary.lookalikes import number_key


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """A filter on reports. None: no condition. Days are days of publication, inclusive."""

    as_of: int
    publisher_ids: frozenset[int] | None = None
    # Those of a number: see `of_number`.
    report_ids: frozenset[int] | None = None
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


def of_number(session: ReadSession, number: str, as_of: int) -> frozenset[int]:
    """Return the reports that had a number, in any spelling, as of a ledger number.

    They match by the number that they have now, or by a revision that spells it alike; their number of then is
    compared.
    """
    key = number_key(number)
    spellings = (number, key)
    rows = session.execute(
        select(Revision.report_id, Revision.number)
        .join(Report, Report.id == Revision.report_id)
        .where(
            or_(Report.number.in_(spellings), Revision.number.in_(spellings)),
            Revision.number.is_not(None),
            standing(Revision, as_of),
        )
    )
    return frozenset(row.report_id for row in rows if number_key(row.number) == key)


def count(session: ReadSession, reports: ReportFilter) -> int:
    """Return how many reports match."""
    of_reports = select(func.count()).select_from(Revision).join(Report, Report.id == Revision.report_id)
    return session.execute(of_reports.where(_condition(reports))).scalar_one()


class StoredRevision(NamedTuple):
    """What is shown of a revision: its JSON as it is stored, and what stands in its slots and its lines.

    The day is as the engine gives it: a date, or the text of one. No template: its JSON is missing.
    """

    publisher_id: int
    revision: int
    status: str
    line_order: str | None
    recorded_seq: int
    template: str | None
    # The fields of the report by name.
    fields: Row


# The columns of the revision, and those of the fields of the report.
_OF_REVISION = StoredRevision._fields[1:-2]
_OF_REPORT = fields.names(fields.REPORT)

_STORED = Prepared(
    select(
        Report.publisher_id,
        *(getattr(Revision, name) for name in _OF_REVISION),
        RevisionDocument.template,
        *(getattr(Revision, name) for name in _OF_REPORT),
    )
    .join_from(Revision, Report, Report.id == Revision.report_id)
    .join(
        RevisionDocument,
        and_(
            RevisionDocument.report_id == Revision.report_id, RevisionDocument.revision == Revision.revision
        ),
        isouter=True,
    )
    .where(
        Revision.report_id == bindparam("report_id", type_=BigInteger()),
        standing(Revision, bindparam("as_of", type_=BigInteger())),
    )
)


def stored_revision(session: Snapshot, report_id: int, as_of: int) -> StoredRevision | None:
    """Return what is shown of a report's current revision, or None."""
    rows = session.rows(_STORED, {"report_id": report_id, "as_of": as_of})
    if not rows:
        return None
    own, of_report = rows[0][: -len(_OF_REPORT)], rows[0][-len(_OF_REPORT) :]
    return StoredRevision._make((*own, dict(zip(_OF_REPORT, of_report, strict=True))))


def quoted(session: ReadSession, report_id: int, as_of: int) -> dict[str, tuple[int, int]]:
    """Return where the sentence of each line begins and ends in the report's text, by the id of the line.

    In code points. Lines without a sentence are left out.
    """
    rows = session.execute(
        select(Strike.id, Strike.quote_start, Strike.quote_end).where(
            Strike.report_id == report_id, standing(Strike, as_of), Strike.quote_start.is_not(None)
        )
    )
    return {public_id(STRIKE, row.id): (row.quote_start, row.quote_end) for row in rows}


def revisions(session: ReadSession, report_id: int, as_of: int) -> Sequence[AnyRow]:
    """Return every revision of a report recorded up to a ledger number, the first one first."""
    return session.execute(
        _reports(as_of)
        .where(Revision.report_id == report_id, Revision.recorded_seq <= as_of)
        .order_by(Revision.revision)
    ).all()


def holdings(session: ReadSession) -> tuple[int, int]:
    """Return how many reports, and how many strike lines, stand in the record."""
    stand = select(func.count()).where(Revision.superseded_seq.is_(None), Revision.status == "published")
    lines = select(func.count()).where(Strike.superseded_seq.is_(None))
    return session.execute(stand).scalar_one(), session.execute(lines).scalar_one()


_IN_SUMMARY = [field.name for field in fields.REPORT if field.in_summary]


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
            *(getattr(Revision, name) for name in _IN_SUMMARY),
            Revision.status,
            Revision.reason,
            Revision.revision,
            Revision.recorded_seq,
            LedgerEntry.recorded_at,
            LedgerEntry.content_version,
            lines.label("lines"),
        )
        .join_from(Revision, Report, Report.id == Revision.report_id)
        .join(LedgerEntry, LedgerEntry.seq == Revision.recorded_seq)
    )


def _condition(reports: ReportFilter) -> ColumnElement[bool]:
    conditions = [standing(Revision, reports.as_of)]
    if reports.publisher_ids is not None:
        conditions.append(Report.publisher_id.in_(sorted(reports.publisher_ids)))
    if reports.report_ids is not None:
        conditions.append(Revision.report_id.in_(sorted(reports.report_ids)))
    if reports.status is not None:
        conditions.append(Revision.status == reports.status)
    if reports.published_from is not None:
        conditions.append(Revision.published_on >= reports.published_from)
    if reports.published_to is not None:
        conditions.append(Revision.published_on <= reports.published_to)
    return and_(*conditions)


def published_ids(session: ReadSession, as_of: int, after: int, limit: int) -> list[int]:
    """Return up to `limit` ids of published reports, in their order, from the one after `after`."""
    ids = (
        select(Revision.report_id)
        .where(standing(Revision, as_of), Revision.status == "published", Revision.report_id > after)
        .order_by(Revision.report_id)
        .limit(limit)
    )
    return list(session.execute(ids).scalars())


def highest_id(session: ReadSession) -> int:
    """Return the highest id that a report has, drafts included; 0 without reports."""
    return session.execute(select(func.coalesce(func.max(Report.id), 0))).scalar_one()
