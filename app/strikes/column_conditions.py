"""Polars conditions of a filter, and the ids of repeating lines."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from app.columnar.segment import CODES, NEVER, NULLS
from app.columnar.store import Record
from app.strikes.filter import Status, StrikeFilter, of_status

EPOCH = date(1970, 1, 1)

# What selection.py adds to lines where tallies are requested: whether any matches, and sums over those that do.
MATCHING = "_matching"
MATCHING_ITEMS = f"items_min{MATCHING}"


class _Columns:
    """Columns as attributes."""

    def __getattr__(self, name: str) -> pl.Expr:
        return pl.col(name)


_COLUMNS = _Columns()


@dataclass(frozen=True, slots=True)
class ColumnTerms:
    """What a condition is made of in segments; see Terms. `worded` are the ids of the lines with the words or signs."""

    strikes: StrikeFilter
    record: Record
    worded: pl.Series | None = None

    @property
    def line(self) -> _Columns:
        return _COLUMNS

    @property
    def tally(self) -> _Columns:
        return _COLUMNS

    def value(self, name: str) -> Any:  # noqa: ANN401 - a number
        value = self.strikes.values[name]
        return (value - EPOCH).days if isinstance(value, date) else value

    def among(self, column: pl.Expr, name: str) -> pl.Expr:
        of, code = column.meta.output_name(), CODES.get(column.meta.output_name())
        values: list[Any] = [NULLS[of] if value is None else value for value in self.strikes.values[name]]
        # No id is beyond its column; a code never is.
        ids = [value for value in values if value <= NEVER] if code is None else list(map(code, values))
        kind = pl.Int32 if code is None else pl.Int64
        return column == ids[0] if len(ids) == 1 else _is_in(column, pl.Series(ids, dtype=kind))

    def is_current(self) -> pl.Expr:
        # NEVER, which means null, is beyond every number.
        return pl.col("superseded_seq") > pl.lit(self.strikes.as_of)

    def withdrawn(self) -> pl.Expr:
        return _is_in(pl.col("superseded_seq"), self.record.retractions)

    def of_publisher(self) -> pl.Expr:
        return self.among(pl.col("publisher_id"), "publisher_ids")

    def contains_words(self) -> pl.Expr:
        return _is_in(pl.col("id"), self.worded)

    def contains_text(self) -> pl.Expr:
        return _is_in(pl.col("id"), self.worded)

    def repeats_another(self) -> pl.Expr:
        return _is_in(pl.col("id"), repeating(self.record, self.strikes.status))

    def has_tally(self) -> pl.Expr:
        return pl.col(MATCHING)

    def items(self) -> pl.Expr:
        return pl.col(MATCHING_ITEMS)


def _is_in(column: pl.Expr, values: pl.Series | None) -> pl.Expr:
    return (
        pl.lit(value=False) if values is None or not len(values) else column.is_in(pl.lit(values).implode())
    )


def repeating(record: Record, status: Status) -> pl.Series:
    """Return the ids of lines of a status that repeat an event which another line of that status stands for."""
    cached: pl.Series | None = record.known.get(status)
    if cached is None:
        cached = record.known[status] = _repeating(record, status)
    return cached


def _repeating(record: Record, status: Status) -> pl.Series:
    of = of_status(ColumnTerms(StrikeFilter(as_of=record.as_of, status=status), record))
    columns = ("id", "event_id", "repeats")
    segments = [segment for segment in record.segments if segment.bounds["repeats"][1]]
    nothing = pl.DataFrame(schema=dict.fromkeys(columns, pl.Int32))
    counted = [
        nothing,
        *(segment.lines.filter(of & (pl.col("repeats") == 1)).select(columns) for segment in segments),
    ]
    repeats = pl.concat(counted, how="vertical_relaxed")
    if not len(repeats):
        return repeats["id"]
    events = repeats["event_id"].unique().implode()
    # A line stands for the event that it names, and for the one that is named after it.
    standing = [
        segment.lines.filter(of & pl.col(event).is_in(events)).select("id", "repeats", event_id=event)
        for segment in record.segments
        for event in ("event_id", "id")
    ]
    first = (
        pl.concat(standing)
        .group_by("event_id")
        .agg(pl.col("id").min().alias("first"), pl.col("repeats").min())
    )
    paired = repeats.drop("repeats").join(first, on="event_id")
    return paired.filter((pl.col("repeats") == 0) | (pl.col("first") < pl.col("id")))["id"]
