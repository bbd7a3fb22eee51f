"""Read one count at a known position: "a", "11", "two dozen", "at least four", "three to five".

What is counted is read in items.py. text2num sees only tokens that are number words already, since on
a whole sentence it leaves "two tanks" alone and turns "second" into "2nd".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from text_to_num import text2num  # type: ignore[import-untyped] # it ships no types

from app.parsing.release import Count
from app.parsing.text import Token
from app.vocabulary.counts import ARTICLES, BOUNDS, MISSPELT_NUMBERS, NUMBER_WORDS, UNITS, VAGUE
from app.vocabulary.remembered import remembered

# Digits beyond this are no count of targets, and int() refuses very long ones.
MAX_DIGITS = 7
MAX_WORDS = 8
_RANGE = re.compile(r"(\d{1,7})-(\d{1,7})")
_TO = frozenset({"to", "or", "-"})
_BOUND_LENGTHS = tuple(sorted({len(words) for words in BOUNDS}, reverse=True))
_BOUND_STARTS = frozenset(words[0] for words in BOUNDS)
_AFTER_ARTICLE = frozenset(words[1] for words in BOUNDS if words[0] in ARTICLES)
_STARTS = _BOUND_STARTS | ARTICLES | NUMBER_WORDS | frozenset([*VAGUE, *MISSPELT_NUMBERS, "between"])


@dataclass(frozen=True, slots=True)
class ReadCount:
    """A count, the token after it, the tokens of its number (`first`..`last`), and what to remark.

    `kind` is "article", "number" or "vague".
    """

    count: Count | None
    after: int
    first: int
    last: int
    kind: str
    remark: str | None = None


@remembered(4096)
def number(low: str) -> int | None:
    """Value one token; None when it is no number. Reads: "seven", "1,204", "twenty-one"."""
    if low[0].isdigit():
        digits = low.replace(",", "")
        return int(digits) if len(digits) <= MAX_DIGITS and digits.isascii() and digits.isdigit() else None
    pieces = low.split("-")
    if len(pieces) > 2 or any(piece not in NUMBER_WORDS for piece in pieces):
        return None
    return _in_words(tuple(pieces))


@lru_cache(maxsize=4096)
def _in_words(words: tuple[str, ...]) -> int | None:
    try:
        return int(text2num(" ".join(words), "en"))
    except ValueError:
        return None


def read_count(tokens: Sequence[Token], index: int, end: int) -> ReadCount | None:
    """Read the count that starts at `index`; None when none does.

    Reads: "a", "another", "11", "one hundred and six", "several", "at least nine", "up to 12", "3-5".
    """
    if index >= end or not _may_start(tokens[index].low):
        return None
    if tokens[index].low in _BOUND_STARTS and (
        tokens[index].low not in ARTICLES or (index + 1 < end and tokens[index + 1].low in _AFTER_ARTICLE)
    ):
        bounded = _bounded(tokens, index, end)
        if bounded:
            return bounded
    return _plain(tokens, index, end)


def numbers_of(tokens: Sequence[Token]) -> Iterator[ReadCount]:
    """Yield every number of a run of tokens, in order; articles have the kind "article"."""
    index = 0
    while index < len(tokens):
        read = read_count(tokens, index, len(tokens))
        if read is None and any(character.isdigit() for character in tokens[index].word):
            read = ReadCount(None, index + 1, index, index, "unreadable")
        if read:
            yield read
        index = read.after if read else index + 1


def _may_start(low: str) -> bool:
    """Turn away nearly every word at once; most calls end here."""
    return low in _STARTS or low[0].isdigit() or ("-" in low and low.partition("-")[0] in NUMBER_WORDS)


def _bounded(tokens: Sequence[Token], index: int, end: int) -> ReadCount | None:
    for length in _BOUND_LENGTHS:
        if index + length >= end:
            continue
        kind = BOUNDS.get(tuple(token.low for token in tokens[index : index + length]))
        inner = _plain(tokens, index + length, end) if kind else None
        if kind and inner and (inner.kind == "number" or (kind == "at least" and inner.kind != "vague")):
            count, remark = _bound(kind, inner.count)
            return replace(inner, count=count, kind="vague", remark=remark)
    return None


def _bound(kind: str, count: Count) -> tuple[Count, str | None]:
    low, high = count.minimum, count.maximum
    if kind == "at least":
        return Count(low, None), None
    if kind == "more than":
        return Count(low + 1, None), None
    if kind == "at most":
        return Count(0, high), None
    if kind == "less than":
        return Count(0, max((high or low) - 1, 0)), None
    if kind == "nearly":
        return Count(0, high), "approximate"
    return Count(low, None), "approximate"


def _plain(tokens: Sequence[Token], index: int, end: int) -> ReadCount | None:
    low = tokens[index].low
    between = _RANGE.fullmatch(low)
    if between:
        first, second = int(between[1]), int(between[2])
        return ReadCount(Count(first, second), index + 1, index, index, "number") if first < second else None
    if low in ARTICLES:
        return _after_article(tokens, index, end)
    if low in VAGUE:
        after = index + 2 if index + 1 < end and tokens[index + 1].low == "of" else index + 1
        return ReadCount(Count(VAGUE[low], None), after, index, index, "vague")
    if low in MISSPELT_NUMBERS:
        value = number(MISSPELT_NUMBERS[low])
        return (
            value and ReadCount(Count(value, value), index + 1, index, index, "number", "misspelling")
        ) or None
    if low == "between":
        return _between(tokens, index, end)
    return _number(tokens, index, end)


def _after_article(tokens: Sequence[Token], index: int, end: int) -> ReadCount:
    """Read an article as one, unless a number or a unit follows it. Reads: "a dozen", "an additional seven"."""
    here = index + 1
    if here < end and tokens[here].low in {"a", "an"}:  # "an an ISIL hut"
        here += 1
    if here < end and tokens[here].low in {
        "total",
        "number",
        "few",
        "handful",
        "unknown",
        "undetermined",
        "variety",
    }:
        following = _quantity(tokens, index, here, end)
        if following:
            return following
    if here < end and tokens[here].low in {"various", "several"}:  # "a various weaponry"
        return ReadCount(Count(0, None), here + 1, index, here, "vague")
    inner = here + 1 if here < end and tokens[here].low in {"additional", "further", "other"} else here
    if inner < end:
        if tokens[inner].low in UNITS:
            value = UNITS[tokens[inner].low]
            after = inner + 2 if inner + 1 < end and tokens[inner + 1].low == "of" else inner + 1
            most = None if tokens[inner].low == "couple" else value
            return ReadCount(Count(value, most), after, index, inner, "number")
        value_read = _number(tokens, inner, end) if inner > here or tokens[index].low == "another" else None
        if value_read:
            return value_read
    return ReadCount(Count(1, 1), here, index, index, "article")


def _quantity(tokens: Sequence[Token], index: int, here: int, end: int) -> ReadCount | None:
    """Read "a total of 14", "a number of", "an undetermined number of", "a few"."""
    low = tokens[here].low
    if low == "few":
        return ReadCount(Count(2, None), here + 1, index, here, "vague")
    stop = here + 1
    least = 2
    if low in {"unknown", "undetermined"}:
        least = 0
        stop += stop < end and tokens[stop].low == "number"
    if stop < end and tokens[stop].low == "of":
        if low == "total":
            return _number(tokens, stop + 1, end)
        return ReadCount(Count(least, None), stop + 1, index, stop - 1, "vague")
    return None


def _between(tokens: Sequence[Token], index: int, end: int) -> ReadCount | None:
    first = _number(tokens, index + 1, end)
    if first and first.after < end and tokens[first.after].low == "and":
        second = _number(tokens, first.after + 1, end)
        if second and first.count.minimum < second.count.minimum:
            return _range(first, second)
    return None


def _number(tokens: Sequence[Token], index: int, end: int) -> ReadCount | None:
    if index >= end:
        return None
    value = number(tokens[index].low)
    if value is None:
        return None
    stop = index + 1
    if not tokens[index].low[0].isdigit():
        stop = _words_end(tokens, index, end)
        if stop > index + 1:
            value = _in_words(tuple(t.low for t in tokens[index:stop] if t.low != "and")) or value
    if stop < end and tokens[stop].low in {"dozen", "score", "hundred", "thousand", "pairs", "million"}:
        scale = {**UNITS, "hundred": 100, "thousand": 1000, "pairs": 2, "million": 10**6}[tokens[stop].low]
        value, stop = value * scale, stop + 1
        stop += stop < end and tokens[stop].low == "of"
        return ReadCount(Count(value, value), stop, index, stop - 1, "number")
    read = ReadCount(Count(value, value), stop, index, stop - 1, "number")
    if stop + 1 < end and tokens[stop].low in _TO and tokens[index].low != "one":
        second = number(tokens[stop + 1].low)
        if second is not None and second > value:
            return ReadCount(Count(value, second), stop + 2, index, stop + 1, "number")
    return read


def _words_end(tokens: Sequence[Token], index: int, end: int) -> int:
    """Find the end of a number in several words. Reads: "one hundred and six"."""
    stop = index + 1
    limit = min(end, index + MAX_WORDS)
    while stop < limit:
        low = tokens[stop].low
        joins = (
            low == "and"
            and tokens[stop - 1].low in {"hundred", "thousand"}
            and stop + 1 < limit
            and tokens[stop + 1].low in NUMBER_WORDS
        )
        if low not in NUMBER_WORDS and not joins:
            break
        if (
            low in NUMBER_WORDS
            and _in_words(tuple(t.low for t in tokens[index : stop + 1] if t.low != "and")) is None
        ):
            break
        stop += 1
    return stop


def _range(first: ReadCount, second: ReadCount) -> ReadCount:
    return ReadCount(
        Count(first.count.minimum, second.count.maximum), second.after, first.first, second.last, "number"
    )
