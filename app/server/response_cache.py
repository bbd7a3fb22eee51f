"""Response cache: public responses until the next ledger entry.

Between two entries of the ledger the same request has the same response, so one is cached under the number and the
hash of the ledger's last entry. All are dropped when these move: forth, or back to a restored backup. Both are read
for each request, by one index lookup. A request with a key is never served from here, nor cached: what it may
see is private.

A key is a digest of what a response depends on: scheme and host, which the links of a feed repeat, path, query, the
format and the content coding that the headers come to. Requests that arrive while the same one is in flight wait for
that response, whatever the outcome: too large for the cache, a refusal, a failure. Only one in pieces is not shared.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from hashlib import blake2b
from http import HTTPStatus

from cachetools import LRUCache
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import ClientDisconnected, StrikeledgerError
from app.http.formats import preferences
from app.http.request_log import note
from app.server.compression import LARGE, coding_of
from app.server.single_flight import Flight, WholeResponse

# Bytes of memory of all that is cached, and of the largest response: one export must not push out all else.
MOST_BYTES = 64 * 1024 * 1024
LARGEST = MOST_BYTES // 32

# What an entry takes besides its body and headers: its key, its objects, its places in tables. What a flight takes,
# with the futures of those who wait for it.
_OVERHEAD, _OF_FLIGHT = 1_500, 4_000

# The parameter that goes before the Accept header.
_FORMAT = b"format="

_Key = bytes

# The number and hash of the ledger's last entry.
Position = tuple[int, str]


class Cache:
    """Middleware that serves repeated and concurrent identical requests; all others pass through."""

    def __init__(
        self, app: ASGIApp, position: Callable[[], Position | Awaitable[Position]], shared: Collection[str]
    ) -> None:
        """Serve `app`; `shared` are the first segments of the paths whose responses depend on the ledger alone."""
        self._app = app
        self._shared = frozenset(shared)
        self._read_position = position
        self._position: Position = (-1, "")
        self._cached: LRUCache[_Key, WholeResponse] = LRUCache(MOST_BYTES, _size)
        self._flights: dict[tuple[Position, _Key], Flight] = {}
        # Large responses begin to be sent one by one, each in a turn of the event loop of its own.
        self._turn = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """WholeResponse from the cache or a flight, or pass on and cache the response."""
        is_shared = scope["type"] == "http" and scope["path"].split("/", 2)[1] in self._shared
        key, held = _question(scope) if is_shared else (None, None)
        if key is None:
            await self._app(scope, receive, send)
            return
        try:
            pending = self._read_position()
            position = pending if isinstance(pending, tuple) else await pending
        except StrikeledgerError:
            # The database does not respond; the layers below report it.
            await self._app(scope, receive, send)
            return
        if position != self._position:
            self._cached.clear()
            self._position = position
        response = self._find(key, position)
        while response is None:
            flight = self._flights.get((position, key))
            if flight is None:
                await self._fly(key, position, scope, receive, send)
                return
            try:
                response = await flight.wait(receive)
            except ClientDisconnected:
                return
            if response is None:
                await self._app(scope, receive, send)
                return
            if response.status == HTTPStatus.NOT_MODIFIED and not response.matches(held):
                # The first client has the response already, and this one does not.
                response = self._find(key, position)
        note(scope, "route", response.route)
        await self._send(response, held, send)

    async def _send(self, response: WholeResponse, held: str | None, send: Send) -> None:
        if response.status == HTTPStatus.OK and response.matches(held):
            response = response.unchanged()
        if response.length > LARGE:
            async with self._turn:
                await asyncio.sleep(0)  # Others have a turn before the next large response.
        await send(response.start)
        await send(response.body)

    def _find(self, key: _Key, position: Position) -> WholeResponse | None:
        return self._cached.get(key) if position == self._position else None

    async def _fly(self, key: _Key, position: Position, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and share its response with all identical requests meanwhile."""

        def landed(flight: Flight, response: WholeResponse | None) -> None:
            if self._flights.get((position, key)) is flight:
                del self._flights[position, key]
            # Where the ledger moved on meanwhile, the response may be of before or after.
            if response is not None and position == self._position and key not in self._cached:
                self._store(key, response)

        flight = self._flights[position, key] = Flight(landed)
        await flight.fly(self._app, scope, receive, send)

    def _store(self, key: _Key, response: WholeResponse) -> None:
        if response.etag is None or not response.is_public or _size(response) > LARGEST:
            return
        self._cached[key] = response
        while self._cached and self._cached.currsize + len(self._flights) * _OF_FLIGHT > MOST_BYTES:
            self._cached.popitem()


def _size(response: WholeResponse) -> int:
    return response.weight + _OVERHEAD


def _question(scope: Scope) -> tuple[_Key | None, str | None]:
    """Return the key of a request that anybody may make, and the tags that the client holds; otherwise None."""
    if scope["method"] != "GET":
        return None, None
    accept: list[str] = []
    held, host = None, b""
    for name, value in scope["headers"]:
        if name == b"authorization":
            return None, None
        if name == b"accept":
            accept.append(value.decode("latin-1"))
        elif name == b"host":
            host = value
        elif name == b"if-none-match":
            held = value.decode("latin-1")
    query: bytes = scope["query_string"]
    # With a format in the query, the header is ignored.
    is_named = any(parameter.startswith(_FORMAT) for parameter in query.split(b"&"))
    form = f"{() if is_named else preferences(accept)} {coding_of(scope['headers'])}"
    named = (scope["scheme"].encode(), host, scope["raw_path"], query, form.encode())
    return blake2b(b"\0".join(named), digest_size=32).digest(), held
