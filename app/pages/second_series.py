"""Second series of a page: the same question with other filters.

Two numbers, never a difference of them: what is "at least" cannot be subtracted.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from app.drawings.count_forms import Count, Form, count_of
from app.pages.chart_periods import by_period
from app.pages.record import Record, Row
from app.pages.view import VERSUS, View, ViewQuery, named
from app.strikes.sentence import plain, sentence
from app.vocabulary.periods import PeriodUnit


class SecondSeries:
    """What a question is compared with: its parameters, and in their place those that begin with `vs.`."""

    def __init__(self, record: Record, query: ViewQuery, view: View, whole: tuple[date, date] | None) -> None:
        assert query.vs is not None  # noqa: S101 - else there is none
        self._record, self._first, self._view, self._whole = record, query, view, whole
        given = {name: getattr(query.vs, name) for name in query.vs.model_fields_set}
        self._query = named(query.model_copy(update=given | {"vs": None}), record.catalogue)

    def context(self, totals: Row) -> dict[str, Any]:
        """Return both counts, and the second question in words; `totals` are those of the first."""
        query, measure = self._query, self._first.measure
        by_publication = query.period_by == "published_on"
        phrases = sentence(query, measure, self._record.catalogue, self._whole, by_publication=by_publication)
        return {
            "title": plain(phrases),
            "a": count_of(totals, measure),
            "b": count_of(self._record.count(query).totals, measure),
            "without": self._view.without(*(f"vs.{name}" for name in VERSUS)),
        }

    def counts(self, unit: PeriodUnit, length: int, periods: Sequence[str]) -> list[Count]:
        """Return the counts by period: of other days from the first one on, else of the same periods."""
        query, measure = self._query, self._first.measure
        rows = by_period(self._record, self._view, query, None, unit)
        if (query.date_from, query.date_to) != (self._first.date_from, self._first.date_to):
            return [count_of(row, measure) for row in rows[:length]]
        counts = {row["period"]: count_of(row, measure) for row in rows}
        return [counts.get(period, Count(Form.ZERO)) for period in periods]
