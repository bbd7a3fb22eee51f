"""Requests that no client library sends: what the server answers to bytes."""

import json
import time
from collections.abc import Iterator

import httpx
import pytest

from app.http.bodies import LONGEST_JSON
from app.http.problems import Problem
from tests.http.server import Server, listen, running

HOST = b"Host: localhost\r\n"
GET = b"GET /healthz HTTP/1.1\r\n" + HOST
POST = b"POST /v1/parse HTTP/1.1\r\n" + HOST + b"Content-Type: text/plain\r\n"

# Bytes that the system takes from a client before anybody reads them.
BUFFERED = 16 * 1024 * 1024


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server process for the module."""
    with running(tmp_path_factory.mktemp("server")) as server:
        yield server


REFUSED = {
    "no Host": (b"GET /healthz HTTP/1.1\r\n\r\n", 400, "misdirected-host"),
    "two Hosts": (GET + HOST + b"\r\n", 400, "misdirected-host"),
    "no version": (b"GET /healthz\r\n\r\n", 400, "misdirected-host"),
    "two lengths": (POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400, "malformed-request"),
    "one length twice": (POST + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na", 400, "malformed-request"),
    "a length and chunks": (
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
        "malformed-request",
    ),
    "chunks and a length": (
        POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        400,
        "malformed-request",
    ),
    "a length below nothing": (POST + b"Content-Length: -1\r\n\r\n", 400, "malformed-request"),
    "a length with a sign": (POST + b"Content-Length: +1\r\n\r\na", 400, "malformed-request"),
    "a chunk of no size": (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400, "malformed-request"),
    "a chunk beyond all": (
        POST + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        400,
        "malformed-request",
    ),
    "another transfer coding": (POST + b"Transfer-Encoding: gzip\r\n\r\n", 400, "malformed-request"),
    "NUL in a value": (GET + b"X: a\0b\r\n\r\n", 400, "malformed-request"),
    "a lone CR in a value": (GET + b"X: a\rb\r\n\r\n", 400, "malformed-request"),
    "a lone LF": (b"GET /healthz HTTP/1.1\n" + HOST + b"\n", 400, "malformed-request"),
    "a folded line": (GET + b"X: a\r\n b\r\n\r\n", 400, "malformed-request"),
    "a space before the colon": (GET + b"X : a\r\n\r\n", 400, "malformed-request"),
    "no colon": (GET + b"Xa\r\n\r\n", 400, "malformed-request"),
    "a path beyond ASCII": (b"GET /\xff HTTP/1.1\r\n" + HOST + b"\r\n", 400, "malformed-request"),
    "a space in the path": (b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n", 400, "malformed-request"),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "malformed-request"),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "malformed-request"),
    "a method of nobody": (b"FOO /healthz HTTP/1.1\r\n" + HOST + b"\r\n", 405, "method-not-allowed"),
    "a tunnel": (b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + b"\r\n", 405, "method-not-allowed"),
    "an echo": (b"TRACE /healthz HTTP/1.1\r\n" + HOST + b"\r\n", 405, "method-not-allowed"),
    "a URL of 70 KB": (b"GET /?q=" + b"a" * 70_000 + b" HTTP/1.1\r\n" + HOST, 414, "uri-too-long"),
    "a URL without end": (b"GET /" + b"a" * 200_000, 414, "uri-too-long"),
    "a hundred thousand separators": (b"GET /?" + b"&" * 100_000, 414, "uri-too-long"),
    "ten thousand parameters": (
        b"GET /v1/strikes?" + b"&".join(b"p%d=1" % n for n in range(10_000)) + b" HTTP/1.1\r\n" + HOST + b"\r\n",
        414,
        "uri-too-long",
    ),
    "a header of 200 KB": (GET + b"X: " + b"a" * 200_000 + b"\r\n\r\n", 431, "headers-too-large"),
    "a header without end": (GET + b"X: " + b"a" * 200_000, 431, "headers-too-large"),
    "too many headers": (
        GET + b"".join(b"X-%d: a\r\n" % n for n in range(2_000)) + b"\r\n",
        431,
        "headers-too-large",
    ),
    "line breaks without end": (b"\r\n" * 100_000, 431, "headers-too-large"),
    "trailers without end": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: " + b"a" * 200_000,
        431,
        "headers-too-large",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_bytes_that_are_no_good_request_are_refused(server: Server, name: str) -> None:
    """What the parser refuses is a problem like any other, soon; the next client is served."""
    sent, status, slug = REFUSED[name]
    began = time.monotonic()
    answer = server.say(sent)
    took = time.monotonic() - began
    problem = Problem.model_validate_json(answer.body)

    assert (answer.status, problem.status, problem.type) == (status, status, f"/problems/{slug}")
    assert "content-type: application/problem+json" in answer.head
    assert "x-content-type-options: nosniff" in answer.head
    assert (status == 405) == ("allow: " in answer.head)
    assert took < 2
    assert server.say(GET + b"\r\n").status == 200


@pytest.mark.parametrize("name", ["two lengths", "a length and chunks", "a length below nothing"])
def test_connection_of_an_unclear_length_is_closed(server: Server, name: str) -> None:
    """Where a body ends is not guessed: nothing behind such a request is read as another one."""
    answer = server.say(REFUSED[name][0] + GET + b"\r\n")
    assert answer.closed
    assert answer.raw.count(b"HTTP/1.1 ") == 1


def test_good_request_before_a_bad_one_is_answered(server: Server) -> None:
    """A bad request sent behind a good one does not take its answer."""
    answer = server.say(GET + b"\r\n" + b"no http\r\n\r\n")
    assert (answer.status, answer.closed) == (200, True)
    assert json.loads(answer.body) == {"status": "ok"}


def test_offer_of_another_protocol_is_declined(server: Server) -> None:
    """A request that offers WebSocket or HTTP/2 is answered as it stands."""
    for offered in (b"websocket", b"h2c"):
        answer = server.say(GET + b"Connection: Upgrade\r\nUpgrade: " + offered + b"\r\n\r\n")
        assert answer.status == 200


def test_declared_length_over_the_limit_is_refused_unread(server: Server) -> None:
    """A body that is declared too large is refused before a byte of it is sent."""
    head = POST + b"Content-Length: 1073741824\r\n"
    assert server.say(head + b"\r\n").status == 413
    # Who asks first is not told to go on.
    assert server.say(head + b"Expect: 100-continue\r\n\r\n").status == 413


def test_endless_body_is_not_read(server: Server) -> None:
    """A body without a length and without an end is refused at the limit, read no further, and not kept."""
    head = (
        b"POST /v1/parse HTTP/1.1\r\n"
        + HOST
        + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"10000\r\n" + b"0" * 65536 + b"\r\n"
    before = server.memory()
    sent = 0
    with server.connect() as connection:
        connection.sendall(head)
        try:
            while sent < 1024 * 1024 * 1024:
                connection.sendall(chunk)
                sent += len(chunk)
        except OSError:
            pass
    assert sent < 4 * LONGEST_JSON + BUFFERED
    assert server.memory() - before < 64 * 1024 * 1024


@pytest.mark.parametrize("size", [LONGEST_JSON, 10 * LONGEST_JSON])
def test_client_of_a_large_body_reads_the_refusal(server: Server, size: int) -> None:
    """A client that sends all of a large body before it reads gets the response, not a broken connection."""
    wanted = httpx.post(
        f"{server.url}/v1/parse",
        content=iter([b"a" * size]),
        headers={"Content-Type": "text/plain"},
        timeout=20,
    )
    assert (wanted.status_code, wanted.json()["type"]) == (413, "/problems/payload-too-large")


def test_unread_body_of_a_refusal_ends_the_connection(server: Server) -> None:
    """Behind a refusal that left a body unread nothing is taken for a request."""
    with server.connect() as connection:
        connection.sendall(b"POST /nothing HTTP/1.1\r\n" + HOST + b"Content-Length: 100000\r\n\r\n")
        answer = listen(connection)
        assert answer.status == 404
        assert "connection: close" in answer.head
        connection.sendall(b"a" * 50_000)
        assert listen(connection).raw == b""


def test_body_in_pieces_keeps_the_connection(server: Server) -> None:
    """Behind a request whose body came later than its headers the connection serves the next one."""
    with server.connect() as connection:
        for _ in range(2):
            connection.sendall(POST + b"Content-Length: 6\r\n\r\n")
            time.sleep(0.05)  # So that it comes in a packet of its own.
            connection.sendall(b"abc")
            time.sleep(0.05)  # So that it comes in a packet of its own.
            connection.sendall(b"def")
            answer = listen(connection)
            assert answer.status == 200
            assert "connection: close" not in answer.head


def test_head_of_a_stream_ends(server: Server) -> None:
    """HEAD of the endless stream is its headers and an end, and the connection goes on."""
    head = b"HEAD /v1/changes/stream HTTP/1.1\r\n" + HOST + b"\r\n"
    answer = server.say(head + GET + b"\r\n", wait=3)
    assert answer.raw.count(b"HTTP/1.1 200 OK") == 2
    assert b"content-type: text/event-stream" in answer.raw
