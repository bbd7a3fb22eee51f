"""Ask a request for its key. Each writing operation names the scope that it needs."""

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from app.errors import Unauthenticated
from app.http.sessions import Read
from app.keys.service import KeyHolder, Scope, authenticate

SCHEME = "ApiKey"

# What an operation that takes a MaybeHolder gives as its `openapi_extra`: a key may be sent, or none.
OPTIONAL_KEY: dict[str, Any] = {"security": [{}, {SCHEME: []}]}


class _Bearer(SecurityBase):
    """The key that a request must carry, and how OpenAPI describes it.

    Not FastAPI's own: that one strips white space off the key, and takes the first of two headers.
    """

    def __init__(self) -> None:
        self.model = HTTPBearer(bearerFormat="sl_…", description="An API key: `strikeledger keys create`.")
        self.scheme_name = SCHEME

    async def __call__(self, request: Request) -> str:
        key = _given(request)
        if key is None:
            raise Unauthenticated("send a key: Authorization: Bearer sl_…")
        return key


_bearer = _Bearer()


class Holding:
    """A dependency that answers 401 without a valid key, 403 without one of its scopes, and else says whose it is."""

    def __init__(self, *scopes: Scope) -> None:
        self._scopes = scopes

    async def __call__(self, key: Annotated[str, Depends(_bearer)], read: Read) -> KeyHolder:
        """Return the holder of the request's key."""
        holder = await read.short(lambda session: authenticate(session, key))
        holder.require(*self._scopes)
        return holder


async def _maybe(request: Request, read: Read) -> KeyHolder | None:
    """Return the holder of the request's key, or None where it carries none. A wrong key is never ignored."""
    key = _given(request)
    return None if key is None else await read.short(lambda session: authenticate(session, key))


# Whoever may write drafts; an operation that finds more than a draft before it asks the holder for more.
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
        raise Unauthenticated("send one key")
    return key
