"""Show a report as the document that every answer gives for it."""

from typing import Any

from app.catalogue.catalogue import Catalogue, catalogue_at
from app.db.engine import ReadSession
from app.db.types import AnyRow
from app.ledger.clock import Head
from app.reports import queries
from app.reports.checks import arithmetic
from app.strikes import queries as strike_queries
from app.strikes.document import strike_document
from app.vocabulary.identifiers import REPORT, public_id

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
        "coverage": [claim._asdict() for claim in coverage],
        "strikes": [strike_document(line, catalogue) for line in lines],
        "checks": list(arithmetic(coverage, (line.row for line in lines))),
    }
