"""What real readers make of the files: pandas, DuckDB, Arrow, and GDAL as QGIS has it, all without settings."""

import csv
import importlib
import io
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.db.engine import Database
from tests import record
from tests.api import Api
from tests.catalogue.keeper import Keeper
from tests.factories import make_report, make_strike, make_tally
from tests.recount import crawl

pandas: Any = importlib.import_module("pandas")
duckdb: Any = importlib.import_module("duckdb")
parquet: Any = importlib.import_module("pyarrow.parquet")
pyogrio: Any = importlib.import_module("pyogrio")

MEASURES = (
    "lines",
    "strikes_min",
    "strikes_max",
    "engagements",
    "items_min",
    "items_max",
    "open_ended",
    "approximate",
)


@pytest.fixture
def filled(api: Api, database: Database) -> Api:
    """Give a record with something of everything, and a place in the western hemisphere."""
    record.fill(database)
    Keeper(api, database).add("locations", "agadir-trial", "Agadir Trial", lat=30.42, lon=-9.6, country="MA")
    nasty = make_tally(3, as_written='=SUM(A1), "three"\r\ntanks; ٣')
    api.post(make_report(make_strike(nasty, country="MA", location="Agadir Trial", engagements=4)))
    return api


def total(values: Iterable[Any]) -> int:
    """Add up what is known."""
    return sum(int(value) for value in values if value is not None and value == value)  # noqa: PLR0124 - NaN is not itself


def as_counted(api: Api) -> dict[str, int]:
    """Return the totals of the whole record, as aggregates have them."""
    totals = api.read("/v1/aggregates")["totals"]
    return {name: totals[name] or 0 for name in MEASURES}


def save(api: Api, path: Path, name: str, **parameters: str) -> str:
    """Download a file, and return where it lies."""
    answer = api.get(f"/v1/{name}", **parameters)
    assert answer.status_code == 200, answer.text
    file = path / f"file.{parameters['format']}"
    file.write_bytes(answer.content)
    return str(file)


def test_pandas_opens_csv(filled: Api, tmp_path: Path) -> None:
    """Pandas reads every line with the right types, and its sums are those of the aggregates."""
    frame = pandas.read_csv(
        save(filled, tmp_path, "export", format="csv"), parse_dates=["date_from", "date_to", "published_on"]
    )
    counted = as_counted(filled)
    assert len(frame) == counted.pop("lines")
    assert {name: int(frame[name].sum()) for name in counted} == counted
    assert str(frame["date_from"].dtype).startswith("datetime64")
    assert str(frame["lon"].dtype) == "float64"
    assert frame["lon"].min() == -9.6


@pytest.mark.parametrize(("form", "reader"), [("csv", "read_csv_auto"), ("parquet", "read_parquet")])
def test_duckdb_opens_files(filled: Api, tmp_path: Path, form: str, reader: str) -> None:
    """DuckDB sees dates as dates and numbers as numbers, and its sums are those of the aggregates."""
    relation = f"{reader}('{save(filled, tmp_path, 'export', format=form)}')"
    types = dict(duckdb.sql(f"SELECT column_name, column_type FROM (DESCRIBE FROM {relation})").fetchall())  # noqa: S608 - our own file
    assert {types[name] for name in ("date_from", "date_to", "published_on")} == {"DATE"}
    assert {types[name] for name in ("lat", "lon")} == {"DOUBLE"}
    assert {types[name] for name in MEASURES[1:]} == {"BIGINT"}
    sums = ", ".join(f"coalesce(sum({name}), 0)" for name in MEASURES[1:])
    (row,) = duckdb.sql(f"SELECT count(*), {sums} FROM {relation}").fetchall()  # noqa: S608 - our own file
    assert tuple(int(value) for value in row) == tuple(as_counted(filled).values())


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_long_shape_adds_up_by_tally(filled: Api, tmp_path: Path, form: str) -> None:
    """In the long shape the sums by category and effect are those that aggregates have."""
    reader = "read_csv_auto" if form == "csv" else "read_parquet"
    relation = f"{reader}('{save(filled, tmp_path, 'export', format=form, shape='long')}')"
    sums = "coalesce(sum(count_min), 0), coalesce(sum(count_max), 0)"
    by_hand = f"SELECT category, effect, count(DISTINCT id), {sums} FROM {relation} GROUP BY ALL"  # noqa: S608 - our own file
    rows = filled.read("/v1/aggregates", group_by="category,effect", limit=10_000)["rows"]
    assert {
        (category, effect): tuple(map(int, rest))
        for category, effect, *rest in duckdb.sql(by_hand).fetchall()
    } == {
        (row["category"], row["effect"]): (row["lines"], row["items_min"], row["items_max"]) for row in rows
    }


def test_duckdb_opens_ndjson(filled: Api, tmp_path: Path) -> None:
    """DuckDB reads a page of NDJSON, nested as it is, and the whole reports of an export."""
    lines = save(filled, tmp_path, "strikes", format="ndjson", limit="500")
    found = duckdb.sql(f"SELECT location.slug, len(tallies) FROM read_json_auto('{lines}')").fetchall()  # noqa: S608 - our own file
    assert found == [
        (line["location"] and line["location"]["slug"], len(line["tallies"])) for line in crawl(filled)
    ]
    reports = save(filled, tmp_path, "export", format="ndjson")
    counted = duckdb.sql(f"SELECT sum(len(strikes)) FROM read_json_auto('{reports}')").fetchall()  # noqa: S608 - our own file
    assert counted == [(as_counted(filled)["lines"],)]


def test_parquet_is_typed(filled: Api) -> None:
    """Arrow finds days, whole numbers, and tallies that are still lists, equal to what JSON says."""
    table = parquet.read_table(io.BytesIO(filled.get("/v1/strikes", format="parquet", limit=500).content))
    types = {field.name: str(field.type) for field in table.schema}
    assert types["date_from"] == "date32[day]"
    assert types["strikes_min"] == types["items_min"] == "int64"
    assert types["lon"] == "double"
    assert types["tallies"].startswith("list<element: struct<effect: string")
    lines = crawl(filled)
    rows = table.to_pylist()
    assert [row["tallies"] for row in rows] == [line["tallies"] for line in lines]
    assert [row["date_from"] for row in rows] == [date.fromisoformat(line["date_from"]) for line in lines]
    assert [row["published_on"] for row in rows] == [
        date.fromisoformat(line["report"]["published_on"]) for line in lines
    ]


@pytest.mark.parametrize("path", ["locations", "strikes", "aggregates"])
def test_gdal_opens_geojson(filled: Api, tmp_path: Path, path: str) -> None:
    """GDAL, as QGIS has it, finds points in WGS84 with the properties' types, and null where there is no place."""
    parameters = {"group_by": "location"} if path == "aggregates" else {"limit": "500"}
    file = save(filled, tmp_path, path, format="geojson", **parameters)
    info = pyogrio.read_info(file)
    assert (info["geometry_type"], info["crs"]) == ("Point", "EPSG:4326")
    west = pyogrio.read_bounds(file)[1][0]
    assert min(longitude for longitude in west if longitude == longitude) == -9.6  # noqa: PLR0124 - NaN is not itself
    meta, _, geometry, fields = pyogrio.raw.read(file)
    columns = dict(zip(meta["fields"], fields, strict=True))
    if path == "strikes":
        assert [each is None for each in geometry] == [line["location"] is None for line in crawl(filled)]
        assert str(columns["date_from"].dtype).startswith("datetime64")
        counted = as_counted(filled)
        assert (len(geometry), total(columns["items_min"])) == (counted["lines"], counted["items_min"])
    if path == "aggregates":
        assert total(columns["items_min"]) == as_counted(filled)["items_min"]
        assert [each is None for each in geometry] == [name is None for name in columns["location"]]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_aggregates_are_tables(filled: Api, tmp_path: Path, form: str) -> None:
    """Aggregates have a column for each dimension and measure, by the names and with the values of the JSON."""
    asked = {"group_by": "location,month", "limit": "10000"}
    reader = "read_csv_auto" if form == "csv" else "read_parquet"
    relation = duckdb.sql(f"FROM {reader}('{save(filled, tmp_path, 'aggregates', format=form, **asked)}')")
    found = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
    rows = filled.read("/v1/aggregates", **asked)["rows"]
    assert relation.columns == list(rows[0])
    days = {"period_start", "period_end"}
    assert found == [
        {name: date.fromisoformat(value) if name in days else value for name, value in row.items()}
        for row in rows
    ]


def test_every_reader_sees_the_same_text(filled: Api, tmp_path: Path) -> None:
    """A wording with quotes, line breaks and a formula comes back whole: raw as it is, safe with its mark."""
    wording = '=SUM(A1), "three"\r\ntanks; ٣'
    for cells, expected in (("raw", wording), ("safe", f"'{wording}")):
        file = save(filled, tmp_path, "export", format="csv", shape="long", cells=cells, country="MA")
        with Path(file).open(encoding="utf-8", newline="") as lines:
            (by_python,) = csv.DictReader(lines)
        assert by_python["as_written"] == expected
        assert pandas.read_csv(file)["as_written"][0] == expected
        by_duckdb = duckdb.sql(f"SELECT as_written FROM read_csv_auto('{file}')").fetchall()  # noqa: S608 - our own file
        assert by_duckdb == [(expected,)]
