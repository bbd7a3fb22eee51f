"""Timeouts, minimum rates and eviction for the connections of a process.

Nothing here speaks HTTP; protocol.py reports when a connection begins and ceases to be waited for.
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
    # Of waiting for a client that takes its response more slowly than `slowest`, in bytes a second.
    answer: float = 30
    slowest: int = 4 * 1024
    # Without a byte taken, after which a download gives way to another one where all places are in use.
    stuck: float = 5
    # For a client that still sends what was refused already, so that it sees the refusal.
    farewell: float = 2
    # Connections of one address with a request half sent; a newer one ends the oldest.
    half_open: int = 50
    # Age under which a half-open connection, or a client's rate, is not judged: it may just not have been read.
    young: float = 1
    # Bytes a second of a client that never gives way for its unsent bytes: it takes the largest response in seconds.
    brisk: int = 256 * 1024


class Waited(Protocol):
    """A connection, as the watch sees it."""

    address: str

    def untaken(self) -> int:
        """Return the bytes of its responses that wait for its client."""

    def time_out(self) -> None:
        """End the connection, whose time is over."""

    def give_way(self) -> None:
        """End the connection, whose place is needed."""


# Connections that a process has at most, where the system would allow more.
MOST_OPEN = 10_000

# Bytes of all responses that wait in the memory of a process for their clients to take them.
MOST_UNSENT = 64 * 1024 * 1024

# Seconds between two clock checks.
_TICK = 0.25


class Throughput:
    """How fast a client takes its responses, while the server waits for it and does nothing else for it."""

    def __init__(self) -> None:
        # Seconds waited and bytes taken before the present wait.
        self.seconds = 0.0
        self._taken = 0
        # When the present wait began, and how many bytes waited then.
        self._since = 0.0
        self._size = 0

    def begin(self, now: float, size: int) -> None:
        """Begin to wait with so many bytes unsent."""
        self._since, self._size = now, size

    def end(self, now: float, size: int) -> None:
        """End a wait, with so many bytes left."""
        self.seconds += now - self._since
        self._taken += self._size - size

    def waited(self, now: float) -> float:
        """Return the seconds waited, those of the present wait included."""
        return self.seconds + now - self._since

    def renew(self, now: float, size: int) -> int:
        """Return the bytes read by the client so far, and reset the count."""
        self.end(now, size)
        taken, self._taken, self.seconds = self._taken, 0, 0.0
        self.begin(now, size)
        return taken

    def silence(self, now: float, size: int) -> float:
        """Return the seconds of the present wait; 0 where the client has taken a byte since it began."""
        return now - self._since if size >= self._size else 0.0


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
        # Those whose client can come back and miss nothing, the oldest first.
        self._expendable: dict[Waited, None] = {}
        # Bytes that wait to be sent and since when, by connection, in the order in which the waiting began.
        self._unsent: dict[Waited, tuple[int, float]] = {}
        self._unsent_bytes = 0
        self._ticking = False

    def half_open(self, connection: Waited, seconds: float) -> None:
        """Wait so long for a connection whose request is not complete. A repeated call restarts the time."""
        now = self._loop.time()
        self._expect(connection, now + seconds)
        siblings = self._half_open[connection.address]
        if connection in siblings:
            return
        siblings[connection] = now
        if len(siblings) > self.patience.half_open:
            oldest, since = next(iter(siblings.items()))
            if now - since >= self.patience.young:
                oldest.give_way()

    def stalled(self, connection: Waited, seconds: float) -> None:
        """Wait so long for a connection that does not read its response, or is to be closed by its client."""
        self.done(connection)
        self._expect(connection, self._loop.time() + seconds)

    def unsent(self, connection: Waited, size: int) -> None:
        """Count bytes that wait for a client. Beyond MOST_UNSENT those of the slowest clients are ended.

        Many clients that request large responses at once, and read them, are no danger: nobody is ended who has just
        begun, or takes `brisk` bytes a second.
        """
        self.sent(connection)
        self._unsent[connection] = size, self._loop.time()
        self._unsent_bytes += size
        self._limit_unsent()
        self._tick_soon()

    def sent(self, connection: Waited) -> None:
        """Count no bytes of a connection any longer."""
        size, _ = self._unsent.pop(connection, (0, 0.0))
        self._unsent_bytes -= size

    def expendable(self, connection: Waited, *, is_expendable: bool) -> None:
        """Note whether a connection is ended before any other one that is at work."""
        if is_expendable:
            self._expendable[connection] = None
        else:
            self._expendable.pop(connection, None)

    def idle(self, connection: Waited) -> None:
        """Note that a connection has nothing to do: the first that is ended when places run short."""
        self._idle[connection] = None

    def done(self, connection: Waited) -> None:
        """Wait no longer for a connection."""
        self._idle.pop(connection, None)
        if self._until.pop(connection, None) is not None:
            siblings = self._half_open.get(connection.address)
            if siblings is not None and siblings.pop(connection, None) is not None and not siblings:
                del self._half_open[connection.address]

    def make_room(self) -> bool:
        """End the connection that is missed least: one that is waited for, an idle one, an expendable one."""
        if self._until:
            min(self._until, key=self._until.__getitem__).give_way()
            return True
        for connections in (self._idle, self._expendable):
            if connections:
                oldest = next(iter(connections))
                self.expendable(oldest, is_expendable=False)
                oldest.give_way()
                return True
        return False

    def _limit_unsent(self) -> None:
        while self._unsent_bytes > MOST_UNSENT and (slowest := self._slowest()) is not None:
            self.sent(slowest)
            slowest.give_way()

    def _slowest(self) -> Waited | None:
        """Return the connection whose client takes least in a second, of those that may be ended for it."""
        now = self._loop.time()
        rates = {
            connection: (size - connection.untaken()) / (now - since)
            for connection, (size, since) in self._unsent.items()
            if now - since >= self.patience.young
        }
        slowest = min(rates, key=rates.__getitem__, default=None)
        return None if slowest is None or rates[slowest] >= self.patience.brisk else slowest

    def _expect(self, connection: Waited, until: float) -> None:
        self._until[connection] = until
        self._tick_soon()

    def _tick_soon(self) -> None:
        if not self._ticking:
            self._ticking = True
            self._loop.call_later(_TICK, self._tick)

    def _tick(self) -> None:
        now = self._loop.time()
        for connection in [connection for connection, until in self._until.items() if until <= now]:
            connection.time_out()
        self._limit_unsent()
        self._ticking = bool(self._until or self._unsent)
        if self._ticking:
            self._loop.call_later(_TICK, self._tick)


def most_open() -> int:
    """Return how many connections this process may have: half its files, the others are the database's."""
    if sys.platform == "win32":
        return MOST_OPEN
    import resource  # noqa: PLC0415 - the module does not exist on every platform

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_OPEN if soft == resource.RLIM_INFINITY else min(soft // 2, MOST_OPEN)
