"""Staging: prepare a report as far as other writers cannot affect.

A long report is staged on a snapshot before the write lock is taken, so that the lock covers the statements alone; a
short one within the transaction, since handing it to a thread would take longer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from app.db.engine import ReadSession, WriteSession
from app.ledger.head import head
from app.record.column_values import coverage_rows, line_rows, source_texts
from app.record.fields import Row
from app.record.json_template import line_template
from app.record.ledger_content import Resolved, headline
from app.record.report_in import ReportIn
from app.record.revision_json import checks_json
from app.reports.plausibility import Warned, content_warnings
from app.reports.resolve import repeated_events, resolve
from app.vocabulary.tokenize import words_of


class StagedLine(NamedTuple):
    """A line: its row, the rows of its tallies, its JSON as a template, and the words of the full-text index."""

    row: Row
    tallies: Sequence[Row]
    template: str
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class StagedReport:
    """A report ready to be written, under the vocabulary of the ledger entry with the hash `vocabulary`.

    `checks` is the JSON of its arithmetic; `warnings` are those of its content.
    """

    resolved: Resolved
    vocabulary: str
    coverage: Sequence[Row]
    lines: Sequence[StagedLine]
    checks: str
    warnings: Sequence[Warned]


def stage(session: ReadSession, report: ReportIn, report_id: int | None = None) -> StagedReport:
    """Stage a report. Raises InvalidInput with every fault, as `resolve` does."""
    resolved = resolve(session, report, report_id)
    coverage = coverage_rows(resolved)
    lines = [
        StagedLine(row, tallies, line_template(row, tallies), words_of(source_texts(row, tallies)))
        for row, tallies in line_rows(resolved)
    ]
    checks = checks_json(headline_columns(report), coverage, [line.row for line in lines])
    warnings = content_warnings(resolved)
    return StagedReport(resolved, head(session).vocabulary_hash, coverage, lines, checks, warnings)


def restage(
    session: WriteSession, report: ReportIn | StagedReport, report_id: int | None = None
) -> StagedReport:
    """Return a report staged as of the write transaction: again only where the vocabulary has changed since.

    Raises InvalidInput as `stage` does, also where a strike that a line repeats no longer stands.
    """
    if isinstance(report, ReportIn):
        return stage(session, report, report_id)
    if report.vocabulary != head(session).vocabulary_hash:
        return stage(session, report.resolved.report, report_id)
    if not report.resolved.repeated:
        return report
    repeated = repeated_events(session, report.resolved.report, report_id)
    return replace(report, resolved=replace(report.resolved, repeated=repeated))


def headline_columns(report: ReportIn) -> Mapping[str, int | None]:
    """Return the columns of a revision that hold the headline's totals; null where it claims none."""
    claimed = headline(report) or {"strikes": None, "engagements": None}
    return {"headline_strikes": claimed["strikes"], "headline_engagements": claimed["engagements"]}
