"""Queries for ledger entries by their numbers, in either direction."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, select

from app.db.engine import ReadSession
from app.db.types import AnyRow
from app.models import LedgerEntry, Publisher, Report, Revision

_ENTRY = LedgerEntry
_COLUMNS: tuple[Any, ...] = (
    _ENTRY.seq,
    _ENTRY.recorded_at,
    _ENTRY.action,
    _ENTRY.report_id,
    _ENTRY.revision,
    _ENTRY.hash,
)


def after(session: ReadSession, seq: int, limit: int) -> Sequence[AnyRow]:
    """Return up to `limit` entries, in the order of their numbers, from the one after `seq`."""
    return session.execute(select(*_COLUMNS).where(_ENTRY.seq > seq).order_by(_ENTRY.seq).limit(limit)).all()


def between(
    session: ReadSession, after: int, before: int, limit: int, *, latest_first: bool
) -> Sequence[AnyRow]:
    """Return up to `limit` entries whose numbers lie between two."""
    order = _ENTRY.seq.desc() if latest_first else _ENTRY.seq.asc()
    in_range = _ENTRY.seq > after, _ENTRY.seq < before
    return session.execute(select(*_COLUMNS).where(*in_range).order_by(order).limit(limit)).all()


def of_numbers(session: ReadSession, seqs: Sequence[int]) -> Sequence[AnyRow]:
    """Return the entries with these numbers, in the order given."""
    rows = session.execute(select(*_COLUMNS).where(_ENTRY.seq.in_(seqs))).all()
    place = {seq: place for place, seq in enumerate(seqs)}
    return sorted(rows, key=lambda row: place[row.seq])


def reports_before(session: ReadSession, after: int, before: int, limit: int) -> Sequence[int]:
    """Return the numbers of the last `limit` entries about reports between two numbers, the latest first."""
    in_range = _ENTRY.seq > after, _ENTRY.seq < before, _ENTRY.report_id.is_not(None)
    return session.scalars(select(_ENTRY.seq).where(*in_range).order_by(_ENTRY.seq.desc()).limit(limit)).all()


def described(session: ReadSession, seqs: Sequence[int]) -> Sequence[AnyRow]:
    """Return the entries about reports with these numbers, the latest first, with what their revisions are called."""
    return session.execute(
        select(
            *_COLUMNS,
            Publisher.slug.label("publisher"),
            Revision.number,
            Revision.title,
            Revision.reason,
        )
        .join(Revision, and_(Revision.report_id == _ENTRY.report_id, Revision.revision == _ENTRY.revision))
        .join(Report, Report.id == Revision.report_id)
        .join(Publisher, Publisher.id == Report.publisher_id)
        .where(_ENTRY.seq.in_(seqs))
        .order_by(_ENTRY.seq.desc())
    ).all()


def genesis(session: ReadSession) -> str | None:
    """Return the hash of the first entry, which no other database shares; None on an empty ledger."""
    return session.execute(select(LedgerEntry.hash).where(LedgerEntry.seq == 1)).scalar_one_or_none()
