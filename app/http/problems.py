"""Problem details (RFC 9457): every error's status and response."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import orjson
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Scope

from app.errors import (
    Conflict,
    DamagedDatabase,
    DatabaseBusy,
    DatabaseUnavailable,
    DuplicateReport,
    Fault,
    IdempotencyKeyReused,
    InsufficientScope,
    InvalidInput,
    MalformedRequest,
    NotAcceptable,
    NotFound,
    Overloaded,
    ParseTimeout,
    PayloadTooLarge,
    PreconditionFailed,
    PreconditionRequired,
    QueryTimeout,
    ReadOnlyDatabase,
    StorageFull,
    StrikeledgerError,
    TooManyOfAddress,
    TooManyOpenResponses,
    Unauthenticated,
    UnsupportedMediaType,
    UnusableDatabase,
)
from app.http.examples import example_of
from app.http.validation import MOST_FAULTS

MEDIA_TYPE = "application/problem+json"
_PROBLEM = "#/components/schemas/Problem"

# Seconds after which a client may try again what could not be done in time.
RETRY_AFTER = {
    DatabaseBusy: 1,
    ParseTimeout: 2,
    QueryTimeout: 10,
    TooManyOfAddress: 10,
    TooManyOpenResponses: 10,
    DatabaseUnavailable: 5,
    ReadOnlyDatabase: 30,
    UnusableDatabase: 30,
}

# Each error's status, and the slug that ends its `type`.
STATUS: dict[type[StrikeledgerError], tuple[HTTPStatus, str]] = {
    MalformedRequest: (HTTPStatus.BAD_REQUEST, "malformed-request"),
    Unauthenticated: (HTTPStatus.UNAUTHORIZED, "unauthenticated"),
    InsufficientScope: (HTTPStatus.FORBIDDEN, "insufficient-scope"),
    NotFound: (HTTPStatus.NOT_FOUND, "not-found"),
    NotAcceptable: (HTTPStatus.NOT_ACCEPTABLE, "not-acceptable"),
    Conflict: (HTTPStatus.CONFLICT, "conflict"),
    DuplicateReport: (HTTPStatus.CONFLICT, "duplicate-report"),
    PreconditionFailed: (HTTPStatus.PRECONDITION_FAILED, "precondition-failed"),
    PreconditionRequired: (HTTPStatus.PRECONDITION_REQUIRED, "precondition-required"),
    PayloadTooLarge: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "payload-too-large"),
    UnsupportedMediaType: (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type"),
    InvalidInput: (HTTPStatus.UNPROCESSABLE_ENTITY, "validation-failed"),
    IdempotencyKeyReused: (HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency-key-reused"),
    TooManyOfAddress: (HTTPStatus.TOO_MANY_REQUESTS, "rate-limited"),
    TooManyOpenResponses: (HTTPStatus.SERVICE_UNAVAILABLE, "too-many-open-responses"),
    DatabaseBusy: (HTTPStatus.SERVICE_UNAVAILABLE, "database-busy"),
    QueryTimeout: (HTTPStatus.SERVICE_UNAVAILABLE, "query-timeout"),
    ParseTimeout: (HTTPStatus.SERVICE_UNAVAILABLE, "parse-timeout"),
    Overloaded: (HTTPStatus.SERVICE_UNAVAILABLE, "overloaded"),
    DatabaseUnavailable: (HTTPStatus.SERVICE_UNAVAILABLE, "database-unavailable"),
    DamagedDatabase: (HTTPStatus.SERVICE_UNAVAILABLE, "database-damaged"),
    ReadOnlyDatabase: (HTTPStatus.SERVICE_UNAVAILABLE, "read-only"),
    StorageFull: (HTTPStatus.INSUFFICIENT_STORAGE, "storage-full"),
    UnusableDatabase: (HTTPStatus.SERVICE_UNAVAILABLE, "database-unavailable"),
}

# What the framework itself refuses with a bare status.
_BARE = {
    400: "malformed-request",
    404: "not-found",
    405: "method-not-allowed",
    413: "payload-too-large",
    415: "unsupported-media-type",
}


class ErrorDetail(BaseModel):
    """One thing wrong with the input: where, a stable code, and a sentence for people."""

    pointer: str | None = Field(
        default=None, description="JSON pointer into the body.", examples=["/strikes/0/location"]
    )
    parameter: str | None = Field(default=None, description="Query parameter.", examples=["date_from"])
    code: str = Field(description="A stable name for the kind of fault.", examples=["unknown-location"])
    detail: str = Field(
        description="What is wrong, and the nearest right thing.",
        examples=["unknown location; did you mean 'palmyra'?"],
    )


# A fault is in the body or in a parameter, not in both.
_FAULT = {name: value for name, value in example_of(ErrorDetail).items() if name != "parameter"}


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    type: str = Field(
        description="A URI that names the kind of problem.", examples=["/problems/validation-failed"]
    )
    title: str = Field(description="The HTTP status in words.", examples=["Unprocessable Entity"])
    status: int = Field(description="The HTTP status.", examples=[422])
    detail: str = Field(
        description="What is wrong, in a sentence.",
        examples=["unknown location; did you mean 'palmyra'?"],
    )
    instance: str = Field(description="The path of the request.", examples=["/v1/reports"])
    request_id: str = Field(
        description="The id of the request, as in `X-Request-ID` and in the server's log.",
        examples=["9f86d081884c7d659a2feaa0"],
    )
    errors: list[ErrorDetail] | None = Field(
        default=None, description="On 422: every fault.", examples=[[_FAULT]]
    )
    existing: str | None = Field(
        default=None, description="On 409: the path of what is already there.", examples=["/v1/reports/r12"]
    )


def document(path: str, status: HTTPStatus, slug: str, detail: str, **members: object) -> bytes:
    """Write a problem. `path` is the path of the request; `members` that are None are omitted."""
    return orjson.dumps(
        {
            "type": f"/problems/{slug}",
            "title": status.phrase,
            "status": status.value,
            "detail": detail,
            "instance": quote(path),
            **{name: value for name, value in members.items() if value is not None},
        }
    )


def problem(
    scope: Scope,
    status: HTTPStatus,
    slug: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **members: object,
) -> Response:
    """Make the response to a request that is refused; `members` as in `document`."""
    return Response(
        document(scope["path"], status, slug, detail, **members),
        status.value,
        {"Cache-Control": "no-store", **(headers or {})},
        MEDIA_TYPE,
    )


def install(app: FastAPI) -> None:
    """Make `app` return the framework's own errors as problems; its routes do the rest."""
    app.add_exception_handler(HTTPException, _of_framework)
    app.add_exception_handler(Exception, _of_the_unforeseen)


def responses(*errors: type[StrikeledgerError]) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI description of the errors that an operation may return."""
    return {
        STATUS[error][0].value: {
            "description": STATUS[error][0].phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": _PROBLEM}}},
        }
        for error in errors
    }


def schemas() -> dict[str, Any]:
    """Return the schemas that the OpenAPI document needs for problems."""
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), "Problem": schema}


# The OpenAPI description of every other error: too large, not allowed, internal.
ANY: dict[int | str, dict[str, Any]] = {
    "default": {"description": "A problem.", "content": {MEDIA_TYPE: {"schema": {"$ref": _PROBLEM}}}}
}


def refusal(scope: Scope, error: StrikeledgerError) -> Response:
    """Return the response to a request that ended in one of our errors."""
    kinds = type(error).__mro__
    status, slug = next(STATUS[kind] for kind in kinds if kind in STATUS)
    headers = {}
    if retry_after := next((RETRY_AFTER[kind] for kind in kinds if kind in RETRY_AFTER), None):
        headers["Retry-After"] = str(retry_after)
    if isinstance(error, Overloaded):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    return problem(
        scope,
        status,
        slug,
        str(error),
        headers=headers,
        errors=_listed(error.faults) if isinstance(error, InvalidInput) else None,
        existing=error.existing if isinstance(error, Conflict) else None,
    )


async def _of_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as registered above
    status = HTTPStatus(error.status_code)
    headers = dict(error.headers or {})
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        # The framework names the methods of the first route that has the path; others may have it too.
        headers["Allow"] = ", ".join(_methods(request))
        if request.method == "OPTIONS":
            return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)
    detail = {404: "no resource at this path", 405: "this path does not support this method"}
    return problem(
        request.scope,
        status,
        _BARE.get(status.value, status.phrase.lower().replace(" ", "-")),
        detail.get(status.value, status.description or status.phrase),
        headers=headers,
    )


def _methods(request: Request) -> list[str]:
    """Return the methods that a path takes, over all routes."""
    taken = {"OPTIONS"}
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        # A scope of its own: matching a route leaves marks in it.
        scope = {"type": "http", "method": method, "path": request.scope["path"], "root_path": ""}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes):
            taken |= {"GET", "HEAD"} if method == "GET" else {method}
    return sorted(taken)


async def _of_the_unforeseen(request: Request, _error: Exception) -> Response:
    return failure(request.scope)


def failure(scope: Scope) -> Response:
    """Say that it is our fault, and nothing of how: the log has it."""
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return problem(scope, status, "internal-error", "internal server error; the request was not at fault")


def _listed(faults: Sequence[Fault]) -> list[dict[str, str]]:
    return [
        {fault.source: fault.where, "code": fault.code, "detail": fault.detail}
        for fault in faults[:MOST_FAULTS]
    ]
