"""Indexes of lines by words, and by category, place and day.

A line is added to them with its rows (lines.py), and never changes.
"""

import hashlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from sqlalchemy import and_, exists, func, insert, select
from sqlalchemy.orm import aliased

from app.db.derived_tables import empty, empty_words
from app.db.engine import ReadSession, WriteSession
from app.db.fulltext import indexed_rows, indexed_words
from app.ledger.verify import Fault
from app.models import STRIKE_WORDS, Strike, StrikeCategory, Tally
from app.models.strike import NO_PLACE
from app.record.column_values import source_texts
from app.record.fields import Row
from app.reports.ledger_check import REBUILD
from app.vocabulary.identifiers import STRIKE, public_id
from app.vocabulary.tokenize import words_of

_LINE = aliased(Strike)

# Entries, or lines, that are read at once.
BATCH = 1_000

# Takes how much is done of how much.
Progress = Callable[[int, int], object]


def rebuild(session: WriteSession, progress: Progress) -> int:
    """Write all indexes again in the caller's transaction, and return how many rows they have."""
    empty_words(session, STRIKE_WORDS.name)
    return _write_categories(session) + write_missing_words(session, progress)


def write_missing_words(session: WriteSession, progress: Progress) -> int:
    """Write the words that are missing, and return of how many lines they were."""
    written, done = 0, 0
    lines = _lines_without_words(session)
    for some in batches(lines):
        written += _write_words(session, some)
        done += len(some)
        progress(done, len(lines))
    return written


def index_faults(session: ReadSession) -> Iterator[Fault]:
    """Find the first entry with a line that an index does not find, or finds by what it does not hold."""
    yield from _word_faults(session)
    yield from _category_faults(session)


def _word_faults(session: ReadSession) -> Iterator[Fault]:
    """Find the first entry with a line that the full-text index finds by other words than the line has.

    Each word of a line is hashed once as the index has it, and once as its rows give it: where both are the same, the
    hashes of a line cancel each other out.
    """
    last = session.scalar(select(func.max(Strike.id))) or 0
    left = array("Q", bytes(8 * (last + 1)))
    for line, word in indexed_words(session.held, STRIKE_WORDS.name):
        if not 0 < line <= last:
            yield Fault(1, f"the full-text index has words of a missing line; {REBUILD}")
            return
        left[line] ^= _hash(word)
    first: tuple[int, int] | None = None
    for line, recorded, words in _words(session):
        for word in words:
            left[line] ^= _hash(word)
        if left[line]:
            first = min(first or (recorded, line), (recorded, line))
        left[line] = 0
    if first is not None:
        seq, line = first
        detail = f"the full-text index has other words for line {public_id(STRIKE, line)} than its texts"
        yield Fault(seq, f"{detail}; {REBUILD}")
    elif any(left):
        yield Fault(1, f"the full-text index has words of a missing line; {REBUILD}")


def _category_faults(session: ReadSession) -> Iterator[Fault]:
    """Find the first entry with a line that the index by category lacks, or has in the wrong place."""
    row = and_(
        StrikeCategory.category_id == Tally.category_id,
        StrikeCategory.location_id == func.coalesce(Strike.location_id, NO_PLACE),
        StrikeCategory.date_from == Strike.date_from,
        StrikeCategory.strike_id == Strike.id,
    )
    lacking = (
        select(func.min(Strike.recorded_seq))
        .join(Tally, Tally.strike_id == Strike.id)
        .where(Tally.category_id.is_not(None), ~exists().where(row).correlate(Strike, Tally))
    )
    right = exists().where(Tally.strike_id == StrikeCategory.strike_id, Strike.id == Tally.strike_id, row)
    wrong = (
        # A line that is not there belongs to no entry.
        select(func.min(func.coalesce(_LINE.recorded_seq, 1)))
        .select_from(StrikeCategory)
        .join(_LINE, _LINE.id == StrikeCategory.strike_id, isouter=True)
        .where(~right.correlate(StrikeCategory))
    )
    entries = [seq for seq in (session.scalar(lacking), session.scalar(wrong)) if seq is not None]
    if entries:
        yield Fault(min(entries), f"the index of lines by category does not match its lines; {REBUILD}")


def _write_categories(session: WriteSession) -> int:
    """Write the index of lines by category again, and return how many rows it has."""
    empty(session, StrikeCategory.__tablename__)
    rows = (
        select(Tally.category_id, func.coalesce(Strike.location_id, NO_PLACE), Strike.date_from, Strike.id)
        .join(Strike, Strike.id == Tally.strike_id)
        .where(Tally.category_id.is_not(None))
        .distinct()
    )
    columns = list(StrikeCategory.__table__.columns)
    session.execute(insert(StrikeCategory).from_select(columns, rows))
    return session.scalar(select(func.count()).select_from(StrikeCategory)) or 0


def _lines_without_words(session: ReadSession) -> list[int]:
    """Return the lines that the full-text index does not know, among them those without any word."""
    indexed = indexed_rows(session.held, STRIKE_WORDS.name)
    return [line for line in session.scalars(select(Strike.id).order_by(Strike.id)) if line not in indexed]


def _write_words(session: WriteSession, lines: Sequence[int]) -> int:
    wanted = set(lines)
    rows = [
        {"rowid": line, "words": words}
        for line, _, words in _words_between(session, lines[0], lines[-1])
        if words and line in wanted
    ]
    if rows:
        session.execute(insert(STRIKE_WORDS), rows)
    return len(rows)


def _words(session: ReadSession) -> Iterator[tuple[int, int, list[str]]]:
    """Yield the number of each line, that of the entry that brought it, and its words."""
    last = session.scalar(select(func.max(Strike.id))) or 0
    for first in range(1, last + 1, BATCH):
        yield from _words_between(session, first, first + BATCH - 1)


def _words_between(session: ReadSession, first: int, last: int) -> Iterator[tuple[int, int, list[str]]]:
    tallies: dict[int, list[Row]] = {}
    for tally in session.execute(
        select(Tally.strike_id, Tally.as_written, Tally.verb)
        .where(Tally.strike_id.between(first, last))
        .order_by(Tally.strike_id, Tally.position, Tally.id)
    ):
        tallies.setdefault(tally.strike_id, []).append(tally._asdict())
    for line in session.execute(
        select(Strike.id, Strike.recorded_seq, Strike.quote, Strike.location_as_written)
        .where(Strike.id.between(first, last))
        .order_by(Strike.id)
    ):
        yield line.id, line.recorded_seq, words_of(source_texts(line._asdict(), tallies.get(line.id, ())))


def batches(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield numbers in their order, those together that lie within BATCH of each other."""
    begin = 0
    for end in range(1, len(numbers) + 1):
        if end == len(numbers) or numbers[end] - numbers[begin] >= BATCH:
            yield numbers[begin:end]
            begin = end


@lru_cache(maxsize=1 << 16)
def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest())
