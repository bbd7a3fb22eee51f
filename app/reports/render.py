"""Serializers of reports, as every response shows them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from app.catalogue.catalogue import Catalogue, catalogue_at
from app.db.engine import ReadSession, WouldBlock
from app.db.statements import Snapshot
from app.db.types import AnyRow
from app.http.encoders import dumps
from app.ledger.head import Head
from app.record import fields
from app.record.column_values import coverage_rows, line_rows, report_row
from app.record.fields import Row
from app.record.json_template import (
    filled,
    line_template,
    names_in,
    parsed,
    reference_template,
    whole_template,
    written,
)
from app.record.ledger_content import Resolved
from app.record.revision_json import LINES, TEXT, revision_template
from app.reports import queries
from app.reports.drafts import DraftSummary, SavedDraft
from app.reports.duplicates import Match, NewLine, duplicates_of_new, new_lines, possible_duplicates
from app.reports.ledger_check import stored_revisions
from app.reports.plausibility import Warned, content_warnings, number_warnings
from app.reports.resolve import resolve
from app.reports.staging import StagedReport, headline_columns
from app.strikes.fetch import templates_of_report
from app.vocabulary.identifiers import REPORT, STRIKE, public_id

Document = dict[str, Any]

_IN_SUMMARY = [field.name for field in fields.REPORT if field.in_summary]
_LATER = [field.name for field in fields.REPORT if field.is_later]


def summary(row: AnyRow, catalogue: Catalogue) -> Document:
    """Return a report as `ReportSummary` describes it."""
    return {
        "id": public_id(REPORT, row.report_id),
        "publisher": catalogue.publishers.by_id[row.publisher_id].slug,
        **{name: getattr(row, name) for name in _IN_SUMMARY},
        "status": row.status,
        "reason": row.reason,
        "revision": row.revision,
        "seq": row.recorded_seq,
        "recorded_at": row.recorded_at,
        "lines": row.lines,
    }


def draft_summary(draft: DraftSummary, catalogue: Catalogue) -> Document:
    """Return a draft as `ReportSummary` describes it: without a number of the ledger."""
    publisher = catalogue.publisher(draft.fields["publisher"])
    return {
        "id": public_id(REPORT, draft.report_id),
        **draft.fields,
        "publisher": publisher.slug if publisher else draft.fields["publisher"],
        "status": "draft",
        "reason": None,
        "revision": 0,
        "seq": None,
        "recorded_at": draft.saved_at,
        "lines": draft.lines,
    }


class Written(NamedTuple):
    """A report in JSON, as `ReportOut` describes it, the revision that it is as of, and the rows of its lines."""

    revision: int
    json: str
    lines: Sequence[int]


def report_json(session: Snapshot, report_id: int, head: Head) -> Written | None:
    """Return a report as of where the ledger stands, or None where there is none."""
    row = queries.stored_revision(session, report_id, head.seq)
    if row is None:
        return None
    names = names_in(catalogue_at(session, head))
    reference = reference_template(report_id, row.publisher_id, row.fields | {"revision": row.revision})
    lines = templates_of_report(session, report_id, head.seq, row.line_order)
    whole = [whole_template(strike_id, reference, line, start) for strike_id, line, start in lines]
    template = _made(session, row.recorded_seq) if row.template is None else row.template
    of_lines = [strike_id for strike_id, *_ in lines]
    return Written(row.revision, _filled(template, row.fields, whole, names), of_lines)


def _made(session: Snapshot, seq: int) -> str:
    """Make the JSON of a revision that was recorded under a number, where it is missing."""
    if not isinstance(session, ReadSession):
        raise WouldBlock
    (stored,) = stored_revisions(session, seq, seq)[seq]
    return stored.template()


def report_document(session: Snapshot, report_id: int, head: Head) -> Document | None:
    """Return the same as a document: with its days and instants as JSON has them."""
    written = report_json(session, report_id, head)
    return None if written is None else parsed(written.json)


def draft_json(session: ReadSession, draft: SavedDraft, head: Head, staged: StagedReport | None) -> str:
    """Return a draft as `ReportOut` describes it, in JSON: without ledger number, and its lines without ids.

    `staged` is the report where it was staged just now in order to be saved.
    """
    catalogue = catalogue_at(session, head)
    checks: str | None = None
    if staged is None:
        resolved = resolve(session, draft.body, draft.report_id, as_saved=True)
        lines: Sequence[tuple[Row, Sequence[Row]]] = line_rows(resolved)
        coverage: Sequence[Row] = coverage_rows(resolved)
        templates = [line_template(*line) for line in lines]
        warnings: Sequence[Warned] = content_warnings(resolved)
    else:
        resolved, coverage, checks = staged.resolved, staged.coverage, staged.checks
        lines = [(line.row, line.tallies) for line in staged.lines]
        templates = [line.template for line in staged.lines]
        warnings = staged.warnings
    report = resolved.report
    values = {
        "report_id": draft.report_id,
        "publisher_id": resolved.publisher.id,
        **report_row(report),
        "status": "draft",
        "reason": None,
        "revision": 0,
        "recorded_seq": None,
        "recorded_at": draft.saved_at,
        **headline_columns(report),
    }
    template = revision_template(values, coverage, [line for line, _ in lines], checks)
    reference = reference_template(draft.report_id, resolved.publisher.id, values)
    whole = [
        whole_template(None, reference, template, line["quote_start"])
        for template, (line, _) in zip(templates, lines, strict=True)
    ]
    remarks = {
        "warnings": [*_number_warnings(session, resolved, draft.report_id), *warnings],
        "possible_duplicates": new_duplicates_document(session, new_lines(lines), head, draft.report_id),
    }
    document = _filled(template, values, whole, names_in(catalogue))
    return f"{document[:-1]},{dumps(remarks).decode()[1:]}"


def staged_warnings(session: Snapshot, staged: StagedReport, report_id: int) -> list[Warned]:
    """Return the warnings about a report that was staged: that of its number first, then line by line."""
    return [*_number_warnings(session, staged.resolved, report_id), *staged.warnings]


def _number_warnings(session: Snapshot, resolved: Resolved, report_id: int) -> Iterator[Warned]:
    return number_warnings(session, resolved.report.number, resolved.publisher_ids, report_id)


def _filled(template: str, of_report: Row, lines: Sequence[str], names: Mapping[str, str]) -> str:
    """Fill the template of a revision with the text and the later fields of its report, and with its lines."""
    later = "".join(f',"{name}":{written(of_report[name])}' for name in _LATER)
    own = {TEXT: written(of_report["text"]) + later, LINES: filled(",".join(lines), names)}
    return filled(template, names, own)


def duplicates_document(
    session: Snapshot, report_id: int, head: Head, lines: Sequence[int]
) -> list[Document]:
    """Return what a report's lines may repeat, as `PossibleDuplicate` describes it; `lines` are their rows in order."""
    places = {strike_id: place for place, strike_id in enumerate(lines)}
    matches = possible_duplicates(session, report_id, head.seq, catalogue_at(session, head))
    return [_duplicate(match, public_id(STRIKE, match.line), places[match.line]) for match in matches]


def new_duplicates_document(
    session: Snapshot, lines: Sequence[NewLine], head: Head, report_id: int = 0
) -> list[Document]:
    """Return what lines that are not in the record may repeat, as `PossibleDuplicate` describes it.

    `report_id` is the row of their report, where it has one.
    """
    matches = duplicates_of_new(session, lines, report_id, head.seq, catalogue_at(session, head))
    return [_duplicate(match, None, match.line) for match in matches]


def _duplicate(match: Match, strike: str | None, place: int) -> Document:
    return {
        "strike": strike,
        "pointer": f"/strikes/{place}",
        "repeats": public_id(STRIKE, match.repeats),
        "report": public_id(REPORT, match.report),
        "alike": match.alike,
    }
