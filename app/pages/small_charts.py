"""Small charts of a page: timelines of several groups on one scale."""

from collections.abc import Callable
from datetime import date
from typing import Any

from app.catalogue.names import name_of
from app.drawings import series, small_timeline, wording
from app.drawings.count_forms import count_of
from app.pages.chart_periods import within
from app.pages.panel import Panel
from app.pages.record import Record, Row
from app.pages.view import View
from app.vocabulary.periods import PeriodUnit

# Charts, at most, and their own unit where the large one shows days or weeks: larger ones stay readable in little room.
MOST = 12
_LARGER = {PeriodUnit.DAY: PeriodUnit.WEEK, PeriodUnit.WEEK: PeriodUnit.MONTH}


def small_charts(
    record: Record, view: View, days: tuple[date, date], unit: PeriodUnit, panel: Callable[..., Panel]
) -> dict[str, Any] | None:
    """Return the charts of the dimension that the page names, and their panel; None where it names none."""
    query = view.query
    dimension, measure = query.each, query.measure
    if dimension == "none":
        return None
    unit = _LARGER.get(unit, unit)
    dated = within(view, query, days)
    grouped = {"group_by": f"{dimension},{unit.value}"} | view.period_by
    by_key: dict[str | None, list[Row]] = {}
    for row in record.count(dated, **grouped, top=MOST).rows:
        if not row["is_other"]:
            by_key.setdefault(row[dimension], []).append(row)
    is_place = dimension == "location"
    drawn = {key: series.bars(rows, unit, measure, names_place=is_place) for key, rows in by_key.items()}
    most = max((bar.count.highest for bars in drawn.values() for bar in bars), default=0)
    # Counted by itself: a report of several periods is one report.
    whole = {row[dimension]: row for row in record.count(dated, group_by=dimension).rows}
    api = view.api("/v1/aggregates", query, **grouped, top=str(MOST))
    return {
        "heading": f"Each {'place' if is_place else dimension} {wording.PERIODS[unit]}",
        "note": "those with most items, on one scale; the number is the highest period",
        "figures": [
            {
                "name": name_of(record.catalogue, dimension, key),
                "count": count_of(whole[key], measure),
                "drawing": small_timeline.small(bars, most),
                "highest": max(bars, key=lambda bar: bar.count.least).title if bars else "",
                "href": view.url(**{dimension: key}) if key else None,
            }
            for key, bars in drawn.items()
        ],
        "panel": panel("multiples", api, None, measure=measure.value),
    }
