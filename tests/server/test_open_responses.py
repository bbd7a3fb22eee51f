"""Responses that stay open: so many for a process and an address, and none is held for a client that does not read."""

import asyncio
import json
import shutil
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from anyio.from_thread import start_blocking_portal

from app.bulk import export
from app.db.engine import Database
from app.errors import DatabaseUnavailable, TooManyOfAddress, TooManyOpenResponses
from app.main import create_app
from app.server import timeouts
from app.server.concurrency import CONNECTION, ConcurrencyLimit, download_limit, stream_limit
from app.server.timeouts import Patience, Throughput, Watch
from app.settings import Settings
from tests import record
from tests.api import get_scope
from tests.http.server import Answer, Server, listen, running

HOST = b"Host: localhost\r\n"
STREAM = b"GET /v1/changes/stream HTTP/1.1\r\n" + HOST + b"\r\n"
EXPORT = b"GET /v1/export HTTP/1.1\r\n" + HOST + b"\r\n"
HEALTH = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"

# With 256 files a process has 128 connections.
FILES, STREAMS, OF_ADDRESS = 256, 96, 24


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a server that may open 256 files, behind a proxy at one of this machine's addresses."""
    folder = tmp_path_factory.mktemp("server")
    with running(folder, open_files=FILES, STRIKELEDGER_TRUSTED_PROXIES="127.0.9.9") as server:
        yield server


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, sqlite_sampled: Path) -> Iterator[Server]:
    """Run a server with the sample, which gives a client two seconds to take 100 KB."""
    folder = tmp_path_factory.mktemp("server")
    shutil.copy(sqlite_sampled, folder / "strikeledger.db")
    with running(folder, patience=Patience(answer=2, slowest=50_000, stuck=0.5)) as server:
        yield server


def asked(
    opened: ExitStack, server: Server, request: bytes, address: str, buffer: int | None = None
) -> socket.socket:
    """Send a request from an address of this machine, and return the connection."""
    connection = opened.enter_context(socket.socket())
    if buffer is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    connection.bind((address, 0))
    connection.settimeout(10)
    connection.connect(("127.0.0.1", server.port))
    connection.sendall(request)
    return connection


def begun(connection: socket.socket) -> Answer:
    """Return what came first on a connection."""
    return Answer(connection.recv(4096), closed=False)


def test_streams_of_one_address_are_limited(narrow: Server) -> None:
    """One stream too many of an address is 429 with Retry-After; other addresses, and a proxy, have theirs."""
    with ExitStack() as opened:
        statuses = [begun(asked(opened, narrow, STREAM, "127.0.0.2")).status for _ in range(OF_ADDRESS)]
        refused = listen(asked(opened, narrow, STREAM, "127.0.0.2"))
        others = [begun(asked(opened, narrow, STREAM, "127.0.0.3")).status]
        others += [begun(asked(opened, narrow, STREAM, "127.0.9.9")).status for _ in range(OF_ADDRESS + 1)]

    assert statuses == [200] * OF_ADDRESS
    assert (refused.status, json.loads(refused.body)["type"]) == (429, "/problems/rate-limited")
    assert "retry-after: " in refused.head
    assert others == [200] * (OF_ADDRESS + 2)


def test_streams_of_a_process_are_limited_and_leave_room(narrow: Server) -> None:
    """With few files most connections may be streams: one more is a planned 503, and /healthz is answered."""
    with ExitStack() as opened:
        streams = [
            asked(opened, narrow, STREAM, f"127.0.1.{number // OF_ADDRESS + 1}")
            for number in range(STREAMS + 20)
        ]
        answers = [begun(stream) for stream in streams]
        health = narrow.say(HEALTH)

    assert Counter(answer.status for answer in answers) == {200: STREAMS, 503: 20}
    assert "retry-after: " in answers[-1].head
    assert "application/problem+json" in answers[-1].head
    assert health.status == 200


def test_limits_follow_the_files_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer files mean fewer streams and downloads, and one address never has all of them."""
    limits: list[tuple[int, int]] = []
    for connections in (10_000, 512, 8):
        monkeypatch.setattr("app.server.concurrency.most_open", lambda connections=connections: connections)
        both = (stream_limit(()), download_limit(()))
        limits += [(limit.of_process, limit.of_address) for limit in both]
    assert limits == [(7_500, 50), (32, 4), (384, 50), (32, 4), (6, 1), (2, 1)]


class Connection:
    """A connection as the limits and the watch see it."""

    address = "192.0.2.1"

    def __init__(self, *, is_stuck: bool = False, is_drained: bool = True, untaken: int = 0) -> None:
        self._is_stuck, self._is_drained, self._untaken = is_stuck, is_drained, untaken
        self.gave_way = False

    async def drained(self) -> None:
        """Wait for a client that never reads, or do not."""
        if not self._is_drained:
            await anyio.sleep_forever()

    def untaken(self) -> int:
        """Return as many bytes as ever."""
        return self._untaken

    def is_stuck(self) -> bool:
        """Say whether the client takes nothing."""
        return self._is_stuck

    def expendable(self, *, is_expendable: bool) -> None:
        """Do nothing: nobody looks at this one."""

    def time_out(self) -> None:
        """Do nothing: no test waits for this one."""

    def give_way(self) -> None:
        """End."""
        self.gave_way = True


def test_download_that_is_stuck_gives_way() -> None:
    """Where all places are taken, one whose client takes nothing makes room for the next; one that moves does not."""
    limit = ConcurrencyLimit("downloads", 2, 2, ())
    stuck, moving, third, fourth = Connection(is_stuck=True), Connection(), Connection(), Connection()

    def scope(number: int, connection: Connection) -> dict[str, Any]:
        return {"client": (f"192.0.2.{number}", 1), "state": {CONNECTION: connection}}

    with ExitStack() as held:
        for number, connection in enumerate((moving, stuck, third)):
            held.enter_context(limit.entered(scope(number, connection)))
        with pytest.raises(TooManyOpenResponses):
            held.enter_context(limit.entered(scope(3, fourth)))
        with pytest.raises(TooManyOfAddress):
            held.enter_context(limit.entered(scope(0, fourth)))
    assert (moving.gave_way, stuck.gave_way, third.gave_way) == (False, True, False)


def test_streams_are_ended_before_other_work() -> None:
    """Where a process has too many connections, half-open ones end first, then idle ones, then streams, no others."""

    async def ended() -> list[int]:
        watch = Watch(asyncio.get_running_loop(), Patience(), 4)
        half, idle, stream = (Connection() for _ in range(3))
        watch.half_open(half, 10)
        watch.idle(idle)
        watch.expendable(stream, is_expendable=True)
        numbers = []
        while watch.make_room():
            gone = [connection for connection in (half, idle, stream) if connection.gave_way]
            for connection in gone:
                watch.done(connection)
            numbers.append(len(gone))
            assert gone == [half, idle, stream][: len(gone)]
        return numbers

    assert anyio.run(ended) == [1, 2, 3]


def test_bytes_that_nobody_takes_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond so many unsent bytes of a process, those of the slowest client are ended; of new and brisk ones none."""
    monkeypatch.setattr(timeouts, "MOST_UNSENT", 100)

    async def ended(young: float, brisk: int) -> list[bool]:
        watch = Watch(asyncio.get_running_loop(), Patience(young=young, brisk=brisk), 4)
        slow = [Connection(untaken=untaken) for untaken in (10, 40, 40)]
        for connection in slow:
            watch.unsent(connection, 40)
            await anyio.sleep(0.01)  # Until it has waited for a while.
        watch.sent(slow[2])
        watch.unsent(slow[2], 60)
        return [connection.gave_way for connection in slow]

    assert anyio.run(ended, 0.001, 10_000) == [False, True, False]
    assert anyio.run(ended, 60.0, 10_000) == [False, False, False]
    assert anyio.run(ended, 0.001, 0) == [False, False, False]


def test_many_who_take_a_large_response_at_once_get_all_of_it(strict: Server) -> None:
    """Clients that ask at once, and read, get the whole response, though together it is more than may wait."""
    path = "/v1/aggregates?group_by=location,category,day&fill=none&limit=10000"

    async def lengths() -> list[tuple[int, int]]:
        async with httpx.AsyncClient(base_url=strict.url, timeout=60, limits=httpx.Limits()) as client:
            headers = {"Accept-Encoding": "identity"}
            responses = await asyncio.gather(*(client.get(path, headers=headers) for _ in range(60)))
        return [(response.status_code, len(response.content)) for response in responses]

    ((status, length),) = set(asyncio.run(lengths()))
    assert status == 200
    assert 60 * length > timeouts.MOST_UNSENT


def test_throughput_is_of_the_time_that_a_client_is_waited_for() -> None:
    """Two waits are one measure, and what the server took for itself in between does not count."""
    throughput = Throughput()
    throughput.begin(0, 100)
    throughput.end(2, 40)
    throughput.begin(50, 90)
    assert throughput.waited(51) == 3
    assert throughput.silence(51, 90) == 1
    assert throughput.silence(51, 80) == 0
    assert throughput.renew(51, 70) == 80
    assert throughput.waited(52) == 1


def test_download_that_nobody_reads_is_cut(strict: Server) -> None:
    """A client that takes nothing of its download loses the connection, without the end that a whole one has."""
    with ExitStack() as opened:
        connection = asked(opened, strict, EXPORT, "127.0.0.4", buffer=4096)
        time.sleep(4)  # Longer than the server waits.
        answer = listen(connection)
    assert answer.closed
    assert not answer.raw.endswith(b"0\r\n\r\n")


def test_slow_line_gets_its_download(strict: Server) -> None:
    """A client that reads a little faster than the slowest rate, far longer than any timeout, gets all of it."""
    with ExitStack() as opened:
        connection = asked(opened, strict, EXPORT, "127.0.0.5", buffer=64 * 1024)
        raw, began = b"", time.monotonic()
        while not raw.endswith(b"0\r\n\r\n"):
            # As a slow line does, for some seconds.
            time.sleep(0.2 if time.monotonic() - began < 5 else 0)
            piece = connection.recv(60_000)
            assert piece, "the connection was cut"
            raw += piece
    assert time.monotonic() - began > 5


def test_downloads_are_limited_and_unread_ones_make_room(strict: Server) -> None:
    """Of forty downloads that nobody reads each address has four; once they are stuck, another one begins."""
    with ExitStack() as opened:
        unread = [
            asked(opened, strict, EXPORT, f"127.0.2.{number // 5 + 1}", buffer=4096) for number in range(50)
        ]
        statuses = Counter(begun(connection).status for connection in unread)
        time.sleep(1)  # Until the server takes them for stuck.
        honest = begun(asked(opened, strict, EXPORT, "127.0.3.1"))
    assert set(statuses) <= {200, 429, 503}
    assert statuses[200] >= 32
    assert statuses[429] >= 8
    assert honest.status == 200


async def downloaded(
    database_url: str, connection: Connection, query: bytes, made: Callable[[], int]
) -> tuple[int, int]:
    """Download from a client of this connection; return how many pieces came, and how many were made."""
    app = create_app(Settings(database_url=database_url))
    sent = 0

    async def receive() -> dict[str, Any]:
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: Any) -> None:  # noqa: ANN401 - as ASGI has it
        nonlocal sent
        sent += bool(message.get("body"))

    scope = get_scope("/v1/export", query, state={CONNECTION: connection})
    with anyio.move_on_after(2):
        await app(scope, receive, send)
    app.state.database.close()
    return sent, made()


def test_nothing_is_made_for_a_client_that_does_not_read(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second piece is read from the record when the first is taken, and not before."""
    monkeypatch.setattr(export, "REPORTS_AT_A_TIME", 1)
    record.fill(database)
    made = []
    step = export._next_reports  # noqa: SLF001 - counted

    def counted(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - passed on
        made.append(1)
        return step(*given, **named)

    monkeypatch.setattr(export, "_next_reports", counted)
    with start_blocking_portal() as portal:
        unread = Connection(is_drained=False)
        assert portal.call(downloaded, database_url, unread, b"", lambda: len(made)) == (1, 1)


def test_download_that_fails_is_cut(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the database goes away amid a download its connection is ended: nobody takes a part for the whole."""
    record.fill(database)

    def gone(*_given: object, **_named: object) -> Any:  # noqa: ANN401 - it returns nothing
        raise DatabaseUnavailable("gone")

    monkeypatch.setattr(export, "_next_lines", gone)
    with start_blocking_portal() as portal:
        connection = Connection()
        portal.call(downloaded, database_url, connection, b"format=csv", int)
    assert connection.gave_way
