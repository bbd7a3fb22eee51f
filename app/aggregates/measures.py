"""Count selected lines and tallies by group: the measures as Polars expressions.

Strikes and tallies are summed separately: a line with two tallies is still one line. By a property of tallies a line
counts once in each group that it has a tally for, and a line without any in the group of null.
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from app.aggregates.axes import Axis, start_of
from app.aggregates.dimensions import Dimension
from app.columnar.segment import ITEM_SUMS, UNKNOWN
from app.strikes.selection import Selected, Selection
from app.vocabulary.periods import PeriodUnit

# What can be unknown of a line.
OPTIONAL = ("strikes_min", "strikes_max", "engagements")
# How many lines have no maximum of strikes, those without any number of strikes among them.
STRIKES_OPEN_ENDED = "strikes_open_ended"
MEASURES = ("reports", "lines", *OPTIONAL, *ITEM_SUMS, STRIKES_OPEN_ENDED)

# By period: the reports of a group that have no line in an earlier period of it. They add up, as `reports` does not.
NEW_REPORTS = "new_reports"

# The least, the median and the most days from a line's last day (`date_to`) to the first publication of the line: that
# of the revision that added it. Where a release is of days to come it is below 0.
LAGS = ("lag_days_min", "lag_days_median", "lag_days_max")

# Groups of partial aggregates that are held before they are added up.
MOST_GATHERED = 1 << 19

# Pairs of a group and a report, or a line, that one number can distinguish.
MOST_PAIRS = 2**63 - 1

PERIOD = "period"
RANKED = "ranked"

# What is needed of each line.
_OF_LINES = ("report_id", *OPTIONAL)
# What adds up to items: of lines, and of tallies.
_OF_LINE = {name: pl.col(name) for name in ITEM_SUMS}
_OF_TALLY = {
    "items_min": pl.col("count_min"),
    "items_max": pl.col("count_max").filter(pl.col("count_max") != UNKNOWN),
    "items_closed_min": pl.col("count_min").filter(pl.col("count_max") != UNKNOWN),
    "open_ended": pl.col("count_max") == UNKNOWN,
    "approximate": pl.col("approximate"),
}
# Null where it is known of no line.
_KNOWN_MEASURES = [
    pl.col("reports", "lines"),
    *(pl.when(pl.col(f"known_{name}") > 0).then(pl.col(name)).alias(name) for name in OPTIONAL),
    pl.col(ITEM_SUMS),
    (pl.col("lines") - pl.col("known_strikes_max")).alias(STRIKES_OPEN_ENDED),
]
# All that matches is no group.
_NO_NUMBER = pl.lit(None, pl.Int64)
_COLUMNS = (
    "number",
    "reports",
    "lines",
    NEW_REPORTS,
    *OPTIONAL,
    *ITEM_SUMS,
    *(f"known_{name}" for name in OPTIONAL),
)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Some of the groups along some axes, and where `has_other`, a last one that takes in all others.

    `numbers` are those of the separate groups, `values` the values of all as clients see them.
    """

    dimensions: tuple[Dimension, ...]
    numbers: tuple[int, ...]
    values: tuple[tuple[Any, ...], ...]
    has_other: bool


@dataclass(frozen=True, slots=True)
class Grouper:
    """Number groups: (first day of the period) * size + the number along the axes, of which the last counts fastest.

    Numbers do not depend on the segment, so those of all segments can be held together. With `published` the days are
    those of publication: the latest revision of each report. `ranks`: periods are ranked, and there is no series.
    """

    axes: tuple[Axis, ...]
    unit: PeriodUnit | None = None
    published: pl.DataFrame | None = None
    ranked: Ranked | None = None
    ranks_periods: bool = False

    @property
    def by_tallies(self) -> bool:
        """Whether a line can be in several groups."""
        return any(axis.of_tallies for axis in self.axes)

    @property
    def size(self) -> int:
        """How many groups there can be in one period."""
        return (
            math.prod(len(axis.values) for axis in self.axes)
            if self.ranked is None
            else len(self.ranked.values)
        )

    @property
    def key(self) -> Hashable | None:
        """What the numbers depend on besides lines and tallies; None where these attributes do not cover it."""
        return None if self.published is not None else (self.axes, self.unit, self.ranked, self.ranks_periods)

    def rows(self, selected: Selected, *names: str) -> pl.DataFrame:
        """Return the number of the group, and columns, of each line, or by a property of tallies of each tally."""
        lines, start = selected.lines, None
        if self.published is not None:
            of = self.published.select("report_id", published="published_on")
            lines = lines.join(of, on="report_id", how="left", maintain_order="left")
        if self.unit is not None:
            start = start_of(self.unit, pl.col("date_from" if self.published is None else "published"))
        number = self._share(of_tallies=False)
        if not self.by_tallies:
            return lines.select(self._number(number, start).alias("number"), *names)
        # What depends on the line is computed once per line.
        columns = [number.alias("number"), *names]
        rows = lines.select(columns if start is None else [start.alias("start"), *columns])
        number = pl.col("number") + self._share(of_tallies=True)
        return selected.tallies.hstack(rows.select(pl.all().gather(selected.tallies["line"]))).with_columns(
            self._number(number, None if start is None else pl.col("start")).alias("number")
        )

    def _number(self, along: pl.Expr, start: pl.Expr | None) -> pl.Expr:
        """Return the number of a group by its number along the axes and the first day of its period."""
        if self.ranks_periods and start is not None:
            along, start = start, None
        if self.ranked is not None:
            numbers = pl.Series(self.ranked.numbers, dtype=pl.Int64)
            places = pl.int_range(len(numbers), eager=True)
            along = along.replace_strict(numbers, places, default=len(numbers), return_dtype=pl.Int64)
        return along if start is None else start * self.size + along

    def _share(self, *, of_tallies: bool) -> pl.Expr:
        """Return what the axes of lines, or of tallies, have of the numbers."""
        share, stride = pl.repeat(0, pl.len(), dtype=pl.Int64), 1
        for axis in reversed(self.axes):
            if axis.of_tallies == of_tallies:
                share += axis.place() * stride
            stride *= len(axis.values)
        return share

    def located(self, groups: pl.DataFrame) -> pl.DataFrame:
        """Return groups with their periods, and their places along the axes, in place of their numbers."""
        number = pl.col("number")
        columns: list[pl.Expr] = []
        if self.ranked is not None:
            columns.append((number % self.size).alias(RANKED))
        stride = 1
        for axis in reversed(() if self.ranked is not None else self.axes):
            columns.insert(0, (number // stride % len(axis.values)).alias(axis.dimension.value))
            stride *= len(axis.values)
        if self.unit is not None and not (self.ranks_periods and self.ranked is not None):
            columns.append((number if self.ranks_periods else number // self.size).alias(PERIOD))
        return groups.select(*columns, pl.exclude("number"))


def counts(
    selection: Selection, grouper: Grouper, *, new_reports: bool = False, lag: bool = False
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the measures of every group that has a line, and those of all that matches, as the one row.

    What is unknown is null. NEW_REPORTS are 0 unless requested. Raises QueryTimeout.
    """
    waiting: list[pl.DataFrame] = []
    lags: list[pl.DataFrame] = []

    def count(selected: Selected) -> pl.DataFrame:
        if lag:
            lags.extend(_lags(selected, grouper))
        return _partial(selected, grouper, new_reports=new_reports)

    most = MOST_GATHERED
    # Medians do not add up, so lags are computed each time.
    key = None if lag or grouper.key is None else (grouper.key, new_reports)
    for part in selection.counted(count, key, tallies=grouper.by_tallies):
        waiting.append(part)
        if sum(map(len, waiting)) > most:
            waiting = [_added_up(waiting)]
            # Where hardly any group is in two parts, it is of no use to do so again soon.
            most = max(MOST_GATHERED, 2 * len(waiting[0]))
    selection.check_deadline()
    groups = waiting[0] if len(waiting) == 1 else _added_up(waiting)
    selection.check_deadline()
    groups = groups.select("number", *_KNOWN_MEASURES, NEW_REPORTS)
    if lag:
        groups = groups.join(_spread(lags), on="number", how="left", nulls_equal=True, maintain_order="left")
    # That of all is the first.
    totals = groups.head(1)
    for name in ("number", NEW_REPORTS):
        totals.drop_in_place(name)
    return groups.slice(1), totals


def spells(selection: Selection, grouper: Grouper) -> pl.DataFrame:
    """Return the days of lines of several days, from the first to the last: once for each group."""
    several = pl.col("date_to") > pl.col("date_from")
    parts = [pl.DataFrame(schema={"number": pl.Int64, "first": pl.Int32, "last": pl.Int32})]
    for selected in selection.selected(tallies=grouper.by_tallies, where=several):
        rows = grouper.rows(selected, "date_from", "date_to")
        parts.append(rows.select("number", first="date_from", last="date_to").unique())
    return grouper.located(pl.concat(parts).unique())


def _added_up(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    if not parts:
        return pl.DataFrame({**dict.fromkeys(_COLUMNS, 0), "number": None}, dict.fromkeys(_COLUMNS, pl.Int64))
    return pl.concat(parts).group_by("number", maintain_order=True).agg(pl.all().sum())


def _partial(selected: Selected, grouper: Grouper, *, new_reports: bool) -> pl.DataFrame:
    """Count what was selected: a row for each group, and one without number for all."""
    of_all = [_NO_NUMBER.alias("number"), *_sums(tallies=False, new=False)]
    if grouper.by_tallies or not (grouper.axes or grouper.unit):
        total = selected.lines.select(of_all)
    if not (grouper.axes or grouper.unit):
        return total
    rows = grouper.rows(selected, *_OF_LINES if grouper.by_tallies else (*_OF_LINES, *ITEM_SUMS))
    if grouper.by_tallies:
        rows = rows.with_columns(once=_first(rows, "number", "line"))
    else:
        total = rows.select(of_all)
    if new_reports:
        # By number is by period first.
        rows = rows.sort("number").with_columns(beside=pl.col("number") % grouper.size)
        rows = rows.with_columns(new=_first(rows, "beside", "report_id"))
    sums = rows.group_by("number").agg(_sums(tallies=grouper.by_tallies, new=new_reports))
    return pl.concat([total, sums])


@cache
def _sums(*, tallies: bool, new: bool) -> Sequence[pl.Expr]:
    """Return the measures of rows of lines, or of tallies, of which `once` holds for one of each line.

    `new`: the column of this name is true for the rows of new reports. All are widened to 64 bits first: a sum
    of a narrower column would stay narrow, and wrap around silently.
    """
    is_known = {name: pl.col(name) != UNKNOWN for name in OPTIONAL}
    if tallies:
        is_known = {name: pl.col("once") & known for name, known in is_known.items()}
    known = {name: pl.when(known).then(pl.col(name)) for name, known in is_known.items()}
    added = known | (_OF_TALLY if tallies else _OF_LINE)
    measures = {
        "reports": pl.col("report_id").n_unique(),
        "lines": pl.col("once").sum() if tallies else pl.len(),
        NEW_REPORTS: pl.col("new").sum() if new else pl.lit(0),
        **{name: values.cast(pl.Int64).sum() for name, values in added.items()},
        **{f"known_{name}": values.count() for name, values in known.items()},
    }
    return [measure.cast(pl.Int64).alias(name) for name, measure in measures.items()]


def _first(rows: pl.DataFrame, group: str, member: str) -> pl.Expr:
    """Return the condition that a row is the first one of a group with its member."""
    if not len(rows):
        return pl.lit(value=False)
    groups, most = rows[group], rows[member].max()
    least, greatest = groups.min(), groups.max()
    assert isinstance(least, int) and isinstance(greatest, int) and isinstance(most, int)  # noqa: PT018, S101 - numbers
    if (greatest - least + 1) * (most + 1) > MOST_PAIRS:
        return pl.struct(group, member).is_first_distinct()
    # Comparing one number takes half the time of comparing two.
    return ((pl.col(group) - least) * (most + 1) + pl.col(member)).is_first_distinct()


def _lags(selected: Selected, grouper: Grouper) -> list[pl.DataFrame]:
    """Return the lags of lines: of all, without number, and by group, once in each."""
    lag = (pl.col("published_on") - pl.col("date_to")).alias("lag")
    every = selected.lines.select(_NO_NUMBER.alias("number"), lag)
    if not grouper.axes and grouper.unit is None:
        return [every]
    rows = grouper.rows(selected, "published_on", "date_to")
    if grouper.by_tallies:
        rows = rows.filter(_first(rows, "number", "line"))
    return [every, rows.select("number", lag)]


def _spread(lags: Sequence[pl.DataFrame]) -> pl.DataFrame:
    lag = pl.col("lag")
    every = pl.concat([pl.DataFrame(schema={"number": pl.Int64, "lag": pl.Int32}), *lags])
    least, median, most = LAGS
    return every.group_by("number").agg(
        lag.min().alias(least), lag.cast(pl.Int64).median().alias(median), lag.max().alias(most)
    )
