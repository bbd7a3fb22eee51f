"""Keep answers that anybody may read, and give them again for as long as nothing was recorded.

Between two entries of the ledger the same question has the same answer, so an answer is cached under the number and
the hash of the ledger's last entry. All are dropped when these move: forth, or back to a restored backup. Both are
read for each request, by one look-up in an index. A request with a key is never answered from here, nor cached: what
it may see is nobody else's.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from anyio import Event
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import StrikeledgerError
from app.http.answers import names

# Bytes of all answers that are kept, and of the largest: one export must not push out all else.
MOST_BYTES = 64 * 1024 * 1024
LARGEST = MOST_BYTES // 32

# What an entry costs beside its body: its key, its headers, and the table that holds it.
_OVERHEAD = 2_000

# The headers that the form of an answer depends on.
_FORMS = (b"accept", b"accept-encoding")

# What stays of an answer that the client holds already (RFC 9110, 15.4.5).
_OF_UNCHANGED = {b"etag", b"cache-control", b"vary", b"link", b"strikeledger-seq"}

_Key = tuple[bytes, ...]

# The number and hash of the ledger's last entry.
Position = tuple[int, str]
_Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class _Kept:
    etag: str
    start: Message
    body: Message
    unchanged: Message


class Cache:
    """A layer that answers what was asked before; everything else goes through it."""

    def __init__(self, app: ASGIApp, position: Callable[[], Position | Awaitable[Position]]) -> None:
        self._app = app
        self._read_position = position
        self._position: Position = (-1, "")
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._bytes = 0
        self._being_made: dict[tuple[Position, _Key], Event] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, or pass on and keep the answer."""
        key, held = _question(scope) if scope["type"] == "http" else (None, None)
        if key is None:
            await self._app(scope, receive, send)
            return
        try:
            found = self._read_position()
            position = found if isinstance(found, tuple) else await found
        except StrikeledgerError:
            # The database does not answer; how that is told is not for this layer.
            await self._app(scope, receive, send)
            return
        if position != self._position:
            self._kept.clear()
            self._position, self._bytes = position, 0
        kept = self._kept.get(key)
        if kept is None and (made := self._being_made.get((position, key))) is not None:
            # Who asks what is being answered right now waits for that, and asks alone only if it is not kept.
            await made.wait()
            kept = self._kept.get(key) if position == self._position else None
        if kept is None:
            await self._make(key, position, scope, receive, send)
            return
        self._kept.move_to_end(key)
        if held is not None and names(held, kept.etag):
            await send(kept.unchanged)
            await send(_EMPTY)
            return
        await send(kept.start)
        await send(kept.body)

    async def _make(self, key: _Key, position: Position, scope: Scope, receive: Receive, send: Send) -> None:
        """Have a question answered behind this layer, and let all who ask the same meanwhile know when it is."""
        made = self._being_made.setdefault((position, key), Event())
        try:
            await self._app(scope, receive, _Keeping(self, key, position, send, made))
        finally:
            made.set()
            self._being_made.pop((position, key), None)

    def keep(self, key: _Key, position: Position, start: Message, body: Message) -> None:
        """Keep an answer to a question that was asked when the ledger stood at `position`."""
        headers: _Headers = list(start["headers"])
        etag = next((value.decode("latin-1") for name, value in headers if name == b"etag"), None)
        public = any(name == b"cache-control" and value.startswith(b"public") for name, value in headers)
        size = len(body.get("body", b"")) + _OVERHEAD
        # Where the ledger moved on meanwhile, the answer may be of before or after.
        if etag is None or not public or size > LARGEST or position != self._position or key in self._kept:
            return
        unchanged = [(name, value) for name, value in headers if name in _OF_UNCHANGED]
        kept = _Kept(etag, start, body, {"type": start["type"], "status": 304, "headers": unchanged})
        self._kept[key] = kept
        self._bytes += size
        while self._bytes > MOST_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= len(oldest.body.get("body", b"")) + _OVERHEAD


class _Keeping:
    """Send an answer on, and have it kept if it is a whole one. `made` is set once it is known whether it is kept."""

    def __init__(self, cache: Cache, key: _Key, position: Position, send: Send, made: Event) -> None:
        self._cache, self._key, self._position = cache, key, position
        self._send, self._made = send, made
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message if message["status"] == 200 else None  # noqa: PLR2004 - OK
        elif self._start is not None:
            start, self._start = self._start, None
            if not message.get("more_body", False):
                self._cache.keep(self._key, self._position, start, message)
        if self._start is None:
            # Before it is sent: a client that is slow keeps no others waiting.
            self._made.set()
        await self._send(message)


_EMPTY: Message = {"type": "http.response.body", "body": b"", "more_body": False}


def _question(scope: Scope) -> tuple[_Key | None, str | None]:
    """Return what identifies a question that anybody may ask, and the tags that the client holds; else None."""
    if scope["method"] != "GET" or not scope["path"].startswith("/v1/"):
        return None, None
    forms = dict.fromkeys(_FORMS, b"")
    held = None
    for name, value in scope["headers"]:
        if name == b"authorization":
            return None, None
        if name in forms:
            forms[name] = forms[name] + b"," + value if forms[name] else value
        elif name == b"if-none-match":
            held = value.decode("latin-1")
    return (scope["raw_path"], scope["query_string"], *forms.values()), held
