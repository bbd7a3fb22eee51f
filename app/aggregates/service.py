"""Answer an aggregate: count the groups, rank them, add the empty periods, and put them in order."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.aggregates.axes import Axis, PeriodBy, axis
from app.aggregates.counting import NEW_REPORTS
from app.aggregates.dimensions import Dimension, Grouping
from app.aggregates.fill import filled
from app.aggregates.groups import Groups, Measure
from app.aggregates.lags import LAGS
from app.aggregates.numbering import Chosen, table_of
from app.aggregates.sums import sums
from app.catalogue.catalogue import Catalogue
from app.strikes.filters import StrikeFilter
from app.strikes.matching import Matching

# What the group that takes all others in has for a value.
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
    # Whether the lag between strikes and their publication is asked for.
    lag: bool = False
    sort: Sort | None = None
    # How many groups are kept apart; all others become one. None: all are.
    top: int | None = None

    @property
    def is_series(self) -> bool:
        """Whether rows follow one another in time: by periods alone, `top` ranks these instead."""
        return self.grouping.unit is not None and (self.top is None or len(self.grouping.dimensions) > 1)


@dataclass(frozen=True, slots=True)
class Answer:
    """All groups, in the order asked, the measures of all that matches, and what they were counted from."""

    groups: Groups
    totals: Groups
    matches: Matching
    axes: Sequence[Axis]
    chosen: Chosen | None


def answer(found: Matching, question: Question, catalogue: Catalogue) -> Answer:
    """Count what was found to match.

    Raises InvalidInput where filling makes more rows than anybody shows, and QueryTimeout.
    """
    grouping, lines = question.grouping, found.source
    axes = [axis(each, grouping.unit, question.period_by, lines, catalogue) for each in grouping.dimensions]
    chosen = _chosen(found, axes, question)
    groups, totals = sums(found, axes, chosen, new_reports=question.cumulative, lag=question.lag)
    if question.fill and question.is_series and grouping.unit is not None:
        # Days asked for are days of strikes; by day of publication the range is what matches.
        by_date = question.period_by == "date"
        first, last = (question.strikes.date_from, question.strikes.date_to) if by_date else (None, None)
        groups = filled(groups, grouping.unit, first, last)
    found.look_at_the_clock()
    if question.cumulative:
        groups = _accumulated(groups, found)
    if question.sort is not None and chosen is None:
        groups = groups.at(_order(groups, question.sort))
    return Answer(groups, totals, found, axes, chosen)


def _chosen(found: Matching, axes: Sequence[Axis], question: Question) -> Chosen | None:
    """Rank the groups, apart from their periods, and keep the first; by periods alone these are ranked."""
    if question.top is None or not axes:
        return None
    ranked = [each for each in axes if each.dimension is not Dimension.PERIOD] or axes
    groups, _ = sums(found, ranked, lag=question.lag)
    order = _order(_ranked_by_proof(groups), question.sort or Sort("items_min", descending=True))
    kept = order[: question.top]
    values = [
        tuple(scale.values[place][0] for scale, place in zip(groups.scales, places, strict=True))
        for places in zip(*(each[kept].tolist() for each in groups.places), strict=True)
    ]
    has_other = len(order) > len(kept)
    others = [(OTHER,) * len(ranked)] if has_other else []
    return Chosen(ranked, table_of(ranked, values), [*values, *others], has_other)


def _ranked_by_proof(groups: Groups) -> Groups:
    """Raise each maximum to its minimum, for ranking only.

    A maximum adds up the known ones alone, so that "at least 200" has 0 or null there and would rank last.
    """
    measures = dict(groups.measures)
    for low, high in (("items_min", "items_max"), ("strikes_min", "strikes_max")):
        least, most = measures[low], measures[high]
        values = np.maximum(np.where(least.known, least.values, 0), np.where(most.known, most.values, 0))
        measures[high] = Measure(values, least.known | most.known, most.can_be_unknown)
    return Groups(groups.scales, groups.places, measures)


def _order(groups: Groups, sort: Sort) -> npt.NDArray[np.intp]:
    """Return the order of the groups: by what is asked, null last either way, and else as they are."""
    measure = groups.measures.get(sort.by)
    if measure is None:
        at = next(index for index, each in enumerate(groups.scales) if sort.by in _names_of(each.dimensions))
        # Values are in the order of their names, null last.
        values = groups.places[at].astype(np.int64)
        known = np.array([value[0] is not None for value in groups.scales[at].values], np.bool_)[values]
    else:
        values, known = measure.values, measure.known
    return np.lexsort((-values if sort.descending else values, ~known))


def _names_of(dimensions: tuple[Dimension, ...]) -> set[str]:
    return {each.value for each in dimensions}


def _accumulated(groups: Groups, found: Matching) -> Groups:
    """Add to each measure what it comes to up to and with each period, within the groups of the other dimensions."""
    at = next(index for index, each in enumerate(groups.scales) if each.dimensions == (Dimension.PERIOD,))
    beside = np.zeros(len(groups), np.int64)
    for index, (scale, places) in enumerate(zip(groups.scales, groups.places, strict=True)):
        if index != at:
            beside = beside * len(scale.values) + places
    order = np.lexsort((groups.places[at], beside))
    begins = np.flatnonzero(np.append(True, np.diff(beside[order]) != 0)) if len(order) else order
    measures = {name: each for name, each in groups.measures.items() if name != NEW_REPORTS}
    running: dict[str, Measure] = {}
    for name, each in measures.items():
        if name not in LAGS:
            found.look_at_the_clock()
            counted = groups.measures[NEW_REPORTS] if name == "reports" else each
            running[f"cumulative_{name}"] = _running(counted, order, begins)
    found.look_at_the_clock()
    return Groups(groups.scales, groups.places, measures | running)


def _running(measure: Measure, order: npt.NDArray[np.intp], begins: npt.NDArray[np.intp]) -> Measure:
    """Add a measure up along an order, anew from each of the beginnings."""
    values, known = np.zeros_like(measure.values), np.zeros_like(measure.known)
    for column, result in ((measure.values, values), (measure.known.astype(np.int64), known)):
        running = np.cumsum(column[order])
        before = np.append(0, running)[begins]
        lengths = np.diff(np.append(begins, len(order)))
        result[order] = running - np.repeat(before, lengths)
    return Measure(values, known, measure.can_be_unknown)
