"""HTTP transport to the server in this process."""

import gc
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import anyio
import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from anyio.streams.memory import MemoryObjectReceiveStream
from starlette.types import ASGIApp, Message

from app import log
from app.catalogue.catalogue import catalogue_at
from app.cli.database import opened, progress
from app.client import Client
from app.db.version import refuse_other
from app.ledger.head import head
from app.settings import read_settings


@contextmanager
def local_client(*, counts: bool) -> Iterator[Client]:
    """Yield a client of the server in this process; with `counts` it is ready to count at once.

    Raises what `opened` raises, and UnusableDatabase for another schema.
    """
    settings = read_settings()
    with opened(only_reads=True) as database:
        with database.reading() as session:
            refuse_other(session.held)
        # The server takes most of the time to import, so what cannot be opened is refused before. All of it stays: to
        # collect garbage meanwhile would find none.
        gc.disable()
        from app.main import create_app

        gc.enable()
        # A request of our own is no line of a log; a failure of the server is.
        log.configure("error", settings.log_format)
        # Limits of a server for strangers.
        open_to_all = settings.model_copy(update={"rate_limits": "off", "allowed_hosts": ("*",)})
        app = create_app(open_to_all, database=database)
        with database.reading() as session:
            # Before the first request, which has a deadline.
            now = head(session)
            catalogue_at(session, now)
            if counts:
                with progress("Reading the record"):
                    app.state.columns.at(session, now)
        try:
            with start_blocking_portal() as portal, httpx.Client(transport=Transport(app, portal)) as http:
                yield Client("http://localhost", http_client=http)
        finally:
            app.state.reads.close()
            app.state.writes.close()


class Transport(httpx.BaseTransport):
    """Call an ASGI application that runs in the event loop of a portal; bodies of responses are streamed."""

    def __init__(self, app: ASGIApp, portal: BlockingPortal) -> None:
        self._app = app
        self._portal = portal

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response once its head is sent. An error of the application is raised."""
        body = request.read()
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": request.url.raw_path.partition(b"?")[0],
            "query_string": request.url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("127.0.0.1", 0),
            "server": (request.url.host, request.url.port),
            "state": {},
        }
        sender, receiver = anyio.create_memory_object_stream[Message](1)
        received: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        is_sent = anyio.Event()

        async def receive() -> Message:
            if received:
                return received.pop()
            await is_sent.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            await sender.send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                is_sent.set()

        async def run() -> None:
            async with sender:
                await self._app(scope, receive, send)

        running = self._portal.start_task_soon(run)
        try:
            start = self._portal.call(receiver.receive)
        except anyio.EndOfStream:
            self._portal.call(receiver.close)
            running.result()
            raise
        stream = _Body(self._portal, receiver, running)
        return httpx.Response(start["status"], headers=start["headers"], stream=stream)


class _Body(httpx.SyncByteStream):
    """The body of a response, read as fast as it is taken."""

    def __init__(
        self, portal: BlockingPortal, receiver: MemoryObjectReceiveStream[Any], running: Future[None]
    ) -> None:
        self._portal = portal
        self._receiver = receiver
        self._running = running

    def __iter__(self) -> Iterator[bytes]:
        message: Message = {"type": "http.response.body", "more_body": True}
        while message.get("more_body", False):
            try:
                message = self._portal.call(self._receiver.receive)
            except anyio.EndOfStream:
                self._running.result()
                raise httpx.ReadError("the response ended early") from None
            yield message.get("body", b"")
        self._running.result()

    def close(self) -> None:
        """Stop the application where the body is not wanted to its end."""
        self._running.cancel()
        self._portal.call(self._receiver.close)
