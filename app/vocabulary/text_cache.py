"""Bounded cache for functions of one short text."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

T = TypeVar("T")

# Letters of the longest text that is remembered: what a client sends can be as long as it likes, and a number of
# results is a bound only where each of them is small.
LONGEST = 200


def cached_by_text(most: int) -> Callable[[Callable[[str], T]], Callable[[str], T]]:
    """Remember the last `most` results of a function, by texts of up to LONGEST letters."""

    def decorator(function: Callable[[str], T]) -> Callable[[str], T]:
        cached = lru_cache(most)(function)

        @wraps(function)
        def either(text: str) -> T:
            return cached(text) if len(text) <= LONGEST else function(text)

        return either

    return decorator
