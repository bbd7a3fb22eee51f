"""HTTP protocol of uvicorn, hardened against slow and oversized requests.

uvicorn hands a request to the application when its headers are complete. What happens until then, and what the parser
refuses, gets its response here: problem details, as everywhere. Beyond the methods that are overridden, this uses
`parser`, `cycle`, `pipeline`, `transport`, `flow`, `url`, `client`, `connections`, `app_state`, `config` and
`server_state`.
"""

import asyncio
import re
import sys
import time
from enum import Enum, auto
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

import httptools
from starlette.types import Scope
from uvicorn.config import Config
from uvicorn.server import ServerState

from app.http.problems import MEDIA_TYPE, document
from app.http.request_log import id_of, log_refusal
from app.http.sessions import ARRIVED
from app.server.backpressure import PacedProtocol
from app.server.counters import Counters
from app.server.edge import LONGEST_HEADERS, LONGEST_URL
from app.server.rate_limits import COUNTERS, MOST_CONNECTIONS, is_within, network

# Bytes that may come without completing headers or a piece of a body: a URL, its headers, the rest of the first line.
# Trailers after a chunked body count too.
MOST_UNREAD = LONGEST_URL + LONGEST_HEADERS + 1024

# Bytes that are still read of a request that was refused, so that its client gets to read the refusal.
MOST_LEFTOVER = 1024 * 1024

# A custom method, rather than another protocol.
_METHOD = re.compile(rb"[A-Z][A-Z-]{0,31} ")

# Sent with 405 `method-not-allowed`.
_METHODS = "DELETE, GET, HEAD, OPTIONS, POST, PUT"


class Phase(Enum):
    """What a connection is doing."""

    HEADERS = auto()
    BODY = auto()
    BUSY = auto()
    IDLE = auto()
    # Refused, or responded to before its request was read: only waiting for the client to notice.
    ENDING = auto()


# As globals: a member of an enumeration is looked up through its class, and every request needs some ten.
HEADERS, BODY, BUSY, IDLE, ENDING = Phase


class StrictProtocol(PacedProtocol):
    """One connection."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._phase = HEADERS
        self._entered: Counters | None = None
        # Bytes since the last ones that completed something, and bytes read of what was refused already.
        self._unread = 0
        self._leftover = 0
        # What came last, and the URL as far as it came; uvicorn's class has none before the first request.
        self._piece = self.url = b""
        # Whether to keep the connection alive when the body is complete; until then it is not.
        self._keep_alive = False

    # Callbacks of the event loop.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        """Let a connection in, unless there are too many."""
        super().connection_made(transport)
        proxies = tuple(self.config.forwarded_allow_ips) if self.config.proxy_headers else ()
        if self.client and not is_within(self.client[0], proxies):
            self.address = network(self.client[0])
        if len(self.connections) > self._watch.most and not self._watch.make_room():
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "too-many-connections", "no free connection")
            return
        counters: Counters | None = self.app_state.get(COUNTERS)
        if counters is not None and self.address:
            if not counters.enter(f"connections {self.address}", MOST_CONNECTIONS):
                self._refuse(HTTPStatus.TOO_MANY_REQUESTS, "rate-limited", "too many connections")
                return
            self._entered = counters
        self._watch.half_open(self, self.patience.headers)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        if self._entered is not None:
            self._entered.leave(f"connections {self.address}")
            self._entered = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, and see where that leads."""
        if self._phase is ENDING:
            self._leftover += len(data)
            if self._leftover > MOST_LEFTOVER:
                self.transport.abort()
            return
        self._piece = data
        self._unread += len(data)
        super().data_received(data)
        if self._unread > MOST_UNREAD and self._phase is not ENDING:
            self._refuse_length()
        if self._phase is not ENDING:
            self._follow()

    def shutdown(self) -> None:
        """Keep no connection any longer."""
        self._keep_alive = False
        super().shutdown()

    def eof_received(self) -> None:
        """Close when a client that was waited for has gone."""
        if self._phase is ENDING:
            self.transport.close()

    def resume_writing(self) -> None:
        """Go on writing, or wait for the next request where all is written."""
        super().resume_writing()
        if self.transport.is_closing():
            self._close_in_time()
        elif self._phase is BUSY and self.cycle.response_complete and not self.pipeline:
            self._rest()

    # Callbacks of the parser and of a finished response.

    def on_headers_complete(self) -> None:
        """Start a request. Its time counts from here: the loop may take a while until it comes to it."""
        self._unread = 0
        self.scope[ARRIVED] = time.monotonic()  # type: ignore[literal-required] # one of ours
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        self._unread = 0
        super().on_body(body)

    def on_response_complete(self) -> None:
        """Wait for the next request; not behind a body that nobody wants, which may be endless."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._close_in_time()
        elif self.cycle.response_complete and self.cycle.more_body:
            self.farewell()
        elif self.cycle.response_complete and self._phase is not ENDING and not self.flow.write_paused:
            self._rest()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature; not needed
        """Refuse what the parser could not read."""
        if len(self.url) > LONGEST_URL:
            self._refuse_length()
        elif self.parser.get_method() == b"CONNECT" or (
            isinstance(sys.exception(), httptools.HttpParserInvalidMethodError) and _METHOD.match(self._piece)
        ):
            self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, "method-not-allowed", "this method is not supported")
        else:
            self._refuse(HTTPStatus.BAD_REQUEST, "malformed-request", "the request is not HTTP/1.1")

    def _unsupported_upgrade_warning(self) -> None:
        """Log nothing: a request to upgrade the protocol gets a response in this one."""

    # Callbacks of the watch.

    def time_out(self) -> None:
        """End the connection, whose time is over."""
        if self._phase is ENDING:
            self.transport.abort()
        elif self.flow.write_paused:
            super().time_out()
        elif self._phase is BODY and self.flow.read_paused:
            # It is we who do not read.
            self._watch.half_open(self, self.patience.body)
        elif self._phase is HEADERS and not self._unread:
            # Browsers open connections that they may not need.
            self.transport.close()
        else:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "request-timeout", "the request did not arrive in time")

    # What is done about it.

    def _follow(self) -> None:
        """Note where the bytes that came last have led."""
        cycle, before = self.cycle, self._phase
        if cycle is None or cycle.response_complete:
            if before is not HEADERS:
                self._watch.done(self)
                self._watch.half_open(self, self.patience.headers)
                self._phase = HEADERS
        elif cycle.more_body:
            if before is not BODY:
                self._watch.done(self)
                self._keep_alive, cycle.keep_alive = cycle.keep_alive, False
                cycle.transport = _Farewell(self)  # type: ignore[assignment] # has what a cycle uses
                self._phase = BODY
            self._watch.half_open(self, self.patience.body)
        elif before is not BUSY:
            self._watch.done(self)
            if before is BODY:
                cycle.keep_alive = self._keep_alive
            self._phase = BUSY

    def _rest(self) -> None:
        """Wait for the next request."""
        self._watch.done(self)
        self._watch.idle(self)
        self._phase = IDLE

    def _close_in_time(self) -> None:
        """Limit the time in which a client takes the end of its last response."""
        if not self.flow.write_paused and self.untaken():
            self._phase = ENDING
            self._watch.stalled(self, self.patience.answer)

    def _refuse_length(self) -> None:
        if len(self.url) > LONGEST_URL:
            detail = f"the URL is longer than {LONGEST_URL} bytes"
            self._refuse(HTTPStatus.REQUEST_URI_TOO_LONG, "uri-too-long", detail)
        else:
            detail = f"the headers are larger than {LONGEST_HEADERS} bytes"
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers-too-large", detail)

    def _refuse(self, status: HTTPStatus, slug: str, detail: str) -> None:
        """Answer a request that the application does not see, or not in full, and close."""
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            if not cycle.more_body and not self.pipeline:
                # The response to an earlier request is under way, and nothing may come between.
                cycle.keep_alive = False
                self._phase = ENDING
                return
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started or self.pipeline:
                self.transport.abort()
                return
        scope: Scope = {} if cycle is None or cycle.response_complete else dict(cycle.scope)
        request_id = id_of(scope)
        path = unquote(self.url.partition(b"?")[0].decode("latin-1")[:LONGEST_URL])
        body = document(path or "/", status, slug, detail, request_id=request_id)
        headers = [
            *self.server_state.default_headers,
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
            (b"connection", b"close"),
            (b"x-request-id", request_id.encode()),
        ]
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            headers.append((b"allow", _METHODS.encode()))
        if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
            headers.append((b"retry-after", b"1"))
        lines = [b"HTTP/1.1 %d %s" % (status.value, status.phrase.encode())]
        lines += [name + b": " + value for name, value in headers]
        self.transport.write(b"\r\n".join([*lines, b"", body]))
        log_refusal(scope, status.value, len(body), request_id)
        self.farewell()

    def farewell(self) -> None:
        """Close; what the client still sends is read and dropped for a while: a reset would lose the response too."""
        if self._phase is ENDING or self.transport.is_closing():
            return
        self._phase = ENDING
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.resume_reading()
        self._watch.stalled(self, self.patience.farewell)


class _Farewell:
    """The transport of a response to a request whose body is not read yet."""

    def __init__(self, protocol: StrictProtocol) -> None:
        self._protocol = protocol
        self.write = protocol.transport.write
        self.is_closing = protocol.transport.is_closing

    def close(self) -> None:
        """Close, unless everything has come in by now, with a farewell."""
        if self._protocol.cycle.more_body:
            self._protocol.farewell()
        else:
            self._protocol.transport.close()
