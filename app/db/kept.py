"""A small thread-safe FIFO cache, bounded by a number of entries or by their bytes."""

import sys
import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Things by what they were worked out from, up to so many: the one that was put in first goes first.

    A thing must be the same whoever works it out, since threads may do so at the same time. With `weigh`, which is
    given key and thing, it is the weight of all that is limited, and what is too heavy by itself is not kept.
    Without it, keys and things must be small.
    """

    def __init__(self, most: int, weigh: Callable[[K, V], int] | None = None) -> None:
        self._most = most
        self._weigh = weigh
        self._weight = 0
        self._things: dict[K, V] = {}
        self._lock = threading.Lock()

    def get(self, key: K, work: Callable[[], V]) -> V:
        """Return what is kept, or what `work` returns, which is kept from now on."""
        thing = self.find(key)
        if thing is None:
            thing = work()
            self.put(key, thing)
        return thing

    def find(self, key: K) -> V | None:
        """Return what is kept, or None."""
        return self._things.get(key)

    def put(self, key: K, thing: V) -> None:
        """Keep a thing from now on."""
        weight = self._weight_of(key, thing)
        if weight > self._most:
            return
        # To look for the first while another thread puts one in would fail.
        with self._lock:
            if key not in self._things:
                while self._weight + weight > self._most:
                    oldest = next(iter(self._things))
                    self._weight -= self._weight_of(oldest, self._things.pop(oldest))
                self._things[key] = thing
                self._weight += weight

    def _weight_of(self, key: K, thing: V) -> int:
        return 1 if self._weigh is None else self._weigh(key, thing)


# What a number in a set takes beside its place, and an entry of a table.
_NUMBER, _ENTRY = 32, 200


def size_of(key: object) -> int:
    """Return about how many bytes an entry takes by its key: tuples and sets of texts and numbers.

    Other objects in it are held by others too, and not counted.
    """
    return _ENTRY + _size(key)


def _size(part: object) -> int:
    if isinstance(part, tuple):
        return sys.getsizeof(part) + sum(map(_size, part))
    if isinstance(part, frozenset):
        return sys.getsizeof(part) + _NUMBER * len(part)
    return sys.getsizeof(part) if isinstance(part, str | int) else 0
