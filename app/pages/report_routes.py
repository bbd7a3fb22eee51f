"""Router of the pages of reports: the list and one report."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field

from app.columnar.store import Columns
from app.db.engine import ReadSession
from app.errors import NotFound
from app.http.field_types import PLAIN_DIGITS, AsOfParameter
from app.http.sessions import Read
from app.ledger.head import AsOf
from app.pages.page_route import PageRoute, page_response, patiently
from app.pages.record import Record
from app.pages.report_list import PATH, ReportListQuery, context
from app.pages.report_page import ReportPage, Shown
from app.pages.templating import render
from app.reports import queries
from app.reports.if_match import ReportId
from app.server.hosts import base_of
from app.vocabulary.identifiers import REPORT, row_number

router = APIRouter(prefix=PATH, include_in_schema=False, route_class=PageRoute)


class ReportQuery(BaseModel):
    """The parameters of one report: a revision, and the ledger number."""

    model_config = ConfigDict(extra="forbid")

    revision: Annotated[int, Field(ge=1, le=2**31 - 1), PLAIN_DIGITS] | None = None
    as_of: AsOfParameter = None


@router.get("")
async def list_of_reports(
    request: Request, query: Annotated[ReportListQuery, Query()], read: Read
) -> Response:
    """List reports, the latest published first."""

    def page(session: ReadSession) -> Response:
        record = _record(request, session, query.as_of)
        pinned = isinstance(query.as_of, int)
        return page_response(
            request,
            record.now,
            lambda: render("reports.html", **context(record, query, base_of(request), pinned=pinned)),
            pinned=pinned,
        )

    return await patiently(read, page)


@router.get("/{report_id}")
async def report(
    request: Request, report_id: ReportId, query: Annotated[ReportQuery, Query()], read: Read
) -> Response:
    """Show a report, or one of its revisions: as of the number of the revision, where no other is requested."""

    def page(session: ReadSession) -> Response:
        record = _record(request, session, query.as_of)
        shown = _shown(record, report_id, query.revision)
        if query.revision is not None and query.as_of is None:
            record = _record(request, session, shown.row.recorded_seq)
            shown = _shown(record, report_id, query.revision)
        pinned = isinstance(query.as_of, int) or (query.revision is not None and query.as_of is None)

        def html() -> Markup:
            view = ReportPage(record, shown, base_of(request), pinned=pinned)
            return render("report.html", **view.context(), **view.around())

        return page_response(request, record.now, html, pinned=pinned)

    return await patiently(read, page)


def _record(request: Request, session: ReadSession, as_of: AsOf | None) -> Record:
    columns: Columns = request.app.state.columns
    return Record(session, columns, as_of)


def _shown(record: Record, report_id: str, revision: int | None) -> Shown:
    """Return the revision to show. Raises NotFound; to a page, drafts are not there at all."""
    number = row_number(REPORT, report_id)
    rows = queries.revisions(record.session, number, record.seq) if number else ()
    if not rows:
        raise NotFound("no report has this id")
    if revision is None:
        return Shown(rows, rows[-1])
    if revision > len(rows):
        raise NotFound("the report has no revision of this number")
    return Shown(rows, rows[revision - 1])
