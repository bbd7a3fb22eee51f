"""Request log: outermost middleware; gives a request its id and logs one line for it.

The id is that of the request, while responses may be cached or shared between requests. So it is added here, to the
header of every response and to every problem document, and nothing further inside knows it.
"""

import logging
import random
import re
import secrets
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from app.http.problems import MEDIA_TYPE
from app.http.sessions import ARRIVED

# Where a scope, and all copies of it, has the fields of the line, for `note`.
FIELDS: Final = "strikeledger.log"

# What is taken of a proxy or a client.
_WELL_FORMED = re.compile(rb"[A-Za-z0-9_-]{1,64}")

_ID_BITS: Final = 96
# The fields of a line that are not known yet, in their order.
_NOTHING = {"route": None, "status": None, "ms": None, "bytes": 0, "key": None}

_BAD = HTTPStatus.BAD_REQUEST.value
_FAILED = HTTPStatus.INTERNAL_SERVER_ERROR.value
_PROBLEM = MEDIA_TYPE.encode()


def id_maker() -> Callable[[], str]:
    """Return a function that makes ids which no other process makes. Not secret: whoever sends a request sees one."""
    bits = random.Random(secrets.randbits(_ID_BITS)).getrandbits  # noqa: S311 - a system call takes ten times as long
    return lambda: f"{bits(_ID_BITS):024x}"


def note(scope: Scope, name: str, value: str | None) -> None:
    """Set a field of the request's line: its route, or the name of its key."""
    fields = scope.get(FIELDS)
    if fields is not None:
        fields[name] = value


def noted(scope: Scope, name: str) -> Any:  # noqa: ANN401 - what a field can hold
    """Return a field of the request's line."""
    return scope.get(FIELDS, {}).get(name)


class RequestLog:
    """Middleware in front of all others."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._new_id = id_maker()
        # As it is configured now: a logger that finds that out anew takes as long as a line.
        self._log = structlog.get_logger().bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and log how it ended."""
        arrived = scope.get(ARRIVED) or time.monotonic()
        request_id = _given_id(scope) or self._new_id()
        fields: dict[str, Any] = {
            "method": scope["method"],
            **_NOTHING,
            "request_id": request_id,
        }
        scope[FIELDS] = fields
        is_problem = False

        async def identified(message: Message) -> None:
            nonlocal is_problem
            if message["type"] == "http.response.start":
                status = message["status"]
                if fields["status"] is None:
                    fields["status"] = status
                headers = message["headers"]
                is_problem = status >= _BAD and (b"content-type", _PROBLEM) in headers
                if is_problem:
                    more = len(_member(request_id))
                    headers = [
                        (name, b"%d" % (int(value) + more) if name == b"content-length" else value)
                        for name, value in headers
                    ]
                headers = [*headers, (b"x-request-id", request_id.encode())]
                message = {"type": "http.response.start", "status": status, "headers": headers}
            elif body := message.get("body"):
                if is_problem:
                    body = body[:-1] + _member(request_id) + b"}"
                    message = {**message, "body": body}
                fields["bytes"] += len(body)
            await send(message)

        error: Exception | None = None
        try:
            await self._app(scope, receive, identified)
        except Exception as raised:
            error = raised
            raise
        finally:
            fields["ms"] = round((time.monotonic() - arrived) * 1000, 2)
            self._write(scope, fields, error)

    def _write(self, scope: Scope, fields: dict[str, Any], error: Exception | None) -> None:
        if self._log.is_enabled_for(logging.DEBUG):
            # As they were sent, in ASCII.
            path: bytes = scope.get("raw_path") or scope["path"].encode()
            fields["path"] = path.decode("ascii", "backslashreplace")
            fields["query"] = scope["query_string"].decode("ascii", "backslashreplace")
        _line(self._log, fields, error)


def id_of(scope: Scope) -> str:
    """Return the id of a request, or a new one where it did not come as far as this layer."""
    return noted(scope, "request_id") or secrets.token_hex(_ID_BITS // 8)


def log_refusal(scope: Scope, status: int, length: int, request_id: str) -> None:
    """Log a request that was refused before it was read in full.

    If the application has begun with it, its line follows when the application sees that. Else there is no method and
    no path that could be trusted.
    """
    fields = scope.get(FIELDS)
    if fields is not None:
        fields.update(status=status, bytes=length)
    else:
        fields = {"method": None, **_NOTHING, "status": status, "bytes": length, "request_id": request_id}
        _line(structlog.get_logger(), fields, None)


def _line(log: FilteringBoundLogger, fields: dict[str, Any], error: Exception | None) -> None:
    if error is not None:
        log.error("request", **fields, exc_info=error)
    elif (fields["status"] or 0) >= _FAILED:
        # Planned, such as 503 for a database that is busy.
        log.warning("request", **fields)
    else:
        log.info("request", **fields)


def _member(request_id: str) -> bytes:
    """Return the member of a problem document that follows all others."""
    return b',"request_id":"%b"' % request_id.encode()


def _given_id(scope: Scope) -> str | None:
    """Return the id that a proxy or the client gave, where it is well-formed."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            return value.decode() if _WELL_FORMED.fullmatch(value) else None
    return None
