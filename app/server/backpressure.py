"""Backpressure: pause and time writes to a client that stops reading.

A response waits in the memory of the process only up to WRITE_BUFFER and the piece that went beyond it. What the
application may know of its connection stands here too: see `concurrency.Connection`.
"""

import asyncio
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from uvicorn._types import ASGI3Application
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from app.server.concurrency import CONNECTION
from app.server.timeouts import Patience, Throughput, Watch, most_open

# Bytes that are written ahead of what the system takes; beyond, the application waits.
WRITE_BUFFER = 16 * 1024


class PacedProtocol(HttpToolsProtocol):
    """One connection, whose client has to read."""

    patience: ClassVar[Patience] = Patience()

    # One for each server of the process.
    _watches: ClassVar[WeakKeyDictionary[ServerState, Watch]] = WeakKeyDictionary()

    # The client's address as it is counted; empty where it covers many.
    address = ""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        if server_state not in self._watches:
            self._watches[server_state] = Watch(self.loop, self.patience, most_open())
        self._watch = self._watches[server_state]
        self._throughput = Throughput()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        """Write little ahead."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(WRITE_BUFFER)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        self._watch.done(self)
        self._watch.sent(self)
        super().connection_lost(exc)

    def untaken(self) -> int:
        """Return the bytes of its responses that wait for its client."""
        return self.transport.get_write_buffer_size()

    def pause_writing(self) -> None:
        """Wait for a client that takes its response more slowly than it is written."""
        super().pause_writing()
        size = self.untaken()
        self._throughput.begin(self.loop.time(), size)
        self._watch.stalled(self, max(0.0, self.patience.answer - self._throughput.seconds))
        self._watch.unsent(self, size)

    def resume_writing(self) -> None:
        """Go on writing."""
        super().resume_writing()
        self._throughput.end(self.loop.time(), self.untaken())
        if self._throughput.seconds >= self.patience.answer:
            self._throughput = Throughput()
        self._watch.done(self)
        self._watch.sent(self)

    def timeout_keep_alive_handler(self) -> None:
        """End an idle connection, with the bytes that its client did not take."""
        if not self.flow.write_paused and self.untaken():
            self.transport.abort()
        super().timeout_keep_alive_handler()

    def on_message_begin(self) -> None:
        """Let the application reach the connection of its request."""
        super().on_message_begin()
        self.scope["state"][CONNECTION] = self

    def time_out(self) -> None:
        """Wait longer for a client that took enough of its response in the time that is over, else end it."""
        now, size = self.loop.time(), self.untaken()
        seconds = self._throughput.waited(now)
        if self._throughput.renew(now, size) < self.patience.slowest * seconds:
            self.give_way()
        else:
            self._watch.stalled(self, self.patience.answer)

    def give_way(self) -> None:
        """End the connection. A response that is not complete is cut, so that its client notices."""
        self._watch.done(self)
        if self.cycle is not None:
            # What the application still sends goes nowhere.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.abort()

    async def drained(self) -> None:
        """Wait until the client has taken what was written, or has left."""
        await self.flow.drain()

    def is_stuck(self) -> bool:
        """Return whether the client has read nothing for longer than a download may block others."""
        silence = self._throughput.silence(self.loop.time(), self.untaken())
        return self.flow.write_paused and silence >= self.patience.stuck

    def expendable(self, *, is_expendable: bool) -> None:
        """Set whether the connection is ended before others at work where there are too many."""
        self._watch.expendable(self, is_expendable=is_expendable)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Start a request; behind a response that its client has not taken, only once it has."""
        if not self.flow.write_paused:
            super()._start_asgi_task(cycle, app)
            return

        async def later(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - passed on as they come
            await self.flow.drain()
            if not cycle.disconnected:
                await app(scope, receive, send)

        super()._start_asgi_task(cycle, later)
