"""Lanes: bounded concurrency with admission control by the expected wait.

A lane starts as many tickets at a time as it has places. A ticket that cannot start in time, by what is running and
waiting before it, is refused on arrival; one that turns out late all the same is refused at its latest start.
"""

import asyncio
import math
import time
from bisect import insort
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from cachetools import FIFOCache
from starlette.types import Receive

from app.errors import Overloaded
from app.http.disconnects import cancel_on_disconnect

# How much a new measurement changes a cost, and the seconds for which a cost holds that is not measured again, or
# that was only guessed.
_WEIGHT, _MEMORY, _MEMORY_OF_GUESSES = 0.4, 10.0, 1.0

# How many times its expected cost must be left to work that starts.
_MARGIN = 1.5

# Kinds whose costs are known at a time.
MOST_KINDS = 2_000


class Dismissed(Exception):
    """A ticket waits in the wrong lane."""


class Costs:
    """Measured costs, in seconds, by the kind of work: averages in which the latest weigh most."""

    def __init__(self) -> None:
        # Each with the moment until which it holds, and whether it was measured.
        self._costs: FIFOCache[Hashable, tuple[float, float, bool]] = FIFOCache(MOST_KINDS)

    def of(self, kind: Hashable) -> float | None:
        """Return the expected cost; None where nothing is known, or only from some time ago."""
        cost, until, _ = self._costs.get(kind, (0.0, -math.inf, False))
        return cost if time.monotonic() < until else None

    def last(self, kind: Hashable) -> float:
        """Return the cost that was known last, however long ago; 0 where none is."""
        return self._costs.get(kind, (0.0,))[0]

    def measure(self, kind: Hashable, seconds: float) -> None:
        """Add a measurement."""
        cost = self.of(kind)
        if cost is not None and self._costs[kind][2]:
            seconds = cost + _WEIGHT * (seconds - cost)
        self._put(kind, seconds, measured=True)

    def expect(self, kind: Hashable, seconds: float) -> None:
        """Expect so much of a kind of which nothing was measured yet; a measurement is never replaced by it."""
        if self.of(kind) is None or not self._costs[kind][2]:
            self._put(kind, seconds, measured=False)

    def is_measured(self, kind: Hashable) -> bool:
        """Return whether the cost of a kind was measured lately."""
        return self.of(kind) is not None and self._costs[kind][2]

    def _put(self, kind: Hashable, seconds: float, *, measured: bool) -> None:
        until = time.monotonic() + (_MEMORY if measured else _MEMORY_OF_GUESSES)
        self._costs[kind] = seconds, until, measured


@dataclass(eq=False, slots=True)
class Ticket:
    """Work that requests a place: its kind, its expected cost in seconds, and its deadline."""

    kind: Hashable
    expected: float
    until: float
    turn: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    started: float = 0.0

    @property
    def latest(self) -> float:
        """The moment after which it is too late to start: what is stopped halfway was work for nothing."""
        return self.until - _MARGIN * self.expected


class Lane:
    """Places for work. Only the event loop uses it."""

    def __init__(
        self,
        places: int,
        *,
        order: Callable[[Ticket], float] | None = None,
        one_of_a_kind: bool = False,
    ) -> None:
        """Offer so many places; tickets wait in their order, else the first to come starts first.

        With `one_of_a_kind` no two of a kind run at a time.
        """
        self._places = places
        self._order = order
        self._one_of_a_kind = one_of_a_kind
        self._waiting: list[Ticket] = []
        self._running: set[Ticket] = set()

    async def enter(self, ticket: Ticket, receive: Receive | None) -> None:
        """Wait for a place. Raises Overloaded where there is none in time, Dismissed and ClientDisconnected.

        Where nothing waits or runs that long, the ticket starts at once, however late it is.
        """
        now = time.monotonic()
        if self._may_start(ticket):
            self._start(ticket, now)
            return
        if now + self._wait(ticket, now) > ticket.latest:
            raise self._refusal(now)
        if self._order is None:
            self._waiting.append(ticket)
        else:
            insort(self._waiting, ticket, key=self._order)
        loop = asyncio.get_running_loop()
        timer = loop.call_later(ticket.latest - now, self._give_up, ticket)
        try:
            await cancel_on_disconnect(ticket.turn, receive)
        except BaseException:
            self.leave(ticket)
            raise
        finally:
            timer.cancel()

    def leave(self, ticket: Ticket) -> None:
        """Give a place back, or stop waiting for one."""
        if ticket in self._running:
            self._running.discard(ticket)
        elif ticket in self._waiting:
            self._waiting.remove(ticket)
        now = time.monotonic()
        while (following := next(filter(self._may_start, self._waiting), None)) is not None:
            self._waiting.remove(following)
            self._start(following, now)

    def dismiss(self, kind: Hashable) -> None:
        """Let all that waits of a kind wait no longer: it raises Dismissed."""
        for ticket in [waiting for waiting in self._waiting if waiting.kind == kind]:
            self._waiting.remove(ticket)
            if not ticket.turn.done():
                ticket.turn.set_exception(Dismissed)

    def _may_start(self, ticket: Ticket) -> bool:
        if len(self._running) >= self._places:
            return False
        return not (self._one_of_a_kind and any(running.kind == ticket.kind for running in self._running))

    def _start(self, ticket: Ticket, now: float) -> None:
        ticket.started = now
        self._running.add(ticket)
        if not ticket.turn.done():
            ticket.turn.set_result(None)

    def _wait(self, ticket: Ticket | None, now: float) -> float:
        """Return the seconds until a place is expected to be free for a ticket; None: until nothing waits."""
        before = self._waiting
        if ticket is not None and self._order is not None:
            rank = self._order(ticket)
            before = [waiting for waiting in before if self._order(waiting) <= rank]
        running = sum(max(0.0, ticket.started + ticket.expected - now) for ticket in self._running)
        return (running + sum(ticket.expected for ticket in before)) / self._places

    def _give_up(self, ticket: Ticket) -> None:
        if ticket in self._waiting:
            self._waiting.remove(ticket)
            ticket.turn.set_exception(self._refusal(time.monotonic()))

    def _refusal(self, now: float) -> Overloaded:
        return Overloaded(max(1, math.ceil(self._wait(None, now))))
