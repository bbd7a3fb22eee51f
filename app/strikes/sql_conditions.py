"""SQL conditions of a filter, and the statements built from them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import (
    BigInteger,
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

from app.db.fulltext import contains_all
from app.db.functions import days_later
from app.ledger.head import standing
from app.models import STRIKE_WORDS, Report, Revision, Strike, StrikeCategory, Tally
from app.models.strike import LONG_DAYS
from app.strikes.conditions import NARROWING, OF_LINES, of_lines, of_tallies
from app.strikes.filter import ESCAPE, OF_TALLIES, Status, StrikeFilter, of_status

# By "*" SQLite would read a row that only has to be there.
ONE: ColumnElement[int] = literal_column("1")

# Other rows than the line that a condition is about. Made once: each costs as much as a whole statement.
OTHER = aliased(Strike)
LONGER = aliased(Strike)
TOMBSTONE = aliased(Revision)

# The SQL types of values that are compared one by one.
KINDS: Mapping[str, TypeEngine[Any]] = {
    "as_of": BigInteger(),
    "date_from": Date(),
    "date_to": Date(),
    "usual_from": Date(),
    "min_items": Integer(),
    "pattern": String(),
}

# The values by which days are requested.
DAYS = ("date_from", "date_to", "usual_from")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The ids of all lines that meet one condition, and the names of the values that it depends on."""

    names: tuple[str, ...]
    ids: Callable[[], Select[int]]


@dataclass(frozen=True, slots=True)
class _Terms:
    """What a condition is made of in SQL, for a row of Strike or of an alias of it; see Terms."""

    strikes: StrikeFilter
    line: type[Strike] = Strike
    # Whether conditions on tallies and signs are looked up for each line, and not gathered first.
    one_by_one: bool = False
    # The ledger number as of which a line is judged, where it is a column of an enclosing query; None: the filter's.
    as_of: ColumnElement[int] | None = None

    @property
    def tally(self) -> type[Tally]:
        return Tally

    def value(self, name: str) -> ColumnElement[Any]:
        """Bind a value by the name that it has in `StrikeFilter.values`, to be bound again with another filter's."""
        if name == "as_of" and self.as_of is not None:
            return self.as_of
        return bindparam(name, self.strikes.values[name], KINDS[name])

    def among(
        self, column: ColumnElement[Any] | InstrumentedAttribute[Any], name: str
    ) -> ColumnElement[bool]:
        allowed = self.strikes.values[name]
        # A statement is compiled once: by the first ids alone, PostgreSQL would refuse a later one that is larger.
        kind = BigInteger() if isinstance(column.type, Integer) else column.type
        one_of = column.in_(bindparam(name, allowed, kind, expanding=True)) if allowed else false()
        return or_(column.is_(None), one_of) if None in allowed else one_of

    def is_current(self) -> ColumnElement[bool]:
        return or_(self.line.superseded_seq.is_(None), self.line.superseded_seq > self.value("as_of"))

    def withdrawn(self) -> ColumnElement[bool]:
        return (
            exists()
            .where(
                TOMBSTONE.report_id == self.line.report_id,
                TOMBSTONE.recorded_seq == self.line.superseded_seq,
                TOMBSTONE.status == "retracted",
                standing(TOMBSTONE, self.value("as_of")),
            )
            .correlate_except(TOMBSTONE)
        )

    def of_publisher(self) -> ColumnElement[bool]:
        of_report = exists().where(
            Report.id == self.line.report_id, self.among(Report.publisher_id, "publisher_ids")
        )
        return of_report.correlate(self.line)

    def contains_words(self) -> ColumnElement[bool]:
        return self.line.id.in_(Conditions(self.strikes).lines_with_words())

    def contains_text(self) -> ColumnElement[bool]:
        if self.one_by_one:
            return _contains_text(self)
        # Served by no index; only testers search for a percent sign alone.
        other = replace(self, line=aliased(Strike))
        return self.line.id.in_(select(other.line.id).where(_contains_text(other)))

    def repeats_another(self) -> ColumnElement[bool]:
        event = func.coalesce(self.line.event_id, self.line.id)
        better = (
            exists()
            .where(
                or_(OTHER.event_id == event, OTHER.id == event),
                of_status(replace(self, line=OTHER)),
                or_(OTHER.same_as_id.is_(None), OTHER.id < self.line.id),
                OTHER.id != self.line.id,
            )
            .correlate_except(OTHER)
        )
        return and_(self.line.same_as_id.is_not(None), better)

    def has_tally(self) -> ColumnElement[bool]:
        # Aggregates join tallies too; these are the line's own, not the joined one.
        conditions = Conditions(self.strikes)
        if not self.one_by_one:
            return self.line.id.in_(conditions.tallied())
        own = select(ONE).where(Tally.strike_id == self.line.id, conditions.of_tallies())
        return own.correlate(self.line).exists()

    def items(self) -> ColumnElement[int]:
        return Conditions(self.strikes).items()


def _contains_text(terms: _Terms) -> ColumnElement[bool]:
    """Return the condition that a line contains the requested characters, in any of its texts."""
    line, tally = terms.line, aliased(Tally)
    pattern = terms.value("pattern")
    of_tally = or_(*(text.like(pattern, escape=ESCAPE) for text in (tally.as_written, tally.verb)))
    return or_(
        *(text.like(pattern, escape=ESCAPE) for text in (line.quote, line.location_as_written)),
        exists().where(tally.strike_id == line.id, of_tally).correlate(line),
    )


class Conditions:
    """A StrikeFilter as conditions on rows. Values are bound by the names that they have in `StrikeFilter.values`."""

    def __init__(self, strikes: StrikeFilter, as_of: ColumnElement[int] | None = None) -> None:
        """Make conditions as of the filter's number, or of one that an enclosing query has in the column `as_of`."""
        self._strikes = strikes
        self._terms = _Terms(strikes, as_of=as_of)

    def of_lines(self, *, one_by_one: bool = False) -> ColumnElement[bool]:
        """Return the condition that a row of Strike must meet.

        `one_by_one` is for lines that are read in an order until there are enough: it checks tallies and signs line by
        line, and gathers none first. Both mean the same.
        """
        terms = replace(self._terms, one_by_one=one_by_one)
        return and_(*of_lines(terms), *self._index_by_days())

    def of_tallies(self) -> ColumnElement[bool]:
        """Return the condition that a row of Tally, reached from its line, must meet for its items to count."""
        return and_(True, *of_tallies(self._terms))  # noqa: FBT003 - SQL's TRUE: there may be no condition

    def items(self) -> ColumnElement[int]:
        """Return what the minima of a line's tallies that match add up to: 0 where there is none."""
        if not self._strikes.has_tally_conditions:
            return Strike.items_min.expression
        matching = select(func.coalesce(func.sum(Tally.count_min), 0))
        return (
            matching.where(Tally.strike_id == Strike.id, self.of_tallies())
            .correlate(Strike)
            .scalar_subquery()
        )

    def items_by_line(self) -> Subquery:
        """Return the same, `added_up`, of every line that has tallies that match, by its `strike_id`."""
        sums = select(Tally.strike_id, func.sum(Tally.count_min).label("added_up"))
        return sums.where(self.of_tallies()).group_by(Tally.strike_id).subquery()

    def narrowing(self) -> Iterator[Narrowing]:
        """Yield, for each condition with its own index, the ids of all lines that meet it.

        Every line that matches is among each of them, whatever the other conditions.
        """
        of_lines = select(Strike.id)
        for name in NARROWING:
            if getattr(self._strikes, name) is not None:
                yield Narrowing((name,), partial(self._of_lines_by, name))
        if self._strikes.words is not None:
            yield Narrowing(("words",), self.lines_with_words)
        if self._strikes.category_ids is not None:
            yield Narrowing(tuple(OF_TALLIES), self.tallied)
        if self._strikes.date_from is not None or self._strikes.date_to is not None:
            yield Narrowing(DAYS, lambda: of_lines.where(*self._days()))
        if self._strikes.min_items:
            yield Narrowing(
                ("min_items",),
                lambda: of_lines.where(Strike.items_min >= self._terms.value("min_items")),
            )
        if self._strikes.status is Status.RETRACTED:
            yield Narrowing(("status",), self._of_tombstones)
        if self._strikes.publisher_ids is not None:
            yield Narrowing(
                ("publisher_ids",),
                lambda: of_lines.join(Report, Report.id == Strike.report_id).where(
                    self._terms.among(Report.publisher_id, "publisher_ids")
                ),
            )

    def _of_lines_by(self, name: str) -> Select[int]:
        return select(Strike.id).where(OF_LINES[name](self._terms))

    def at_place(self) -> Narrowing:
        """Return the ids of all lines of the places requested, within the days requested."""
        return Narrowing(
            ("location_ids", *DAYS),
            lambda: select(Strike.id).where(OF_LINES["location_ids"](self._terms), *self._days()),
        )

    def of_pair(self) -> Iterator[ColumnElement[bool]]:
        """Yield conditions on Strike and StrikeCategory: the line has one place, one category, and begins in time.

        The place and the category are values named `location_id` and `category_id`.
        """
        yield StrikeCategory.strike_id == Strike.id
        for column in (StrikeCategory.location_id, StrikeCategory.category_id):
            yield column == bindparam(column.key, type_=Integer())
        if self._strikes.date_to is not None:
            yield StrikeCategory.date_from <= self._terms.value("date_to")
        yield from self._index_by_days(StrikeCategory.date_from)

    def _days(self) -> Iterator[ColumnElement[bool]]:
        for name in ("date_from", "date_to"):
            if getattr(self._strikes, name) is not None:
                yield OF_LINES[name](self._terms)
        yield from self._index_by_days()

    def _index_by_days(
        self, first_day: InstrumentedAttribute[date] = Strike.date_from
    ) -> Iterator[ColumnElement[bool]]:
        """Yield a condition that excludes nothing more, but lets an index lead to the requested days.

        Without a bound from below, all older lines would be read for one that lasts until then.
        """
        if self._strikes.date_from is None:
            return
        usual = self._terms.value("usual_from")
        # "+ 0 days" keeps PostgreSQL from seeking the earliest of all by date, which is the slow way again.
        earliest = (
            select(func.min(days_later(LONGER.date_from.expression, 0)))
            .with_hint(LONGER, "INDEXED BY ix_strikes_long", "sqlite")
            .where(
                LONGER.date_to > days_later(LONGER.date_from.expression, LONG_DAYS),
                LONGER.date_to >= self._terms.value("date_from"),
                LONGER.date_from < usual,
            )
            .scalar_subquery()
        )
        yield first_day >= func.coalesce(earliest, usual)

    def _of_tombstones(self) -> Select[int]:
        return (
            select(Strike.id)
            .join(
                Revision,
                and_(Revision.report_id == Strike.report_id, Revision.recorded_seq == Strike.superseded_seq),
            )
            .where(Revision.status == "retracted")
        )

    def tallied(self) -> Select[int]:
        """Return the ids of all lines with a tally that matches."""
        lines = select(Tally.strike_id).where(self.of_tallies())
        if self._strikes.category_ids is None:
            return lines
        among = select(StrikeCategory.strike_id).where(
            self._terms.among(StrikeCategory.category_id, "category_ids")
        )
        return among if self._strikes.has_only_categories else lines.where(Tally.strike_id.in_(among))

    def lines_with_words(self) -> Select[int]:
        """Return the ids of all lines that hold the words requested."""
        return select(STRIKE_WORDS.c.rowid).where(
            contains_all(STRIKE_WORDS.c.words, self._strikes.words or ())
        )

    def lines_with_text(self) -> Select[int] | None:
        """Return the ids of all lines with the words or signs that are requested, or None where none are."""
        if self._strikes.words is not None:
            return self.lines_with_words()
        return None if self._strikes.signs is None else select(Strike.id).where(_contains_text(self._terms))
