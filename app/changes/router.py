"""Routers of /v1/ledger and of /v1/changes as list, stream and feed.

A ledger number is a citation, and its hash seals all before it. The changes can be read page by page, as a
stream of server-sent events, and as a feed for feed readers; all of them, or those that a strike filter is about.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from app.catalogue.catalogue import catalogue_at
from app.changes import atom, matching, queries, stream
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
from app.changes.subject import subject
from app.changes.watcher import EVERYTHING, Subscription, Watcher
from app.db.engine import ReadSession
from app.db.statements import Snapshot
from app.errors import (
    DatabaseUnavailable,
    Fault,
    InvalidInput,
    NotAcceptable,
    QueryTimeout,
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
from app.ledger.head import Head, head, last_entry
from app.server.concurrency import limited_by
from app.server.hosts import base_of
from app.strikes.filter import StrikeFilter
from app.strikes.params import StrikeCriteria

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
    responses={
        **described(ChangesPage, WITHOUT_PLACE),
        **responses(NotAcceptable, InvalidInput, QueryTimeout),
    },
)
async def list_changes(request: Request, query: Annotated[ChangesQuery, Query()], read: Read) -> Response:
    """List the entries of the ledger after a number, in order, or with `before` backwards. Entries never change.

    To follow the record, save the last `seq` that you received and request the entries after it. At the ledger's
    head the list is empty; a number beyond it is refused, since it comes from another ledger.

    With strike filters the list has the entries whose report has a line that matches: as of the entry, or as of the
    number before it. So a correction that moves a line to another place is in the lists of both places, and
    `status=retracted` lists retractions. Entries of the vocabulary are left out. The work of one request is bounded:
    a page may be short or empty, and yet have a `next`.
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

    Strike filters choose entries as in `/v1/changes`. Where entries do not match, an id without data marks how far the
    ledger was read, and event sources remember it. Names are those of the vocabulary of the moment.
    """
    name, seq = ("after", query.after) if last_event_id is None else ("last-event-id", last_event_id)
    await read.short(lambda snapshot: _check(snapshot, query, seq, name))
    watcher: Watcher = request.app.state.watcher
    subscription = Subscription.to(query) if query.given else EVERYTHING
    return StreamingResponse(
        stream.events(watcher, seq, subscription),
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
        **responses(InvalidInput, QueryTimeout),
    },
)
async def feed_of_changes(request: Request, query: Annotated[FeedQuery, Query()], read: Read) -> Response:
    """Return the changes of reports as an Atom feed, the latest first, for a feed reader.

    Links of the relation `next` lead page by page to the oldest change (RFC 5005). All links are absolute, and name
    the host of the request. Strike filters choose entries as in `/v1/changes`, and stand in the titles.
    """
    return await read(lambda session: _feed(session, request, query))


def _page(session: ReadSession, request: Request, query: ChangesQuery) -> Response:
    now = head(session, query.as_of)
    strikes = _filter(session, query, now)
    _refuse_beyond(query.after, now.seq, "after")
    if query.before is not None:
        _refuse_beyond(query.before - 1, now.seq, "before")
    (start,) = position_of(request, query.cursor, int) or (None,)
    latest_first = query.before is not None
    after, before = query.after, query.before or now.seq + 1
    if start is not None:
        _refuse_beyond(start, now.seq + latest_first, "cursor")
        after, before = (after, min(before, start)) if latest_first else (max(after, start), before)

    def page() -> Mapping[str, object]:
        if strikes is None:
            rows = queries.between(session, after, before, query.limit + 1, latest_first=latest_first)
            entries = rows[: query.limit]
            resume = entries[-1].seq if len(rows) > query.limit else None
        else:
            seqs, resume = matching.find(
                session, strikes, after, before, query.limit, latest_first=latest_first
            )
            entries = queries.of_numbers(session, seqs)
        return {
            "items": [change(entry) for entry in entries],
            "next": None if resume is None else cursor_to(request, (resume,)),
            "seq": now.seq,
        } | ({"total": _total(session, strikes, query, now)} if query.count == "exact" else {})

    return current(list_response(request, now, page, Form(CHANGES, query)))


def _total(session: ReadSession, strikes: StrikeFilter | None, query: ChangesQuery, now: Head) -> int:
    before = query.before or now.seq + 1
    if strikes is not None:
        return matching.count(session, strikes, query.after, before)
    # Numbers have no gaps.
    return max(0, before - 1 - query.after)


def _filter(session: Snapshot, query: StrikeCriteria, now: Head) -> StrikeFilter | None:
    """Return the filter of entries; None where none is requested. Raises InvalidInput."""
    return query.resolved(catalogue_at(session, now), now.seq) if query.given else None


def _check(snapshot: Snapshot, query: StreamQuery, seq: int, name: str) -> None:
    """Raise InvalidInput where a stream cannot begin at a number, or names what the vocabulary does not have."""
    now = head(snapshot)
    _refuse_beyond(seq, now.seq, name)
    _filter(snapshot, query, now)


def _refuse_beyond(seq: int, last: int, name: str) -> None:
    """Raise InvalidInput for a number that the ledger has not given."""
    if seq > last:
        raise InvalidInput([Fault("parameter", name, "beyond-head", f"the latest ledger number is {last}")])


def _feed(session: ReadSession, request: Request, query: FeedQuery) -> Response:
    now = head(session, query.as_of)
    strikes = _filter(session, query, now)
    _refuse_beyond(query.after, now.seq, "after")
    if query.before is not None:
        _refuse_beyond(query.before, now.seq, "before")
    # The tag, and 304 where the client holds it, as of any list; the body alone is another.
    response = current(list_response(request, now, dict))
    if response.status_code == HTTPStatus.NOT_MODIFIED:
        return response
    headers = {name: response.headers[name] for name in ("ETag", "Cache-Control", "Vary", SEQ)}
    before = query.before or now.seq + 1
    if strikes is None:
        seqs = queries.reports_before(session, query.after, before, query.limit + 1)
        page, resume = seqs[: query.limit], seqs[query.limit - 1] if len(seqs) > query.limit else None
    else:
        page, resume = matching.find(session, strikes, query.after, before, query.limit, latest_first=True)
    pages = {"self": _feed_path(request, query.before), "first": _feed_path(request, None)}
    if resume is not None:
        pages["next"] = _feed_path(request, resume)
    about = subject(query, catalogue_at(session, now)) if strikes else None
    content = atom.feed(
        queries.described(session, page), base_of(request), pages, queries.genesis(session), about
    )
    return Response(content, headers=headers, media_type=atom.MEDIA_TYPE)


def _feed_path(request: Request, before: int | None) -> str:
    """Return the path and query of the page of the requested feed that starts before a number; None: the first."""
    parameters = [parameter for parameter in request.query_params.multi_items() if parameter[0] != "before"]
    if before is not None:
        parameters.append(("before", str(before)))
    path: str = request.scope["path"]
    return f"{path}?{urlencode(parameters)}" if parameters else path
