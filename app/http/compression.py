"""Compress answers with what the client takes, and keep their ETags strong.

A strong tag names bytes, and compressed bytes are others (RFC 9110, 8.8.3): a compressed answer carries the
tag of what it holds with the coding added, `"…-zstd"`. A request may send either form back: what stands
behind the tag is the same state, so the coding is taken off before anybody compares.
"""

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type, remove_compress_type

# Bytes below which compressing saves no packet.
SMALLEST = 1024

# Beside JSON, which the library knows.
add_compress_type("text/csv")
add_compress_type("application/x-ndjson")
# An event must not wait in a compressor, and thousands of open streams must not hold a compressor each.
remove_compress_type("text/event-stream")

_CONDITIONS = {b"if-match", b"if-none-match"}
_CODING = re.compile(rb'-(?:zstd|br|gzip)"')
_CODED_TAG = re.compile(rb'"([^"]*)-(?:zstd|br|gzip)"')


class Compressed:
    """Compress what is behind."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = CompressMiddleware(app, minimum_size=SMALLEST)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take codings off the request's tags, and put one on the answer's where it is compressed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = b",".join(value for name, value in scope["headers"] if name in _CONDITIONS)
        coded = {tag[1]: tag[0] for tag in _CODED_TAG.finditer(asked)}
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

        await self._app(scope, receive, tagged)


def _tag(message: Message, coded: dict[bytes, bytes]) -> None:
    headers = dict(message["headers"])
    tag = headers.get(b"etag")
    if tag is None:
        return
    said = tag
    if coding := headers.get(b"content-encoding"):
        said = tag[:-1] + b"-" + coding + b'"'
    elif message["status"] == 304:  # noqa: PLR2004 - the status that repeats the tag it was asked with
        said = coded.get(tag.removeprefix(b"W/").strip(b'"'), tag)
        vary = headers.get(b"vary")
        if vary is None or b"accept-encoding" not in vary.lower():
            varied = (b"vary", b"Accept-Encoding" if vary is None else vary + b", Accept-Encoding")
            message["headers"] = [each for each in message["headers"] if each[0] != b"vary"] + [varied]
    if said is not tag:
        message["headers"] = [
            (name, said if name == b"etag" else value) for name, value in message["headers"]
        ]
