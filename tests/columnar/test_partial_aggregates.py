"""The cache of partial aggregates stays within its bytes, whatever its keys are."""

import gc
import tracemalloc
from collections.abc import Hashable
from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest

from app.columnar import partial_aggregates
from app.columnar.partial_aggregates import Partials

EMPTY = pl.DataFrame()


def of(number: int) -> pl.DataFrame:
    """Return a table of one number."""
    return pl.DataFrame({"number": [number]})


def test_table_is_counted_once_while_it_is_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two that have room, the first is counted again after two others."""
    monkeypatch.setattr(
        partial_aggregates, "BYTES_CACHED", 2 * (partial_aggregates.size_of(1) + of(1).estimated_size())
    )
    cache = Partials()
    counted: list[int] = []

    def get(key: int) -> int:
        def count() -> pl.DataFrame:
            counted.append(key)
            return of(key)

        return int(cache.get(key, count).item())

    assert [get(key) for key in (1, 1, 2, 2, 3, 1)] == [1, 1, 2, 2, 3, 1]
    assert counted == [1, 2, 3, 1]


def test_too_large_table_is_returned_and_not_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that has no room drops no other one."""
    monkeypatch.setattr(
        partial_aggregates, "BYTES_CACHED", partial_aggregates.size_of(1) + of(1).estimated_size()
    )
    cache = Partials()
    cache.get(1, lambda: of(1))
    large = pl.DataFrame({"number": range(1_000)})
    assert cache.get(2, lambda: large) is large
    assert cache.get(1, lambda: EMPTY).item() == 1


def test_threads_get_their_own_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that count many more tables than have room all get theirs."""
    monkeypatch.setattr(partial_aggregates, "BYTES_CACHED", 1_000)
    cache = Partials()

    def get(seed: int) -> bool:
        return all(
            cache.get(key, lambda key=key: of(key)).item() == key  # type: ignore[misc] # a default that binds
            for key in range(seed, seed + 2_000)
        )

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(get, range(4)))


def test_long_keys_count_as_what_they_take(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where keys hold sets and texts of any length, all entries take no more than is allowed."""
    most = 100_000
    monkeypatch.setattr(partial_aggregates, "BYTES_CACHED", most)
    cache = Partials()
    tracemalloc.start()
    try:
        for number in range(500):
            places = frozenset(range(number * 1_000, number * 1_000 + number))
            key: Hashable = ("near", places, str(number) * number)
            cache.get(key, lambda: EMPTY)
        gc.collect()
        allocated, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most / 4 < allocated < most
