"""GET /v1/coverage: which publisher spoke for which country and days, and what it claimed; an explicit none too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import ConfigDict, Field
from sqlalchemy import ColumnElement, and_, func, or_, select

from app.catalogue.catalogue import catalogue_at
from app.catalogue.resolve import Resolver
from app.db.engine import ReadSession
from app.db.types import AnyRow
from app.errors import InvalidInput, NotAcceptable
from app.http.examples import example_of
from app.http.field_types import Asked, AsOfParameter, Country, Day
from app.http.flat_tables import Table, columns_of
from app.http.formats import WITHOUT_PLACE, Form, FormatQuery, described
from app.http.pagination import Page, PageQuery, cursor_to, position_of
from app.http.problems import responses
from app.http.responses import answer_list
from app.http.sessions import Read
from app.http.strict_route import StrictRoute
from app.ledger.head import head, standing
from app.models import Coverage, Report
from app.reports.schemas import CoverageOut
from app.vocabulary.identifiers import REPORT, public_id

router = APIRouter(prefix="/v1/coverage", tags=["coverage"], route_class=StrictRoute)


class CoverageQuery(PageQuery, FormatQuery):
    """The parameters of `GET /v1/coverage`."""

    model_config = ConfigDict(extra="forbid")

    date_from: Annotated[
        Day | None,
        Field(
            description="First day, inclusive; a claim matches when its days overlap.",
            examples=["2016-12-01"],
        ),
    ] = None
    date_to: Annotated[Day | None, Field(description="Last day, inclusive.", examples=["2017-02-28"])] = None
    country: Annotated[Country | None, Field(description="ISO 3166-1 alpha-2 code.", examples=["SY"])] = None
    publisher: Annotated[
        Asked | None, Field(description="Slug or name of a publisher.", examples=["cjtf-oir"])
    ] = None
    as_of: AsOfParameter = None


class CoverageItem(CoverageOut):
    """A country and days that a publisher's report speaks for."""

    report: str = Field(description="The report's id.", examples=["r12"])
    publisher: str = Field(description="The publisher's slug.", examples=["cjtf-oir"])
    says: Literal["strikes", "none_reported", "no_total"] = Field(
        description="`none_reported` where it claims 0, `no_total` where it gives no number, else `strikes`.",
        examples=["strikes"],
    )


COVERAGE = Table(columns_of(CoverageItem))


class CoveragePage(Page):
    """A page of coverage."""

    items: list[CoverageItem] = Field(
        description="The claims of the page.", examples=[[example_of(CoverageItem)]]
    )


@dataclass(frozen=True, slots=True)
class CoverageFilter:
    """A question about coverage. None asks nothing; days are inclusive, and overlap."""

    as_of: int
    date_from: date | None
    date_to: date | None
    country: str | None
    publisher_ids: frozenset[int] | None

    def condition(self) -> ColumnElement[bool]:
        """Return the condition that a row of Coverage, joined to its Report, must meet."""
        conditions = [standing(Coverage, self.as_of)]
        if self.date_from is not None:
            conditions.append(Coverage.date_to >= self.date_from)
        if self.date_to is not None:
            conditions.append(Coverage.date_from <= self.date_to)
        if self.country is not None:
            conditions.append(Coverage.country == self.country)
        if self.publisher_ids is not None:
            conditions.append(Report.publisher_id.in_(sorted(self.publisher_ids)))
        return and_(*conditions)


@router.get(
    "", responses={**described(CoveragePage, WITHOUT_PLACE), **responses(NotAcceptable, InvalidInput)}
)
async def list_coverage(request: Request, query: Annotated[CoverageQuery, Query()], read: Read) -> Response:
    """List what reports speak for, the latest days first."""
    return await read(lambda session: _page(session, request, query))


def _page(session: ReadSession, request: Request, query: CoverageQuery) -> Response:
    now = head(session, query.as_of)
    catalogue = catalogue_at(session, now)
    names = Resolver(catalogue, "parameter")
    publisher = names.publisher(query.publisher, "publisher") if query.publisher else None
    if query.date_from and query.date_to and query.date_from > query.date_to:
        names.refuse("date_to", "days-reversed", "date_to lies before date_from")
    names.finish()
    asked = CoverageFilter(
        as_of=now.seq,
        date_from=query.date_from,
        date_to=query.date_to,
        country=query.country,
        publisher_ids=catalogue.publishers.members(publisher.id) if publisher else None,
    )
    after = position_of(request, query.cursor, date.fromisoformat, int)

    def page() -> dict[str, Any]:
        found = _rows(session, asked, after, query.limit + 1)
        rows = found[: query.limit]
        last = rows[-1] if len(found) > query.limit else None
        items = []
        for row in rows:
            claim = row._asdict()
            del claim["id"]
            publisher = catalogue.publishers.by_id[claim.pop("publisher_id")].slug
            report = public_id(REPORT, claim.pop("report_id"))
            items.append(claim | {"report": report, "publisher": publisher, "says": _says(row.strikes)})
        return {
            "items": items,
            "next": cursor_to(request, (last.date_from, last.id)) if last else None,
            "seq": now.seq,
        } | ({"total": _count(session, asked)} if query.count == "exact" else {})

    return answer_list(request, now, page, Form(COVERAGE, query))


def _rows(
    session: ReadSession, asked: CoverageFilter, after: tuple[date, int] | None, limit: int
) -> Sequence[AnyRow]:
    statement = (
        select(
            Coverage.id,
            Coverage.report_id,
            Report.publisher_id,
            Coverage.country,
            Coverage.date_from,
            Coverage.date_to,
            Coverage.strikes,
            Coverage.engagements,
        )
        .join(Report, Report.id == Coverage.report_id)
        .where(asked.condition())
    )
    if after is not None:
        day, coverage_id = after
        beyond = or_(Coverage.date_from < day, and_(Coverage.date_from == day, Coverage.id < coverage_id))
        statement = statement.where(Coverage.date_from <= day, beyond)
    newest = statement.order_by(Coverage.date_from.desc(), Coverage.id.desc())
    return session.execute(newest.limit(limit)).all()


def _count(session: ReadSession, asked: CoverageFilter) -> int:
    statement = select(func.count()).select_from(Coverage).join(Report, Report.id == Coverage.report_id)
    found: int = session.execute(statement.where(asked.condition())).scalar_one()
    return found


def _says(strikes: int | None) -> str:
    if strikes is None:
        return "no_total"
    return "strikes" if strikes else "none_reported"
