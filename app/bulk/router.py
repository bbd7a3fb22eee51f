"""GET /v1/export: everything that a filter matches, in one download."""

from collections.abc import AsyncIterator, Generator
from contextlib import closing
from functools import partial
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from app.bulk.downloads import download, source_of
from app.bulk.params import OFFERED, ExportQuery
from app.errors import (
    InvalidInput,
    NotAcceptable,
    StrikeledgerError,
    TooManyOfAddress,
    TooManyOpenResponses,
)
from app.http.formats import MEDIA_TYPES, described, negotiated
from app.http.problems import responses
from app.http.responses import is_not_modified, list_headers
from app.http.sessions import Read
from app.http.strict_route import StrictRoute
from app.server.concurrency import Connection, connection_of, limited_by

# Where everything is downloaded.
PATH = "/v1/export"

router = APIRouter(prefix=PATH, tags=["export"], route_class=StrictRoute)


@router.get(
    "",
    response_class=StreamingResponse,
    dependencies=[Depends(limited_by("downloads"))],
    responses={
        **described(None, OFFERED, "Everything that matches, as one file."),
        **responses(NotAcceptable, InvalidInput, TooManyOfAddress, TooManyOpenResponses),
    },
)
async def export_record(request: Request, query: Annotated[ExportQuery, Query()], read: Read) -> Response:
    """Download everything that matches: whole reports as NDJSON, or lines in another format, the earliest first.

    All of it is as of one ledger number, which `Strikeledger-Seq` and the file's name give. Without any filter,
    NDJSON holds every published report, those without lines too.
    """
    chosen = negotiated(query.format, request.headers.getlist("accept"), OFFERED)
    query.refuse_mixed(chosen)
    source = await read(partial(source_of, database=request.app.state.database, query=query))
    headers = list_headers(request, source.head, chosen, negotiated=True)
    if is_not_modified(request, headers):
        return Response(status_code=304, headers=headers)
    # What cannot be begun is refused with a status of its own.
    begun = await to_thread.run_sync(download, source, query, chosen)
    headers["Content-Disposition"] = f'attachment; filename="{begun.name}"'
    sent = _sent(begun.pieces, request.app.state.exporters, connection_of(request.scope))
    return StreamingResponse(sent, headers=headers, media_type=MEDIA_TYPES[chosen])


async def _sent(
    pieces: Generator[bytes], workers: CapacityLimiter, connection: Connection | None
) -> AsyncIterator[bytes]:
    """Make each piece in a thread once the client has taken the one before it; end where the client leaves.

    Where a piece cannot be made the connection is cut: a client must not take a part for the whole.
    """
    piece: bytes | None = b""
    with closing(pieces):
        while piece is not None:
            if piece:
                yield piece
                if connection is not None:
                    await connection.drained()
            try:
                piece = await to_thread.run_sync(next, pieces, None, limiter=workers)
            except StrikeledgerError:
                if connection is None:
                    raise
                connection.give_way()
                return
