"""The SQL conditions that a StrikeFilter becomes: the only place that makes them. Nothing here runs a query.

That matching.py means the same by columns is held by a test over random filters, on each engine.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    Subquery,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.types import TypeEngine

from app.db.functions import days_later, unindexed
from app.db.words import holds_all
from app.ledger.clock import standing
from app.models import STRIKE_WORDS, Report, Revision, Strike, Tally
from app.models.strike import LONG_DAYS
from app.strikes.filters import ESCAPE, Status, StrikeFilter

# What is asked of a row that only has to be there: by "*" SQLite would read it, though an index tells.
ONE: ColumnElement[int] = literal_column("1")

# Other rows than the line that a condition is about. Made once: each costs as much as a whole statement.
OTHER = aliased(Strike)
LONGER = aliased(Strike)
TOMBSTONE = aliased(Revision)


# The values by which days are asked for.
DAYS = ("date_from", "date_to", "usual_from")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The ids of all lines that answer one thing that is asked, and the names of the values that this hangs on."""

    names: tuple[str, ...]
    ids: Callable[[], Select[int]]


class Conditions:
    """What a StrikeFilter asks of rows. Values are bound by the names that they have in `StrikeFilter.values`."""

    def __init__(self, asked: StrikeFilter) -> None:
        self._asked = asked

    def of_lines(self, *, one_by_one: bool = False) -> ColumnElement[bool]:
        """Return the condition that a row of Strike must meet.

        `one_by_one` is for lines that are read in an order, until there are enough: what is asked of tallies and
        of signs is then looked up for each line, and not gathered first. Both mean the same.
        """
        conditions = [self._counts(Strike), *self._days(Strike)]
        conditions += [
            self._among(column, name)
            for column, name in (
                (Strike.location_id, "location_ids"),
                (Strike.country, "countries"),
                (Strike.report_id, "report_ids"),
            )
            if getattr(self._asked, name) is not None
        ]
        if self._asked.publisher_ids is not None:
            of_report = exists().where(Report.id == Strike.report_id, self._of_publisher())
            conditions.append(of_report.correlate(Strike))
        if one_by_one and self._asked.signs is not None:
            conditions.append(self._holds_signs(Strike))
        elif (said := self.saying()) is not None:
            conditions.append(Strike.id.in_(said))
        if not self._asked.repeats:
            conditions.append(or_(Strike.same_as_id.is_(None), ~self._told_better()))
        if self._asked.asks_for_tallies:
            # Aggregates join tallies too; these are the line's own, not the joined one.
            each = (
                select(ONE).where(Tally.strike_id == Strike.id, self.of_tallies()).correlate(Strike).exists()
            )
            conditions.append(each if one_by_one else Strike.id.in_(self._tallied()))
        if self._asked.min_items is not None:
            # What all tallies add up to is at hand, and no part of them adds up to more.
            least = self._value("min_items", Integer())
            conditions.append(Strike.items_min >= least)
            if self._asked.asks_for_tallies:
                conditions.append(self.items() >= least)
        return and_(*conditions)

    def of_tallies(self) -> ColumnElement[bool]:
        """Return the condition that a row of Tally, reached from its line, must meet for its items to count."""
        category_id = Tally.category_id.expression
        if self._asked.category_ids is None or len(self._asked.category_ids) > 1:
            # A category of many kinds would be looked up kind by kind for each line, which has few tallies.
            category_id = unindexed(category_id)
        return self._of_tallies(category_id)

    def items(self) -> ColumnElement[int]:
        """Return what the minima of a line's tallies that match add up to: 0 where there is none."""
        if not self._asked.asks_for_tallies:
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

    def narrowing(self) -> Iterator[Narrowing]:
        """Yield, for each thing asked that an index answers alone, the ids of all lines that answer it.

        Every line that matches is among each of them, whatever else is asked.
        """
        of_lines = select(Strike.id)
        if self._asked.report_ids is not None:
            yield Narrowing(
                ("report_ids",), lambda: of_lines.where(self._among(Strike.report_id, "report_ids"))
            )
        if self._asked.location_ids is not None:
            yield Narrowing(
                ("location_ids",), lambda: of_lines.where(self._among(Strike.location_id, "location_ids"))
            )
        if self._asked.words is not None:
            yield Narrowing(("words",), self.saying_words)
        if self._asked.category_ids is not None:
            yield Narrowing(("category_ids", "effects"), self._tallied)
        if self._asked.date_from is not None or self._asked.date_to is not None:
            yield Narrowing(DAYS, lambda: of_lines.where(*self._days(Strike)))
        if self._asked.min_items:
            yield Narrowing(
                ("min_items",),
                lambda: of_lines.where(Strike.items_min >= self._value("min_items", Integer())),
            )
        if self._asked.status is Status.RETRACTED:
            yield Narrowing(("status",), self._of_tombstones)
        if self._asked.publisher_ids is not None:
            yield Narrowing(
                ("publisher_ids",),
                lambda: of_lines.join(Report, Report.id == Strike.report_id).where(self._of_publisher()),
            )

    def at_place(self) -> Narrowing:
        """Return the ids of all lines of the places asked for, within the days asked for."""
        return Narrowing(
            ("location_ids", *DAYS),
            lambda: select(Strike.id).where(
                self._among(Strike.location_id, "location_ids"), *self._days(Strike)
            ),
        )

    def _of_publisher(self) -> ColumnElement[bool]:
        return self._among(Report.publisher_id, "publisher_ids")

    def _of_tombstones(self) -> Select[int]:
        return (
            select(Strike.id)
            .join(
                Revision,
                and_(Revision.report_id == Strike.report_id, Revision.recorded_seq == Strike.superseded_seq),
            )
            .where(Revision.status == "retracted")
        )

    def saying_words(self) -> Select[int]:
        """Return the ids of all lines that hold the words asked for."""
        return select(STRIKE_WORDS.c.rowid).where(holds_all(STRIKE_WORDS.c.words, self._asked.words or ()))

    def _value(self, name: str, kind: TypeEngine[Any]) -> BindParameter[Any]:
        """Return the value that has this name, to be bound again with that of another filter."""
        return bindparam(name, self._asked.values[name], kind)

    @property
    def _seq(self) -> BindParameter[int]:
        return bindparam("as_of", self._asked.as_of, BigInteger())

    def _among(
        self, column: ColumnElement[Any] | InstrumentedAttribute[Any], name: str
    ) -> ColumnElement[bool]:
        allowed = self._asked.values[name]
        return column.in_(bindparam(name, allowed, expanding=True)) if allowed else false()

    def _counts(self, line: type[Strike]) -> ColumnElement[bool]:
        """Return the condition that a line is of the status asked for."""
        match self._asked.status:
            case Status.PUBLISHED:
                return standing(line, self._seq)
            case Status.RETRACTED:
                return self._withdrawn(line)
            case Status.ANY:
                return or_(standing(line, self._seq), self._withdrawn(line))

    def _withdrawn(self, line: type[Strike]) -> ColumnElement[bool]:
        """Return the condition that a line stood until its report was retracted."""
        return (
            exists()
            .where(
                TOMBSTONE.report_id == line.report_id,
                TOMBSTONE.recorded_seq == line.superseded_seq,
                TOMBSTONE.status == "retracted",
                standing(TOMBSTONE, self._seq),
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
        if self._asked.date_to is not None:
            yield line.date_from <= self._value("date_to", Date())
        if self._asked.date_from is not None:
            first = self._value("date_from", Date())
            yield line.date_to >= first
            # Says nothing new, yet by it an index leads to the days asked for: without a bound from below, all
            # older lines would be looked at for one that lasts until then.
            usual = self._value("usual_from", Date())
            # "+ 0 days" keeps PostgreSQL from seeking the earliest of all by date, which is the slow way again.
            earliest = (
                select(func.min(days_later(LONGER.date_from.expression, 0)))
                .with_hint(LONGER, "INDEXED BY ix_strikes_long", "sqlite")
                .where(
                    LONGER.date_to > days_later(LONGER.date_from.expression, LONG_DAYS),
                    LONGER.date_to >= first,
                    LONGER.date_from < usual,
                )
                .scalar_subquery()
            )
            yield line.date_from >= func.coalesce(earliest, usual)

    def _of_tallies(self, category_id: ColumnElement[int | None]) -> ColumnElement[bool]:
        conditions = [
            self._among(column, name)
            for column, name in ((category_id, "category_ids"), (Tally.effect, "effects"))
            if getattr(self._asked, name) is not None
        ]
        return and_(True, *conditions)  # noqa: FBT003 - SQL's TRUE, which keeps an empty list of conditions valid

    def _tallied(self) -> Select[int]:
        """Return the ids of all lines with a tally that matches."""
        return select(Tally.strike_id).where(self._of_tallies(Tally.category_id.expression))

    def saying(self) -> Select[int] | None:
        """Return the ids of all lines with the words or signs that are asked for, or None where none are."""
        if self._asked.words is not None:
            return self.saying_words()
        if self._asked.signs is None:
            return None
        # Reached by no index; nobody but a tester asks for a percent sign alone.
        line = aliased(Strike)
        return select(line.id).where(self._holds_signs(line))

    def _holds_signs(self, line: type[Strike]) -> ColumnElement[bool]:
        """Return the condition that a line holds the signs asked for, in any of its texts."""
        tally = aliased(Tally)
        pattern = self._value("pattern", String())
        of_tally = or_(*(text.like(pattern, escape=ESCAPE) for text in (tally.as_written, tally.verb)))
        return or_(
            *(text.like(pattern, escape=ESCAPE) for text in (line.quote, line.location_as_written)),
            exists().where(tally.strike_id == line.id, of_tally).correlate(line),
        )
