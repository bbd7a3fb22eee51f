"""Periods of a page's charts: their days, counts and addresses."""

from collections.abc import Sequence
from datetime import date

from app.drawings import series
from app.drawings.timeline import MOST_PERIODS
from app.pages.record import Record, Row
from app.pages.view import View, refused
from app.strikes.params import StrikeQuery
from app.vocabulary import periods
from app.vocabulary.periods import PeriodUnit

Days = tuple[date, date]


def within(view: View, query: StrikeQuery, days: Days | None) -> StrikeQuery:
    """Return filters with the days that a chart shows.

    They are days of strikes, as in every filter: periods of publication are those in which what matches was published,
    whenever that was.
    """
    if days is None or view.is_by_publication:
        return query
    first, last = days
    return query.model_copy(update={"date_from": first, "date_to": last})


def by_period(
    record: Record, view: View, query: StrikeQuery, days: Days | None, unit: PeriodUnit
) -> Sequence[Row]:
    """Count by period of the days of a chart, as running totals where the page shows those.

    Raises InvalidInput for more periods than a chart has room for.
    """
    if days is not None and not view.is_by_publication:
        _check(view, periods.count(unit, *days))
    charted, how = within(view, query, days), {"group_by": unit.value} | view.how
    rows = record.count(charted, **how).rows
    _check(view, len(rows))
    return series.accumulated(rows) if view.query.cumulative == "true" else rows


def address(view: View, row: Row) -> str | None:
    """Return the address of the page with the days of a period; None for one of publication, which no filter is of."""
    if view.is_by_publication:
        return None
    first, last = row["period_start"].isoformat(), row["period_end"].isoformat()
    return view.url(date_from=first, date_to=last, unit=None)


def _check(view: View, number: int) -> None:
    if number > MOST_PERIODS:
        name = "date_from" if view.query.unit is None else "unit"
        raise refused(name, f"makes {number:,} periods; a chart has {MOST_PERIODS:,} at most")
