"""Compare aggregates as of two ledger numbers, group by group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import polars as pl

from app.aggregates.change_entries import Range, entries
from app.aggregates.dimensions import Dimension
from app.aggregates.gaps import day_of
from app.aggregates.key_names import names_of
from app.aggregates.measures import LAGS, MEASURES, OPTIONAL, PERIOD, Grouper
from app.aggregates.service import AggregateResult, Question, execute
from app.catalogue.catalogue import Catalogue
from app.columnar.store import Record
from app.db.deadline import Deadline
from app.ledger.head import Head
from app.strikes.selection import Selection
from app.vocabulary import periods

# Entries that a row lists: the latest.
MOST_ENTRIES = 100

# The column of a grand total, which has no dimension.
_ALL = "all"
_LATER = "_later"


@dataclass(frozen=True, slots=True)
class Side:
    """The record as of one number, and a question to it by the vocabulary of then."""

    head: Head
    record: Record
    catalogue: Catalogue
    question: Question


class Comparison(NamedTuple):
    """The groups that differ, in the order of their dimensions, with the measures of both sides."""

    groups: pl.DataFrame
    dimensions: Sequence[str]
    measures: Sequence[str]


class Listed(NamedTuple):
    """The numbers of the latest entries of a group, up to MOST_ENTRIES, and how many it has in all."""

    seqs: Sequence[int] = ()
    total: int = 0

    def and_others(self, seqs: Sequence[int]) -> "Listed":
        """Return them together with other entries."""
        return Listed(sorted({*self.seqs, *seqs})[-MOST_ENTRIES:], self.total + len(seqs))


def compared(before: Side, after: Side, words: str | None, deadline: Deadline) -> Comparison:
    """Return the groups whose measures differ: those of /v1/aggregates as of either number.

    A group without lines counts 0, and is unknown where that can be. Raises QueryTimeout.
    """
    grouping = after.question.grouping
    dimensions = [dimension.value for dimension in grouping.dimensions] or [_ALL]
    measures = [*MEASURES, *(LAGS if after.question.lag else ())]
    earlier, later = (_counted(side, words, deadline) for side in (before, after))
    groups = earlier.join(
        later, on=dimensions, how="full", suffix=_LATER, coalesce=True, nulls_equal=True
    ).with_columns(
        pl.col(name, name + _LATER).fill_null(0) for name in measures if name not in {*OPTIONAL, *LAGS}
    )
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name + _LATER)) for name in measures)
    deadline.check()
    return Comparison(groups.filter(differs).sort(dimensions, nulls_last=True), dimensions, measures)


def changed_rows(
    comparison: Comparison,
    page: pl.DataFrame,
    after: Side,
    listed: Mapping[int, Listed],
    entries_by_number: Mapping[int, Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Return a page of groups as `ChangedGroup` describes them; `listed` are their entries, by position."""
    unit = after.question.grouping.unit
    names = names_of(after.catalogue)
    rows = []
    for place, group in enumerate(page.iter_rows(named=True)):
        row: dict[str, Any] = {}
        for name in comparison.dimensions if comparison.dimensions != [_ALL] else ():
            row[name] = group[name]
            if after.question.names and name != PERIOD:
                row[f"{name}_name"] = names[Dimension(name)](group[name])
        if unit is not None:
            day = day_of(group[PERIOD])
            row[PERIOD] = periods.key_of(unit, day)
            row |= {"period_start": day, "period_end": periods.end_of(unit, day)}
        row["before"] = {name: group[name] for name in comparison.measures}
        row["after"] = {name: group[name + _LATER] for name in comparison.measures}
        of_row = listed.get(place, Listed())
        row["entries"] = [entries_by_number[seq] for seq in of_row.seqs]
        row["entries_omitted"] = of_row.total - len(of_row.seqs)
        rows.append(row)
    return rows


def entries_of(
    page: pl.DataFrame,
    dimensions: Sequence[str],
    sides: tuple[Side, Side],
    words: str | None,
    deadline: Deadline,
) -> dict[int, Listed]:
    """Return, by the position of a group, the entries that changed which lines it counts."""
    before, after = sides
    places = page.select(dimensions).with_row_index("place")
    # A line can be in groups of both vocabularies.
    renamed = before.head.vocabulary_hash != after.head.vocabulary_hash
    span = Range(before.head.seq, after.head.seq)
    parts = []
    for side in (after, replace(before, record=after.record)) if renamed else (after,):
        strikes = replace(side.question.strikes, as_of=after.head.seq)
        selection = Selection(after.record, strikes, words, deadline, of_any_time=True)
        grouper = replace(side.question, strikes=strikes).grouper(after.record, side.catalogue)
        parts.append(_named(entries(selection, grouper, span), grouper))
    of_page = pl.concat(parts).unique().join(places, on=dimensions, nulls_equal=True).sort("place", "seq")
    by_place = of_page.group_by("place").agg(pl.col("seq").tail(MOST_ENTRIES), total=pl.len())
    return {place: Listed(seqs, total) for place, seqs, total in by_place.iter_rows()}


def moved_by_vocabulary(
    page: pl.DataFrame,
    comparison: Comparison,
    sides: tuple[Side, Side],
    words: str | None,
    deadline: Deadline,
) -> list[int]:
    """Return the positions of the groups that count otherwise by the earlier vocabulary, of the same record."""
    before, after = sides
    if before.head.vocabulary_hash == after.head.vocabulary_hash:
        return []
    strikes = replace(before.question.strikes, as_of=after.head.seq)
    mixed = replace(before, record=after.record, question=replace(before.question, strikes=strikes))
    moved = compared(mixed, after, words, deadline).groups.select(comparison.dimensions)
    places = page.select(comparison.dimensions).with_row_index("place")
    return places.join(moved, on=comparison.dimensions, how="semi", nulls_equal=True)["place"].to_list()


def _counted(side: Side, words: str | None, deadline: Deadline) -> pl.DataFrame:
    """Return the groups of one side by the values of their dimensions, and their measures."""
    selection = Selection(side.record, side.question.strikes, words, deadline)
    result: AggregateResult = execute(selection, side.question, side.catalogue)
    return _named(result.groups, result.grouper)


def _named(groups: pl.DataFrame, grouper: Grouper) -> pl.DataFrame:
    """Return groups with values in place of places along the axes."""
    values = [
        pl.lit(pl.Series(axis.values, dtype=pl.String))
        .gather(pl.col(axis.dimension.value))
        .alias(axis.dimension.value)
        for axis in grouper.axes
    ]
    named = groups.with_columns(values)
    return named if grouper.axes or grouper.unit else named.with_columns(pl.lit(0).alias(_ALL))
