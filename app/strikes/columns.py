"""The record's lines and tallies as columns in memory: what aggregates are counted from.

A count over a million lines takes seconds in an engine that reads rows and milliseconds over columns, and it can
be exact: how many different reports a group has does not add up from any stored totals. So nothing is stored.
Each process holds a copy, which follows the ledger: it grows by what was recorded since its own number, and marks
what was superseded since. Lines are never taken out, so the copy answers as of every number.

Days are counted from 1970-01-01. In whole numbers UNKNOWN stands for null.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import select

from app.db.engine import ReadSession
from app.db.functions import day_number
from app.db.types import AnyRow, AnySelect
from app.errors import QueryTimeout
from app.models import LedgerEntry, Report, Revision, Strike, Tally
from app.vocabulary.countries import COUNTRIES
from app.vocabulary.effects import Effect

Numbers = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

# Some of the positions of a column: a range of them, or each by itself in rising order.
Positions = slice | npt.NDArray[np.intp]

UNKNOWN = -1

# The number that superseded what stands.
NEVER = np.iinfo(np.int32).max

COUNTRY_CODES = tuple(sorted(COUNTRIES))
EFFECTS = tuple(each.value for each in Effect)
_COUNTRIES = {code: position for position, code in enumerate(COUNTRY_CODES)}
_EFFECTS = {name: position for position, name in enumerate(EFFECTS)}

# Ledger numbers that are read at once: what a question that is stopped meanwhile leaves is a part that stays.
ENTRIES = 2_000

# Seconds that a question waits for the copy while another one, or the start, brings it up to date.
WAIT_SECONDS = 1.5

# Up to so many are found sooner by looking through a column than by sorting it.
FEW = 16

# Once a part this large is out of order, all is put in order again.
MOST_OUT_OF_ORDER = 1 / 16

STRIKE, TALLY = Strike.__table__.columns, Tally.__table__.columns
REPORT, REVISION = Report.__table__.columns, Revision.__table__.columns

_LINES: Mapping[str, type[np.generic]] = {
    "id": np.int32,
    # The report's position among the reports.
    "report": np.int32,
    "first_day": np.int32,
    "last_day": np.int32,
    # The position in COUNTRY_CODES.
    "country": np.int16,
    # 0: no place.
    "location": np.int32,
    "strikes_min": np.int32,
    "strikes_max": np.int32,
    "engagements": np.int32,
    "repeats": np.bool_,
    # The line that first told of the same event; its own id where that is this one.
    "event": np.int32,
    "recorded": np.int32,
    "superseded": np.int32,
    # Where the line's tallies begin, and how many they are.
    "tallies_from": np.int32,
    "tallies": np.int32,
}
_TALLIES: Mapping[str, type[np.generic]] = {
    "line": np.int32,
    # 0: no category.
    "category": np.int32,
    # The position in EFFECTS.
    "effect": np.int8,
    "count_min": np.int32,
    "count_max": np.int32,
}
_REPORTS: Mapping[str, type[np.generic]] = {"id": np.int32, "publisher": np.int32}
_REVISIONS: Mapping[str, type[np.generic]] = {
    "report": np.int32,
    "recorded": np.int32,
    "published_on": np.int32,
    "is_tombstone": np.bool_,
}


class Table:
    """Columns of one length, which only grow: what was handed out stays as it is, but for marks."""

    def __init__(self, types: Mapping[str, type[np.generic]]) -> None:
        self._columns = {name: np.empty(0, of) for name, of in types.items()}
        self.length = 0

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        return self._columns[name][: self.length]

    def extend(self, rows: Mapping[str, npt.ArrayLike], count: int) -> None:
        """Add rows, given by column."""
        needed = self.length + count
        for name, column in self._columns.items():
            grown = column
            if needed > len(column):
                grown = np.empty(max(needed, len(column) + len(column) // 8), column.dtype)
                grown[: self.length] = column[: self.length]
            grown[self.length : needed] = rows[name]
            self._columns[name] = grown
        self.length = needed

    def reorder(self, order: npt.NDArray[np.intp]) -> None:
        """Put the rows into an order, in new columns."""
        for name in self._columns:
            self._columns[name] = self[name][order]


@dataclass(frozen=True, slots=True)
class Lines:
    """What a question is put to: the columns of all lines and tallies, and the lines that stand as of a number.

    `standing` are the positions of these; where that is a range, the lines in it are in the order of their first
    days. `longest` is the most days from the first day of any line to its last.
    """

    as_of: int
    lines: Mapping[str, npt.NDArray[Any]]
    tallies: Mapping[str, npt.NDArray[Any]]
    reports: Mapping[str, npt.NDArray[Any]]
    revisions: Mapping[str, npt.NDArray[Any]]
    standing: Positions
    longest: int

    def published_on(self) -> Numbers:
        """Return the day on which each report was published, as its revision of that number says."""
        days = np.zeros(len(self.reports["id"]), np.int32)
        known = self.revisions["recorded"] <= self.as_of
        # Later revisions come later, and of several values for one report the last one is kept.
        days[self.revisions["report"][known]] = self.revisions["published_on"][known]
        return days

    def withdrawn(self) -> npt.NDArray[np.intp]:
        """Return the positions of the lines of reports that stand retracted, as they stood until then."""
        gone = np.full(len(self.reports["id"]), NEVER, np.int32)
        tombstones = self.revisions["is_tombstone"] & (self.revisions["recorded"] <= self.as_of)
        gone[self.revisions["report"][tombstones]] = self.revisions["recorded"][tombstones]
        superseded = self.lines["superseded"]
        return np.flatnonzero((superseded != NEVER) & (superseded == gone[self.lines["report"]]))


class Columns:
    """The copy of one process. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seq = 0
        self._lines, self._tallies = Table(_LINES), Table(_TALLIES)
        self._reports, self._revisions = Table(_REPORTS), Table(_REVISIONS)
        self._longest = 0
        # Up to here lines are in the order of their days, and stood when they were put in order.
        self._ordered = 0
        self._last: Lines | None = None

    def at(self, session: ReadSession, seq: int) -> Lines:
        """Return the lines as of a number that the session sees. Reads what was recorded since the last time.

        Raises QueryTimeout where that takes too long, or another thread is still at it.
        """
        last = self._last
        if last is not None and last.as_of == seq:
            return last
        if not self._lock.acquire(timeout=WAIT_SECONDS):
            raise QueryTimeout("the server is still reading the record; ask again")
        try:
            while self._seq < seq:
                self._follow(session, min(self._seq + ENTRIES, seq))
            if self._lines.length - self._ordered > self._lines.length * MOST_OUT_OF_ORDER:
                self._put_in_order()
            self._last = self._as_of(seq)
            return self._last
        finally:
            self._lock.release()

    def _as_of(self, seq: int) -> Lines:
        recorded, superseded = self._lines["recorded"], self._lines["superseded"]
        stands = (recorded <= seq) & (superseded > seq)
        everything = bool(stands[: self._ordered].all()) and not stands[self._ordered :].any()
        return Lines(
            as_of=seq,
            lines={name: self._lines[name] for name in _LINES},
            tallies={name: self._tallies[name] for name in _TALLIES},
            reports={name: self._reports[name] for name in _REPORTS},
            revisions={name: self._revisions[name] for name in _REVISIONS},
            standing=slice(0, self._ordered) if everything else np.flatnonzero(stands),
            longest=self._longest,
        )

    def _follow(self, session: ReadSession, end: int) -> None:
        """Add what was recorded after the copy's own number up to `end`, and mark what was superseded."""
        new = (LedgerEntry.seq > self._seq, LedgerEntry.seq <= end)
        self._add_revisions(session, end)
        self._add_lines(session, end)
        changed = select(LedgerEntry.report_id).where(
            *new, LedgerEntry.report_id.is_not(None), LedgerEntry.revision > 1
        )
        superseded = select(Strike.id, Strike.superseded_seq).where(
            Strike.report_id.in_(changed), Strike.superseded_seq.is_not(None)
        )
        gone = _columns(session, superseded, (np.int32, np.int32))
        self._lines["superseded"][_positions_of(self._lines["id"], gone[0])] = gone[1]
        self._seq = end

    def _add_revisions(self, session: ReadSession, end: int) -> None:
        rows = (
            select(
                REVISION.report_id,
                REPORT.publisher_id,
                REVISION.recorded_seq,
                day_number(REVISION.published_on),
                REVISION.status == "retracted",
                REVISION.revision,
            )
            .join(Report.__table__, REPORT.id == REVISION.report_id)
            .where(REVISION.recorded_seq > self._seq, REVISION.recorded_seq <= end)
            .order_by(REVISION.recorded_seq)
        )
        report, publisher, recorded, published_on, is_tombstone, revision = _columns(
            session, rows, (np.int32, np.int32, np.int32, np.int32, np.bool_, np.int32)
        )
        first = revision == 1
        self._reports.extend({"id": report[first], "publisher": publisher[first]}, int(first.sum()))
        of = _positions_of(self._reports["id"], report)
        added = {
            "report": of,
            "recorded": recorded,
            "published_on": published_on,
            "is_tombstone": is_tombstone,
        }
        self._revisions.extend(added, len(of))

    def _add_lines(self, session: ReadSession, end: int) -> None:
        new = (STRIKE.recorded_seq > self._seq, STRIKE.recorded_seq <= end)
        statement = select(
            STRIKE.id,
            STRIKE.report_id,
            day_number(STRIKE.date_from),
            day_number(STRIKE.date_to),
            STRIKE.country,
            STRIKE.location_id,
            STRIKE.strikes_min,
            STRIKE.strikes_max,
            STRIKE.engagements,
            STRIKE.same_as_id.is_not(None),
            STRIKE.event_id,
            STRIKE.recorded_seq,
            STRIKE.superseded_seq,
        )
        rows = _rows(session, statement.where(*new).order_by(STRIKE.id))
        if not rows:
            return
        values = list(zip(*rows, strict=True))
        ids = np.array(values[0], np.int32)
        added: dict[str, npt.ArrayLike] = {
            "id": ids,
            "report": _positions_of(self._reports["id"], np.array(values[1], np.int32)),
            "first_day": values[2],
            "last_day": values[3],
            "country": [_COUNTRIES[code] for code in values[4]],
            "location": _with(values[5], 0),
            "strikes_min": _with(values[6], UNKNOWN),
            "strikes_max": _with(values[7], UNKNOWN),
            "engagements": _with(values[8], UNKNOWN),
            "repeats": values[9],
            "event": [event or own for event, own in zip(values[10], values[0], strict=True)],
            "recorded": values[11],
            "superseded": _with(values[12], NEVER),
        }
        tallies = (
            select(
                TALLY.strike_id,
                TALLY.category_id,
                TALLY.effect,
                TALLY.count_min,
                TALLY.count_max,
            )
            .join(Strike.__table__, STRIKE.id == TALLY.strike_id)
            .where(*new)
            .order_by(TALLY.strike_id, TALLY.id)
        )
        found = list(zip(*_rows(session, tallies), strict=True)) or [()] * 5
        within = np.searchsorted(ids, np.array(found[0], np.int32))
        counted = np.bincount(within, minlength=len(ids))
        begin = self._tallies.length + np.cumsum(counted) - counted
        self._longest = max(
            self._longest, *(last - first for first, last in zip(values[2], values[3], strict=True))
        )
        lines_before = self._lines.length
        self._lines.extend(added | {"tallies_from": begin, "tallies": counted}, len(ids))
        self._tallies.extend(
            {
                "line": within + lines_before,
                "category": _with(found[1], 0),
                "effect": [_EFFECTS[name] for name in found[2]],
                "count_min": found[3],
                "count_max": _with(found[4], UNKNOWN),
            },
            len(within),
        )

    def _put_in_order(self) -> None:
        """Put the lines that stand first, by their days, and their tallies into the same order."""
        gone = self._lines["superseded"] != NEVER
        order = np.lexsort((self._lines["first_day"], gone))
        begin, counted = self._lines["tallies_from"][order], self._lines["tallies"][order]
        self._lines.reorder(order)
        self._tallies.reorder(ranges(begin, counted))
        self._lines["tallies_from"][:] = np.cumsum(counted) - counted
        self._tallies["line"][:] = np.repeat(np.arange(len(order), dtype=np.int32), counted)
        self._ordered = len(order) - int(gone.sum())


def ranges(begin: npt.NDArray[Any], counts: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Return the positions of several ranges, one after another: each from its beginning, so many."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    found: npt.NDArray[np.intp] = np.arange(total) + np.repeat(begin - (ends - counts), counts)
    return found


def _positions_of(ids: Numbers, wanted: Numbers) -> npt.NDArray[np.intp]:
    """Return where ids stand in a column that holds them all, in whatever order."""
    if len(wanted) <= FEW:
        return np.array([np.flatnonzero(ids == each)[0] for each in wanted], np.intp)
    order = np.argsort(ids, kind="stable")
    found: npt.NDArray[np.intp] = order[np.searchsorted(ids, wanted, sorter=order)]
    return found


def _columns(
    session: ReadSession, statement: AnySelect, types: Sequence[type[np.generic]]
) -> list[npt.NDArray[Any]]:
    rows = list(zip(*_rows(session, statement), strict=True)) or [()] * len(types)
    return [np.array(values, of) for values, of in zip(rows, types, strict=True)]


def _rows(session: ReadSession, statement: AnySelect) -> Sequence[AnyRow]:
    # By the connection rather than the session, which would wrap each of a million rows once more.
    return session.connection().execute(statement).all()


def _with(values: Sequence[int | None], null: int) -> list[int]:
    return [null if value is None else value for value in values]
