"""Read what reports say of whole countries and days. Knows no request."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from app.aggregates.axes import PeriodBy
from app.db.engine import ReadSession
from app.ledger.clock import standing
from app.models import Coverage, Report, Revision, Strike
from app.strikes.filters import StrikeFilter


def covered(
    session: ReadSession,
    strikes: StrikeFilter,
    countries: frozenset[str] | None,
    period_by: PeriodBy,
    days: tuple[date, date],
) -> Sequence[tuple[str, date, date]]:
    """Return the countries and days, of those asked for, for which a report says what there was, none included.

    A claim of 0 says none. A report whose lines reach the total that it claims says none of every other place
    there. A claim that its lines do not reach tells nothing of where the rest was, and does not count.
    By publication the days are those on which the reports were published.
    """
    listed = (
        select(func.sum(Strike.strikes_min))
        .where(
            Strike.report_id == Coverage.report_id,
            standing(Strike, strikes.as_of),
            Strike.country == Coverage.country,
            Strike.date_to >= Coverage.date_from,
            Strike.date_from <= Coverage.date_to,
        )
        .correlate(Coverage)
        .scalar_subquery()
    )
    begin, end = (
        (Coverage.date_from, Coverage.date_to)
        if period_by == "date"
        else (Revision.published_on, Revision.published_on)
    )
    statement = (
        select(Coverage.country, begin.label("begin"), end.label("end"))
        .join(Report, Report.id == Coverage.report_id)
        .join(Revision, Revision.report_id == Report.id)
        .where(
            standing(Coverage, strikes.as_of),
            standing(Revision, strikes.as_of),
            end >= days[0],
            begin <= days[1],
            (Coverage.strikes == 0) | (listed >= func.coalesce(Coverage.strikes, 0)),
        )
        .distinct()
    )
    if countries is not None:
        statement = statement.where(Coverage.country.in_(sorted(countries)))
    if strikes.publisher_ids is not None:
        statement = statement.where(Report.publisher_id.in_(sorted(strikes.publisher_ids)))
    if strikes.report_ids is not None:
        statement = statement.where(Coverage.report_id.in_(sorted(strikes.report_ids)))
    return [(row.country, row.begin, row.end) for row in session.execute(statement)]
