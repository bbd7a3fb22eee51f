"""Conditions of a StrikeFilter, each written once, over SQLAlchemy columns and Polars expressions alike.

Both overload the same operators, and columns have the names of the models in both. What each spells its own way is in
Terms: sql_conditions.py has it for the database, column_conditions.py for segments in memory.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Any, Protocol, TypeAlias

from app.strikes.filters import Status, StrikeFilter

# A ColumnElement or an Expr: columns, values that they are compared with, and conditions.
Term: TypeAlias = Any


class Terms(Protocol):
    """The parts of which conditions are made, for one engine and one filter."""

    @property
    def asked(self) -> StrikeFilter:
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
        """Return the condition that a column has one of the filter's values of a name."""

    def stands(self) -> Term:
        """Return the condition that no later write superseded the line as of the filter's number."""

    def withdrawn(self) -> Term:
        """Return the condition that the line stood until its report was retracted, which it still is."""

    def of_publisher(self) -> Term:
        """Return the condition that the line's report is by one of the filter's publishers."""

    def holds_words(self) -> Term:
        """Return the condition that the line's texts hold the filter's words."""

    def holds_signs(self) -> Term:
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


def of_status(terms: Terms) -> Term:
    """Return the condition that a line is of the status asked for, as of the number asked for."""
    match terms.asked.status:
        case Status.PUBLISHED:
            return _standing(terms)
        case Status.RETRACTED:
            return terms.withdrawn()
        case Status.ANY:
            return _standing(terms) | terms.withdrawn()


def _standing(terms: Terms) -> Term:
    return (terms.line.recorded_seq <= terms.value("as_of")) & terms.stands()


def _enough_items(terms: Terms) -> Term:
    # The sum over all tallies is stored, and no part of them adds up to more.
    at_least = terms.line.items_min >= terms.value("min_items")
    return (
        at_least & (terms.items() >= terms.value("min_items")) if terms.asked.asks_for_tallies else at_least
    )


# By the field of StrikeFilter that asks for it.
OF_LINES: Mapping[str, Callable[[Terms], Term]] = {
    "as_of": of_status,
    "date_to": lambda terms: terms.line.date_from <= terms.value("date_to"),
    "date_from": lambda terms: terms.line.date_to >= terms.value("date_from"),
    "location_ids": lambda terms: terms.among(terms.line.location_id, "location_ids"),
    "countries": lambda terms: terms.among(terms.line.country, "countries"),
    "report_ids": lambda terms: terms.among(terms.line.report_id, "report_ids"),
    "publisher_ids": lambda terms: terms.of_publisher(),
    "words": lambda terms: terms.holds_words(),
    "signs": lambda terms: terms.holds_signs(),
    "repeats": lambda terms: ~terms.repeats_another(),
    "min_items": _enough_items,
}

# These must be met by one and the same tally.
OF_TALLIES: Mapping[str, Callable[[Terms], Term]] = {
    "category_ids": lambda terms: terms.among(terms.tally.category_id, "category_ids"),
    "effects": lambda terms: terms.among(terms.tally.effect, "effects"),
}

# Fields without a condition of their own: of_status reads it.
WITHIN_OTHERS = {"status"}


def of_lines(terms: Terms) -> Iterator[Term]:
    """Yield the conditions that a line must meet: all that the filter asks for."""
    for each in fields(StrikeFilter):
        if each.name in OF_LINES and getattr(terms.asked, each.name) != each.default:
            yield OF_LINES[each.name](terms)
    if terms.asked.asks_for_tallies:
        yield terms.has_tally()


def of_tallies(terms: Terms) -> Iterator[Term]:
    """Yield the conditions that a tally must meet for its items to count."""
    for name, condition in OF_TALLIES.items():
        if getattr(terms.asked, name) is not None:
            yield condition(terms)
