"""Idempotency-Key: run a write once, replay its first response on retries.

The response is stored in the transaction of the write itself, so neither exists without the other, whenever
the process dies. Only a successful write stores one: an error rolls back everything, and the same name may be
used again for the mended request.
"""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from fastapi import Request, Response

from app.db.engine import WriteSession
from app.errors import Fault, IdempotencyKeyReused, MalformedRequest, StrikeledgerError
from app.http.bodies import LONGEST_JSON, in_thread_if_long, limited_body, strict_json
from app.http.sessions import Writes
from app.keys import replays
from app.keys.replays import StoredResponse
from app.keys.service import KeyHolder, note_use

HEADER = "Idempotency-Key"

# Visible ASCII.
_NAME = re.compile(r"[!-~]{1,255}", re.ASCII)

# The headers that are replayed with a body.
_HEADERS = ("Location", "ETag", "Content-Type", "Cache-Control")

# What an operation that uses `once` gives as its `openapi_extra`.
IDEMPOTENT: dict[str, Any] = {
    "parameters": [
        {
            "name": HEADER,
            "in": "header",
            "required": False,
            "description": "A name of your choice for this write, such as a UUID: 1 to 255 visible ASCII "
            "characters. Sent again within 24 hours under the same API key, the same request is not "
            "repeated: the first response returns, with `Idempotency-Replayed: true`. Another request under the "
            "same name is 422.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
            "example": "5f0c9d8e-7a41-4f43-9a39-2d7c0e6a8f11",
        }
    ]
}


async def once(  # noqa: PLR0913 - each is one side of the write
    request: Request,
    holder: KeyHolder,
    write: Writes,
    work: Callable[[WriteSession], Response],
    *,
    alone: bool = False,
    body_hash: str | None = None,
) -> Response:
    """Run `work` in the write transaction and return its response, or that of the same request before it.

    The same: its method, path, query and JSON body (compared as canonical JSON), under the same name and key.
    Raises MalformedRequest for a name that cannot be one, IdempotencyKeyReused for another request under a
    known name. Notes the key's use. Work that may take long shares its transaction with nobody: it runs `alone`.
    `body_hash` stands for a body that is not JSON and was read already.

    The contract's 409 `idempotency-in-progress` cannot occur: writers come one after another (db/engine.py),
    so a request sent while the first still runs waits for its end and then reads its response, or none if it
    failed. One that waits too long is 503 `database-busy` with Retry-After, like every write that does.
    """
    name = _name(request)
    if name is None:

        def noted(session: WriteSession) -> Response:
            note_use(session, holder)
            return work(session)

        return await write(noted, alone=alone)
    request_hash = await _hash(request) if body_hash is None else _request_hash(request, body_hash)

    def first_or_again(session: WriteSession) -> Response:
        note_use(session, holder)
        replay = replays.find(session, holder.id, name)
        if replay is not None:
            return _again(replay, request_hash)
        response = work(session)
        headers = {header: response.headers[header] for header in _HEADERS if header in response.headers}
        stored = StoredResponse(request_hash, response.status_code, json.dumps(headers), bytes(response.body))
        replays.add(session, holder.id, name, stored)
        return response

    return await write(first_or_again, alone=alone)


def _name(request: Request) -> str | None:
    names = request.headers.getlist(HEADER)
    if not names:
        return None
    if len(names) > 1:
        raise MalformedRequest(f"send only one {HEADER} header")
    if not _NAME.fullmatch(names[0]):
        raise MalformedRequest(f"{HEADER} must have 1 to 255 visible ASCII characters")
    return names[0]


async def _hash(request: Request) -> str:
    """Return the SHA-256 of a request: of its method, path, query and body."""
    media = request.headers.get("content-type", "")

    def hashed(body: bytes) -> str:
        return _request_hash(request, _comparable(body, media))

    return await in_thread_if_long(request, await limited_body(request, LONGEST_JSON), hashed)


def _request_hash(request: Request, body: object) -> str:
    values = [request.method, request.scope["path"], sorted(request.query_params.multi_items()), body]
    # Not orjson: it refuses integers over 64 bits, which stand in a body that an operation does not read.
    canonical = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _comparable(body: bytes, content_type: str) -> object:
    """Return the value of a JSON body, null for none, and for any other one the hash of its bytes."""
    if not body:
        return None
    if content_type.partition(";")[0].strip().lower() == "application/json":
        try:
            return strict_json(body)
        except StrikeledgerError:
            # An operation that takes no body has not refused it; then it is bytes like any other.
            pass
    return hashlib.sha256(body).hexdigest()


def _again(stored: StoredResponse, request_hash: str) -> Response:
    if stored.request_hash != request_hash:
        detail = f"this {HEADER} was used for another request; use a new one"
        raise IdempotencyKeyReused([Fault("parameter", HEADER, "idempotency-key-reused", detail)])
    headers = json.loads(stored.headers) | {"Idempotency-Replayed": "true"}
    return Response(stored.body, stored.status, headers)
