"""Show groups as the rows of an answer: their values by name, their measures, and by period its days and state."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from app.aggregates.axes import Places, day_of
from app.aggregates.coverage import covered
from app.aggregates.dimensions import Dimension
from app.aggregates.fill import Spans, State
from app.aggregates.groups import Groups, Measure
from app.aggregates.service import OTHER, Answer, Question
from app.aggregates.sums import spells
from app.catalogue.catalogue import Catalogue
from app.strikes.filters import StrikeFilter
from app.vocabulary import periods
from app.vocabulary.periods import PeriodUnit

Row = dict[str, Any]

# A group's values without its period, by scale.
Others = tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of few values: those that occur, and the place of each row's among them."""

    values: Sequence[Any]
    places: Places

    def __len__(self) -> int:
        return len(self.places)

    def listed(self) -> list[Any]:
        """Return the values of all rows."""
        return [self.values[place] for place in self.places.tolist()]


# The columns of rows by name, in the order of their members.
Columns = Mapping[str, Coded | Measure]


def columns(page: Groups, answer: Answer, question: Question, catalogue: Catalogue) -> Columns:
    """Return groups as `AggregateRow` describes them, by column."""
    unit = question.grouping.unit
    found: dict[str, Coded | Measure] = {}
    days: dict[str, Coded] = {}
    for scale, places in zip(page.scales, page.places, strict=True):
        for index, dimension in enumerate(scale.dimensions):
            values = [value[index] for value in scale.values]
            if dimension is Dimension.PERIOD:
                assert unit is not None  # noqa: S101 - a period has a unit
                # What takes all others in has no days.
                starts = [None if value == OTHER else value for value in values]
                ends = [start and periods.end_of(unit, start) for start in starts]
                days = {"period_start": Coded(starts, places), "period_end": Coded(ends, places)}
                values = [_key_of(unit, value) for value in values]
            found[dimension.value] = Coded(values, places)
    found = {**{each.value: found[each.value] for each in question.grouping.dimensions}, **days}
    if answer.chosen is not None:
        others = len(page.scales[0].values) - 1 if answer.chosen.has_other else -1
        found["is_other"] = Coded((False, True), (page.places[0] == others).astype(np.intp))
    found |= page.measures
    if unit is not None:
        found["state"] = Coded(tuple(State), _states(page, answer, question, catalogue))
    return found


def rows(found: Columns) -> list[Row]:
    """Return the rows of columns."""
    listed = [each.listed() for each in found.values()]
    return [dict(zip(found, values, strict=True)) for values in zip(*listed, strict=True)]


def measures(groups: Groups) -> Row:
    """Return the measures of the one group that stands for all that matches."""
    return {name: each.listed()[0] for name, each in groups.measures.items()}


def _key_of(unit: PeriodUnit, start: date | str) -> str:
    return start if isinstance(start, str) else periods.key_of(unit, start)


def _states(page: Groups, answer: Answer, question: Question, catalogue: Catalogue) -> Places:
    """Say what each row means, by its place among the states: reported, none, or not known."""
    order = list(State)
    states = np.full(len(page), order.index(State.REPORTED), np.intp)
    empty = np.flatnonzero(page.measures["lines"].values == 0).tolist()
    unit = question.grouping.unit
    if not empty or unit is None:
        return states
    at = next(index for index, each in enumerate(page.scales) if each.dimensions == (Dimension.PERIOD,))
    starts: list[date] = [value for (value,) in page.scales[at].values]
    places = page.places[at][empty]
    days = starts[int(places.min())], periods.end_of(unit, starts[int(places.max())])
    countries = _countries(question.strikes, catalogue)
    told = Spans(covered(answer.matches.source, question.strikes, countries, question.period_by, days))
    # A report is published on one day, so by publication no line reaches into another period.
    reached = Spans(_reaching(answer, days) if question.period_by == "date" else ())
    country_of = _country_of(catalogue)
    for row in empty:
        values = [scale.values[places[row]] for scale, places in zip(page.scales, page.places, strict=True)]
        start = values.pop(at)[0]
        end = periods.end_of(unit, start)
        if reached.touch(tuple(values), start, end):
            continue
        country = country_of(page, at, values)
        of = told.keys() if country is None else (country,)
        found = any(told.touch(each, start, end) for each in of)
        states[row] = order.index(State.NONE_REPORTED if found else State.NO_REPORT)
    return states


def _reaching(answer: Answer, days: tuple[date, date]) -> Iterator[tuple[Others, date, date]]:
    """Yield the days of lines of more than one day that touch the days asked for, by group without the period.

    Such a line is counted once, where it begins; in the periods that it reaches into there was a report.
    """
    axes = [each for each in answer.axes if each.dimension is not Dimension.PERIOD]
    for group, first, last in spells(answer.matches, axes, answer.chosen):
        begin, end = day_of(first), day_of(last)
        if end >= days[0] and begin <= days[1]:
            yield group, begin, end


def _countries(strikes: StrikeFilter, catalogue: Catalogue) -> frozenset[str] | None:
    """Return the countries that a question is about: those asked for, or those of the places asked for."""
    if strikes.countries is not None or strikes.location_ids is None:
        return strikes.countries
    return frozenset(catalogue.locations.by_id[place].country for place in strikes.location_ids)


def _country_of(catalogue: Catalogue) -> Callable[[Groups, int, Sequence[tuple[Any, ...]]], str | None]:
    """Return what tells the country that a group is about, None where it may be any."""
    of_place = {entry.slug: entry.country for entry in catalogue.locations.entries()}

    def country_of(page: Groups, at: int, values: Sequence[tuple[Any, ...]]) -> str | None:
        scales = [*page.scales[:at], *page.scales[at + 1 :]]
        named: Mapping[Dimension, Any] = {
            dimension: value
            for scale, several in zip(scales, values, strict=True)
            for dimension, value in zip(scale.dimensions, several, strict=True)
        }
        country = named.get(Dimension.COUNTRY, OTHER)
        return of_place.get(named.get(Dimension.LOCATION, OTHER)) if country == OTHER else country

    return country_of
