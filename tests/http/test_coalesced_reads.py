"""Coalesced reads: many who ask at once cost two readings, and none gets a value older than its question."""

import anyio
import anyio.lowlevel
import pytest

from app.errors import DatabaseUnavailable
from app.http.coalesced_reads import Shared


class Clock:
    """A value that moves on whenever it is read; `gates` hold each reading up."""

    def __init__(self) -> None:
        self.read = 0
        self.gate = anyio.Event()

    async def __call__(self) -> int:
        """Read it."""
        self.read += 1
        value = self.read
        await self.gate.wait()
        if value < 0:
            raise DatabaseUnavailable("gone")
        return value


def test_who_asks_meanwhile_shares_the_next_reading() -> None:
    """Of a hundred, the first has the first reading, and all others the second, which begins after they asked."""

    async def story() -> tuple[list[int], int, int]:
        clock = Clock()
        shared, values = Shared(clock), list[int]()

        async def ask() -> None:
            values.append(await shared())

        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            while not clock.read:
                await anyio.lowlevel.checkpoint()
            for _ in range(99):
                group.start_soon(ask)
            await anyio.lowlevel.checkpoint()
            clock.gate.set()
        return values, clock.read, await shared()

    assert anyio.run(story) == ([1, *[2] * 99], 2, 3)


def test_failure_is_told_to_each_and_ends_with_it() -> None:
    """Where reading fails, all who share it learn of that, and the next reading is a new one."""

    async def story() -> int:
        clock = Clock()
        clock.gate.set()
        clock.read = -3
        shared = Shared(clock)

        async def ask() -> None:
            with pytest.raises(DatabaseUnavailable):
                await shared()

        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(ask)
        clock.read = 6
        return await shared()

    assert anyio.run(story) == 7
