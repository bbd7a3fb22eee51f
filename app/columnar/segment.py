"""Segments of the column store: lines and tallies of whole reports.

Partial aggregates of segments add up, counts of different reports included, since no report is in two of them. A
segment never changes: a write makes a new one of it. Columns have the names of the models. Days are counted from
1970-01-01; countries, effects and precisions are positions in COUNTRY_CODES, EFFECTS and PRECISIONS.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from app.columnar.partial_aggregates import Partials
from app.vocabulary.countries import COUNTRIES
from app.vocabulary.effects import Effect

COUNTRY_CODES = tuple(sorted(COUNTRIES))
PRECISIONS = ("day", "week", "month", "unknown")
EFFECTS = tuple(effect.value for effect in Effect)
# The effect of the row that stands for the missing tallies of a line without any.
NO_EFFECT = len(EFFECTS)

# Null, in a count.
UNKNOWN = -1
# Null, in a number of the ledger: nothing superseded the row.
NEVER = 2**31 - 1


def _owner_code(owner: str) -> int:
    """Return the number of an owner, which any text can be: 64 bits of its hash."""
    return int.from_bytes(hashlib.blake2b(owner.encode(), digest_size=8).digest(), signed=True)


# The numbers of words, by column. Raise ValueError for a word that the column cannot hold.
CODES: Mapping[str, Callable[[str], int]] = {
    "country": COUNTRY_CODES.index,
    "owner": _owner_code,
    "effect": EFFECTS.index,
    "date_precision": PRECISIONS.index,
}

# What means null, by column; for null in a column of words a word.
NULLS: Mapping[str, int | str] = {
    "location_id": 0,
    "strikes_min": UNKNOWN,
    "strikes_max": UNKNOWN,
    "engagements": UNKNOWN,
    "owner": "",
    "superseded_seq": NEVER,
    "category_id": 0,
    "count_max": UNKNOWN,
}

# Columns with the name of a column of the database are read as they are there: see loader.py.
LINES: Mapping[str, type[pl.DataType]] = {
    "id": pl.Int32,
    "report_id": pl.Int32,
    "publisher_id": pl.Int32,
    "date_from": pl.Int32,
    "date_to": pl.Int32,
    "date_precision": pl.Int8,
    # The day of the revision that added the line.
    "published_on": pl.Int32,
    "country": pl.Int16,
    "location_id": pl.Int32,
    "strikes_min": pl.Int32,
    "strikes_max": pl.Int32,
    "engagements": pl.Int32,
    "owner": pl.Int64,
    # Whether it repeats a line of another report.
    "repeats": pl.Int8,
    # The line that first reported the same event: its own id where it is this one.
    "event_id": pl.Int32,
    "recorded_seq": pl.Int32,
    "superseded_seq": pl.Int32,
    # Sums over its tallies.
    "items_min": pl.Int64,
    "items_max": pl.Int64,
    "items_closed_min": pl.Int64,
    "open_ended": pl.Int64,
    "approximate": pl.Int64,
}

# A line without tallies has one row here, of no category and NO_EFFECT, which counts nothing.
TALLIES: Mapping[str, type[pl.DataType]] = {
    # The line's position in its segment; rises.
    "line": pl.Int32,
    "category_id": pl.Int32,
    "effect": pl.Int8,
    "count_min": pl.Int32,
    "count_max": pl.Int32,
    # 1 of an estimate, else 0.
    "approximate": pl.Int8,
}

# Sums over tallies. A sum of a narrow column would stay narrow and wrap around silently, so each is widened first.
ITEMS = (
    pl.col("count_min").cast(pl.Int64).sum().alias("items_min"),
    pl.col("count_max").filter(pl.col("count_max") != UNKNOWN).cast(pl.Int64).sum().alias("items_max"),
    pl.col("count_min").filter(pl.col("count_max") != UNKNOWN).cast(pl.Int64).sum().alias("items_closed_min"),
    (pl.col("count_max") == UNKNOWN).cast(pl.Int64).sum().alias("open_ended"),
    pl.col("approximate").cast(pl.Int64).sum(),
)

ITEM_SUMS = ("items_min", "items_max", "items_closed_min", "open_ended", "approximate")

# A segment takes no further reports once it has so many lines.
LINES_IN_SEGMENT = 1 << 15

Numbers = npt.NDArray[np.int32]

# The columns of which a segment knows the least and the greatest value.
_BOUNDED = ("report_id", "date_from", "date_to", "recorded_seq", "superseded_seq", "repeats")


@dataclass(frozen=True, eq=False)
class Segment:
    """Lines by place and day, so that one place is a range of rows, and their tallies in the same order."""

    lines: pl.DataFrame
    tallies: pl.DataFrame
    # Partial aggregates of all of its lines, by what was counted, and of those of one place or of some days.
    cache: Partials = field(default_factory=Partials)
    cache_of_parts: Partials = field(default_factory=Partials)

    @cached_property
    def bounds(self) -> Mapping[str, tuple[int, int]]:
        """The least and the greatest value of some columns."""
        columns = (self.lines[name] for name in _BOUNDED)
        return {column.name: (column.min(), column.max()) for column in columns}  # type: ignore[misc] # no column is empty

    def of_place(self, location_id: int) -> tuple[int, int]:
        """Return the position of the first line of a place, and that after its last one."""
        return _range(self._places, location_id, location_id + 1)

    def tallies_of(self, begin: int, end: int) -> pl.DataFrame:
        """Return the tallies of a range of lines."""
        first, last = _range(self._owners, begin, end)
        return self.tallies.slice(first, last - first)

    @cached_property
    def repeats(self) -> Numbers:
        """The ids of the lines that repeat one of another report."""
        ids: Numbers = self.lines["id"].filter(self.lines["repeats"] == 1).to_numpy()
        return ids

    # Views for NumPy, whose search takes microseconds where that of Polars takes a tenth of a millisecond.

    @cached_property
    def _places(self) -> Numbers:
        return self.lines["location_id"].to_numpy(allow_copy=False)

    @cached_property
    def _owners(self) -> Numbers:
        return self.tallies["line"].to_numpy(allow_copy=False)

    def with_lines(self, lines: pl.DataFrame, tallies: pl.DataFrame) -> "Segment":
        """Return the segment with more lines; `tallies` name theirs by `strike_id`."""
        ids = self.lines["id"].gather(self.tallies["line"]).alias("strike_id")
        own = self.lines.select(lines.columns), self.tallies.hstack([ids]).select(tallies.columns)
        return made(
            pl.concat([own[0], lines], how="vertical_relaxed"),
            pl.concat([own[1], tallies], how="vertical_relaxed"),
        )

    def superseded(self, marks: pl.DataFrame) -> "Segment":
        """Return the segment with some lines superseded: `marks` has their `id` and `superseded_seq`."""
        seq = pl.coalesce("superseded_seq_right", "superseded_seq").alias("superseded_seq")
        marked = self.lines.join(marks, on="id", how="left", maintain_order="left").select(seq)
        return Segment(self.lines.with_columns(marked["superseded_seq"]), self.tallies)


def _range(rising: Numbers, least: int, below: int) -> tuple[int, int]:
    """Return the positions of the first value from `least` on, and from `below` on."""
    # Of the column's own kind, or all of it would be converted.
    begin, end = np.searchsorted(rising, np.array((least, below), rising.dtype))
    return int(begin), int(end)


def made(lines: pl.DataFrame, tallies: pl.DataFrame) -> Segment:
    """Make a segment of lines in any order; `tallies` name theirs by `strike_id`."""
    lines = lines.sort("location_id", "date_from", "id")
    at = lines.select(strike_id="id", line=pl.int_range(pl.len(), dtype=pl.Int32))
    tallies = tallies.join(at, on="strike_id").sort("line", maintain_order=True)
    items = tallies.group_by("line", maintain_order=True).agg(ITEMS)
    return Segment(
        lines.hstack(items.drop("line")).select(pl.col(name).cast(kind) for name, kind in LINES.items()),
        tallies.select(pl.col(name).cast(kind) for name, kind in TALLIES.items()),
    )
