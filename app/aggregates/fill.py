"""Put the empty periods between the others, and tell zero from unknown."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from app.aggregates.dimensions import Dimension, Grouping
from app.aggregates.queries import Key, Sums
from app.errors import Fault, InvalidInput
from app.vocabulary import periods

# More rows than any chart shows; a day series over ten years for 27 groups.
MOST_FILLED = 100_000


T = TypeVar("T")


class State(StrEnum):
    """What an empty period means. Zero, no report, and not yet published are different things."""

    REPORTED = "reported"
    NONE_REPORTED = "none_reported"
    NO_REPORT = "no_report"


def filled(
    groups: Mapping[Key, Sums], grouping: Grouping, first: date | None, last: date | None
) -> dict[Key, Sums]:
    """Return the groups with every period from `first` to `last`, for each group of the other dimensions present.

    By period alone there is one such group, even where nothing matches. None stands for the first or last
    period that is there; with neither lines nor days asked for, nothing is added.
    Raises InvalidInput above MOST_FILLED rows.
    """
    unit = grouping.unit
    if unit is None:
        return dict(groups)
    position = grouping.dimensions.index(Dimension.PERIOD)
    there = {key[position] for key in groups}
    first = first or min(there, default=None)
    last = last or max(there, default=None)
    if first is None or last is None or first > last:
        return dict(groups)
    others = {(key[:position], key[position + 1 :]) for key in groups}
    if len(grouping.dimensions) == 1:
        others = {((), ())}
    if periods.count(unit, first, last) * len(others) > MOST_FILLED:
        detail = f"this makes more than {MOST_FILLED} rows; ask for fewer days, larger periods or fill=none"
        raise InvalidInput([Fault("parameter", "group_by", "too-many-rows", detail)])
    found = dict(groups)
    for start in periods.each(unit, first, last):
        for before, after in others:
            found.setdefault((*before, start, *after), Sums())
    return found


class Spans(Generic[T]):
    """Days by some key, held as few disjoint spans, so that a question costs no more for longer ones."""

    def __init__(self, spans: Iterable[tuple[T, date, date]]) -> None:
        self._spans: dict[T, tuple[list[date], list[date]]] = {}
        for key, first, last in sorted(spans, key=lambda span: span[1]):
            firsts, lasts = self._spans.setdefault(key, ([], []))
            if lasts and first <= lasts[-1]:
                lasts[-1] = max(lasts[-1], last)
            else:
                firsts.append(first)
                lasts.append(last)

    def keys(self) -> Iterable[T]:
        """Return the keys that have any days."""
        return self._spans.keys()

    def touch(self, key: T, first: date, last: date) -> bool:
        """Say whether any of the key's days lies between `first` and `last`, both included."""
        if key not in self._spans:
            return False
        firsts, lasts = self._spans[key]
        begun = bisect_right(firsts, last)
        return begun > 0 and lasts[begun - 1] >= first
