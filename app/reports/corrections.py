"""Routers of corrections: revise, publish and retract, guarded by If-Match."""

from typing import NamedTuple

from fastapi import APIRouter, Request, Response

from app.db.engine import ReadSession, WriteSession
from app.errors import (
    Conflict,
    Fault,
    IdempotencyKeyReused,
    InsufficientScope,
    InvalidInput,
    MalformedRequest,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Unauthenticated,
    UnsupportedMediaType,
)
from app.http.bodies import LONG_JSON
from app.http.problems import responses
from app.http.sessions import Read, Write
from app.http.strict_route import StrictRoute
from app.keys.idempotency import IDEMPOTENT, once
from app.keys.security import Drafting, Publishing
from app.record.report_in import ReportIn, ReportPut, Retraction
from app.reports import drafts, service
from app.reports.drafts import SavedDraft
from app.reports.if_match import DraftPrecondition, RecordPrecondition, ReportId, find_target
from app.reports.router import draft_response, is_long, stage_before_lock, written_response
from app.reports.schemas import ReportOut
from app.reports.service import Correction
from app.reports.staging import StagedReport, stage
from app.vocabulary.identifiers import REPORT, public_id, row_number

router = APIRouter(prefix="/v1/reports/{report_id}", tags=["reports"], route_class=StrictRoute)

_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of the report as you read it, so that no other change is overwritten.",
    # Whatever else is sent than a tag that stands is 412, also what is no tag at all; nothing is 428.
    "schema": {"type": "string", "pattern": r"\S"},
    "example": '"r12.1-0123456789abcdef"',
}
_PARAMETERS = {"parameters": [_IF_MATCH, *IDEMPOTENT["parameters"]]}

_REFUSALS = responses(
    MalformedRequest,
    Unauthenticated,
    InsufficientScope,
    NotFound,
    Conflict,
    PreconditionFailed,
    UnsupportedMediaType,
    InvalidInput,
    PreconditionRequired,
    IdempotencyKeyReused,
)


@router.put(
    "",
    responses={200: {"model": ReportOut}, **_REFUSALS},
    openapi_extra=_PARAMETERS,
    dependencies=[DraftPrecondition],
)
async def revise_report(
    request: Request, report_id: ReportId, holder: Drafting, body: ReportPut, write: Write
) -> Response:
    """Correct a report by a new revision with a reason; lines that do not change keep their ids."""
    report = await stage_before_lock(request, body.report(), row_number(REPORT, report_id))

    def revise(session: WriteSession) -> Response:
        target = find_target(session, request, report_id, holder)
        if target.is_draft:
            staged = drafts.replace(session, target.report_id, target.state, report, holder.id)
            return draft_response(session, request, target.report_id, staged)
        if body.reason is None:
            fault = Fault("pointer", "/reason", "missing", "a published report needs a reason to change")
            raise InvalidInput([fault])
        correction = Correction(target.state, body.reason, holder.id)
        staged = service.revise(session, target.report_id, report, correction)
        return written_response(session, request, target.report_id, staged)

    return await once(request, holder, write, revise, alone=await is_long(request))


@router.post(
    "/publication",
    responses={200: {"model": ReportOut}, **_REFUSALS},
    openapi_extra=_PARAMETERS,
    dependencies=[RecordPrecondition],
)
async def publish_draft(
    request: Request, report_id: ReportId, holder: Publishing, read: Read, write: Write
) -> Response:
    """Make a draft public: it takes the next number of the ledger."""
    early = await read(lambda session: _staged_draft(session, report_id))

    def publish(session: WriteSession) -> Response:
        target = find_target(session, request, report_id, holder)
        if not target.is_draft:
            path = f"/v1/reports/{public_id(REPORT, target.report_id)}"
            raise Conflict("the report is already published", existing=path)
        if early is not None and early.version == target.state:
            report = early.report
        else:
            report = _draft_of(session, target.report_id).as_new()
        drafts.remove(session, target.report_id, target.state)
        staged = service.publish_draft(session, target.report_id, report, holder.id)
        return written_response(session, request, target.report_id, staged)

    return await once(request, holder, write, publish, alone=early is not None)


@router.post(
    "/retraction",
    responses={200: {"model": ReportOut}, **_REFUSALS},
    openapi_extra=_PARAMETERS,
    dependencies=[RecordPrecondition],
)
async def retract_report(
    request: Request, report_id: ReportId, holder: Publishing, body: Retraction, write: Write
) -> Response:
    """Retract a report: it no longer counts, and a tombstone with the reason remains."""

    def retract(session: WriteSession) -> Response:
        target = find_target(session, request, report_id, holder)
        if target.is_draft:
            path = f"/v1/reports/{public_id(REPORT, target.report_id)}"
            raise Conflict("a draft is not in the record, so it cannot be retracted", existing=path)
        service.retract(session, target.report_id, Correction(target.state, body.reason, holder.id))
        return written_response(session, request, target.report_id)

    return await once(request, holder, write, retract)


class _EarlyDraft(NamedTuple):
    """A version of a draft, staged before the write lock was taken."""

    version: int
    report: ReportIn | StagedReport


def _staged_draft(session: ReadSession, report_id: str) -> _EarlyDraft | None:
    """Stage a long draft; None for a short one, and for one that cannot be published: the transaction refuses it."""
    number = row_number(REPORT, report_id)
    draft = drafts.read(session, number) if number else None
    if draft is None or len(draft.json) < LONG_JSON:
        return None
    try:
        return _EarlyDraft(draft.version, stage(session, draft.as_new(), draft.report_id))
    except InvalidInput:
        return None


def _draft_of(session: ReadSession, report_id: int) -> SavedDraft:
    draft = drafts.read(session, report_id)
    assert draft is not None  # noqa: S101 - its version was read in this session
    return draft
