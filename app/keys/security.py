"""Security dependencies: the key of a request, and its required scope."""

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from app.errors import Unauthenticated
from app.http.request_log import note
from app.http.sessions import reads_of
from app.keys.service import KeyHolder, Scope, authenticate

SCHEME = "ApiKey"

# What an operation that takes a MaybeHolder gives as its `openapi_extra`: a key may be sent, or none.
OPTIONAL_KEY: dict[str, Any] = {"security": [{}, {SCHEME: []}]}


class Holding(SecurityBase):
    """A dependency that raises 401 without a valid key, 403 without one of its scopes, and else returns the holder.

    It also describes the key to OpenAPI. Not FastAPI's own: that one strips white space off the key, and takes the
    first of two headers.
    """

    def __init__(self, *scopes: Scope) -> None:
        self.model = HTTPBearer(bearerFormat="sl_…", description="An API key: `strikeledger keys create`.")
        self.scheme_name = SCHEME
        self._scopes = scopes

    async def __call__(self, request: Request) -> KeyHolder:
        """Return the holder of the request's key."""
        holder = await _maybe(request)
        if holder is None:
            raise Unauthenticated("send a key: Authorization: Bearer sl_…")
        holder.require(*self._scopes)
        return holder


async def _maybe(request: Request) -> KeyHolder | None:
    """Return the holder of the request's key, or None where it carries none. A wrong key is never ignored."""
    key = _given(request)
    if key is None:
        return None
    holder = await reads_of(request).short(lambda session: authenticate(session, key))
    note(request.scope, "key", holder.name)
    return holder


# Holders who may write drafts; an operation on more than a draft then requires more of the holder.
Drafting = Annotated[KeyHolder, Depends(Holding(Scope.DRAFT, Scope.PUBLISH))]
Publishing = Annotated[KeyHolder, Depends(Holding(Scope.PUBLISH))]
KeepingVocabulary = Annotated[KeyHolder, Depends(Holding(Scope.VOCABULARY))]
Importing = Annotated[KeyHolder, Depends(Holding(Scope.IMPORT))]
Administering = Annotated[KeyHolder, Depends(Holding(Scope.ADMIN))]

# For reads that show more to who has a key. OpenAPI learns of it by OPTIONAL_KEY.
MaybeHolder = Annotated[KeyHolder | None, Depends(_maybe)]


def _given(request: Request) -> str | None:
    """Return the key exactly as it was sent. Two that could differ are refused: which was meant is a guess."""
    sent = request.headers.getlist("authorization")
    if not sent:
        return None
    scheme, _, key = sent[0].partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("send a key: Authorization: Bearer sl_…")
    if len(sent) > 1 or any(other != key for other in request.headers.getlist("x-api-key")):
        raise Unauthenticated("send only one key")
    return key
