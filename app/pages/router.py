"""Routers of the pages: what people look at."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from markupsafe import Markup

from app.columnar.store import Columns
from app.db.engine import ReadSession
from app.errors import NotFound
from app.http.sessions import Read
from app.pages import assets
from app.pages.explore import Explore
from app.pages.page_route import PageRoute, page_response
from app.pages.record import Record
from app.pages.render import render
from app.pages.view import ViewQuery
from app.server.hosts import base_of

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/")
async def explore(request: Request, query: Annotated[ViewQuery, Query()], read: Read) -> Response:
    """Show what the record holds of a question."""

    def page(session: ReadSession) -> Response:
        return answered(
            request, session, query,
            lambda record: render(
                "explore.html", section="/", **Explore(record, "/", query, base_of(request)).context(), **around(record)
            ),
        )  # fmt: skip

    return await read(page)


@router.get("/static/{digest}/{name}")
async def file_of_pages(digest: str, name: str) -> Response:
    """Return a style sheet or script of the pages."""
    asset = assets.assets().get(name)
    if asset is None or digest != assets.digest():
        raise NotFound("there is no such file")
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(asset.content, headers=headers, media_type=asset.media_type)


def answered(
    request: Request, session: ReadSession, query: ViewQuery, make: Callable[[Record], Markup]
) -> Response:
    """Answer with a page of the record as of the requested number."""
    columns: Columns = request.app.state.columns
    record = Record(session, columns, query.as_of)
    pinned = isinstance(query.as_of, int)
    return page_response(request, record.now, lambda: make(record), pinned=pinned)


def around(record: Record) -> dict[str, object]:
    """Return what the head and foot of every page show."""
    when = "now" if record.seq == record.latest_seq else "earlier"
    return {"ledger": {"seq": record.seq, "hash": record.now.hash, "when": when}}
