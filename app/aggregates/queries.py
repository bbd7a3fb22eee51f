"""Add up lines and tallies by group. Takes conditions from strikes/filters.py; knows no request.

Strikes and tallies are summed apart and joined afterwards: joined first, a line with two tallies would
bring its strikes twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

from sqlalchemy import ColumnElement, Label, and_, case, func, select

from app.aggregates.dimensions import Dimension, Grouping
from app.db.engine import ReadSession
from app.db.functions import period_start
from app.db.types import AnySelect
from app.ledger.clock import standing
from app.models import CategoryVersion, Coverage, Report, Revision, Strike, Tally
from app.strikes.filters import StrikeFilter
from app.strikes.queries import from_lines

# A group's values, one for each dimension in order: ids, codes, words, or the first day of a period.
Key = tuple[Any, ...]

PeriodBy = Literal["date", "published_on"]

# By dimension: the ids of what was merged, each with the id of what it counts as.
Merged = Mapping[Dimension, Mapping[int, int]]


@dataclass(frozen=True, slots=True)
class Sums:
    """The measures of one group.

    `strikes_*` and `engagements` are None where nothing is known; `*_max` adds the known maxima, and
    `open_ended` says how many tallies had none.
    """

    reports: int = 0
    lines: int = 0
    strikes_min: int | None = None
    strikes_max: int | None = None
    engagements: int | None = None
    items_min: int = 0
    items_max: int = 0
    open_ended: int = 0


def sums(
    session: ReadSession,
    strikes: StrikeFilter,
    grouping: Grouping,
    period_by: PeriodBy = "date",
    merged: Merged = MappingProxyType({}),
) -> dict[Key, Sums]:
    """Return the measures of every group that has a line; without dimensions, of the one group `()`."""
    dimensions = [
        _column(dimension, grouping, period_by, merged).label(f"dimension_{index}")
        for index, dimension in enumerate(grouping.dimensions)
    ]
    width = len(dimensions)
    items = {
        tuple(row[:width]): row[width:]
        for row in session.execute(_items(strikes, grouping, dimensions, merged))
    }
    found = {}
    for row in session.execute(_lines(strikes, grouping, dimensions, merged)):
        key = tuple(row[:width])
        reports, lines, strikes_min, strikes_max, engagements = row[width:]
        items_min, items_max, open_ended = items.get(key, (None, None, 0))
        found[key] = Sums(
            reports,
            lines,
            strikes_min,
            strikes_max,
            engagements,
            items_min or 0,
            items_max or 0,
            open_ended,
        )
    return found


def spanning(
    session: ReadSession, strikes: StrikeFilter, grouping: Grouping, days: tuple[date, date], merged: Merged
) -> Iterator[tuple[Key, date, date]]:
    """Yield the days of lines of more than one day that touch the days asked for, by group without the period.

    Such a line is counted once, where it begins; in the periods that it reaches into there was a report.
    """
    others = Grouping(tuple(each for each in grouping.dimensions if each is not Dimension.PERIOD), None)
    dimensions = [_column(each, others, "date", merged) for each in others.dimensions]
    lines = from_lines(select(*dimensions, Strike.date_from, Strike.date_to))
    if others.by_tallies:
        lines = _with_tallies(lines, strikes, others, merged)
    reaching = (Strike.date_to > Strike.date_from, Strike.date_to >= days[0], Strike.date_from <= days[1])
    for row in session.execute(lines.where(strikes.of_lines(), *reaching).distinct()):
        yield tuple(row[:-2]), row[-2], row[-1]


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


def _lines(
    strikes: StrikeFilter, grouping: Grouping, dimensions: Sequence[Label[Any]], merged: Merged
) -> AnySelect:
    """Add up lines. By dimensions of tallies a line counts once in each group that it has a tally for."""
    lines = from_lines(
        select(
            *dimensions,
            Strike.report_id,
            Strike.id,
            Strike.strikes_min,
            Strike.strikes_max,
            Strike.engagements,
        )
    )
    if grouping.by_tallies:
        lines = _with_tallies(lines, strikes, grouping, merged).distinct()
    each = lines.where(strikes.of_lines()).subquery()
    groups = [each.c[dimension.name] for dimension in dimensions]
    return select(
        *groups,
        func.count(each.c.report_id.distinct()),
        func.count(each.c.id),
        func.sum(each.c.strikes_min),
        func.sum(each.c.strikes_max),
        func.sum(each.c.engagements),
    ).group_by(*groups)


def _items(
    strikes: StrikeFilter, grouping: Grouping, dimensions: Sequence[Label[Any]], merged: Merged
) -> AnySelect:
    """Add up the tallies that match, of the lines that match."""
    each = (
        _with_tallies(
            from_lines(select(*dimensions, Tally.count_min, Tally.count_max)), strikes, grouping, merged
        )
        .where(strikes.of_lines(), Tally.id.is_not(None))
        .subquery()
    )
    groups = [each.c[dimension.name] for dimension in dimensions]
    return select(
        *groups,
        func.sum(each.c.count_min),
        func.sum(each.c.count_max),
        func.count() - func.count(each.c.count_max),
    ).group_by(*groups)


def _with_tallies(
    statement: AnySelect, strikes: StrikeFilter, grouping: Grouping, merged: Merged
) -> AnySelect:
    """Join the tallies that match; a line without any keeps a row of its own, in the group of null."""
    statement = statement.outerjoin(Tally, and_(Tally.strike_id == Strike.id, strikes.of_tallies()))
    if Dimension.FAMILY in grouping.dimensions:
        statement = statement.outerjoin(
            CategoryVersion,
            and_(
                CategoryVersion.thing_id
                == _as_merged(Tally.category_id.expression, merged, Dimension.CATEGORY),
                standing(CategoryVersion, strikes.as_of),
            ),
        )
    return statement


def _column(
    dimension: Dimension, grouping: Grouping, period_by: PeriodBy, merged: Merged
) -> ColumnElement[Any]:
    match dimension:
        case Dimension.LOCATION:
            return _as_merged(Strike.location_id.expression, merged, dimension)
        case Dimension.COUNTRY:
            return Strike.country.expression
        case Dimension.PUBLISHER:
            return _as_merged(Report.publisher_id.expression, merged, dimension)
        case Dimension.CATEGORY:
            return _as_merged(Tally.category_id.expression, merged, dimension)
        case Dimension.FAMILY:
            return CategoryVersion.family.expression
        case Dimension.EFFECT:
            return Tally.effect.expression
        case Dimension.PERIOD:
            assert grouping.unit is not None  # noqa: S101 - parse_grouping sets both or neither
            day = Strike.date_from if period_by == "date" else Revision.published_on
            return period_start(grouping.unit, day.expression)


def _as_merged(column: ColumnElement[Any], merged: Merged, dimension: Dimension) -> ColumnElement[Any]:
    """Return a column of ids in which what was merged counts as what it was merged into."""
    final = merged.get(dimension)
    return case(dict(final), value=column, else_=column) if final else column
