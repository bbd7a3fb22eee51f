"""Lazy translation table for `str.translate`.

Translating takes a tenth of the time of a loop over characters, and a text of 1 MiB can fold to millions of them.
"""

from collections.abc import Callable

# The last code point that is cached: a table of all would take 100 MB.
_LAST_CACHED = 0xFFFF


class CharacterTable(dict[int, str]):
    """Maps code points to what a function of one character returns for them."""

    def __init__(self, fold: Callable[[str], str]) -> None:
        super().__init__()
        self._fold = fold

    def __missing__(self, code: int) -> str:
        """Fold a character for the first time."""
        folded = self._fold(chr(code))
        if code <= _LAST_CACHED:
            self[code] = folded
        return folded
