"""Numbers with bounds: "a", "11", "two dozen", "at least four".

`read_count` returns counts alone, `read_number` amounts, distances and numbers that are not read as well,
and `numbers_of` every number of a text. One number without bounds is read in quantities.py, a range in ranges.py,
and what is counted in targets.py.
"""

from collections.abc import Sequence
from dataclasses import replace

from app.parsing.amounts import COUNTS, NO_NOUN, ReadCount
from app.parsing.numerals import is_roman, number
from app.parsing.quantities import ALONE, BEFORE_OF_NUMBERS, MAX_ADJECTIVES, OF_NUMBERS, PLURALS
from app.parsing.ranges import TO, read_range
from app.parsing.result import Count
from app.parsing.text import Token
from app.vocabulary.counts import (
    ARTICLES,
    BEFORE_NUMBERS,
    BOUNDS,
    MISSPELT_NUMBERS,
    NUMBER_WORDS,
    ONES,
    TENS,
    UNITS,
    UNSURE,
    VAGUE,
    VAGUE_OF,
)
from app.vocabulary.units import (
    AMOUNTS,
    BEFORE_UNITS,
    CALIBRES,
    CURRENCIES,
    DISTANCES,
    DOLLARS,
    FRACTIONS,
    REPETITIONS,
    TIMES,
)

_BOUNDS_BY_START: dict[str, list[tuple[tuple[str, ...], str]]] = {}
for _phrase, _kind in sorted(BOUNDS.items(), key=lambda item: -len(item[0])):
    _BOUNDS_BY_START.setdefault(_phrase[0], []).append((_phrase, _kind))
_STARTS = (
    frozenset(_BOUNDS_BY_START)
    | ARTICLES
    | NUMBER_WORDS
    | CURRENCIES
    | DOLLARS
    | BEFORE_OF_NUMBERS
    | frozenset([*VAGUE, *VAGUE_OF, *MISSPELT_NUMBERS, *UNITS, "half", "half-a-dozen", "half-dozen"])
    | PLURALS
    | AMOUNTS
    | frozenset(["between", "from"])
)
# Words that no number begins with, and that change the one before them; see `read_plain`.
_GOING_ON = frozenset().union(
    *(AMOUNTS, DISTANCES, TIMES, REPETITIONS, CALIBRES, BEFORE_UNITS, FRACTIONS, BEFORE_NUMBERS),
    *(ALONE, TO, UNSURE, {"and", "but", "per", "k", "mn", "mln", "bn", "x"}),
    (phrase[1] for phrase in BOUNDS if phrase[0] in ARTICLES),
)


def read_count(tokens: Sequence[Token], index: int, end: int) -> ReadCount | None:
    """Read the count that starts at `index`; None when none does.

    Reads: "a", "another", "11", "one hundred and six", "several", "at least nine", "up to 12", "3-5".
    """
    read = read_number(tokens, index, end)
    return read if read and read.kind in COUNTS else None


def read_number(tokens: Sequence[Token], index: int, end: int) -> ReadCount | None:
    """Read the number that starts at `index`, of any kind; None when none does.

    Reads: what `read_count` does, "1,200 pounds of", "$2 million worth of", "two miles", "120 mm", "3/4".
    """
    if index >= end or not _may_start(tokens[index]):
        return None
    return read_plain(tokens, index, end) or read_bounded(tokens, index, end)


def numbers_of(tokens: Sequence[Token]) -> list[ReadCount]:
    """Return every number of some tokens in order, none inside another; an article that counts is one.

    Tokens that only hold a number ("F-16", "57mm", "ten-ton", "3rd") are of the kinds "name" and "ordinal".
    """
    counts: list[ReadCount] = []
    index = 0
    while index < len(tokens):
        read = number_at(tokens, index)
        if read:
            counts.append(read)
        index = max(read.last + 1, read.after) if read else index + 1
    return counts


def number_at(tokens: Sequence[Token], index: int) -> ReadCount | None:
    """Read the number at `index` of any kind, names and ordinals that hold digits included."""
    low = tokens[index].low
    if low == "ones":  # A pronoun, though real releases also wrote it for "one".
        return None
    read = read_number(tokens, index, len(tokens))
    if read or _is_plain(low):
        return read
    if not (any(char.isnumeric() for char in low) or low.partition("-")[0] in NUMBER_WORDS):
        return None
    ordinal = low[0].isdigit() and low.endswith(("st", "nd", "rd", "th")) and low[:-2].isdigit()
    return ReadCount(Count(0, None), index + 1, index, index, "ordinal" if ordinal else "name")


def _may_start(token: Token) -> bool:
    """Turn away nearly every word at once; most calls end here."""
    word, low = token.word, token.low
    if low in _STARTS:
        return True
    if low.isalpha() and low.isascii():
        return word.isupper() and is_roman(word)
    return low[0].isnumeric() or low.partition("-")[0] in NUMBER_WORDS


def _is_plain(low: str) -> bool:
    """Whether a word is letters alone, none of which is a number in another script."""
    return low.isalpha() and low.isascii()


def read_plain(tokens: Sequence[Token], index: int, end: int) -> ReadCount | None:
    """Read an article or one word of number right before a noun, as nearly all are; None where it may be more.

    It is a short cut alone: what it reads, `read_bounded` reads as well.
    """
    low = tokens[index].low
    one = low in ARTICLES
    value = 1 if one else ONES.get(low) or TENS.get(low) or (number(low) if low.isdecimal() else None)
    if value is None or index + 1 >= end:
        return None
    following = tokens[index + 1].low
    if not _is_plain(following) or following in _GOING_ON or _may_start(tokens[index + 1]):
        return None
    # "a very large number of"
    if one and any(token.low in OF_NUMBERS for token in tokens[index + 1 : index + MAX_ADJECTIVES + 3]):
        return None
    return ReadCount(Count(value, value), index + 1, index, index, "article" if one else "number")


# --- Bounds --------------------------------------------------------------------------------------------------


def read_bounded(tokens: Sequence[Token], index: int, end: int) -> ReadCount | None:
    """Read a number and a second one that is not sure. Reads: "one and possibly two", "two, perhaps three,"."""
    read = _bounded(tokens, index, end)
    if read is None or read.kind not in {"number", "vague"}:
        return read
    here = read.after
    comma = here < end and tokens[here].low == ","
    here += comma
    joined = here < end and tokens[here].low in {"and", "or", "but"}
    here += joined
    unsure = here < end and tokens[here].low in UNSURE
    if not (joined or unsure):
        return read
    while here < end and tokens[here].low in UNSURE:
        here += 1
    bounded = [token.low for token in tokens[here : min(end, here + 3)]] == ["as", "many", "as"] or [
        token.low for token in tokens[here : min(end, here + 2)]
    ] == ["up", "to"]
    opened = joined and bounded and read.count.maximum is None and read.kind == "vague"
    if not (unsure or opened):
        return read
    second = _bounded(tokens, here, end) if bounded else read_range(tokens, here, end)
    if second is None or second.kind not in {"number", "vague"} or second.count.maximum is None:
        return read
    least, most = read.count.minimum, second.count.maximum
    if most < least or (second.after < end and tokens[second.after].low in {"more", "others", "other"}):
        return read
    after = second.after
    # "two, possibly three, mortars"
    if comma and after + 1 < end and tokens[after].low == "," and _is_noun(tokens, after + 1, end):
        after += 1
    return ReadCount(Count(least, most), after, index, second.last, "number")


def _is_noun(tokens: Sequence[Token], index: int, end: int) -> bool:
    return (
        tokens[index].word[0].isalpha()
        and tokens[index].low not in NO_NOUN
        and read_range(tokens, index, end) is None
    )


def _bounded(tokens: Sequence[Token], index: int, end: int, *, deep: bool = True) -> ReadCount | None:
    """Read a number after a phrase such as "at least", or a plain one; `deep` allows two such phrases."""
    for phrase, kind in _BOUNDS_BY_START.get(tokens[index].low, ()):
        inner_at = index + len(phrase)
        if inner_at >= end or (len(phrase) > 1 and tokens[index + 1].low != phrase[1]):
            continue
        if tuple(token.low for token in tokens[index:inner_at]) != phrase:
            continue
        # "a total of more than 20"
        inner = _bounded(tokens, inner_at, end, deep=False) if deep else read_range(tokens, inner_at, end)
        if inner is None or (inner.kind == "article" and kind != "at least"):
            continue
        if inner.kind not in COUNTS:
            return replace(inner, first=index)
        count, remark = _bound(kind, inner)
        exact = kind == "exact" and inner.kind == "number"
        return replace(inner, count=count, kind="number" if exact else "vague", remark=remark)
    return read_range(tokens, index, end)


def _bound(kind: str, inner: ReadCount) -> tuple[Count, str | None]:
    """Return the bounds of a number after a phrase such as "at least"; an estimate is no bound."""
    low, high = inner.count.minimum, inner.count.maximum
    if kind == "at least":
        return Count(low, None), inner.remark
    if kind == "more than":
        return Count(low + (inner.kind == "number"), None), inner.remark
    if kind == "at most":
        return Count(0, high), inner.remark
    if kind == "less than":
        return Count(0, None if high is None else max(high - 1, 0)), inner.remark
    if kind == "exact":
        return inner.count, inner.remark
    return Count(low, high, approximate=True), "approximate"
