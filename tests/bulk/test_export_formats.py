"""The formats of an export beyond NDJSON, CSV and Parquet, read back by real readers; and all revisions."""

import codecs
import csv
import importlib
import io
import json
import tracemalloc
import zipfile
from datetime import date
from typing import Any

import pytest

from app.bulk import export
from app.http import spreadsheet
from app.http.flat_tables import Column, Kind
from app.http.spreadsheet import workbook
from tests import record
from tests.api import Api
from tests.bulk.test_export import body_of, correct, exported, retract
from tests.factories import make_report, make_strike, make_tally

openpyxl: Any = importlib.import_module("openpyxl")
calamine: Any = importlib.import_module("python_calamine")

HOSTILE = ("=1+1", "+1", "@SUM(A1)", "_x0041_", "a <b>&amp; b", "🛰 ]]>", "007", "'")


def rows_of(content: bytes) -> list[list[Any]]:
    """Return the rows of all sheets of a workbook, the header of the first once."""
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    header, *rows = book.get_sheet_by_index(0).to_python()
    for number in range(1, len(book.sheet_names)):
        again, *more = book.get_sheet_by_index(number).to_python()
        assert again == header
        rows += more
    return [header, *rows]


def test_workbook_holds_the_rows_of_the_csv(sampled: Api) -> None:
    """Excel's file has the columns of the CSV but the nested tallies, with days, numbers and text as such."""
    header, *rows = rows_of(sampled.get("/v1/export", format="xlsx").content)
    text = sampled.get("/v1/export", format="csv", cells="raw").text
    expected = list(csv.DictReader(io.StringIO(text, newline="")))
    assert header == [name for name in expected[0] if name != "tallies"]
    assert len(rows) == len(expected) > 1_000
    for values, row in zip(rows, expected, strict=True):
        assert [as_csv(value) for value in values] == [row[name].removesuffix(".0") for name in header]


def as_csv(value: Any) -> str:  # noqa: ANN401 - a cell
    """Return a cell as CSV has it, but for the zero after the point of a whole number."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)


def test_workbook_in_long_shape_has_a_row_for_each_tally(sampled: Api) -> None:
    """The sums by hand over Excel's rows are those of the aggregates."""
    header, *rows = rows_of(sampled.get("/v1/export", format="xlsx", shape="long", country="SY").content)
    counted = sum(row[header.index("count_min")] or 0 for row in rows)
    assert counted == sampled.read("/v1/aggregates", country="SY")["totals"]["items_min"]


def test_text_of_a_workbook_stays_text(api: Api) -> None:
    """What looks like a formula, a code or a number is the text that was recorded, in two readers, and no formula."""
    for text in HOSTILE:
        api.post(make_report(make_strike(location=None, location_as_written=text, country="SY")))
    content = api.get("/v1/export", format="xlsx").content
    header, *rows = rows_of(content)
    place = header.index("location_as_written")
    assert [row[place] for row in rows] == list(HOSTILE)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    cells = [column[place] for column in sheet.iter_rows(min_row=2)]
    # This reader leaves codes as they are.
    unescape = importlib.import_module("openpyxl.utils.escape").unescape
    assert [(unescape(cell.value), cell.data_type) for cell in cells] == [(text, "s") for text in HOSTILE]
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")


def test_workbook_continues_on_a_further_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    """More rows than a worksheet can hold go on in the next one, under the same header; none is lost."""
    monkeypatch.setattr(spreadsheet, "MOST_ROWS", 4)
    columns = (Column("number", Kind.INTEGER, "number"), Column("is_odd", Kind.BOOLEAN, "is_odd"))
    for count in (0, 2, 3, 4, 6, 7):
        every = [{"number": number, "is_odd": bool(number % 2)} for number in range(count)]
        content = b"".join(workbook(columns, [every[:2], [], every[2:]], str))
        assert rows_of(content)[1:] == [[number, bool(number % 2)] for number in range(count)]
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
        assert sum("sheet" in name for name in names) == max(1, -(-count // 3))


def test_memory_of_a_workbook_does_not_grow_with_it() -> None:
    """Ten times as many rows take no more memory, since each piece is handed on before the next is written."""
    columns = (Column("number", Kind.INTEGER, "number"), Column("text", Kind.TEXT, "text"))

    def peak(chunks: int) -> int:
        rows = ([{"number": number, "text": f"row {number}"} for number in range(100)] for _ in range(chunks))
        tracemalloc.start()
        for _ in workbook(columns, rows, str):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(200) < 1.2 * peak(20)


def test_text_longer_than_a_cell_is_cut_where_it_shows() -> None:
    """A text of more characters than Excel allows ends in a sign that says so; the days before 1900 are text."""
    columns = (Column("text", Kind.TEXT, "text"), Column("day", Kind.DAY, "day"))
    assert (
        rows_of(b"".join(workbook(columns, [[{"text": "a\r\n\x01b", "day": None}]], str)))[1][0]
        == "a\r\n\x01b"
    )
    rows = [
        {"text": "🛰" * 20_000, "day": date(1899, 1, 1)},
        {"text": "a" * 32_767, "day": date(1900, 3, 1)},
    ]
    _, (cut, early), (whole, day) = rows_of(b"".join(workbook(columns, [rows], str)))
    assert cut == "🛰" * 16_383 + "…"
    assert (early, whole, day) == ("1899-01-01", "a" * 32_767, date(1900, 3, 1))


def test_features_are_the_lines_that_match(sampled: Api) -> None:
    """GeoJSON has a point for each line, null without a place, as the list has it; and its ledger number."""
    features = sampled.read("/v1/export", format="geojson", country="SY")
    listed = sampled.read("/v1/strikes", format="geojson", country="SY", sort="date", limit=500)
    assert features["features"][:500] == listed["features"]
    assert len(features["features"]) == sampled.read("/v1/aggregates", country="SY")["totals"]["lines"]
    assert features["seq"] == sampled.read("/v1/ledger")["seq"]


def test_byte_order_mark_is_for_spreadsheets(api: Api) -> None:
    """`bom=true` puts the mark before a CSV that is else the same; for other formats it is refused."""
    api.post(make_report(make_strike(make_tally(1))))
    marked = api.get("/v1/export", format="csv", bom="true").content
    assert marked == codecs.BOM_UTF8 + api.get("/v1/export", format="csv").content
    refused = api.get("/v1/export", bom="true")
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "bom")


def test_parameters_of_other_formats_are_refused(api: Api) -> None:
    """All revisions are for NDJSON, and the long shape for rows."""
    for wrong in ({"revisions": "all", "format": "csv"}, {"shape": "long", "format": "geojson"}):
        assert api.get("/v1/export", **wrong).status_code == 422


def test_all_revisions_come_in_the_order_of_the_ledger(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every revision of the reports that match comes as it stood, with its reason and number, tombstones too."""
    monkeypatch.setattr(export, "REVISIONS_SCANNED", 2)
    first = api.post(
        make_report(make_strike(make_tally(3)), coverage=[{"country": "SY", "date_from": "2017-03-01"}])
    )
    second = api.post(make_report(make_strike(country="IQ", location="Mosul")))
    correct(api, first, make_report(make_strike(make_tally(4)), make_strike(), reason="One more."))
    retract(api, second)
    every = exported(api, revisions="all")
    assert [(line["id"], line["revision"], line["status"], line["reason"]) for line in every] == [
        (first["id"], 1, "published", None),
        (second["id"], 1, "published", None),
        (first["id"], 2, "published", "One more."),
        (second["id"], 2, "retracted", "A trial."),
    ]
    assert [line["seq"] for line in every] == sorted(line["seq"] for line in every)
    assert [len(line["strikes"]) for line in every] == [1, 1, 2, 0]
    assert [len(line["coverage"]) for line in every] == [1, 0, 0, 0]
    assert every[0]["strikes"][0]["tallies"][0]["count_min"] == 3
    assert [line["id"] for line in exported(api, revisions="all", country="IQ")] == [second["id"]] * 2
    assert [line["id"] for line in exported(api, revisions="all", status="published")] == [first["id"]] * 2
    assert exported(api, revisions="all", as_of=every[1]["seq"]) == every[:2]


def test_all_revisions_equal_what_was_exported_at_each_number(both_filled: tuple[Api, Api]) -> None:
    """On both engines, each revision is the line that an export as of its number holds."""
    for api in both_filled:
        every = exported(api, revisions="all")
        assert len(every) == 45
        for line in (every[0], every[20], *every[40:]):
            then = exported(api, as_of=line["seq"], report=line["id"], status="any")
            if line["status"] == "published" and line["strikes"]:
                assert then == [line]


def test_history_can_be_posted_again(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each published line of a history is the body of a report, or of its correction."""
    monkeypatch.setattr(export, "REPORTS_AT_A_TIME", 1)
    record.fill(api.database, reports=5)
    for line in exported(api, revisions="all"):
        assert set(body_of(line)) == set(body_of(json.loads(json.dumps(line))))
        assert api.try_posting(body_of(line)).status_code == 201
