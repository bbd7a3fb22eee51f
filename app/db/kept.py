"""Keep the last few things that were worked out, for all threads."""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Things by what they were worked out from, up to so many: the one that was put in first goes first.

    A thing must be the same whoever works it out, since threads may do so at the same time.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: dict[K, V] = {}
        self._lock = threading.Lock()

    def get(self, key: K, work: Callable[[], V]) -> V:
        """Return what is kept, or what `work` returns, which is kept from now on."""
        try:
            return self._things[key]
        except KeyError:
            pass
        thing = work()
        # To look for the first while another thread puts one in would fail.
        with self._lock:
            while len(self._things) >= self._most:
                del self._things[next(iter(self._things))]
            self._things[key] = thing
        return thing
