"""Router of /v1/reports/{id}/revisions: history, revisions and diffs."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from app.db.engine import ReadSession
from app.db.types import AnyRow
from app.errors import InvalidInput, NotAcceptable, NotFound
from app.http.formats import WITHOUT_PLACE, Form, described
from app.http.problems import responses
from app.http.responses import item_response, list_response
from app.http.sessions import Read
from app.http.strict_route import StrictRoute
from app.ledger.head import Head, head
from app.reports import queries
from app.reports.diff import revision_diff
from app.reports.if_match import ReportId
from app.reports.params import REVISIONS, RevisionsQuery
from app.reports.render import Document, report_document
from app.reports.schemas import ReportOut, RevisionDiff, RevisionList
from app.vocabulary.identifiers import REPORT, row_number

router = APIRouter(prefix="/v1/reports/{report_id}/revisions", tags=["reports"], route_class=StrictRoute)

RevisionNumber = Annotated[str, Path(description="The revision; 1 is the first.", examples=["1"])]


@router.get(
    "",
    responses={
        **described(RevisionList, WITHOUT_PLACE),
        **responses(NotFound, NotAcceptable, InvalidInput),
    },
)
async def list_revisions(
    request: Request, report_id: ReportId, query: Annotated[RevisionsQuery, Query()], read: Read
) -> Response:
    """List every revision of a report, the first one first, with the reason for each."""

    def every(session: ReadSession) -> Response:
        now = head(session)
        fields = ("revision", "recorded_at", "status", "reason")
        items = [
            {name: getattr(row, name) for name in fields} | {"seq": row.recorded_seq}
            for row in _revisions(session, report_id, now)
        ]
        body = {"items": items, "next": None, "seq": now.seq}
        return list_response(request, now, lambda: body, Form(REVISIONS, query))

    return await read(every)


@router.get(
    "/{revision}",
    responses={200: {"model": ReportOut}, **responses(NotFound, InvalidInput)},
)
async def get_revision(
    request: Request, report_id: ReportId, revision: RevisionNumber, read: Read
) -> Response:
    """Return one revision of a report: permanently the same response."""

    def one(session: ReadSession) -> Response:
        _, after = _before_and_after(session, report_id, revision)
        return item_response(request, report_id, str(after["revision"]), after)

    return await read(one)


@router.get(
    "/{revision}/diff",
    responses={200: {"model": RevisionDiff}, **responses(NotFound, InvalidInput)},
)
async def get_diff(request: Request, report_id: ReportId, revision: RevisionNumber, read: Read) -> Response:
    """Return what a revision changed against the previous one: in sentences, by field and by line."""

    def one(session: ReadSession) -> Response:
        before, after = _before_and_after(session, report_id, revision)
        diff = revision_diff(before, after)
        return item_response(request, f"{report_id}.diff", str(after["revision"]), diff)

    return await read(one)


def _revisions(session: ReadSession, report_id: str, now: Head) -> list[AnyRow]:
    number = row_number(REPORT, report_id)
    rows = queries.revisions(session, number, now.seq) if number else ()
    if not rows:
        raise NotFound("no report has this id")
    return list(rows)


def _before_and_after(
    session: ReadSession, report_id: str, revision: str
) -> tuple[Document | None, Document]:
    """Return a report as the revision before had it (None for the first one), and as this one has it."""
    rows = {str(row.revision): row for row in _revisions(session, report_id, head(session))}
    row = rows.get(revision)
    if row is None:
        raise NotFound("the report has no revision of this number")
    after = report_document(session, row.report_id, head(session, row.recorded_seq))
    previous = rows.get(str(row.revision - 1))
    before = (
        report_document(session, row.report_id, head(session, previous.recorded_seq)) if previous else None
    )
    assert after is not None  # noqa: S101 - its revision was read
    return before, after
