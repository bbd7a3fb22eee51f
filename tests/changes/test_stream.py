"""GET /v1/changes/stream: every change as an event, none skipped, none twice, and an end when it is time."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from anyio import to_thread

from app.changes import stream
from app.db.engine import Database, ReadSession
from app.http.sessions import Reader
from app.main import create_app
from app.reports import service
from app.reports.schemas import ReportIn
from app.settings import Settings
from tests import record
from tests.api import Api
from tests.cli.test_commands import PATIENCE, served
from tests.factories import make_report, make_strike

T = TypeVar("T")

WRITERS = 4
REPORTS_EACH = 12


def reader(database: Database) -> Reader:
    """Make what the `read` dependency makes."""

    def on_snapshot(work: Callable[[ReadSession], T]) -> T:
        with database.reading() as session:
            return work(session)

    async def read(work: Callable[[ReadSession], T], /) -> T:
        return await to_thread.run_sync(on_snapshot, work)

    return read


def numbers(piece: bytes) -> list[int]:
    """Return the ids of the events in a piece of the stream."""
    return [int(line[4:]) for line in piece.decode().splitlines() if line.startswith("id: ")]


def test_nothing_is_skipped_while_others_write(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream that runs while four threads write sends every number once, in order."""
    monkeypatch.setattr(stream, "POLL_SECONDS", 0.005)
    monkeypatch.setattr(stream, "BATCH", 3)
    body = ReportIn.model_validate(make_report(make_strike()))

    def write() -> None:
        for _ in range(REPORTS_EACH):
            with database.writing() as session:
                service.create(session, body, None)

    async def listen() -> list[int]:
        read = reader(database)
        seen: list[int] = []
        async for piece in stream.events(read, 0, await stream.entries_after(read, 0)):
            seen += numbers(piece)
            if len(seen) > WRITERS * REPORTS_EACH:
                break
        return seen

    threads = [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    seen = asyncio.run(asyncio.wait_for(listen(), PATIENCE))
    for thread in threads:
        thread.join()

    assert seen == list(range(1, 2 + WRITERS * REPORTS_EACH))


def test_silence_is_broken_by_a_comment(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing happens, a comment line keeps the connection alive."""
    monkeypatch.setattr(stream, "POLL_SECONDS", 0.005)
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.02)

    async def listen() -> bytes:
        pieces = stream.events(reader(database), 1, ())
        assert await anext(pieces) == b"retry: 1000\n\n"
        return await anext(pieces)

    assert asyncio.run(asyncio.wait_for(listen(), PATIENCE)) == b": still here\n\n"


def test_stream_ends_when_the_client_goes_away(database_url: str) -> None:
    """The server stops reading the ledger for a client that hung up."""
    app = create_app(Settings(database_url=database_url))
    sent: list[MutableMapping[str, Any]] = []
    told = asyncio.Event()
    came: list[MutableMapping[str, Any]] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> MutableMapping[str, Any]:
        if came:
            return came.pop()
        await told.wait()
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)
        if b"event: change" in message.get("body", b""):
            told.set()

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/v1/changes/stream",
        "raw_path": b"/v1/changes/stream",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost")],
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 1),
    }
    asyncio.run(asyncio.wait_for(app(scope, receive, send), PATIENCE))
    app.state.database.close()

    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    assert headers["content-type"].startswith("text/event-stream")
    assert (headers["cache-control"], headers["x-accel-buffering"]) == ("no-store", "no")


@pytest.mark.parametrize("number", ["x", "-1", "1.5", "9" * 30, "%00"])
def test_bad_last_event_id_is_refused(api: Api, number: str) -> None:
    """A Last-Event-ID that is no ledger number is a mistake of the client, never a fault of the server."""
    response = api.request("GET", "/v1/changes/stream", headers={"Last-Event-ID": number})
    assert response.status_code == 422
    assert api.get("/v1/changes/stream", after=number).status_code == 422


def events(address: str, count: int, **options: Any) -> Iterator[tuple[int, dict[str, Any]]]:  # noqa: ANN401 - httpx's
    """Listen until `count` events came, and give the id and the data of each."""
    with httpx.stream("GET", f"{address}/v1/changes/stream", timeout=PATIENCE, **options) as response:
        assert response.status_code == 200
        number = 0
        for line in response.iter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                number = int(value)
            if name == "data":
                yield number, json.loads(value)
                count -= 1
                if not count:
                    return


def test_stream_is_resumed_and_ends_with_the_server(tmp_path: Path) -> None:
    """A client that comes back with its last id gets what follows, and an open stream does not hold up the end."""
    with served(tmp_path) as (address, _):
        database = Database(f"sqlite:///{tmp_path / 'strikeledger.db'}")
        record.fill(database, reports=3)
        first = list(events(address, 2))
        record.fill(database, reports=2, seed=8)
        rest = list(events(address, 4, headers={"Last-Event-ID": "2"}, params={"after": 5}))
        listed = httpx.get(f"{address}/v1/changes", timeout=PATIENCE).json()["items"]
        database.close()

        open_stream = events(address, 10)
        next(open_stream)
        stopped = time.monotonic()
    remaining = list(open_stream)

    assert time.monotonic() - stopped < 8, "uvicorn's time of grace had to pass"
    assert [data for _, data in first + rest] == listed
    assert [number for number, _ in first + rest] == [1, 2, 3, 4, 5, 6]
    assert len(remaining) == 5
