"""Selection of lines and tallies by a filter, segment by segment."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import partial

import numpy as np
import numpy.typing as npt
import polars as pl

from app.columnar.segment import ITEM_SUMS, ITEMS, LINES, Segment
from app.columnar.store import Record
from app.db.deadline import Deadline
from app.strikes.column_conditions import EPOCH, MATCHING, ColumnTerms, repeating
from app.strikes.conditions import OF_A_MOMENT, of_lines, of_tallies
from app.strikes.filter import Status, StrikeFilter

Flags = npt.NDArray[np.bool_]

# Lines of several segments that are selected and counted together: a step that nothing interrupts.
LINES_AT_A_TIME = 1 << 17

# Fewer lines of a segment are counted faster together with others than alone.
LINES_WORTH_CACHING = 512

# The columns of lines, with the sums over matching tallies in the place of those over all.
ITEM_SUMS_OF_MATCHING = [
    pl.col(name + MATCHING).alias(name) if name in ITEM_SUMS else pl.col(name) for name in LINES
]

# Fields that the key of a count of a segment does not hold: it is cached only where all lines of the segment meet them.
MET_BY_ALL = frozenset({"as_of", "status", "words", "signs", "repeats"})
# Days are in the key as far as they cut the segment.
DAYS = frozenset({"date_from", "date_to"})


@dataclass(frozen=True, slots=True)
class Selected:
    """Lines that match, and where they are needed, their tallies that match: `line` is a position in `lines`."""

    lines: pl.DataFrame
    tallies: pl.DataFrame


class Selection:
    """What a filter matches, step by step: each holds whole reports, as far as they match.

    `worded` are the ids of the lines with the words that are requested, separated by commas; None: no words.
    `of_any_time`: lines that were recorded up to the filter's number match whatever became of them, and repeats too.
    Each step raises QueryTimeout after the deadline.
    """

    def __init__(
        self,
        record: Record,
        strikes: StrikeFilter,
        worded: str | None = None,
        deadline: Deadline | None = None,
        *,
        of_any_time: bool = False,
    ) -> None:
        self.record, self.strikes = record, strikes
        self._deadline = deadline or Deadline()
        # Read by the engine: Python would hold the interpreter for as long as it takes.
        ids = None if worded is None else pl.Series("id", [worded or None], pl.String)
        if ids is not None:
            ids = ids.str.split(",").explode().cast(pl.Int32).drop_nulls()
        self._terms = ColumnTerms(strikes, record, ids)
        on_lines = list(of_lines(self._terms, without=OF_A_MOMENT if of_any_time else ()))
        self._on_items = [condition for condition in on_lines if _is_on_items(condition)]
        self._on_lines = [condition for condition in on_lines if not _is_on_items(condition)]
        self._on_tallies = list(of_tallies(self._terms))
        self._repeating = (
            pl.Series([], dtype=pl.Int32) if strikes.repeats else repeating(record, strikes.status)
        )
        self._place = _only(strikes.location_ids)
        self._key = tuple(
            getattr(strikes, field.name) for field in fields(strikes) if field.name not in MET_BY_ALL | DAYS
        )

    @property
    def conditions(self) -> Sequence[pl.Expr]:
        """All conditions, those on tallies last."""
        return [*self._on_lines, *self._on_items, *self._on_tallies]

    def check_deadline(self) -> None:
        """Raise QueryTimeout where the query has taken too long."""
        self._deadline.check()

    def selected(self, *, tallies: bool, where: pl.Expr | None = None) -> Iterator[Selected]:
        """Yield what matches; `tallies`: whether all tallies are needed; `where`: a further condition on lines."""
        return self._in_steps(
            [(segment, *self._range(segment)) for segment in self.record.segments], where, tallies=tallies
        )

    def counted(
        self, count: Callable[[Selected], pl.DataFrame], key: Hashable | None, *, tallies: bool
    ) -> Iterator[pl.DataFrame]:
        """Yield partial aggregates of all that matches.

        With a `key`, which names what `count` counts of whatever lines, that of a segment is cached with it: of all its
        lines, or of those of one place or of some days. A segment never changes, so this is never stale, and a write
        has one segment counted again.
        """
        left: list[tuple[Segment, int, int]] = []
        for segment in self.record.segments:
            lines = begin, end = self._range(segment)
            is_small = end - begin < LINES_WORTH_CACHING or self.strikes.report_ids is not None
            part_key = None if key is None or is_small else self.part_key(segment)
            if part_key is None:
                left.append((segment, begin, end))
                continue
            self.check_deadline()
            is_part = self._place is not None or self._cut(segment) != (None, None)
            cache = segment.cache_of_parts if is_part else segment.cache
            yield cache.get((key, part_key), partial(self._counted, segment, lines, count, tallies=tallies))
        for selected in self._in_steps(left, None, tallies=tallies):
            yield count(selected)

    def _counted(
        self,
        segment: Segment,
        lines: tuple[int, int],
        count: Callable[[Selected], pl.DataFrame],
        *,
        tallies: bool,
    ) -> pl.DataFrame:
        """Count a range of a segment's lines."""
        return count(
            self._select(*self._gathered([(segment, *lines)], tallies=tallies), None, tallies=tallies)
        )

    def part_key(self, segment: Segment) -> Hashable | None:
        """Return what a count of a segment depends on; None where its lines do not all meet MET_BY_ALL."""
        return (self._key, self._cut(segment)) if self._is_met_by_all(segment) else None

    def _is_met_by_all(self, segment: Segment) -> bool:
        strikes, bounds = self.strikes, segment.bounds
        return (
            strikes.status is Status.PUBLISHED
            and bounds["recorded_seq"][1] <= strikes.as_of < bounds["superseded_seq"][0]
            and strikes.words is None
            and strikes.signs is None
            and (strikes.repeats or not self._has_repeating(segment))
        )

    def _cut(self, segment: Segment) -> tuple[date | None, date | None]:
        """Return the first and the last requested day, None where all lines of a segment meet it."""
        first, last, bounds = self.strikes.date_from, self.strikes.date_to, segment.bounds
        cuts_first = first is not None and bounds["date_to"][0] < (first - EPOCH).days
        cuts_last = last is not None and bounds["date_from"][1] > (last - EPOCH).days
        return first if cuts_first else None, last if cuts_last else None

    def _has_repeating(self, segment: Segment) -> bool:
        return bool(np.isin(segment.repeats, self._repeating.to_numpy()).any())

    def _range(self, segment: Segment) -> tuple[int, int]:
        """Return a range of a segment's lines in which all lie that match; empty where its bounds exclude any."""
        strikes, bounds = self.strikes, segment.bounds
        least, most = bounds["report_id"]
        if (
            (
                strikes.report_ids is not None
                and not any(least <= report_id <= most for report_id in strikes.report_ids)
            )
            or bounds["recorded_seq"][0] > strikes.as_of
            or (strikes.date_from is not None and bounds["date_to"][1] < (strikes.date_from - EPOCH).days)
            or (strikes.date_to is not None and bounds["date_from"][0] > (strikes.date_to - EPOCH).days)
        ):
            return 0, 0
        return (0, len(segment.lines)) if self._place is None else segment.of_place(self._place)

    def _in_steps(
        self, left: list[tuple[Segment, int, int]], where: pl.Expr | None, *, tallies: bool
    ) -> Iterator[Selected]:
        waiting: list[tuple[Segment, int, int]] = []
        size = 0
        for segment, begin, end in left:
            if begin < end:
                waiting.append((segment, begin, end))
                size += end - begin
            if size >= LINES_AT_A_TIME:
                yield from self._together(waiting, where, tallies=tallies)
                waiting, size = [], 0
        if waiting:
            yield from self._together(waiting, where, tallies=tallies)

    def _together(
        self, ranges: list[tuple[Segment, int, int]], where: pl.Expr | None, *, tallies: bool
    ) -> Iterator[Selected]:
        self.check_deadline()
        selected = self._select(*self._gathered(ranges, tallies=tallies), where, tallies=tallies)
        if len(selected.lines):
            yield selected

    def _gathered(
        self, ranges: list[tuple[Segment, int, int]], *, tallies: bool
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the lines of ranges, and where they are needed their tallies: `line` is a position among the lines."""
        lines = [segment.lines.slice(begin, end - begin) for segment, begin, end in ranges]
        together = ranges[0][0].tallies.clear()
        if tallies or self._on_tallies:
            of = [segment.tallies_of(begin, end) for segment, begin, end in ranges]
            # From positions in segments to positions among the lines of all.
            offsets = np.cumsum([0, *map(len, lines)])[:-1] - [begin for _, begin, _ in ranges]
            moved = pl.Series(np.repeat(offsets, [len(tallies) for tallies in of]))
            together = pl.concat(of).with_columns((pl.col("line") + moved).cast(pl.Int32))
        return pl.concat(lines), together

    def _select(
        self, lines: pl.DataFrame, of: pl.DataFrame, where: pl.Expr | None, *, tallies: bool
    ) -> Selected:
        """Select lines, and tallies whose `line` is a position among these."""
        on_lines = self._on_lines if where is None else [*self._on_lines, where]
        if not (tallies or self._on_tallies):
            return Selected(lines.filter(on_lines), of)
        # Where NumPy can look values up by their positions, it takes microseconds, and a step of Polars a hundred.
        match = _met(lines, on_lines)
        if self._on_tallies:
            of = of.filter(pl.Series(match[of["line"].to_numpy()]), *self._on_tallies)
            lines = _with_items(lines, of.group_by("line").agg(ITEMS))
            match = match & _met(lines, self._on_items)
            lines = lines.select(ITEM_SUMS_OF_MATCHING)
        if match.all():
            return Selected(lines, of)
        if tallies:
            owners = of["line"].to_numpy()
            places = pl.Series((np.cumsum(match, dtype=np.int32) - 1)[owners])
            of = of.with_columns(places.alias("line")).filter(pl.Series(match[owners]))
        return Selected(lines.filter(pl.Series(match)), of)


def _met(lines: pl.DataFrame, conditions: Sequence[pl.Expr]) -> Flags:
    """Return which lines meet all conditions."""
    # As a column next to others, or conditions that name no column would give one value for all.
    flags: Flags = lines.with_columns(pl.all_horizontal(conditions).alias(MATCHING))[MATCHING].to_numpy()
    return flags


def _with_items(lines: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Return lines with the sums over their matching tallies, and whether they have any."""
    at = items["line"].to_numpy()

    def placed(values: object, kind: type[np.generic]) -> pl.Series:
        column = np.zeros(len(lines), kind)
        column[at] = values
        return pl.Series(column)

    sums = (placed(items[name].to_numpy(), np.int64).alias(name + MATCHING) for name in ITEM_SUMS)
    return lines.hstack([placed(True, np.bool_).alias(MATCHING), *sums])  # noqa: FBT003 - a value


def _is_on_items(condition: pl.Expr) -> bool:
    return any(name.endswith(MATCHING) for name in condition.meta.root_names())


def _only(ids: frozenset[int] | None) -> int | None:
    """Return the one id that is allowed, None where it is not one."""
    return next(iter(ids)) if ids is not None and len(ids) == 1 else None
