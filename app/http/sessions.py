"""Hand sessions to endpoints, and commit: the one place of the server where a transaction ends.

An endpoint awaits `read(work)` or `write(work)`; `work` takes the session and returns what the endpoint
needs. A write is committed before `write` returns, so no answer speaks of what was not stored.

What is mostly short is tried on the event loop itself (`short`), for as long as handing it to a thread would take.
No question holds up the others. One that is not answered at once is stopped and asked again in the slow lane,
where one at a time is worked on, so all others keep the rest of the machine; there it may take what is left of
its time, and is then refused.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Protocol, TypeVar

from anyio import CapacityLimiter, WouldBlock, fail_after
from fastapi import Depends, Request

from app.db.engine import Database, NotAtOnce, ReadSession, WriteSession
from app.db.meaning import WAIT_SECONDS
from app.db.prepared import Snapshot
from app.errors import DatabaseBusy, QueryTimeout

T = TypeVar("T")

# Seconds that a question may take, and how long it is tried before it goes to the slow lane. What was found is still
# to be written then, so that all is answered, or refused, within two seconds. Tried for longer, what is long takes more
# of the interpreter from the others: for 0.2 s, their p99 grew twice as much.
MOST_SECONDS = 1.4
AT_ONCE_SECONDS = 0.05

# What is left at least to a question that has its turn in the slow lane, however late that is.
LEAST_SECONDS = 0.2

# Seconds for which the engine may hold up the event loop: less than many a turn of a thread.
SHORT_SECONDS = 0.003


class Reader(Protocol):
    """Run work on one snapshot of the record."""

    def __call__(self, work: Callable[[ReadSession], T], /) -> Awaitable[T]:
        """Return what `work` returns."""


class Reads:
    """Run work on one snapshot of the record, for as many as ask."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._threads = ThreadPoolExecutor(database.at_a_time, "reader")
        self._slow_lane = CapacityLimiter(1)

    async def __call__(self, work: Callable[[ReadSession], T], /) -> T:
        """Return what `work` returns. Raises QueryTimeout, DatabaseBusy and DatabaseUnavailable."""
        until = time.monotonic() + MOST_SECONDS
        try:
            return await self._in_thread(work, AT_ONCE_SECONDS)
        except QueryTimeout:
            pass
        await self._enter_slow_lane(until)
        try:
            left = max(until - time.monotonic(), LEAST_SECONDS)
            return await self._in_thread(work, left)
        finally:
            self._slow_lane.release()

    async def short(self, work: Callable[[Snapshot], T], /) -> T:
        """Return the same of work that is mostly short: it is tried here and now, where that can be had."""
        try:
            with self._database.at_once(SHORT_SECONDS) as snapshot:
                return work(snapshot)
        except NotAtOnce:
            return await self(work)

    def close(self) -> None:
        """Wait for the threads to end, which takes no longer than a question may."""
        self._threads.shutdown()

    async def _enter_slow_lane(self, until: float) -> None:
        # Who finds it free has a turn, however late: where all of a machine stood still, no question was too long.
        try:
            self._slow_lane.acquire_nowait()
        except WouldBlock:
            try:
                with fail_after(until - time.monotonic()):
                    await self._slow_lane.acquire()
            except TimeoutError:
                raise QueryTimeout("other long questions are being answered; ask again") from None

    async def _in_thread(self, work: Callable[[ReadSession], T], seconds: float) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._on_snapshot, work, seconds)

    def _on_snapshot(self, work: Callable[[ReadSession], T], seconds: float) -> T:
        with self._database.reading(seconds) as session:
            return work(session)


class Writes:
    """Run work inside the one write transaction, and commit it: one after another, in the order in which they came."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._thread = ThreadPoolExecutor(1, "writer")
        self._turns = CapacityLimiter(1)

    async def __call__(self, work: Callable[[WriteSession], T], /) -> T:
        """Return what `work` returns, once it is committed. Raises DatabaseBusy and DatabaseUnavailable."""
        try:
            with fail_after(WAIT_SECONDS):
                await self._turns.acquire()
        except TimeoutError:
            raise DatabaseBusy("other writers are waiting; ask again") from None
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, self._in_transaction, work)
        finally:
            self._turns.release()

    def close(self) -> None:
        """Wait for the thread to end."""
        self._thread.shutdown()

    def _in_transaction(self, work: Callable[[WriteSession], T]) -> T:
        with self._database.writing() as session:
            return work(session)


def reads_of(request: Request) -> Reads:
    """Return what reads the record for a request."""
    reads: Reads = request.app.state.reads
    return reads


def _writes_of(request: Request) -> Writes:
    writes: Writes = request.app.state.writes
    return writes


Read = Annotated[Reads, Depends(reads_of)]
Write = Annotated[Writes, Depends(_writes_of)]
