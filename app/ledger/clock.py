"""Read the one clock: where the ledger stands, and which rows stood at a number of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from app.db.engine import ReadSession
from app.models import LedgerEntry, Recorded


@dataclass(frozen=True, slots=True)
class Head:
    """Where the ledger stands: its last entry, and the last one that changed the vocabulary.

    Both numbers are 0, and both hashes empty, on an empty ledger. Caches, ETags and `as_of` hang on them.
    """

    seq: int
    hash: str
    vocabulary_seq: int
    vocabulary_hash: str


def head(session: ReadSession) -> Head:
    """Return where the ledger stands in this session's snapshot."""
    entries = select(LedgerEntry.seq, LedgerEntry.hash).order_by(LedgerEntry.seq.desc()).limit(1)
    last = session.execute(entries).one_or_none()
    vocabulary = session.execute(entries.where(LedgerEntry.report_id.is_(None))).one_or_none()
    return Head(
        last.seq if last else 0,
        last.hash if last else "",
        vocabulary.seq if vocabulary else 0,
        vocabulary.hash if vocabulary else "",
    )


def standing(table: type[Recorded], seq: int) -> ColumnElement[bool]:
    """Return the condition for rows that were part of the record as of `seq`."""
    return and_(table.recorded_seq <= seq, or_(table.superseded_seq.is_(None), table.superseded_seq > seq))


def last_entry(session: ReadSession) -> tuple[int, str, datetime] | None:
    """Return the number, hash and time of the last entry, or None on an empty ledger."""
    row = session.execute(
        select(LedgerEntry.seq, LedgerEntry.hash, LedgerEntry.recorded_at)
        .order_by(LedgerEntry.seq.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else (row.seq, row.hash, row.recorded_at)
