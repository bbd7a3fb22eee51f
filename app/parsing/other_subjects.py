"""Subjects of other verbs, as distinct from targets."""

from collections.abc import Sequence
from itertools import pairwise

from app.parsing.function_words import FINITE, INTRANSITIVE, PAST
from app.parsing.numbers import read_count, read_number
from app.parsing.text import Token
from app.vocabulary.counts import NUMBER_WORDS

# Before "to": what somebody has not done yet.
_INTENTS = frozenset(
    "plan plans intend intends want wants hope hopes aim aims seek seeks threaten threatens".split()
)
# Words of a subject before its verb.
MAX_SUBJECT = 6


def sentence_in(tokens: Sequence[Token]) -> int | None:
    """Find where somebody else's deed begins. Reads: "a hut on May 3, and soldiers found two mines"."""
    for index in range(1, len(tokens) - 1):
        if tokens[index].low == "and" and tokens[index - 1].word == ",":
            end = min(len(tokens) - 1, index + 1 + MAX_SUBJECT)
            deed = next((here for here in range(index + 2, end) if is_deed(tokens, here)), None)
            if deed is not None and read_count(tokens, index + 1, deed) is None:
                return index + 1
    return None


def is_deed(tokens: Sequence[Token], index: int) -> bool:
    """Whether a verb here is the act of somebody. Reads: "fled", "fired 30 shells"; not "armed men"."""
    low = tokens[index].low
    if low in FINITE:
        return True
    past = low in PAST and index > 0
    return (past or low.endswith("ed")) and read_number(tokens, index + 1, len(tokens)) is not None


def begins_sentence(tokens: Sequence[Token], first: int, stop: int) -> bool:
    """Whether words without a number begin a sentence of their own.

    Reads: "the militants had burned two huts", "artillery of the army fired 30 shells", "the group plans to destroy".
    """
    if any(
        word.low in _INTENTS and following.low == "to"
        for word, following in pairwise(tokens[first : stop + 1])
    ):
        return True
    if stop == first and any(token.low in FINITE for token in tokens[first : first + MAX_SUBJECT]):
        return True
    return any(is_deed(tokens, index) for index in range(first, min(len(tokens) - 1, stop + MAX_SUBJECT)))


def is_predicate(tokens: Sequence[Token], index: int, *, definite: bool) -> bool:
    """Whether a verb stands behind a noun, which then begins a sentence of its own.

    Reads: "two ships were …", "45 jets watched the road", "the launchers threatened"; but not "a hut used as a store".
    """
    low = tokens[index].low
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    after = following.low if following else ""
    if low in FINITE or (low in INTRANSITIVE and after not in {"", "by"}):
        return True
    if low == "fired" and after in {"on", "upon", "at"}:  # Perhaps a participle, but ambiguous.
        return True
    if not low.endswith("ed") or following is None:
        return definite and low.endswith("ed")
    objects = following.low in {"the", "a", "an", "their", "its"} or following.low[0].isdigit()
    return definite or objects or following.low in NUMBER_WORDS
