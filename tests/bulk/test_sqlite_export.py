"""An export as an SQLite file: the rows of the CSV as tables that refer to each other, and nothing left behind."""

import csv
import io
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal

from app.bulk import export
from app.bulk.downloads import download
from app.bulk.params import ExportQuery
from app.bulk.sqlite_export import TABLES
from app.db.engine import Database
from app.errors import StorageFull
from app.http.formats import Format
from app.main import create_app
from app.settings import Settings
from tests import record
from tests.api import Api
from tests.bulk.test_export import exported, pieces_until_left, retract, snapshot
from tests.factories import make_report, make_strike, make_tally


@contextmanager
def opened(content: bytes, folder: Path) -> Iterator[sqlite3.Connection]:
    """Open what was downloaded."""
    path = folder / "export.sqlite"
    path.write_bytes(content)
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def rows(connection: sqlite3.Connection, query: str) -> list[dict[str, Any]]:
    """Return rows by the names of their columns."""
    return [dict(row) for row in connection.execute(query)]


def as_csv(value: object) -> str:
    """Return a value as CSV has it."""
    return "" if value is None else str(value)


def test_database_is_sound(api: Api, tmp_path: Path) -> None:
    """Every reference leads somewhere, the file is whole, and it names the ledger that it is of."""
    record.fill(api.database)
    with opened(api.get("/v1/export", format="sqlite").content, tmp_path) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
        about = dict(connection.execute("SELECT name, value FROM about").fetchall())
        references = {
            (table, row[3]): row[2]
            for table in TABLES
            for row in connection.execute(f"PRAGMA foreign_key_list({table})")
        }
    ledger = api.read("/v1/ledger")
    assert (about["ledger_seq"], about["ledger_hash"]) == (str(ledger["seq"]), ledger["hash"])
    assert references == {
        ("categories", "parent"): "categories",
        ("reports", "publisher"): "publishers",
        ("coverage", "report_id"): "reports",
        ("strikes", "report_id"): "reports",
        ("strikes", "location"): "locations",
        ("tallies", "strike_id"): "strikes",
        ("tallies", "category"): "categories",
    }


@pytest.mark.parametrize(
    "question", [{}, {"country": "SY"}, {"effect": "destroyed", "category": "vehicle"}], ids=str
)
def test_views_are_the_rows_of_the_csv(api: Api, tmp_path: Path, question: dict[str, str]) -> None:
    """The two views have the columns and rows of the CSV in its two shapes, under any filter."""
    record.fill(api.database, retracted=5)
    content = api.get("/v1/export", format="sqlite", **question).content
    for shape, view in (("wide", "strikes_wide"), ("long", "tallies_long")):
        text = api.get("/v1/export", format="csv", shape=shape, cells="raw", **question).text
        expected = [
            {name: value for name, value in row.items() if name != "tallies"}
            for row in csv.DictReader(io.StringIO(text, newline=""))
        ]
        with opened(content, tmp_path) as connection:
            order = "ORDER BY date_from, CAST(substr(id, 2) AS INTEGER)" + (
                ", position" if shape == "long" else ""
            )
            found = rows(connection, f"SELECT * FROM {view} {order}")  # noqa: S608 - our own names
        if shape == "long":
            for row in found:
                row["approximate"] = {None: None, 0: "false", 1: "true"}[row["approximate"]]
        assert [{name: as_csv(value) for name, value in row.items()} for row in found] == expected


def test_reports_are_those_of_ndjson(api: Api, tmp_path: Path) -> None:
    """The reports are those that NDJSON has, with their texts, headlines and coverage; without a filter all of them."""
    report = api.post(
        make_report(
            make_strike(make_tally(1, quote={"start": 0, "end": 4})),
            text="Text of it.",
            archive_url="https://example.org/copy",
            headline={"strikes": 1},
            sums_note="As given.",
            coverage=[{"country": "SY", "date_from": "2017-03-01", "strikes": 1}],
        )
    )
    api.post(make_report())
    with opened(api.get("/v1/export", format="sqlite").content, tmp_path) as connection:
        stored = rows(connection, "SELECT * FROM reports")
        (claim,) = rows(connection, "SELECT * FROM coverage")
        (tally,) = rows(connection, "SELECT * FROM tallies")
    first, second = exported(api)
    assert [row["id"] for row in stored] == [first["id"], second["id"]]
    for name in (
        "text",
        "archive_url",
        "sums_note",
        "published_on",
        "recorded_at",
        "seq",
        "status",
        "publisher",
    ):
        assert stored[0][name] == first[name], name
    assert (stored[0]["headline_strikes"], stored[0]["headline_engagements"]) == (1, None)
    assert claim == {**first["coverage"][0], "report_id": report["id"], "position": 0}
    assert (tally["quote_start"], tally["quote_end"], tally["count_min"]) == (0, 4, 1)


def test_retracted_reports_come_where_asked_for(api: Api, tmp_path: Path) -> None:
    """By status the lines of a withdrawn report come with its tombstone."""
    gone = api.post(make_report(make_strike()))
    retract(api, gone)
    with opened(api.get("/v1/export", format="sqlite", status="retracted").content, tmp_path) as connection:
        assert [row["status"] for row in rows(connection, "SELECT * FROM reports")] == ["retracted"]
        assert [row["report_id"] for row in rows(connection, "SELECT * FROM strikes")] == [gone["id"]]


def test_both_engines_give_the_same_bytes(both_filled: tuple[Api, Api], tmp_path: Path) -> None:
    """The same record on either engine makes the same file, but for the times of recording and its hashes."""
    dumps = []
    for api in both_filled:
        with opened(api.get("/v1/export", format="sqlite").content, tmp_path) as connection:
            connection.execute("UPDATE reports SET recorded_at = NULL")
            connection.execute("DELETE FROM about")
            dumps.append(list(connection.iterdump()))
    assert dumps[0] == dumps[1]


def test_nothing_is_left_of_a_download(api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The temporary file is gone after a download, one that was given up, and one that a full disk ended."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(export, "LINES_AT_A_TIME", 1)
    record.fill(api.database)
    assert api.get("/v1/export", format="sqlite").content[:15] == b"SQLite format 3"
    assert list(tmp_path.glob("strikeledger-*.sqlite")) == []
    begun = download(snapshot(api.database), ExportQuery(), Format.SQLITE)
    next(begun.pieces)
    begun.pieces.close()
    assert list(tmp_path.glob("strikeledger-*.sqlite")) == []

    def full(*_given: object, **_named: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("app.bulk.sqlite_export._put_lines", full)
    with pytest.raises(StorageFull):
        list(download(snapshot(api.database), ExportQuery(), Format.SQLITE).pieces)
    assert list(tmp_path.glob("strikeledger-*.sqlite")) == []


def test_client_that_leaves_ends_the_building(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Who leaves while the file is built ends that, and nothing stays."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    record.fill(database)
    app = create_app(Settings(database_url=database_url))
    with start_blocking_portal() as portal:
        portal.call(pieces_until_left, app, 0, b"format=sqlite")
    app.state.database.close()
    assert list(tmp_path.glob("strikeledger-*.sqlite")) == []
