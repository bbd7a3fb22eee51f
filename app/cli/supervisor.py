"""Supervisor: fork worker processes, and replace those that end or hang.

A forked worker has all that its parent imported, so several start nearly as fast as one, and share that memory. The
process that forks must have one thread: a lock that another thread holds would stay locked in the worker. Linux only:
the system libraries of macOS start threads of their own, and Windows has no fork.
"""

import mmap
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing import get_context
from typing import Final

from uvicorn.config import STARTUP_FAILURE

from app import log
from app.errors import StrikeledgerError

# Seconds between two heartbeats of a worker, and between two checks of them.
BEAT: Final = 1

# Checks without a heartbeat after which a worker is ended, since something holds its interpreter.
MOST_MISSED: Final = 10

# Seconds before a worker is replaced, so that one that ends at once does not take a whole core.
PAUSE: Final = 0.2


class CannotStart(StrikeledgerError):
    """A worker ended before it could serve."""


def supervise(count: int, serve: Callable[[], None]) -> None:
    """Run `serve` in so many processes until SIGTERM or SIGINT, then stop them and wait until they end.

    Raises CannotStart where a worker reports that it cannot serve: another one could not either.
    """
    assert sys.platform != "win32"  # noqa: S101 - for the type checker: the signals below do not exist there
    stops = {signal.SIGTERM, signal.SIGINT}
    awaited = {*stops, signal.SIGCHLD}
    # Blocked, they wait for `sigtimedwait`, and none can come between a check and the wait.
    signal.pthread_sigmask(signal.SIG_BLOCK, awaited)

    def begin() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, awaited)
        serve()

    workers = [_Worker(begin) for _ in range(count)]
    received = None
    try:
        while received is None or received.si_signo not in stops:
            for number, worker in enumerate(workers):
                if received is None:
                    worker.kill_if_hung()
                if worker.is_alive:
                    continue
                if worker.exit_code == STARTUP_FAILURE:
                    raise CannotStart("a worker could not start; its error stands above")
                log.get_logger().warning("worker ended", process=worker.process_id, code=worker.exit_code)
                time.sleep(PAUSE)
                workers[number] = _Worker(begin)
            received = signal.sigtimedwait(awaited, BEAT)
    finally:
        for worker in workers:
            worker.stop()
        for worker in workers:
            worker.join()


class _Worker:
    """A forked process that runs a function, and increases a shared byte as long as its interpreter runs."""

    def __init__(self, begin: Callable[[], None]) -> None:
        self._heart = mmap.mmap(-1, 1)
        self._last, self._missed = -1, 0
        self._begin = begin
        self._process = get_context("fork").Process(target=self._run)
        self._process.start()

    @property
    def is_alive(self) -> bool:
        return self._process.is_alive()

    @property
    def process_id(self) -> int | None:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        return self._process.exitcode

    def kill_if_hung(self) -> None:
        """End the process where it gave no heartbeat between MOST_MISSED checks. Its requests are lost."""
        self._missed = self._missed + 1 if self._heart[0] == self._last else 0
        self._last = self._heart[0]
        if self._missed >= MOST_MISSED:
            self._process.kill()

    def stop(self) -> None:
        """Let the process end once it has responded to all requests."""
        self._process.terminate()

    def join(self) -> None:
        self._process.join()

    def _run(self) -> None:
        threading.Thread(target=self._beat, daemon=True).start()
        self._begin()

    def _beat(self) -> None:
        while True:
            self._heart[0] = (self._heart[0] + 1) % 256
            time.sleep(BEAT)  # As often as the supervisor checks.
