"""Route of the page of coverage."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.db.engine import ReadSession
from app.http.sessions import Read
from app.pages.coverage_page import CoveragePage
from app.pages.page_route import PageRoute, answered, around, patiently
from app.pages.templating import render
from app.pages.view import ViewQuery
from app.server.hosts import base_of

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/coverage")
async def coverage_page(request: Request, query: Annotated[ViewQuery, Query()], read: Read) -> Response:
    """Show which days a report accounts for."""

    def page(session: ReadSession) -> Response:
        return answered(
            request, session, query.as_of,
            lambda record: render(
                "coverage.html", **CoveragePage(record, query, base_of(request)).context(), **around(record)
            ),
        )  # fmt: skip

    return await patiently(read, page)
