"""The one window out: what a StrikeFilter asks for, and the SQL conditions that it becomes.

List, aggregate, export and map all take a StrikeFilter, and only this module turns it into conditions, so
a filter that works in one place works in all. Nothing here runs a query; see queries.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, Subquery, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from app.db.functions import days_later, unindexed
from app.db.words import holds_all
from app.ledger.clock import standing
from app.models import STRIKE_WORDS, Report, Revision, Strike, Tally
from app.models.strike import LONG_DAYS

# Other rows than the line that a condition is about. Made once: each costs as much as a whole statement.
OTHER = aliased(Strike)
LONGER = aliased(Strike)
TOMBSTONE = aliased(Revision)


class Status(StrEnum):
    """Which lines are asked for: those of reports that stand, those of retracted ones, or both."""

    PUBLISHED = "published"
    RETRACTED = "retracted"
    ANY = "any"


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
    # The places asked for by name, box or distance: a line without a place is in none of them.
    location_ids: frozenset[int] | None = None
    # ISO 3166-1 alpha-2.
    countries: frozenset[str] | None = None
    # Already holds the descendants of the categories asked for.
    category_ids: frozenset[int] | None = None
    effects: frozenset[str] | None = None
    # What the minima of the tallies that meet the conditions on tallies must add up to.
    min_items: int | None = None
    # Words that a line must hold, all of them, as vocabulary/words.py cuts and folds them.
    words: tuple[str, ...] | None = None
    # What a line must say as it stands: for a question that holds no word, such as "%".
    signs: str | None = None
    publisher_ids: frozenset[int] | None = None
    report_ids: frozenset[int] | None = None
    status: Status = Status.PUBLISHED
    # Whether lines count that repeat another line asked for by `status`; else each event is told once.
    repeats: bool = True

    @property
    def asks_for_tallies(self) -> bool:
        """Whether any condition is on tallies: then a line without a matching one does not match."""
        return self.category_ids is not None or self.effects is not None

    def of_lines(self, *, one_by_one: bool = False) -> ColumnElement[bool]:
        """Return the condition that a row of Strike, joined by `from_lines`, must meet.

        `one_by_one` is for lines that are read in an order, until there are enough: what is asked of tallies is
        then looked up for each line, and not gathered first. Both mean the same.
        """
        conditions = [self._recorded(), *self._days(Strike)]
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
        if (said := self.saying()) is not None:
            conditions.append(Strike.id.in_(said))
        if not self.repeats:
            conditions.append(or_(Strike.same_as_id.is_(None), ~self._told_better()))
        if self.asks_for_tallies:
            # Aggregates join tallies too; these are the line's own, not the joined one.
            each = exists().where(Tally.strike_id == Strike.id, self.of_tallies()).correlate(Strike)
            conditions.append(each if one_by_one else Strike.id.in_(self._tallied()))
        if self.min_items is not None:
            # What all tallies add up to is at hand, and no part of them adds up to more.
            conditions.append(Strike.items_min >= self.min_items)
            if self.asks_for_tallies:
                conditions.append(self.items() >= self.min_items)
        return and_(*conditions)

    def of_tallies(self) -> ColumnElement[bool]:
        """Return the condition that a row of Tally, reached from its line, must meet for its items to count."""
        # A category of many kinds would be looked up kind by kind for each line, which has few tallies.
        return self._of_tallies(unindexed(Tally.category_id.expression))

    def items(self) -> ColumnElement[int]:
        """Return what the minima of a line's tallies that match add up to: 0 where there is none."""
        if not self.asks_for_tallies:
            return Strike.items_min.expression
        matching = select(func.coalesce(func.sum(Tally.count_min), 0))
        return (
            matching.where(Tally.strike_id == Strike.id, self.of_tallies())
            .correlate(Strike)
            .scalar_subquery()
        )

    def items_by_line(self) -> Subquery:
        """Return the same, `added_up`, of every line that has tallies that match, by its `strike_id`."""
        each = select(Tally.strike_id, func.sum(Tally.count_min).label("added_up"))
        return each.where(self.of_tallies()).group_by(Tally.strike_id).subquery()

    def narrowing(self, *, by_place: bool = True) -> Iterator[Select[int]]:
        """Yield, for each thing asked that an index answers alone, the ids of all lines that answer it.

        Every line that matches is among each of them, whatever else is asked. `by_place` False leaves places out.
        """
        if self.report_ids is not None:
            yield select(Strike.id).where(Strike.report_id.in_(sorted(self.report_ids)))
        if self.location_ids is not None and by_place:
            yield select(Strike.id).where(Strike.location_id.in_(sorted(self.location_ids)))
        if self.words is not None and (said := self.saying()) is not None:
            yield said
        if self.category_ids is not None:
            yield self._tallied()
        if self.date_from is not None or self.date_to is not None:
            yield select(Strike.id).where(*self._days(Strike))
        if self.min_items:
            yield select(Strike.id).where(Strike.items_min >= self.min_items)
        if self.status is Status.RETRACTED:
            yield (
                select(Strike.id)
                .join(
                    Revision,
                    and_(
                        Revision.report_id == Strike.report_id, Revision.recorded_seq == Strike.superseded_seq
                    ),
                )
                .where(Revision.status == "retracted")
            )
        if self.publisher_ids is not None:
            yield (
                select(Strike.id)
                .join(Report, Report.id == Strike.report_id)
                .where(Report.publisher_id.in_(sorted(self.publisher_ids)))
            )

    def _recorded(self) -> ColumnElement[bool]:
        """Return the condition for a line and the revision of its report that holds it, of the status asked for."""
        stands = and_(standing(Strike, self.as_of), standing(Revision, self.as_of))
        if self.status is Status.PUBLISHED:
            return stands
        # As they stood just before: the line with the revision that was put aside together with it.
        withdrawn = and_(self._withdrawn(Strike), Revision.superseded_seq == Strike.superseded_seq)
        return withdrawn if self.status is Status.RETRACTED else or_(stands, withdrawn)

    def _counts(self, line: type[Strike]) -> ColumnElement[bool]:
        """Return the condition that a line is of the status asked for."""
        match self.status:
            case Status.PUBLISHED:
                return standing(line, self.as_of)
            case Status.RETRACTED:
                return self._withdrawn(line)
            case Status.ANY:
                return or_(standing(line, self.as_of), self._withdrawn(line))

    def _withdrawn(self, line: type[Strike]) -> ColumnElement[bool]:
        """Return the condition that a line stood until its report was retracted."""
        return (
            exists()
            .where(
                TOMBSTONE.report_id == line.report_id,
                TOMBSTONE.recorded_seq == line.superseded_seq,
                TOMBSTONE.status == "retracted",
                standing(TOMBSTONE, self.as_of),
            )
            .correlate(line)
        )

    def _told_better(self) -> ColumnElement[bool]:
        """Return the condition that another line of the status tells of the event of a line that repeats one.

        The line that first told it, or what corrected that line, goes before all that repeat it; where it is
        gone, the earliest of those stands for the event.
        """
        event = func.coalesce(Strike.event_id, Strike.id)
        return (
            exists()
            .where(
                or_(OTHER.event_id == event, OTHER.id == event),
                self._counts(OTHER),
                or_(OTHER.same_as_id.is_(None), OTHER.id < Strike.id),
                OTHER.id != Strike.id,
            )
            .correlate(Strike)
        )

    def _days(self, line: type[Strike]) -> Iterator[ColumnElement[bool]]:
        if self.date_to is not None:
            yield line.date_from <= self.date_to
        if self.date_from is not None:
            yield line.date_to >= self.date_from
            # Says nothing new, yet by it an index leads to the days asked for: without a bound from below, all
            # older lines would be looked at for one that lasts until then.
            # The calendar of the machine begins with the year 1.
            usual = max(self.date_from, date.min + timedelta(LONG_DAYS)) - timedelta(LONG_DAYS)
            # "+ 0 days" keeps PostgreSQL from seeking the earliest of all by date, which is the slow way again.
            earliest = (
                select(func.min(days_later(LONGER.date_from.expression, 0)))
                .with_hint(LONGER, "INDEXED BY ix_strikes_long", "sqlite")
                .where(
                    LONGER.date_to > days_later(LONGER.date_from.expression, LONG_DAYS),
                    LONGER.date_to >= self.date_from,
                    LONGER.date_from < usual,
                )
                .scalar_subquery()
            )
            yield line.date_from >= func.coalesce(earliest, usual)

    def _of_tallies(self, category_id: ColumnElement[int | None]) -> ColumnElement[bool]:
        conditions = [
            column.in_(sorted(allowed)) if allowed else false()
            for column, allowed in ((category_id, self.category_ids), (Tally.effect, self.effects))
            if allowed is not None
        ]
        return and_(True, *conditions)  # noqa: FBT003 - SQL's TRUE, which keeps an empty list of conditions valid

    def _tallied(self) -> Select[int]:
        """Return the ids of all lines with a tally that matches."""
        return select(Tally.strike_id).where(self._of_tallies(Tally.category_id.expression))

    def saying(self) -> Select[int] | None:
        """Return the ids of all lines with the words or signs that are asked for, or None where none are."""
        if self.words is not None:
            return select(STRIKE_WORDS.c.rowid).where(holds_all(STRIKE_WORDS.c.words, self.words))
        if self.signs is None:
            return None
        # Reached by no index; nobody but a tester asks for a percent sign alone.
        line, tally = aliased(Strike), aliased(Tally)
        of_tally = (tally.as_written, tally.verb)
        of_line = (line.quote, line.location_as_written)
        return select(line.id).where(
            or_(
                *(text.contains(self.signs, autoescape=True) for text in of_line),
                exists()
                .where(
                    tally.strike_id == line.id,
                    or_(*(text.contains(self.signs, autoescape=True) for text in of_tally)),
                )
                .correlate(line),
            )
        )
