"""Head of the ledger, and selection of rows as of a number."""

from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from cachetools import FIFOCache, cached
from sqlalchemy import ColumnElement, and_, bindparam, or_, select

from app.db.engine import Database, ReadSession
from app.db.statements import Prepared, Snapshot
from app.db.types import AnySelect
from app.errors import Fault, InvalidInput
from app.models import LedgerEntry, Recorded

_LAST = "SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1"

ENTRY = LedgerEntry.__table__.columns


class _Entry:
    """The last entry that a condition allows, and the last of these that changed the vocabulary."""

    def __init__(self, entries: AnySelect) -> None:
        self.any = Prepared(entries.limit(1))
        self.of_vocabulary = Prepared(entries.where(ENTRY.report_id.is_(None)).limit(1))


_ENTRIES = select(ENTRY.seq, ENTRY.hash)
_BY_NUMBER = _ENTRIES.order_by(ENTRY.seq.desc())
_LAST_ENTRY = _Entry(_BY_NUMBER)
_UP_TO_NUMBER = _Entry(_BY_NUMBER.where(ENTRY.seq <= bindparam("as_of", type_=ENTRY.seq.type)))
# Times rise with numbers, and have an index of their own.
_UP_TO_INSTANT = _Entry(
    _ENTRIES.where(ENTRY.recorded_at <= bindparam("as_of", type_=ENTRY.recorded_at.type)).order_by(
        ENTRY.recorded_at.desc()
    )
)

# A ledger number, or a moment: what the record is read as of.
AsOf = int | datetime


@dataclass(frozen=True, slots=True)
class Head:
    """Where the ledger stands: its last entry, and the last one that changed the vocabulary.

    Both numbers are 0, and both hashes empty, on an empty ledger. Caches, ETags and `as_of` depend on them.
    """

    seq: int
    hash: str
    vocabulary_seq: int
    vocabulary_hash: str


def head(session: Snapshot, as_of: AsOf | None = None) -> Head:
    """Return where the ledger stands in this session's snapshot, or stood as of a number or an instant.

    An instant means the last entry recorded at or before it; before the first one the record is empty.
    Raises InvalidInput for a number that was not given yet.
    """
    which = _UP_TO_NUMBER if isinstance(as_of, int) else _LAST_ENTRY if as_of is None else _UP_TO_INSTANT
    last = _one(session, which.any, as_of)
    if isinstance(as_of, int) and as_of != last[0]:
        raise InvalidInput([Fault("parameter", "as_of", "beyond-head", f"the ledger stands at {last[0]}")])
    return _head(last, session, which, as_of)


# By the hash of the last entry, which stands for all before it, in whatever database it is. A few suffice: one for
# now, some for `as_of`.
@cached(FIFOCache(64), key=lambda last, *_: last[1], lock=Lock())
def _head(last: tuple[int, str], session: Snapshot, which: _Entry, as_of: AsOf | None) -> Head:
    return Head(*last, *_one(session, which.of_vocabulary, as_of))


def _one(session: Snapshot, entry: Prepared, as_of: AsOf | None) -> tuple[int, str]:
    """Return the number and hash of an entry, 0 and "" where there is none."""
    rows = session.rows(entry, {"as_of": as_of})
    return (0, "") if not rows else (rows[0][0], rows[0][1])


_HASH = Prepared(select(ENTRY.hash).where(ENTRY.seq == bindparam("seq", type_=ENTRY.seq.type)))


def hash_at(snapshot: Snapshot, seq: int) -> str | None:
    """Return the hash of the entry with a number; None where there is none."""
    rows = snapshot.rows(_HASH, {"seq": seq})
    return str(rows[0][0]) if rows else None


def position(database: Database) -> tuple[int, str]:
    """Return the number and hash of the last entry, as cheaply as possible: cached requests need it too.

    The number alone would not distinguish a ledger from one that was restored and grew again. (0, "") on an empty
    ledger.
    """
    seq, hashed = database.glance(_LAST) or (0, "")
    return int(seq), str(hashed)


def standing(table: type[Recorded], seq: int | ColumnElement[int]) -> ColumnElement[bool]:
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
