"""Read a number with its bounds: "a", "11", "two dozen", "at least four", "one and possibly two".

`read_count` returns counts alone, `read_number` amounts, distances and numbers that are not read as well,
and `numbers_of` every number of a text. What is counted is read in items.py, and how a numeral is written in
numerals.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.parsing.numerals import (
    FIRST_YEAR,
    LAST_YEAR,
    MAX_WORDS,
    Numeral,
    is_roman,
    is_unread,
    number,
    read_numeral,
    scale_of,
    whole,
)
from app.parsing.release import Count
from app.parsing.text import Token
from app.vocabulary.counts import (
    ARTICLES,
    BEFORE_NUMBERS,
    BOUNDS,
    MASSES,
    MISSPELT_NUMBERS,
    MULTIPLIED,
    NUMBER_WORDS,
    ONES,
    QUANTITIES,
    SCALES,
    SIZES_OF_NUMBERS,
    TENS,
    UNITS,
    UNKNOWN,
    UNSURE,
    VAGUE,
    VAGUE_OF,
)
from app.vocabulary.measures import (
    AMOUNTS,
    BEFORE_UNITS,
    CALIBRES,
    CONTAINERS,
    CURRENCIES,
    DISTANCES,
    DOLLARS,
    FRACTIONS,
    NAMING,
    TIMES,
)

__all__ = [
    "COUNTS",
    "ReadCount",
    "number",
    "number_at",
    "numbers_of",
    "open_ended",
    "read_count",
    "read_number",
]

# The kinds of a number that counts something.
COUNTS = frozenset({"article", "number", "vague"})
# Adjectives before "number of": "a very large number of".
MAX_ADJECTIVES = 4
_TO = frozenset({"to", "or", "-"})
_TIMES_MORE = frozenset({"hundreds", "thousands", "millions"})
_MANY = _TIMES_MORE | {"dozens", "scores"}
_SUFFIXES = frozenset({"plus", "odd", "some"})
_BOUNDS_BY_START: dict[str, list[tuple[tuple[str, ...], str]]] = {}
for _phrase, _kind in sorted(BOUNDS.items(), key=lambda item: -len(item[0])):
    _BOUNDS_BY_START.setdefault(_phrase[0], []).append((_phrase, _kind))
# Without an article before them: "large numbers of", "quantities of".
_PLURALS = frozenset({"numbers", "quantities", "amounts"})
_ALONE = frozenset({"single", "lone", "solitary"})
_OF_NUMBERS = QUANTITIES | MASSES
_BEFORE_OF_NUMBERS = SIZES_OF_NUMBERS | UNKNOWN
_STARTS = (
    frozenset(_BOUNDS_BY_START)
    | ARTICLES
    | NUMBER_WORDS
    | CURRENCIES
    | DOLLARS
    | _BEFORE_OF_NUMBERS
    | frozenset([*VAGUE, *VAGUE_OF, *MISSPELT_NUMBERS, *UNITS, "half", "half-a-dozen", "half-dozen"])
    | _PLURALS
    | AMOUNTS
    | frozenset(["between", "from"])
)
# Words that no number begins with, and that change the one before them; see `read_plain`.
_GOING_ON = frozenset().union(
    *(AMOUNTS, DISTANCES, TIMES, CALIBRES, BEFORE_UNITS, FRACTIONS, BEFORE_NUMBERS),
    *(_ALONE, _TO, UNSURE, {"and", "but", "per", "k", "mn", "mln", "bn", "x"}),
    (phrase[1] for phrase in BOUNDS if phrase[0] in ARTICLES),
)
_NO_NOUN = frozenset(", ; . : and or in near on at of with by for from to while that which were was".split())


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
    found: list[ReadCount] = []
    index = 0
    while index < len(tokens):
        read = number_at(tokens, index)
        if read:
            found.append(read)
        index = max(read.last + 1, read.after) if read else index + 1
    return found


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
    if one and any(token.low in _OF_NUMBERS for token in tokens[index + 1 : index + MAX_ADJECTIVES + 3]):
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
    second = _bounded(tokens, here, end) if bounded else _range(tokens, here, end)
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
        and tokens[index].low not in _NO_NOUN
        and _range(tokens, index, end) is None
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
        inner = _bounded(tokens, inner_at, end, deep=False) if deep else _range(tokens, inner_at, end)
        if inner is None or (inner.kind == "article" and kind != "at least"):
            continue
        if inner.kind not in COUNTS:
            return replace(inner, first=index)
        count, remark = _bound(kind, inner)
        exact = kind == "exact" and inner.kind == "number"
        return replace(inner, count=count, kind="number" if exact else "vague", remark=remark)
    return _range(tokens, index, end)


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


def _range(tokens: Sequence[Token], index: int, end: int) -> ReadCount | None:
    """Read a number or a range. Reads: "3-5", "three to five", "one or more", "20 or so", "30+", "between 3 and 5"."""
    if index >= end:
        return None
    low = tokens[index].low
    if low in {"between", "from"}:
        return _between(tokens, index, end)
    first = _hyphenated(tokens, index, end) or _single(tokens, index, end)
    if first is None or first.kind not in {"number", "vague"}:
        return first
    first = open_ended(tokens, first, first.after, end)
    if first.kind == "number" and first.after + 1 < end and tokens[first.after].low in _TO:
        second = _second(tokens, first.after + 1, end)
        if second:
            return _measured(tokens, _joined(first, second), end)
    return _measured(tokens, first, end)


def open_ended(tokens: Sequence[Token], read: ReadCount, after: int, end: int) -> ReadCount:
    """Take in what stands at `after`, behind a number or its noun; `read` itself where nothing does.

    Reads: "two or more", "a dozen or so", "20+", "five or fewer".
    """
    joiner = tokens[after].low if after < end else ""
    least, most = read.count.minimum, read.count.maximum
    if joiner == "+" and tokens[after].start == tokens[after - 1].end:
        return replace(read, count=Count(least, None), after=after + 1, kind="vague")
    following = tokens[after + 1].low if joiner == "or" and after + 1 < end else ""
    if following == "more":
        return replace(read, count=Count(least, None), after=after + 2, kind="vague")
    if following in {"fewer", "less"}:
        return replace(read, count=Count(0, most), after=after + 2, kind="vague")
    if following == "so":
        count = Count(least, most, approximate=True)
        return replace(read, count=count, after=after + 2, kind="vague", remark="approximate")
    return read


def _second(tokens: Sequence[Token], index: int, end: int) -> ReadCount | None:
    while index < end and tokens[index].low in UNSURE:  # "one or possibly two"
        index += 1
    second = _single(tokens, index, end)
    return second if second and second.kind == "number" and second.count.maximum is not None else None


def _joined(first: ReadCount, second: ReadCount) -> ReadCount:
    """Make one range of two numbers. Reads: "five to six dozen" as 60 to 72."""
    least = first.count.minimum
    most = second.count.maximum or 0
    if second.scale > 1 and first.scale == 1 and least < second.count.minimum // second.scale:
        least *= second.scale
    low, high = sorted((least, most))
    return ReadCount(
        Count(low, high), second.after, first.first, second.last, "number", first.remark or second.remark
    )


def _between(tokens: Sequence[Token], index: int, end: int) -> ReadCount | None:
    """Read "between three and five", "from 10 to 20", "between about 20 and 30"."""
    here = index + 1
    about = here < end and BOUNDS.get((tokens[here].low,)) == "about"
    first = _single(tokens, here + about, end)
    joiner = "and" if tokens[index].low == "between" else "to"
    if first and first.kind == "number" and first.after < end and tokens[first.after].low == joiner:
        second = _second(tokens, first.after + 1, end)
        if second:
            read = _joined(first, second)
            if about:
                count = Count(read.count.minimum, read.count.maximum, approximate=True)
                read = replace(read, count=count, remark="approximate")
            return _measured(tokens, replace(read, first=index), end)
    return None


def _hyphenated(tokens: Sequence[Token], index: int, end: int) -> ReadCount | None:
    """Read a range or a bound in one token. Reads: "3-5", "six-to-eight", "20-plus", "40-odd", "one-or-two"."""
    low = tokens[index].low
    if "-" not in low:
        return None
    pieces = low.split("-")
    value = number("-".join(pieces[:-1])) if pieces[-1] in _SUFFIXES else None
    if value is not None:
        return _suffixed(value, pieces[-1], index, index)
    joint = next((place for place, piece in enumerate(pieces) if piece in {"to", "or"}), 0)
    halves = ("-".join(pieces[:joint]), "-".join(pieces[joint + 1 :])) if joint else tuple(pieces)
    if len(halves) != len(("low", "high")) or not all(halves):
        return None
    digits = all(half[0].isdecimal() for half in halves)
    first, second = number(halves[0]), number(halves[1])
    if first is None or second is None or not (digits or joint):
        return None
    if first >= second:
        # "2014-15", "20161216-02"
        return ReadCount(Count(0, None), index + 1, index, index, "name")
    read = ReadCount(Count(first, second), index + 1, index, index, "number")
    unit = tokens[index + 1].low if index + 1 < end else ""
    factor = scale_of(unit)
    if factor:
        after = index + 2
        after += after < end and tokens[after].low == "of" and unit in UNITS
        read = ReadCount(Count(first * factor, second * factor), after, index, index + 1, "number")
    return read


def _suffixed(value: int, suffix: str, first: int, last: int) -> ReadCount:
    """Read "20-plus", "40-odd"."""
    if suffix == "plus":
        return ReadCount(Count(value, None), last + 1, first, last, "vague")
    return ReadCount(Count(value, value, approximate=True), last + 1, first, last, "vague", "approximate")


# --- One number ----------------------------------------------------------------------------------------------


def _single(tokens: Sequence[Token], index: int, end: int) -> ReadCount | None:
    if index >= end:
        return None
    low = tokens[index].low
    of = index + 1 < end and tokens[index + 1].low == "of"
    read: ReadCount | None = None
    if low in ARTICLES:
        read = _after_article(tokens, index, end)
    elif low in CURRENCIES or low in DOLLARS:
        read = _money(tokens, index, end)
    elif low in UNITS or low.startswith("half"):
        read = _unit(tokens, index, index, end)
    elif low in VAGUE or (low in VAGUE_OF and of):
        read = _vague(tokens, index, index, VAGUE.get(low, VAGUE_OF.get(low, 0)), end)
    elif low in _BEFORE_OF_NUMBERS or low in _PLURALS:
        read = _quantity(tokens, index, index, end)
    elif low in AMOUNTS:  # "tons of explosives"
        read = ReadCount(Count(0, None), index + 2, index, index, "amount") if of else None
    else:
        read = _numeral(tokens, index, index, end)
    return read


def _numeral(tokens: Sequence[Token], index: int, first: int, end: int) -> ReadCount | None:
    """Read the numeral at `index` of a phrase that begins at `first`."""
    read = read_numeral(tokens, index, end)
    if read is None:
        if tokens[index].word.isupper() and is_unread(tokens[index]):
            return _not_read(first, index + 1)
        return None
    value = whole(read.value)
    if value is None:
        # "3.5" before a unit is an amount.
        unread = _not_read(first, read.after)
        return (
            unread
            if read.value is None
            else _measured(tokens, replace(unread, kind="number"), end, unread=unread)
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
    if _measured(tokens, second, end).kind != "number":
        return read
    year = FIRST_YEAR <= read.count.minimum <= LAST_YEAR and read.last == read.first
    return replace(read, count=Count(0, None), kind="time" if year else "unread")


def _is_numeral(token: Token) -> bool:
    return token.low[0].isnumeric() or token.low.partition("-")[0] in NUMBER_WORDS


def _not_read(first: int, after: int) -> ReadCount:
    return ReadCount(Count(0, None), after, first, after - 1, "unread")


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
        return _not_read(first, index + 1) if halves and index + 1 < end and here > index + 1 else None
    if (
        first == index and not halves
    ):  # A bare "dozen" hides what stood before it; "pair" and "score" are nouns.
        return _not_read(first, here) if unit == "dozen" else None
    if halves and factor % 2:
        return _not_read(first, here)
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
        return _not_read(first, here + 3)
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
    if low in _ALONE:  # "a single boat"
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
        return _not_read(first, index + 1)
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
    if unit in UNITS and suffix in _SUFFIXES:  # "a dozen-plus"
        return _suffixed(UNITS[unit], suffix, first, inner)
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
        tokens[here].low in _BEFORE_OF_NUMBERS or (plain and _may_describe(tokens[here]))
    ):
        here += 1
    named = here < end and tokens[here].low in _OF_NUMBERS
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
    return token.word[0].isalpha() and token.low not in _OF_NUMBERS and token.low not in _NO_NOUN


# --- Measures ------------------------------------------------------------------------------------------------


def _money(tokens: Sequence[Token], index: int, end: int) -> ReadCount | None:
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


def _measured(
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
    noun = following is not None and following.word[0].isalpha() and following.low not in _NO_NOUN
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
    return "name" if unit in CALIBRES else None


def _is_name(token: Token) -> bool:
    return token.word[0].isupper() or token.low == "the"
