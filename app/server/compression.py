"""Compression middleware: zstd, brotli and gzip, with an ETag per coding.

A strong tag names bytes, and compressed bytes are others (RFC 9110, 8.8.3): a compressed response carries the
tag of what it holds with the coding added, `"…-zstd"`. A request may send either form back: what stands
behind the tag is the same state, so the coding is taken off before anybody compares.
"""

import re
from collections.abc import Container, Iterable

from anyio import CapacityLimiter, to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type, remove_compress_type

from app.http.formats import weights

# Bytes below which compressing saves no packet.
SMALLEST = 1024

# Bytes from which a response is compressed in a thread: it takes longer than others should wait for. More threads
# would only take the cores from each other.
LARGE, _THREADS = 64 * 1024, 2

# The codings, in the order of the library.
_CODINGS = ("zstd", "br", "gzip")

# Besides JSON, which the library knows.
add_compress_type("text/csv")
add_compress_type("application/x-ndjson")
# An event must not wait in a compressor, and thousands of open streams must not hold a compressor each.
remove_compress_type("text/event-stream")

# The level for downloads: a compressor that may be held for long takes a megabyte, not four or five.
_LEAN = 1

_CONDITIONS = {b"if-match", b"if-none-match"}
_CODING = re.compile(rb'-(?:zstd|br|gzip)"')
_CODED_TAG = re.compile(rb'"([^"]*)-(?:zstd|br|gzip)"')


def coding_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the content coding of the response to a request, `identity` where it accepts none of ours."""
    accepted = b",".join(value for name, value in headers if name == b"accept-encoding")
    if not accepted:
        return "identity"
    wanted = weights(accepted.decode("latin-1"))
    others = wanted.get("*", 0.0)
    return next((coding for coding in _CODINGS if wanted.get(coding, others)), "identity")


class Compressed:
    """Compress what is behind. `downloads` are the paths whose responses may stay open for long."""

    def __init__(self, app: ASGIApp, downloads: Container[str] = ()) -> None:
        large = _Large(app)
        self._app = CompressMiddleware(large, minimum_size=SMALLEST)
        self._lean = CompressMiddleware(large, minimum_size=SMALLEST, zstd_level=_LEAN, brotli_quality=_LEAN)
        self._downloads = downloads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Remove codings from the request's tags, and add one to the response's where it is compressed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = [header for header in scope["headers"] if header[0] != b"accept-encoding"]
        scope = {**scope, "headers": [*headers, (b"accept-encoding", coding_of(scope["headers"]).encode())]}
        tags = b",".join(value for name, value in scope["headers"] if name in _CONDITIONS)
        coded = {tag[1]: tag[0] for tag in _CODED_TAG.finditer(tags)}
        if coded:
            headers = [
                (name, _CODING.sub(b'"', value) if name in _CONDITIONS else value)
                for name, value in scope["headers"]
            ]
            scope = {**scope, "headers": headers}

        async def tagged(message: Message) -> None:
            if message["type"] == "http.response.start":
                _tag(message, coded)
            await send(message)

        compress = self._lean if scope["path"] in self._downloads else self._app
        await compress(scope, receive, tagged)


class _Large:
    """Compress large responses in a thread, by the same library: it leaves alone what is compressed already."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._threads = CapacityLimiter(_THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on everything but large whole responses."""
        start: Message | None = None

        async def passed(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                if _length(message) < LARGE:
                    await send(message)
                else:
                    start = message
                return
            if start is None:
                await send(message)
                return
            messages, start = [start, message], None
            if not message.get("more_body", False):
                messages = await to_thread.run_sync(_compressed, scope, messages, limiter=self._threads)
            for response_message in messages:
                await send(response_message)

        await self._app(scope, receive, passed if scope["type"] == "http" else send)


def _length(start: Message) -> int:
    """Return the length that a response declares; 0 where it is chunked."""
    return next((int(value) for name, value in start["headers"] if name == b"content-length"), 0)


def _compressed(scope: Scope, messages: list[Message]) -> list[Message]:
    """Return the messages of a whole response, compressed as the request allows."""
    sent: list[Message] = []

    async def original_app(_scope: Scope, _receive: Receive, send: Send) -> None:
        for original in messages:
            await send(original)

    async def keep(message: Message) -> None:
        sent.append(message)

    async def nothing() -> Message:
        return {"type": "http.disconnect"}

    try:
        # Nothing in it waits, so it runs to its end in one step.
        CompressMiddleware(original_app, minimum_size=SMALLEST)(scope, nothing, keep).send(None)
    except StopIteration:
        return sent
    raise RuntimeError("the library waited for something")


def _tag(message: Message, coded: dict[bytes, bytes]) -> None:
    headers = dict(message["headers"])
    tag = headers.get(b"etag")
    if tag is None:
        return
    new_tag = tag
    if coding := headers.get(b"content-encoding"):
        new_tag = tag[:-1] + b"-" + coding + b'"'
    elif message["status"] == 304:  # noqa: PLR2004 - the status that repeats the request's tag
        new_tag = coded.get(tag.removeprefix(b"W/").strip(b'"'), tag)
        vary = headers.get(b"vary")
        if vary is None or b"accept-encoding" not in vary.lower():
            varied = (b"vary", b"Accept-Encoding" if vary is None else vary + b", Accept-Encoding")
            message["headers"] = [header for header in message["headers"] if header[0] != b"vary"] + [varied]
    if new_tag is not tag:
        message["headers"] = [
            (name, new_tag if name == b"etag" else value) for name, value in message["headers"]
        ]
