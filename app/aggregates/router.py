"""Router of GET /v1/aggregates, the one endpoint for counts."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.aggregates.dimensions import group_by_names
from app.aggregates.json_rows import written
from app.aggregates.notes import notes
from app.aggregates.picture import painter
from app.aggregates.result_table import table_of
from app.aggregates.rows import columns, measures, rows
from app.aggregates.schemas import Aggregates, AggregatesQuery
from app.aggregates.service import execute
from app.catalogue.catalogue import catalogue_at
from app.columnar.store import Columns
from app.db.engine import ReadSession
from app.errors import InvalidInput, NotAcceptable, QueryTimeout
from app.http.formats import WITH_PLACE, Form, Format, described
from app.http.pagination import cursor_to, position_of
from app.http.problems import responses
from app.http.responses import list_response
from app.http.sessions import Read
from app.http.strict_route import StrictRoute
from app.ledger.head import head
from app.strikes.search import worded
from app.strikes.selection import Selection

router = APIRouter(prefix="/v1/aggregates", tags=["aggregates"], route_class=StrictRoute)


@router.get(
    "",
    responses={
        **described(Aggregates, (*WITH_PLACE, Format.SVG)),
        **responses(NotAcceptable, InvalidInput, QueryTimeout),
    },
)
async def aggregate(request: Request, query: Annotated[AggregatesQuery, Query()], read: Read) -> Response:
    """Count the reports, lines, strikes, engagements and items that match, by up to three dimensions."""
    return await read(lambda session: _result_response(session, request, query))


def _result_response(session: ReadSession, request: Request, query: AggregatesQuery) -> Response:
    # All pages of a response are of one state of the record: that of the first.
    begin, seq = position_of(request, query.cursor, _natural, _natural) or (0, query.as_of)
    now = head(session, seq)
    catalogue = catalogue_at(session, now)
    question = query.question(catalogue, now.seq)

    form = Form(table_of(question, catalogue), query, painter(query, question, catalogue))

    def body() -> dict[str, object]:
        columns_of_all: Columns = request.app.state.columns
        record = columns_of_all.at(session, now)
        words = worded(session, question.strikes)
        with session.deadline.working_elsewhere():
            selection = Selection(record, question.strikes, words, session.deadline)
            result = execute(selection, question, catalogue)
        end = min(begin + query.limit, len(result.groups))
        page = result.groups.slice(begin, query.limit)
        shown = columns(page, result, question, catalogue)
        return {
            "group_by": group_by_names(question.grouping),
            "seq": now.seq,
            "next": cursor_to(request, (end, now.seq)) if end < len(result.groups) else None,
            "rows": written(shown) if form.chosen(request) is Format.JSON else rows(shown),
            "totals": measures(result.totals),
            **notes(question, result.groups),
        }

    return list_response(request, now, body, form)


def _natural(value: object) -> int:
    """Read a whole number that is not negative out of a cursor."""
    if not isinstance(value, int) or value < 0:
        raise ValueError("not a row or a ledger number")
    return value
