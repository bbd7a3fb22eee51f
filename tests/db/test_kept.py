"""The last few things that were worked out are kept."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from operator import neg

from app.db.kept import Kept


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
