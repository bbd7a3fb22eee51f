"""Deadline of a read: its expiry, and cancellation from another thread."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.db.driver_errors import TOO_LONG
from app.errors import QueryTimeout


class Deadline:
    """A moment of `time.monotonic`, and the seconds of processor time that the read may use until then.

    Processor time is that of the thread that reads: what only waits, for a core or for other threads, uses none.
    """

    def __init__(self, at: float = math.inf, processor: float | None = None) -> None:
        self.at = at
        self.processor = processor
        self._used_up = math.inf
        # Seconds for which other threads worked for the one that reads, and when they began to.
        self.elsewhere = 0.0
        self._began_elsewhere: tuple[float, float, float] | None = None
        self._lock = threading.Lock()
        self._cancel: Callable[[], object] | None = None

    @classmethod
    def after(cls, seconds: float, processor: float | None = None) -> "Deadline":
        """Return the deadline so many seconds from now."""
        return cls(time.monotonic() + seconds, processor)

    def begin(self) -> None:
        """Count processor time from now on, in the thread that reads."""
        if self.processor is not None:
            self._used_up = time.thread_time() + self.processor

    @property
    def left(self) -> float:
        """The seconds until then, 0 where it has passed."""
        return max(0.0, self.at - time.monotonic())

    def has_passed(self) -> bool:
        """Return whether it has passed, or the processor time is used up. Only the reading thread may call this."""
        return time.monotonic() > self.at or (
            self.processor is not None and time.thread_time() + self._elsewhere_now() > self._used_up
        )

    def check(self) -> None:
        """Raise QueryTimeout where it has passed."""
        if self.has_passed():
            raise QueryTimeout(TOO_LONG)

    @contextmanager
    def working_elsewhere(self) -> Iterator[None]:
        """Count what other threads use in the block as well: they work for the one that reads.

        Their time cannot be separated from that of other reads, so it is counted for no longer than the block takes,
        and for no more than the whole process uses meanwhile.
        """
        self._began_elsewhere = time.monotonic(), time.process_time(), time.thread_time()
        try:
            yield
        finally:
            waited = self._elsewhere_now()
            self._began_elsewhere = None
            self.elsewhere += waited
            self._used_up -= waited

    def _elsewhere_now(self) -> float:
        if self._began_elsewhere is None:
            return 0.0
        began, process, thread = self._began_elsewhere
        passed = min(time.monotonic() - began, time.process_time() - process)
        return max(0.0, passed - (time.thread_time() - thread))

    @contextmanager
    def cancelling(self, cancel: Callable[[], object]) -> Iterator[None]:
        """Let `end_now` call `cancel` for as long as the block runs."""
        self._cancel = cancel
        try:
            yield
        finally:
            with self._lock:
                self._cancel = None

    def end_now(self) -> None:
        """Expire it now: code that checks it stops, other work is cancelled. Any thread may call this.

        It may wait for a server.
        """
        self.at = -math.inf
        with self._lock:
            if self._cancel is not None:
                self._cancel()
