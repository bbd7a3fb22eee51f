"""Request log: request ids, and one log line per request.

The outermost middleware adds the id to the header of every response and to every problem document. Nothing further
inside depends on it, since responses are cached and shared between requests.
"""

import logging
import random
import re
import secrets
import time
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from starlette.types import Scope

from app import log
from app.http.sessions import ARRIVED

# Where a scope, and all copies of it, has the fields of the line.
FIELDS: Final = "strikeledger.log"

# The ids that are taken from a proxy or a client.
_WELL_FORMED = re.compile(rb"[A-Za-z0-9_-]{1,64}")

_ID_BITS: Final = 96
_FAILED = HTTPStatus.INTERNAL_SERVER_ERROR.value


class RequestLog:
    """Makes the fields of a request's line when it begins, and logs them when it ends."""

    def __init__(self) -> None:
        # Ids are no secret, and a system call takes ten times as long. The seed makes them those of this process.
        self._bits = random.Random(secrets.randbits(_ID_BITS)).getrandbits  # noqa: S311 - see above
        self._write = log.line_writer()
        self._level = log.level()

    def begin(self, scope: Scope) -> dict[str, Any]:
        """Return the fields of a line: what is known now, and the rest as None."""
        request_id = None
        for name, value in scope["headers"]:
            if name == b"x-request-id":
                request_id = value.decode() if _WELL_FORMED.fullmatch(value) else None
        fields = scope[FIELDS] = {
            "time": None,
            "level": "info",
            "event": "request",
            "method": scope["method"],
            "route": None,
            "status": None,
            "ms": None,
            "bytes": 0,
            "request_id": request_id or f"{self._bits(_ID_BITS):024x}",
            "key": None,
        }
        return fields

    def end(self, scope: Scope, fields: dict[str, Any], error: Exception | None) -> None:
        """Log a request. `error` is an unexpected exception; a planned 5xx, such as 503, is a warning."""
        level = logging.INFO
        if error is not None:
            level, fields["level"] = logging.ERROR, "error"
            fields["exc_info"] = error
        elif (fields["status"] or 0) >= _FAILED:
            level, fields["level"] = logging.WARNING, "warning"
        if level < self._level:
            return
        fields["time"] = datetime.now(UTC)
        fields["ms"] = round((time.monotonic() - scope[ARRIVED]) * 1000, 2)
        if self._level <= logging.DEBUG:
            # As they were sent, in ASCII.
            fields["path"] = scope["raw_path"].decode("ascii", "backslashreplace")
            fields["query"] = scope["query_string"].decode("ascii", "backslashreplace")
        self._write(fields)


def note(scope: Scope, name: str, value: str | None) -> None:
    """Set a field of the request's line: its route, or the name of its key."""
    fields = scope.get(FIELDS)
    if fields is not None:
        fields[name] = value


def noted(scope: Scope, name: str) -> Any:  # noqa: ANN401 - what a field can hold
    """Return a field of the request's line."""
    return scope.get(FIELDS, {}).get(name)


def member(request_id: str) -> bytes:
    """Return the id as a problem document has it, behind all other members."""
    return b',"request_id":"%b"' % request_id.encode()


def id_of(scope: Scope) -> str:
    """Return the id of a request, or a new one where it did not come as far as the application."""
    return noted(scope, "request_id") or secrets.token_hex(_ID_BITS // 8)


def log_refusal(scope: Scope, status: int, length: int, request_id: str) -> None:
    """Log a request that was refused before it was read in full.

    If the application has begun with it, its line follows when the application sees that. Else there is no method and
    no path that could be trusted.
    """
    fields = scope.get(FIELDS)
    if fields is not None:
        fields.update(status=status, bytes=length)
        return
    members = {"method": None, "route": None, "status": status, "bytes": length, "request_id": request_id}
    log.get_logger().log(logging.WARNING if status >= _FAILED else logging.INFO, "request", **members)
