"""Append entries to the ledger: next number and hash chain.

Every accepted write is one transaction and appends one entry. The entry's hash covers the hash before it,
so a changed, removed, inserted or reordered entry shows in every hash after it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, insert, select, update

from app.db.engine import WriteSession
from app.db.statements import Prepared
from app.ledger.canonical import canonical_json
from app.models import LedgerEntry, Recorded

# The form of content that new entries hash. Entries of every earlier form verify permanently:
# 1: the content alone.
# 2: the content with its version. A field that is added later is left out where it is null, so it needs no new form.
# 3: as 2; from here on the checks of a report also count the lines of which no country's total speaks.
CONTENT_VERSION = 3

# The version is hashed with the content, and so chained already.
UNCHAINED = frozenset({"hash", "content_version"})

# What the first entry is chained to.
GENESIS = "0" * 64

_LAST = Prepared(
    select(LedgerEntry.seq, LedgerEntry.hash, LedgerEntry.recorded_at)
    .order_by(LedgerEntry.seq.desc())
    .limit(1)
)
_INSERT = Prepared(insert(LedgerEntry))


class Appended(NamedTuple):
    """An entry that was added: its number, and when it was recorded."""

    seq: int
    recorded_at: datetime


class Write(NamedTuple):
    """What an entry records: `content_hash` is of what the write puts into the record, named as the API names it.

    A change of the vocabulary has neither `report_id` nor `revision`.
    """

    content_hash: str
    report_id: int | None = None
    revision: int | None = None


def append(
    session: WriteSession,
    action: str,
    content: Mapping[str, object],
    *,
    report_id: int | None = None,
    revision: int | None = None,
) -> Appended:
    """Add the entry of one accepted write, as `append_all` does."""
    (entry,) = append_all(session, action, [Write(content_hash(content), report_id, revision)])
    return entry


def append_all(session: WriteSession, action: str, writes: Iterable[Write]) -> list[Appended]:
    """Add an entry for each accepted write, in order, and return their numbers and times.

    The session is the only writer, so the next number is the last plus one, without gaps.
    """
    last = session.rows(_LAST, {})
    seq, previous, after = last[0] if last else (0, GENESIS, None)
    entries: list[dict[str, Any]] = []
    for write in writes:
        seq += 1
        after = _moment_after(after)
        entry: dict[str, Any] = {
            "seq": seq,
            "recorded_at": after,
            "action": action,
            "report_id": write.report_id,
            "revision": write.revision,
            "content_hash": write.content_hash,
        }
        previous = chain_hash(previous, entry)
        entries.append(entry | {"hash": previous, "content_version": CONTENT_VERSION})
    session.put(_INSERT, entries)
    return [Appended(entry["seq"], entry["recorded_at"]) for entry in entries]


def supersede(session: WriteSession, table: type[Recorded], seq: int, which: ColumnElement[bool]) -> None:
    """Supersede the standing rows of a table that meet a condition: from `seq` on they are history."""
    session.execute(update(table).where(table.superseded_seq.is_(None), which).values(superseded_seq=seq))


def content_hash(content: Mapping[str, object], version: int = CONTENT_VERSION) -> str:
    """Return the SHA-256, in hexadecimal, of content as canonical JSON: sorted keys, no white space, UTF-8."""
    hashed = content if version == 1 else {**content, "version": version}
    return hashlib.sha256(canonical_json(hashed)).hexdigest()


def chain_hash(previous: str, entry: Mapping[str, object]) -> str:
    """Return the hash that chains an entry to the hash before it: over all columns but those of UNCHAINED."""
    chained = {name: value for name, value in entry.items() if name not in UNCHAINED}
    return hashlib.sha256(previous.encode() + canonical_json(chained)).hexdigest()


def _moment_after(last: datetime | str | None) -> datetime:
    """Return now, or the microsecond after `last` where the clock has not moved on (or was set back)."""
    now = datetime.now(UTC)
    if isinstance(last, str):
        # As SQLite's driver gives it.
        last = datetime.fromisoformat(last).replace(tzinfo=UTC)
    return now if last is None or now > last else last + timedelta(microseconds=1)
