"""Router of /v1/strikes: filtered pages of lines, and one line."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from app.catalogue.catalogue import catalogue_at
from app.db.statements import Snapshot
from app.errors import InvalidInput, NotAcceptable, NotFound
from app.http.field_types import AsOfQuery
from app.http.formats import WITH_PLACE, Format, described, negotiated
from app.http.pagination import cursor_to, position_of
from app.http.problems import responses
from app.http.responses import item_response, list_response
from app.http.sessions import Read
from app.http.strict_route import StrictRoute
from app.ledger.head import head
from app.record.json_template import Document, lines_json
from app.strikes import fetch, search
from app.strikes.list_params import StrikesQuery
from app.strikes.ordering import READERS, position
from app.strikes.schemas import StrikeOut, StrikePage
from app.vocabulary.identifiers import STRIKE, row_number

router = APIRouter(prefix="/v1/strikes", tags=["strikes"], route_class=StrictRoute)


@router.get("", responses={**described(StrikePage, WITH_PLACE), **responses(NotAcceptable, InvalidInput)})
async def list_strikes(request: Request, query: Annotated[StrikesQuery, Query()], read: Read) -> Response:
    """List strike lines that match every filter, the latest first unless `sort` says otherwise."""
    # Lines are stored as JSON; in other formats most of the time goes into writing them.
    is_json = negotiated(query.format, request.headers.getlist("accept"), WITH_PLACE) is Format.JSON
    return await (read.short if is_json else read)(lambda session: _page(session, request, query))


@router.get("/{strike_id}", responses={200: {"model": StrikeOut}, **responses(NotFound, InvalidInput)})
async def get_strike(
    request: Request,
    strike_id: Annotated[str, Path(description="The line's id.", examples=["s40"])],
    query: Annotated[AsOfQuery, Query()],
    read: Read,
) -> Response:
    """Return one strike line. A line that a correction superseded is still shown, in its last form."""
    return await read.short(lambda session: _one(session, request, strike_id, query))


def _page(session: Snapshot, request: Request, query: StrikesQuery) -> Response:
    now = head(session, query.as_of)
    catalogue = catalogue_at(session, now)
    strikes = query.resolved(catalogue, now.seq)
    form = query.form(query.picked())
    after = position_of(request, query.cursor, *READERS[query.sort])

    def page() -> Document:
        # One line more than the page, to know whether there is a next page.
        rows = search.find(session, strikes, query.sort, after, query.limit + 1)
        lines = rows[: query.limit]
        last = lines[-1] if len(rows) > query.limit else None
        return {
            "items": lines_json(fetch.shown(session, [line.id for line in lines], now.seq), catalogue),
            "next": cursor_to(request, position(last, query.sort)) if last else None,
            "seq": now.seq,
        } | ({"total": search.count(session, strikes)} if query.count == "exact" else {})

    return list_response(request, now, page, form)


def _one(session: Snapshot, request: Request, strike_id: str, query: AsOfQuery) -> Response:
    number = row_number(STRIKE, strike_id)
    now = head(session, query.as_of)
    line = fetch.one(session, number, now.seq) if number else None
    if line is None:
        raise NotFound("no strike has this id")
    document = lines_json([line], catalogue_at(session, now))
    return item_response(request, strike_id, line.revision, document)
