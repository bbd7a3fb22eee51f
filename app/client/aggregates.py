"""Aggregates: rows and totals of one query, and data frames."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from app.client.html import table
from app.client.records import AggregateRow, Record
from app.client.requests import Steps, document, get, member

# The most rows that a page holds.
LONGEST_PAGE = 10_000

# Columns of rows that hold no whole number. All other measures are counts.
_TEXTS = {"period", "state", "location", "country", "publisher", "category", "family", "effect"}
_DAYS = {"period_start", "period_end"}
_FLAGS = {"is_other"}
_FRACTIONS = {"lag_days_median"}


@dataclass(frozen=True, repr=False)
class Aggregates:
    """Counts by group. `next_cursor` is None unless `limit` was given and rows are left."""

    group_by: Sequence[str]
    seq: int
    rows: Sequence[AggregateRow]
    totals: AggregateRow
    notes: Sequence[Record]
    next_cursor: str | None

    def to_pandas(self) -> Any:  # noqa: ANN401 - pandas has no types
        """Return the rows as a pandas DataFrame; needs pandas.

        Counts are `Int64`, which holds null without turning whole numbers into fractions; days are datetimes.
        """
        pandas: Any = import_module("pandas")
        kinds = {
            "int": "Int64",
            "float": "Float64",
            "bool": "boolean",
            "text": "string",
            "day": "datetime64[s]",
        }
        return pandas.DataFrame(
            {
                name: pandas.array(self._column(name), dtype=kinds[kind])
                if kind != "day"
                else pandas.to_datetime(pandas.Series(self._column(name), dtype="object")).astype(kinds[kind])
                for name, kind in self._columns().items()
            }
        )

    def to_polars(self) -> Any:  # noqa: ANN401 - imported when called
        """Return the rows as a Polars DataFrame; needs polars. Counts are `Int64`, days dates."""
        polars: Any = import_module("polars")
        kinds = {
            "int": polars.Int64,
            "float": polars.Float64,
            "bool": polars.Boolean,
            "text": polars.String,
            "day": polars.String,
        }
        columns = self._columns()
        frame = polars.DataFrame(
            {name: self._column(name) for name in columns},
            schema={name: kinds[kind] for name, kind in columns.items()},
        )
        days = [name for name, kind in columns.items() if kind == "day"]
        return frame.with_columns(polars.col(days).str.to_date()) if days else frame

    def _columns(self) -> dict[str, str]:
        """Return the kind of every column, in the order of the rows; without rows, of what they would hold."""
        names = dict.fromkeys(name for row in self.rows for name in row)
        if not names:
            dimensions = ["period" if name in _UNITS else name for name in self.group_by]
            names = dict.fromkeys([*dimensions, *self.totals])
        return {name: _kind(name, [row.get(name) for row in self.rows]) for name in names}

    def _column(self, name: str) -> list[Any]:
        return [row.get(name) for row in self.rows]

    def __repr__(self) -> str:
        return f"Aggregates(group_by={list(self.group_by)}, seq={self.seq}, {len(self.rows)} rows)"

    def _repr_html_(self) -> str:
        by = f" by {', '.join(self.group_by)}" if self.group_by else ""
        return table(self.rows, f"Counts{by} as of ledger number {self.seq}")


_UNITS = {"day", "week", "month", "quarter", "year"}


def _kind(name: str, values: Sequence[object]) -> str:
    """Return the kind of a column. One that this version does not know has that of its values."""
    known = [value for value in values if value is not None]
    if name in _DAYS:
        return "day"
    if name in _FRACTIONS or any(isinstance(value, float) for value in known):
        return "float"
    if name in _FLAGS or (known and all(isinstance(value, bool) for value in known)):
        return "bool"
    return "text" if name in _TEXTS or any(isinstance(value, str) for value in known) else "int"


def aggregates_steps(query: Mapping[str, Any]) -> Steps[Aggregates]:
    """Count. All rows are read unless `limit` is given; the cursor of a page pins the ledger number of the first."""
    asked = {"limit": LONGEST_PAGE, **query}
    response = yield get("/v1/aggregates", asked)
    body = document(response)
    rows = member(response, body, "rows")
    cursor = body.get("next")
    while cursor and "limit" not in query:
        response = yield get("/v1/aggregates", {**asked, "cursor": cursor})
        page = document(response)
        rows += member(response, page, "rows")
        cursor = page.get("next")
    return Aggregates(
        group_by=body.get("group_by", []),
        seq=member(response, body, "seq"),
        rows=[AggregateRow(row) for row in rows],
        totals=AggregateRow(member(response, body, "totals")),
        notes=[Record(note) for note in body.get("notes", ())],
        next_cursor=cursor,
    )
