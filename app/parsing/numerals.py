"""Numerals: the value of a number in digits or words, without bounds.

Reads: "1,166", "1 166", "twenty-one", "two thousand, one hundred and three", "1.5 million", "half a dozen".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from app.parsing.text import Token
from app.vocabulary.counts import MISSPELT_NUMBERS, NUMBER_WORDS, ONES, SCALES, TENS, UNITS
from app.vocabulary.text_cache import cached_by_text
from app.vocabulary.units import FRACTIONS

# Digits beyond this are no count of targets, and int() refuses very long ones.
MAX_DIGITS = 7
# Words of one number, at most.
MAX_WORDS = 12
TEN = 10
HUNDRED = 100
# A bare number in this range is a year that lost its month.
FIRST_YEAR = 1900
LAST_YEAR = 2099

_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,3}(?:'\d{3})+|\d{1,3}(?:[ \u00a0\u202f\u2009]\d{3})+")
_DECIMAL = re.compile(r"\d{1,7}\.\d{1,4}|\d{1,3}(?:,\d{3})+\.\d{1,4}")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:\.\d)?k", re.ASCII)
_TIMES_SIGNS = frozenset({"x", "\u00d7"})
_PIECES = NUMBER_WORDS | FRACTIONS | {"and", "a"}
# Behind digits only.
_ABBREVIATED = {"k": 10**3, "mn": 10**6, "mln": 10**6, "bn": 10**9}
_SEPARATORS = re.compile(r"[,' \u00a0\u202f\u2009]")
_NUMERIC = re.compile(r"[\d.,'/:%e\u00a0\u202f\u2009 -]+")
_ROMAN = re.compile(r"M{0,3}(?:C[MD]|D?C{0,3})(?:X[CL]|L?X{0,3})(?:I[XV]|V?I{0,3})")
# Shorter ones are words and abbreviations as well: "MI", "CD".
SHORTEST_ROMAN = 3


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as written: its value and the token after it.

    `value` is None where it is a number that is not read. `scale` is what its last word multiplied by,
    `misspelt` marks a slip of the pen.
    """

    value: int | Decimal | None
    after: int
    scale: int = 1
    misspelt: bool = False


@cached_by_text(4096)
def number(low: str) -> int | None:
    """Return the whole number that one token is, else None. Reads: "seven", "1,204", "twenty-one"."""
    if low[0].isdecimal():
        if not (low.isdecimal() or _GROUPED.fullmatch(low)):
            return None
        digits = _SEPARATORS.sub("", low)
        return int(digits) if len(digits) <= MAX_DIGITS else None
    pieces = low.split("-")
    if pieces[0] not in NUMBER_WORDS:
        return None
    return _compound(tuple(pieces))


@lru_cache(maxsize=4096)
def _compound(words: tuple[str, ...]) -> int | None:
    """Add up the words of a number. Reads: "two hundred and six", "nineteen hundred"."""
    total, part = 0, 0
    previous = ""
    for word in words:
        if word == "and":
            if previous != "hundred" and previous not in SCALES:
                return None
        else:
            added = _added(total, part, word, first=not previous)
            if added is None:
                return None
            total, part = added
        previous = word
    return None if previous == "and" else total + part


def _added(total: int, part: int, word: str, *, first: bool) -> tuple[int, int] | None:
    if word == "hundred":
        return (total, part * HUNDRED) if 0 < part < HUNDRED else None
    if word in SCALES:
        scale = SCALES[word]
        return (total + part * scale, 0) if part and not total % (scale * 1000) else None
    value = ONES.get(word, TENS.get(word))
    if value is None or (not first and not value):
        return None
    room = first or (part % HUNDRED == 0 and (total or part))
    after_tens = 0 < value < TEN and part % TEN == 0 and part % HUNDRED >= TENS["twenty"]
    return (total, part + value) if room or after_tens else None


def is_unread(token: Token) -> bool:
    """Whether a token is a number in a form that is not read. Reads: "1.234.567", "½", "1e5", "XII"."""
    low = token.low
    if low[0].isnumeric():
        return number(low) is None and (
            _NUMERIC.fullmatch(low) is not None
            or not (low.isascii() or (low[0].isascii() and low[-1].isalpha()))
        )
    return is_roman(token.word)


@cached_by_text(4096)
def is_roman(word: str) -> bool:
    """Whether a word is a number in Roman letters, and no likely abbreviation. Reads: "XII"."""
    return len(word) >= SHORTEST_ROMAN and word.isupper() and _ROMAN.fullmatch(word) is not None


def read_numeral(tokens: Sequence[Token], index: int, end: int) -> Numeral | None:
    """Read the numeral that starts at `index`; None when none does."""
    low = tokens[index].low
    misspelt = low in MISSPELT_NUMBERS
    if misspelt:
        low = MISSPELT_NUMBERS[low]
    if low[0].isnumeric():
        read = _digits(tokens, index)
    elif low.partition("-")[0] in NUMBER_WORDS:
        read = _words(tokens, index, end, low)
    else:
        read = None
    if read is None or read.value is None:
        return read
    read = _scaled(tokens, read, end)
    read = _fraction(tokens, read, end)
    if _is_divided(tokens, read.after, end):
        return Numeral(None, read.after)
    return Numeral(read.value, read.after, read.scale, misspelt)


def scale_of(low: str) -> int:
    """Return what a word multiplies a number before it by, 0 where it does not. Reads: "dozen", "hundred"."""
    return HUNDRED if low == "hundred" else SCALES.get(low, UNITS.get(low, 0))


def whole(value: int | Decimal | None) -> int | None:
    """Return the value when it is a whole number."""
    return int(value) if value is not None and value == int(value) else None


def _digits(tokens: Sequence[Token], index: int) -> Numeral | None:
    low = tokens[index].low
    if _THOUSANDS.fullmatch(low):  # "10k"
        return Numeral(Decimal(low[:-1]) * SCALES["thousand"], index + 1, SCALES["thousand"])
    value: int | Decimal | None = number(low)
    if value is None and _DECIMAL.fullmatch(low) and low.isascii():
        value = Decimal(low.replace(",", ""))
    if value is None:
        return Numeral(None, index + 1) if is_unread(tokens[index]) else None
    following = tokens[index + 1 : index + 3]
    if len(following) > 1 and following[0].low in _TIMES_SIGNS:  # "3 x boats", but "4 x 4" is no number
        return Numeral(value if following[1].low[0].isalpha() else None, index + 2)
    return Numeral(value, index + 1)


def _words(tokens: Sequence[Token], index: int, end: int, low: str) -> Numeral | None:
    """Take in word after word, as long as they are one number."""
    words = tuple(low.split("-"))
    unit = words[-1] if len(words) > 1 and words[-1] in UNITS else None  # "two-dozen"
    value = _compound(words[:-1] if unit else words)
    if value is None:
        # "one-ton" is a name, "twenty-zero" a number that is none.
        return Numeral(None, index + 1) if all(word in _PIECES for word in words) else None
    if unit:
        return Numeral(value * UNITS[unit], index + 1, UNITS[unit])
    after = index + 1
    while after < end and after - index < MAX_WORDS:
        here = after
        last = words[-1]
        if tokens[here].low == "," and last in SCALES and _reaches_hundred(tokens, here + 1, end):
            here += 1
        joined: tuple[str, ...] = ()
        if here == after and tokens[here].low == "and" and (last == "hundred" or last in SCALES):
            here, joined = here + 1, ("and",)
        if here >= end:
            break
        more = (*words, *joined, *_pieces(tokens[here].low))
        longer = _compound(more)
        if longer is None:
            break
        words, value, after = more, longer, here + 1
    last = words[-1]
    return Numeral(value, after, SCALES.get(last, HUNDRED if last == "hundred" else 1))


def _pieces(low: str) -> tuple[str, ...]:
    return tuple(MISSPELT_NUMBERS.get(low, low).split("-"))


def _reaches_hundred(tokens: Sequence[Token], index: int, end: int) -> bool:
    """Whether a comma stands inside a number: "two thousand, one hundred", but not "a thousand, one truck"."""
    lows = [token.low for token in tokens[index : min(end, index + 3)]]
    return bool(lows) and lows[0].partition("-")[0] in NUMBER_WORDS and "hundred" in lows[1:]


def _scaled(tokens: Sequence[Token], read: Numeral, end: int) -> Numeral:
    """Multiply by the words behind digits, and by units. Reads: "1.5 million", "3 dozen", "two pairs of"."""
    value, after, scale = read.value, read.after, read.scale
    while value is not None and after < end:
        low = tokens[after].low
        factor = scale_of(low) or (_ABBREVIATED.get(low, 0) if tokens[after - 1].low[0].isdecimal() else 0)
        if not factor:
            break
        value, after, scale = value * factor, after + 1, factor
        if low in UNITS:
            after += after < end and tokens[after].low == "of"
            break
    return Numeral(value, after, scale)


def _fraction(tokens: Sequence[Token], read: Numeral, end: int) -> Numeral:
    """Take in a fraction. Reads: "two and a half million", "a dozen and a half"; also "two thirds"."""
    joiner = tokens[read.after].low if read.after < end else ""
    if joiner in FRACTIONS:
        return Numeral(None, read.after + 1)
    if joiner != "and":
        return read
    lows = [token.low for token in tokens[read.after : min(end, read.after + 4)]]
    here = 1 + (lows[1:2] in (["a"], ["one"]))
    if lows[here : here + 1] not in (["half"], ["quarter"], ["\u00bd"], ["a-half"], ["one-half"]):
        return read
    after = read.after + here + 1
    if (
        lows[here] == "quarter"
        or read.value is None
        or (after < end and tokens[after].low in UNITS and read.scale > 1)
    ):
        return Numeral(None, after)
    if after < end and tokens[after].low == "a":  # "two and half a dozen"
        return Numeral(None, after)
    value = read.value + Decimal("0.5") * (read.scale if read.scale in UNITS.values() else 1)
    return _scaled(tokens, Numeral(value, after), end)


def _is_divided(tokens: Sequence[Token], after: int, end: int) -> bool:
    """Whether a number is only a part of one. Reads: "3 / 4"."""
    return after + 1 < end and tokens[after].low == "/" and tokens[after + 1].low[0].isnumeric()
