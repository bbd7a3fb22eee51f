"""Numbers before a unit of measure: amounts, distances, times, names.

Reads: "1,200 pounds of", "$2 million worth of", "two miles", "120 mm".
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.parsing.numerals import read_numeral
from app.parsing.result import Count
from app.parsing.text import Token
from app.vocabulary.units import (
    AMOUNTS,
    BEFORE_UNITS,
    CALIBRES,
    CONTAINERS,
    CURRENCIES,
    DISTANCES,
    DOLLARS,
    NAMING,
    REPETITIONS,
    TIMES,
)

# The kinds of a number that counts something.
COUNTS = frozenset({"article", "number", "vague"})

NO_NOUN = frozenset(", ; . : and or in near on at of with by for from to while that which were was".split())


@dataclass(frozen=True, slots=True)
class ReadCount:
    """A number, the token after it, the tokens of its numeral (`first`..`last`), and what to remark.

    `kind` is "article", "number" or "vague" for a count; "amount", "distance", "time" or "name" for a number that
    counts nothing by itself, and "unread" for one that is not read: these three have the count 0 to unknown.
    `scale` is what the last word of the numeral multiplied by ("two dozen": 12).
    """

    count: Count
    after: int
    first: int
    last: int
    kind: str
    remark: str | None = None
    scale: int = 1


def not_read(first: int, after: int) -> ReadCount:
    """Return a number in a form that is not read, as the tokens first..after-1."""
    return ReadCount(Count(0, None), after, first, after - 1, "unread")


def read_money(tokens: Sequence[Token], index: int, end: int) -> ReadCount | None:
    """Read "$2 million", "US$2m worth of"."""
    here = index + (tokens[index].low in DOLLARS)
    if here + 1 >= end or tokens[here].low not in CURRENCIES:
        return None
    read = read_numeral(tokens, here + 1, end)
    if read is None and not tokens[here + 1].low[0].isdecimal():
        return None
    after = read.after if read else here + 2
    return _worth(tokens, ReadCount(Count(0, None), after, index, after - 1, "amount"), end)


def _worth(tokens: Sequence[Token], read: ReadCount, end: int) -> ReadCount:
    following = [token.low for token in tokens[read.after : min(end, read.after + 2)]]
    if following in (["worth", "of"], [".", "of"]):  # "500 lbs. of"
        return replace(read, after=read.after + 2)
    return replace(read, after=read.after + 1) if following[:1] == ["of"] else read


def measured(
    tokens: Sequence[Token], read: ReadCount, end: int, *, unread: ReadCount | None = None
) -> ReadCount:
    """Tell a number of things from one before a unit of measure; `unread` is returned where it is neither.

    Reads: "1,200 pounds of explosives", "two miles", "three hours", "120 mm mortars", "500 pound bombs".
    """
    here = read.after
    while here < end and tokens[here].low in BEFORE_UNITS:
        here += 1
    if here < end and tokens[here].low == "per":  # "per cent"
        here += 1
    unit = tokens[here].low.rstrip("'") if here < end else ""
    kind = _unit_kind(unit)
    following = tokens[here + 1] if here + 1 < end else None
    of = following is not None and following.low == "of"
    if kind is None or (unit in CONTAINERS and not of) or read.kind not in {"number", "vague"}:
        return unread or read
    noun = following is not None and following.word[0].isalpha() and following.low not in NO_NOUN
    if unit in NAMING and noun:
        kind = "name"
    elif kind == "distance" and of and here + 2 < end and not _is_name(tokens[here + 2]):
        kind = "amount"
    measured = ReadCount(Count(0, None), here + 1, read.first, here, kind)
    if kind == "name":
        return replace(measured, after=read.first)
    return _worth(tokens, measured, end) if kind == "amount" else measured


def _unit_kind(unit: str) -> str | None:
    if unit in AMOUNTS:
        return "amount"
    if unit in DISTANCES:
        return "distance"
    if unit in TIMES:
        return "time"
    if unit in REPETITIONS:
        return "unread"
    return "name" if unit in CALIBRES else None


def _is_name(token: Token) -> bool:
    return token.word[0].isupper() or token.low == "the"
