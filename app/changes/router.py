"""Routers of /v1/ledger and of /v1/changes as list, stream and feed.

A ledger number is a citation, and its hash seals all before it. The changes can be read page by page, as a
stream of server-sent events, and as a feed for feed readers.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from app.changes import atom, queries, stream
from app.changes.schemas import (
    Change,
    ChangesPage,
    ChangesQuery,
    FeedQuery,
    LedgerHead,
    NoParameters,
    Seen,
    StreamQuery,
    change,
)
from app.changes.watcher import Watcher
from app.db.engine import ReadSession
from app.errors import (
    DatabaseUnavailable,
    Fault,
    InvalidInput,
    NotAcceptable,
    TooManyOfAddress,
    TooManyOpenResponses,
)
from app.http.flat_tables import Table, columns_of
from app.http.formats import WITHOUT_PLACE, Form, described
from app.http.pagination import cursor_to, position_of
from app.http.problems import responses
from app.http.responses import SEQ, current, list_response
from app.http.sessions import Read
from app.http.strict_route import StrictRoute
from app.ledger.head import head, last_entry
from app.server.concurrency import limited_by
from app.server.hosts import base_of

router = APIRouter(prefix="/v1", tags=["ledger"], route_class=StrictRoute)

CHANGES = Table(columns_of(Change))


@router.get("/ledger", responses={200: {"model": LedgerHead}, **responses(InvalidInput)})
async def get_ledger(request: Request, _query: Annotated[NoParameters, Query()], read: Read) -> Response:
    """Return the head of the ledger. Save its number and hash: together they prove the record up to there."""

    def where(session: ReadSession) -> Response:
        entry = last_entry(session)
        seq, seal, recorded_at = entry or (0, None, None)
        body = {"seq": seq, "hash": seal, "recorded_at": recorded_at}
        return current(list_response(request, head(session), lambda: body))

    return await read(where)


@router.get(
    "/changes",
    responses={**described(ChangesPage, WITHOUT_PLACE), **responses(NotAcceptable, InvalidInput)},
)
async def list_changes(request: Request, query: Annotated[ChangesQuery, Query()], read: Read) -> Response:
    """List the entries of the ledger after a number, in order. Entries never change.

    To follow the record, save the last `seq` that you received and request the entries after it. At the ledger's
    head the list is empty; a number beyond it is refused, since it comes from another ledger.
    """
    return await read(lambda session: _page(session, request, query))


@router.get(
    "/changes/stream",
    response_class=StreamingResponse,
    dependencies=[Depends(limited_by("streams", is_expendable=True))],
    responses={
        200: {
            "description": "An endless stream of events named `change`. The id is the ledger number, the data an entry "
            "as `/v1/changes` lists it.",
            "content": {stream.MEDIA_TYPE: {"schema": {"type": "string"}}},
        },
        **responses(InvalidInput, TooManyOfAddress, TooManyOpenResponses, DatabaseUnavailable),
    },
)
async def stream_changes(
    request: Request,
    query: Annotated[StreamQuery, Query()],
    read: Read,
    last_event_id: Annotated[
        Seen | None,
        Header(
            description="The ledger number that was received last, as a browser sends it on reconnecting. "
            "Takes precedence over `after`.",
            examples=[1],
        ),
    ] = None,
) -> Response:
    """Stream new entries as server-sent events, in order, without gaps or repeats.

    While the database is unavailable the stream waits. It ends with the server, where its connection is needed for
    others, and where the ledger is replaced by another one. Reconnect with the last id; one beyond the head is
    refused.
    """
    name, seq = ("after", query.after) if last_event_id is None else ("last-event-id", last_event_id)
    _refuse_beyond(seq, (await read.short(head)).seq, name)
    watcher: Watcher = request.app.state.watcher
    return StreamingResponse(
        stream.events(watcher, seq),
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        media_type=stream.MEDIA_TYPE,
    )


@router.get(
    "/changes.atom",
    response_class=Response,
    responses={
        200: {
            "description": "The feed, in Atom 1.0.",
            "content": {atom.MEDIA_TYPE: {"schema": {"type": "string"}}},
        },
        **responses(InvalidInput),
    },
)
async def feed_of_changes(request: Request, query: Annotated[FeedQuery, Query()], read: Read) -> Response:
    """Return the changes of reports as an Atom feed, the latest first, for a feed reader.

    Links of the relation `next` lead page by page to the oldest change (RFC 5005). All links are absolute, and name
    the host of the request.
    """
    return await read(lambda session: _feed(session, request, query))


def _page(session: ReadSession, request: Request, query: ChangesQuery) -> Response:
    now = head(session)
    _refuse_beyond(query.after, now.seq, "after")
    (start,) = position_of(request, query.cursor, int) or (query.after,)
    _refuse_beyond(start, now.seq, "cursor")

    def page() -> Mapping[str, object]:
        rows = queries.after(session, start, query.limit + 1)
        entries = rows[: query.limit]
        last = entries[-1] if len(rows) > query.limit else None
        return {
            "items": [change(entry) for entry in entries],
            "next": cursor_to(request, (last.seq,)) if last else None,
            "seq": now.seq,
            # Numbers have no gaps.
        } | ({"total": max(0, now.seq - query.after)} if query.count == "exact" else {})

    return current(list_response(request, now, page, Form(CHANGES, query)))


def _refuse_beyond(seq: int, last: int, name: str) -> None:
    """Raise InvalidInput for a number that the ledger has not given."""
    if seq > last:
        raise InvalidInput([Fault("parameter", name, "beyond-head", f"the latest ledger number is {last}")])


def _feed(session: ReadSession, request: Request, query: FeedQuery) -> Response:
    now = head(session)
    _refuse_beyond(query.after, now.seq, "after")
    if query.before is not None:
        _refuse_beyond(query.before, now.seq, "before")
    # The tag, and 304 where the client holds it, as of any list; the body alone is another.
    response = current(list_response(request, now, dict))
    if response.status_code == HTTPStatus.NOT_MODIFIED:
        return response
    headers = {name: response.headers[name] for name in ("ETag", "Cache-Control", "Vary", SEQ)}
    entries = queries.latest_of_reports(session, query.after, query.before, query.limit + 1)
    page = entries[: query.limit]
    pages = {"self": _feed_path(request, query.before), "first": _feed_path(request, None)}
    if len(entries) > query.limit:
        pages["next"] = _feed_path(request, page[-1].seq)
    content = atom.feed(page, base_of(request), pages, queries.genesis(session))
    return Response(content, headers=headers, media_type=atom.MEDIA_TYPE)


def _feed_path(request: Request, before: int | None) -> str:
    """Return the path and query of the page of the requested feed that starts before a number; None: the first."""
    parameters = [parameter for parameter in request.query_params.multi_items() if parameter[0] != "before"]
    if before is not None:
        parameters.append(("before", str(before)))
    path: str = request.scope["path"]
    return f"{path}?{urlencode(parameters)}" if parameters else path
