"""Hand sessions to endpoints, and commit: the one place of the server where a transaction ends.

An endpoint awaits `read(work)` or `write(work)`; `work` takes the session and returns what the endpoint
needs. A write is committed before `write` returns, so no answer speaks of what was not stored.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Protocol, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request

from app.db.engine import Database, ReadSession, WriteSession

T = TypeVar("T")


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

    def on_snapshot(work: Callable[[ReadSession], T]) -> T:
        with database.reading() as session:
            return work(session)

    async def read(work: Callable[[ReadSession], T], /) -> T:
        return await to_thread.run_sync(on_snapshot, work)

    return read


def _writer(request: Request) -> Writer:
    database: Database = request.app.state.database

    writers: CapacityLimiter = request.app.state.writers

    def in_transaction(work: Callable[[WriteSession], T]) -> T:
        with database.writing() as session:
            return work(session)

    async def write(work: Callable[[WriteSession], T], /) -> T:
        return await to_thread.run_sync(in_transaction, work, limiter=writers)

    return write


Read = Annotated[Reader, Depends(_reader)]
Write = Annotated[Writer, Depends(_writer)]
