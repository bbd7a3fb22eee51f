"""Show a report as the document that every answer gives for it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from app.catalogue.catalogue import Catalogue, catalogue_at
from app.db.engine import NotAtOnce, ReadSession
from app.db.prepared import Snapshot
from app.db.types import AnyRow
from app.ledger.clock import Head
from app.reports import queries
from app.reports.content import headline
from app.reports.drafts import SavedDraft
from app.reports.duplicates import possible_duplicates
from app.reports.history import stored_revisions
from app.reports.resolve import resolve
from app.reports.rows import coverage_rows, line_rows
from app.reports.template import LINES, TEXT, revision_template
from app.strikes.document import (
    filled,
    line_template,
    names_in,
    parsed,
    reference_template,
    whole_template,
    written,
)
from app.strikes.showing import templates_of_report
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


class Written(NamedTuple):
    """A report in JSON, as `ReportOut` describes it, and the revision that it is as of."""

    revision: int
    json: str


def report_json(session: Snapshot, report_id: int, head: Head) -> Written | None:
    """Return a report as of where the ledger stands, or None where there is none."""
    row = queries.kept(session, report_id, head.seq)
    if row is None:
        return None
    names = names_in(catalogue_at(session, head))
    reference = reference_template(report_id, row.publisher_id, row._asdict())
    lines = templates_of_report(session, report_id, head.seq, row.line_order)
    whole = [whole_template(strike_id, reference, line) for strike_id, line in lines]
    template = _made(session, row.recorded_seq) if row.template is None else row.template
    return Written(row.revision, _filled(template, row.text, whole, names))


def _made(session: Snapshot, seq: int) -> str:
    """Make the JSON of a revision that was recorded under a number, where it is missing."""
    if not isinstance(session, ReadSession):
        raise NotAtOnce
    (stored,) = stored_revisions(session, seq, seq)[seq]
    return stored.template()


def report_document(session: Snapshot, report_id: int, head: Head) -> Document | None:
    """Return the same as a document: with its days and instants as JSON has them."""
    found = report_json(session, report_id, head)
    return None if found is None else parsed(found.json)


def draft_document(session: ReadSession, draft: SavedDraft, head: Head) -> Document:
    """Return a draft as `ReportOut` describes it: without ledger number, and its lines without ids."""
    catalogue = catalogue_at(session, head)
    report, resolved = draft.body, resolve(session, draft.body, draft.report_id, as_saved=True)
    over_all = headline(report) or {"strikes": None, "engagements": None}
    said = {
        "report_id": draft.report_id,
        "publisher_id": resolved.publisher.id,
        "number": report.number,
        "title": report.title,
        "published_on": report.published_on,
        "source_url": report.source_url,
        "status": "draft",
        "reason": None,
        "revision": 0,
        "recorded_seq": None,
        "recorded_at": draft.saved_at,
        "headline_strikes": over_all["strikes"],
        "headline_engagements": over_all["engagements"],
        "sums_note": report.sums_note,
    }
    lines = line_rows(resolved)
    template = revision_template(said, coverage_rows(resolved), [line for line, _ in lines])
    names = names_in(catalogue)
    reference = reference_template(draft.report_id, resolved.publisher.id, said)
    whole = [whole_template(None, reference, line_template(*each)) for each in lines]
    document: Document = parsed(_filled(template, report.text, whole, names))
    return document


def _filled(template: str, text: str | None, lines: Sequence[str], names: Mapping[str, str]) -> str:
    return filled(template, names, {TEXT: written(text), LINES: filled(",".join(lines), names)})


def duplicates_document(session: Snapshot, report_id: int, head: Head) -> list[Document]:
    """Return what a report's lines may repeat, as `PossibleDuplicate` describes it."""
    return [
        match
        | {
            "strike": public_id(STRIKE, match["strike"]),
            "repeats": public_id(STRIKE, match["repeats"]),
            "report": public_id(REPORT, match["report"]),
        }
        for match in possible_duplicates(session, report_id, head.seq, catalogue_at(session, head))
    ]
