"""GET /v1/aggregates: one endpoint for every count by place, period, category, effect and publisher."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.aggregates.dimensions import group_by_names, parse_grouping
from app.aggregates.schemas import Aggregates, AggregatesQuery
from app.aggregates.service import Names, Question, documents, groups, order, totals
from app.catalogue.catalogue import catalogue_at
from app.db.engine import ReadSession
from app.errors import InvalidInput
from app.http.answers import answer_list
from app.http.pages import cursor_to, position_of
from app.http.problems import responses
from app.http.sessions import Read
from app.http.strict import StrictRoute
from app.ledger.clock import head

router = APIRouter(prefix="/v1/aggregates", tags=["aggregates"], route_class=StrictRoute)


@router.get("", responses={200: {"model": Aggregates}, **responses(InvalidInput)})
async def aggregate(request: Request, query: Annotated[AggregatesQuery, Query()], read: Read) -> Response:
    """Count reports, lines, strikes, engagements and items of what matches, by up to three dimensions."""
    return await read(lambda session: _answer(session, request, query))


def _answer(session: ReadSession, request: Request, query: AggregatesQuery) -> Response:
    now = head(session, query.as_of)
    catalogue = catalogue_at(session, now)
    grouping = parse_grouping(query.group_by)
    question = Question(query.resolved(catalogue, now.seq), grouping, query.period_by, query.fill == "zero")
    position = position_of(request, query.cursor, _names)

    def body() -> dict[str, object]:
        rows = groups(session, question, catalogue)
        if position is not None:
            rows = [group for group in rows if order(group.names) > order(position[0])]
        page, more = rows[: query.limit], len(rows) > query.limit
        return {
            "group_by": group_by_names(grouping),
            "seq": now.seq,
            "next": cursor_to(request, (page[-1].names,)) if more else None,
            "rows": documents(session, page, question, catalogue),
            "totals": asdict(totals(session, question)),
        }

    return answer_list(request, now, body)


def _names(value: object) -> Names:
    """Read the names of the last row of a page out of its cursor."""
    if not isinstance(value, list) or not all(isinstance(name, str | None) for name in value):
        raise TypeError("not the names of a group")
    return tuple(value)
