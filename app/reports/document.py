"""Show a report as the document that every answer gives for it."""

from types import SimpleNamespace
from typing import Any

from app.catalogue.catalogue import Catalogue, catalogue_at
from app.db.engine import ReadSession
from app.db.types import AnyRow
from app.ledger.clock import Head
from app.reports import queries
from app.reports.checks import Headline, arithmetic
from app.reports.content import headline
from app.reports.drafts import SavedDraft
from app.reports.duplicates import possible_duplicates
from app.reports.resolve import resolve
from app.reports.rows import coverage_rows, line_rows
from app.strikes import queries as strike_queries
from app.strikes.document import strike_document
from app.strikes.queries import Line
from app.vocabulary.identifiers import REPORT, STRIKE, public_id

Document = dict[str, Any]


def summary(row: AnyRow, catalogue: Catalogue) -> Document:
    """Return a report as `ReportSummary` describes it."""
    return {
        "id": public_id(REPORT, row.report_id),
        "publisher": catalogue.publishers.by_id[row.publisher_id].slug,
        "number": row.number,
        "title": row.title,
        "published_on": row.published_on,
        "source_url": row.source_url,
        "status": row.status,
        "reason": row.reason,
        "revision": row.revision,
        "seq": row.recorded_seq,
        "recorded_at": row.recorded_at,
        "lines": row.lines,
    }


def report_document(session: ReadSession, report_id: int, head: Head) -> Document | None:
    """Return a report as `ReportOut` describes it, or None where there is none."""
    row = queries.one(session, report_id, head.seq)
    if row is None:
        return None
    catalogue = catalogue_at(session, head)
    coverage = queries.coverage(session, report_id, head.seq)
    lines = strike_queries.of_report(session, report_id, head.seq)
    return summary(row, catalogue) | {
        "text": row.text,
        "headline": _headline(row),
        "sums_note": row.sums_note,
        "coverage": [claim._asdict() for claim in coverage],
        "strikes": [strike_document(line, catalogue) for line in lines],
        "checks": list(arithmetic([_claimed(row), *coverage], (line.row for line in lines))),
    }


def draft_document(session: ReadSession, draft: SavedDraft, head: Head) -> Document:
    """Return a draft as `ReportOut` describes it: without ledger number, and its lines without ids."""
    catalogue = catalogue_at(session, head)
    report, resolved = draft.body, resolve(session, draft.body, draft.report_id, as_saved=True)
    coverage = [SimpleNamespace(**row) for row in coverage_rows(resolved)]
    over_all = headline(report) or {}
    claimed = Headline(over_all.get("strikes"), over_all.get("engagements"))
    reference = {
        "id": None,
        "report_id": draft.report_id,
        "publisher_id": resolved.publisher.id,
        "number": report.number,
        "published_on": report.published_on,
        "source_url": report.source_url,
        "revision": 0,
    }
    lines = [
        Line(SimpleNamespace(**reference, **line), [SimpleNamespace(**tally) for tally in tallies])
        for line, tallies in line_rows(resolved)
    ]
    return {
        "id": public_id(REPORT, draft.report_id),
        "publisher": resolved.publisher.slug,
        "number": report.number,
        "title": report.title,
        "published_on": report.published_on,
        "source_url": report.source_url,
        "status": "draft",
        "reason": None,
        "revision": 0,
        "seq": None,
        "recorded_at": draft.saved_at,
        "lines": len(lines),
        "text": report.text,
        "headline": headline(report),
        "sums_note": report.sums_note,
        "coverage": coverage_rows(resolved),
        "strikes": [strike_document(line, catalogue) for line in lines],
        "checks": list(arithmetic([claimed, *coverage], (line.row for line in lines))),
    }


def duplicates_document(session: ReadSession, report_id: int, head: Head) -> list[Document]:
    """Return what a report's lines may repeat, as `PossibleDuplicate` describes it."""
    lines = strike_queries.of_report(session, report_id, head.seq)
    return [
        match
        | {
            "strike": public_id(STRIKE, match["strike"]),
            "repeats": public_id(STRIKE, match["repeats"]),
            "report": public_id(REPORT, match["report"]),
        }
        for match in possible_duplicates(session, lines, head.seq, catalogue_at(session, head))
    ]


def _headline(row: AnyRow) -> Document | None:
    claimed = {"strikes": row.headline_strikes, "engagements": row.headline_engagements}
    return None if set(claimed.values()) == {None} else claimed


def _claimed(row: AnyRow) -> Headline:
    return Headline(row.headline_strikes, row.headline_engagements)
