"""Cache of a segment's partial aggregates, bounded in bytes."""

import sys
from collections.abc import Callable, Hashable
from contextlib import suppress
from threading import Lock
from typing import NamedTuple

import polars as pl
from cachetools import FIFOCache

# Bytes of partial aggregates that a segment caches, with their keys.
BYTES_CACHED = 1 << 18

# What a number in a set takes next to its slot, and an entry of a table.
_NUMBER, _ENTRY = 32, 200


class _Partial(NamedTuple):
    table: pl.DataFrame
    size: int


class Partials:
    """A FIFO cache for several threads, which may compute the same table at the same time."""

    def __init__(self) -> None:
        self._cache: FIFOCache[Hashable, _Partial] = FIFOCache(BYTES_CACHED, lambda partial: partial.size)
        self._lock = Lock()

    def get(self, key: Hashable, count: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """Return the cached table of a key, else what `count` returns, which is cached unless it is too large."""
        with self._lock:
            cached = self._cache.get(key)
        if cached is not None:
            return cached.table
        table = count()
        with self._lock, suppress(ValueError):  # cachetools raises it for a value larger than the cache.
            self._cache[key] = _Partial(table, size_of(key) + int(table.estimated_size()))
        return table


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
