"""Search for ledger entries whose report has a matching line.

An entry is judged by the record as of its own number and as of the one before it. Few lines are found by an index,
and their entries from these. Many are found by reading the ledger in its order, window by window: one request reads
no more than ENTRIES_SCANNED entries, and returns where to go on.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, func, or_, select

from app.db.engine import ReadSession
from app.db.statements import Prepared
from app.db.types import AnySelect
from app.models import LedgerEntry, Revision, Strike
from app.strikes.access_path import FEW, narrowest, prepared
from app.strikes.filter import StrikeFilter
from app.strikes.search import words_as_bitmap
from app.strikes.sql_conditions import ONE, Conditions, Narrowing
from app.strikes.used_places import of_used_places

# Entries that one request reads, where no index finds the few that match.
ENTRIES_SCANNED = 20_000

# Entries that one statement reads, at most.
MOST_AT_ONCE = 5_000

_ENTRY = LedgerEntry.__table__.columns
_AFTER, _BEFORE, _LIMIT = (bindparam(name, type_=BigInteger()) for name in ("after", "before", "limit"))

# Without statistics SQLite would prefer an index of places or days.
_BY_REPORT = Strike, "INDEXED BY ix_strikes_report_id", "sqlite"

_LAST = Prepared(select(func.max(_ENTRY.seq)))


class Matches(NamedTuple):
    """The numbers of entries that match, in order, and the last one that was examined; None: no more can follow."""

    seqs: Sequence[int]
    resume: int | None


def find(  # noqa: PLR0913 - a filter, and where in the ledger to begin and to end
    session: ReadSession,
    strikes: StrikeFilter,
    after: int,
    before: int,
    limit: int,
    *,
    latest_first: bool = False,
    scanned: int = ENTRIES_SCANNED,
) -> Matches:
    """Return up to `limit` entries that match, of those between two numbers: from the first, or from the latest.

    There may be fewer, and yet a number to resume at: after it, or before it from the latest. Raises QueryTimeout.
    """
    strikes = of_used_places(session, strikes)
    last: int = session.rows(_LAST, {})[0][0] or 0
    before = min(before, last + 1)
    _, few = narrowest(session, strikes, FEW)
    without_words, held = words_as_bitmap(session, strikes, few)
    statement = _statement(without_words, few, latest_first=latest_first, by_line=held is not None)
    seqs: list[int] = []
    width = before if few else 2 * limit
    while after < before - 1 and len(seqs) <= limit and (few or scanned > 0):
        session.deadline.check()
        start, end = (
            (max(after, before - 1 - width), before)
            if latest_first
            else (
                after,
                min(after + width + 1, before),
            )
        )
        values = {**without_words.values, "after": start, "before": end, "limit": limit + 1 - len(seqs)}
        rows = session.rows(statement, values)
        seqs += dict.fromkeys(row[0] for row in rows if held is None or held.holds(row[1]))
        scanned -= end - start - 1
        if latest_first:
            before = start + 1
        else:
            after = end - 1
        # More and more: it is unknown how many of them match.
        width = min(4 * width, MOST_AT_ONCE)
    if len(seqs) > limit:
        return Matches(seqs[:limit], seqs[limit - 1])
    if after >= before - 1:
        return Matches(seqs, None)
    return Matches(seqs, before if latest_first else after)


def count(session: ReadSession, strikes: StrikeFilter, after: int, before: int) -> int:
    """Return how many entries between two numbers match. Raises QueryTimeout."""
    total = 0
    resume: int | None = after
    while resume is not None:
        matches = find(session, strikes, resume, before, MOST_AT_ONCE)
        total += len(matches.seqs)
        resume = matches.resume
    return total


def _statement(
    strikes: StrikeFilter, few: Narrowing | None, *, latest_first: bool, by_line: bool
) -> Prepared:
    """Return the statement that reads a window; `by_line`: a row for each line that matches, with its id."""

    def statement() -> AnySelect:
        lines = select(_ENTRY.seq, Strike.id) if by_line else select(_ENTRY.seq)
        if by_line:
            lines = lines.join(Strike, Strike.report_id == _ENTRY.report_id).with_hint(*_BY_REPORT)
            matches = _either(lambda as_of: Conditions(strikes, as_of).of_lines(one_by_one=True))
        else:
            matches = _either(lambda as_of: _has_line(strikes, as_of))
        entries = lines.where(
            _ENTRY.seq > _AFTER, _ENTRY.seq < _BEFORE, _ENTRY.report_id.is_not(None), matches
        )
        if few is not None:
            entries = entries.where(_ENTRY.seq.in_(_entries_of(few)))
        entries = entries.order_by(_ENTRY.seq.desc() if latest_first else _ENTRY.seq)
        return entries if by_line else entries.limit(_LIMIT)

    key = ("changes", strikes.shape, few and few.names, latest_first, by_line)
    return prepared(key, statement)


def _either(matches: Callable[[ColumnElement[int]], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Return the condition that something holds as of an entry, or as of the one before it.

    Before its first revision a report has no lines.
    """
    return or_(matches(_ENTRY.seq), and_(_ENTRY.revision > 1, matches(_ENTRY.seq - 1)))


def _has_line(strikes: StrikeFilter, as_of: ColumnElement[int]) -> ColumnElement[bool]:
    of_report = (
        select(ONE)
        .select_from(Strike)
        .where(Strike.report_id == _ENTRY.report_id, Conditions(strikes, as_of).of_lines(one_by_one=True))
        .with_hint(*_BY_REPORT)
    )
    return of_report.correlate_except(Strike).exists()


def _entries_of(few: Narrowing) -> AnySelect:
    """Return the numbers of all entries of the reports that have one of a few lines."""
    return (
        select(Revision.recorded_seq)
        .join(Strike, Strike.report_id == Revision.report_id)
        .where(Strike.id.in_(few.ids()))
    )
