"""Clients that keep the server waiting: each has its time, and none stops the others."""

import json
import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median

import pytest

from app.server.protocol import StrictProtocol
from app.server.timeouts import Patience
from tests.http.server import Server, listen, running

HOST = b"Host: localhost\r\n"
GET = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
POST = b"POST /v1/parse HTTP/1.1\r\n" + HOST + b"Content-Type: text/plain\r\n"

# A hundredth of the real one would be too short for a machine that does much else.
SHORT = Patience(headers=1, body=1, answer=1, slowest=1_000_000, farewell=0.5, half_open=5, young=0.3)

# Seconds after which a time that is over must have been noticed.
NOTICED = 1.5


@pytest.fixture(scope="module")
def hurried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a server that waits a second."""
    with running(tmp_path_factory.mktemp("server"), patience=SHORT) as server:
        yield server


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a server that may open 256 files."""
    with running(tmp_path_factory.mktemp("server"), open_files=256) as server:
        yield server


def test_patience_is_as_published() -> None:
    """A client has ten seconds for its headers, thirty without a byte of its body, and thirty to take 120 KiB."""
    patience = StrictProtocol.patience
    assert (patience.headers, patience.body, patience.answer, patience.half_open) == (10, 30, 30, 50)
    assert patience.slowest == 4096


@pytest.mark.parametrize(
    "half",
    [
        GET[:-2],
        POST + b"Content-Length: 10\r\n\r\nabc",
        POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ],
    ids=["headers", "body", "chunks"],
)
def test_half_a_request_is_not_waited_for(hurried: Server, half: bytes) -> None:
    """A request that does not come to its end is answered 408 when its time is over, and closed."""
    began = time.monotonic()
    answer = hurried.say(half)
    took = time.monotonic() - began

    assert (answer.status, answer.closed) == (408, True)
    assert json.loads(answer.body)["type"] == "/problems/request-timeout"
    assert 1 <= took < 1 + NOTICED


def test_headers_in_drops_get_no_more_time(hurried: Server) -> None:
    """A client that sends a byte now and then has no longer for its headers."""
    began = time.monotonic()
    answer = hurried.say(*(GET[at : at + 1] for at in range(len(GET) - 1)), pause=0.1)
    assert answer.status == 408
    assert time.monotonic() - began < 1 + 0.1 * len(GET)


def test_body_in_drops_is_read(hurried: Server) -> None:
    """A client that sends a byte of its body in time, each time, is waited for."""
    began = time.monotonic()
    answer = hurried.say(POST + b"Content-Length: 5\r\n\r\n", *[b"a"] * 5, pause=0.4)
    assert answer.status == 200
    assert time.monotonic() - began > SHORT.body


def test_connection_without_a_request_is_closed_silently(hurried: Server) -> None:
    """Browsers open connections that they may not need: those are closed without a word."""
    answer = hurried.say(b"", wait=1 + NOTICED)
    assert answer.raw == b""
    assert answer.closed


def test_second_request_has_its_time_too(hurried: Server) -> None:
    """Half a request behind a whole one is not waited for either."""
    with hurried.connect() as connection:
        connection.sendall(GET)
        assert listen(connection).status == 200
        connection.sendall(b"\r\n" + GET[:-2])
        assert listen(connection).status == 408


def test_answer_that_nobody_takes_is_given_up(hurried: Server) -> None:
    """A client that asks and does not read loses its connection."""
    with hurried.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        asked = b"GET /openapi.json HTTP/1.1\r\n" + HOST + b"\r\n"
        with pytest.raises(OSError):  # noqa: PT011 - a reset or a broken pipe, as the system says it
            for _ in range(1_000):
                connection.sendall(asked * 20)
                time.sleep(0.05)  # The server needs time to lose its patience.


def test_stream_outlives_every_patience(hurried: Server) -> None:
    """A stream of changes is no slow client: it stays open, silent as it is."""
    with hurried.connect(wait=2 + NOTICED) as connection:
        connection.sendall(b"GET /v1/changes/stream HTTP/1.1\r\n" + HOST + b"\r\n")
        assert not listen(connection).closed


def test_oldest_half_open_connection_gives_way(hurried: Server) -> None:
    """One address has so many connections with half a request: a newer one ends the oldest."""
    with ExitStack() as opened:
        all_of_them = []
        for number in range(SHORT.half_open + 2):
            if number == SHORT.half_open:
                time.sleep(SHORT.young + 0.1)  # Until the first ones are old enough to be ended.
            all_of_them.append(opened.enter_context(hurried.connect()))
            all_of_them[-1].sendall(GET[:-2])
        time.sleep(0.2)  # Until the server has ended whom it ends.
        ended, _, _ = select.select(all_of_them, [], [], 0)

    assert ended == all_of_them[:2]


@pytest.mark.parametrize(
    "sent", [b"", GET[:-2], POST + b"Content-Length: 9\r\n\r\nabc"], ids=["none", "half", "body"]
)
def test_hundreds_of_half_requests_stop_nobody(narrow: Server, sent: bytes) -> None:
    """With 256 files allowed and 500 connections that never ask to the end, everybody else is answered."""
    took = []
    with ExitStack() as opened:
        for _ in range(500):
            opened.enter_context(narrow.connect()).sendall(sent)
        for _ in range(50):
            began = time.monotonic()
            assert narrow.say(GET).status == 200
            took.append(time.monotonic() - began)
    # The first waits behind what 500 connections brought.
    assert max(took) < 5
    assert median(took) < 0.5


def test_hundreds_of_idle_connections_stop_nobody(narrow: Server) -> None:
    """Connections that were kept after a response make room for new ones."""
    with ExitStack() as opened:
        for _ in range(300):
            connection = opened.enter_context(narrow.connect())
            connection.sendall(GET)
            assert listen(connection).status == 200
        assert narrow.say(GET).status == 200
