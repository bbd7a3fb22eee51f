"""Router of POST /v1/check: checks a report without storing it."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.db.engine import ReadSession
from app.errors import InvalidInput, MalformedRequest, UnsupportedMediaType
from app.http.encoders import dumps
from app.http.field_types import QueryName
from app.http.problems import responses
from app.http.responses import MEDIA_TYPE
from app.http.sessions import Read
from app.http.strict_route import StrictRoute
from app.ledger.head import head
from app.record.report_in import ReportIn
from app.reports.duplicates import new_lines
from app.reports.render import new_duplicates_document, staged_warnings
from app.reports.schemas import ReportChecks
from app.reports.staging import StagedReport, stage
from app.vocabulary.identifiers import REPORT, row_number

router = APIRouter(prefix="/v1/check", tags=["reports"], route_class=StrictRoute)


class CheckQuery(BaseModel):
    """The parameters of `POST /v1/check`."""

    model_config = ConfigDict(extra="forbid")

    report: Annotated[
        QueryName | None,
        Field(description="The id of the report or draft that the body is to correct.", examples=["r12"]),
    ] = None


@router.post(
    "",
    responses={
        200: {"model": ReportChecks},
        **responses(MalformedRequest, UnsupportedMediaType, InvalidInput),
    },
)
async def check_report(query: Annotated[CheckQuery, Query()], body: ReportIn, read: Read) -> Response:
    """Check a report as its publication would: faults, sums, warnings and duplicates. Stores nothing."""
    own = row_number(REPORT, query.report) if query.report else None
    return await read(lambda session: _checked(session, body, own))


def _checked(session: ReadSession, report: ReportIn, own: int | None) -> Response:
    staged = stage(session, report, own)
    remarks = dumps(
        {
            "warnings": staged_warnings(session, staged, own or 0),
            "possible_duplicates": _duplicates(session, staged, own or 0),
        }
    )
    content = f'{{"checks":{staged.checks},'.encode() + remarks[1:]
    return Response(content, headers={"Cache-Control": "no-store"}, media_type=MEDIA_TYPE)


def _duplicates(session: ReadSession, staged: StagedReport, own: int) -> object:
    lines = new_lines((line.row, line.tallies) for line in staged.lines)
    return new_duplicates_document(session, lines, head(session), own)
