"""Outermost middleware: size and Host checks, HEAD, CORS preflight, security headers.

One middleware with one pass over the headers, since every request pays for it.
"""

import asyncio
import re
import time
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

from fastapi import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.problems import MEDIA_TYPE, problem
from app.http.request_log import RequestLog, member
from app.http.sessions import ARRIVED
from app.server.hosts import Hosts

# Bytes of the path and the query together.
LONGEST_URL = 8 * 1024

# Bytes of all headers as they are sent, each with its separator and the end of its line.
LONGEST_HEADERS = 16 * 1024
_HEADER_FRAME = len(": \r\n")

_CONTROL = re.compile("[\0-\x1f\x7f]")

_PROBLEM = MEDIA_TYPE.encode()

_SAFE = [(b"x-content-type-options", b"nosniff")]

# Pages of any origin may read what anybody may read. "*" is never sent with credentials, so it need not vary.
_READABLE = [
    *_SAFE,
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, Strikeledger-Seq, X-Request-ID",
    ),
]

# Content security policy, unless the response has its own.
_PAGE = {
    b"content-security-policy": b"default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    b"referrer-policy": b"no-referrer",
}

# Seconds for which a browser may cache a preflight.
_PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, If-None-Match, Strikeledger-Min-Seq",
    "Access-Control-Max-Age": "86400",
}

# A drawing has a style sheet inside, and nothing else.
_DRAWING = (
    b"content-security-policy",
    b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
)

_END: Message = {"type": "http.response.body", "body": b"", "more_body": False}


class Guard:
    """Stand in front of everything."""

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        self._app = app
        self._hosts = hosts
        self._log = RequestLog()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or pass it on and add headers to its response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault(ARRIVED, time.monotonic())
        fields = self._log.begin(scope)
        dressed = _SecurityHeaders(scope["method"], fields, send)
        error = None
        try:
            # A HEAD is its GET without the body: the same headers by construction.
            within = self._refusal(scope) or self._app
            await within({**scope, "method": "GET"} if dressed.is_head else scope, receive, dressed)
        except asyncio.CancelledError:
            # The server stops, and has waited for this request as long as it may.
            if dressed.is_started:
                raise
            await _stopping(scope)(scope, receive, dressed)
        except Exception as unforeseen:
            error = unforeseen
            raise
        finally:
            self._log.end(scope, fields, error)

    def _refusal(self, scope: Scope) -> Response | None:
        """Return the response to a request that goes no further, or None."""
        size = hosts = keys = 0
        host = preflight = b""
        for name, value in scope["headers"]:
            size += len(name) + len(value) + _HEADER_FRAME
            if name == b"host":
                hosts += 1
                host = value
            elif name == b"authorization":
                keys += 1
            elif name == b"access-control-request-method":
                preflight = value
        path: bytes = scope.get("raw_path") or scope["path"].encode()
        if size > LONGEST_HEADERS or len(path) + len(scope["query_string"]) > LONGEST_URL:
            return _too_long(scope, size)
        if hosts != 1 or host not in self._hosts:
            detail = "send one Host header with a host that this server serves"
            return problem(scope, HTTPStatus.BAD_REQUEST, "misdirected-host", detail)
        if b"%" in path and (refused := _unreadable(scope, path)):
            return refused
        if keys > 1:
            bearer = {"WWW-Authenticate": "Bearer"}
            return problem(
                scope, HTTPStatus.UNAUTHORIZED, "unauthenticated", "send only one key", headers=bearer
            )
        return _preflight(scope, preflight) if preflight and scope["method"] == "OPTIONS" else None


class _SecurityHeaders:
    """Sends a response with the headers that all have and the id of its request, and notes its status and length."""

    __slots__ = ("_extra", "_fields", "_is_problem", "_send", "is_head", "is_started")

    def __init__(self, method: str, fields: dict[str, Any], send: Send) -> None:
        self.is_head = method == "HEAD"
        self.is_started = False
        self._is_problem = False
        self._extra = _READABLE if self.is_head or method == "GET" else _SAFE
        self._fields = fields
        self._send = send

    async def __call__(self, message: Message) -> None:
        """Send a message of the response."""
        if message["type"] == "http.response.start":
            self.is_started = True
            fields, status = self._fields, message["status"]
            if fields["status"] is None:
                fields["status"] = status
            # A new list: responses may be cached and sent again.
            headers = [
                *message.get("headers", ()),
                *self._extra,
                (b"x-request-id", fields["request_id"].encode()),
            ]
            media_type = next((value for name, value in headers if name == b"content-type"), b"")
            if media_type.startswith(b"text/html"):
                named = {name for name, _ in headers}
                headers += [(name, more) for name, more in _PAGE.items() if name not in named]
            elif media_type == b"image/svg+xml":
                headers.append(_DRAWING)
            elif media_type == _PROBLEM:
                self._is_problem = True
                headers = _lengthened(headers, len(member(fields["request_id"])))
            await self._send({"type": "http.response.start", "status": status, "headers": headers})
            if self.is_head:
                # The end at once, also of an endless stream: its writer sees the client disconnect.
                await self._send(_END)
        elif not self.is_head:
            if self._is_problem and message["body"]:
                body = message["body"][:-1] + member(self._fields["request_id"]) + b"}"
                message = {**message, "body": body}
            self._fields["bytes"] += len(message.get("body", b""))
            await self._send(message)


def _lengthened(headers: list[tuple[bytes, bytes]], more: int) -> list[tuple[bytes, bytes]]:
    """Return the headers of a response whose body grows by so many bytes."""
    return [
        (name, b"%d" % (int(value) + more) if name == b"content-length" else value) for name, value in headers
    ]


def _stopping(scope: Scope) -> Response:
    detail = "the server is stopping; retry a write with its Idempotency-Key"
    after = {"Retry-After": "5", "Connection": "close"}
    return problem(scope, HTTPStatus.SERVICE_UNAVAILABLE, "server-stopping", detail, headers=after)


def _too_long(scope: Scope, size: int) -> Response:
    if size > LONGEST_HEADERS:
        status, slug = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers-too-large"
        return problem(scope, status, slug, f"the headers are larger than {LONGEST_HEADERS} bytes")
    # The path is left out: it may be what was too long.
    status, slug = HTTPStatus.REQUEST_URI_TOO_LONG, "uri-too-long"
    return problem({**scope, "path": "/"}, status, slug, f"the URL is longer than {LONGEST_URL} bytes")


def _unreadable(scope: Scope, path: bytes) -> Response | None:
    try:
        text = unquote_to_bytes(path).decode()
    except UnicodeDecodeError:
        return problem(scope, HTTPStatus.BAD_REQUEST, "malformed-request", "the path is not UTF-8")
    if _CONTROL.search(text):
        # No name has one; PostgreSQL could not even be queried with it.
        return problem(scope, HTTPStatus.NOT_FOUND, "not-found", "no resource at this path")
    return None


def _preflight(scope: Scope, method: bytes) -> Response:
    """Return the response to a CORS preflight: other origins may only read."""
    if method in {b"GET", b"HEAD"}:
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=_PREFLIGHT)
    return problem(scope, HTTPStatus.FORBIDDEN, "forbidden", "cross-origin requests may only read")
