"""Requests as plain values, and the encoding of queries and bodies.

An operation yields requests and receives their responses, so that the synchronous and the asynchronous client
share its one definition.
"""

import json
import uuid
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeAlias, TypeVar
from urllib.parse import quote

import httpx

from app.client.exceptions import UnexpectedResponse
from app.client.sinks import Sink

T = TypeVar("T")

# Parameters that take one comma-separated value; every other sequence is sent as a repeated parameter.
_COMMA_SEPARATED = {"bbox", "fields", "group_by", "near"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. `sink` receives the body of a successful response; without one the body is read into memory."""

    method: str
    path: str
    query: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    sink: Sink | None = None


Steps: TypeAlias = Generator[Call, httpx.Response, T]


def get(path: str, query: Mapping[str, object] | None = None, *, sink: Sink | None = None) -> Call:
    """Return a request that reads."""
    return Call(method="GET", path=path, query=query or {}, sink=sink)


def write(  # noqa: PLR0913 - a write's own parameters
    method: str,
    path: str,
    body: object = None,
    *,
    query: Mapping[str, object] | None = None,
    media_type: str = "application/json",
    etag: str | None = None,
    idempotency_key: str | None = None,
) -> Call:
    """Return a request that writes, under an Idempotency-Key that all its retries share.

    A body of bytes is sent as it is, any other as JSON; None sends no body.
    """
    headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
    if etag is not None:
        headers["If-Match"] = etag
    content = body if isinstance(body, bytes) else None
    if body is not None:
        headers["Content-Type"] = media_type
        content = body if isinstance(body, bytes) else as_json(body)
    return Call(method=method, path=path, query=query or {}, headers=headers, content=content)


def as_json(body: object) -> bytes:
    """Return a body as JSON. NaN and infinity, which JSON does not have, raise ValueError."""
    return json.dumps(body, ensure_ascii=False, allow_nan=False, default=_text_of).encode()


def segment(name: str) -> str:
    """Return an id or a slug as one segment of a path. Raises ValueError for none."""
    if not name or name in {".", ".."}:
        raise ValueError(f"{name!r} is not an id")
    return quote(name, safe="")


def parameters(query: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return a query's parameters as text, in their order."""
    return list(_parameters(query))


def _parameters(query: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in query.items():
        if name == "as_of" and value is None:
            # The record as it is now.
            continue
        values = (
            value if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str) else None
        )
        if value is None or (values is not None and not values):
            # Sent as no filter at all, it would match everything: a wrong number that nobody sees.
            raise ValueError(f"{name} has no value; leave it out to set no filter")
        if values is None:
            yield name, _text_of(value)
        elif name in _COMMA_SEPARATED:
            yield name, ",".join(_text_of(item) for item in values)
        else:
            yield from ((name, _text_of(item)) for item in values)


def _text_of(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            if value.tzinfo is None:
                raise ValueError("an instant needs a time zone")
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case str():
            return str(value)
        case int() | float():
            return repr(value)
    raise TypeError(f"a {type(value).__name__} cannot be sent")


def document(response: httpx.Response) -> dict[str, Any]:
    """Return the JSON object of a response. Raises UnexpectedResponse for anything else, such as a proxy's page."""
    try:
        body = json.loads(response.content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        kind = response.headers.get("content-type", "no content type")
        raise UnexpectedResponse(f"expected a JSON object from {response.request.url.path}, received {kind}")
    return body


def member(response: httpx.Response, body: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - a JSON value
    """Return a member that a response must have. Raises UnexpectedResponse."""
    if name not in body:
        raise UnexpectedResponse(f"the response from {response.request.url.path} has no {name!r}")
    return body[name]
