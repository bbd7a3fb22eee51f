"""Put the empty periods between the others, and tell zero from unknown."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum

from app.aggregates.dimensions import Dimension, Grouping
from app.aggregates.queries import Key, Sums
from app.errors import Fault, InvalidInput
from app.vocabulary import periods

# More rows than any chart shows; a day series over ten years for 27 groups.
MOST_FILLED = 100_000


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


class CoveredDays:
    """The days that reports speak for, by country."""

    def __init__(self, spans: Iterable[tuple[str, date, date]]) -> None:
        self._days: dict[str, set[date]] = {}
        for country, first, last in spans:
            self._days.setdefault(country, set()).update(_each_day(first, last))

    def state(self, sums: Sums, country: str | None, first: date, last: date) -> State:
        """Say what a row of a period means; `country` None asks for any country."""
        if sums.lines:
            return State.REPORTED
        countries = self._days if country is None else {country} & self._days.keys()
        covered = any(not self._days[each].isdisjoint(_each_day(first, last)) for each in countries)
        return State.NONE_REPORTED if covered else State.NO_REPORT


def _each_day(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
