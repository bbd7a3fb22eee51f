"""Wait for a result for as long as the client does."""

import asyncio
from typing import TypeVar

from starlette.types import Receive

from app.errors import ClientLeft

T = TypeVar("T")


async def unless_client_leaves(awaited: asyncio.Future[T], receive: Receive | None) -> T:
    """Return the result of a future. Raises ClientLeft where the client closes its connection before that.

    The future itself goes on. Without `receive`, nothing is known of the client.
    """
    if receive is None or awaited.done():
        return await asyncio.shield(awaited)
    leaving = asyncio.ensure_future(until_client_leaves(receive))
    try:
        await asyncio.wait((awaited, leaving), return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()
    if awaited.done():
        return awaited.result()
    raise ClientLeft


async def until_client_leaves(receive: Receive) -> None:
    """Wait until the client closes its connection; what it still sends is dropped."""
    while (await receive())["type"] != "http.disconnect":
        pass
