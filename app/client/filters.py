"""Types of query parameters."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, TypeAlias, TypedDict

Day: TypeAlias = str | date
AsOf: TypeAlias = int | str | datetime
Names: TypeAlias = str | Sequence[str]
Degrees: TypeAlias = str | Sequence[float]


class StrikeFilters(TypedDict, total=False):
    """The filters that strikes, aggregates and export share. A sequence gives a parameter more than once."""

    date_from: Day
    date_to: Day
    date_precision: Names
    location: Names
    country: str
    bbox: Degrees
    near: Degrees
    radius_km: float
    category: Names
    family: str
    effect: Names
    owner: Names
    min_items: int
    q: str
    publisher: str
    report: str
    status: Literal["published", "retracted", "any"]
    duplicates: Literal["collapse", "include"]
    as_of: AsOf | None


class StrikesQuery(StrikeFilters, total=False):
    """The parameters of a list of strikes. `limit` is the length of a page."""

    sort: str
    fields: Names
    limit: int
    count: Literal["exact"]
    cursor: str


class AggregatesQuery(StrikeFilters, total=False):
    """The parameters of aggregates."""

    group_by: Names
    period_by: Literal["date", "published_on"]
    fill: Literal["zero", "none"]
    cumulative: bool
    lag: bool
    names: bool
    sort: str
    top: int
    limit: int
    cursor: str


ExportFormat: TypeAlias = Literal["ndjson", "csv", "parquet", "geojson", "xlsx", "sqlite", "bundle"]


class ExportQuery(StrikeFilters, total=False):
    """The parameters of an export."""

    format: ExportFormat
    shape: Literal["wide", "long"]
    cells: Literal["safe", "raw"]
    bom: bool
    revisions: Literal["all"]


class ImportOptions(TypedDict, total=False):
    """How a foreign table is read. `map` holds `theirs=ours`, `ignore_column` names of columns.

    With `rejects`, the result lists every row of the rejected reports.
    """

    map: list[str]
    ignore_column: list[str]
    dates: Literal["iso", "dmy", "mdy"]
    decimal_comma: bool
    sheet: str
    reason: str
    rejects: bool


class ReportsQuery(TypedDict, total=False):
    """The parameters of a list of reports."""

    publisher: str
    number: str
    status: Literal["published", "retracted", "draft"]
    published_from: Day
    published_to: Day
    as_of: AsOf | None
    limit: int
    count: Literal["exact"]
    cursor: str


class NamesQuery(TypedDict, total=False):
    """The parameters of a list of places, categories or publishers."""

    as_of: AsOf | None
    limit: int
    count: Literal["exact"]
    cursor: str


class CoverageQuery(NamesQuery, total=False):
    """The parameters of the list of coverage."""

    publisher: str
    country: str
    date_from: Day
    date_to: Day
