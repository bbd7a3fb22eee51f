"""What a client does when servers misbehave: retries, errors by status, downloads that break off, redirects."""

import json
import pickle
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import anyio
import pytest
from anyio.from_thread import start_blocking_portal

from app.client import (
    ApiError,
    AsyncClient,
    BadRequest,
    Client,
    Conflict,
    ConnectionFailed,
    Forbidden,
    NotFound,
    PreconditionFailed,
    RequestTimeout,
    ServerError,
    ServiceUnavailable,
    StatusError,
    TooManyRequests,
    Unauthorized,
    UnexpectedResponse,
    Unprocessable,
)
from tests.client.conftest import Blocking
from tests.client.faulty import Scripted, faulty

KEY = "sl_a-secret-that-nobody-may-see"
LEDGER = b'{"seq": 1, "hash": "00", "recorded_at": null}'

Connect = Callable[..., Client]

BUSY = Scripted(503, b"{}", {"Retry-After": "0"})


def problem(status: int, **members: Any) -> Scripted:  # noqa: ANN401 - JSON values
    """Return a scripted problem document."""
    body = {
        "type": "/problems/some-kind",
        "title": "A title",
        "status": status,
        "detail": "A detail.",
        **members,
    }
    return Scripted(status, json.dumps(body).encode(), {"Content-Type": "application/problem+json"})


@pytest.fixture(params=["sync", "async"])
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    """Give a function that makes a client of either kind."""
    if request.param == "sync":
        with ExitStack() as clients:
            yield lambda *arguments, **options: clients.enter_context(Client(*arguments, **options))
        return
    with start_blocking_portal() as portal:
        opened: list[AsyncClient] = []

        def connect(*arguments: Any, **options: Any) -> Client:  # noqa: ANN401 - of a client
            opened.append(AsyncClient(*arguments, **options))
            return cast("Client", Blocking(portal, opened[-1]))

        yield connect
        for client in opened:
            portal.call(client.aclose)


def test_write_is_retried_under_one_idempotency_key(connect: Connect) -> None:
    """A write that fails twice is sent three times with the same key and body; the next write has another key."""
    with faulty(BUSY, Scripted(cut=1), Scripted(201, b'{"id": "r1"}')) as server:
        client = connect(server.url, KEY)
        assert client.create_report({"publisher": "x"}).id == "r1"
        client.create_report({"publisher": "x"})
        keys = [request.headers["Idempotency-Key"] for request in server.received]
        assert len(server.received) == 4
        assert len(set(keys[:3])) == 1
        assert keys[3] != keys[0]
        assert {request.body for request in server.received} == {b'{"publisher": "x"}'}


def test_given_idempotency_key_is_used(connect: Connect) -> None:
    """A caller who repeats a write of an earlier process gives the key of that one."""
    with faulty(Scripted(201, b"{}")) as server:
        connect(server.url, KEY).create_report({}, idempotency_key="mine")
        assert server.received[0].headers["Idempotency-Key"] == "mine"


def test_retries_end(connect: Connect) -> None:
    """After two retries the last failure is raised; with retries=0 the first one."""
    with faulty(BUSY) as server:
        client = connect(server.url)
        with pytest.raises(ServiceUnavailable):
            client.ledger()
        assert len(server.received) == 3
        with pytest.raises(ServiceUnavailable):
            client.with_options(retries=0).ledger()
        assert len(server.received) == 4


def test_retry_after_is_waited_for(connect: Connect) -> None:
    """A retry comes no sooner than the server asks."""
    with faulty(problem(429), Scripted(body=LEDGER)) as server:
        server.script[0] = Scripted(429, b"{}", {"Retry-After": "1"})
        assert connect(server.url).ledger().seq == 1
        first, second = server.received
        assert second.at - first.at >= 1


def test_long_retry_after_is_left_to_the_caller(connect: Connect) -> None:
    """A server that asks for more than two minutes is not tried again, and the error holds how long."""
    with faulty(Scripted(429, b"{}", {"Retry-After": "121"})) as server:
        with pytest.raises(TooManyRequests) as caught:
            connect(server.url).ledger()
        assert caught.value.retry_after == 121
        assert len(server.received) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 422, 507])
def test_refusals_are_not_retried(status: int, connect: Connect) -> None:
    """What the same request cannot change is raised at once."""
    with faulty(problem(status)) as server:
        with pytest.raises(StatusError):
            connect(server.url, KEY).create_report({})
        assert len(server.received) == 1


def test_conflict_is_retried_while_the_first_try_is_in_progress(connect: Connect) -> None:
    """A 409 is retried where it means that the same write still runs, and nowhere else."""
    running = problem(409, type="/problems/idempotency-in-progress")
    with faulty(running, Scripted(201, b'{"id": "r1"}')) as server:
        assert connect(server.url, KEY).create_report({}).id == "r1"
        assert len(server.received) == 2


ERRORS = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: PreconditionFailed,
    418: StatusError,
    422: Unprocessable,
    500: ServerError,
    503: ServiceUnavailable,
}


@pytest.mark.parametrize(("status", "kind"), ERRORS.items())
def test_error_is_that_of_the_status(status: int, kind: type[StatusError]) -> None:
    """Every status has its error, with the problem document, the request's id and a message that names both."""
    faults = [{"parameter": "date_from", "code": "bad", "detail": "not a day"}]
    refusal = problem(status, request_id="abc", errors=faults, existing="/v1/reports/r1")
    with faulty(refusal) as server, Client(server.url, KEY, retries=0) as client:
        with pytest.raises(kind) as caught:
            client.ledger()
        error = caught.value
        assert type(error) is kind
        assert (error.status, error.request_id, error.code) == (status, "abc", "some-kind")
        assert error.problem["detail"] == "A detail."
        assert error.errors == faults
        assert not isinstance(error, Conflict) or error.existing == "/v1/reports/r1"
        message = str(error)
        assert all(text in message for text in (str(status), "A detail.", "date_from: not a day", "abc"))
        assert str(pickle.loads(pickle.dumps(error))) == message  # noqa: S301 - our own bytes


def test_error_without_a_problem_document_has_its_status() -> None:
    """The page of a proxy is an error too, with the request id of its header."""
    page = Scripted(502, b"<h1>Bad gateway</h1>", {"X-Request-ID": "xyz"})
    with faulty(page) as server, Client(server.url, retries=0) as client:
        with pytest.raises(ServerError, match="502 Bad Gateway") as caught:
            client.ledger()
        assert caught.value.problem == {}
        assert caught.value.request_id == "xyz"


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"", b"{}"])
def test_success_that_is_no_response_of_the_api_is_an_error(body: bytes, connect: Connect) -> None:
    """A page of somebody else with status 200 is never taken for an empty list."""
    with faulty(Scripted(body=body)) as server, pytest.raises(UnexpectedResponse):
        list(connect(server.url).strikes())


def test_nobody_listening_is_a_connection_error(connect: Connect) -> None:
    """A refused connection is raised after the retries, without the key."""
    with faulty(Scripted()) as server:
        url = server.url
    with pytest.raises(ConnectionFailed) as caught:
        connect(url, KEY, retries=0).ledger()
    assert KEY not in str(caught.value)


def test_silence_is_a_timeout(connect: Connect) -> None:
    """A silent server raises RequestTimeout, which is a ConnectionFailed."""
    with faulty(Scripted(silent=5)) as server, pytest.raises(RequestTimeout):
        connect(server.url, timeout=0.2, retries=0).ledger()


def test_key_is_never_shown(connect: Connect) -> None:
    """Neither a representation, nor an error, nor what caused it, holds the key or a password."""
    with faulty(problem(401)) as server:
        assert KEY not in repr(Client(server.url, KEY))
        of_user = server.url.replace("//", "//user:password@")
        assert "password" not in repr(Client(of_user))
        with pytest.raises(ValueError, match="a key, or a user"):
            Client(of_user, KEY)
        with pytest.raises(Unauthorized) as caught:
            connect(server.url, KEY).ledger()
    assert KEY not in f"{caught.value!r} {vars(caught.value)}"
    for bad in (f"{KEY}\n", f"{KEY}é", f"a {KEY}"):
        with pytest.raises(ValueError, match="visible ASCII") as refused:
            Client("http://localhost", bad)
        assert KEY not in str(refused.value)


def test_redirect_to_another_host_never_carries_the_key(connect: Connect) -> None:
    """A read follows a redirect, and leaves the key behind where it leads to another server."""
    with faulty(Scripted(body=LEDGER)) as other, faulty(Scripted(307)) as server:
        server.script[0] = Scripted(307, b"", {"Location": f"{other.url}/v1/ledger"})
        assert connect(server.url, KEY).ledger().seq == 1
        assert "Authorization" in server.received[0].headers
        assert "Authorization" not in other.received[0].headers


def test_write_follows_no_redirect(connect: Connect) -> None:
    """A write that is redirected is refused: following it could make it a read."""
    with faulty(Scripted(body=b"{}")) as other, faulty(Scripted(302)) as server:
        server.script[0] = Scripted(302, b"", {"Location": f"{other.url}/v1/reports"})
        with pytest.raises(StatusError, match="302"):
            connect(server.url, KEY).create_report({})
        assert other.received == []


def test_path_prefix_is_kept(connect: Connect) -> None:
    """A server behind a path prefix is called there, with or without a final slash."""
    with faulty(Scripted(body=LEDGER)) as server:
        for prefix in ("/strikes", "/strikes/"):
            connect(server.url + prefix).ledger()
        connect(server.url + "/a%20b").ledger()
        paths = [request.path for request in server.received]
        assert paths == ["/strikes/v1/ledger", "/strikes/v1/ledger", "/a%20b/v1/ledger"]


def test_ids_stay_within_their_segment(connect: Connect) -> None:
    """An id with slashes or dots names no other path, and an empty one is refused."""
    with faulty(problem(404)) as server:
        client = connect(server.url)
        with pytest.raises(NotFound):
            client.strike("../keys?x")
        assert server.received[0].path == "/v1/strikes/..%2Fkeys%3Fx"
        for bad in ("", ".."):
            with pytest.raises(ValueError, match="is not an id"):
                client.strike(bad)


def test_export_that_breaks_off_leaves_the_earlier_file(connect: Connect, tmp_path: Path) -> None:
    """A file is replaced when the export is whole, and is otherwise as it was, with nothing next to it."""
    target = tmp_path / "strikes.csv"
    target.write_text("earlier")
    with faulty(Scripted(body=b"id,date\n" * 1000, cut=1)) as server:
        with pytest.raises(ConnectionFailed):
            connect(server.url).export(target)
        assert len(server.received) == 3
    assert target.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [target]


def test_export_that_breaks_off_is_retried(connect: Connect, tmp_path: Path) -> None:
    """A retried download begins anew: nothing of the first attempt remains in the file."""
    with faulty(Scripted(body=b"abc" * 9, cut=5), Scripted(body=b"whole")) as server:
        assert connect(server.url).export(tmp_path / "x.csv").size == 5
    assert (tmp_path / "x.csv").read_bytes() == b"whole"


def test_cancelled_export_leaves_nothing(tmp_path: Path) -> None:
    """A download that its task is cancelled in leaves no file, whole or partial."""

    async def cancelled(url: str) -> None:
        async with AsyncClient(url) as client:
            with anyio.move_on_after(0.2):
                await client.export(tmp_path / "x.csv")

    with faulty(Scripted(silent=5)) as server:
        anyio.run(cancelled, server.url)
    assert list(tmp_path.iterdir()) == []


def test_stream_that_received_something_is_not_retried(connect: Connect) -> None:
    """What was written to a stream cannot be taken back, so the error is raised."""
    stream = BytesIO()
    with faulty(Scripted(body=b"a" * 100, cut=5)) as server:
        with pytest.raises(ApiError):
            connect(server.url).export(stream)
        assert len(server.received) == 1


def test_stream_is_retried_before_its_first_byte(connect: Connect) -> None:
    """A refusal that passes is retried for a stream too."""
    stream = BytesIO()
    with faulty(BUSY, Scripted(body=b"whole")) as server:
        connect(server.url).export(stream)
    assert stream.getvalue() == b"whole"


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://localhost", "http://", "http://localhost/?a=1"])
def test_url_that_is_none_is_refused(url: str) -> None:
    """A mistyped address is refused at once."""
    with pytest.raises(ValueError, match="URL"):
        Client(url)
