"""Router of GET /v1/coverage: publishers' claims by country and days."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app.catalogue.catalogue import catalogue_at
from app.catalogue.resolve import Resolver
from app.coverage import queries
from app.coverage.queries import CoverageFilter
from app.coverage.schemas import COVERAGE, CoveragePage, CoverageQuery
from app.db.engine import ReadSession
from app.errors import InvalidInput, NotAcceptable
from app.http.formats import WITHOUT_PLACE, Form, described
from app.http.pagination import cursor_to, position_of
from app.http.problems import responses
from app.http.responses import list_response
from app.http.sessions import Read
from app.http.strict_route import StrictRoute
from app.ledger.head import head
from app.vocabulary.identifiers import REPORT, public_id

router = APIRouter(prefix="/v1/coverage", tags=["coverage"], route_class=StrictRoute)


@router.get(
    "", responses={**described(CoveragePage, WITHOUT_PLACE), **responses(NotAcceptable, InvalidInput)}
)
async def list_coverage(request: Request, query: Annotated[CoverageQuery, Query()], read: Read) -> Response:
    """List the countries and days that reports cover, the latest days first."""
    return await read(lambda session: _page(session, request, query))


def _page(session: ReadSession, request: Request, query: CoverageQuery) -> Response:
    now = head(session, query.as_of)
    catalogue = catalogue_at(session, now)
    names = Resolver(catalogue, "parameter")
    publisher = names.publisher(query.publisher, "publisher") if query.publisher else None
    if query.date_from and query.date_to and query.date_from > query.date_to:
        names.refuse("date_to", "days-reversed", "date_to must not be before date_from")
    names.finish()
    criteria = CoverageFilter(
        as_of=now.seq,
        date_from=query.date_from,
        date_to=query.date_to,
        country=query.country,
        publisher_ids=catalogue.publishers.members(publisher.id) if publisher else None,
    )
    after = position_of(request, query.cursor, date.fromisoformat, int)

    def page() -> dict[str, Any]:
        claims = queries.claims(session, criteria, after, query.limit + 1)
        rows = claims[: query.limit]
        last = rows[-1] if len(claims) > query.limit else None
        items = []
        for row in rows:
            claim = row._asdict()
            del claim["id"]
            publisher = catalogue.publishers.by_id[claim.pop("publisher_id")].slug
            report = public_id(REPORT, claim.pop("report_id"))
            items.append(claim | {"report": report, "publisher": publisher, "says": _status(row.strikes)})
        return {
            "items": items,
            "next": cursor_to(request, (last.date_from, last.id)) if last else None,
            "seq": now.seq,
        } | ({"total": queries.count(session, criteria)} if query.count == "exact" else {})

    return list_response(request, now, page, Form(COVERAGE, query))


def _status(strikes: int | None) -> str:
    if strikes is None:
        return "no_total"
    return "strikes" if strikes else "none_reported"
