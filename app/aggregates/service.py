"""Aggregate query: group, rank, fill gaps, accumulate and sort."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from app.aggregates.axes import Axis, PeriodBy, axis
from app.aggregates.dimensions import Dimension, Grouping
from app.aggregates.gaps import day_of, filled
from app.aggregates.measures import LAGS, MEASURES, NEW_REPORTS, PERIOD, RANKED, Grouper, Ranked, counts
from app.catalogue.catalogue import Catalogue
from app.columnar.store import Record
from app.strikes.filter import StrikeFilter
from app.strikes.selection import Selection

# The value of the group that takes in all others.
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Sort:
    """What rows are sorted by, null last: a measure, or a dimension by its names. Ties stay in the usual order."""

    by: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be counted, and how."""

    strikes: StrikeFilter
    grouping: Grouping
    period_by: PeriodBy = "date"
    fill: bool = False
    cumulative: bool = False
    # Whether the lag between strikes and their publication is requested.
    lag: bool = False
    # Whether the names of keys are requested.
    names: bool = False
    sort: Sort | None = None
    # Number of groups; all others are merged into one. None: all groups.
    top: int | None = None

    @property
    def is_series(self) -> bool:
        """Whether rows follow one another in time: by periods alone, `top` ranks these instead."""
        return self.grouping.unit is not None and (self.top is None or len(self.grouping.dimensions) > 1)

    def grouper(self, record: Record, catalogue: Catalogue) -> Grouper:
        """Return what numbers the groups of a record, by the names of a vocabulary, before they are ranked."""
        grouping = self.grouping
        is_published = self.period_by == "published_on" and grouping.unit is not None
        return Grouper(
            tuple(
                axis(dimension, catalogue)
                for dimension in grouping.dimensions
                if dimension is not Dimension.PERIOD
            ),
            grouping.unit,
            record.latest if is_published else None,
            ranks_periods=grouping.unit is not None and not self.is_series,
        )


@dataclass(frozen=True, slots=True)
class AggregateResult:
    """All groups in the requested order, the measures of all that matches, and how they were counted.

    Groups have a column PERIOD of days, columns of places along the axes, or RANKED in place of those that are
    ranked, and their measures.
    """

    groups: pl.DataFrame
    totals: pl.DataFrame
    selection: Selection
    grouper: Grouper


def execute(selection: Selection, question: Question, catalogue: Catalogue) -> AggregateResult:
    """Count what is selected.

    Raises InvalidInput where filling makes more rows than anybody shows, and QueryTimeout.
    """
    grouping = question.grouping
    grouper = question.grouper(selection.record, catalogue)
    if question.top is not None:
        grouper = replace(grouper, ranked=_ranked(selection, grouper, question, question.top))
    groups, totals = counts(selection, grouper, new_reports=question.cumulative, lag=question.lag)
    if not grouping.dimensions:
        return AggregateResult(totals, totals, selection, grouper)
    groups = grouper.located(groups)
    order = (
        [RANKED, PERIOD]
        if question.top is not None
        else [dimension.value for dimension in grouping.dimensions]
    )
    order = [name for name in order if name in groups.columns]
    group_columns = [name for name in order if name != PERIOD]
    if question.fill and question.is_series and grouping.unit is not None:
        # Days requested are days of strikes; by day of publication the range is what matches.
        by_date = question.period_by == "date"
        first, last = (question.strikes.date_from, question.strikes.date_to) if by_date else (None, None)
        groups = filled(groups, group_columns, grouping.unit, first, last)
    selection.check_deadline()
    if question.cumulative:
        groups = _accumulated(groups, group_columns)
        selection.check_deadline()
    groups = groups.drop(NEW_REPORTS).sort(order)
    if question.sort is not None and question.top is None:
        groups = _sorted(groups, question.sort, grouper.axes)
    return AggregateResult(groups, totals, selection, grouper)


def _ranked(selection: Selection, grouper: Grouper, question: Question, top: int) -> Ranked:
    """Rank the groups, ignoring their periods, and select the first; by periods alone, rank these."""
    of_periods = grouper.ranks_periods
    ranked = grouper if of_periods else replace(grouper, unit=None, published=None)
    groups, _ = counts(selection, ranked, lag=question.lag)
    # A maximum adds up the known ones alone, so that "at least 200" has 0 or null there and would rank last.
    by_proof = (
        pl.max_horizontal(low, high).alias(high)
        for low, high in (("items_min", "items_max"), ("strikes_min", "strikes_max"))
    )
    located = ranked.located(groups.with_columns(pl.col("number").alias("_number"))).with_columns(by_proof)
    dimensions = (Dimension.PERIOD,) if of_periods else tuple(axis.dimension for axis in grouper.axes)
    names = [dimension.value for dimension in dimensions]
    sort = question.sort or Sort("items_min", descending=True)
    located = _sorted(located.sort(names), sort, grouper.axes)
    first = located.head(top)
    columns = [_values(first[name].to_list(), name, grouper.axes) for name in names]
    has_other = len(located) > len(first)
    values = [*zip(*columns, strict=True), *([(OTHER,) * len(names)] if has_other else [])]
    return Ranked(dimensions, tuple(first["_number"]), tuple(values), has_other)


def _values(places: Sequence[int], name: str, axes: Sequence[Axis]) -> list[Any]:
    """Return values as clients see them, by their places along an axis, or as days by their numbers."""
    if name == PERIOD:
        return [day_of(place) for place in places]
    values = next(axis.values for axis in axes if axis.dimension.value == name)
    return [values[place] for place in places]


def _sorted(groups: pl.DataFrame, sort: Sort, axes: Sequence[Axis]) -> pl.DataFrame:
    """Return groups in the requested order, null last either way, and else as they are."""
    key = pl.col(sort.by)
    for candidate in axes:
        if candidate.dimension.value == sort.by:
            # Values are in the order of their names, null last.
            key = pl.when(key < len(candidate.values) - 1).then(key)
    return groups.sort(key, descending=sort.descending, nulls_last=True, maintain_order=True)


def _accumulated(groups: pl.DataFrame, group_columns: Sequence[str]) -> pl.DataFrame:
    """Add to each measure what it comes to up to and with each period, within the groups of the other columns."""

    def running(name: str) -> pl.Expr:
        column = pl.col(NEW_REPORTS if name == "reports" else name)
        sums, counted = column.fill_null(0).cum_sum(), column.is_not_null().cum_sum()
        if group_columns:
            sums, counted = sums.over(group_columns), counted.over(group_columns)
        return pl.when(counted > 0).then(sums).alias(f"cumulative_{name}")

    return groups.sort(PERIOD).with_columns(running(name) for name in MEASURES)


def measures_of(groups: pl.DataFrame) -> Sequence[str]:
    """Return the names of the columns that are measures."""
    return [name for name in groups.columns if name in {*MEASURES, *LAGS} or name.startswith("cumulative_")]
