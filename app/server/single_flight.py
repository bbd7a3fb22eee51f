"""Single flight: one shared response for identical concurrent requests."""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.disconnects import cancel_on_disconnect
from app.http.request_log import noted
from app.http.responses import names

# What stays of a response that the client holds already (RFC 9110, 15.4.5).
_OF_UNCHANGED = {b"etag", b"cache-control", b"vary", b"link", b"strikeledger-seq"}

_EMPTY: Message = {"type": "http.response.body", "body": b"", "more_body": False}


@dataclass(frozen=True)
class WholeResponse:
    """A whole response, as the two messages that it is sent in."""

    start: Message
    body: Message
    # The template of its path, for the log.
    route: str | None = None

    @property
    def status(self) -> int:
        """Its status."""
        status: int = self.start["status"]
        return status

    @property
    def length(self) -> int:
        """The bytes of its body."""
        return len(self.body.get("body", b""))

    @cached_property
    def etag(self) -> str | None:
        """Its tag, or None."""
        return next(
            (value.decode("latin-1") for name, value in self.start["headers"] if name == b"etag"), None
        )

    @property
    def is_public(self) -> bool:
        """Whether it is one that anybody may read, and cache."""
        return self.status == HTTPStatus.OK and any(
            name == b"cache-control" and value.startswith(b"public") for name, value in self.start["headers"]
        )

    @property
    def weight(self) -> int:
        """The bytes of memory that its body and its headers take."""
        headers = self.start["headers"]
        texts = sum(sys.getsizeof(text) for header in headers for text in (header, *header))
        return sys.getsizeof(self.body.get("body", b"")) + sys.getsizeof(headers) + texts

    def matches(self, tags: str | None) -> bool:
        """Return whether these tags of If-None-Match name it."""
        return tags is not None and self.etag is not None and names(tags, self.etag)

    def unchanged(self) -> "WholeResponse":
        """Return the 304 for a client that holds it already."""
        headers = [(name, value) for name, value in self.start["headers"] if name in _OF_UNCHANGED]
        return WholeResponse(
            {**self.start, "status": HTTPStatus.NOT_MODIFIED.value, "headers": headers}, _EMPTY, self.route
        )


class Flight:
    """A request in flight, and the others that wait for its response."""

    def __init__(self, landed: Callable[["Flight", WholeResponse | None], None]) -> None:
        """Call `landed` with the response once it is made, with None once it is known not to be shared."""
        self._landed = landed
        self._answer: asyncio.Future[WholeResponse | None] = asyncio.get_running_loop().create_future()
        self._waiting = 0
        self._left = asyncio.Event()

    async def wait(self, receive: Receive) -> WholeResponse | None:
        """Return the response; None where it is not to be shared. Raises ClientDisconnected."""
        self._waiting += 1
        try:
            return await cancel_on_disconnect(self._answer, receive)
        finally:
            self._waiting -= 1
            self._left.set()

    async def fly(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Let `app` serve the first request. To it, the client disconnects when all that wait have disconnected."""
        start: Message | None = None

        async def received() -> Message:
            message = await receive()
            if message["type"] == "http.disconnect":
                while self._waiting:
                    self._left.clear()
                    await self._left.wait()
                # Later requests must not wait for what is dropped.
                self._land(None)
            return message

        async def sent(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if start is not None:
                # Before it is sent: a slow client does not delay others.
                is_whole = not message.get("more_body", False)
                self._land(WholeResponse(start, message, noted(scope, "route")) if is_whole else None)
                await send(start)
                start = None
            await send(message)

        try:
            await app(scope, received, sent)
        finally:
            self._land(None)

    def _land(self, response: WholeResponse | None) -> None:
        if not self._answer.done():
            self._answer.set_result(response)
            self._landed(self, response)
