"""The one window out: what a StrikeFilter asks for, and the SQL conditions that it becomes.

List, aggregate, export and map all take a StrikeFilter, and only this module turns it into conditions, so
a filter that works in one place works in all. Nothing here runs a query; see queries.py.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, false, func, or_
from sqlalchemy.orm import aliased

from app.ledger.clock import standing
from app.models import Report, Revision, Strike, Tally


@dataclass(frozen=True, slots=True)
class StrikeFilter:
    """A question about strike lines, with every name already resolved.

    None (or False) asks nothing; an empty set matches nothing. All conditions on tallies must be met by the
    same tally, and the items that an aggregate sums are those of the tallies that meet them.
    """

    # The ledger number as of which the record is read.
    as_of: int
    # Days, inclusive: a line matches when its own range overlaps them.
    date_from: date | None = None
    date_to: date | None = None
    location_ids: frozenset[int] | None = None
    # ISO 3166-1 alpha-2.
    countries: frozenset[str] | None = None
    # Already holds the descendants of the categories asked for.
    category_ids: frozenset[int] | None = None
    effects: frozenset[str] | None = None
    publisher_ids: frozenset[int] | None = None
    report_ids: frozenset[int] | None = None
    # Whether lines count that repeat another line that stands; else each event is told once.
    repeats: bool = True

    @property
    def asks_for_tallies(self) -> bool:
        """Whether any condition is on tallies: then a line without a matching one does not match."""
        return self.category_ids is not None or self.effects is not None

    def of_lines(self) -> ColumnElement[bool]:
        """Return the condition that a row of Strike, joined by `from_lines`, must meet."""
        conditions = [standing(Strike, self.as_of), standing(Revision, self.as_of)]
        if self.date_from is not None:
            conditions.append(Strike.date_to >= self.date_from)
        if self.date_to is not None:
            conditions.append(Strike.date_from <= self.date_to)
        conditions += [
            column.in_(sorted(allowed)) if allowed else false()
            for column, allowed in (
                (Strike.location_id, self.location_ids),
                (Strike.country, self.countries),
                (Report.publisher_id, self.publisher_ids),
                (Strike.report_id, self.report_ids),
            )
            if allowed is not None
        ]
        if not self.repeats:
            conditions.append(or_(Strike.same_as_id.is_(None), ~self._told_better()))
        if self.asks_for_tallies:
            # Aggregates join tallies too; these are the line's own, not the joined one.
            matching = exists().where(Tally.strike_id == Strike.id, self.of_tallies()).correlate(Strike)
            conditions.append(matching)
        return and_(*conditions)

    def _told_better(self) -> ColumnElement[bool]:
        """Return the condition that another standing line tells of the event of a line that repeats one.

        The line that first told it, or what corrected that line, goes before all that repeat it; where it is
        gone, the earliest of those stands for the event.
        """
        other = aliased(Strike)
        event = func.coalesce(Strike.event_id, Strike.id)
        return (
            exists()
            .where(
                or_(other.event_id == event, other.id == event),
                standing(other, self.as_of),
                or_(other.same_as_id.is_(None), other.id < Strike.id),
                other.id != Strike.id,
            )
            .correlate(Strike)
        )

    def of_tallies(self) -> ColumnElement[bool]:
        """Return the condition that a row of Tally must meet for its items to count."""
        conditions = [
            column.in_(sorted(allowed)) if allowed else false()
            for column, allowed in ((Tally.category_id, self.category_ids), (Tally.effect, self.effects))
            if allowed is not None
        ]
        return and_(True, *conditions)  # noqa: FBT003 - SQL's TRUE, which keeps an empty list of conditions valid
