"""Fill gaps in a series; distinguish zero from missing data."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

import polars as pl

from app.aggregates.measures import LAGS, OPTIONAL, PERIOD
from app.errors import Fault, InvalidInput
from app.strikes.column_conditions import EPOCH
from app.vocabulary import periods
from app.vocabulary.periods import PeriodUnit

# More rows than any chart shows; a day series over ten years for 27 groups.
MOST_FILLED = 100_000

T = TypeVar("T")


class State(StrEnum):
    """What an empty period means. Zero, no report, and not yet published are different things."""

    REPORTED = "reported"
    NONE_REPORTED = "none_reported"
    NO_REPORT = "no_report"


def filled(
    groups: pl.DataFrame,
    group_columns: Sequence[str],
    unit: PeriodUnit,
    first: date | None,
    last: date | None,
) -> pl.DataFrame:
    """Return the groups with every period from `first` to `last`, for each group of `group_columns`.

    By period alone there is one such group, even where nothing matches. None stands for the first or last period that
    is there; with neither lines nor days requested, nothing is added. Raises InvalidInput above MOST_FILLED rows.
    """
    if len(groups):
        first = first or day_of(groups[PERIOD].min())
        last = last or day_of(groups[PERIOD].max())
    if first is None or last is None or first > last:
        return groups
    others = groups.select(group_columns).unique() if group_columns else pl.DataFrame(height=1)
    if periods.count(unit, first, last) * len(others) > MOST_FILLED:
        detail = f"more than {MOST_FILLED} rows; request fewer days, larger periods or fill=none"
        raise InvalidInput([Fault("parameter", "group_by", "too-many-rows", detail)])
    starts = [(start - EPOCH).days for start in periods.starts_between(unit, first, last)]
    every = others.join(pl.DataFrame({PERIOD: pl.Series(starts, dtype=pl.Int64)}), how="cross")
    empty = every.join(groups, on=[PERIOD, *group_columns], how="anti")
    # Of an empty period counts are 0, and what can be unknown is null.
    zero = [name for name in groups.columns if name not in {PERIOD, *group_columns, *OPTIONAL, *LAGS}]
    return pl.concat(
        [groups, empty.with_columns(pl.lit(0).alias(name) for name in zero)], how="diagonal_relaxed"
    )


def day_of(number: object) -> date:
    """Return the day that columns hold as a number."""
    assert isinstance(number, int)  # noqa: S101 - no period is null
    return date.fromordinal(EPOCH.toordinal() + number)


class Spans(Generic[T]):
    """Days by some key, held as few disjoint spans, so that a query costs no more for longer ones."""

    def __init__(self, spans: Iterable[tuple[T, int, int]]) -> None:
        self._spans: dict[T, tuple[list[int], list[int]]] = {}
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

    def touch(self, key: T, first: int, last: int) -> bool:
        """Return whether any of the key's days lies between `first` and `last`, both included."""
        if key not in self._spans:
            return False
        firsts, lasts = self._spans[key]
        begun = bisect_right(firsts, last)
        return begun > 0 and lasts[begun - 1] >= first
