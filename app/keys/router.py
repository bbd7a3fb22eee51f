"""Routers of /v1/keys: create, list, revoke; and of /v1/key: show one's own."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import ConfigDict

from app.db.engine import ReadSession, WriteSession
from app.errors import (
    InsufficientScope,
    InvalidInput,
    MalformedRequest,
    NotFound,
    Unauthenticated,
    UnsupportedMediaType,
)
from app.http.encoders import dumps
from app.http.pagination import PageQuery, cursor_to, link_to_next, position_of
from app.http.problems import responses
from app.http.responses import MEDIA_TYPE, item_response
from app.http.sessions import Read, Write
from app.http.strict_route import StrictRoute
from app.keys import queries, service
from app.keys.idempotency import IDEMPOTENT, once
from app.keys.schemas import Document, KeyIn, KeyOut, KeyPage, NewKey, shown
from app.keys.security import SCHEME, Administering, MaybeHolder
from app.ledger.head import head

router = APIRouter(prefix="/v1/keys", tags=["keys"], route_class=StrictRoute)
own_key = APIRouter(prefix="/v1/key", tags=["keys"], route_class=StrictRoute)

_UNCACHED = {"Cache-Control": "no-store"}


class KeysQuery(PageQuery):
    """The parameters of `GET /v1/keys`."""

    model_config = ConfigDict(extra="forbid")


@router.post(
    "",
    status_code=201,
    responses={
        201: {"model": NewKey, "description": "Created. This response alone shows the key itself."},
        **responses(MalformedRequest, Unauthenticated, InsufficientScope, UnsupportedMediaType, InvalidInput),
    },
)
async def create_key(holder: Administering, body: KeyIn, write: Write) -> Response:
    """Create a key. Takes no Idempotency-Key: a response that can be replayed would be a stored key."""

    def create(session: WriteSession) -> Document:
        service.note_use(session, holder)
        made = service.issue(session, body.name, body.scopes, body.expires_at)
        return shown(queries.one(session, made.id)) | {"key": made.key}

    return Response(dumps(await write(create)), 201, _UNCACHED, MEDIA_TYPE)


@router.get(
    "",
    responses={200: {"model": KeyPage}, **responses(Unauthenticated, InsufficientScope, InvalidInput)},
)
async def list_keys(
    request: Request, _holder: Administering, query: Annotated[KeysQuery, Query()], read: Read
) -> Response:
    """List keys, revoked ones too, the oldest first. The keys themselves are not stored, only their hashes."""
    return await read(lambda session: _page(session, request, query))


@own_key.get(
    "",
    responses={200: {"model": KeyOut}, **responses(Unauthenticated, InsufficientScope, InvalidInput)},
    openapi_extra={"security": [{SCHEME: []}]},
)
async def get_current_key(request: Request, holder: MaybeHolder, read: Read) -> Response:
    """Show the key that the request carries: its holder's name, and what it may do. Any valid key will do."""
    if holder is None:
        raise Unauthenticated("send a key: Authorization: Bearer sl_…")
    key = await read(lambda session: shown(queries.one(session, holder.id)))
    response = item_response(request, "keys", key["id"], key)
    response.headers.update(_UNCACHED)
    return response


@router.delete(
    "/{key_id}",
    status_code=204,
    responses={
        204: {"description": "Revoked, now or earlier."},
        **responses(MalformedRequest, Unauthenticated, InsufficientScope, NotFound, InvalidInput),
    },
    openapi_extra=IDEMPOTENT,
)
async def revoke_key(
    request: Request,
    holder: Administering,
    key_id: Annotated[str, Path(description="The key's id.", examples=["k12"])],
    write: Write,
) -> Response:
    """Revoke a key with immediate effect in every worker. It stays in the list."""

    def revoke(session: WriteSession) -> Response:
        service.revoke(session, key_id)
        return Response(status_code=204)

    return await once(request, holder, write, revoke)


def _page(session: ReadSession, request: Request, query: KeysQuery) -> Response:
    after = position_of(request, query.cursor, int) or (0,)
    rows = queries.page(session, after[0], query.limit + 1)
    keys = rows[: query.limit]
    following = cursor_to(request, (keys[-1].id,)) if len(rows) > query.limit else None
    seq = head(session).seq
    body: Document = {"items": [shown(row) for row in keys], "next": following, "seq": seq} | (
        {"total": queries.count(session)} if query.count == "exact" else {}
    )
    # Keys are no part of the ledger: its number does not rise with them, so the ETag is of the content alone.
    response = item_response(request, "keys", seq, body)
    response.headers.update(_UNCACHED)
    if following:
        response.headers["Link"] = link_to_next(request, following)
    return response
