"""Conditions of a StrikeFilter, by field.

They hold for SQLAlchemy columns and Polars expressions alike: both overload the same operators, and columns have the
names of the models in both. What each engine spells its own way is in Terms: sql_conditions.py has it for the
database, column_conditions.py for segments in memory.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import fields

from app.strikes.filter import OF_TALLIES, Condition, StrikeFilter, Term, Terms

# By the field of StrikeFilter.
OF_LINES: Mapping[str, Condition] = {
    field.name: field.metadata["of_lines"] for field in fields(StrikeFilter) if "of_lines" in field.metadata
}

# The fields that leave few lines over, and that an index finds.
NARROWING = tuple(field.name for field in fields(StrikeFilter) if field.metadata.get("narrows"))

# Fields without a condition of their own: of_status reads it.
WITHIN_OTHERS = {"status"}


# Fields whose conditions depend on the ledger number: another number has other lines.
OF_A_MOMENT = frozenset({"as_of", "repeats"})


def of_lines(terms: Terms, *, without: Container[str] = ()) -> Iterator[Term]:
    """Yield the conditions that a line must meet: all those of the filter, or those of other fields than some."""
    for field in fields(StrikeFilter):
        if field.name in without:
            continue
        if field.name in OF_LINES and getattr(terms.strikes, field.name) != field.default:
            yield OF_LINES[field.name](terms)
    if terms.strikes.has_tally_conditions:
        yield terms.has_tally()


def of_tallies(terms: Terms) -> Iterator[Term]:
    """Yield the conditions that a tally must meet for its items to count."""
    for name, condition in OF_TALLIES.items():
        if getattr(terms.strikes, name) is not None:
            yield condition(terms)
