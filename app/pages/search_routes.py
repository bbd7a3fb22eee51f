"""Routes of the search and of the lists of names."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app.db.engine import ReadSession
from app.http.sessions import Read
from app.pages.name_lists import NameList
from app.pages.page_route import PageRoute, answered, around, patiently
from app.pages.record import Record
from app.pages.search_page import SearchPage, SearchQuery
from app.pages.templating import render
from app.pages.view import ViewQuery
from app.server.hosts import base_of

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/search")
async def search_page(request: Request, query: Annotated[SearchQuery, Query()], read: Read) -> Response:
    """Show what has a name, a number or words."""

    def page(session: ReadSession) -> Response:
        return answered(
            request, session, query.as_of,
            lambda record: render("search.html", **SearchPage(record, query).context(), **around(record)),
        )  # fmt: skip

    return await patiently(read, page)


@router.get("/places")
async def place_list(request: Request, query: Annotated[ViewQuery, Query()], read: Read) -> Response:
    """List the places that lines name."""
    return await read(_listing(request, query, "places.html", NameList.of_places))


@router.get("/categories")
async def category_list(request: Request, query: Annotated[ViewQuery, Query()], read: Read) -> Response:
    """List all categories by family."""
    return await read(_listing(request, query, "categories.html", NameList.of_categories))


@router.get("/publishers")
async def publisher_list(request: Request, query: Annotated[ViewQuery, Query()], read: Read) -> Response:
    """List all publishers."""
    return await read(_listing(request, query, "publishers.html", NameList.of_publishers))


def _listing(
    request: Request, query: ViewQuery, template: str, context: Callable[[NameList], dict[str, Any]]
) -> Callable[[ReadSession], Response]:
    def shown(record: Record) -> Any:  # noqa: ANN401 - Markup
        listed = NameList(record, request.scope["path"], query, base_of(request))
        return render(template, **context(listed), **around(record))

    return lambda session: answered(request, session, query.as_of, shown)
