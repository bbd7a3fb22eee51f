"""Responses: negotiated format, strong ETags, 304, and cache headers.

Without a key, a response may be cached for a moment, and one as of a ledger number permanently: it cannot
change. With a key, every request is revalidated, so that an analyst sees a write at once.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from fastapi import Request, Response

from app import __version__
from app.errors import DamagedDatabase
from app.http.encoders import dumps, ready, written
from app.http.formats import MEDIA_TYPES, Form, Format
from app.http.pagination import link_to_next
from app.ledger.head import Head

MEDIA_TYPE = MEDIA_TYPES[Format.JSON]

# Seconds for which anybody may cache what can change with the next write, and use it while revalidating.
BRIEF = "public, max-age=10, stale-while-revalidate=60"
# The head of the ledger is revalidated each time: an old number would be taken for the last one.
CURRENT = "public, no-cache"
# A year: the longest that caches retain anything.
IMMUTABLE = "public, max-age=31536000, immutable"
# With a key: not in shared caches, and revalidated each time.
KEYED = "private, no-cache"

# The header with the ledger number of a response, for formats that have no place for it.
SEQ = "Strikeledger-Seq"

# The entity tags of an If-None-Match header, without the W/ that marks a weak one.
_TAGS = re.compile(r'"[^"]*"')

_NUMBER = re.compile(r"[0-9]+", re.ASCII)


def list_response(
    request: Request, head: Head, make: Callable[[], Mapping[str, Any]], form: Form | None = None
) -> Response:
    """Answer a list or an aggregate; 304, without making it, where the client holds it already.

    Without a form the response is JSON, whatever was requested. A body with a `next` gets its Link. All items can be
    given as a text, as JSON writes them between the brackets of a list.
    Raises InvalidInput and NotAcceptable for a format that the list does not come in.
    """
    chosen = form.chosen(request) if form else Format.JSON
    headers = list_headers(request, head, chosen, negotiated=form is not None)
    if is_not_modified(request, headers) and request.headers["if-none-match"] != "*":
        return Response(status_code=304, headers=headers)
    # Before the query runs, so that its time is counted from there on too.
    ready(chosen)
    body = make()
    if is_not_modified(request, headers):
        # "*" matches any response, so there must be one: the query may still be refused.
        return Response(status_code=304, headers=headers)
    if cursor := body.get("next"):
        headers["Link"] = link_to_next(request, cursor)
    return Response(_content(body, form, chosen), headers=headers, media_type=MEDIA_TYPES[chosen])


def item_response(
    request: Request, identity: str, state: int | str, body: Mapping[str, object] | str
) -> Response:
    """Answer a single thing, given as it is or as JSON; 304 where the client holds it already.

    The ETag is made of the thing's own state (its revision) and representation, so nobody else's write changes it.
    """
    content = body.encode() if isinstance(body, str) else dumps(body)
    headers = _headers(request, f"{identity}.{state}-{hashlib.blake2b(content, digest_size=8).hexdigest()}")
    if is_not_modified(request, headers):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=MEDIA_TYPE)


def current(response: Response) -> Response:
    """Require revalidation before a cached response is used."""
    if response.headers["Cache-Control"] == BRIEF:
        response.headers["Cache-Control"] = CURRENT
    return response


def permanent(response: Response) -> Response:
    """Let a response be cached for good: nothing that is recorded later can change it."""
    if response.headers["Cache-Control"] == BRIEF:
        response.headers["Cache-Control"] = IMMUTABLE
    return response


def list_headers(request: Request, head: Head, chosen: Format, *, negotiated: bool) -> dict[str, str]:
    """Return the headers of a list in a format; `negotiated` where the request could have chosen another.

    The ETag changes when the ledger, the query, the format or this software does.
    """
    query = sorted((name, value) for name, value in request.query_params.multi_items() if name != "format")
    named = orjson.dumps([__version__, head.hash, request.scope["path"], query, chosen])
    headers = _headers(request, f"{head.seq}-{hashlib.blake2b(named, digest_size=8).hexdigest()}")
    if negotiated:
        headers["Vary"] = f"Accept, {headers['Vary']}"
    return headers | {SEQ: str(head.seq)}


def is_not_modified(request: Request, headers: Mapping[str, str]) -> bool:
    """Return whether the client names the ETag of these headers in If-None-Match."""
    tags = request.headers.get("if-none-match")
    return tags is not None and names(tags, headers["ETag"])


def names(tags: str, tag: str) -> bool:
    """Return whether a list of tags holds this one, weakly compared; "*" names any."""
    return tags.strip() == "*" or tag in _TAGS.findall(tags)


def _headers(request: Request, tag: str) -> dict[str, str]:
    return {"ETag": f'"{tag}"', "Cache-Control": _kept(request), "Vary": "Authorization"}


def _kept(request: Request) -> str:
    """Set how long a response may be cached. A requested number is at or below the head, else it is refused."""
    if "authorization" in request.headers:
        return KEYED
    if b"as_of" not in request.scope["query_string"]:
        return BRIEF
    return IMMUTABLE if _NUMBER.fullmatch(request.query_params.get("as_of", "")) else BRIEF


def _content(body: Mapping[str, Any], form: Form | None, chosen: Format) -> bytes:
    if form is None:
        return dumps(body)
    if chosen is Format.SVG and form.draw is not None:
        return form.draw(body)
    name = "items" if "items" in body else "rows"
    given: Sequence[Any] | str = body[name]
    if chosen is Format.JSON and form.table.fields is None:
        # In the body's own order.
        return dumps({**body, name: orjson.Fragment(f"[{given}]") if isinstance(given, str) else given})
    try:
        items: Sequence[Any] = orjson.loads(f"[{given}]") if isinstance(given, str) else given
    except orjson.JSONDecodeError:
        raise DamagedDatabase from None
    if chosen is Format.JSON:
        return dumps({**body, name: [form.table.shown(item) for item in items]})
    members = {member: value for member, value in body.items() if member != name}
    raw = form.query.cells == "raw"
    return b"".join(written(chosen, form.table, [items], raw=raw, members=members))
