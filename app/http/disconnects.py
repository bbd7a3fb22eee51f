"""Cancel waiting when the client disconnects."""

import asyncio
from typing import TypeVar

from starlette.types import Receive

from app.errors import ClientDisconnected

T = TypeVar("T")


async def cancel_on_disconnect(awaited: asyncio.Future[T], receive: Receive | None) -> T:
    """Return the result of a future. Raises ClientDisconnected where the client closes its connection before that.

    The future itself goes on. Without `receive`, nothing is known of the client.
    """
    if receive is None or awaited.done():
        return await asyncio.shield(awaited)
    leaving = asyncio.ensure_future(wait_for_disconnect(receive))
    try:
        await asyncio.wait((awaited, leaving), return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()
    if awaited.done():
        return awaited.result()
    raise ClientDisconnected


async def wait_for_disconnect(receive: Receive) -> None:
    """Wait until the client closes its connection; what it still sends is dropped."""
    while (await receive())["type"] != "http.disconnect":
        pass
