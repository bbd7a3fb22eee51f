"""The log: one line a request with its id, no secrets, no forged lines, and no server that waits for its reader."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app import log
from app.db.engine import Database
from app.db.version import HEAD
from app.keys.service import Scope, create
from tests.cli.test_commands import PATIENCE, environment
from tests.factories import make_report, make_strike

# What `strikeledger` runs; `{before}` is done first.
_COMMAND = "import sys; {before}; from app.cli.main import main; main()"

ENDED = {0, -signal.SIGTERM}


@contextmanager
def serving(
    folder: Path,
    *,
    before: str = "pass",
    stderr: int | None = None,
    workers: int = 1,
    **variables: str,
) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Run the server on a database of its own; its log goes to `folder`, or to `stderr`."""
    with (folder / "log").open("wb") as file:
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                _COMMAND.format(before=before),
                "serve",
                "--port",
                "0",
                "--workers",
                str(workers),
            ],
            cwd=folder,
            env=environment(**variables),
            stdout=subprocess.PIPE,
            stderr=file if stderr is None else stderr,
            text=True,
        )
    assert process.stdout is not None
    try:
        url = re.search(r"http://127\.0\.0\.1:[0-9]+", process.stdout.readline())
        assert url is not None
        assert httpx.get(f"{url[0]}/readyz", timeout=PATIENCE).status_code == 200
        yield url[0], process
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) in ENDED
        process.stdout.close()


def text(folder: Path) -> str:
    """Return the log."""
    return (folder / "log").read_text(encoding="utf-8")


def lines(folder: Path, event: str) -> list[dict[str, Any]]:
    """Return the lines of an event; every line of the log must be an object."""
    return [line for line in map(json.loads, text(folder).splitlines()) if line["event"] == event]


def raw(url: str, request: bytes) -> bytes:
    """Send bytes, and return what comes until the server closes."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(request)
        received = b""
        while piece := connection.recv(65536):
            received += piece
    return received


def test_request_is_one_line(tmp_path: Path) -> None:
    """A request is logged with its method, route, status, time, length and id, and without its path and query."""
    with serving(tmp_path) as (url, _):
        response = httpx.get(f"{url}/v1/reports/r9?as_of=0", headers={"X-Request-ID": "my-request_1"})
        missing = httpx.get(f"{url}/nothing/secret-path")
    (line,) = [line for line in lines(tmp_path, "request") if line["request_id"] == "my-request_1"]

    assert line["ms"] > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line["time"])
    assert {name: line[name] for name in line if name not in {"ms", "time"}} == {
        "level": "info",
        "event": "request",
        "method": "GET",
        "route": "/v1/reports/{report_id}",
        "status": response.status_code,
        "bytes": len(response.content),
        "request_id": "my-request_1",
        "key": None,
    }
    assert lines(tmp_path, "request")[-1]["request_id"] == missing.headers["X-Request-ID"]
    assert lines(tmp_path, "request")[-1]["route"] is None
    assert "secret-path" not in text(tmp_path)
    assert "as_of" not in text(tmp_path)


@pytest.mark.parametrize("workers", [1, 2])
def test_start_stop_and_migration_are_logged(tmp_path: Path, workers: int) -> None:
    """The log begins with the schema and the versions, and ends with the end of each worker."""
    with serving(tmp_path, workers=workers) as (url, _):
        for _ in range(20):
            httpx.get(f"{url}/v1/strikes")
    (migrated,), (started,) = lines(tmp_path, "schema migrated"), lines(tmp_path, "server started")

    assert (migrated["from_schema"], migrated["to_schema"]) == (None, HEAD)
    assert started["workers"] == workers
    assert started["database"].startswith("sqlite 3.")
    assert len(lines(tmp_path, "worker stopped")) == workers
    assert len(lines(tmp_path, "request")) == 21
    assert len({line["request_id"] for line in lines(tmp_path, "request")}) == 21


def test_key_is_logged_by_its_name_alone(tmp_path: Path) -> None:
    """A write is logged with the name of its key; neither the key nor the body is in the log, at any level."""
    with serving(tmp_path, STRIKELEDGER_LOG_LEVEL="debug") as (url, _):
        database = Database(f"sqlite:///{tmp_path}/strikeledger.db")
        with database.writing() as session:
            key = create(session, "the desk", [Scope.PUBLISH], None)
        database.close()
        headers = {"Authorization": f"Bearer {key}"}
        body = make_report(make_strike(), text="a secret text")
        assert httpx.post(f"{url}/v1/reports", json=body, headers=headers).status_code == 201
        httpx.post(f"{url}/v1/reports", json=body, headers={"Authorization": "Bearer sl_wrong"})
    posts = [line for line in lines(tmp_path, "request") if line["method"] == "POST"]

    assert [(line["key"], line["status"]) for line in posts] == [("the desk", 201), (None, 401)]
    assert key not in text(tmp_path)
    assert "sl_wrong" not in text(tmp_path)
    assert "a secret text" not in text(tmp_path)


@pytest.mark.parametrize("form", ["json", "console"])
def test_client_cannot_forge_a_line(tmp_path: Path, form: str) -> None:
    """Line breaks, escape sequences and raw bytes of a client end no line and steer no terminal."""
    forged = [
        b"GET /v1/strikes/%0a%7b%22event%22:%22forged%22%7d?q=%0d%0aforged HTTP/1.1\r\nHost: localhost\r\n",
        b"GET /\xc2\x9b31mforged\xe2\x80\xa8?\xff HTTP/1.1\r\nHost: localhost\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: a b\x1b[31m\r\n",
        b"FORGED\x1b / HTTP/1.1\r\n",
    ]
    with serving(tmp_path, STRIKELEDGER_LOG_LEVEL="debug", STRIKELEDGER_LOG_FORMAT=form) as (url, _):
        for request in forged:
            assert raw(url, request + b"Connection: close\r\n\r\n").startswith(b"HTTP/1.1 4")
    logged = text(tmp_path)

    assert logged.isascii()
    assert logged.replace("\n", "").isprintable()
    if form == "json":
        assert len(lines(tmp_path, "request")) == len(forged) + 1
    else:
        assert all(
            re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z \[", line) for line in logged.splitlines()
        )


@pytest.mark.parametrize("form", ["json", "console"])
def test_fault_of_the_server_has_its_traceback(tmp_path: Path, form: str) -> None:
    """An error that nobody foresaw is logged once, with its traceback and the id that the client has, in one entry."""
    before = (
        "from app.ledger import verify; from app.http import health; "
        "health.dumps = lambda _: (_ for _ in ()).throw(LookupError('a\\n2026 forged'))"
    )
    with serving(tmp_path, before=before, STRIKELEDGER_LOG_FORMAT=form) as (url, _):
        response = httpx.get(f"{url}/version")
    logged = text(tmp_path)

    assert response.status_code == 500
    assert response.json()["request_id"] == response.headers["X-Request-ID"]
    assert logged.count("Traceback (most recent call last)") == 1
    assert not re.search("^2026 forged", logged, re.MULTILINE)
    if form == "json":
        (line,) = [line for line in lines(tmp_path, "request") if line["status"] == 500]
        assert (line["level"], line["request_id"]) == ("error", response.json()["request_id"])
        assert "LookupError" in line["exception"]


def test_planned_refusal_and_stopped_query_are_warnings(tmp_path: Path) -> None:
    """A query that takes too long is a warning with the names of its parameters, and its 503 has no traceback."""
    before = (
        "from app.errors import QueryTimeout; from app.columnar.store import Columns; "
        "Columns.at = lambda *_: (_ for _ in ()).throw(QueryTimeout('too long'))"
    )
    with serving(tmp_path, before=before) as (url, _):
        responses = [
            httpx.get(f"{url}/v1/aggregates?group_by=country&q=secret{number}") for number in range(3)
        ]
    stopped = lines(tmp_path, "query stopped")
    statuses = {line["status"]: line["level"] for line in lines(tmp_path, "request")}

    assert {response.status_code for response in responses} == {503}
    assert statuses[503] == "warning"
    assert "Traceback" not in text(tmp_path)
    assert len(stopped) == len(responses)
    assert {(line["level"], line["route"]) for line in stopped} == {("warning", "/v1/aggregates")}
    assert all(line["parameters"] == ["group_by", "q"] for line in stopped)
    assert "secret" not in text(tmp_path)


@pytest.mark.parametrize("how", ["closed", "reader gone", "not read"])
def test_server_goes_on_without_its_log(tmp_path: Path, how: str) -> None:
    """With stderr closed, with nobody at its other end, or with a reader that does not read, requests are served."""
    reading, writing = os.pipe()
    os.set_blocking(writing, True)
    before = "import os; os.close(2); sys.stderr = None" if how == "closed" else "pass"
    if how == "reader gone":
        os.close(reading)
    with serving(tmp_path, before=before, stderr=writing) as (url, _), httpx.Client() as client:
        os.close(writing)
        began = time.monotonic()
        # Some 200 bytes a line: twice what a pipe takes.
        statuses = {client.get(f"{url}/v1/strikes?limit=1").status_code for _ in range(700)}
        assert statuses == {200}
        assert time.monotonic() - began < PATIENCE
    if how != "reader gone":
        os.close(reading)


def test_level_and_format_are_settings(tmp_path: Path) -> None:
    """At `warning` requests are silent; without a terminal there are no colours."""
    with serving(tmp_path, STRIKELEDGER_LOG_LEVEL="warning") as (url, _):
        assert "X-Request-ID" in httpx.get(f"{url}/v1/strikes").headers
    assert text(tmp_path) == ""


def test_lines_that_nobody_reads_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """An output whose reader is blocked takes so many lines and no more; who logs does not wait, nor does the end."""
    monkeypatch.setattr(log, "MOST_WAITING", 10)
    monkeypatch.setattr(log, "CLOSE_SECONDS", 0.1)
    reading, writing = os.pipe()
    output = log.Output(writing)
    output.start()
    began = time.monotonic()
    for number in range(1000):
        output.write(b"x" * 4095 + b"\n")
        if number % 100 == 0:
            time.sleep(2 * log.COLLECT_SECONDS)  # Until the thread has filled the pipe.
    output.close()
    assert time.monotonic() - began < PATIENCE
    os.set_blocking(reading, False)
    written = b""
    while piece := _read(reading):
        written += piece
    assert 0 < written.count(b"\n") < 100
    os.close(reading)


def _read(descriptor: int) -> bytes:
    """Return what comes within a moment."""
    time.sleep(0.02)  # Until the thread, which goes on as there is room, has written more.
    try:
        return os.read(descriptor, 65536)
    except BlockingIOError:
        return b""


def test_a_line_is_never_written_into_a_file_that_took_the_number_of_stderr(tmp_path: Path) -> None:
    """Whoever closes what stderr was gives its number back, and a database may be opened under it."""
    stderr = os.open(tmp_path / "stderr", os.O_WRONLY | os.O_CREAT)
    output = log.Output(stderr)
    os.close(stderr)
    database = os.open(tmp_path / "database", os.O_RDWR | os.O_CREAT)
    assert database == stderr
    output.write(b"a line\n")
    os.close(database)

    assert (tmp_path / "database").read_bytes() == b""
    assert (tmp_path / "stderr").read_bytes() == b"a line\n"
