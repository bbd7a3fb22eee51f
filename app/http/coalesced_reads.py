"""Coalesced reads: one result for all requests made before it starts."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """Read a value that changes, for many at a time.

    A request that arrives during a read shares the next one with all others that do: it starts after they arrived, so
    what they get is not older than their request.
    """

    def __init__(self, read: Callable[[], Awaitable[T]]) -> None:
        self._read = read
        self._running: asyncio.Task[T] | None = None
        self._next: asyncio.Task[T] | None = None

    async def __call__(self) -> T:
        """Return the value. Raises what reading it does."""
        if self._next is None:
            self._next = asyncio.ensure_future(self._after(self._running))
        return await asyncio.shield(self._next)

    async def _after(self, running: asyncio.Task[T] | None) -> T:
        if running is not None:
            await asyncio.wait((running,))
        self._running, self._next = self._next, None
        return await self._read()
