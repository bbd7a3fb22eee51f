"""Column store: the record in memory, for aggregates.

A count over a million lines takes seconds in an engine that reads rows and milliseconds over columns, and it can be
exact: how many different reports a group has does not add up from stored totals. Each process follows the ledger: it
adds what was recorded since its own number, and marks what was superseded since. Lines are never taken out, so the
columns can be read as of every number.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import polars as pl

from app.columnar import segment
from app.columnar.loader import CLAIMS, REVISIONS, Written, read, read_hashes
from app.columnar.mapped_files import ColumnFiles, Stored, private
from app.columnar.segment import LINES, TALLIES, Segment, made
from app.db.engine import Database, ReadSession
from app.errors import QueryTimeout
from app.ledger.head import Head, hash_at, head

# Seconds that a query waits while another one, or the start, brings the columns up to date.
WAIT_SECONDS = 1.5

# Ledger numbers that are read at once: a query that is stopped meanwhile leaves whole batches.
ENTRIES = 2_000

_REVISIONS = pl.DataFrame(schema=dict.fromkeys(REVISIONS, pl.Int32))
_LINES, _TALLIES = pl.DataFrame(schema=LINES), pl.DataFrame(schema=TALLIES)
_COVERAGE = pl.DataFrame(schema=dict.fromkeys((*CLAIMS, "publisher_id"), pl.Int32))


@dataclass(frozen=True, eq=False)
class Record:
    """All lines and tallies, and the number as of which they are requested; `hash` is that of the ledger's entry.

    `revisions` rise by `recorded_seq`.
    """

    as_of: int
    hash: str
    segments: Sequence[Segment]
    revisions: pl.DataFrame
    coverage: pl.DataFrame
    # Results that hold for every query about this state.
    known: dict[object, Any] = field(default_factory=dict)

    @cached_property
    def latest(self) -> pl.DataFrame:
        """The revision of each report that was the last one as of the number."""
        revisions = self.revisions.filter(pl.col("recorded_seq") <= self.as_of)
        return revisions.unique("report_id", keep="last", maintain_order=True)

    @cached_property
    def retractions(self) -> pl.Series:
        """The numbers of the retractions that hold."""
        return self.latest.filter(pl.col("retracted") == 1)["recorded_seq"]


class Columns:
    """The columns of one process. For any thread; `files` persist them for other processes and for the next start."""

    def __init__(self, files: ColumnFiles | None = None) -> None:
        self._files = files
        self._lock = threading.Lock()
        self._last: Record | None = None
        self._clear()

    def _clear(self) -> None:
        # The numbers of the ledger up to which columns are read, and are in files.
        self._seq = self._saved = 0
        self._hash = ""
        self._segments: list[Segment] = []
        self._revisions, self._coverage = _REVISIONS, _COVERAGE
        # The beginnings of the hashes of all entries that were read: of which history the columns are.
        self._hashes = pl.Series("hash", [], pl.UInt64)

    def at(self, session: ReadSession, now: Head) -> Record:
        """Return the record as of where the ledger stands in the session. Reads what was recorded since the last time.

        A database can go back under a running server: a backup is restored, a failover loses the last writes. So the
        columns are compared with the session's ledger by hash, and read again where they are of another history.
        Raises QueryTimeout where that takes too long, or another thread is still at it.
        """
        last = self._last
        if last is not None and (last.as_of, last.hash) == (now.seq, now.hash):
            return last
        if not self._lock.acquire(timeout=WAIT_SECONDS):
            raise QueryTimeout("the server is still loading the record; retry shortly")
        try:
            if not self._is_of_history(session, now):
                self._clear()
            if self._seq == 0 and (stored := self._newer(session)) is not None:
                self._begin_with(stored)
            while self._seq < now.seq:
                # Nothing is added before all of it is read, so a query that is stopped leaves whole batches.
                end = min(self._seq + ENTRIES, now.seq)
                written, hashes = read(session, self._seq, end), read_hashes(session, self._seq, end)
                self._add(written)
                self._hashes = pl.concat([self._hashes, hashes])
                self._seq = end
                self._hash = now.hash if end == now.seq else ""
            segments = tuple(self._segments)
            self._last = Record(now.seq, now.hash, segments, self._revisions, self._coverage)
            return self._last
        finally:
            self._lock.release()

    def tend_files(self, database: Database) -> None:
        """Save what many writes added, use what another process saved, and let go of files that are to be changed.

        A server calls this about every second. Raises OSError where the files cannot be written.
        """
        files = self._files
        if files is None:
            return
        with self._lock:
            if files.is_awaited():
                files.forget()
                self._use([private(segment) for segment in self._segments])
            seq = self._seq
        if seq == 0 or (self._saved > 0 and seq - self._saved < ENTRIES):
            return
        with files.alone() as alone, database.reading() as session:
            newer = self._newer(session)
            if newer is None and alone:
                with self._lock:
                    newer = Stored(
                        self._seq,
                        self._hash,
                        tuple(self._segments),
                        self._revisions,
                        self._coverage,
                        self._hashes,
                    )
                files.save(newer)
                newer = self._newer(session)
        with self._lock:
            if newer is not None:
                is_same = newer.seq == self._seq
                self._begin_with(newer)
                if is_same:
                    self._use(self._segments)

    def _newer(self, session: ReadSession) -> Stored | None:
        """Return what files hold of the session's ledger, where it is more than they held when they were last used."""
        stored = None if self._files is None else self._files.load()
        is_newer = stored is not None and stored.seq > self._saved
        return (
            stored
            if stored is not None and is_newer and hash_at(session, stored.seq) == stored.hash
            else None
        )

    def _begin_with(self, stored: Stored) -> None:
        self._seq = self._saved = stored.seq
        self._hash = stored.hash
        self._segments = list(stored.segments)
        self._revisions, self._coverage, self._hashes = stored.revisions, stored.coverage, stored.hashes

    def _use(self, segments: list[Segment]) -> None:
        """Put segments in the place of the same that lie elsewhere."""
        self._segments = segments
        if self._last is not None:
            self._last = replace(self._last, segments=tuple(segments), known={})

    def _is_of_history(self, session: ReadSession, now: Head) -> bool:
        """Return whether all entries that the columns and the session's ledger have in common are the same.

        A hash covers all entries up to its own, so that of the last common one decides.
        """
        common = min(self._seq, now.seq)
        return common == 0 or bool(
            read_hashes(session, common - 1, common).item() == self._hashes[common - 1]
        )

    def _add(self, written: Written) -> None:
        """Add what was written, all or nothing."""
        segments = list(self._segments)
        _supersede(segments, written.superseded)
        lines, tallies = written.lines, written.tallies
        # Lines of a report stay together, so those that a revision added go where the others are.
        revised = written.revisions.filter(pl.col("revision") > 1)["report_id"]
        for number, current in enumerate(segments if len(revised) else ()):
            report_ids = current.lines["report_id"].unique().implode()
            theirs = lines.filter(
                pl.col("report_id").is_in(revised.implode()) & pl.col("report_id").is_in(report_ids)
            )
            if len(theirs):
                segments[number] = current.with_lines(theirs, _of(tallies, theirs))
                lines = lines.join(theirs, on="id", how="anti")
        _append(segments, lines, tallies)
        others = self._coverage.join(written.coverage, on="id", how="anti")
        self._coverage = pl.concat([others, written.coverage.select(others.columns)])
        self._revisions = pl.concat([self._revisions, written.revisions])
        self._segments = segments


def _supersede(segments: list[Segment], superseded: pl.DataFrame) -> None:
    for number, current in enumerate(segments if len(superseded) else ()):
        least, most = current.bounds["report_id"]
        marks = superseded.filter(pl.col("report_id").is_between(least, most)).select("id", "superseded_seq")
        marks = marks.join(current.lines.select("id"), on="id", how="semi")
        if len(marks):
            segments[number] = current.superseded(marks)


def _append(segments: list[Segment], lines: pl.DataFrame, tallies: pl.DataFrame) -> None:
    """Put lines of new reports into the last segment for as long as it has room, and then into further ones."""
    if not len(lines):
        return
    last = segments.pop() if segments and len(segments[-1].lines) < segment.LINES_IN_SEGMENT else None
    before = 0 if last is None else len(last.lines)
    reports = lines.group_by("report_id").len().sort("report_id")
    begins = before + pl.col("len").cum_sum() - pl.col("len")
    full = reports.select("report_id", number=begins // segment.LINES_IN_SEGMENT)
    for theirs in _parts(lines.join(full, on="report_id")):
        added = theirs.drop("number")
        of = _of(tallies, added)
        segments.append(made(added, of) if last is None else last.with_lines(added, of))
        last = None


def _parts(lines: pl.DataFrame) -> Iterable[pl.DataFrame]:
    return lines.sort("number").partition_by("number", maintain_order=True)


def _of(tallies: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    return tallies.join(lines, left_on="strike_id", right_on="id", how="semi")


def matches_rows(files: ColumnFiles, session: ReadSession) -> bool:
    """Recount: return whether the columns that begin with files are the same as those of rows alone."""
    now = head(session)
    with_files, without = (_content(Columns(source).at(session, now)) for source in (files, None))
    return all(one.equals(other) for one, other in zip(with_files, without, strict=True))


def _content(record: Record) -> Sequence[pl.DataFrame]:
    """Return all rows of a record, in an order that does not depend on segments."""
    lines, tallies = [_LINES], [_TALLIES]
    for current in record.segments:
        ids = current.lines["id"].gather(current.tallies["line"])
        lines.append(current.lines)
        tallies.append(current.tallies.with_columns(ids.alias("line")))
    every = pl.concat(lines), pl.concat(tallies), record.revisions, record.coverage
    return [table.sort(table.columns) for table in every]
