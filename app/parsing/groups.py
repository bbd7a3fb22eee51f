"""Groups and parts: "a convoy of six trucks", "one of two boats".

Which words name a group stands in app/vocabulary/collective_nouns.py.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from app.parsing.amounts import ReadCount
from app.parsing.function_words import FINITE, PREPOSITIONS
from app.parsing.numbers import read_count
from app.parsing.result import Count
from app.parsing.target_category import ENEMY, is_plural
from app.parsing.text import Token
from app.vocabulary.collective_nouns import GROUPS, SEVERAL, STORES

# Words between the number and the noun: "a large enemy vehicle convoy of".
REACH = 6
# The fewest things that make a group.
FEWEST = 2
_CONSISTING = frozenset("consisting composed comprised made".split())
_UP = frozenset({"up"})
# A target's name is over at these.
_ENDS = PREPOSITIONS | FINITE | {"and", "or", "of", "to"}
# "A small group of fighters" is one unit by its usual name.
_UNIT_SIZES = frozenset("small large smaller larger".split())
_FIGHTERS = frozenset("fighters militants terrorists".split())


def members(tokens: Sequence[Token], index: int, read: ReadCount) -> tuple[int, ReadCount] | None:
    """Return where the words of a group's members begin, and their count; None where no group is counted.

    `index` is after the count of groups. Reads: "a convoy of six trucks", "a cluster of huts", "two convoys".
    """
    noun = _noun(tokens, index)
    if noun is None:
        return None
    after = _of(tokens, noun + 1)
    low = tokens[noun].low
    if after is None:
        # Alone, or with a remark behind it: "a convoy near Vero".
        return (index, _several(read)) if low in SEVERAL and not _names(tokens, noun + 1) else None
    inner = read_count(tokens, after, len(tokens))
    if inner and inner.kind != "article":
        if read.count != Count(1, 1):  # "two convoys of six trucks" may be six or twelve.
            least = max(inner.count.minimum, FEWEST * read.count.minimum)
            inner = replace(inner, count=Count(least, None))
        return inner.after, inner
    if low in STORES or low not in GROUPS:
        return None
    head = _head(tokens, after)
    if head is None or not is_plural(tokens[head].word):
        return (index, _several(read)) if low in SEVERAL else None
    sized = any(token.low in _UNIT_SIZES for token in tokens[index:noun])
    if sized and tokens[head].low in _FIGHTERS:
        return None
    return after, _several(read)


def _several(read: ReadCount) -> ReadCount:
    return replace(read, count=Count(FEWEST * read.count.minimum, None))


def _noun(tokens: Sequence[Token], index: int) -> int | None:
    """Find the noun of a group within a few words, none of which ends a target."""
    for here in range(index, min(len(tokens), index + REACH)):
        low = tokens[here].low
        if not tokens[here].word[0].isalpha() or low in _ENDS:
            return None
        if low in GROUPS or low in STORES:
            return here
    return None


def _of(tokens: Sequence[Token], index: int) -> int | None:
    """Find where the members begin. Reads: "of", "consisting of", "made up of"."""
    here = index
    if here < len(tokens) and tokens[here].low in _CONSISTING:
        here += 1
        here += here < len(tokens) and tokens[here].low in _UP
    return here + 1 if here + 1 < len(tokens) and tokens[here].low == "of" else None


def _names(tokens: Sequence[Token], index: int) -> bool:
    """Whether the noun only describes the next one: "a convoy leader"."""
    return index < len(tokens) and _is_noun(tokens[index])


def _head(tokens: Sequence[Token], index: int) -> int | None:
    """Find the last noun of the members' name. Reads: "armed ISIL vehicles near"."""
    head = None
    for here in range(index, min(len(tokens), index + REACH + 1)):
        if not _is_noun(tokens[here]):
            break
        head = here
        if is_plural(tokens[here].word) and tokens[here].low not in ENEMY:
            following = here + 1 < len(tokens) and _is_noun(tokens[here + 1])
            if not following:
                break
    return head


_NO_NOUN = frozenset(
    """and or in near on at of with by for from to while that which were was is are north south east west as during
    carrying moving traveling travelling driving heading along belonging used including also""".split(),
)


def _is_noun(token: Token) -> bool:
    return token.word[0].isalpha() and token.low not in _NO_NOUN


def is_elsewhere(tokens: Sequence[Token], read: ReadCount) -> bool:
    """Whether a bare number counts targets, or strikes, at a place or on a day of its own.

    Reads: "five huts, three in Vero", "four huts, three of them on May 3 and one on May 4"; days are left out here.
    """
    following = tokens[read.after : read.after + 2]
    if read.kind == "article" or not following:
        return False
    if following[0].low == "on":
        return len(following) == 1 or following[1].low in {"and", ",", "."}
    named = len(following) > 1 and following[1].word[0].isupper()
    return named and following[0].low in {"in", "near", "at", "around", "outside"}


def is_of_group(tokens: Sequence[Token], read: ReadCount) -> bool:
    """Whether one of several groups is counted. Reads: "two convoys, one of 17 trucks and the other of nine"."""
    if read.count != Count(1, 1) or read.after >= len(tokens) or tokens[read.after].low != "of":
        return False
    return any(
        first.low == "other" and second.low in {"of", "with"}
        for first, second in pairwise(tokens[read.after :])
    )


def of_how_many(tokens: Sequence[Token], index: int) -> int:
    """Skip the whole of which some were hit. Reads: "one of two armored vehicles", "three of the five boats"."""
    if index >= len(tokens) or tokens[index].low != "of":
        return index
    here = index + 1
    definite = here < len(tokens) and tokens[here].low in {"the", "these", "those", "their", "its"}
    here += definite
    whole = read_count(tokens, here, len(tokens))
    if whole and whole.kind == "number":
        return whole.after
    return here if definite else index
