"""The one window out: what a StrikeFilter asks for, and the values that this comes to.

List, aggregate, export and map all take a StrikeFilter, and only conditions.py says what it matches, so a filter that
works in one place works in all.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from app.models.strike import LONG_DAYS

# What takes the meaning off a sign of a pattern.
ESCAPE = "/"


class Status(StrEnum):
    """Which lines are asked for: those of reports that stand, those of retracted ones, or both."""

    PUBLISHED = "published"
    RETRACTED = "retracted"
    ANY = "any"


@dataclass(frozen=True)
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

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """Return the values of the conditions by the names that these have for them, None for what is not asked.

        Two filters that ask for the same things, and for as many, have the same conditions but for their values.
        """
        asked = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            **{name: sorted(each) if isinstance(each, frozenset) else each for name, each in asked.items()},
            # The calendar of the machine begins with the year 1.
            "usual_from": self.date_from
            and max(self.date_from, date.min + timedelta(LONG_DAYS)) - timedelta(LONG_DAYS),
            "pattern": self.signs and _containing(self.signs),
        }

    @cached_property
    def shape(self) -> Hashable:
        """What tells conditions apart beside their values: two filters of one shape differ in `values` alone."""
        asked = tuple(
            # None, one, or several.
            (name, min(len(value), 2) if isinstance(value, list) else None)
            for name, value in self.values.items()
            if value is not None
        )
        return asked, self.status, self.repeats


def _containing(signs: str) -> str:
    """Return the LIKE pattern of what contains these signs as they stand."""
    for each in (ESCAPE, "%", "_"):
        signs = signs.replace(each, ESCAPE + each)
    return f"%{signs}%"
