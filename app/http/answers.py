"""Make answers: JSON bytes with one form for dates and instants, strong ETags, and 304 where nothing changed."""

import hashlib
import re
from collections.abc import Callable, Mapping

import orjson
from fastapi import Request, Response

from app import __version__
from app.ledger.canonical import json_form
from app.ledger.clock import Head

MEDIA_TYPE = "application/json"

# The entity tags of an If-None-Match header, without the W/ that marks a weak one.
_TAGS = re.compile(r'"[^"]*"')


def dumps(value: object) -> bytes:
    """Write JSON: dates as YYYY-MM-DD, instants as RFC 3339 in UTC with microseconds."""
    return orjson.dumps(value, json_form, orjson.OPT_PASSTHROUGH_DATETIME)


def answer_list(request: Request, head: Head, make: Callable[[], Mapping[str, object]]) -> Response:
    """Answer a list or an aggregate; 304, without making it, where the client holds it already.

    The ETag changes when the ledger, the question or this software does. A body with a `next` gets its Link.
    """
    query = sorted(request.query_params.multi_items())
    named = orjson.dumps([__version__, head.hash, request.scope["path"], query])
    headers = _headers(f"{head.seq}-{hashlib.blake2b(named, digest_size=8).hexdigest()}")
    asked = request.headers.get("if-none-match")
    if holds(asked, headers["ETag"]) and asked != "*":
        return Response(status_code=304, headers=headers)
    body = make()
    if asked == "*":
        # "*" names any answer that there is, so there must be one: the question may yet be refused.
        return Response(status_code=304, headers=headers)
    if cursor := body.get("next"):
        query_string = request.url.include_query_params(cursor=cursor).query
        headers["Link"] = f'<{request.scope["path"]}?{query_string}>; rel="next"'
    return Response(dumps(body), headers=headers, media_type=MEDIA_TYPE)


def answer_one(request: Request, identity: str, state: int | str, body: Mapping[str, object]) -> Response:
    """Answer a single thing; 304 where the client holds it already.

    The ETag is made of the thing's own state (its revision) and representation, so nobody else's write changes it.
    """
    content = dumps(body)
    headers = _headers(f"{identity}.{state}-{hashlib.blake2b(content, digest_size=8).hexdigest()}")
    if holds(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=MEDIA_TYPE)


def _headers(tag: str) -> dict[str, str]:
    return {"ETag": f'"{tag}"', "Cache-Control": "no-cache"}


def holds(header: str | None, tag: str) -> bool:
    """Say whether an If-None-Match header names `tag`, weakly compared; "*" names any."""
    return header is not None and (header.strip() == "*" or tag in _TAGS.findall(header))
