"""Response rows of aggregates: values by name, measures, and period states."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from app.aggregates.dimensions import Dimension
from app.aggregates.gaps import Spans, State, day_of
from app.aggregates.key_names import names_of
from app.aggregates.measures import PERIOD, RANKED, spells
from app.aggregates.reporting_state import covered
from app.aggregates.service import OTHER, AggregateResult, Question, measures_of
from app.catalogue.catalogue import Catalogue
from app.strikes.column_conditions import EPOCH
from app.strikes.filter import StrikeFilter
from app.vocabulary import periods

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of few values: by code, and the code of each row."""

    values: Mapping[int, Any]
    codes: Sequence[int]

    def __len__(self) -> int:
        return len(self.codes)

    def to_list(self) -> list[Any]:
        """Return the values of all rows."""
        return [self.values[code] for code in self.codes]


# The columns of rows by name, in the order of their members.
Columns = Mapping[str, Coded | pl.Series]


def columns(page: pl.DataFrame, result: AggregateResult, question: Question, catalogue: Catalogue) -> Columns:
    """Return groups as `AggregateRow` describes them, by column."""
    unit, named = question.grouping.unit, _named(page, result)
    by_name: dict[str, Coded | pl.Series] = {}
    names = names_of(catalogue) if question.names else {}
    for dimension in question.grouping.dimensions:
        by_name[dimension.value] = column = named[dimension]
        if dimension in names:
            values = {code: names[dimension](value) for code, value in column.values.items()}
            by_name[f"{dimension.value}_name"] = Coded(values, column.codes)
    if unit is not None:
        period = named[Dimension.PERIOD]
        # The group that takes in all others has no days.
        starts = {code: None if day == OTHER else day for code, day in period.values.items()}
        ends = {code: day and periods.end_of(unit, day) for code, day in starts.items()}
        keys = {code: periods.key_of(unit, day) if day else OTHER for code, day in starts.items()}
        by_name[PERIOD] = Coded(keys, period.codes)
        by_name |= {"period_start": Coded(starts, period.codes), "period_end": Coded(ends, period.codes)}
    if result.grouper.ranked is not None:
        others = len(result.grouper.ranked.numbers) if result.grouper.ranked.has_other else -1
        by_name["is_other"] = Coded({0: False, 1: True}, (page[RANKED] == others).cast(pl.Int8).to_list())
    by_name |= {name: page[name] for name in measures_of(page)}
    if unit is not None:
        by_name["state"] = Coded(dict(enumerate(State)), _states(page, named, result, question, catalogue))
    return by_name


def rows(by_name: Columns) -> list[Row]:
    """Return the rows of columns."""
    listed = [column.to_list() for column in by_name.values()]
    return [dict(zip(by_name, values, strict=True)) for values in zip(*listed, strict=True)]


def measures(totals: pl.DataFrame) -> Row:
    """Return the measures of all that matches."""
    return totals.row(0, named=True)


def _named(groups: pl.DataFrame, result: AggregateResult) -> dict[Dimension, Coded]:
    """Return the values of each dimension of groups; days for a period, unless it is OTHER."""
    by_dimension = {}
    if PERIOD in groups.columns:
        days = groups[PERIOD].to_list()
        by_dimension[Dimension.PERIOD] = Coded({day: day_of(day) for day in set(days)}, days)
    ranked = result.grouper.ranked
    if ranked is not None:
        for index, dimension in enumerate(ranked.dimensions):
            values = {code: value[index] for code, value in enumerate(ranked.values)}
            by_dimension[dimension] = Coded(values, groups[RANKED].to_list())
        return by_dimension
    for axis in result.grouper.axes:
        codes = groups[axis.dimension.value].to_list()
        by_dimension[axis.dimension] = Coded({code: axis.values[code] for code in set(codes)}, codes)
    return by_dimension


def _states(
    page: pl.DataFrame,
    named: Mapping[Dimension, Coded],
    result: AggregateResult,
    question: Question,
    catalogue: Catalogue,
) -> Sequence[int]:
    """Return what each row means, by its place among the states: reported, none, or not known."""
    order = list(State)
    states = [order.index(State.REPORTED)] * len(page)
    unit = question.grouping.unit
    empty = [row for row, lines in enumerate(page["lines"].to_list()) if not lines]
    if not empty or unit is None:
        return states
    starts = named[Dimension.PERIOD].codes
    ends = {day: (periods.end_of(unit, day_of(day)) - EPOCH).days for day in set(starts)}
    first, last = min(starts[row] for row in empty), max(ends[starts[row]] for row in empty)
    days = day_of(first), day_of(last)
    countries = _countries(question.strikes, catalogue)
    reported = Spans(covered(result.selection.record, question.strikes, countries, question.period_by, days))
    group_columns = [
        name
        for name in (RANKED, *(axis.dimension.value for axis in result.grouper.axes))
        if name in page.columns
    ]
    keys = page.select(group_columns).rows() if group_columns else [()] * len(page)
    reached = Spans(_reaching(result, group_columns, question, days))
    country_of = _country_of(named, catalogue)
    for row in empty:
        start, end = starts[row], ends[starts[row]]
        if reached.touch(keys[row], start, end):
            continue
        country = country_of(row)
        of = reported.keys() if country is None else (country,)
        is_covered = any(reported.touch(code, start, end) for code in of)
        states[row] = order.index(State.NONE_REPORTED if is_covered else State.NO_REPORT)
    return states


def _reaching(
    result: AggregateResult, group_columns: Sequence[str], question: Question, days: tuple[date, date]
) -> list[tuple[tuple[int, ...], int, int]]:
    """Return the days of lines of more than one day that touch the days requested, by group without the period.

    Such a line is counted once, where it begins; in the periods that it reaches into there was a report. A report is
    published on one day, so by publication no line reaches into another period.
    """
    if question.period_by == "published_on":
        return []
    runs = spells(result.selection, replace(result.grouper, unit=None))
    first, last = ((day - EPOCH).days for day in days)
    runs = runs.filter(pl.col("last") >= first, pl.col("first") <= last).select(
        "first", "last", *group_columns
    )
    return [(key, begin, end) for begin, end, *of in runs.iter_rows() for key in [tuple(of)]]


def _countries(strikes: StrikeFilter, catalogue: Catalogue) -> frozenset[str] | None:
    """Return the countries that a query is about: those requested, or those of the places requested."""
    if strikes.countries is not None or strikes.location_ids is None:
        return strikes.countries
    return frozenset(catalogue.locations.by_id[place].country for place in strikes.location_ids)


def _country_of(named: Mapping[Dimension, Coded], catalogue: Catalogue) -> Callable[[int], str | None]:
    """Return what finds the country that a row is about, None where it may be any."""
    of_place = {entry.slug: entry.country for entry in catalogue.locations.entries()}

    def value(dimension: Dimension, row: int) -> str | None:
        column = named.get(dimension)
        return OTHER if column is None else column.values[column.codes[row]]

    def country_of(row: int) -> str | None:
        country = value(Dimension.COUNTRY, row)
        return country if country != OTHER else of_place.get(value(Dimension.LOCATION, row) or OTHER)

    return country_of
