"""GET /v1/changes/stream: every change as an event, none skipped, none twice, and an end when it is time."""

import asyncio
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import httpx
import pytest
from anyio import to_thread

from app.changes import queries, stream, watcher
from app.changes.watcher import Watcher
from app.db.engine import Database, ReadSession
from app.db.statements import Snapshot
from app.db.types import AnyRow
from app.errors import DatabaseUnavailable
from app.http.sessions import ReadRequest, Reads
from app.ledger.head import Head, head
from app.main import create_app
from app.record.report_in import ReportIn
from app.reports import service
from app.settings import Settings
from tests import record
from tests.api import Api, get_scope
from tests.cli.test_commands import PATIENCE, served
from tests.factories import make_report, make_strike

T = TypeVar("T")

WRITERS = 4
REPORTS_EACH = 12


def numbers(piece: bytes) -> list[int]:
    """Return the ids of the events in a piece of the stream."""
    return [int(line[4:]) for line in piece.decode().splitlines() if line.startswith("id: ")]


@pytest.fixture
def reads(database: Database) -> Iterator[Reads]:
    """Give what a server reads the database with."""
    reads = Reads(database)
    yield reads
    reads.close()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Poll often, and read little at a time."""
    monkeypatch.setattr(watcher, "POLL_SECONDS", 0.005)
    monkeypatch.setattr(watcher, "BATCH", 3)


async def seen(watcher: Watcher, after: int, until: int) -> list[int]:
    """Return the numbers that a stream sends, up to one."""
    found: list[int] = []
    async for piece in stream.events(watcher, after):
        found += numbers(piece)
        if found and found[-1] >= until:
            break
    return found


@pytest.mark.usefixtures("hasty")
def test_nothing_is_skipped_while_others_write(database: Database, reads: Reads) -> None:
    """Streams that run while four threads write send every number once, in order, wherever they begin."""
    body = ReportIn.model_validate(make_report(make_strike()))
    last = 1 + WRITERS * REPORTS_EACH

    def write() -> None:
        for _ in range(REPORTS_EACH):
            with database.writing() as session:
                service.create(session, body, None)

    async def listen() -> list[list[int]]:
        follower = Watcher(reads)
        return await asyncio.gather(*(seen(follower, start, last) for start in (0, 0, 1, 7)))

    threads = [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    found = asyncio.run(asyncio.wait_for(listen(), PATIENCE))
    for thread in threads:
        thread.join()

    assert found == [list(range(start + 1, last + 1)) for start in (0, 0, 1, 7)]


def test_one_poll_and_one_read_serve_all_streams(
    database: Database, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many streams wait, the ledger is polled once a tick, and what is new is read once."""
    monkeypatch.setattr(watcher, "POLL_SECONDS", 0.05)
    polls, positions = [], []

    def counted(snapshot: Snapshot) -> Head:
        polls.append(1)
        return head(snapshot)

    def read(session: ReadSession, seq: int, limit: int) -> Sequence[AnyRow]:
        positions.append(seq)
        return queries.after(session, seq, limit)

    monkeypatch.setattr(watcher, "head", counted)
    monkeypatch.setattr(watcher, "queries", SimpleNamespace(after=read))

    async def listen() -> tuple[list[list[int]], int]:
        follower = Watcher(reads)
        streams = asyncio.gather(*(seen(follower, 1, 4) for _ in range(200)))
        await asyncio.sleep(1)  # Idle, for some ticks.
        idle = len(polls)
        await to_thread.run_sync(record.fill, database, 3)
        return await streams, idle

    found, idle = asyncio.run(asyncio.wait_for(listen(), PATIENCE))

    assert found == [[2, 3, 4]] * 200
    assert 1 <= idle <= 21
    assert positions == [1]


@pytest.mark.usefixtures("hasty")
def test_stream_waits_for_a_database_that_is_away(
    database: Database, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the database cannot be read a stream sends comments, and afterwards what it missed."""
    monkeypatch.setattr(watcher, "HEARTBEAT_SECONDS", 0.02)
    is_away = False

    class Flaky(Reads):
        async def __call__(self, work: Callable[[ReadSession], T], asked: ReadRequest | None = None, /) -> T:
            if is_away:
                raise DatabaseUnavailable("gone")
            return await reads(work, asked)

        async def short(self, work: Callable[[Snapshot], T], asked: ReadRequest | None = None, /) -> T:
            if is_away:
                raise DatabaseUnavailable("gone")
            return await reads.short(work, asked)

    async def listen() -> list[int]:
        nonlocal is_away
        pieces = stream.events(Watcher(Flaky(database)), 0)
        found = numbers(await anext(pieces)) + numbers(await anext(pieces))
        is_away = True
        await to_thread.run_sync(record.fill, database, 2)
        assert [await anext(pieces) for _ in range(3)] == [stream.HEARTBEAT] * 3
        is_away = False
        async for piece in pieces:
            found += numbers(piece)
            if len(found) == 3:
                break
        return found

    assert asyncio.run(asyncio.wait_for(listen(), PATIENCE)) == [1, 2, 3]


@pytest.mark.usefixtures("hasty")
def test_streams_end_when_the_ledger_is_another(sqlite_template: Path, tmp_path: Path) -> None:
    """Where an entry that was sent is no longer in the ledger, its stream ends and sends nothing of another record."""
    databases = [Database(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / name)}") for name in "ab"]
    for seed, database in enumerate(databases):
        record.fill(database, 2 + 3 * seed, seed)
    before, after = map(Reads, databases)

    class Restored(Reads):
        reads = before

        async def __call__(self, work: Callable[[ReadSession], T], asked: ReadRequest | None = None, /) -> T:
            return await self.reads(work, asked)

        async def short(self, work: Callable[[Snapshot], T], asked: ReadRequest | None = None, /) -> T:
            return await self.reads.short(work, asked)

    async def listen() -> list[int]:
        restored = Restored(databases[0])
        found: list[int] = []
        async for piece in stream.events(Watcher(restored), 0):
            found += numbers(piece)
            if len(found) == 3:
                restored.reads = after
        return found

    assert asyncio.run(asyncio.wait_for(listen(), PATIENCE)) == [1, 2, 3]
    for reads, database in zip((before, after), databases, strict=True):
        reads.close()
        database.close()


def test_silence_is_broken_by_a_comment(reads: Reads, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing happens, a comment line keeps the connection alive."""
    monkeypatch.setattr(watcher, "POLL_SECONDS", 0.005)
    monkeypatch.setattr(watcher, "HEARTBEAT_SECONDS", 0.02)

    async def listen() -> bytes:
        pieces = stream.events(Watcher(reads), 1)
        assert await anext(pieces) == b"retry: 1000\n\n"
        return await anext(pieces)

    assert asyncio.run(asyncio.wait_for(listen(), PATIENCE)) == b": still here\n\n"


def test_place_beyond_the_ledger_is_refused(api: Api) -> None:
    """Who saw a number that this ledger has not given followed another one: 422, in each of the three places."""
    answers = [
        api.get("/v1/changes", after=2),
        api.get("/v1/changes/stream", after=2),
        api.request("GET", "/v1/changes/stream", headers={"Last-Event-ID": "2"}),
    ]
    assert [answer.status_code for answer in answers] == [422] * 3
    assert [answer.json()["errors"][0]["code"] for answer in answers] == ["beyond-head"] * 3


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

    scope = get_scope("/v1/changes/stream")
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
        rest = list(events(address, 4, headers={"Last-Event-ID": "2"}, params={"after": 1}))
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
