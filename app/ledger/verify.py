"""Ledger verification: find the first entry that does not match the record.

What is promised and checked: numbers from 1 without gaps, times that rise, a hash that follows from each entry
and the hash before it, rows that give again exactly the content whose hash the entry holds, and no row that no
entry accounts for. So any change of any entry or row shows, and where.
Two things do not show in a database alone: entries removed from the end with all their rows, and a ledger that
was computed again from some entry on. For these a head must have been saved elsewhere: see `SavedHead`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlalchemy import ColumnElement, Table, func, select, text
from sqlalchemy.exc import DBAPIError

from app.db.engine import ReadSession
from app.db.types import AnyRow
from app.ledger.append import GENESIS, chain_hash, content_hash
from app.models import Base, LedgerEntry, Strike, Tally

# Entries whose contents are read and held in memory at once.
BATCH = 1_000

# How a head is written down.
_HEAD = re.compile(r"([1-9][0-9]{0,17}):([0-9a-fA-F]{64})", re.ASCII)

# Gives the contents of entries by their number, as the stored rows have them, or a sentence on why the
# rows cannot be those of that entry. One stands on the reports, one on the vocabularies.
Contents = Callable[[ReadSession, Sequence[AnyRow]], Mapping[int, Mapping[str, object] | str]]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the contents of entries are read from, and what finds faults in what is derived from the record."""

    reports: Contents
    vocabularies: Contents
    derived: "Callable[[ReadSession], Iterator[Fault]]"


@dataclass(frozen=True, slots=True)
class SavedHead:
    """The number and hash of an entry as `GET /v1/ledger` gave them once, saved outside the database."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Fault:
    """The first number at which the record does not hold, and what is wrong there, in a sentence."""

    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a check: how many entries hold, counted from the first, and what fails after them.

    Without a fault they are the whole ledger, and `hash` is that of its last entry; with one it is empty.
    """

    entries: int
    hash: str
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class _Reached:
    """The last entry that was verified."""

    seq: int = 0
    hash: str = GENESIS
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Broken:
    """Where a walk ended: the last sound entry, and the fault after it."""

    reached: _Reached
    fault: Fault


def verify(
    session: ReadSession,
    sources: Sources,
    saved: SavedHead | None = None,
    progress: Callable[[int, int], object] = lambda _done, _all: None,
) -> Verdict:
    """Check the whole record in this session's snapshot, in batches of BATCH entries.

    `progress` is called after each batch with the number of entries checked, and of all.
    """
    first, last = session.execute(select(func.min(LedgerEntry.seq), func.max(LedgerEntry.seq))).one()
    last = last or 0
    # Faults from other checks than the walk; a tie goes to the walk, whose message is more precise.
    apart = sorted(
        [*_outside(first), *_strays(session, last), *_unlike(session, last, saved)],
        key=lambda fault: fault.seq,
    )
    end = min([last, *(fault.seq for fault in apart)])
    reached = _Reached()
    while reached.seq < end:
        result = _checked(session, sources, reached, min(reached.seq + BATCH, end))
        if isinstance(result, _Broken):
            return Verdict(result.reached.seq, "", result.fault)
        reached = result
        progress(reached.seq, last)
    # What is derived comes last: the walk finds the rows sound that it is held against.
    fault = next(chain(apart, _damages(session), sources.derived(session)), None)
    if fault:
        return Verdict(max(0, min(reached.seq, fault.seq - 1)), "", fault)
    return Verdict(reached.seq, reached.hash, None)


def parse_head(text: str) -> SavedHead | None:
    """Read a head as it is saved, `SEQ:HASH`, or return None where the text is none."""
    head = _HEAD.fullmatch(text.strip())
    return SavedHead(int(head[1]), head[2].lower()) if head else None


def _checked(session: ReadSession, sources: Sources, reached: _Reached, end: int) -> _Reached | _Broken:
    """Check the entries after `reached` up to `end`.

    A value that a column cannot hold, such as a day that is none, makes a whole batch unreadable. Halves of it
    are then tried, down to the entry that is to blame.
    """
    try:
        return _walked(session, sources, reached, end)
    except (ValueError, TypeError):
        pass
    except DBAPIError as error:
        # SQLite speaks up where bytes are no text, or a page of the file is none. Elsewhere the server is gone,
        # and a table or column that is not there is no tampering.
        if session.get_bind().dialect.name != "sqlite" or "no such" in str(error.orig):
            raise
    if end == reached.seq + 1:
        return _Broken(reached, Fault(end, "its rows have an unreadable value"))
    half = _checked(session, sources, reached, (reached.seq + end) // 2)
    return half if isinstance(half, _Broken) else _checked(session, sources, half, end)


def _walked(session: ReadSession, sources: Sources, reached: _Reached, end: int) -> _Reached | _Broken:
    columns = LedgerEntry.__table__.columns
    entries = session.execute(
        select(*columns).where(columns.seq.between(reached.seq + 1, end)).order_by(columns.seq)
    ).all()
    contents = {
        **sources.reports(session, [entry for entry in entries if entry.report_id is not None]),
        **sources.vocabularies(session, [entry for entry in entries if entry.report_id is None]),
    }
    for entry in entries:
        fault = _fault(entry, reached, contents.get(entry.seq))
        if fault:
            return _Broken(reached, fault)
        reached = _Reached(entry.seq, entry.hash, entry.recorded_at)
    return reached if reached.seq == end else _Broken(reached, Fault(reached.seq + 1, "it is missing"))


def _fault(entry: AnyRow, before: _Reached, content: Mapping[str, object] | str | None) -> Fault | None:
    """Hold one entry against the one before it, and against the content that its rows give."""
    seq = before.seq + 1
    if entry.seq != seq:
        return Fault(seq, f"it is missing; {before.seq} is followed by {entry.seq}")
    if chain_hash(before.hash, entry._asdict()) != entry.hash:
        return Fault(seq, "its hash does not match its content and the previous hash")
    if before.recorded_at is not None and entry.recorded_at <= before.recorded_at:
        return Fault(seq, "its time is not after the previous one")
    if content is None:
        return Fault(seq, "it has no rows in the record")
    if isinstance(content, str):
        return Fault(seq, content)
    if content_hash(content, entry.content_version) != entry.content_hash:
        return Fault(seq, "its rows are not those that were recorded")
    return None


def _outside(first: int | None) -> Iterator[Fault]:
    if first is not None and first < 1:
        yield Fault(first, "numbers begin with 1")


def _unlike(session: ReadSession, last: int, saved: SavedHead | None) -> Iterator[Fault]:
    """Hold the ledger against a saved head."""
    if saved is None:
        return
    if saved.seq > last:
        yield Fault(last + 1, f"it is missing: a head was saved at {saved.seq}")
        return
    stored = session.execute(
        select(LedgerEntry.hash).where(LedgerEntry.seq == saved.seq)
    ).scalar_one_or_none()
    if stored is not None and stored != saved.hash:
        yield Fault(saved.seq, "its hash differs from the saved one: an entry up to it was rewritten")


def _strays(session: ReadSession, last: int) -> Iterator[Fault]:
    """Find rows that belong to no entry: their numbers are no entry's, or another report's."""
    for table in Base.metadata.sorted_tables:
        if "recorded_seq" not in table.columns:
            continue
        recorded, aside = table.columns.recorded_seq, table.columns.superseded_seq
        yield from _first(
            session,
            recorded,
            aside <= recorded,
            f"a row of {table.name} was superseded before it was recorded",
        )
        for column in (recorded, aside):
            yield from _unfitting(session, table, column)
    lone = select(Tally.id).where(Tally.strike_id.not_in(select(Strike.id))).limit(1)
    if session.execute(lone).one_or_none():
        yield Fault(last + 1, "a tally belongs to no line")


def _unfitting(session: ReadSession, table: Table, column: ColumnElement[int]) -> Iterable[Fault]:
    """Find the first number in a column that is not the number of an entry for the row's own report."""
    of = LedgerEntry.report_id
    same = of == table.columns.report_id if "report_id" in table.columns else of.is_(None)
    fits = select(LedgerEntry.seq).where(LedgerEntry.seq == column, same).exists()
    return _first(session, column, ~fits, f"a row of {table.name} has its number but is not of its report")


def _damages(session: ReadSession) -> Iterator[Fault]:
    """Let SQLite compare its indexes with their tables: an index that lacks a row hides it from every query."""
    if session.held.dialect.name == "sqlite":
        result = session.execute(text("PRAGMA integrity_check(1)")).scalar()
        if result != "ok":
            yield Fault(1, "the file is damaged: SQLite's integrity check fails; restore a backup")


def _first(
    session: ReadSession, seq: ColumnElement[int], wrong: ColumnElement[bool], what: str
) -> Iterator[Fault]:
    number = session.execute(select(func.min(seq)).where(seq.is_not(None), wrong)).scalar_one()
    if number is not None:
        yield Fault(number, what)
