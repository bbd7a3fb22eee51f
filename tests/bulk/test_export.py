"""The export: everything that matches, from one snapshot, piece by piece, in forms that can be brought in again."""

import csv
import io
import json
import shutil
import sqlite3
import tracemalloc
from collections.abc import Callable, MutableMapping
from contextlib import closing
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI

from app.bulk import export
from app.bulk.downloads import source_of
from app.bulk.export import Source
from app.bulk.params import ExportQuery
from app.db.engine import Database, ReadSession
from app.errors import DamagedDatabase
from app.http.encoders import dumps, written
from app.http.formats import Format
from app.main import create_app
from app.settings import Settings
from app.strikes import access_path, scan, search, word_matches
from app.strikes.flat_rows import WIDE
from tests import record
from tests.api import Api, get_scope
from tests.conftest import serving
from tests.factories import Body, make_report, make_strike, make_tally


def exported(api: Api, **parameters: object) -> list[Any]:
    """Return the reports of an export."""
    answer = api.get("/v1/export", **parameters)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def body_of(line: Body) -> Body:
    """Return what can be posted of an exported report."""
    body = {name: value for name, value in line.items() if name not in export.SERVER_FIELDS}
    strikes = [
        {name: value for name, value in strike.items() if name not in {"id", "event"}}
        for strike in line["strikes"]
    ]
    return body | {"strikes": strikes}


def correct(api: Api, report: Body, body: Body) -> None:
    """Put a report in the place of one."""
    headers = {
        "Authorization": f"Bearer {api.key}",
        "Content-Type": "application/json",
        "If-Match": api.get(f"/v1/reports/{report['id']}").headers["ETag"],
    }
    answer = api.request("PUT", f"/v1/reports/{report['id']}", content=json.dumps(body), headers=headers)
    assert answer.status_code == 200, answer.text


def retract(api: Api, report: Body) -> None:
    """Withdraw a report."""
    headers = {
        "Authorization": f"Bearer {api.key}",
        "Content-Type": "application/json",
        "If-Match": api.get(f"/v1/reports/{report['id']}").headers["ETag"],
    }
    path = f"/v1/reports/{report['id']}/retraction"
    assert api.request("POST", path, content='{"reason": "A trial."}', headers=headers).status_code == 200


def pages(api: Api, **parameters: object) -> list[list[str]]:
    """Return the rows of a list in CSV, page by page, with its header once."""
    rows: list[list[str]] = []
    url: str | None = "/v1/strikes"
    asked: dict[str, Any] = {"sort": "date", "limit": 7, "format": "csv", **parameters}
    while url is not None:
        answer = api.get(url, **asked)
        header, *page = csv.reader(io.StringIO(answer.text, newline=""))
        rows += page if rows else [header, *page]
        url, asked = answer.links.get("next", {}).get("url"), {}
    return rows


QUESTIONS: list[dict[str, object]] = [
    {},
    {"country": "SY"},
    {"location": "Raqqa", "effect": "destroyed", "shape": "long"},
    {"publisher": "centcom", "date_from": "2017-01-01"},
    {"category": "vehicle", "cells": "raw"},
    {"duplicates": "include"},
    {"report": "r999"},
]


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_export_equals_the_crawled_pages(api: Api, database: Database, question: dict[str, object]) -> None:
    """The export's rows are those of all pages of the list, in the order of their days."""
    record.fill(database)
    answer = api.get("/v1/export", format="csv", **question)
    assert list(csv.reader(io.StringIO(answer.text, newline=""))) == pages(api, **question)


SEARCHED: list[dict[str, object]] = [
    {"q": "vehicles"},
    {"q": "source", "country": "SY"},
    {"q": "tank damaged", "duplicates": "include"},
    {"q": "nowhere"},
    {"q": "'"},
    {"bbox": "38,33,42.5,37", "status": "any"},
    {"near": "34.56,38.28", "radius_km": 50, "min_items": 2},
    {"category": "vehicle", "effect": "destroyed"},
    {"family": "positions", "publisher": "centcom"},
    {"status": "retracted"},
]


@pytest.mark.parametrize("question", SEARCHED, ids=str)
def test_export_in_small_steps_is_the_same(
    api: Api, database: Database, monkeypatch: pytest.MonkeyPatch, question: dict[str, object]
) -> None:
    """Where a step looks at a few lines of many, and few of these match, the export is what it is in one step."""
    record.fill(database, retracted=5)
    formats = ("csv", "ndjson")
    whole = [api.get("/v1/export", format=name, **question).content for name in formats]
    listed = pages(api, **question)
    for module, name, figure in (
        (access_path, "FEW", 0),
        (search, "COMMON", 0),
        (search, "MOST_CANDIDATES", 3),
        (scan, "LINES_SCANNED", 5),
        (scan, "REPORTS_SCANNED", 2),
        (export, "LINES_AT_A_TIME", 3),
        (export, "REPORTS_AT_A_TIME", 1),
    ):
        monkeypatch.setattr(module, name, figure)
    assert [api.get("/v1/export", format=name, **question).content for name in formats] == whole
    # A cursor is bound to the list, not to how it is read.
    assert pages(api, **question) == listed


def test_words_are_looked_up_once(api: Api, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """An export in many pieces, and pages after it, ask the full-text index once; what is written later adds to it."""
    record.fill(database)
    monkeypatch.setattr(access_path, "FEW", 0)
    monkeypatch.setattr(search, "COMMON", 0)
    monkeypatch.setattr(export, "LINES_AT_A_TIME", 2)
    ranges: list[tuple[int, int]] = []
    ids = word_matches._ids  # noqa: SLF001 - counted

    def counted(session: ReadSession, words: tuple[str, ...], after: int, last: int) -> word_matches.Ids:
        ranges.append((after, last))
        return ids(session, words, after, last)

    monkeypatch.setattr(word_matches, "_ids", counted)
    rows = list(csv.reader(io.StringIO(api.get("/v1/export", format="csv", q="vehicles").text, newline="")))
    assert len(rows) > 10
    assert pages(api, q="vehicles") == rows
    assert len(ranges) == 1
    api.post(make_report(make_strike(make_tally(1, as_written="three vehicles"))))
    assert len(pages(api, q="vehicles")) == len(rows) + 1
    assert ranges[1:] == [(ranges[0][1], ranges[0][1] + 1)]


def test_exported_reports_can_be_posted(
    api: Api, database: Database, sqlite_template: Path, tmp_path: Path
) -> None:
    """Each line holds a whole report: posted to an empty record in their order, they give the same export."""
    record.fill(database)
    given = exported(api)
    assert len(given) == 40
    shutil.copy(sqlite_template, tmp_path / "another.db")
    with serving(f"sqlite:///{tmp_path / 'another.db'}") as another:
        for line in given:
            another.post(body_of(line))
        assert [line | {"recorded_at": None} for line in exported(another)] == [
            line | {"recorded_at": None} for line in given
        ]


@pytest.mark.parametrize("parameters", [{"format": "csv"}, {"format": "parquet"}, {"country": "IQ"}], ids=str)
def test_both_engines_export_the_same_bytes(
    both_filled: tuple[Api, Api], parameters: dict[str, object]
) -> None:
    """The same record on either engine is exported as the same bytes, but for the times of recording."""
    on_sqlite, on_postgresql = (api.get("/v1/export", **parameters) for api in both_filled)
    if "format" in parameters:
        assert on_sqlite.content == on_postgresql.content
    else:
        lines = [
            [json.loads(line) | {"recorded_at": None} for line in answer.text.splitlines()]
            for answer in (on_sqlite, on_postgresql)
        ]
        assert lines[0] == lines[1]


def test_report_is_exported_whole(api: Api) -> None:
    """A report that has one line that matches comes with its text, coverage, headline and all of its lines."""
    text = "Near Raqqa, two strikes destroyed a tank."
    report = api.post(
        make_report(
            make_strike(quote={"start": 0, "end": 41}, strikes=2),
            make_strike(make_tally(3, quote={"start": 35, "end": 41}), country="IQ", location="Mosul"),
            text=text,
            number="20170302-01",
            title="A trial",
            headline={"strikes": 3},
            coverage=[{"country": "SY", "date_from": "2017-03-01", "strikes": 2}],
            sums_note="One line is open.",
        )
    )
    api.post(make_report(make_strike(country="SY")))
    (line,) = exported(api, country="IQ")
    for name in ("id", "publisher", "number", "title", "published_on", "text", "headline", "sums_note"):
        assert line[name] == report[name], name
    assert line["coverage"] == report["coverage"]
    assert [strike["id"] for strike in line["strikes"]] == [strike["id"] for strike in report["strikes"]]
    assert line["strikes"][0]["quote"] == {"start": 0, "end": 41}
    assert line["strikes"][1]["tallies"][0]["quote"] == {"start": 35, "end": 41}
    assert (line["status"], line["revision"], line["seq"]) == ("published", 1, report["seq"])


def test_current_revision_is_exported(api: Api) -> None:
    """A corrected report comes as it stands, its lines in its order; as of an earlier number as it stood then."""
    first, second = make_strike(strikes=1), make_strike(strikes=2)
    report = api.post(make_report(first, second))
    before = api.read("/v1/ledger")["seq"]
    correct(api, report, make_report(second, first, title="Corrected", reason="The order."))
    (line,) = exported(api)
    assert (line["title"], line["revision"], line["reason"]) == ("Corrected", 2, "The order.")
    assert [strike["strikes_min"] for strike in line["strikes"]] == [2, 1]
    (line,) = exported(api, as_of=before)
    assert (line["title"], line["revision"]) == (None, 1)
    assert [strike["strikes_min"] for strike in line["strikes"]] == [1, 2]


def test_retracted_and_drafted_reports_stay_out(api: Api) -> None:
    """Neither what was withdrawn nor what is not published yet is exported."""
    api.post(make_report(make_strike(), status="draft"))
    gone = api.post(make_report(make_strike()))
    kept = api.post(make_report(coverage=[{"country": "SY", "date_from": "2017-03-01", "strikes": 0}]))
    retract(api, gone)
    assert [line["id"] for line in exported(api)] == [kept["id"]]
    assert exported(api, country="SY") == []


def test_retracted_reports_are_exported_to_who_asks(api: Api) -> None:
    """By status, what was withdrawn comes too: its tombstone as a report, and its lines as they stood as rows."""
    gone, kept = api.post(make_report(make_strike())), api.post(make_report(make_strike()))
    retract(api, gone)
    (tombstone,) = exported(api, status="retracted")
    assert (tombstone["id"], tombstone["status"], tombstone["reason"]) == (
        gone["id"],
        "retracted",
        "A trial.",
    )
    assert tombstone["strikes"] == []
    assert [line["id"] for line in exported(api, status="any")] == [gone["id"], kept["id"]]
    _, *rows = csv.reader(io.StringIO(api.get("/v1/export", format="csv", status="retracted").text))
    assert [row[1] for row in rows] == [gone["id"]]


def test_range_is_passed_over(api: Api) -> None:
    """A part of a download is not to be had: whoever asks for one gets the whole."""
    api.post(make_report(make_strike()))
    for asked in ("bytes=0-0,0-0", "bytes=9-1"):
        answer = api.request("GET", "/v1/export", headers={"Range": asked})
        assert (answer.status_code, answer.content) == (200, api.get("/v1/export").content)


def test_export_is_a_file_of_one_ledger_number(api: Api) -> None:
    """The answer is a download named by its ledger number, with a tag that is 304 until somebody writes."""
    api.post(make_report(make_strike()))
    names = {"ndjson": "reports", "csv": "strikes", "parquet": "strikes"}
    for form, what in names.items():
        answer = api.get("/v1/export", format=form)
        seq = answer.headers["Strikeledger-Seq"]
        assert (
            answer.headers["Content-Disposition"]
            == f'attachment; filename="strikeledger-{what}-{seq}.{form}"'
        )
        held = {"If-None-Match": answer.headers["ETag"]}
        assert api.request("GET", f"/v1/export?format={form}", headers=held).status_code == 304
        api.post(make_report())
        assert api.request("GET", f"/v1/export?format={form}", headers=held).status_code == 200


def test_wrong_filter_is_refused_before_anything_is_sent(api: Api) -> None:
    """A filter that cannot be resolved is 422, as on the list."""
    answer = api.get("/v1/export", location="Palmyraa")
    assert answer.status_code == 422
    assert "palmyra" in answer.json()["detail"]


def snapshot(database: Database) -> Source:
    """Return what an export of everything that stands now is made from."""
    with database.reading() as session:
        return source_of(session, database, ExportQuery(duplicates="include"))


@pytest.mark.parametrize("read", [export.lines, export.reports], ids=["lines", "reports"])
def test_writes_do_not_show_in_an_export_that_has_begun(
    api: Api, database: Database, monkeypatch: pytest.MonkeyPatch, read: Callable[..., Any]
) -> None:
    """An export that takes long is of one snapshot, whatever is written, corrected and retracted meanwhile."""
    monkeypatch.setattr(export, "LINES_AT_A_TIME", 1)
    monkeypatch.setattr(export, "REPORTS_AT_A_TIME", 1)
    stored = [api.post(make_report(make_strike(strikes=number))) for number in range(4)]
    expected = [item for chunk in read(snapshot(database)) for item in chunk]
    assert len(expected) == 4

    chunks = read(snapshot(database))
    found = next(chunks)
    retract(api, stored[1])
    correct(api, stored[2], make_report(make_strike(strikes=9), reason="A trial."))
    api.post(make_report(make_strike()))
    found += [item for chunk in chunks for item in chunk]
    assert found == expected


@pytest.mark.parametrize("form", [Format.CSV, Format.NDJSON, Format.GEOJSON])
def test_memory_does_not_grow_with_the_file(
    sqlite_sampled: Path, monkeypatch: pytest.MonkeyPatch, form: Format
) -> None:
    """What an export holds at any moment is a fraction of what it goes through."""
    monkeypatch.setattr(export, "LINES_AT_A_TIME", 50)
    monkeypatch.setattr(export, "REPORTS_AT_A_TIME", 5)
    database = Database(f"sqlite:///{sqlite_sampled}")
    read = export.reports if form is Format.NDJSON else export.lines
    whole = sum(len(dumps(item)) for chunk in read(snapshot(database)) for item in chunk)
    tracemalloc.start()
    for _ in written(form, WIDE, read(snapshot(database))):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    database.close()
    assert whole > 3_000_000
    assert peak < whole / 3


def test_row_that_names_nothing_is_damage(sqlite_sampled: Path, tmp_path: Path) -> None:
    """Where a damaged row names a category that does not exist, the export ends with what is wrong."""
    shutil.copy(sqlite_sampled, tmp_path / "damaged.db")
    with closing(sqlite3.connect(tmp_path / "damaged.db")) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE tallies SET category_id = -29 WHERE id = 7")
        connection.commit()
    database = Database(f"sqlite:///{tmp_path / 'damaged.db'}")
    with pytest.raises(DamagedDatabase):
        list(export.reports(snapshot(database)))
    database.close()


def test_client_that_leaves_ends_the_work(
    api: Api, database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the client goes away, no further piece is read."""
    monkeypatch.setattr(export, "LINES_AT_A_TIME", 1)
    record.fill(database)
    assert len(api.get("/v1/export", format="csv").text.splitlines()) > 50
    app = create_app(Settings(database_url=database_url))
    with start_blocking_portal() as portal:
        sent = portal.call(pieces_until_left, app, 3)
    app.state.database.close()
    assert 3 <= sent < 10


async def pieces_until_left(app: FastAPI, enough: int, query: bytes = b"format=csv") -> int:
    """Ask for an export, leave after some pieces, and return how many were sent until the server was done."""
    left, sent = anyio.Event(), 0

    async def receive() -> MutableMapping[str, Any]:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal sent
        sent += bool(message.get("body"))
        if sent >= enough:
            left.set()
        await anyio.sleep(0.01)  # A client that takes its time.

    scope = get_scope("/v1/export", query)
    with anyio.fail_after(30):
        await app(scope, receive, send)
    return sent
