"""Drafts: reports that an analyst saves before they are published. No part of the record, and under no number.

A draft has its id from the start; publishing it goes through the one door, like any other report.
"""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select, update

from app.db.engine import ReadSession, WriteSession
from app.errors import PreconditionFailed
from app.models import Draft
from app.reports.content import Resolved, settled
from app.reports.resolve import resolve
from app.reports.schemas import ReportIn
from app.reports.service import new_report


class SavedDraft(NamedTuple):
    """A draft as saved: its report's row, how often it was saved, what it says, and when it was saved."""

    report_id: int
    version: int
    body: ReportIn
    saved_at: datetime


def save(session: WriteSession, report: ReportIn, key_id: int) -> int:
    """Save a new draft and return its report's row. Raises InvalidInput for what could not be published."""
    resolved = resolve(session, report)
    # Without its number: a draft does not keep others from publishing it first.
    report_id = new_report(session, resolved.publisher.id, None)
    session.execute(insert(Draft), {"report_id": report_id, "version": 1, **_columns(resolved, key_id)})
    return report_id


def replace(session: WriteSession, report_id: int, expected: int, report: ReportIn, key_id: int) -> None:
    """Save a draft anew. Raises PreconditionFailed where `expected` is no longer its version."""
    resolved = resolve(session, report, report_id)
    saved = session.execute(
        update(Draft)
        .where(Draft.report_id == report_id, Draft.version == expected)
        .values(version=expected + 1, **_columns(resolved, key_id))
    )
    if saved.rowcount == 0:  # type: ignore[attr-defined] # every result of an UPDATE has it
        raise PreconditionFailed("the draft was saved or published by somebody else; read it again")


def take(session: WriteSession, report_id: int, expected: int) -> ReportIn:
    """Remove a draft in order to publish it, and return what it says. Raises PreconditionFailed as `replace`."""
    draft = read(session, report_id)
    if draft is None or draft.version != expected:
        raise PreconditionFailed("the draft was saved or published by somebody else; read it again")
    session.execute(delete(Draft).where(Draft.report_id == report_id))
    return draft.body


def read(session: ReadSession, report_id: int) -> SavedDraft | None:
    """Return a draft, or None where there is none."""
    row = session.execute(
        select(Draft.report_id, Draft.version, Draft.body, Draft.saved_at).where(Draft.report_id == report_id)
    ).one_or_none()
    return None if row is None else _saved(row)


def page(session: ReadSession, after: int | None, limit: int) -> list[SavedDraft]:
    """Return up to `limit` drafts, the newest first, from the one after the report row `after`."""
    statement = select(Draft.report_id, Draft.version, Draft.body, Draft.saved_at)
    if after is not None:
        statement = statement.where(Draft.report_id < after)
    rows = session.execute(statement.order_by(Draft.report_id.desc()).limit(limit))
    return [_saved(row) for row in rows]


def _saved(row: Any) -> SavedDraft:  # noqa: ANN401 - a row with these four columns
    return SavedDraft(row.report_id, row.version, ReportIn.model_validate_json(row.body), row.saved_at)


def _columns(resolved: Resolved, key_id: int) -> dict[str, Any]:
    return {
        "body": settled(resolved).model_dump_json(exclude_unset=True),
        "key_id": key_id,
        "saved_at": datetime.now(UTC),
    }
