"""Admission control and deadlines for parsing requests.

Short and long texts have separate lanes, so that no release waits behind a book. A lane that has as
much to read as fits into the time refuses more at once. A request that waits too long, takes too long, or is
abandoned, is stopped.
"""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from anyio import CancelScope, CapacityLimiter, to_thread
from starlette.types import Receive

from app.errors import ParseTimeout
from app.http.disconnects import wait_for_disconnect

T = TypeVar("T")

# Seconds from when a text is complete to its draft.
MOST_SECONDS = 2.0

# Bytes of a text that is short: a release of a whole week has some 20 KiB.
SHORT_TEXT = 32 * 1024

# Bytes that may wait in a lane for a place: what takes about a second.
MOST_WAITING = 200 * 1024

# Texts read at the same time in each lane: more would only take the interpreter from each other, and from all others.
_SHORT_PLACES, _LONG_PLACES = 2, 1

Checkpoint = Callable[[], None]


class Deadline:
    """The moment, of `time.monotonic`, at which work is to stop. Any thread may check it, or end it."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """The seconds until then; 0 or less where it is over."""
        return self._at - time.monotonic()

    def check(self) -> None:
        """Raise ParseTimeout where it is over."""
        if self.left <= 0:
            raise ParseTimeout(f"parsing took longer than {MOST_SECONDS:g} s; split the text")

    def end(self) -> None:
        """Let it be over now."""
        self._at = -math.inf


@dataclass(slots=True)
class _Lane:
    places: asyncio.Semaphore
    # Bytes of the texts that wait for a place.
    waiting: int = 0


class Parsers:
    """The lanes of one process."""

    def __init__(self) -> None:
        self._short = _Lane(asyncio.Semaphore(_SHORT_PLACES))
        self._long = _Lane(asyncio.Semaphore(_LONG_PLACES))

    async def __call__(self, size: int, work: Callable[[Checkpoint], T], receive: Receive) -> T:
        """Return what `work` returns, given a checkpoint that it calls often; `size` is that of the text, in bytes.

        Raises ParseTimeout where it is not done in time, and as soon as it is known that it cannot be, or that the
        client left.
        """
        deadline = Deadline(MOST_SECONDS)
        lane = self._short if size <= SHORT_TEXT else self._long
        left = asyncio.ensure_future(wait_for_disconnect(receive))
        left.add_done_callback(lambda _: deadline.end())
        try:
            await _enter(lane, size, deadline, left)
            try:
                return await to_thread.run_sync(work, deadline.check, limiter=CapacityLimiter(1))
            finally:
                lane.places.release()
        finally:
            left.cancel()
            deadline.end()


async def _enter(lane: _Lane, size: int, deadline: Deadline, left: asyncio.Future[None]) -> None:
    """Take a place in a lane, waiting for one if there is little before it. Raises ParseTimeout."""
    if lane.waiting + size > MOST_WAITING and lane.places.locked():
        raise ParseTimeout("too many texts are being parsed; retry shortly")
    lane.waiting += size
    try:
        with CancelScope(deadline=asyncio.get_running_loop().time() + deadline.left) as scope:
            left.add_done_callback(lambda _: scope.cancel())
            await lane.places.acquire()
            return
    finally:
        lane.waiting -= size
    raise ParseTimeout("parsing of other texts took too long; retry shortly")
