"""The transport to a server in this process: bodies piece by piece, failures where they happen, and an early end."""

import time
from collections.abc import Iterator

import anyio
import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from starlette.types import ASGIApp, Receive, Scope, Send

from app.cli.in_process import Transport

ended: list[str] = []


async def endless(scope: Scope, receive: Receive, send: Send) -> None:
    """Send the body that it received over and over, or fail before or after the first piece."""
    message = await receive()
    if scope["path"] == "/broken":
        raise LookupError
    await send({"type": "http.response.start", "status": 200, "headers": []})
    try:
        while True:
            await send({"type": "http.response.body", "body": message["body"], "more_body": True})
            if scope["path"] == "/torn":
                raise LookupError
    except anyio.get_cancelled_exc_class():
        ended.append(scope["path"])
        raise


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """Give a client of the application."""
    app: ASGIApp = endless
    with start_blocking_portal() as portal, httpx.Client(transport=Transport(app, portal)) as client:
        yield client


def test_response_that_is_left_stops_the_application(client: httpx.Client) -> None:
    """A body is made as it is read, so an endless one can be left, and what makes it is cancelled."""
    with client.stream("POST", "http://localhost/endless", content=b"piece") as response:
        pieces = response.iter_raw()
        assert [next(pieces), next(pieces)] == [b"piece", b"piece"]
    until = time.monotonic() + 10
    while ended != ["/endless"]:
        assert time.monotonic() < until
        time.sleep(0.01)  # Until it was cancelled.


@pytest.mark.parametrize("path", ["/broken", "/torn"])
def test_failure_of_the_application_is_raised(client: httpx.Client, path: str) -> None:
    """A failure before or within the response reaches the command, and is no short body."""
    with pytest.raises(LookupError):
        client.post(f"http://localhost{path}", content=b"piece")
