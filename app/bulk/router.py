"""GET /v1/export: everything that a filter matches, in one download, from one snapshot of the record."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import ConfigDict, Field

from app.bulk import export
from app.catalogue.catalogue import Catalogue, catalogue_at
from app.db.engine import Database, ReadSession
from app.errors import (
    InvalidInput,
    NotAcceptable,
    StrikeledgerError,
    TooManyOfAddress,
    TooManyOpenResponses,
)
from app.http.encoders import written
from app.http.flat_tables import Table
from app.http.formats import (
    MEDIA_TYPES,
    Format,
    FormatParameter,
    described,
    negotiated,
    refuse_parts,
)
from app.http.problems import responses
from app.http.responses import is_not_modified, list_headers
from app.http.sessions import Read
from app.http.strict_route import StrictRoute
from app.ledger.head import Head, head
from app.server.concurrency import Connection, connection_of, limited_by
from app.strikes.filter import StrikeFilter
from app.strikes.flat_rows import ShapedQuery
from app.strikes.params import StrikeQuery

# Where everything is downloaded.
PATH = "/v1/export"

router = APIRouter(prefix=PATH, tags=["export"], route_class=StrictRoute)

# The first is what comes where nothing is asked for.
OFFERED = (Format.NDJSON, Format.CSV, Format.PARQUET)

# Reports have no columns: each is written whole.
REPORTS = Table(())


class ExportQuery(StrikeQuery, ShapedQuery):
    """The strike filters, and how to write what matches."""

    model_config = ConfigDict(extra="forbid")

    format: Annotated[
        FormatParameter,
        Field(
            description="`ndjson`, which comes without it: each report that has a line that matches, whole, as it "
            "can be posted. `csv` and `parquet`: the lines that match.",
            examples=["csv"],
        ),
    ] = None


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
    """Download everything that matches: whole reports as NDJSON, or lines as CSV or Parquet, the earliest first.

    All of it is as of one ledger number, which `Strikeledger-Seq` and the file's name tell. Without any filter,
    NDJSON holds every published report, those without lines too.
    """
    chosen = negotiated(query.format, request.headers.getlist("accept"), OFFERED)
    table = REPORTS if chosen is Format.NDJSON else query.form().table
    refuse_parts(query.form().table, chosen)

    def question(session: ReadSession) -> tuple[Head, Catalogue, StrikeFilter]:
        now = head(session, query.as_of)
        catalogue = catalogue_at(session, now)
        return now, catalogue, query.resolved(catalogue, now.seq)

    now, catalogue, strikes = await read(question)
    headers = list_headers(request, now, chosen, negotiated=True)
    if is_not_modified(request, headers):
        return Response(status_code=304, headers=headers)
    name = f"strikeledger-{'reports' if chosen is Format.NDJSON else 'strikes'}-{now.seq}.{chosen}"
    headers["Content-Disposition"] = f'attachment; filename="{name}"'
    database: Database = request.app.state.database
    chunks = (export.reports if chosen is Format.NDJSON else export.lines)(database, strikes, catalogue)
    # What cannot be begun is refused with a status of its own.
    pieces = await to_thread.run_sync(partial(written, chosen, table, chunks, raw=query.cells == "raw"))
    sent = _sent(pieces, request.app.state.exporters, connection_of(request.scope))
    return StreamingResponse(sent, headers=headers, media_type=MEDIA_TYPES[chosen])


async def _sent(
    pieces: Iterator[bytes], workers: CapacityLimiter, connection: Connection | None
) -> AsyncIterator[bytes]:
    """Make each piece in a thread once the client has taken the one before it; end where the client leaves.

    Where a piece cannot be made the connection is cut: a client must not take a part for the whole.
    """
    piece: bytes | None = b""
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
