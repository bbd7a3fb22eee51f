"""Staging: prepare a report as far as other writers cannot affect.

A long report is staged on a snapshot before the write lock is taken, so that the lock covers the statements alone; a
short one within the transaction, since handing it to a thread would take longer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from app.db.engine import ReadSession, WriteSession
from app.ledger.append import content_hash
from app.ledger.head import Head, head
from app.record.column_values import coverage_rows, line_rows, report_row, source_texts
from app.record.fields import Row
from app.record.json_template import line_template
from app.record.ledger_content import Authorship, Resolved, headline, report_content
from app.record.report_in import ReportIn
from app.record.revision_json import checks_json
from app.reports.plausibility import Warned, content_warnings
from app.reports.resolve import repeated_events, resolve
from app.vocabulary.lookalikes import number_key
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


class FirstRevision(NamedTuple):
    """A staged report as it enters the record: columns of its revision, and the hash of its content.

    `number` is its number in normal form; `events`, by line, the event of each that repeats a strike. Plain values
    alone, so that another process can make it. `vocabulary` is as in StagedReport.
    """

    vocabulary: str
    publisher_id: int
    number: str | None
    key_id: int | None
    columns: Row
    content_hash: str
    coverage: Sequence[Row]
    lines: Sequence[StagedLine]
    checks: str
    events: Mapping[int, int]


def stage(
    session: ReadSession, report: ReportIn, report_id: int | None = None, now: Head | None = None
) -> StagedReport:
    """Stage a report; `now` is the session's head, for a caller that has it already.

    Raises InvalidInput with every fault, as `resolve` does.
    """
    now = now or head(session)
    resolved = resolve(session, report, report_id, now=now)
    coverage = coverage_rows(resolved)
    lines = [
        StagedLine(row, tallies, line_template(row, tallies), words_of(source_texts(row, tallies)))
        for row, tallies in line_rows(resolved)
    ]
    checks = checks_json(headline_columns(report), coverage, [line.row for line in lines])
    warnings = content_warnings(resolved)
    return StagedReport(resolved, now.vocabulary_hash, coverage, lines, checks, warnings)


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


def first_revision(staged: StagedReport, key_id: int | None) -> FirstRevision:
    """Return the first revision of a report; `key_id` is the author's key, None for the product itself."""
    resolved = staged.resolved
    events = {index: event for index, (_, event) in resolved.repeated.items()}
    return FirstRevision(
        staged.vocabulary,
        resolved.publisher.id,
        normal_number(resolved.report),
        key_id,
        {**report_row(resolved.report), **headline_columns(resolved.report)},
        content_hash(report_content(resolved, events, Authorship(key_id))),
        staged.coverage,
        staged.lines,
        staged.checks,
        events,
    )


def normal_number(report: ReportIn) -> str | None:
    """Return a report's number in normal form, by which it is looked up; None where it has none."""
    return None if report.number is None else number_key(report.number)


def headline_columns(report: ReportIn) -> Mapping[str, int | None]:
    """Return the columns of a revision that hold the headline's totals; null where it claims none."""
    claimed = headline(report) or {"strikes": None, "engagements": None}
    return {"headline_strikes": claimed["strikes"], "headline_engagements": claimed["engagements"]}
