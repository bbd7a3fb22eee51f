"""Routes of the pages and lists of places, categories and publishers."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import RedirectResponse

from app.catalogue.catalogue import Catalogue, CategoryEntry, LocationEntry, catalogue_at
from app.db.engine import ReadSession
from app.errors import NotFound
from app.http.sessions import Read
from app.ledger.head import head
from app.pages.category_page import CategoryPage
from app.pages.page_route import PageRoute, answered, around, patiently
from app.pages.place_page import PlacePage
from app.pages.templating import render
from app.pages.view import ViewQuery
from app.server.hosts import base_of

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/places/{slug}")
async def place_page(
    request: Request, slug: str, query: Annotated[ViewQuery, Query()], read: Read
) -> Response:
    """Show one place; another name of it redirects to its page."""

    def page(session: ReadSession) -> Response:
        place = _catalogue(session, query).location(slug)
        if place is None:
            raise NotFound("there is no place of this name")
        if place.slug != slug:
            return _moved(request, f"/places/{place.slug}")
        named: LocationEntry = place

        return answered(
            request, session, query.as_of,
            lambda record: render(
                "place.html", **PlacePage(record, named, query, base_of(request)).context(), **around(record)
            ),
        )  # fmt: skip

    return await patiently(read, page)


@router.get("/categories/{slug}")
async def category_page(
    request: Request, slug: str, query: Annotated[ViewQuery, Query()], read: Read
) -> Response:
    """Show one category; another name of it redirects to its page."""

    def page(session: ReadSession) -> Response:
        category = _catalogue(session, query).category(slug)
        if category is None:
            raise NotFound("there is no category of this name")
        if category.slug != slug:
            return _moved(request, f"/categories/{category.slug}")
        named: CategoryEntry = category

        return answered(
            request, session, query.as_of,
            lambda record: render(
                "category.html", **CategoryPage(record, named, query, base_of(request)).context(), **around(record)
            ),
        )  # fmt: skip

    return await patiently(read, page)


def _catalogue(session: ReadSession, query: ViewQuery) -> Catalogue:
    return catalogue_at(session, head(session, query.as_of))


def _moved(request: Request, path: str) -> Response:
    """Redirect to the page of the slug of now, which may be another one tomorrow."""
    given = request.url.query
    return RedirectResponse(f"{path}?{given}" if given else path, status_code=307)
