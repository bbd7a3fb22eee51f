"""Read everything that a filter matches, piece by piece: lines by date, or whole reports as they can be posted.

Each piece is read in a session of its own, as of one ledger number. The record as of a number never changes, so
the pieces make one snapshot, and neither the database nor the memory waits for a client that is slow.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from app.bulk import queries
from app.bulk.queries import Line
from app.catalogue.catalogue import Catalogue
from app.db.engine import Database, ReadSession
from app.db.types import AnyRow
from app.strikes import queries as strike_queries
from app.strikes import showing
from app.strikes.document import lines_json, span
from app.strikes.filters import StrikeFilter
from app.strikes.sorting import Sort, position
from app.vocabulary.identifiers import REPORT, STRIKE, public_id

Document = dict[str, Any]

# A line takes some 3 KiB while it is written; a report may bring 200 KiB of text. Small pieces also leave other
# requests their turn: no step of one holds the interpreter for longer than some milliseconds.
LINES_AT_A_TIME = 500
REPORTS_AT_A_TIME = 100

# What a report's line holds beside the body that can be posted: an import passes over it.
SERVER_FIELDS = ("id", "status", "reason", "revision", "seq", "recorded_at")


def lines(database: Database, strikes: StrikeFilter, catalogue: Catalogue) -> Iterator[list[Document]]:
    """Yield every line that matches as `StrikeOut` describes it, the earliest first."""
    after = None
    while True:
        with database.reading() as session:
            found = strike_queries.find(session, strikes, Sort.EARLIEST, after, LINES_AT_A_TIME)
            shown = showing.shown(session, [line.id for line in found], strikes.as_of)
        if found:
            yield orjson.loads(f"[{lines_json(shown, catalogue)}]")
        if len(found) < LINES_AT_A_TIME:
            return
        after = position(found[-1], Sort.EARLIEST)


def reports(database: Database, strikes: StrikeFilter, catalogue: Catalogue) -> Iterator[list[Document]]:
    """Yield every report that holds a line that matches, whole, in the order in which they were first recorded.

    Each is the body that `POST /v1/reports` takes, with its SERVER_FIELDS, and with the `id` of each strike: a
    `same_as` names one. Where nothing is asked for, reports without lines are among them. A retracted report, for
    those who ask by status, is its tombstone, which holds no lines.
    """
    with database.reading() as session:
        report_ids = queries.matching_reports(session, strikes)
    for start in range(0, len(report_ids), REPORTS_AT_A_TIME):
        with database.reading() as session:
            yield _reports(session, report_ids[start : start + REPORTS_AT_A_TIME], strikes.as_of, catalogue)


def _reports(
    session: ReadSession, report_ids: Sequence[int], as_of: int, catalogue: Catalogue
) -> list[Document]:
    coverage = queries.coverage(session, report_ids, as_of)
    of_reports = queries.lines(session, report_ids, as_of)
    return [
        _report(row, coverage[row.report_id], of_reports[row.report_id], catalogue)
        for row in queries.revisions(session, report_ids, as_of)
    ]


def _report(
    row: AnyRow, coverage: Sequence[Document], of_report: Sequence[Line], catalogue: Catalogue
) -> Document:
    claimed = {"strikes": row.headline_strikes, "engagements": row.headline_engagements}
    return {
        "publisher": catalogue.publishers.by_id[row.publisher_id].slug,
        "number": row.number,
        "title": row.title,
        "published_on": row.published_on,
        "source_url": row.source_url,
        "text": row.text,
        "headline": None if set(claimed.values()) == {None} else claimed,
        "coverage": coverage,
        "strikes": [_strike(line, catalogue) for line in of_report],
        "sums_note": row.sums_note,
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
        "date_from": row.date_from,
        "date_to": row.date_to,
        "date_precision": row.date_precision,
        "country": row.country,
        "location": None if row.location_id is None else catalogue.locations.by_id[row.location_id].slug,
        "location_as_written": row.location_as_written,
        "strikes_min": row.strikes_min,
        "strikes_max": row.strikes_max,
        "engagements": row.engagements,
        "owner": row.owner,
        "same_as": None if row.same_as_id is None else public_id(STRIKE, row.same_as_id),
        "quote": span(row.quote_start, row.quote_end),
        "tallies": [_tally(tally, catalogue) for tally in line.tallies],
        "id": public_id(STRIKE, row.id),
    }


def _tally(tally: AnyRow, catalogue: Catalogue) -> Document:
    category = None if tally.category_id is None else catalogue.categories.by_id[tally.category_id]
    return {
        "effect": tally.effect,
        "verb": tally.verb,
        "category": category.slug if category else None,
        "count_min": tally.count_min,
        "count_max": tally.count_max,
        "as_written": tally.as_written,
        "quote": span(tally.quote_start, tally.quote_end),
    }
