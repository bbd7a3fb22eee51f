"""Routes of the page about the data, sitemap and robots.txt."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request, Response
from markupsafe import Markup

from app.db.engine import ReadSession
from app.errors import NotFound
from app.http.field_types import AsOfQuery
from app.http.responses import BRIEF, is_not_modified
from app.http.sessions import Read
from app.pages.about_page import AboutPage
from app.pages.page_route import PageRoute, answered, around, page_headers
from app.pages.record import Record
from app.pages.sitemap import sitemap
from app.pages.templating import render
from app.server.hosts import base_of

router = APIRouter(include_in_schema=False, route_class=PageRoute)

# Each choice of filters is a page: there is no end of them, and all of them show the same lines.
ROBOTS = """\
User-agent: *
Disallow: /*?
Disallow: /drafts
Disallow: /post
Disallow: /search
Disallow: /v1/

Sitemap: {base}/sitemap.xml
"""


@router.get("/about-the-data")
async def about_page(request: Request, query: Annotated[AsOfQuery, Query()], read: Read) -> Response:
    """Show what is counted and what is not known."""

    def shown(record: Record) -> Markup:
        context = AboutPage(record, base_of(request)).context()
        return render("about.html", **context, ld=in_script(context["dataset"]), **around(record))

    return await read(lambda session: answered(request, session, query.as_of, shown))


@router.get("/sitemap.xml")
async def whole_sitemap(request: Request, read: Read) -> Response:
    """List the pages of places, categories and reports, or the files that do."""
    return await read(lambda session: _sitemap(request, session, None))


@router.get("/sitemap-{number}.xml")
async def file_of_sitemap(request: Request, number: str, read: Read) -> Response:
    """List some of the pages."""
    if not (number.isascii() and number.isdigit() and len(number) < 6):  # noqa: PLR2004 - digits
        raise NotFound("there is no such file")
    return await read(lambda session: _sitemap(request, session, int(number)))


@router.get("/robots.txt")
async def robots(request: Request) -> Response:
    """Show what robots may read."""
    return Response(ROBOTS.format(base=base_of(request)), media_type="text/plain; charset=utf-8")


def _sitemap(request: Request, session: ReadSession, number: int | None) -> Response:
    record = Record(session, request.app.state.columns, None)
    headers = page_headers(request, record.now) | {"Cache-Control": BRIEF}
    if is_not_modified(request, headers):
        return Response(status_code=304, headers=headers)
    content = sitemap(record, base_of(request), number)
    if content is None:
        raise NotFound("there is no such file")
    return Response(content, headers=headers, media_type="application/xml")


def in_script(value: object) -> Markup:
    """Return a value as JSON that can stand in a script element: no text of it can end the element."""
    written = orjson.dumps(value).decode()
    for sign, code in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        written = written.replace(sign, code)
    return Markup(written)  # noqa: S704 - no sign of HTML is left
