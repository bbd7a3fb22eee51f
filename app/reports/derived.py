"""Derived rows: the stored JSON and the indexes of lines, the JSON of revisions, and the keys of numbers.

They hold nothing that the record does not: what is missing is written by `write_missing`, which `migrate` runs, and
`rebuild` writes all of it anew. The indexes are verified here, the JSON where the record is walked (history.py).
"""

import hashlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache

from sqlalchemy import and_, exists, func, insert, select, update
from sqlalchemy.orm import aliased

from app.db.derived import empty, empty_words
from app.db.engine import Database, ReadSession, WriteSession
from app.db.words import indexed_rows, indexed_words
from app.ledger.verify import Fault
from app.models import (
    STRIKE_WORDS,
    Report,
    Revision,
    RevisionDocument,
    Strike,
    StrikeCategory,
    StrikeDocument,
    Tally,
)
from app.models.base import NAME_LENGTH
from app.models.strike import NO_PLACE
from app.record.fields import Row
from app.reports.history import REBUILD, Stored, stored_revisions
from app.reports.rows import said_by
from app.strikes.document import line_template, reference_template
from app.vocabulary.identifiers import STRIKE, public_id
from app.vocabulary.lookalikes import number_key
from app.vocabulary.words import words_of

_LINE = aliased(Strike)

# Entries, or lines, that are read at once.
BATCH = 1_000

# Takes how much is done of how much.
Progress = Callable[[int, int], object]


def rebuild(session: WriteSession, progress: Progress = lambda _done, _all: None) -> int:
    """Write all derived rows anew in the caller's transaction, and return how many there are."""
    for table in (StrikeDocument, RevisionDocument):
        empty(session, table.__tablename__)
    empty_words(session, STRIKE_WORDS.name)
    return _write_categories(session) + write_missing(session, progress)


def write_missing(session: WriteSession, progress: Progress = lambda _done, _all: None) -> int:
    """Write the derived rows that are missing in the caller's transaction, and return how many were."""
    return write_found_by(session, progress) + _write_json_by(lambda: nullcontext(session), progress)


def write_found_by(session: WriteSession, progress: Progress = lambda _done, _all: None) -> int:
    """Write the words and number keys that are missing: without them, reports and lines are not found."""
    written, done = _write_number_keys(session), 0
    lines = _lines_without_words(session)
    for some in _batches(lines):
        written += _write_words(session, some)
        done += len(some)
        progress(done, len(lines))
    return written


def write_json_in_steps(database: Database, progress: Progress = lambda _done, _all: None) -> int:
    """Write the JSON that is missing, which readers do without, in a transaction for each thousand entries.

    What is interrupted goes on where it was, others can write meanwhile, and several processes may do so at once.
    """
    return _write_json_by(database.writing, progress)


def lacks_json(session: ReadSession) -> bool:
    """Return whether writing the JSON was interrupted: the first line, or revision, is written last and has none."""
    line = select(Strike.id).order_by(Strike.id).limit(1).scalar_subquery()
    revision = select(Revision.report_id, Revision.revision).order_by(Revision.report_id, Revision.revision)
    first = revision.limit(1).subquery()
    of_first = and_(
        RevisionDocument.report_id == first.c.report_id, RevisionDocument.revision == first.c.revision
    )
    has_line = select(StrikeDocument.strike_id).where(StrikeDocument.strike_id == line).exists()
    has_revision = select(RevisionDocument.report_id).where(of_first).exists()
    return bool(
        session.scalar(select(line.is_not(None) & ~has_line))
        or session.scalar(select(select(first.c.report_id).exists() & ~has_revision))
    )


def _write_json_by(writing: Callable[[], AbstractContextManager[WriteSession]], progress: Progress) -> int:
    with writing() as session:
        entries = _entries_without_json(session)
    written, done = 0, 0
    # The first entries last: whether all is done then shows at the first line, whatever is recorded meanwhile.
    for some in reversed(list(_batches(entries))):
        with writing() as session:
            written += _write_json(session, some)
        done += len(some)
        progress(done, len(entries))
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
            yield Fault(1, f"the full-text index has words for a line that is not there; {REBUILD}")
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
        detail = f"the full-text index finds its line {public_id(STRIKE, line)} by other words than it has"
        yield Fault(seq, f"{detail}; {REBUILD}")
    elif any(left):
        yield Fault(1, f"the full-text index has words for a line that is not there; {REBUILD}")


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
    """Write the index of lines by category anew, and return how many rows it has."""
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


def _entries_without_json(session: ReadSession) -> list[int]:
    """Return the numbers of entries that brought a revision, or a line, that has no stored JSON."""
    of_revision = and_(
        RevisionDocument.report_id == Revision.report_id, RevisionDocument.revision == Revision.revision
    )
    revisions = (
        select(Revision.recorded_seq)
        .join(RevisionDocument, of_revision, isouter=True)
        .where(RevisionDocument.report_id.is_(None))
    )
    lines = (
        select(Strike.recorded_seq)
        .join(StrikeDocument, StrikeDocument.strike_id == Strike.id, isouter=True)
        .where(StrikeDocument.strike_id.is_(None))
    )
    return sorted({*session.scalars(revisions), *session.scalars(lines.distinct())})


def _write_json(session: WriteSession, entries: Sequence[int]) -> int:
    lines: list[Row] = []
    revisions: list[Row] = []
    wanted = set(entries)
    for seq, stand in stored_revisions(session, entries[0], entries[-1]).items():
        for stored in stand if seq in wanted else ():
            revision = stored.revision
            if revision.template is None:
                named = {"report_id": revision.report_id, "revision": revision.revision}
                revisions.append(named | {"template": stored.template()})
            lines += _documents(stored)
    for table, rows in ((StrikeDocument, lines), (RevisionDocument, revisions)):
        if rows:
            session.execute(insert(table), rows)
    return len(lines) + len(revisions)


def _documents(stored: Stored) -> Iterator[Row]:
    """Yield the JSON of the lines that a revision brought and that have none."""
    revision = stored.revision
    reference = reference_template(revision.report_id, revision.publisher_id, revision._asdict())
    for strike in stored.strikes:
        if strike.template is None and strike.recorded_seq == revision.recorded_seq:
            tallies = [tally._asdict() for tally in stored.tallies.get(strike.id, ())]
            yield {
                "strike_id": strike.id,
                "template": line_template(strike._asdict(), tallies),
                "report_id": strike.report_id,
                "reference": reference,
            }


def _write_number_keys(session: WriteSession) -> int:
    """Give reports the normal form of their number to be found by, as far as their publisher has no other one of it.

    Two reports written before numbers had a normal form can have one number: the second one keeps it as posted.
    """
    rows = session.execute(
        select(Report.id, Report.publisher_id, Report.number)
        .where(Report.number.is_not(None))
        .order_by(Report.id)
    ).all()
    taken = {(row.publisher_id, row.number) for row in rows}
    changed: list[Row] = []
    for report_id, publisher_id, number in rows:
        key = number_key(str(number))
        if len(key) <= NAME_LENGTH and (publisher_id, key) not in taken:
            taken.add((publisher_id, key))
            changed.append({"id": report_id, "number": key})
    if changed:
        session.execute(update(Report), changed)
    return len(changed)


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
        yield line.id, line.recorded_seq, words_of(said_by(line._asdict(), tallies.get(line.id, ())))


def _batches(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield numbers in their order, those together that lie within BATCH of each other."""
    begin = 0
    for end in range(1, len(numbers) + 1):
        if end == len(numbers) or numbers[end] - numbers[begin] >= BATCH:
            yield numbers[begin:end]
            begin = end


@lru_cache(maxsize=1 << 16)
def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest())
