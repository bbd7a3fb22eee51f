"""Router of /v1/reports: create, list and read reports."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.catalogue.catalogue import catalogue_at
from app.db.engine import ReadSession, WriteSession
from app.db.statements import Snapshot
from app.errors import (
    Conflict,
    Fault,
    IdempotencyKeyReused,
    InsufficientScope,
    InvalidInput,
    MalformedRequest,
    NotAcceptable,
    NotFound,
    Unauthenticated,
    UnsupportedMediaType,
)
from app.http.bodies import LONG_JSON
from app.http.encoders import dumps
from app.http.field_types import AsOfQuery
from app.http.formats import WITHOUT_PLACE, Form, Format, described, negotiated
from app.http.pagination import cursor_to, position_of
from app.http.problems import responses
from app.http.responses import item_response, list_response
from app.http.sessions import Read, Write, reads_of
from app.http.strict_route import StrictRoute
from app.keys.idempotency import HEADER, IDEMPOTENT, once
from app.keys.security import OPTIONAL_KEY, Drafting, MaybeHolder
from app.keys.service import Scope
from app.ledger.head import head
from app.record.report_in import ReportIn, ReportPost
from app.reports import drafts, queries, service
from app.reports.if_match import ReportId, state_tag
from app.reports.listing import report_filter
from app.reports.params import NOT_WITH_DRAFTS, REPORTS, ReportsQuery
from app.reports.render import (
    Document,
    draft_json,
    draft_summary,
    duplicates_document,
    report_json,
    staged_warnings,
    summary,
)
from app.reports.schemas import ReportOut, ReportPage
from app.reports.staging import StagedReport, restage, stage
from app.vocabulary.identifiers import REPORT, public_id, row_number

router = APIRouter(prefix="/v1/reports", tags=["reports"], route_class=StrictRoute)


@router.post(
    "",
    status_code=201,
    responses={
        201: {"model": ReportOut, "description": "Stored."},
        **responses(
            MalformedRequest,
            Unauthenticated,
            InsufficientScope,
            Conflict,
            UnsupportedMediaType,
            InvalidInput,
            IdempotencyKeyReused,
        ),
    },
    openapi_extra=IDEMPOTENT,
)
async def create_report(request: Request, holder: Drafting, body: ReportPost, write: Write) -> Response:
    """Publish a report under the next number of the ledger, or save it as a draft; all or nothing."""
    if body.status == "published":
        holder.require(Scope.PUBLISH)
    report = await stage_before_lock(request, body.report())

    def create(session: WriteSession) -> Response:
        if body.status == "draft":
            report_id, staged = drafts.save(session, report, holder.id)
            response = draft_response(session, request, report_id, staged)
        else:
            staged = restage(session, report)
            report_id = service.create(session, staged, holder.id)
            response = written_response(session, request, report_id, staged)
        response.status_code = 201
        response.headers["Location"] = f"/v1/reports/{public_id(REPORT, report_id)}"
        return response

    return await once(request, holder, write, create, alone=await is_long(request))


@router.get(
    "",
    responses={
        **described(ReportPage, WITHOUT_PLACE),
        **responses(Unauthenticated, InsufficientScope, NotAcceptable, InvalidInput),
    },
    openapi_extra=OPTIONAL_KEY,
)
async def list_reports(
    request: Request, query: Annotated[ReportsQuery, Query()], holder: MaybeHolder, read: Read
) -> Response:
    """List reports, the latest published first, without their texts and lines."""
    if query.status == "draft":
        if holder is None:
            raise Unauthenticated("drafts need an API key")
        holder.require(Scope.DRAFT, Scope.PUBLISH)
        return await read(lambda session: _drafts(session, request, query))
    return await read(lambda session: _page(session, request, query))


@router.get(
    "/{report_id}",
    responses={200: {"model": ReportOut}, **responses(Unauthenticated, NotFound, InvalidInput)},
    openapi_extra=OPTIONAL_KEY,
)
async def get_report(
    request: Request,
    report_id: ReportId,
    query: Annotated[AsOfQuery, Query()],
    holder: MaybeHolder,
    read: Read,
) -> Response:
    """Return one report with its coverage, lines, tallies and checks. A draft needs a key that may write drafts."""
    # To all others a draft is not there at all.
    if holder is None or not holder.may(Scope.DRAFT, Scope.PUBLISH) or query.as_of is not None:
        return await read.short(lambda session: _published(session, request, report_id, query))

    def one(session: ReadSession) -> Response:
        number = row_number(REPORT, report_id)
        if number and drafts.version(session, number) is not None:
            return draft_response(session, request, number)
        return _published(session, request, report_id, query)

    return await read(one)


def written_response(
    session: ReadSession, request: Request, report_id: int, staged: StagedReport | None = None
) -> Response:
    """Answer a report that was just written, with warnings and what its lines may repeat.

    `staged` is the report as it was written; None for a tombstone.
    """
    now = head(session)
    report = report_json(session, report_id, now)
    assert report is not None  # noqa: S101 - it was written a moment ago, in this transaction
    # The tag is that of the report as it reads from now on, which is what a later If-Match speaks of.
    response = item_response(request, public_id(REPORT, report_id), report.revision, report.json)
    remarks = dumps(
        {
            "warnings": [] if staged is None else staged_warnings(session, staged, report_id),
            "possible_duplicates": duplicates_document(session, report_id, now, report.lines),
        }
    )
    return Response(
        report.json.encode()[:-1] + b"," + remarks[1:],
        headers={name: value for name, value in response.headers.items() if name != "content-length"},
    )


async def is_long(request: Request) -> bool:
    """Return whether the report in the body takes long to stage and to write."""
    return len(await request.body()) >= LONG_JSON


async def stage_before_lock(
    request: Request, report: ReportIn, report_id: int | None = None
) -> ReportIn | StagedReport:
    """Stage a long report before the write lock is taken. Raises InvalidInput as writing it would."""
    if not await is_long(request):
        return report
    try:
        return await reads_of(request)(lambda session: stage(session, report, report_id))
    except InvalidInput:
        # Under an Idempotency-Key it may have been accepted before, which only the transaction can determine.
        if HEADER in request.headers:
            return report
        raise


def draft_response(
    session: ReadSession, request: Request, report_id: int, staged: StagedReport | None = None
) -> Response:
    """Return a draft, uncacheable since few may read it. `staged` as for `draft_json`."""
    draft = drafts.read(session, report_id)
    assert draft is not None  # noqa: S101 - the caller read it in this session
    document = draft_json(session, draft, head(session), staged)
    tag = state_tag(draft.version, is_draft=True)
    response = item_response(request, public_id(REPORT, report_id), tag, document)
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(session: ReadSession, request: Request, query: ReportsQuery) -> Response:
    now = head(session, query.as_of)
    catalogue = catalogue_at(session, now)
    reports = report_filter(session, catalogue, now.seq, query)
    after = position_of(request, query.cursor, date.fromisoformat, int)

    def page() -> Document:
        rows = queries.page(session, reports, after, query.limit + 1)
        items = rows[: query.limit]
        last = items[-1] if len(rows) > query.limit else None
        return {
            "items": [summary(row, catalogue) for row in items],
            "next": cursor_to(request, (last.published_on, last.report_id)) if last else None,
            "seq": now.seq,
        } | ({"total": queries.count(session, reports)} if query.count == "exact" else {})

    return list_response(request, now, page, Form(REPORTS, query))


def _drafts(session: ReadSession, request: Request, query: ReportsQuery) -> Response:
    """Return the drafts, the newest first. They depend on no ledger number, so the response is uncacheable.

    In JSON only: other formats are for the record, and a draft is no part of it.
    """
    negotiated(query.format, request.headers.getlist("accept"), (Format.JSON,))
    detail = "status=draft can be combined only with limit and cursor"
    refused = [name for name in NOT_WITH_DRAFTS if name in query.model_fields_set]
    if refused:
        raise InvalidInput([Fault("parameter", name, "not-with-drafts", detail) for name in refused])
    now = head(session)
    after = position_of(request, query.cursor, int)
    catalogue = catalogue_at(session, now)
    rows = drafts.page(session, after[0] if after else None, query.limit + 1)
    page = rows[: query.limit]
    body = {
        "items": [draft_summary(draft, catalogue) for draft in page],
        "next": cursor_to(request, (page[-1].report_id,)) if len(rows) > query.limit else None,
        "seq": now.seq,
    }
    response = item_response(request, "drafts", "", body)
    response.headers["Cache-Control"] = "no-store"
    return response


def _published(session: Snapshot, request: Request, report_id: str, query: AsOfQuery) -> Response:
    number = row_number(REPORT, report_id)
    report = report_json(session, number, head(session, query.as_of)) if number else None
    if report is None:
        raise NotFound("no report has this id")
    return item_response(request, report_id, report.revision, report.json)
