"""Strike filter: every criterion on lines and tallies, with its condition.

List, aggregate, export and map take the same StrikeFilter, so a filter that works in one place works in all. A new
filter is a field here, and a parameter in params.py that gives it its value. Its condition is written once, for the
database and for segments in memory: see conditions.py.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol, TypeAlias

from app.models.strike import LONG_DAYS

# What takes the meaning off a sign of a pattern.
ESCAPE = "/"


class Status(StrEnum):
    """Which lines are requested: those of reports that stand, those of retracted ones, or both."""

    PUBLISHED = "published"
    RETRACTED = "retracted"
    ANY = "any"


# A ColumnElement or an Expr: columns, values that they are compared with, and conditions.
Term: TypeAlias = Any


class Terms(Protocol):
    """The parts of which conditions are made, for one engine and one filter."""

    @property
    def strikes(self) -> "StrikeFilter":
        """The filter."""

    @property
    def line(self) -> Term:
        """The columns of a line, as attributes with the names of Strike."""

    @property
    def tally(self) -> Term:
        """The columns of a tally, as attributes with the names of Tally."""

    def value(self, name: str) -> Term:
        """Return the filter's value of a name, as columns are compared with it."""

    def among(self, column: Term, name: str) -> Term:
        """Return the condition that a column has one of the filter's values of a name; None among them is null."""

    def is_current(self) -> Term:
        """Return the condition that no later write superseded the line as of the filter's number."""

    def withdrawn(self) -> Term:
        """Return the condition that the line stood until its report was retracted, which it still is."""

    def of_publisher(self) -> Term:
        """Return the condition that the line's report is by one of the filter's publishers."""

    def contains_words(self) -> Term:
        """Return the condition that the line's texts hold the filter's words."""

    def contains_text(self) -> Term:
        """Return the condition that one of the line's texts holds the filter's signs as they are."""

    def repeats_another(self) -> Term:
        """Return the condition that another line of the filter's status stands for the same event.

        The line that first reported it, or its correction, takes precedence over all that repeat it; where it is
        gone, the earliest of those stands for the event.
        """

    def has_tally(self) -> Term:
        """Return the condition that a tally of the line meets all conditions on tallies."""

    def items(self) -> Term:
        """Return the sum of the minima of the line's tallies that meet all conditions on tallies."""


Condition: TypeAlias = Callable[[Terms], Term]


def of_status(terms: Terms) -> Term:
    """Return the condition that a line is of the status requested, as of the number requested."""
    match terms.strikes.status:
        case Status.PUBLISHED:
            return _standing(terms)
        case Status.RETRACTED:
            return terms.withdrawn()
        case Status.ANY:
            return _standing(terms) | terms.withdrawn()


def _standing(terms: Terms) -> Term:
    return (terms.line.recorded_seq <= terms.value("as_of")) & terms.is_current()


def _enough_items(terms: Terms) -> Term:
    # The sum over all tallies is stored, and no part of them adds up to more.
    at_least = terms.line.items_min >= terms.value("min_items")
    return (
        at_least & (terms.items() >= terms.value("min_items"))
        if terms.strikes.has_tally_conditions
        else at_least
    )


def _of_lines(condition: Condition, default: object = None, *, narrows: bool = False) -> Any:  # noqa: ANN401 - a field
    """Declare a condition on lines, requested by any value but the default.

    `narrows`: few lines meet it, and an index finds them.
    """
    return field(default=default, metadata={"of_lines": condition, "narrows": narrows})


def _of_tallies(condition: Condition) -> Any:  # noqa: ANN401 - a field
    """Declare a condition on tallies."""
    return field(default=None, metadata={"of_tallies": condition})


@dataclass(frozen=True)
class StrikeFilter:
    """A query about strike lines, with every name already resolved.

    None (or False) is no condition; an empty set matches nothing. All conditions on tallies must be met by the
    same tally, and the items that an aggregate sums are those of the tallies that meet them.
    """

    # The ledger number as of which the record is read.
    as_of: int = _of_lines(of_status, MISSING)
    # Days, inclusive: a line matches when its own range overlaps them.
    date_from: date | None = _of_lines(lambda terms: terms.line.date_to >= terms.value("date_from"))  # noqa: RUF009 - a field
    date_to: date | None = _of_lines(lambda terms: terms.line.date_from <= terms.value("date_to"))  # noqa: RUF009 - a field
    # How exactly the source gives the days.
    date_precisions: frozenset[str] | None = _of_lines(
        lambda terms: terms.among(terms.line.date_precision, "date_precisions")
    )
    # The places requested by name, box or distance: a line without a place is in none of them.
    location_ids: frozenset[int] | None = _of_lines(
        lambda terms: terms.among(terms.line.location_id, "location_ids"), narrows=True
    )
    # ISO 3166-1 alpha-2.
    countries: frozenset[str] | None = _of_lines(lambda terms: terms.among(terms.line.country, "countries"))
    # As lines spell them; None: the enemy's own.
    owners: frozenset[str | None] | None = _of_lines(
        lambda terms: terms.among(terms.line.owner, "owners"), narrows=True
    )
    # Already holds the descendants of the categories requested.
    category_ids: frozenset[int] | None = _of_tallies(
        lambda terms: terms.among(terms.tally.category_id, "category_ids")
    )
    effects: frozenset[str] | None = _of_tallies(lambda terms: terms.among(terms.tally.effect, "effects"))
    # What the minima of the tallies that meet the conditions on tallies must add up to.
    min_items: int | None = _of_lines(_enough_items)
    # Words that a line must hold, all of them, as vocabulary/tokenize.py cuts and folds them.
    words: tuple[str, ...] | None = _of_lines(lambda terms: terms.contains_words())
    # Characters that a line must contain literally: for a query without any word, such as "%".
    signs: str | None = _of_lines(lambda terms: terms.contains_text())
    publisher_ids: frozenset[int] | None = _of_lines(lambda terms: terms.of_publisher())
    report_ids: frozenset[int] | None = _of_lines(
        lambda terms: terms.among(terms.line.report_id, "report_ids"), narrows=True
    )
    status: Status = Status.PUBLISHED
    # Whether lines count that repeat another line requested by `status`; otherwise each event counts once.
    repeats: bool = _of_lines(lambda terms: ~terms.repeats_another(), default=True)

    @property
    def has_tally_conditions(self) -> bool:
        """Whether any condition is on tallies: then a line without a matching one does not match."""
        return any(getattr(self, name) is not None for name in OF_TALLIES)

    @property
    def has_only_categories(self) -> bool:
        """Whether the only condition on tallies is on their category."""
        return {name for name in OF_TALLIES if getattr(self, name) is not None} == {"category_ids"}

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """Return the values of the conditions by the names that these have for them, None for what is not requested.

        Two filters on the same fields, with as many values, have the same conditions but for their values.
        """
        by_name = {parameter.name: getattr(self, parameter.name) for parameter in fields(self)}
        return {
            **{
                name: _in_order(value) if isinstance(value, frozenset) else value
                for name, value in by_name.items()
            },
            # The calendar of the machine begins with the year 1.
            "usual_from": self.date_from
            and max(self.date_from, date.min + timedelta(LONG_DAYS)) - timedelta(LONG_DAYS),
            "pattern": self.signs and _containing(self.signs),
        }

    @cached_property
    def shape(self) -> Hashable:
        """What distinguishes conditions besides their values: two filters of one shape differ in `values` alone."""
        shapes = tuple(
            # None, one, or several; null among them or not.
            (name, min(len(value), 2), None in value) if isinstance(value, list) else (name, None, False)
            for name, value in self.values.items()
            if value is not None
        )
        return shapes, self.status, self.repeats


# By field. These must be met by one and the same tally.
OF_TALLIES: Mapping[str, Condition] = {
    item.name: item.metadata["of_tallies"] for item in fields(StrikeFilter) if "of_tallies" in item.metadata
}


def _in_order(values: Iterable[Any]) -> list[Any]:
    """Return values in their order, None first."""
    return sorted(values, key=lambda value: (value is not None, value))


def _containing(signs: str) -> str:
    """Return the LIKE pattern of what contains these signs as they stand."""
    for sign in (ESCAPE, "%", "_"):
        signs = signs.replace(sign, ESCAPE + sign)
    return f"%{signs}%"
