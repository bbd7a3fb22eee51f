"""Watch the connections of a process that keep it waiting: a request half sent, an answer not taken.

Nothing here speaks HTTP; protocol.py tells when a connection begins and ceases to be waited for.
"""

import asyncio
import sys
from collections import defaultdict
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a client is waited for, in seconds, and how many may be at once."""

    # From the connection, or the first byte of a later request, to the end of its headers.
    headers: float = 10
    # Without a byte of the body that was promised.
    body: float = 30
    # Without the client taking anything of its answer.
    answer: float = 60
    # For a client that still sends what was refused already, so that it sees the refusal.
    farewell: float = 2
    # Connections of one address with a request half sent; a newer one ends the oldest.
    half_open: int = 50
    # Age under which a half-open connection is left alone: it may just not have been read.
    young: float = 1


class Waited(Protocol):
    """A connection, as the watch sees it."""

    address: str

    def time_out(self) -> None:
        """End the connection, whose time is over."""

    def give_way(self) -> None:
        """End the connection, whose place is needed."""


# Connections that a process has at most, where the system would allow more.
MOST_OPEN = 10_000

# Seconds between two looks at the clock.
_TICK = 0.25


class Watch:
    """The connections of one process that are waited for, and those that idle between two requests."""

    def __init__(self, loop: asyncio.AbstractEventLoop, patience: Patience, most: int) -> None:
        """Watch. `most` is how many connections the process may have open in all."""
        self.patience = patience
        self.most = most
        self._loop = loop
        # Each with the moment when its time is over, in the order in which the waiting began.
        self._until: dict[Waited, float] = {}
        self._half_open: defaultdict[str, dict[Waited, float]] = defaultdict(dict)
        self._idle: dict[Waited, None] = {}
        self._ticking = False

    def half_open(self, connection: Waited, seconds: float) -> None:
        """Wait so long for a connection whose request is not complete. Asked again, the time begins anew."""
        now = self._loop.time()
        self._expect(connection, now + seconds)
        beside = self._half_open[connection.address]
        if connection in beside:
            return
        beside[connection] = now
        if len(beside) > self.patience.half_open:
            oldest, since = next(iter(beside.items()))
            if now - since >= self.patience.young:
                oldest.give_way()

    def stalled(self, connection: Waited, seconds: float) -> None:
        """Wait so long for a connection that does not take its answer, or is to be closed by its client."""
        self.done(connection)
        self._expect(connection, self._loop.time() + seconds)

    def idle(self, connection: Waited) -> None:
        """Note that a connection has nothing to do: the first that is ended when places run short."""
        self._idle[connection] = None

    def done(self, connection: Waited) -> None:
        """Wait no longer for a connection."""
        self._idle.pop(connection, None)
        if self._until.pop(connection, None) is not None:
            beside = self._half_open.get(connection.address)
            if beside is not None and beside.pop(connection, None) is not None and not beside:
                del self._half_open[connection.address]

    def make_room(self) -> bool:
        """End the connection that is missed least: whose time is over first, else one between two requests."""
        if self._until:
            min(self._until, key=self._until.__getitem__).give_way()
            return True
        if self._idle:
            next(iter(self._idle)).give_way()
            return True
        return False

    def _expect(self, connection: Waited, until: float) -> None:
        self._until[connection] = until
        if not self._ticking:
            self._ticking = True
            self._loop.call_later(_TICK, self._tick)

    def _tick(self) -> None:
        now = self._loop.time()
        for connection in [each for each, until in self._until.items() if until <= now]:
            connection.time_out()
        self._ticking = bool(self._until)
        if self._ticking:
            self._loop.call_later(_TICK, self._tick)


def most_open() -> int:
    """Return how many connections this process may have: half its files, the others are the database's."""
    if sys.platform == "win32":
        return MOST_OPEN
    import resource  # noqa: PLC0415 - the module does not exist on every platform

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_OPEN if soft == resource.RLIM_INFINITY else min(soft // 2, MOST_OPEN)
