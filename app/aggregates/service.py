"""Answer an aggregate: count the groups, add the empty periods, name everything, and put it in order."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from app.aggregates.dimensions import NOTHING, Dimension, Grouping
from app.aggregates.fill import Spans, State, filled
from app.aggregates.queries import Key, Merged, PeriodBy, Sums, covered, spanning, sums
from app.catalogue.catalogue import Catalogue
from app.db.engine import ReadSession
from app.strikes.filters import StrikeFilter
from app.vocabulary import periods

# A group's values as clients see them: slugs, codes, words, period keys; None is a group of its own.
Names = tuple[str | None, ...]

# What the rows of an answer are sorted by: each name in turn, null last.
Order = tuple[tuple[bool, str], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be counted, and how."""

    strikes: StrikeFilter
    grouping: Grouping
    period_by: PeriodBy
    fill: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One row of the answer: its key in the database, its names for clients, and its measures."""

    key: Key
    names: Names
    sums: Sums


def order(names: Names) -> Order:
    """Return what a row is sorted by."""
    return tuple((name is None, name or "") for name in names)


def groups(session: ReadSession, question: Question, catalogue: Catalogue) -> list[Group]:
    """Return every group that matches, with the empty periods where asked, in order."""
    found = sums(session, question.strikes, question.grouping, question.period_by, _merged(catalogue))
    if question.fill:
        # Days asked for are days of strikes; by day of publication the range is what matches.
        by_date = question.period_by == "date"
        first, last = (question.strikes.date_from, question.strikes.date_to) if by_date else (None, None)
        found = filled(found, question.grouping, first, last)
    rows = [Group(key, _names(key, question.grouping, catalogue), each) for key, each in found.items()]
    return sorted(rows, key=lambda group: order(group.names))


def totals(session: ReadSession, question: Question) -> Sums:
    """Return the measures of all that matches, each line counted once."""
    return sums(session, question.strikes, NOTHING)[()]


def documents(
    session: ReadSession, page: list[Group], question: Question, catalogue: Catalogue
) -> list[dict[str, Any]]:
    """Return groups as `AggregateRow` describes them."""
    unit, dimensions = question.grouping.unit, question.grouping.dimensions
    if unit is None:
        return [
            dict(zip((each.value for each in dimensions), group.names, strict=True)) | asdict(group.sums)
            for group in page
        ]
    position = dimensions.index(Dimension.PERIOD)
    states = _States(session, page, question, catalogue)
    rows = []
    for group in page:
        row: dict[str, Any] = dict(zip((each.value for each in dimensions), group.names, strict=True))
        start: date = group.key[position]
        end = periods.end_of(unit, start)
        row |= {"period_start": start, "period_end": end, **asdict(group.sums)}
        rows.append(row | {"state": states.of(group, start, end)})
    return rows


class _States:
    """What the rows of a page mean: reported, none, or not known."""

    def __init__(
        self, session: ReadSession, page: list[Group], question: Question, catalogue: Catalogue
    ) -> None:
        self._grouping, self._catalogue = question.grouping, catalogue
        self._position = question.grouping.dimensions.index(Dimension.PERIOD)
        self._covered, self._reached = Spans[str](()), Spans[Key](())
        empty = [group.key[self._position] for group in page if not group.sums.lines]
        unit = question.grouping.unit
        if not empty or unit is None:
            return
        days = min(empty), periods.end_of(unit, max(empty))
        countries = _countries(question.strikes, catalogue)
        self._covered = Spans(covered(session, question.strikes, countries, question.period_by, days))
        # A report is published on one day, so by publication no line reaches into another period.
        if question.period_by == "date":
            self._reached = Spans(
                spanning(session, question.strikes, question.grouping, days, _merged(catalogue))
            )

    def of(self, group: Group, first: date, last: date) -> State:
        """Say what the row of a period means."""
        others = (*group.key[: self._position], *group.key[self._position + 1 :])
        if group.sums.lines or self._reached.touch(others, first, last):
            return State.REPORTED
        country = _country(group.key, self._grouping, self._catalogue)
        countries = self._covered.keys() if country is None else (country,)
        found = any(self._covered.touch(each, first, last) for each in countries)
        return State.NONE_REPORTED if found else State.NO_REPORT


def _names(key: Key, grouping: Grouping, catalogue: Catalogue) -> Names:
    return tuple(
        None if value is None else _name(dimension, value, grouping, catalogue)
        for dimension, value in zip(grouping.dimensions, key, strict=True)
    )


def _name(dimension: Dimension, value: Any, grouping: Grouping, catalogue: Catalogue) -> str:  # noqa: ANN401 - an id, a word or a day
    match dimension:
        case Dimension.LOCATION:
            return catalogue.locations.by_id[value].slug
        case Dimension.PUBLISHER:
            return catalogue.publishers.by_id[value].slug
        case Dimension.CATEGORY:
            return catalogue.categories.by_id[value].slug
        case Dimension.PERIOD:
            assert grouping.unit is not None  # noqa: S101 - a period has a unit
            return periods.key_of(grouping.unit, value)
        case _:
            return str(value)


def _merged(catalogue: Catalogue) -> Merged:
    return {
        Dimension.LOCATION: catalogue.locations.merged,
        Dimension.PUBLISHER: catalogue.publishers.merged,
        Dimension.CATEGORY: catalogue.categories.merged,
    }


def _countries(strikes: StrikeFilter, catalogue: Catalogue) -> frozenset[str] | None:
    """Return the countries that a question is about: those asked for, or those of the places asked for."""
    if strikes.countries is not None or strikes.location_ids is None:
        return strikes.countries
    return frozenset(catalogue.locations.by_id[place].country for place in strikes.location_ids)


def _country(key: Key, grouping: Grouping, catalogue: Catalogue) -> str | None:
    """Return the country that a group is about, or None where it may be any."""
    group: Mapping[Dimension, Any] = dict(zip(grouping.dimensions, key, strict=True))
    if Dimension.COUNTRY in group:
        return str(group[Dimension.COUNTRY])
    place = group.get(Dimension.LOCATION)
    return None if place is None else catalogue.locations.by_id[place].country
