"""Ask a request for its key. Each writing operation names the scope that it needs."""

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.errors import Unauthenticated
from app.http.sessions import Read
from app.keys.service import KeyHolder, Scope, authenticate

_bearer = HTTPBearer(auto_error=False, description="An API key, made by `strikeledger keys create`.")


class Holding:
    """A dependency that answers 401 without a valid key, 403 without its scope, and else says whose it is."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    async def __call__(
        self, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)], read: Read
    ) -> KeyHolder:
        """Return the holder of the request's key."""
        if given is None:
            raise Unauthenticated("send a key: Authorization: Bearer sl_…")
        holder = await read(lambda session: authenticate(session, given.credentials))
        holder.require(self._scope)
        return holder


Publishing = Annotated[KeyHolder, Depends(Holding(Scope.PUBLISH))]
