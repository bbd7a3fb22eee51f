"""Report service: the only entry point for writes of reports.

Nothing that was published is overwritten. A correction takes a ledger number of its own; what it changes is
superseded under that number, and a line that it does not change stays, with its id.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, String, bindparam, insert, select, update

from app.db.engine import WriteSession
from app.db.statements import NumberedInsert, Prepared
from app.db.types import AnyRow
from app.errors import Conflict, DuplicateReport, Fault, InvalidInput, PreconditionFailed
from app.ledger.append import Write, append, append_all, supersede
from app.models import Coverage, Publisher, Report, Revision, RevisionDocument, Strike
from app.record import fields
from app.record.column_values import report_row
from app.record.fields import Row
from app.record.ledger_content import Authorship, Resolved, key_name, report_content
from app.record.report_in import ReportIn
from app.record.revision_json import revision_template
from app.reports.lines import Addition, add_lines, plan_lines, revise_lines
from app.reports.staging import (
    FirstRevision,
    StagedReport,
    first_revision,
    headline_columns,
    normal_number,
    restage,
)
from app.vocabulary.identifiers import REPORT, public_id
from app.vocabulary.lookalikes import number_key

_NEW_REPORT = NumberedInsert(Report)
_OF_NUMBER = Prepared(
    select(Report.id)
    .where(
        Report.publisher_id.in_(bindparam("publisher_ids", expanding=True)),
        Report.number.in_(bindparam("numbers", type_=String(), expanding=True)),
        Report.id != bindparam("own", type_=BigInteger()),
    )
    .limit(1)
)
_REVISIONS = Prepared(insert(Revision))
_DOCUMENTS = Prepared(insert(RevisionDocument))
_COVERAGE = Prepared(insert(Coverage))

_CLAIM = fields.columns(fields.COVERAGE)
_CONTENT = fields.hashed(fields.REPORT, dict)
_OF_TOMBSTONE = [field.name for field in fields.REPORT if field.in_tombstone]


def create(session: WriteSession, report: ReportIn | StagedReport, key_id: int | None) -> int:
    """Publish a new report, staged or not, as revision 1 under the next ledger number, and return its row's id.

    `key_id` is the author's key; None is the product itself, loading its sample.
    Raises InvalidInput for names that the vocabulary does not hold and quotes outside the text, DuplicateReport where
    the publisher already has a report of this number. The caller commits.
    """
    staged = restage(session, report)
    refuse_known_number(session, staged.resolved)
    ((report_id, _),) = create_all(session, [first_revision(staged, key_id)])
    return report_id


def create_all(session: WriteSession, reports: Sequence[FirstRevision]) -> list[tuple[int, list[int]]]:
    """Publish new reports under the next ledger numbers; return the ids of their rows and of their lines' rows.

    They were staged under the vocabulary of this transaction. Their numbers are new: no report of their publisher has
    them, and no two of them have the same.
    """
    rows = [{"publisher_id": first.publisher_id, "number": first.number} for first in reports]
    report_ids = session.numbered(_NEW_REPORT, rows)
    lines = _publish(session, list(zip(report_ids, reports, strict=True)))
    return list(zip(report_ids, lines, strict=True))


def new_report(session: WriteSession, publisher_id: int, number: str | None) -> int:
    """Give a draft its identity, which is never reused, and return its row's id. `number` has its normal form."""
    (report_id,) = session.numbered(_NEW_REPORT, [{"publisher_id": publisher_id, "number": number}])
    return report_id


def publish_draft(
    session: WriteSession, report_id: int, report: ReportIn | StagedReport, key_id: int | None
) -> StagedReport:
    """Publish a draft, which has its id already, as revision 1, and return it staged. Raises what `create` raises."""
    staged = restage(session, report, report_id)
    refuse_known_number(session, staged.resolved)
    first = first_revision(staged, key_id)
    values = {"publisher_id": first.publisher_id, "number": first.number}
    session.execute(update(Report).where(Report.id == report_id).values(values))
    _publish(session, [(report_id, first)])
    return staged


class Correction(NamedTuple):
    """The reason for a change, the revision that the analyst read, and the key."""

    expected: int
    reason: str
    key_id: int | None


def revise(
    session: WriteSession, report_id: int, report: ReportIn | StagedReport, correction: Correction
) -> StagedReport:
    """Record a correction as the next revision, and return the report staged.

    Raises PreconditionFailed where the revision that the analyst saw no longer stands, Conflict for a
    retracted report, and what `create` raises.
    """
    standing = _current_revision(session, report_id, correction.expected)
    staged = restage(session, report, report_id)
    resolved = staged.resolved
    if standing.publisher_id not in resolved.publisher_ids:
        fault = Fault("pointer", "/publisher", "other-publisher", "a report's publisher cannot change")
        raise InvalidInput([fault])
    number = resolved.report.number
    if number != standing.number:
        refuse_known_number(session, resolved, report_id)
        session.execute(
            update(Report).where(Report.id == report_id).values(number=normal_number(resolved.report))
        )
    plan = plan_lines(session, report_id, staged)
    by = Authorship(correction.key_id, correction.reason, standing.publisher)
    content = report_content(resolved, plan.events, by)
    revision = correction.expected + 1
    entry = append(session, "revised", content, report_id=report_id, revision=revision)
    seq = entry.seq
    supersede(session, Revision, seq, Revision.report_id == report_id)
    row = {
        "report_id": report_id,
        "revision": revision,
        "recorded_seq": seq,
        "status": "published",
        "reason": correction.reason,
        **report_row(resolved.report),
        **headline_columns(resolved.report),
        "key_id": correction.key_id,
    }
    _revise_coverage(session, row, staged.coverage)
    order = revise_lines(session, row, standing.publisher_id, plan)
    row["line_order"] = json.dumps(order)
    _add_revisions(session, [NewRevision(row, standing.publisher_id, entry.recorded_at, staged)])
    return staged


def retract(session: WriteSession, report_id: int, correction: Correction) -> None:
    """Retract a report: its lines and coverage are superseded, a tombstone with the reason remains.

    Raises PreconditionFailed where the revision that the analyst saw no longer stands, and Conflict where the
    report is retracted already.
    """
    standing = _current_revision(session, report_id, correction.expected)
    head = dict.fromkeys(fields.names(fields.REPORT)) | {
        name: getattr(standing, name) for name in _OF_TOMBSTONE
    }
    content = {
        "status": "retracted",
        "key": key_name(correction.key_id),
        "reason": correction.reason,
        "publisher": standing.publisher,
        **_CONTENT(head),
        "headline": None,
        "coverage": [],
        "strikes": [],
    }
    entry = append(session, "retracted", content, report_id=report_id, revision=correction.expected + 1)
    seq = entry.seq
    supersede(session, Revision, seq, Revision.report_id == report_id)
    supersede(session, Coverage, seq, Coverage.report_id == report_id)
    supersede(session, Strike, seq, Strike.report_id == report_id)
    tombstone = {
        "report_id": report_id,
        "revision": correction.expected + 1,
        "recorded_seq": seq,
        "status": "retracted",
        "reason": correction.reason,
        "headline_strikes": None,
        "headline_engagements": None,
        "key_id": correction.key_id,
        **head,
    }
    _add_revisions(session, [NewRevision(tombstone, standing.publisher_id, entry.recorded_at, None)])


def refuse_known_number(session: WriteSession, resolved: Resolved, own: int = 0) -> None:
    """Raise DuplicateReport where the publisher already has another report of this number, in any spelling.

    `own` is the report's row, where it has one. Rows written before numbers had a normal form hold them as posted.
    """
    number = resolved.report.number
    if number is None:
        return
    values = {
        "publisher_ids": sorted(resolved.publisher_ids),
        "numbers": sorted({number, number_key(number)}),
        "own": own,
    }
    rows = session.rows(_OF_NUMBER, values)
    if rows:
        path = f"/v1/reports/{public_id(REPORT, rows[0][0])}"
        raise DuplicateReport(
            f"'{resolved.publisher.slug}' already has a report of this number", existing=path
        )


def _publish(session: WriteSession, reports: Sequence[tuple[int, FirstRevision]]) -> list[list[int]]:
    """Record the first revisions of reports, each given with its row's id; return the ids of their lines."""
    entries = append_all(
        session, "published", (Write(first.content_hash, report_id, 1) for report_id, first in reports)
    )
    revisions = [
        NewRevision(
            {
                "report_id": report_id,
                "revision": 1,
                "recorded_seq": entry.seq,
                "status": "published",
                "reason": None,
                **first.columns,
                "key_id": first.key_id,
            },
            first.publisher_id,
            entry.recorded_at,
            first,
        )
        for (report_id, first), entry in zip(reports, entries, strict=True)
    ]
    _add_revisions(session, revisions)
    _add_coverage(
        session,
        [
            (revision.row, claim)
            for revision, (_, first) in zip(revisions, reports, strict=True)
            for claim in first.coverage
        ],
    )
    return add_lines(
        session,
        [
            Addition(revision.row, first.publisher_id, list(enumerate(first.lines)), first.events)
            for revision, (_, first) in zip(revisions, reports, strict=True)
        ],
    )


class NewRevision(NamedTuple):
    """A revision as its row, with what its JSON says besides; a tombstone has nothing staged."""

    row: Row
    publisher_id: int
    recorded_at: datetime
    staged: StagedReport | FirstRevision | None


def _add_revisions(session: WriteSession, revisions: Sequence[NewRevision]) -> None:
    """Record revisions, and store their JSON."""
    session.put(_REVISIONS, [revision.row for revision in revisions])
    session.put(
        _DOCUMENTS,
        [
            {
                "report_id": revision.row["report_id"],
                "revision": revision.row["revision"],
                "template": _template(revision),
            }
            for revision in revisions
        ],
    )


def _template(revision: NewRevision) -> str:
    row = revision.row | {"publisher_id": revision.publisher_id, "recorded_at": revision.recorded_at}
    staged = revision.staged
    if staged is None:
        return revision_template(row, [], [])
    return revision_template(row, staged.coverage, [line.row for line in staged.lines], staged.checks)


def _add_coverage(session: WriteSession, claims: Iterable[tuple[Row, Row]]) -> None:
    """Record claims, each given with the row of its revision."""
    rows = [
        {"report_id": revision["report_id"], "recorded_seq": revision["recorded_seq"], **claim}
        for revision, claim in claims
    ]
    session.put(_COVERAGE, rows)


def _current_revision(session: WriteSession, report_id: int, expected: int) -> AnyRow:
    """Return the revision that stands, which must be the expected one and not a tombstone."""
    row = session.execute(
        select(*Revision.__table__.c, Report.publisher_id, Publisher.slug.label("publisher"))
        .join(Report, Report.id == Revision.report_id)
        .join(Publisher, Publisher.id == Report.publisher_id)
        .where(Revision.report_id == report_id, Revision.superseded_seq.is_(None))
    ).one()
    if row.revision != expected:
        raise PreconditionFailed(f"the report is at revision {row.revision}; read it again")
    if row.status == "retracted":
        path = f"/v1/reports/{public_id(REPORT, report_id)}"
        raise Conflict("a retracted report cannot change", existing=path)
    return row


def _revise_coverage(session: WriteSession, revision: Row, rows: Sequence[Row]) -> None:
    """Supersede the coverage of a report and record it anew, unless nothing about it changed."""
    report_id = revision["report_id"]
    standing = session.execute(
        select(*(getattr(Coverage, name) for name in _CLAIM))
        .where(Coverage.report_id == report_id, Coverage.superseded_seq.is_(None))
        .order_by(Coverage.id)
    )
    if [tuple(row) for row in standing] == [tuple(row[name] for name in _CLAIM) for row in rows]:
        return
    supersede(session, Coverage, revision["recorded_seq"], Coverage.report_id == report_id)
    _add_coverage(session, ((revision, claim) for claim in rows))
