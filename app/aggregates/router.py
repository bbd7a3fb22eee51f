"""Router of /v1/aggregates: counts, and their changes."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.aggregates.change_schemas import AggregateChanges
from app.aggregates.change_service import changes
from app.aggregates.dimensions import group_by_names
from app.aggregates.json_rows import written
from app.aggregates.notes import notes
from app.aggregates.params import AggregateChangesQuery, AggregatesQuery
from app.aggregates.picture import painter
from app.aggregates.result_table import changes_table, table_of
from app.aggregates.rows import columns, measures, rows
from app.aggregates.schemas import Aggregates
from app.aggregates.service import execute
from app.catalogue.catalogue import catalogue_at
from app.columnar.store import Columns
from app.db.engine import ReadSession
from app.errors import Fault, InvalidInput, NotAcceptable, QueryTimeout
from app.http.formats import WITH_PLACE, WITHOUT_PLACE, Form, Format, described
from app.http.pagination import cursor_to, position_of
from app.http.problems import responses
from app.http.responses import list_response, permanent
from app.http.sessions import Read
from app.http.strict_route import StrictRoute
from app.ledger.head import Head, head
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


@router.get(
    "/changes",
    responses={
        **described(AggregateChanges, WITHOUT_PLACE),
        **responses(NotAcceptable, InvalidInput, QueryTimeout),
    },
)
async def aggregate_changes(
    request: Request, query: Annotated[AggregateChangesQuery, Query()], read: Read
) -> Response:
    """Return why counts changed: the groups that differ between two ledger numbers, and the entries behind them.

    Both sides are what `/v1/aggregates` returns as of either number; a group without lines counts 0. Names are those of
    either vocabulary; what the earlier one does not have is read by the later one.
    """
    return await read(lambda session: _changes_response(session, request, query))


def _changes_response(session: ReadSession, request: Request, query: AggregateChangesQuery) -> Response:
    # All pages of a response end at one number: that of the first.
    begin, seq = position_of(request, query.cursor, _natural, _natural) or (0, query.to_seq)
    to = _head_at(session, seq, "to_seq")
    earlier = _head_at(session, query.from_seq, "from_seq")
    if earlier.seq > to.seq:
        detail = f"from_seq must not be after to_seq, which is {to.seq}"
        raise InvalidInput([Fault("parameter", "from_seq", "numbers-reversed", detail)])
    catalogue = catalogue_at(session, to)
    question = query.grouped(catalogue, to.seq)
    form = Form(changes_table(question), query)

    def body() -> dict[str, object]:
        changed = changes(session, request.app.state.columns, query, earlier, to, begin)
        end = begin + len(changed.rows)
        return {
            "group_by": group_by_names(question.grouping),
            "from_seq": earlier.seq,
            "to_seq": to.seq,
            "next": cursor_to(request, (end, to.seq)) if end < changed.count else None,
            "rows": changed.rows,
        }

    response = list_response(request, to, body, form)
    return response if query.to_seq is None else permanent(response)


def _head_at(session: ReadSession, seq: int | None, name: str) -> Head:
    now = head(session)
    if seq is not None and seq > now.seq:
        raise InvalidInput([Fault("parameter", name, "beyond-head", f"the ledger stands at {now.seq}")])
    return now if seq is None else head(session, seq)


def _natural(value: object) -> int:
    """Read a whole number that is not negative out of a cursor."""
    if not isinstance(value, int) or value < 0:
        raise ValueError("not a row or a ledger number")
    return value
