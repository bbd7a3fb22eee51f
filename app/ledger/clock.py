"""Read the one clock: where the ledger stands, and which rows stood at a number of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from app.db.engine import ReadSession
from app.errors import Fault, InvalidInput
from app.models import LedgerEntry, Recorded

# A ledger number, or a moment: what the record is read as of.
AsOf = int | datetime


@dataclass(frozen=True, slots=True)
class Head:
    """Where the ledger stands: its last entry, and the last one that changed the vocabulary.

    Both numbers are 0, and both hashes empty, on an empty ledger. Caches, ETags and `as_of` hang on them.
    """

    seq: int
    hash: str
    vocabulary_seq: int
    vocabulary_hash: str


def head(session: ReadSession, as_of: AsOf | None = None) -> Head:
    """Return where the ledger stands in this session's snapshot, or stood as of a number or an instant.

    An instant means the last entry recorded at or before it; before the first one the record is empty.
    Raises InvalidInput for a number that was not given yet.
    """
    entries = select(LedgerEntry.seq, LedgerEntry.hash)
    if isinstance(as_of, datetime):
        # Times rise with numbers, and have an index of their own.
        entries = entries.where(LedgerEntry.recorded_at <= as_of).order_by(LedgerEntry.recorded_at.desc())
    else:
        entries = entries.order_by(LedgerEntry.seq.desc())
    if isinstance(as_of, int):
        entries = entries.where(LedgerEntry.seq <= as_of)
    entries = entries.limit(1)
    last = session.execute(entries).one_or_none()
    if isinstance(as_of, int) and as_of != (last.seq if last else 0):
        detail = f"the ledger stands at {last.seq if last else 0}"
        raise InvalidInput([Fault("parameter", "as_of", "beyond-head", detail)])
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
