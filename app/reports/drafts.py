"""Drafts: reports saved outside the record before publication.

A draft has its id from the start; publishing it goes through the one door, like any other report.
"""

from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import delete, insert, select, update

from app.db.engine import ReadSession, WriteSession
from app.db.functions import json_members
from app.errors import PreconditionFailed
from app.http.validation import validated
from app.models import Draft
from app.record import fields
from app.record.fields import Row
from app.record.ledger_content import Resolved, settled
from app.record.report_in import ReportIn
from app.record.report_types import STORED
from app.reports.service import new_report
from app.reports.staging import StagedReport, restage


class SavedDraft(NamedTuple):
    """A draft as saved: its report's row, how often it was saved, its body in JSON, and when it was saved."""

    report_id: int
    version: int
    json: str
    saved_at: datetime

    @property
    def body(self) -> ReportIn:
        """The report as it was saved, read from the JSON again each time."""
        return ReportIn.model_validate_json(self.json, context=STORED)

    def as_new(self) -> ReportIn:
        """Return the report judged as new input, as its publication needs. Raises InvalidInput."""
        report = validated(ReportIn, orjson.loads(self.json))
        assert isinstance(report, ReportIn)  # noqa: S101 - of the model that was given
        return report


# What a summary shows of the body, as it stands there, and the list of which it shows the length.
_SUMMED_UP = ("publisher", *(field.name for field in fields.REPORT if field.in_summary))
_COUNTED = ("strikes",)


class DraftSummary(NamedTuple):
    """The head of a draft: the fields of a summary by name, `publisher` by any of its names; and how many lines."""

    report_id: int
    saved_at: datetime
    fields: Row
    lines: int


def save(
    session: WriteSession, report: ReportIn | StagedReport, key_id: int | None
) -> tuple[int, StagedReport]:
    """Save a new draft; return its report's row and the report staged. Raises InvalidInput as publishing would."""
    staged = restage(session, report)
    # Without its number: a draft does not keep others from publishing it first.
    report_id = new_report(session, staged.resolved.publisher.id, None)
    session.execute(
        insert(Draft), {"report_id": report_id, "version": 1, **_columns(staged.resolved, key_id)}
    )
    return report_id, staged


def replace(
    session: WriteSession, report_id: int, expected: int, report: ReportIn | StagedReport, key_id: int
) -> StagedReport:
    """Save a draft again and return it staged. Raises PreconditionFailed where `expected` is no longer its version."""
    staged = restage(session, report, report_id)
    saved = session.execute(
        update(Draft)
        .where(Draft.report_id == report_id, Draft.version == expected)
        .values(version=expected + 1, **_columns(staged.resolved, key_id))
    )
    if saved.rowcount == 0:  # type: ignore[attr-defined] # every result of an UPDATE has it
        raise PreconditionFailed("the draft was saved or published by somebody else; read it again")
    return staged


def remove(session: WriteSession, report_id: int, expected: int) -> None:
    """Remove a draft in order to publish it. Raises PreconditionFailed as `replace`."""
    removed = session.execute(delete(Draft).where(Draft.report_id == report_id, Draft.version == expected))
    if removed.rowcount == 0:  # type: ignore[attr-defined] # every result of a DELETE has it
        raise PreconditionFailed("the draft was saved or published by somebody else; read it again")


def read(session: ReadSession, report_id: int) -> SavedDraft | None:
    """Return a draft, or None where there is none."""
    row = session.execute(
        select(Draft.report_id, Draft.version, Draft.body, Draft.saved_at).where(Draft.report_id == report_id)
    ).one_or_none()
    return None if row is None else SavedDraft(*row)


def version(session: ReadSession, report_id: int) -> int | None:
    """Return how often a draft was saved, or None where there is none."""
    return session.execute(select(Draft.version).where(Draft.report_id == report_id)).scalar_one_or_none()


def page(session: ReadSession, after: int | None, limit: int) -> list[DraftSummary]:
    """Return up to `limit` drafts, the newest first, from the one after the report row `after`.

    The engine reads the heads out of the stored bodies, so that memory holds no more than a page of summaries.
    """
    statement = select(
        Draft.report_id, Draft.saved_at, json_members(Draft.__table__.c.body, _SUMMED_UP, _COUNTED)
    )
    if after is not None:
        statement = statement.where(Draft.report_id < after)
    rows = session.execute(statement.order_by(Draft.report_id.desc()).limit(limit))
    return [_summary(*row) for row in rows]


def _summary(report_id: int, saved_at: datetime, members: str) -> DraftSummary:
    *values, lines = orjson.loads(members)
    return DraftSummary(report_id, saved_at, dict(zip(_SUMMED_UP, values, strict=True)), lines or 0)


def _columns(resolved: Resolved, key_id: int | None) -> dict[str, Any]:
    return {
        "body": settled(resolved).model_dump_json(exclude_unset=True),
        "key_id": key_id,
        "saved_at": datetime.now(UTC),
    }
