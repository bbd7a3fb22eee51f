"""The last few things that were worked out are kept."""

import gc
import tracemalloc
from collections.abc import Hashable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from operator import neg

from app.db.kept import Kept, size_of


def test_a_thing_is_worked_out_once_while_it_is_kept() -> None:
    """Of two that may be kept, the first is worked out anew after two others."""
    kept = Kept[str, str](2)
    worked: list[str] = []

    def get(key: str) -> str:
        def work() -> str:
            worked.append(key)
            return key.upper()

        return kept.get(key, work)

    assert [get(key) for key in "aabbca"] == list("AABBCA")
    assert worked == list("abca")


def test_threads_do_not_get_into_each_others_way() -> None:
    """Threads that ask for many more things than are kept all get theirs."""
    kept = Kept[int, int](3)

    def ask(seed: int) -> bool:
        return all(kept.get(each, partial(neg, each)) == -each for each in range(seed, seed + 5_000))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(ask, range(4)))


def test_long_keys_weigh_what_they_take() -> None:
    """Where keys hold sets and texts of any length, the entries that are kept take no more than is allowed."""
    most = 100_000
    kept: Kept[Hashable, int] = Kept(most, lambda key, _thing: size_of(key))
    tracemalloc.start()
    try:
        for number in range(500):
            places = frozenset(range(number * 1_000, number * 1_000 + number))
            kept.put(("near", places, str(number) * number), number)
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most / 4 < held < most


def test_weight_is_what_is_limited() -> None:
    """What comes in makes room by what came first; what is too heavy is not kept, and costs nobody's place."""
    kept: Kept[str, str] = Kept(6, lambda _key, thing: len(thing))
    for thing in ("one", "two", "none"):
        kept.put(thing, thing)
    kept.put("too heavy", "too heavy")
    assert [kept.find(each) for each in ("one", "two", "none", "too heavy")] == [None, None, "none", None]
    kept.put("none", "none")
    kept.put("12", "12")
    assert [kept.find(each) for each in ("none", "12")] == ["none", "12"]
