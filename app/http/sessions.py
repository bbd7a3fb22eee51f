"""Sessions for endpoints, and the only place that commits a transaction.

An endpoint awaits `read(work)` or `write(work)`; `work` takes the session and returns what the endpoint
needs. A write is committed before `write` returns, so no response reports what was not stored.

Reads run in lanes (lanes.py) by what work of their kind was measured to cost: little in the quick lane, much in the
slow one, which has one place, so that everybody else keeps the rest of the machine. Work of an unknown cost has a
trial lane. What takes longer than a moment in either is stopped, and starts again in the slow lane. Work that is
mostly short is first tried on the event loop itself (`short`), for as long as handing it to a thread would take.
The clock runs from the arrival of the request, and who cannot be served in time is refused at once.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, NamedTuple, Protocol, TypeVar

from fastapi import Depends, Request
from starlette.types import Receive

from app.db.deadline import Deadline
from app.db.driver_errors import WAIT_SECONDS
from app.db.engine import CacheMiss, Database, ReadSession, WouldBlock, WriteSession
from app.db.group_commit import WAITED_TOO_LONG, GroupCommit
from app.db.statements import Snapshot
from app.errors import ClientDisconnected, DatabaseBusy, QueryTimeout
from app.http.disconnects import cancel_on_disconnect
from app.http.lanes import Costs, Dismissed, Lane, Ticket

T = TypeVar("T")

# Seconds from the arrival of a request for reading. The response is still to be written then, so that it is sent,
# or refused, within two seconds.
MOST_SECONDS = 1.4

# Seconds of processor time (on PostgreSQL: of a statement) for work that is not slow. Tried for longer, what is long
# takes more of the interpreter from the others: for 0.2 s, their p99 grew twice as much. And the seconds in all, where
# it waits for a disk or a core.
AT_ONCE_SECONDS = 0.05
STALLED_SECONDS = 0.5

# The least that work may take which finds the slow lane free, however late that is.
LEAST_SECONDS = 0.2

# Seconds of processor time for which the engine may hold up the event loop: less than many a turn of a thread. Work
# of a kind that costs more than the second figure is not tried there.
SHORT_SECONDS = 0.003
NOT_SHORT_SECONDS = 0.015

# How long slow work is expected to take before any was measured.
SLOW_SECONDS = 0.3

# Where the protocol, or the outermost layer, puts the moment of `time.monotonic` at which a request was complete.
ARRIVED = "strikeledger.arrived"

# The parameters whose values distinguish cheap from costly work, besides all names: what is counted, in which order,
# and how it is written. The others choose lines.
_SHAPING = frozenset({"group_by", "sort", "count", "format", "fill", "lag", "cumulative", "shape"})

# Places for work of an unknown cost: most of it is quick, but if it is not, it takes the interpreter from all others.
TRIALS = 2

# How long work is expected to take of which nothing is known: less than if it had been stopped before.
UNKNOWN_SECONDS = 0.02

# All slow work is also measured as one kind.
_ALL_SLOW = "slow"


class Reader(Protocol):
    """Run work on one snapshot of the record."""

    def __call__(self, work: Callable[[ReadSession], T], /) -> Awaitable[T]:
        """Return what `work` returns."""


class ReadRequest(NamedTuple):
    """What is known of a request for work: its kind, when it came, and how to notice that its client leaves."""

    kind: Hashable
    arrived: float
    receive: Receive | None = None


class Reads:
    """Run work on one snapshot of the record, for all requests of a process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # A thread for each place of the lanes.
        self._threads = ThreadPoolExecutor(database.at_a_time + TRIALS + 1, "reader")
        self._quick = Lane(database.at_a_time, order=lambda ticket: ticket.expected)
        self._trial = Lane(TRIALS, order=lambda ticket: ticket.expected, one_of_a_kind=True)
        self._slow = Lane(1)
        # By the kind of work: what it costs, which decides about the lane, and how long it takes.
        self._costs, self._times = Costs(), Costs()

    async def __call__(self, work: Callable[[ReadSession], T], request: ReadRequest | None = None, /) -> T:
        """Return what `work` returns. Raises Overloaded, QueryTimeout, DatabaseBusy and DatabaseUnavailable."""
        request = request or ReadRequest(None, time.monotonic())
        until = request.arrived + MOST_SECONDS
        while (self._costs.of(request.kind) or 0.0) <= AT_ONCE_SECONDS:
            lane = self._quick if self._costs.is_measured(request.kind) else self._trial
            guess = self._costs.of(request.kind) or UNKNOWN_SECONDS
            ticket = Ticket(request.kind, self._times.of(request.kind) or guess, until)
            try:
                return await self._in(lane, ticket, work, request, AT_ONCE_SECONDS)
            except QueryTimeout:
                self._note_stopped(request.kind)
                break
            except Dismissed:
                # More is known of its kind now.
                continue
        typical = self._times.of(_ALL_SLOW) or SLOW_SECONDS
        expected = max(self._times.of(request.kind) or typical, AT_ONCE_SECONDS)
        try:
            return await self._in(self._slow, Ticket(request.kind, expected, until), work, request, None)
        except QueryTimeout:
            self._costs.measure(request.kind, MOST_SECONDS)
            self._times.measure(request.kind, MOST_SECONDS)
            raise

    async def short(self, work: Callable[[Snapshot], T], request: ReadRequest | None = None, /) -> T:
        """Return the same of work that is mostly short: it is tried here and now, where that can be had."""
        cost = None if request is None else self._costs.of(request.kind)
        if cost is None or cost <= NOT_SHORT_SECONDS:
            try:
                with self._database.at_once(SHORT_SECONDS) as snapshot:
                    return work(snapshot)
            except CacheMiss:
                pass
            except WouldBlock:
                if self._database.is_sqlite and request is not None:
                    # Requests that arrive before this is measured need not try it as well.
                    self._costs.expect(request.kind, 2 * NOT_SHORT_SECONDS)
        return await self(work, request)

    def close(self) -> None:
        """Wait for the threads to end, which takes no longer than a query may."""
        self._threads.shutdown()

    def _note_stopped(self, kind: Hashable) -> None:
        """Note that work of a kind was stopped after a moment. Once is no proof: it may just have been held up."""
        if self._costs.is_measured(kind) or self._costs.last(kind) >= AT_ONCE_SECONDS:
            self._costs.measure(kind, 2 * AT_ONCE_SECONDS)
        else:
            self._costs.expect(kind, AT_ONCE_SECONDS)
        if (self._costs.of(kind) or 0.0) > AT_ONCE_SECONDS:
            self._quick.dismiss(kind)
            self._trial.dismiss(kind)

    async def _in(
        self,
        lane: Lane,
        ticket: Ticket,
        work: Callable[[ReadSession], T],
        request: ReadRequest,
        seconds: float | None,
    ) -> T:
        """Run work in a lane, for so many seconds; None: for what is left of its time."""
        await lane.enter(ticket, request.receive)
        try:
            began = time.monotonic()
            is_slow = seconds is None
            most = max(ticket.until - began, LEAST_SECONDS) if is_slow else STALLED_SECONDS
            deadline = Deadline(began + most, seconds)
            loop = asyncio.get_running_loop()
            running = loop.run_in_executor(self._threads, self._on_snapshot, work, deadline)
            try:
                # What is quick is done before anybody leaves.
                result, cost = await (cancel_on_disconnect(running, request.receive) if is_slow else running)
            except ClientDisconnected:
                await loop.run_in_executor(None, deadline.end_now)
                # Whatever it ends with: nobody waits for it.
                await asyncio.gather(running, return_exceptions=True)
                raise
            took = time.monotonic() - began
            self._costs.measure(request.kind, cost)
            self._times.measure(request.kind, took)
            self._trial.dismiss(request.kind)
            if is_slow:
                self._times.measure(_ALL_SLOW, took)
            return result
        finally:
            lane.leave(ticket)

    def _on_snapshot(self, work: Callable[[ReadSession], T], deadline: Deadline) -> tuple[T, float]:
        """Return what `work` returns, and the seconds that it cost."""
        with self._database.reading(deadline) as session:
            # A server is waited for while it works.
            clock = time.thread_time if self._database.is_sqlite else time.monotonic
            began = clock()
            result = work(session)
            return result, clock() - began + (deadline.elsewhere if self._database.is_sqlite else 0.0)


class RequestReads:
    """Run work for one request. The first that it reads counts from its arrival, what it reads later from then on."""

    def __init__(self, reads: Reads, request: Request) -> None:
        self._reads = reads
        self._request = request
        self._is_first = True

    def __call__(self, work: Callable[[ReadSession], T], /) -> Awaitable[T]:
        """Return what `work` returns, as Reads does."""
        return self._reads(work, self._read_request())

    def short(self, work: Callable[[Snapshot], T], /) -> Awaitable[T]:
        """Return the same of work that is mostly short."""
        return self._reads.short(work, self._read_request())

    def _read_request(self) -> ReadRequest:
        scope, now = self._request.scope, time.monotonic()
        # A body comes when it comes, and what it holds must not be taken for the end of a connection.
        is_plain = scope["method"] == "GET"
        arrived = scope.get(ARRIVED, now) if is_plain and self._is_first else now
        self._is_first = False
        return ReadRequest(_kind(self._request), arrived, self._request.receive if is_plain else None)


def _kind(request: Request) -> int:
    """Return the kind of a request: its route, the names of its parameters, and the values that shape its response."""
    named = request.query_params.multi_items() if request.scope["query_string"] else ()
    shape = frozenset((name, value if name in _SHAPING else "") for name, value in named)
    # A number in place of the texts, which clients choose.
    return hash((request.scope["route"].path, shape))


class Writes:
    """Run work inside the one write transaction, in the order in which it came, and commit it: alone or in a group."""

    def __init__(self, database: Database) -> None:
        self._group_commit = GroupCommit(database)

    async def __call__(self, work: Callable[[WriteSession], T], /, *, alone: bool = False) -> T:
        """Return what `work` returns, once it is committed. Raises DatabaseBusy and DatabaseUnavailable.

        `alone` and what `work` may do are as in GroupCommit.submit.
        """
        future = self._group_commit.submit(work, alone=alone)
        waiting = asyncio.wrap_future(future)
        try:
            await asyncio.wait((waiting,), timeout=WAIT_SECONDS)
            if not waiting.done() and future.cancel():
                raise DatabaseBusy(WAITED_TOO_LONG)
            return await waiting
        except asyncio.CancelledError:
            # Nobody waits any more, and nothing is written that has not begun.
            future.cancel()
            raise

    def close(self) -> None:
        """Wait for the thread to end."""
        self._group_commit.close()


def reads_of(request: Request) -> RequestReads:
    """Return what reads the record for a request."""
    return RequestReads(request.app.state.reads, request)


def _writes_of(request: Request) -> Writes:
    writes: Writes = request.app.state.writes
    return writes


Read = Annotated[RequestReads, Depends(reads_of)]
Write = Annotated[Writes, Depends(_writes_of)]
