"""Queries for ledger entries after a number, and the latest reports' entries."""

from collections.abc import Sequence

from sqlalchemy import and_, select

from app.db.engine import ReadSession
from app.db.types import AnyRow
from app.models import LedgerEntry, Publisher, Report, Revision


def after(session: ReadSession, seq: int, limit: int) -> Sequence[AnyRow]:
    """Return up to `limit` entries, in the order of their numbers, from the one after `seq`."""
    entry = LedgerEntry
    return session.execute(
        select(entry.seq, entry.recorded_at, entry.action, entry.report_id, entry.revision, entry.hash)
        .where(entry.seq > seq)
        .order_by(entry.seq)
        .limit(limit)
    ).all()


def latest_of_reports(session: ReadSession, after: int, before: int | None, limit: int) -> Sequence[AnyRow]:
    """Return the last `limit` entries about reports, the newest first, with what their revisions are called.

    Their numbers lie beyond `after` and, where it is given, below `before`.
    """
    entry = LedgerEntry
    in_range = entry.seq > after
    if before is not None:
        in_range = and_(in_range, entry.seq < before)
    return session.execute(
        select(
            entry.seq,
            entry.recorded_at,
            entry.action,
            entry.report_id,
            entry.revision,
            entry.hash,
            Publisher.slug.label("publisher"),
            Revision.number,
            Revision.title,
        )
        .join(Revision, and_(Revision.report_id == entry.report_id, Revision.revision == entry.revision))
        .join(Report, Report.id == Revision.report_id)
        .join(Publisher, Publisher.id == Report.publisher_id)
        .where(in_range)
        .order_by(entry.seq.desc())
        .limit(limit)
    ).all()


def genesis(session: ReadSession) -> str | None:
    """Return the hash of the first entry, which no other database shares; None on an empty ledger."""
    return session.execute(select(LedgerEntry.hash).where(LedgerEntry.seq == 1)).scalar_one_or_none()
