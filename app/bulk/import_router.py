"""POST /v1/imports: reports from CSV, NDJSON or Excel, in one transaction."""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from http import HTTPStatus
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Query, Request, Response
from starlette.requests import ClientDisconnect

from app.bulk import importing
from app.bulk.candidates import Candidate, from_ndjson
from app.bulk.columns import TEMPLATE, Reading, with_pairs
from app.bulk.import_schemas import ImportOut, ImportQuery
from app.bulk.importing import Author
from app.bulk.outcome import NotApplied, Outcome, Rejected
from app.bulk.sheet_rows import from_sheet
from app.bulk.sheets import csv_sheet, excel_sheet
from app.db.engine import WriteSession
from app.errors import (
    Conflict,
    DatabaseBusy,
    IdempotencyKeyReused,
    InsufficientScope,
    InvalidInput,
    MalformedRequest,
    PayloadTooLarge,
    Unauthenticated,
    UnsupportedMediaType,
)
from app.http.bodies import media_type
from app.http.encoders import dumps
from app.http.problems import problem, responses
from app.http.responses import MEDIA_TYPE
from app.http.sessions import Write
from app.http.strict_route import StrictRoute
from app.keys.idempotency import IDEMPOTENT, once
from app.keys.security import Importing
from app.record.report_example import REPORT

router = APIRouter(prefix="/v1/imports", tags=["imports"], route_class=StrictRoute)

CSV = "text/csv"
NDJSON = "application/x-ndjson"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# Bytes of a file. The command line takes larger ones.
LARGEST_FILE = 64 * 1024 * 1024

MEDIA_TYPES = (CSV, NDJSON, EXCEL)

# A report with one line of two tallies.
_TABLE = (
    "publisher,number,published_on,line,date_from,country,location,strikes_min,strikes_max,effect,category,"
    "count_min,count_max\r\n"
    "cjtf-oir,20170302-01,2017-03-02,1,2017-03-01,SY,Raqqa,3,3,destroyed,tank,2,2\r\n"
    "cjtf-oir,20170302-01,2017-03-02,1,2017-03-01,SY,Raqqa,3,3,damaged,vehicle,5,\r\n"
)
_BODY = {
    "required": True,
    "content": {
        CSV: {"schema": {"type": "string", "examples": [_TABLE]}},
        NDJSON: {"schema": {"type": "string", "examples": [dumps(REPORT).decode() + "\n"]}},
        EXCEL: {"schema": {"type": "string", "format": "binary"}},
    },
}


@router.post(
    "",
    responses={
        200: {"model": ImportOut},
        **responses(
            MalformedRequest,
            Unauthenticated,
            InsufficientScope,
            Conflict,
            PayloadTooLarge,
            UnsupportedMediaType,
            InvalidInput,
            IdempotencyKeyReused,
            DatabaseBusy,
        ),
    },
    openapi_extra={**IDEMPOTENT, "requestBody": _BODY},
)
async def import_reports(
    request: Request, holder: Importing, query: Annotated[ImportQuery, Query()], write: Write
) -> Response:
    """Import reports: new ones are published, known ones revised where they differ, and equal ones left as they are.

    All of the file is written in one transaction, or nothing. A report is known by its publisher and number.
    """
    media = media_type(request)
    if media not in MEDIA_TYPES:
        raise UnsupportedMediaType(f"send {CSV}, {NDJSON} or {EXCEL}")
    reading = with_pairs(
        Reading(dates=query.dates, decimal_comma=query.decimal_comma, sheet=query.sheet),
        query.map,
        query.ignore_column,
    )
    with tempfile.TemporaryFile() as file:
        digest = await _spool(request, file)

        def work(session: WriteSession) -> Response:
            candidates = _candidates(media, file, reading)
            author = Author(holder.id, query.reason)
            rejected: list[dict[str, object]] | None = [] if query.rejects else None
            outcome = importing.run(session, candidates, author, query.mode, partial(_note, rejected))
            if query.dry_run or outcome.is_refused:
                raise NotApplied(outcome, rejected)
            return Response(_document(outcome, rejected), media_type=MEDIA_TYPE)

        try:
            return await once(request, holder, write, work, alone=True, body_hash=digest)
        except NotApplied as taken_back:
            outcome = taken_back.outcome
            if query.dry_run:
                return Response(_document(outcome, taken_back.rejected), media_type=MEDIA_TYPE)
            detail = f"nothing was imported: {outcome.rejected:,} reports are not valid"
            return problem(
                request.scope,
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "import-refused",
                detail,
                **outcome.document(),
            )


async def _spool(request: Request, file: BinaryIO) -> str:
    """Write the body into a file and return its SHA-256.

    Raises PayloadTooLarge, and MalformedRequest where the body ends early.
    """
    digest, size = hashlib.sha256(), 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > LARGEST_FILE:
                raise PayloadTooLarge(f"the file is larger than {LARGEST_FILE // 1024**2} MiB; split it")
            digest.update(chunk)
            file.write(chunk)
    except ClientDisconnect:
        raise MalformedRequest("the request body ended early") from None
    return digest.hexdigest()


def _note(rejected: list[dict[str, object]] | None, report: Rejected) -> None:
    if rejected is not None:
        rejected += [{"row": number, "problem": problem} for number, problem, _ in report.rows()]


def _document(outcome: Outcome, rejected: Sequence[dict[str, object]] | None) -> bytes:
    return dumps(outcome.document() | ({} if rejected is None else {"rejects": rejected}))


def _candidates(media: str, file: BinaryIO, reading: Reading) -> Iterator[Candidate]:
    if media == NDJSON:
        return from_ndjson(file)
    sheet = csv_sheet(file, reading) if media == CSV else excel_sheet(file, reading)
    return from_sheet(sheet, reading)


@router.get("/template", responses={200: {"content": {CSV: {}}}, **responses(InvalidInput)})
async def import_template() -> Response:
    """Download the header of a CSV file for import: one row for each tally."""
    headers = {"Content-Disposition": 'attachment; filename="strikeledger-import.csv"'}
    return Response(",".join(TEMPLATE) + "\r\n", media_type=f"{CSV}; charset=utf-8", headers=headers)
