"""The record's lines and tallies in memory: what aggregates are counted from.

A count over a million lines takes seconds in an engine that reads rows and milliseconds over columns, and it can
be exact: how many different reports a group has does not add up from any stored totals. So nothing is stored.
Each process holds a copy, which follows the ledger: it grows by what was recorded since its own number, and marks
what was superseded since. Lines are never taken out, so the copy answers as of every number.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from app.db.engine import ReadSession
from app.errors import QueryTimeout
from app.ledger.clock import Head
from app.strikes.chunks import LINES_IN_CHUNK, NEVER, Chunk, Numbers, made
from app.strikes.packing import Array
from app.strikes.reading import CLAIMS, ENTRIES, Written, read, read_hashes

# Seconds that a question waits for the copy while another one, or the start, brings it up to date.
WAIT_SECONDS = 1.5

_REPORTS = ("id", "publisher")
_REVISIONS = ("report", "recorded", "published_on", "is_tombstone")


@dataclass(frozen=True, slots=True)
class Lines:
    """What a question is put to: all lines and tallies, and the number as of which they are asked for.

    `reports`, `revisions` and `coverage`, which is what reports claim of countries and days, are columns as well.
    A report's number among them is its position; the revisions stand in the order of their numbers.
    """

    as_of: int
    # That of the ledger's entry of this number.
    hash: str
    chunks: Sequence[Chunk]
    reports: Mapping[str, Array]
    revisions: Mapping[str, Array]
    coverage: Mapping[str, Array]
    # What was found out about these lines once, and holds for every question.
    known: dict[object, Any] = field(default_factory=dict)

    def published_on(self) -> Numbers:
        """Return the day on which each report was published, as its revision of that number says."""
        days = np.zeros(len(self.reports["id"]), np.int32)
        known = self.revisions["recorded"] <= self.as_of
        # Later revisions come later, and of several values for one report the last one is kept.
        days[self.revisions["report"][known]] = self.revisions["published_on"][known]
        return days

    def first_published_on(self, chunk: Chunk) -> Numbers:
        """Return the day on which each line of a chunk was first published: by the revision that brought it."""
        at = np.searchsorted(self.revisions["recorded"], chunk.lines["recorded"])
        days: Numbers = self.revisions["published_on"].take(at)
        return days

    def withdrawn(self) -> Numbers:
        """Return for each report the number that retracted it, 0 where it stands."""
        gone = np.zeros(len(self.reports["id"]), np.int32)
        tombstones = self.revisions["is_tombstone"] & (self.revisions["recorded"] <= self.as_of)
        gone[self.revisions["report"][tombstones]] = self.revisions["recorded"][tombstones]
        return gone


class Columns:
    """The copy of one process. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clear()

    def _clear(self) -> None:
        self._seq = 0
        self._chunks: list[Chunk] = []
        self._reports: Mapping[str, Array] = {name: np.empty(0, np.int32) for name in _REPORTS}
        self._revisions: Mapping[str, Array] = {
            name: np.empty(0, np.bool_ if name == "is_tombstone" else np.int32) for name in _REVISIONS
        }
        self._coverage: Mapping[str, Array] = {
            name: np.empty(0, np.int16 if name == "country" else np.int32) for name in CLAIMS
        }
        # The position of each report by its id, and the number of its chunk by its position.
        self._position = np.empty(0, np.int32)
        self._chunk_of = np.empty(0, np.int32)
        self._last: Lines | None = None
        # The beginnings of the hashes of all entries that were read: which history the copy is of.
        self._hashes = np.empty(0, np.uint64)

    def at(self, session: ReadSession, head: Head) -> Lines:
        """Return the lines as of where the ledger stands in the session. Reads what was recorded since the last time.

        A database can go back under a running server: a backup is restored, a failover loses the last writes. So the
        copy is compared with the session's ledger by hash, and read anew where it is of another history.
        Raises QueryTimeout where that takes too long, or another thread is still at it.
        """
        last = self._last
        if last is not None and (last.as_of, last.hash) == (head.seq, head.hash):
            return last
        if not self._lock.acquire(timeout=WAIT_SECONDS):
            raise QueryTimeout("the server is still reading the record; ask again")
        try:
            if not self._is_of_history(session, head):
                self._clear()
            while self._seq < head.seq:
                # Nothing is added before all of it is read, so a question that is stopped leaves whole parts.
                end = min(self._seq + ENTRIES, head.seq)
                written, hashes = read(session, self._seq, end), read_hashes(session, self._seq, end)
                self._add(written)
                self._hashes = np.concatenate((self._hashes, hashes))
                self._seq = end
            self._last = Lines(
                head.seq, head.hash, tuple(self._chunks), self._reports, self._revisions, self._coverage
            )
            return self._last
        finally:
            self._lock.release()

    def _is_of_history(self, session: ReadSession, head: Head) -> bool:
        """Return whether all that the copy and the session's ledger have in common is the same.

        A hash covers all entries up to its own, so that of the last common one decides.
        """
        common = min(self._seq, head.seq)
        if common == 0:
            return True
        (hashed,) = read_hashes(session, common - 1, common)
        return bool(hashed == self._hashes[common - 1])

    def _add(self, written: Written) -> None:
        """Add what was written: revisions, the lines that they brought, and marks on those that they superseded."""
        revisions = written.revisions
        first = revisions["revision"] == 1
        new = len(self._chunk_of)
        self._reports = _longer(self._reports, {name: revisions[of][first] for name, of in _OF_REVISION})
        self._position = _positions(self._position, self._reports["id"], new)
        of = self._position.take(revisions["report"])
        self._revisions = _longer(self._revisions, {**revisions, "report": of})
        lines = {**written.lines, "report": self._position.take(written.lines["report"])}
        self._assign(np.bincount(lines["report"], minlength=len(self._reports["id"]))[new:])
        self._place(lines, written.tallies)
        ids, reports, numbers = (written.superseded[name] for name in ("id", "report", "superseded"))
        chunks = self._chunk_of.take(self._position.take(reports))
        for number in np.unique(chunks).tolist():
            those = chunks == number
            self._chunks[number] = self._chunks[number].marked(ids[those], numbers[those])

        self._claim({**written.coverage, "report": self._position.take(written.coverage["report"])})

    def _claim(self, claims: Mapping[str, Array]) -> None:
        """Add claims that are new, and mark those that are known and were superseded."""
        new = claims["id"] > self._coverage["id"].max(initial=0)
        marks = self._coverage["superseded"].copy()
        marks[np.searchsorted(self._coverage["id"], claims["id"][~new])] = claims["superseded"][~new]
        known = {**self._coverage, "superseded": marks}
        self._coverage = _longer(known, {name: each[new] for name, each in claims.items()})

    def _assign(self, counts: npt.NDArray[np.intp]) -> None:
        """Give each of the new reports, which have so many lines, a chunk: the last one for as long as it has room."""
        last = max(len(self._chunks) - 1, 0)
        before = len(self._chunks[last]) if self._chunks else 0
        full = (before + np.cumsum(counts) - counts) // LINES_IN_CHUNK
        # A report can fill several: the next one is still the next chunk.
        chunks = last + np.cumsum(np.diff(full, prepend=0) > 0)
        self._chunk_of = np.concatenate((self._chunk_of, chunks.astype(np.int32)))

    def _place(self, lines: Mapping[str, Array], tallies: Mapping[str, Array]) -> None:
        """Put new lines, in any order, into the chunks of their reports."""
        chunks = self._chunk_of.take(lines["report"])
        owners = chunks.take(np.repeat(np.arange(len(chunks)), lines["tallies"]))
        for number in np.unique(chunks).tolist():
            those, theirs = chunks == number, owners == number
            added = {name: each[those] for name, each in lines.items()}
            of = {name: each[theirs] for name, each in tallies.items()}
            if number < len(self._chunks):
                self._chunks[number] = self._chunks[number].with_lines(added, of)
            else:
                self._chunks.append(made(added, of))


# The columns of reports, each with the column of revisions that it is taken from.
_OF_REVISION = (("id", "report"), ("publisher", "publisher"))


def _longer(columns: Mapping[str, Array], rows: Mapping[str, Array]) -> Mapping[str, Array]:
    return {name: np.concatenate((each, rows[name])) for name, each in columns.items()}


def _positions(positions: Numbers, ids: Numbers, new: int) -> Numbers:
    """Return the positions of reports by id, with those of the reports from `new` on added."""
    length = max(len(positions), int(ids[new:].max(initial=-1)) + 1)
    longer = np.full(length, NEVER, np.int32)
    longer[: len(positions)] = positions
    longer[ids[new:]] = np.arange(new, len(ids), dtype=np.int32)
    return longer
