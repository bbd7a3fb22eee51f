"""Errors of the client, by cause and by response status.

ApiError
├── ConnectionFailed        no response: not reached, refused, or cut
│   └── RequestTimeout        no response in time
├── UnexpectedResponse      a response that this API does not send
├── AnotherRecord           a mirror belongs to another record than the server's
└── StatusError             a response that refuses: `.status`, `.problem`, `.request_id`
    ├── BadRequest, Unauthorized, Forbidden, NotFound, NotAcceptable, PayloadTooLarge, UnsupportedMediaType
    ├── Conflict              409; `.existing`
    │   └── PreconditionFailed  412: somebody else wrote first
    ├── PreconditionRequired, Unprocessable (`.errors`), TooManyRequests
    └── ServerError           5xx
        └── ServiceUnavailable  503
"""

import json
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

# Faults that a message lists; `.errors` holds all.
_LISTED = 3


class ApiError(Exception):
    """The root of every error that the client raises. No message holds the API key."""


class ConnectionFailed(ApiError):
    """The server was not reached, or the connection ended before the response did."""


class RequestTimeout(ConnectionFailed):
    """The server did not respond in time."""


class UnexpectedResponse(ApiError):
    """The response is none of this API, such as the page of a proxy, or contradicts an earlier one."""


class AnotherRecord(ApiError):
    """The server's ledger is not the one that a mirror was made from."""


class StatusError(ApiError):
    """The server refused the request.

    `problem` is the problem document (RFC 9457), empty where the response has none.
    """

    def __init__(
        self, method: str, path: str, status: int, problem: dict[str, Any], headers: Mapping[str, str]
    ) -> None:
        # All arguments, so that the error can be pickled.
        super().__init__(method, path, status, problem, headers)
        self.method = method
        self.path = path
        self.status = status
        self.problem = problem
        self.headers = headers

    def __str__(self) -> str:
        lines = [f"{self.method} {self.path}: {self.status} {self.title}"]
        if self.detail:
            lines[0] += f": {self.detail}"
        faults = [f"{_place(fault)}: {fault.get('detail', fault.get('code'))}" for fault in self.errors]
        lines += faults[:_LISTED]
        if len(faults) > _LISTED:
            lines.append(f"and {len(faults) - _LISTED} more in .errors")
        if self.request_id:
            lines.append(f"request id {self.request_id}")
        return "\n  ".join(lines)

    @property
    def title(self) -> str:
        """The status in words."""
        known = self.status in HTTPStatus.__members__.values()
        return str(self.problem.get("title") or (HTTPStatus(self.status).phrase if known else "Error"))

    @property
    def detail(self) -> str | None:
        """What is wrong, in a sentence; None where the response gives none."""
        return self.problem.get("detail")

    @property
    def code(self) -> str | None:
        """The kind of problem, such as `validation-failed`; None where the response gives none."""
        kind = self.problem.get("type")
        return str(kind).rpartition("/")[2] if kind else None

    @property
    def errors(self) -> list[dict[str, Any]]:
        """Every fault of the input, with `pointer` or `parameter`, `code` and `detail`."""
        return [fault for fault in self.problem.get("errors") or () if isinstance(fault, dict)]

    @property
    def request_id(self) -> str | None:
        """The id under which the server logged the request."""
        return self.problem.get("request_id") or self.headers.get("x-request-id")

    @property
    def retry_after(self) -> float | None:
        """Seconds after which the server asks to be tried again; None where it gives no time."""
        return _seconds(self.headers.get("retry-after"))


class BadRequest(StatusError):
    """400: the request is malformed."""


class Unauthorized(StatusError):
    """401: the key is missing, wrong, expired or revoked."""


class Forbidden(StatusError):
    """403: the key may not do this."""


class NotFound(StatusError):
    """404: nothing readable has this id."""


class NotAcceptable(StatusError):
    """406: the response does not come in this format."""


class Conflict(StatusError):
    """409: the record already holds this, or holds it in a state that does not allow it."""

    @property
    def existing(self) -> str | None:
        """The path of what is already there."""
        return self.problem.get("existing")


class PreconditionFailed(Conflict):
    """412: somebody else changed the report after its ETag was read."""


class PayloadTooLarge(StatusError):
    """413: the body is over the operation's limit."""


class UnsupportedMediaType(StatusError):
    """415: the operation does not take this format."""


class Unprocessable(StatusError):
    """422: the input is well-formed and not acceptable; `.errors` lists why."""


class PreconditionRequired(StatusError):
    """428: the write needs the ETag of the report."""


class TooManyRequests(StatusError):
    """429: over the rate limit; `.retry_after` is how long to wait."""


class ServerError(StatusError):
    """5xx: the server failed."""


class ServiceUnavailable(ServerError):
    """503: the server cannot do it now."""


_BY_STATUS: dict[int, type[StatusError]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    406: NotAcceptable,
    409: Conflict,
    412: PreconditionFailed,
    413: PayloadTooLarge,
    415: UnsupportedMediaType,
    422: Unprocessable,
    428: PreconditionRequired,
    429: TooManyRequests,
    503: ServiceUnavailable,
}


def status_error(
    method: str, path: str, status: int, content: bytes, headers: Mapping[str, str]
) -> StatusError:
    """Return the error of a response that refuses."""
    try:
        problem = json.loads(content)
    except ValueError:
        problem = None
    kind = _BY_STATUS.get(status, ServerError if status >= HTTPStatus.INTERNAL_SERVER_ERROR else StatusError)
    return kind(method, path, status, problem if isinstance(problem, dict) else {}, dict(headers))


def _place(fault: Mapping[str, Any]) -> str:
    return str(fault.get("pointer") or fault.get("parameter") or "input")


def _seconds(retry_after: str | None) -> float | None:
    """Return the seconds of a Retry-After header, which gives them or a date."""
    if retry_after is None:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except ValueError:
        return None
