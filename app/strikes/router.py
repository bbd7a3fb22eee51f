"""GET /v1/strikes: the lines of all reports, filtered, page by page, and one by its id."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from app.catalogue.catalogue import catalogue_at
from app.db.engine import ReadSession
from app.errors import InvalidInput, NotFound
from app.http.answers import answer_list, answer_one
from app.http.fields import AsOfQuery
from app.http.pages import cursor_to, position_of
from app.http.problems import responses
from app.http.sessions import Read
from app.http.strict import StrictRoute
from app.ledger.clock import AsOf, head
from app.strikes import queries
from app.strikes.document import Document, strike_document
from app.strikes.query import StrikesQuery
from app.strikes.schemas import StrikeOut, StrikePage
from app.vocabulary.identifiers import STRIKE, row_number

router = APIRouter(prefix="/v1/strikes", tags=["strikes"], route_class=StrictRoute)


@router.get("", responses={200: {"model": StrikePage}, **responses(InvalidInput)})
async def list_strikes(request: Request, query: Annotated[StrikesQuery, Query()], read: Read) -> Response:
    """List strike lines that match every filter, latest first."""
    return await read(lambda session: _page(session, request, query))


@router.get("/{strike_id}", responses={200: {"model": StrikeOut}, **responses(NotFound)})
async def get_strike(
    request: Request,
    strike_id: Annotated[str, Path(description="The line's id.", examples=["s40"])],
    query: Annotated[AsOfQuery, Query()],
    read: Read,
) -> Response:
    """Show one strike line. A line that a correction put aside is still shown, as it last stood."""
    return await read(lambda session: _one(session, request, strike_id, query.as_of))


def _page(session: ReadSession, request: Request, query: StrikesQuery) -> Response:
    now = head(session, query.as_of)
    catalogue = catalogue_at(session, now)
    strikes = query.resolved(catalogue, now.seq)
    after = position_of(request, query.cursor, date.fromisoformat, int)

    def page() -> Document:
        # One line more than the page holds says whether there is a next page.
        found = queries.page(
            session, strikes, newest_first=query.sort == "-date", after=after, limit=query.limit + 1
        )
        lines = found[: query.limit]
        last = lines[-1].row if len(found) > query.limit else None
        return {
            "items": [strike_document(line, catalogue) for line in lines],
            "next": cursor_to(request, (last.date_from, last.id)) if last else None,
            "seq": now.seq,
        } | ({"total": queries.count(session, strikes)} if query.count == "exact" else {})

    return answer_list(request, now, page)


def _one(session: ReadSession, request: Request, strike_id: str, as_of: AsOf | None) -> Response:
    number = row_number(STRIKE, strike_id)
    now = head(session, as_of)
    line = queries.one(session, number, now.seq) if number else None
    if line is None:
        raise NotFound("there is no strike with this id")
    document = strike_document(line, catalogue_at(session, now))
    return answer_one(request, strike_id, line.row.revision, document)
