"""Routers of the pages: what people look at."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.columnar.store import Columns
from app.db.engine import ReadSession
from app.errors import NotFound
from app.http.sessions import Read
from app.pages import assets
from app.pages.changes_page import ChangesQuery, context
from app.pages.explore import Explore
from app.pages.page_route import PageRoute, answered, around, patiently
from app.pages.record import Record
from app.pages.templating import render
from app.pages.view import ViewQuery
from app.server.hosts import base_of

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/")
async def explore(request: Request, query: Annotated[ViewQuery, Query()], read: Read) -> Response:
    """Show what the record holds of a question."""

    def page(session: ReadSession) -> Response:
        return answered(
            request, session, query.as_of,
            lambda record: render(
                "explore.html", section="/", **Explore(record, "/", query, base_of(request)).context(), **around(record)
            ),
        )  # fmt: skip

    return await patiently(read, page)


def first_view(session: ReadSession, columns: Columns) -> None:
    """Count what the plain page shows, so that nobody waits for it."""
    record = Record(session, columns, None)
    render("explore.html", section="/", **Explore(record, "/", ViewQuery(), "").context(), **around(record))


@router.get("/changes")
async def changed(request: Request, query: Annotated[ChangesQuery, Query()], read: Read) -> Response:
    """Show why the figures of a question changed between two ledger numbers."""

    def page(session: ReadSession) -> Response:
        return answered(
            request,
            session,
            None,
            lambda record: render(
                "changes.html",
                **context(record, request.app.state.columns, query, base_of(request)),
                **around(record),
            ),
        )

    return await patiently(read, page)


@router.get("/static/{digest}/{name}")
async def file_of_pages(digest: str, name: str) -> Response:
    """Return a style sheet or script of the pages."""
    asset = assets.assets().get(name)
    if asset is None:
        raise NotFound("there is no such file")
    # A page that is cached for good may outlive an upgrade: it gets the files of today.
    is_current = digest == assets.digest()
    headers = {"Cache-Control": "public, max-age=31536000, immutable" if is_current else "no-cache"}
    return Response(asset.content, headers=headers, media_type=asset.media_type)
