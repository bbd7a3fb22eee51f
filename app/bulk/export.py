"""Read everything that a filter matches, piece by piece: lines by date, or whole reports as they can be posted.

Each piece is read in a session of its own, as of one ledger number. The record as of a number never changes, so
the pieces make one snapshot, and neither the database nor the memory waits for a client that is slow.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

from app.bulk import queries
from app.bulk.queries import Line
from app.catalogue.catalogue import Catalogue
from app.db.engine import Database, ReadSession
from app.db.types import AnyRow
from app.record import fields
from app.record.json_template import lines_json, parsed, span
from app.strikes import fetch, scan
from app.strikes.filter import StrikeFilter
from app.strikes.ordering import Position
from app.vocabulary.identifiers import REPORT, STRIKE, public_id

Document = dict[str, Any]

_REPORT = fields.stored(fields.REPORT)
_LINE, _TALLY = fields.stored(fields.LINE), fields.stored(fields.TALLY)
P = TypeVar("P")

# A line takes some 3 KiB while it is written. Small pieces leave other requests their turn, and little waits in
# memory for a client that does not read: a piece is made when its client has taken the one before it.
LINES_AT_A_TIME = 250
REPORTS_AT_A_TIME = 50

# Characters of text after which a piece takes no further report: one may bring 200,000.
LONGEST_TEXTS = 100_000

# What a report's line holds beside the body that can be posted: an import passes over it.
SERVER_FIELDS = ("id", "status", "reason", "revision", "seq", "recorded_at")


class Pieces(Iterator[Sequence[Document]], Generic[P]):
    """Documents, piece by piece. Between two pieces only the position is held where the next one begins."""

    def __init__(
        self,
        database: Database,
        step: Callable[[ReadSession, P], tuple[Sequence[Document], P | None]],
        start: P,
    ) -> None:
        """Read by `step`, which returns a piece and the position after it, None at the end."""
        self._database, self._step = database, step
        self._position: P | None = start

    def __next__(self) -> Sequence[Document]:
        if self._position is None:
            raise StopIteration
        with self._database.reading() as session:
            piece, self._position = self._step(session, self._position)
        return piece


def lines(database: Database, strikes: StrikeFilter, catalogue: Catalogue) -> Iterator[Sequence[Document]]:
    """Yield every line that matches as `StrikeOut` describes it, the earliest first. A piece may be empty."""
    return Pieces[Position](database, partial(_next_lines, strikes=strikes, catalogue=catalogue), ())


def _next_lines(
    session: ReadSession, after: Position, *, strikes: StrikeFilter, catalogue: Catalogue
) -> tuple[Sequence[Document], Position | None]:
    found, end = scan.lines(session, strikes, after or None, LINES_AT_A_TIME)
    shown = fetch.shown(session, [line.id for line in found], strikes.as_of)
    return parsed(f"[{lines_json(shown, catalogue)}]"), end


def reports(database: Database, strikes: StrikeFilter, catalogue: Catalogue) -> Iterator[Sequence[Document]]:
    """Yield every report that holds a line that matches, whole, in the order in which they were first recorded.

    Each is the body that `POST /v1/reports` takes, with SERVER_FIELDS, and with the `id` and `event` of each strike: a
    `same_as` names an id, and strikes of one event are reported by several. Without any filter, reports without lines
    are among them. A retracted report, where the filter has it, is its tombstone, which holds no lines. A piece may be
    empty.
    """
    return Pieces[int](database, partial(_next_reports, strikes=strikes, catalogue=catalogue), 0)


def _next_reports(
    session: ReadSession, after: int, *, strikes: StrikeFilter, catalogue: Catalogue
) -> tuple[Sequence[Document], int | None]:
    report_ids, end = queries.next_reports(session, strikes, after, REPORTS_AT_A_TIME)
    revisions = queries.revisions(session, report_ids, strikes.as_of)
    length = 0
    for number, row in enumerate(revisions[:-1], 1):
        length += len(row.text or "")
        if length > LONGEST_TEXTS:
            revisions, report_ids, end = revisions[:number], report_ids[:number], row.report_id
            break
    return _reports(session, report_ids, revisions, strikes.as_of, catalogue), end


def documents(
    session: ReadSession, report_ids: Sequence[int], as_of: int, catalogue: Catalogue
) -> list[Document]:
    """Return these reports as `reports` yields them, as of a ledger number."""
    return _reports(session, report_ids, queries.revisions(session, report_ids, as_of), as_of, catalogue)


def _reports(
    session: ReadSession,
    report_ids: Sequence[int],
    revisions: Sequence[AnyRow],
    as_of: int,
    catalogue: Catalogue,
) -> list[Document]:
    coverage = queries.coverage(session, report_ids, as_of)
    of_reports = queries.lines(session, report_ids, as_of)
    return [_report(row, coverage[row.report_id], of_reports[row.report_id], catalogue) for row in revisions]


def _report(
    row: AnyRow, coverage: Sequence[Document], of_report: Sequence[Line], catalogue: Catalogue
) -> Document:
    claimed = {"strikes": row.headline_strikes, "engagements": row.headline_engagements}
    return {
        "publisher": catalogue.publishers.by_id[row.publisher_id].slug,
        **_REPORT(row),
        "headline": None if set(claimed.values()) == {None} else claimed,
        "coverage": coverage,
        "strikes": [_strike(line, catalogue) for line in of_report],
        "id": public_id(REPORT, row.report_id),
        "status": row.status,
        "reason": row.reason,
        "revision": row.revision,
        "seq": row.recorded_seq,
        "recorded_at": row.recorded_at,
    }


def _strike(line: Line, catalogue: Catalogue) -> Document:
    """Return a line as `StrikeIn` describes it, with its id."""
    row = line.row
    return {
        **_LINE(row),
        "location": None if row.location_id is None else catalogue.locations.by_id[row.location_id].slug,
        "location_as_written": row.location_as_written,
        "same_as": None if row.same_as_id is None else public_id(STRIKE, row.same_as_id),
        "quote": span(row.quote_start, row.quote_end),
        "tallies": [_tally(tally, catalogue) for tally in line.tallies],
        "id": public_id(STRIKE, row.id),
        "event": public_id(STRIKE, row.event_id or row.id),
    }


def _tally(tally: AnyRow, catalogue: Catalogue) -> Document:
    category = None if tally.category_id is None else catalogue.categories.by_id[tally.category_id]
    return {
        **_TALLY(tally),
        "category": category.slug if category else None,
        "quote": span(tally.quote_start, tally.quote_end),
    }
