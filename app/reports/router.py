"""/v1/reports: post a report, list them, read one."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import ConfigDict, Field

from app.catalogue.catalogue import catalogue_at
from app.catalogue.resolve import Resolver
from app.db.engine import ReadSession, WriteSession
from app.errors import (
    Conflict,
    InsufficientScope,
    InvalidInput,
    MalformedRequest,
    NotFound,
    Unauthenticated,
    UnsupportedMediaType,
)
from app.http.answers import answer_list, answer_one
from app.http.fields import Asked, AsOfParameter, AsOfQuery, Day
from app.http.pages import PageQuery, cursor_to, position_of
from app.http.problems import responses
from app.http.sessions import Read, Write
from app.http.strict import StrictRoute
from app.keys.security import Publishing
from app.keys.service import note_use
from app.ledger.clock import AsOf, head
from app.reports import queries, service
from app.reports.document import Document, report_document, summary
from app.reports.queries import ReportFilter
from app.reports.schemas import ReportIn, ReportOut, ReportPage
from app.vocabulary.identifiers import REPORT, row_number

router = APIRouter(prefix="/v1/reports", tags=["reports"], route_class=StrictRoute)


ReportId = Annotated[str, Path(description="The report's id.", examples=["r12"])]


class ReportsQuery(PageQuery):
    """The parameters of `GET /v1/reports`."""

    model_config = ConfigDict(extra="forbid")

    publisher: Annotated[
        Asked | None, Field(description="Slug or name of a publisher.", examples=["cjtf-oir"])
    ] = None
    number: Annotated[Asked | None, Field(description="The publisher's own number.")] = None
    published_from: Annotated[Day | None, Field(description="First day of publication, inclusive.")] = None
    published_to: Annotated[Day | None, Field(description="Last day of publication, inclusive.")] = None
    as_of: AsOfParameter = None


@router.post(
    "",
    status_code=201,
    responses={
        201: {"model": ReportOut, "description": "Stored, and part of the record."},
        **responses(
            MalformedRequest, Unauthenticated, InsufficientScope, Conflict, UnsupportedMediaType, InvalidInput
        ),
    },
)
async def create_report(request: Request, holder: Publishing, body: ReportIn, write: Write) -> Response:
    """Publish a report: it takes the next number of the ledger, in one transaction, or nothing is stored."""

    def create(session: WriteSession) -> Document:
        report_id = service.create(session, body, holder.id)
        note_use(session, holder)
        document = report_document(session, report_id, head(session))
        assert document is not None  # noqa: S101 - it was written a moment ago, in this transaction
        return document

    document = await write(create)
    response = answer_one(request, document["id"], document["revision"], document)
    response.status_code = 201
    response.headers["Location"] = f"/v1/reports/{document['id']}"
    return response


@router.get("", responses={200: {"model": ReportPage}, **responses(InvalidInput)})
async def list_reports(request: Request, query: Annotated[ReportsQuery, Query()], read: Read) -> Response:
    """List reports, the latest published first, without their texts and lines."""
    return await read(lambda session: _page(session, request, query))


@router.get("/{report_id}", responses={200: {"model": ReportOut}, **responses(NotFound)})
async def get_report(
    request: Request,
    report_id: ReportId,
    query: Annotated[AsOfQuery, Query()],
    read: Read,
) -> Response:
    """Show one report with its coverage, lines, tallies and checks."""
    return await read(lambda session: _one(session, request, report_id, query.as_of))


def _page(session: ReadSession, request: Request, query: ReportsQuery) -> Response:
    now = head(session, query.as_of)
    catalogue = catalogue_at(session, now)
    names = Resolver(catalogue, "parameter")
    publisher = names.publisher(query.publisher, "publisher") if query.publisher else None
    if query.published_from and query.published_to and query.published_from > query.published_to:
        names.refuse("published_to", "days-reversed", "published_to lies before published_from")
    names.finish()
    reports = ReportFilter(
        as_of=now.seq,
        publisher_id=publisher.id if publisher else None,
        number=query.number,
        published_from=query.published_from,
        published_to=query.published_to,
    )
    after = position_of(request, query.cursor, date.fromisoformat, int)

    def page() -> Document:
        found = queries.page(session, reports, after, query.limit + 1)
        rows = found[: query.limit]
        last = rows[-1] if len(found) > query.limit else None
        return {
            "items": [summary(row, catalogue) for row in rows],
            "next": cursor_to(request, (last.published_on, last.report_id)) if last else None,
            "seq": now.seq,
        } | ({"total": queries.count(session, reports)} if query.count == "exact" else {})

    return answer_list(request, now, page)


def _one(session: ReadSession, request: Request, report_id: str, as_of: AsOf | None) -> Response:
    number = row_number(REPORT, report_id)
    document = report_document(session, number, head(session, as_of)) if number else None
    if document is None:
        raise NotFound("there is no report with this id")
    return answer_one(request, report_id, document["revision"], document)
