"""Single quantities: an article, a numeral, a unit or a vague quantity.

Reads: "a", "eleven", "two dozen", "half a dozen", "several", "a large number of", "tens of thousands of".
"""

from collections.abc import Sequence
from dataclasses import replace

from app.parsing.amounts import NO_NOUN, ReadCount, measured, not_read, read_money
from app.parsing.numerals import (
    FIRST_YEAR,
    LAST_YEAR,
    MAX_WORDS,
    Numeral,
    is_unread,
    read_numeral,
    scale_of,
    whole,
)
from app.parsing.result import Count
from app.parsing.text import Token
from app.vocabulary.counts import (
    ARTICLES,
    BEFORE_NUMBERS,
    MASSES,
    MULTIPLIED,
    NUMBER_WORDS,
    QUANTITIES,
    SCALES,
    SIZES_OF_NUMBERS,
    UNITS,
    UNKNOWN,
    VAGUE,
    VAGUE_OF,
)
from app.vocabulary.units import AMOUNTS, CURRENCIES, DOLLARS, FRACTIONS

# Adjectives before "number of": "a very large number of".
MAX_ADJECTIVES = 4
_TIMES_MORE = frozenset({"hundreds", "thousands", "millions"})
_MANY = _TIMES_MORE | {"dozens", "scores"}
SUFFIXES = frozenset({"plus", "odd", "some"})
# Without an article before them: "large numbers of", "quantities of".
PLURALS = frozenset({"numbers", "quantities", "amounts"})
ALONE = frozenset({"single", "lone", "solitary"})
OF_NUMBERS = QUANTITIES | MASSES
BEFORE_OF_NUMBERS = SIZES_OF_NUMBERS | UNKNOWN


def read_single(tokens: Sequence[Token], index: int, end: int) -> ReadCount | None:
    """Read the one number that starts at `index`, of any kind; None when none does."""
    if index >= end:
        return None
    low = tokens[index].low
    of = index + 1 < end and tokens[index + 1].low == "of"
    read: ReadCount | None = None
    if low in ARTICLES:
        read = _after_article(tokens, index, end)
    elif low in CURRENCIES or low in DOLLARS:
        read = read_money(tokens, index, end)
    elif low in UNITS or low.startswith("half"):
        read = _unit(tokens, index, index, end)
    elif low in VAGUE or (low in VAGUE_OF and of):
        read = _vague(tokens, index, index, VAGUE.get(low, VAGUE_OF.get(low, 0)), end)
    elif low in BEFORE_OF_NUMBERS or low in PLURALS:
        read = _quantity(tokens, index, index, end)
    elif low in AMOUNTS:  # "tons of explosives"
        read = ReadCount(Count(0, None), index + 2, index, index, "amount") if of else None
    else:
        read = _numeral(tokens, index, index, end)
    return read


def suffixed(value: int, suffix: str, first: int, last: int) -> ReadCount:
    """Read "20-plus", "40-odd"."""
    if suffix == "plus":
        return ReadCount(Count(value, None), last + 1, first, last, "vague")
    return ReadCount(Count(value, value, approximate=True), last + 1, first, last, "vague", "approximate")


def _numeral(tokens: Sequence[Token], index: int, first: int, end: int) -> ReadCount | None:
    """Read the numeral at `index` of a phrase that begins at `first`."""
    read = read_numeral(tokens, index, end)
    if read is None:
        if tokens[index].word.isupper() and is_unread(tokens[index]):
            return not_read(first, index + 1)
        return None
    value = whole(read.value)
    if value is None:
        # "3.5" before a unit is an amount.
        unread = not_read(first, read.after)
        return (
            unread
            if read.value is None
            else measured(tokens, replace(unread, kind="number"), end, unread=unread)
        )
    counted = ReadCount(
        Count(value, value),
        read.after,
        first,
        _last(tokens, read),
        "number",
        "misspelling" if read.misspelt else None,
        scale=read.scale,
    )
    return _followed(tokens, counted, end)


def _last(tokens: Sequence[Token], read: Numeral) -> int:
    return read.after - 1 - (tokens[read.after - 1].low == "of")


def _followed(tokens: Sequence[Token], read: ReadCount, end: int) -> ReadCount:
    """Doubt a number that another one follows at once. Reads: "two three boats"; but "two 120 mm mortars"."""
    if read.after >= end or not _is_numeral(tokens[read.after]):
        return read
    following = read_numeral(tokens, read.after, end)
    if following is None:
        return read
    second = ReadCount(read.count, following.after, read.after, read.after, "number")
    if measured(tokens, second, end).kind != "number":
        return read
    year = FIRST_YEAR <= read.count.minimum <= LAST_YEAR and read.last == read.first
    return replace(read, count=Count(0, None), kind="time" if year else "unread")


def _is_numeral(token: Token) -> bool:
    return token.low[0].isnumeric() or token.low.partition("-")[0] in NUMBER_WORDS


def _vague(tokens: Sequence[Token], first: int, index: int, least: int, end: int) -> ReadCount:
    """Read a vague quantity. Reads: "several", "dozens of", "a few hundred", "tens of thousands of"."""
    low = tokens[index].low
    after = index + 1
    if low in MULTIPLIED and after < end:
        unit = tokens[after].low
        factor = VAGUE[unit] // 2 if unit in _MANY else scale_of(unit)  # "several dozens of"
        if factor:
            least, after = least * factor, after + 1
    last = after - 1
    if after < end and tokens[after].low == "of":
        after += 1
        if low != "both" and after < end and tokens[after].low in _TIMES_MORE:  # "tens of thousands of"
            least, last, after = least * VAGUE[tokens[after].low] // 2, after, after + 1
            after += after < end and tokens[after].low == "of"
    most = 2 if low == "both" else None
    return ReadCount(Count(least, most), after, first, last, "vague")


def _unit(tokens: Sequence[Token], first: int, index: int, end: int) -> ReadCount | None:
    """Read "a dozen", "half a dozen", "a half-dozen", "a couple of", "a dozen and a half", "half a million"."""
    low = tokens[index].low
    halves = low.startswith("half")
    pieces = [piece for piece in low.split("-") if piece not in {"half", "a"}] if halves else [low]
    here = index + 1
    if not pieces:
        here += here < end and tokens[here].low in {"a", "an"}
        if here >= end:
            return None
        pieces, here = [tokens[here].low], here + 1
    [unit] = pieces if len(pieces) == 1 else [""]
    factor = scale_of(unit)
    if not factor:
        # "half a boat", "half the boats"
        return not_read(first, index + 1) if halves and index + 1 < end and here > index + 1 else None
    if (
        first == index and not halves
    ):  # A bare "dozen" hides what stood before it; "pair" and "score" are nouns.
        return not_read(first, here) if unit == "dozen" else None
    if halves and factor % 2:
        return not_read(first, here)
    value = factor // 2 if halves else factor
    most = None if unit == "couple" else value
    kind = "number"
    if here < end and tokens[here].low == "of":
        here += 1
    if unit == "couple" and here < end and tokens[here].low in {"dozen", "hundred", "thousand"}:
        value *= scale_of(tokens[here].low)
        here += 1
        return ReadCount(Count(value, None), here, first, here - 1, kind)
    if [token.low for token in tokens[here : min(end, here + 3)]] == ["and", "a", "half"]:
        return not_read(first, here + 3)
    last = here - 1 - (tokens[here - 1].low == "of")
    return ReadCount(Count(value, most), here, first, last, kind, scale=factor)


def _after_article(tokens: Sequence[Token], index: int, end: int) -> ReadCount:
    """Read an article as one, unless a number or a unit follows it. Reads: "a dozen", "an additional seven"."""
    here = index + 1
    if here < end and tokens[here].low in {"a", "an"}:  # "an an ISIL hut"
        here += 1
    one = ReadCount(Count(1, 1), here, index, index, "article")
    if here >= end:
        return one
    low = tokens[here].low
    if low in ALONE:  # "a single boat"
        return replace(one, after=here + 1)
    if low == "few":
        return _vague(tokens, index, here, VAGUE["few"], end)
    if low in {"various", "several"}:  # "a various weaponry"
        return ReadCount(Count(0, None), here + 1, index, here, "vague")
    if low in {"good", "great"} and here + 1 < end and tokens[here + 1].low == "many":
        return _vague(tokens, index, here + 1, VAGUE["many"], end)
    return (
        _quantity(tokens, index, here, end)
        or _part(tokens, index, here, end)
        or _counted_after(tokens, index, here, end)
        or one
    )


def _part(tokens: Sequence[Token], first: int, index: int, end: int) -> ReadCount | None:
    """Read "a third of", "a ton of"."""
    low = tokens[index].low
    if index + 1 >= end or tokens[index + 1].low != "of":
        return None
    if low in FRACTIONS:
        return not_read(first, index + 1)
    return ReadCount(Count(0, None), index + 2, first, index, "amount") if low in AMOUNTS else None


def _counted_after(tokens: Sequence[Token], first: int, index: int, end: int) -> ReadCount | None:
    """Read what an article stands before. Reads: "a dozen", "a hundred and four", "another two", "a further three"."""
    adjective = tokens[index].low in BEFORE_NUMBERS
    inner = index + adjective
    inner += adjective and inner < end and tokens[inner - 1].low == "total" and tokens[inner].low == "of"
    if inner >= end:
        return None
    low = tokens[inner].low
    unit, _, suffix = low.partition("-")
    if unit in UNITS and suffix in SUFFIXES:  # "a dozen-plus"
        return suffixed(UNITS[unit], suffix, first, inner)
    if low in UNITS or low.startswith("half"):
        return _unit(tokens, first, inner, end)
    if low == "hundred" or low in SCALES:
        # "a hundred and four" is "one hundred and four".
        one = tokens[inner - 1]._replace(word="one", low="one")
        made = [one, *tokens[inner : min(end, inner + MAX_WORDS)]]
        read = _numeral(made, 0, 0, len(made))
        before = inner - 1
        return (
            replace(read, first=first, last=read.last + before, after=read.after + before) if read else None
        )
    if adjective or tokens[first].low == "another":
        return _numeral(tokens, inner, inner, end)
    return None


def _quantity(tokens: Sequence[Token], first: int, index: int, end: int) -> ReadCount | None:
    """Read "a number of", "a very large number of", "an undisclosed number of", "large quantities of"."""
    here = index
    plain = tokens[first].low in ARTICLES
    while here < min(end, index + MAX_ADJECTIVES + 1) and (
        tokens[here].low in BEFORE_OF_NUMBERS or (plain and _may_describe(tokens[here]))
    ):
        here += 1
    named = here < end and tokens[here].low in OF_NUMBERS
    noun = tokens[here].low if named else ""
    after = here + named
    # "an undetermined of" has lost its "number".
    lost = here == index + 1 and tokens[index].low in UNKNOWN and first < index
    if not (named or lost) or after >= end or tokens[after].low != "of":
        return None
    if noun in MASSES:
        return ReadCount(Count(0, None), after + 1, first, here, "amount")
    unknown = any(piece in UNKNOWN for token in tokens[index:here] for piece in token.low.split("-"))
    return ReadCount(Count(0 if unknown else 2, None), after + 1, first, after - 1, "vague")


def _may_describe(token: Token) -> bool:
    """Whether a word may stand in "a … number of", which may hold any adjective."""
    return token.word[0].isalpha() and token.low not in OF_NUMBERS and token.low not in NO_NOUN
