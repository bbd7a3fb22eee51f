"""Group commit: concurrent writers share one transaction and one flush.

The first writer opens the transaction. A writer that waits when another is done joins it behind its own savepoint, so
that what fails takes back nothing of the others. Nobody gets a result, nor a refusal, before the common commit: both
may depend on what an earlier writer of the group wrote. A writer with no others behind it commits by itself, without
a savepoint, so grouping costs it nothing.
"""

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Generic, TypeVar

from app.db.driver_errors import WAIT_SECONDS
from app.db.engine import Database, TransactionLost, WriteSession
from app.errors import DatabaseBusy, DatabaseUnavailable, StorageFull

T = TypeVar("T")

# Seconds after whose end no further writer joins a transaction: the writers in it wait for all of it, and so do those
# of other processes.
GROUP_SECONDS = 0.05

WAITED_TOO_LONG = "too many writers are waiting; retry shortly"


class GroupCommit:
    """A thread that runs the writers of a process in the order in which they came, and commits them in groups."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._thread = ThreadPoolExecutor(1, "writer")
        self._waiting: deque[_Writer[Any]] = deque()

    def submit(self, work: Callable[[WriteSession], T], *, alone: bool = False) -> Future[T]:
        """Return the future of what `work` returns, or raises, done once the transaction around it is committed.

        It can be cancelled until the work begins. Work that may take long runs `alone`, in a transaction of its own.
        `work` must change nothing but the session: where the disk is full, it runs again without the others.
        """
        writer = _Writer(work, alone=alone)
        self._waiting.append(writer)
        # A turn for each writer. Those whose writer joined an earlier group have nothing to do.
        self._thread.submit(self._take_turn)
        return writer.future

    def close(self) -> None:
        """Wait for the thread to end."""
        self._thread.shutdown()

    def _take_turn(self) -> None:
        first = self._next()
        if first is None:
            return
        group = [first]
        try:
            self._commit(group)
        except TransactionLost as lost:
            # A server that is gone is gone for all. Anything else is one writer's, and shows when each runs alone.
            if type(lost.__cause__) is DatabaseUnavailable:
                _refuse(group, lost.__cause__)
            else:
                self._commit_each(group)
        except BaseException as error:  # noqa: BLE001 - whatever it is, someone waits for it
            if isinstance(error, StorageFull) and len(group) > 1:
                # All of it was rolled back, and there may be room for some.
                self._commit_each(group)
            else:
                _refuse(group, error)

    def _commit(self, group: "list[_Writer[Any]]") -> None:
        """Run and commit the first writer, and with it those who wait meanwhile: they are added to the group."""
        (first,) = group
        with self._database.writing(max(0.0, first.until - time.monotonic())) as session:
            closes = time.monotonic() + GROUP_SECONDS
            # Nothing else is in the transaction, so its error ends that.
            first.result = first.work(session)
            while not first.alone and time.monotonic() < closes and (writer := self._next(joining=True)):
                group.append(writer)
                try:
                    writer.result = session.behind_savepoint(writer.work)
                except TransactionLost:
                    raise
                except Exception as error:  # noqa: BLE001 - it is for who waits for this one
                    writer.error = error
        for writer in group:
            writer.resolve()

    def _commit_each(self, group: "list[_Writer[Any]]") -> None:
        """Run the writers of a group again, each in a transaction of its own, unless its time is over."""
        for writer in group:
            writer.alone, writer.error = True, None
            if time.monotonic() > writer.until:
                _refuse([writer], DatabaseBusy(WAITED_TOO_LONG))
                continue
            try:
                self._commit([writer])
            except BaseException as error:  # noqa: BLE001 - as above
                _refuse([writer], error)

    def _next(self, *, joining: bool = False) -> "_Writer[Any] | None":
        """Return the writer that has waited longest, or None; where it would join a group, only one that may."""
        # Only this thread takes writers away.
        while self._waiting and not (joining and self._waiting[0].alone):
            writer = self._waiting.popleft()
            if writer.future.set_running_or_notify_cancel():
                return writer
        return None


class _Writer(Generic[T]):
    """Queued work, then its result, and the future of the caller."""

    result: T

    def __init__(self, work: Callable[[WriteSession], T], *, alone: bool) -> None:
        self.work = work
        self.alone = alone
        self.until = time.monotonic() + WAIT_SECONDS
        self.future: Future[T] = Future()
        self.error: Exception | None = None

    def resolve(self) -> None:
        """Resolve the caller's future with the result or the error."""
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


def _refuse(group: "list[_Writer[Any]]", error: BaseException) -> None:
    for writer in group:
        writer.future.set_exception(error)
