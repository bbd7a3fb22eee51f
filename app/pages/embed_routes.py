"""Routes of embeds: one panel for another site, and its oEmbed document."""

from typing import Annotated, Literal
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.db.engine import ReadSession
from app.errors import NotFound
from app.http.encoders import dumps
from app.http.responses import BRIEF, is_not_modified
from app.http.sessions import Read
from app.pages.explore import Explore
from app.pages.page_route import EMBED_POLICY, PageRoute, answered, around, page_headers, patiently
from app.pages.preview import png
from app.pages.record import Record
from app.pages.templating import render
from app.pages.view import ViewQuery, url
from app.server.hosts import base_of

router = APIRouter(include_in_schema=False, route_class=PageRoute)

# The panels that can be embedded, and their height in pixels.
PANELS = {"timeline": 340, "map": 460, "places": 440, "categories": 520, "effects": 120, "number": 150}
PanelName = Literal["timeline", "map", "places", "categories", "effects", "number"]

# What an embed of another kind of page shows.
_OF_PATH = {"places": "timeline", "categories": "timeline"}


class OembedQuery(BaseModel):
    """The parameters of an oEmbed consumer."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(max_length=4_000)]
    format: Literal["json"] = "json"
    maxwidth: Annotated[int, Field(ge=1, le=10_000)] = 800
    maxheight: Annotated[int, Field(ge=1, le=10_000)] = 10_000


@router.get("/embed/{panel}")
async def embed(
    request: Request, panel: Annotated[PanelName, Path()], query: Annotated[ViewQuery, Query()], read: Read
) -> Response:
    """Show one panel of a question, for a frame on another site."""
    if panel not in PANELS:
        raise NotFound(f"these panels can be embedded: {', '.join(PANELS)}")

    def page(session: ReadSession) -> Response:
        return answered(
            request,
            session,
            query.as_of,
            lambda record: render(
                "embed.html",
                panel=panel,
                **Explore(record, "/", query, base_of(request)).context(),
                **around(record),
            ),
            policy=EMBED_POLICY,
        )

    return await patiently(read, page)


@router.get("/preview.png")
async def preview(request: Request, query: Annotated[ViewQuery, Query()], read: Read) -> Response:
    """Draw a question as a picture, for the previews of links."""

    def picture(session: ReadSession) -> Response:
        record = Record(session, request.app.state.columns, query.as_of)
        headers = page_headers(request, record.now) | {"Cache-Control": BRIEF}
        if is_not_modified(request, headers):
            return Response(status_code=304, headers=headers)
        explore = Explore(record, "/", query, base_of(request))
        content = png(explore.picture, explore.title, explore.source)
        return Response(content, headers=headers, media_type="image/png")

    return await patiently(read, picture)


@router.get("/oembed")
async def oembed(request: Request, query: Annotated[OembedQuery, Query()]) -> Response:
    """Describe the embed of a page of this server (oEmbed 1.0). Raises NotFound for any other address."""
    base = base_of(request)
    parts = urlsplit(query.url)
    if f"{parts.scheme}://{parts.netloc}" != base:
        raise NotFound("only pages of this server have embeds here")
    first, _, rest = parts.path.strip("/").partition("/")
    given: dict[str, str | list[str]] = dict_of(parse_qsl(parts.query))
    if first == "embed" and rest in PANELS:
        panel = rest
    elif not first:
        panel = "timeline"
    elif first in _OF_PATH and rest and "/" not in rest:
        panel = _OF_PATH[first]
        given = {"location" if first == "places" else "category": rest, **given}
    else:
        raise NotFound("this page has no embed")
    source = f"{base}{url(f'/embed/{panel}', given)}"
    width, height = min(query.maxwidth, 1_200), min(query.maxheight, PANELS[panel])
    frame = render("frame.html", source=source, width=width, height=height).strip()
    body = {
        "version": "1.0",
        "type": "rich",
        "provider_name": "strikeledger",
        "provider_url": f"{base}/",
        "title": "strikeledger",
        "html": frame,
        "width": width,
        "height": height,
        "cache_age": 3_600,
    }
    return Response(
        dumps(body), media_type="application/json", headers={"Cache-Control": "public, max-age=3600"}
    )


def dict_of(pairs: list[tuple[str, str]]) -> dict[str, str | list[str]]:
    """Return the parameters of an address, those that repeat as lists."""
    given: dict[str, str | list[str]] = {}
    for name, value in pairs:
        held = given.get(name)
        given[name] = value if held is None else [*(held if isinstance(held, list) else [held]), value]
    return given
