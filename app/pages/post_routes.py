"""Router of the composer and of the list of drafts."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict

from app.db.engine import ReadSession
from app.drawings import effect_styles
from app.http.field_types import QueryName
from app.http.sessions import Read
from app.pages.page_route import PageRoute, answered, around
from app.pages.record import Record
from app.pages.templating import render
from app.server.hosts import base_of

router = APIRouter(include_in_schema=False, route_class=PageRoute)


class PostQuery(BaseModel):
    """The parameters of the composer: the report that is corrected, or the draft that is continued."""

    model_config = ConfigDict(extra="forbid")

    report: QueryName | None = None
    draft: QueryName | None = None


@router.get("/post")
async def post(request: Request, query: Annotated[PostQuery, Query()], read: Read) -> Response:
    """Show the composer: empty, or for the report or draft that is named."""
    return await read(lambda session: _composer(request, session, query.draft or query.report, query.draft))


@router.get("/drafts")
async def drafts(request: Request, read: Read) -> Response:
    """Show the list of drafts, which a script reads with the reader's key."""
    return await read(lambda session: _page(request, session, "drafts.html"))


@router.get("/drafts/{report_id}")
async def draft(request: Request, report_id: Annotated[str, Path(max_length=100)], read: Read) -> Response:
    """Show the composer for a draft."""
    return await read(lambda session: _composer(request, session, report_id, report_id))


def _composer(request: Request, session: ReadSession, report: str | None, draft: str | None) -> Response:
    return _page(request, session, "post.html", report=report or "", is_draft=draft is not None)


def _page(request: Request, session: ReadSession, template: str, **context: object) -> Response:
    def page(record: Record) -> Markup:
        return render(
            template,
            section="/post",
            base=base_of(request),
            publishers=list(record.catalogue.publishers.entries()),
            effects=list(effect_styles.STYLES),
            **context,
            **around(record),
        )

    return answered(request, session, None, page)
