"""Export: lines or whole reports of a filter, piece by piece.

Each piece is read in a session of its own, as of one ledger number. The record as of a number never changes, so
the pieces make one snapshot, and neither the database nor the memory waits for a client that is slow.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from app.bulk import queries
from app.bulk.queries import Line, Row
from app.catalogue.catalogue import Catalogue
from app.db.engine import Database, ReadSession
from app.db.types import AnyRow
from app.errors import DamagedDatabase
from app.ledger.head import Head
from app.record import fields
from app.record.json_template import lines_json, parsed, span
from app.strikes import fetch, scan
from app.strikes.filter import StrikeFilter
from app.vocabulary.identifiers import REPORT, STRIKE, public_id

Document = dict[str, Any]

_REPORT = fields.stored(fields.REPORT)
_COVERAGE, _LINE, _TALLY = (
    fields.names(fields.plain(described)) for described in (fields.COVERAGE, fields.LINE, fields.TALLY)
)
P = TypeVar("P")

# A line takes some 3 KiB while it is written. Small pieces leave other requests their turn, and little waits in
# memory for a client that does not read: a piece is made when its client has taken the one before it.
LINES_AT_A_TIME = 250
REPORTS_AT_A_TIME = 50

# Revisions of which a piece is chosen, where all are exported.
REVISIONS_SCANNED = 1_000

# Characters of text after which a piece takes no further report: one may bring 200,000.
LONGEST_TEXTS = 100_000

# Members of a report's line that are not of the body that can be posted: an import ignores them.
SERVER_FIELDS = ("id", "status", "reason", "revision", "seq", "recorded_at")


@dataclass(frozen=True, slots=True)
class Source:
    """What an export is made from: the matching part of the record as of one ledger number."""

    database: Database
    head: Head
    catalogue: Catalogue
    strikes: StrikeFilter
    # Called with the number of lines of each piece that was read.
    on_lines: Callable[[int], object] = lambda _lines: None


class Pieces(Iterator[Sequence[Document]], Generic[P]):
    """Documents, piece by piece. Between two pieces only the position is held where the next one begins."""

    def __init__(
        self,
        source: Source,
        step: Callable[[ReadSession, P], tuple[Sequence[Document], P | None]],
        start: P,
    ) -> None:
        """Read by `step`, which returns a piece and the position after it, None at the end."""
        self._source, self._step = source, step
        self._position: P | None = start

    def __next__(self) -> Sequence[Document]:
        if self._position is None:
            raise StopIteration
        with self._source.database.reading() as session:
            piece, self._position = self._step(session, self._position)
        # A report holds its lines; a line is one.
        self._source.on_lines(
            sum(len(document["strikes"]) if "strikes" in document else 1 for document in piece)
        )
        return piece


def lines(source: Source) -> Iterator[Sequence[Document]]:
    """Yield every line that matches as `StrikeOut` describes it, the earliest first. A piece may be empty."""
    return Pieces[scan.Place](source, partial(_next_lines, source=source), scan.Place())


def _next_lines(
    session: ReadSession, place: scan.Place, *, source: Source
) -> tuple[Sequence[Document], scan.Place | None]:
    matching, end = scan.lines(session, source.strikes, place, LINES_AT_A_TIME)
    shown = fetch.shown(session, [line.id for line in matching], source.strikes.as_of)
    return parsed(f"[{lines_json(shown, source.catalogue)}]"), end


def reports(source: Source, *, with_lines: bool = True) -> Iterator[Sequence[Document]]:
    """Yield every report that holds a line that matches, whole, in the order in which they were first recorded.

    Each is the body that `POST /v1/reports` takes, with SERVER_FIELDS, and with the `id` and `event` of each strike: a
    `same_as` names an id, and strikes of one event are reported by several. Without any filter, reports without lines
    are among them. A retracted report, where the filter has it, is its tombstone, which holds no lines. A piece may be
    empty.
    """
    step = partial(_next_reports, source=source, with_lines=with_lines)
    return Pieces[int](source, step, 0)


def _next_reports(
    session: ReadSession, after: int, *, source: Source, with_lines: bool
) -> tuple[Sequence[Document], int | None]:
    report_ids, end = queries.next_reports(session, source.strikes, after, REPORTS_AT_A_TIME)
    every = queries.standing_revisions(session, report_ids, source.strikes.as_of)
    revisions = _of_a_piece(every)
    if len(revisions) < len(every):
        end = revisions[-1].report_id
    return _documents(session, revisions, source.catalogue, with_lines=with_lines), end


def revisions(source: Source) -> Iterator[Sequence[Document]]:
    """Yield every revision of the reports that match as `reports` does, in the order of the ledger."""
    return Pieces[int](source, partial(_next_revisions, source=source), 0)


def _next_revisions(
    session: ReadSession, after: int, *, source: Source
) -> tuple[Sequence[Document], int | None]:
    scanned = queries.next_revised(session, after, source.strikes.as_of, REVISIONS_SCANNED)
    end = scanned[-1].seq if len(scanned) == REVISIONS_SCANNED else None
    matching = queries.matching(session, source.strikes, {revised.report_id for revised in scanned})
    seqs = [revised.seq for revised in scanned if revised.report_id in matching]
    every = queries.revisions_of(session, seqs[:REPORTS_AT_A_TIME])
    piece = _of_a_piece(every)
    if len(piece) < len(seqs):
        end = piece[-1].recorded_seq
    return _documents(session, piece, source.catalogue), end


def _of_a_piece(revisions: Sequence[AnyRow]) -> Sequence[AnyRow]:
    """Return the first revisions, whose texts together are not too long."""
    length = 0
    for number, row in enumerate(revisions, 1):
        length += len(row.text or "")
        if length > LONGEST_TEXTS:
            return revisions[:number]
    return revisions


def documents(
    session: ReadSession, report_ids: Sequence[int], as_of: int, catalogue: Catalogue
) -> list[Document]:
    """Return these reports as `reports` yields them, as of a ledger number."""
    return _documents(session, queries.standing_revisions(session, report_ids, as_of), catalogue)


def _documents(
    session: ReadSession, revisions: Sequence[AnyRow], catalogue: Catalogue, *, with_lines: bool = True
) -> list[Document]:
    keys = [queries.Revised(row.report_id, row.recorded_seq) for row in revisions]
    try:
        coverage = queries.coverage(session, revisions)
        of_revisions = queries.lines(session, revisions) if with_lines else {}
        return [
            _report(row, coverage[key], of_revisions.get(key, ()), catalogue)
            for key, row in zip(keys, revisions, strict=True)
        ]
    except KeyError:
        # A row names a place, a category, a publisher or a line that does not exist.
        raise DamagedDatabase from None


def _report(row: AnyRow, coverage: Sequence[Row], lines: Sequence[Line], catalogue: Catalogue) -> Document:
    claimed = {"strikes": row.headline_strikes, "engagements": row.headline_engagements}
    return {
        "publisher": catalogue.publishers.by_id[row.publisher_id].slug,
        **_REPORT(row),
        "headline": None if set(claimed.values()) == {None} else claimed,
        "coverage": [{name: claim[name] for name in _COVERAGE} for claim in coverage],
        "strikes": [_strike(line, catalogue) for line in lines],
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
    location_id, same_as_id = row["location_id"], row["same_as_id"]
    return {
        **{name: row[name] for name in _LINE},
        "location": None if location_id is None else catalogue.locations.by_id[location_id].slug,
        "location_as_written": row["location_as_written"],
        "same_as": None if same_as_id is None else public_id(STRIKE, same_as_id),
        "quote": span(row["quote_start"], row["quote_end"]),
        "tallies": [_tally(tally, catalogue) for tally in line.tallies],
        "id": public_id(STRIKE, row["id"]),
        "event": public_id(STRIKE, row["event_id"] or row["id"]),
    }


def _tally(tally: Row, catalogue: Catalogue) -> Document:
    category_id = tally["category_id"]
    return {
        **{name: tally[name] for name in _TALLY},
        "approximate": bool(tally["approximate"]),
        "category": None if category_id is None else catalogue.categories.by_id[category_id].slug,
        "quote": span(tally["quote_start"], tally["quote_end"]),
    }
