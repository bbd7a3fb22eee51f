"""Encoders: rows as CSV, NDJSON, GeoJSON, Parquet and XLSX.

CSV is safe to open in a spreadsheet by default. A text that a spreadsheet would run as a formula gets a `'`
before it, and so does one that begins with `'` already: who takes one leading `'` off every text that has one
gets back exactly what was stored.
"""

import csv
import importlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import ModuleType
from typing import Any

import orjson

from app.errors import NotAcceptable
from app.http.byte_sink import ByteSink
from app.http.flat_tables import Column, Item, Kind, Table
from app.http.formats import Format
from app.http.spreadsheet import workbook
from app.ledger.canonical import json_form

# What makes a spreadsheet take a text for a formula, in full-width forms too, and the mark that stops it.
GUARD = "'"
TRIGGERS = frozenset("=+-@\t\r\n" + "＝＋－＠" + GUARD)  # noqa: RUF001 - the look-alikes are meant

# Rows that a group of Parquet waits for: fewer make the file larger, more take memory.
ROWS_IN_A_GROUP = 2_500


def dumps(value: object) -> bytes:
    """Write JSON: dates as YYYY-MM-DD, instants as RFC 3339 in UTC with microseconds."""
    return orjson.dumps(value, json_form, orjson.OPT_PASSTHROUGH_DATETIME)


def safe(text: str) -> str:
    """Return a text as a cell that no spreadsheet runs. Taking off one leading `'` gives the text back."""
    return GUARD + text if text[:1] in TRIGGERS else text


def written(
    chosen: Format,
    table: Table,
    chunks: Iterable[Sequence[Item]],
    *,
    raw: bool = False,
    members: Mapping[str, object] | None = None,
) -> Iterator[bytes]:
    """Yield the items of all chunks in a format other than JSON, piece by piece, a chunk at a time.

    `raw` leaves the text of CSV as it is; `members` are the further members of a FeatureCollection.
    Raises NotAcceptable for Parquet where it is not installed.
    """
    match chosen:
        case Format.CSV:
            return _csv(table, chunks, raw=raw)
        case Format.NDJSON:
            return map(partial(_ndjson, table), chunks)
        case Format.GEOJSON:
            return _geojson(table, chunks, members or {})
        case Format.PARQUET:
            return _parquet(_pyarrow(), table, chunks)
        case Format.XLSX:
            rows = ([row for item in chunk for row in table.rows(item)] for chunk in chunks)
            return workbook(table.columns, rows, _as_json)
        case _:
            raise ValueError(f"{chosen} is not written row by row")


def ready(chosen: Format) -> None:
    """Load what a format is written with: the first time that takes a while, and nothing can stop it.

    Raises NotAcceptable for Parquet where it is not installed.
    """
    if chosen is Format.PARQUET:
        _pyarrow()


# A generator would retain its last chunk until the next one is requested; `map` does not.


def _ndjson(table: Table, chunk: Sequence[Item]) -> bytes:
    return b"".join(dumps(table.shown(item)) + b"\n" for item in chunk)


def _csv(table: Table, chunks: Iterable[Sequence[Item]], *, raw: bool) -> Iterator[bytes]:
    forms = [(column.name, _cell(column.kind, raw=raw)) for column in table.columns]

    def lines(chunk: Sequence[Item]) -> bytes:
        return _lines([form(row[name]) for name, form in forms] for item in chunk for row in table.rows(item))

    yield _lines([[column.name for column in table.columns]])
    yield from map(lines, chunks)


def _lines(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _cell(kind: Kind, *, raw: bool) -> Callable[[Any], object]:
    """Return how a value of a kind becomes a cell. Numbers and dates are never touched, so they stay such."""
    match kind:
        case Kind.TEXT:
            return _as_it_is if raw else _safe_or_null
        case Kind.INTEGER | Kind.NUMBER | Kind.DAY:
            return _as_it_is
        case _:
            return _as_json


def _as_it_is(value: object) -> object:
    return value


def _safe_or_null(value: str | None) -> str | None:
    return None if value is None else safe(value)


def _as_json(value: object) -> str | None:
    # Without the quotes: an instant, or true and false. Lists and records begin with a bracket.
    return None if value is None else dumps(value).decode().strip('"')


def _geojson(
    table: Table, chunks: Iterable[Sequence[Item]], members: Mapping[str, object]
) -> Iterator[bytes]:
    yield b'{"type":"FeatureCollection","features":['
    between = b""
    for features in map(partial(_features, table), chunks):
        if features:
            yield between + features
            between = b","
    rest = dumps(members)[1:]
    yield b"]" + (b"," if len(rest) > 1 else b"") + rest


def _features(table: Table, chunk: Sequence[Item]) -> bytes:
    return b",".join(dumps(_feature(table, item)) for item in chunk)


def _feature(table: Table, item: Item) -> Item:
    (row,) = table.rows(item)
    place = table.place(item) if table.place else None
    return {
        "type": "Feature",
        **({"id": row[table.key]} if table.key else {}),
        "geometry": {"type": "Point", "coordinates": [place.lon, place.lat]} if place else None,
        "properties": {column.name: row[column.name] for column in table.columns},
    }


def _pyarrow() -> ModuleType:
    try:
        arrow = importlib.import_module("pyarrow")
        importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise NotAcceptable("Parquet needs strikeledger[parquet] on the server") from None
    return arrow


def _parquet(arrow: ModuleType, table: Table, chunks: Iterable[Sequence[Item]]) -> Iterator[bytes]:
    """Write groups of rows as they are full, each handed on before the next is read."""
    schema = arrow.schema([arrow.field(column.name, _type(arrow, column)) for column in table.columns])
    sink = ByteSink()
    with arrow.parquet.ParquetWriter(sink, schema) as writer:
        # The first bytes, so that the client need not wait for rows.
        yield sink.taken()

        def batch_of(chunk: Sequence[Item]) -> Any:  # noqa: ANN401 - pyarrow has no types for its types
            return arrow.RecordBatch.from_pylist([row for item in chunk for row in table.rows(item)], schema)

        waiting, rows = [], 0
        for batch in map(batch_of, chunks):
            waiting.append(batch)
            rows += batch.num_rows
            if rows >= ROWS_IN_A_GROUP:
                writer.write_table(arrow.Table.from_batches(waiting, schema))
                waiting, rows = [], 0
            yield sink.taken()
        writer.write_table(arrow.Table.from_batches(waiting, schema))
    yield sink.taken()


def _type(arrow: ModuleType, column: Column) -> Any:  # noqa: ANN401 - pyarrow has no types for its types
    match column.kind:
        case Kind.TEXT:
            return arrow.string()
        case Kind.INTEGER:
            return arrow.int64()
        case Kind.NUMBER:
            return arrow.float64()
        case Kind.BOOLEAN:
            return arrow.bool_()
        case Kind.DAY:
            return arrow.date32()
        case Kind.INSTANT:
            return arrow.timestamp("us", "UTC")
        case Kind.TEXTS:
            return arrow.list_(arrow.string())
        case Kind.RECORD:
            return _struct(arrow, column)
        case Kind.RECORDS:
            return arrow.list_(_struct(arrow, column))


def _struct(arrow: ModuleType, column: Column) -> Any:  # noqa: ANN401 - pyarrow has no types for its types
    return arrow.struct([arrow.field(member.name, _type(arrow, member)) for member in column.members])
