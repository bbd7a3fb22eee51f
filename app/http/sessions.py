"""Hand sessions to endpoints, and commit: the one place of the server where a transaction ends.

An endpoint awaits `read(work)` or `write(work)`; `work` takes the session and returns what the endpoint
needs. A write is committed before `write` returns, so no answer speaks of what was not stored.

No question holds up the others. One that is not answered at once is stopped and asked again in the slow lane,
where one at a time is worked on, so all others keep the rest of the machine; there it may take what is left of
its time, and is then refused.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Protocol, TypeVar

from anyio import CapacityLimiter, fail_after, to_thread
from fastapi import Depends, Request

from app.db.engine import Database, ReadSession, WriteSession
from app.db.meaning import WAIT_SECONDS
from app.errors import DatabaseBusy, QueryTimeout

T = TypeVar("T")

# Seconds that a question may take, and how long it is tried before it goes to the slow lane.
MOST_SECONDS = 2.0
AT_ONCE_SECONDS = 0.2


class Reader(Protocol):
    """Run work on one snapshot of the record."""

    def __call__(self, work: Callable[[ReadSession], T], /) -> Awaitable[T]:
        """Return what `work` returns."""


class Writer(Protocol):
    """Run work inside the one write transaction, and commit it."""

    def __call__(self, work: Callable[[WriteSession], T], /) -> Awaitable[T]:
        """Return what `work` returns, once it is committed."""


def _reader(request: Request) -> Reader:
    database: Database = request.app.state.database
    slow_lane: CapacityLimiter = request.app.state.slow_lane

    def on_snapshot(work: Callable[[ReadSession], T], seconds: float) -> T:
        with database.reading(seconds) as session:
            return work(session)

    async def read(work: Callable[[ReadSession], T], /) -> T:
        until = time.monotonic() + MOST_SECONDS
        try:
            return await to_thread.run_sync(on_snapshot, work, AT_ONCE_SECONDS)
        except QueryTimeout:
            pass
        try:
            with fail_after(until - time.monotonic()):
                await slow_lane.acquire()
        except TimeoutError:
            raise QueryTimeout("other long questions are being answered; ask again") from None
        try:
            return await to_thread.run_sync(on_snapshot, work, max(until - time.monotonic(), AT_ONCE_SECONDS))
        finally:
            slow_lane.release()

    return read


def _writer(request: Request) -> Writer:
    database: Database = request.app.state.database

    writers: CapacityLimiter = request.app.state.writers

    def in_transaction(work: Callable[[WriteSession], T]) -> T:
        with database.writing() as session:
            return work(session)

    async def write(work: Callable[[WriteSession], T], /) -> T:
        try:
            with fail_after(WAIT_SECONDS):
                await writers.acquire()
        except TimeoutError:
            raise DatabaseBusy("other writers are waiting; ask again") from None
        try:
            return await to_thread.run_sync(in_transaction, work)
        finally:
            writers.release()

    return write


Read = Annotated[Reader, Depends(_reader)]
Write = Annotated[Writer, Depends(_writer)]
