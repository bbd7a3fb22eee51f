"""Derived rows: stored JSON, line indexes and number keys.

They hold nothing that the record does not: what is missing is written by `write_missing`, which `migrate` runs, and
`rebuild` writes all of it again. Indexes are verified in line_index.py, JSON in ledger_check.py.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext

from sqlalchemy import and_, insert, select, update

from app.db.derived_tables import empty
from app.db.engine import Database, ReadSession, WriteSession
from app.models import (
    Report,
    Revision,
    RevisionDocument,
    Strike,
    StrikeDocument,
)
from app.models.base import NAME_LENGTH
from app.record.fields import Row
from app.record.json_template import line_template, reference_template
from app.reports import line_index
from app.reports.ledger_check import Stored, stored_revisions
from app.reports.line_index import Progress, batches
from app.vocabulary.lookalikes import number_key


def rebuild(session: WriteSession, progress: Progress = lambda _done, _all: None) -> int:
    """Write all derived rows again in the caller's transaction, and return how many there are."""
    for table in (StrikeDocument, RevisionDocument):
        empty(session, table.__tablename__)
    return line_index.rebuild(session, progress) + write_missing(session, progress)


def write_missing(session: WriteSession, progress: Progress = lambda _done, _all: None) -> int:
    """Write the derived rows that are missing in the caller's transaction, and return how many were."""
    return write_number_keys(session, progress) + _write_json_by(lambda: nullcontext(session), progress)


def write_number_keys(session: WriteSession, progress: Progress = lambda _done, _all: None) -> int:
    """Write missing words and number keys, without which reports and lines cannot be found."""
    return _write_number_keys(session) + line_index.write_missing_words(session, progress)


def write_json_in_steps(database: Database, progress: Progress = lambda _done, _all: None) -> int:
    """Write the JSON that is missing, which readers do without, in a transaction for each thousand entries.

    What is interrupted goes on where it was, others can write meanwhile, and several processes may do so at once.
    """
    return _write_json_by(database.writing, progress)


def is_missing_json(session: ReadSession) -> bool:
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
    for some in reversed(list(batches(entries))):
        with writing() as session:
            written += _write_json(session, some)
        done += len(some)
        progress(done, len(entries))
    return written


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
    """Write the normal form of reports' numbers for lookups, unless their publisher has another report of it.

    Two reports written before numbers had a normal form can have one number: the second one has it as posted.
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
