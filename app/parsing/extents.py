"""Extent of a target's words, and the start of the next one."""

from collections.abc import Sequence
from itertools import islice

from app.parsing.amounts import ReadCount
from app.parsing.function_words import (
    ATTRIBUTIVE,
    DOUBTFUL,
    FINITE,
    GENERIC_HEADS,
    LEADING,
    SEPARATORS,
    SIZES,
    describes,
)
from app.parsing.target_category import ENEMY, is_plural
from app.parsing.text import Token


def extent(tokens: Sequence[Token], begin: int, read: ReadCount | None) -> tuple[int | None, int]:
    """Find where a bare target after this one begins, and where this one's words end."""
    for index in range(begin, len(tokens)):
        token = tokens[index]
        if token.low in SEPARATORS:
            if not _goes_on(tokens, begin, index, read):
                return index + 1, index
        elif (
            token.low in {"along", "together"}
            and tokens[index + 1 : index + 2]
            and tokens[index + 1].low == "with"
        ):
            return index + 2, index
        elif token.low in FINITE and read is None:
            return None, begin
        elif describes(tokens, index) or (not token.word[0].isalnum() and token.word not in "-/'#"):
            return None, index
    return None, len(tokens)


def _goes_on(tokens: Sequence[Token], begin: int, index: int, read: ReadCount | None) -> bool:
    """Return whether a comma or "and" is part of the category. Reads: "gas and oil plant", "tunnels and caves"."""
    # Called at every separator, so no more is read than necessary.
    words = (
        token
        for token in map(tokens.__getitem__, range(index - 1, begin - 1, -1))
        if token.low not in ENEMY and token.word[0].isalnum()
    )
    last = next(words, None)
    following = (token for token in islice(tokens, index + 1, None) if token.low not in {"and", ","})
    first = next(following, None)
    if last is None or first is None or tokens[index].low in {";", "plus", "or"}:
        return False
    if first.low in LEADING or describes(tokens, index + 1):
        return False
    many = read is not None and (read.count.maximum is None or read.count.maximum > 1)
    if (
        last.low in SIZES
    ):  # "an ISIL large and small tactical unit" are two, "two large and small units" stay one.
        return many
    if tokens[index].low == "," and last.low in DOUBTFUL and is_plural(last.low):
        return False  # "heavy weapons, vehicles and caches"
    if last.low in ATTRIBUTIVE:
        return True
    rest = [first, *following]
    if last.low in DOUBTFUL:
        return any(token.low in GENERIC_HEADS for token in rest) and (many or len(rest) > 1)
    if not many or next(words, None) is not None:
        return False
    if tokens[index].low != "and":
        return not is_plural(last.word) and any(token.low == "and" for token in tokens[index + 1 :])
    # One number for two plurals in a row proves no more than itself, so they stay one category.
    return is_plural(last.word) and is_plural(first.word) and (len(rest) == 1 or describes(rest, 1))
