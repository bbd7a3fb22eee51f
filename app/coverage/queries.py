"""Queries for coverage claims of a country and days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.db.engine import ReadSession
from app.db.types import AnyRow
from app.ledger.head import standing
from app.models import Coverage, Report


@dataclass(frozen=True, slots=True)
class CoverageFilter:
    """A filter of claims. None matches all; days are inclusive, and a claim matches when its days overlap."""

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


def claims(
    session: ReadSession, criteria: CoverageFilter, after: tuple[date, int] | None, limit: int
) -> Sequence[AnyRow]:
    """Return up to `limit` claims, the latest days first, from the one after the day and id `after`."""
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
        .where(criteria.condition())
    )
    if after is not None:
        day, coverage_id = after
        beyond = or_(Coverage.date_from < day, and_(Coverage.date_from == day, Coverage.id < coverage_id))
        statement = statement.where(Coverage.date_from <= day, beyond)
    newest = statement.order_by(Coverage.date_from.desc(), Coverage.id.desc())
    return session.execute(newest.limit(limit)).all()


def count(session: ReadSession, criteria: CoverageFilter) -> int:
    """Return how many claims match."""
    statement = select(func.count()).select_from(Coverage).join(Report, Report.id == Coverage.report_id)
    total: int = session.execute(statement.where(criteria.condition())).scalar_one()
    return total


def countries(session: ReadSession, criteria: CoverageFilter) -> list[str]:
    """Return the countries of claims that match, by code."""
    statement = select(Coverage.country).join(Report, Report.id == Coverage.report_id).distinct()
    return list(session.execute(statement.where(criteria.condition()).order_by(Coverage.country)).scalars())
