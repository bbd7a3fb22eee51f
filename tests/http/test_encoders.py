"""Cells that no spreadsheet runs, and rows that hold what JSON holds."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db.engine import Database
from app.http.encoders import safe
from tests import record
from tests.api import Api
from tests.factories import make_report, make_strike, make_tally
from tests.recount import crawl

# As OWASP lists them, with the full-width forms that some spreadsheets take for the same.
RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - the look-alikes are meant

WIDE = (
    "id,report_id,publisher,number,published_on,source_url,revision,date_from,date_to,date_precision,country,"
    "location,location_name,lat,lon,precision_km,location_as_written,strikes_min,strikes_max,engagements,owner,"
    "same_as,quote"
).split(",")
ADDED_UP = ["items_min", "items_max", "open_ended", "approximate", "tallies"]
TALLY = "position,effect,verb,category,family,count_min,count_max,approximate,as_written".split(",")

texts = st.one_of(st.text(), st.tuples(st.sampled_from([*RUN, "'"]), st.text()).map("".join))


def restored(cell: str) -> str:
    """Undo `safe` by the rule of the documentation: take off one leading `'`."""
    return cell.removeprefix("'")


@given(texts)
def test_safe_cells_are_never_run_and_lose_nothing(text: str) -> None:
    """No safe cell starts as a formula does, and taking off one leading `'` gives back every text."""
    assert not safe(text).startswith(RUN)
    assert restored(safe(text)) == text


@given(texts, texts)
def test_safe_cells_stay_apart(one: str, other: str) -> None:
    """Two texts never have the same safe cell."""
    assert (safe(one) == safe(other)) == (one == other)


def rows_of(text: str) -> list[dict[str, str]]:
    """Read CSV as RFC 4180 has it."""
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def cell_of(value: object) -> str:
    """Spell a JSON value as a raw cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return json.dumps(value)
    return (
        json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        if isinstance(value, list)
        else str(value)
    )


def flat(line: dict[str, Any]) -> dict[str, Any]:
    """Lay a strike's JSON flat, independently of the product."""
    report, location = line["report"], line["location"]
    named = {"report_id": report["id"], "location": location and location["slug"]}
    named |= {"location_name": location and location["name"]}
    maxima = [tally["count_max"] for tally in line["tallies"]]
    named |= {
        "items_min": sum(tally["count_min"] for tally in line["tallies"]),
        "items_max": sum(most or 0 for most in maxima),
        "open_ended": maxima.count(None),
        "approximate": sum(tally["approximate"] for tally in line["tallies"]),
    }
    return {**report, **(location or dict.fromkeys(("lat", "lon", "precision_km"))), **line, **named}


def test_wide_csv_holds_what_json_holds(api: Api, database: Database) -> None:
    """A row of the wide CSV has every value of its line, in the documented columns, in the list's order."""
    record.fill(database)
    answer = api.get("/v1/strikes", format="csv", limit=500, cells="raw")
    assert answer.content.startswith(",".join(WIDE + ADDED_UP).encode() + b"\r\n")
    lines = [flat(line) for line in crawl(api)]
    assert rows_of(answer.text) == [{name: cell_of(line[name]) for name in WIDE + ADDED_UP} for line in lines]


def test_long_csv_has_a_row_for_each_tally(api: Api, database: Database) -> None:
    """The long CSV has the line and one tally in each row, and one row with empty cells for a line without."""
    record.fill(database)
    answer = api.get("/v1/strikes", format="csv", limit=500, shape="long", cells="raw")
    expected = []
    for line in crawl(api):
        for position, tally in enumerate(line["tallies"]):
            expected.append({**flat(line), **tally, "position": position, "quote": line["quote"]})
        if not line["tallies"]:
            expected.append(flat(line) | dict.fromkeys(TALLY))
    assert rows_of(answer.text) == [{name: cell_of(row[name]) for name in WIDE + TALLY} for row in expected]


@pytest.mark.parametrize("start", [*RUN, "'", "'="])
def test_hostile_wordings_are_exported_inert(api: Api, start: str) -> None:
    """A wording that a spreadsheet would run starts with a `'` in every CSV, and is whole in every other format."""
    wording = f"{start}cmd|'/c calc'!A1"
    owner = f"{start.strip() or '='}x"
    api.post(make_report(make_strike(make_tally(as_written=wording), owner=owner)))
    for path in ("/v1/strikes", "/v1/export"):
        (row,) = rows_of(api.get(path, format="csv", shape="long").text)
        assert (row["as_written"], row["owner"]) == (f"'{wording}", f"'{owner}")
        (row,) = rows_of(api.get(path, format="csv", shape="long", cells="raw").text)
        assert (row["as_written"], row["owner"]) == (wording, owner)
        (row,) = rows_of(api.get(path, format="csv").text)
        assert json.loads(row["tallies"])[0]["as_written"] == wording
        line = json.loads(api.get(path, format="ndjson").text)
        line = line["strikes"][0] if path == "/v1/export" else line
        assert (line["tallies"][0]["as_written"], line["owner"]) == (wording, owner)


def test_no_text_cell_of_the_record_is_run(sampled: Api) -> None:
    """In the whole sample no cell of text starts as a formula does."""
    numbers = {"lat", "lon", "strikes_min", "strikes_max", "engagements", "count_min", "count_max"}
    rows = rows_of(sampled.get("/v1/export", format="csv", shape="long").text)
    assert rows
    for row in rows:
        assert not [name for name, cell in row.items() if name not in numbers and cell.startswith(RUN)]


@pytest.mark.parametrize(
    "path", ["/v1/strikes", "/v1/aggregates", "/v1/reports", "/v1/changes", "/v1/effects"]
)
def test_ndjson_is_the_list_item_by_item(api: Api, path: str) -> None:
    """NDJSON holds the items of the JSON, each on a line of its own."""
    api.post(make_report(make_strike(make_tally())))
    body = api.read(path)
    lines = api.get(path, format="ndjson").text.splitlines()
    assert [json.loads(line) for line in lines] == body.get("items", body.get("rows"))


def test_fields_pick_columns(api: Api) -> None:
    """`fields` picks the columns that belong to members of the JSON, in every format; a map keeps its points."""
    api.post(make_report(make_strike(make_tally(2))))
    asked = {"fields": "tallies,location,id"}
    place = ["location", "location_name", "lat", "lon", "precision_km"]
    (row,) = rows_of(api.get("/v1/strikes", format="csv", **asked).text)
    assert list(row) == ["id", *place, *ADDED_UP]
    (row,) = rows_of(api.get("/v1/strikes", format="csv", shape="long", **asked).text)
    assert list(row) == ["id", *place, *TALLY]
    (line,) = api.get("/v1/strikes", format="ndjson", **asked).text.splitlines()
    assert list(json.loads(line)) == ["id", "location", "tallies"]
    (feature,) = api.get("/v1/strikes", format="geojson", fields="country").json()["features"]
    assert feature["properties"] == {"country": "SY"}
    assert feature["geometry"]["coordinates"] == [float(row["lon"]), float(row["lat"])]


def test_empty_lists_keep_their_form(api: Api) -> None:
    """A list without items is a header, an empty collection, or nothing, and never an error."""
    header = ",".join(WIDE + ADDED_UP) + "\r\n"
    assert api.get("/v1/strikes", format="csv").text == header
    assert api.get("/v1/export", format="csv").text == header
    assert api.get("/v1/strikes", format="ndjson").text == ""
    collection = api.get("/v1/strikes", format="geojson").json()
    assert collection == {"type": "FeatureCollection", "features": [], "next": None, "seq": 1}
