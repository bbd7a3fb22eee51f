"""Find where a sentence speaks of strikes: how many, or "the strikes" of the sentence before."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.parsing.countries import country_at
from app.parsing.dates import Dates
from app.parsing.numbers import ReadCount, number, read_count
from app.parsing.release import Count
from app.parsing.slips import NOUN_SLIPS
from app.parsing.text import Token

SINGULAR = frozenset({"strike", "airstrike", "airstike", "air-strike"})
NOUNS = SINGULAR | {"strikes", "airstrikes", "airstikes", "air-strikes", "airtrikes", "airstrike's"}
# Words that may stand between the number and "strikes".
_BETWEEN = frozenset(
    """u.s. u.s.-led us coalition us-led coalition-led separate additional recent other precision successful more
    further late air other deliberate more such new military international joint total combined kinetic second
    third fourth fifth first these those the of previous unreported previously earlier night
    american australian belgian british canadian danish dutch egyptian emirati french israeli jordanian kenyan nato
    saudi saudi-led turkish ukrainian isr targeted latest""".split(),
)
_ORDINALS = frozenset("second third fourth fifth sixth".split())
_NOT_AFTER = frozenset(
    "area areas assessment assessments aircraft release releases package packages summary missions mission "
    "definition report reports fighter fighters capability update".split(),
)
_DEFINITE = frozenset("the these those its their".split())
_ENGAGEMENTS = frozenset({"engagement", "engagements", "engagment", "engagments"})
# Words that may belong to a number before it: "at least", "up to", "a total of".
_BEFORE_NUMBER = frozenset(". at least than up to total half dozen".split())
WIDEST = 3
REACH = 8


@dataclass(frozen=True, slots=True)
class Mention:
    """Tokens first..after-1 speak of strikes; `count` is None for "the strikes" (then `definite`).

    `number_first`..`number_last` are the tokens of the number. `partial` says "22 of those strikes".
    """

    first: int
    after: int
    count: Count | None
    number_first: int
    number_last: int
    definite: bool
    partial: bool = False
    remark: str | None = None
    article: bool = False


def find_mentions(tokens: Sequence[Token], dates: Sequence[Dates]) -> list[Mention]:
    """All mentions of strikes. Reads: "an airstrike", "14 strikes", "six Aug. 7 strikes", "these strikes"."""
    dated = (
        {index for index, token in enumerate(tokens) for day in dates if day.start <= token.start < day.end}
        if dates
        else set()
    )
    found = []
    last = -1
    for index, token in enumerate(tokens):
        if (token.low in NOUNS or token.low in NOUN_SLIPS) and not (
            index + 1 < len(tokens) and tokens[index + 1].low in _NOT_AFTER
        ):
            mention = _back_from(tokens, index, last, dated)
            if mention:
                found.append(mention)
                last = index
        elif found and token.low == "and":
            mention = _elliptic(tokens, index)
            if mention:
                found.append(mention)
                last = mention.after - 1
    return found


def _elliptic(tokens: Sequence[Token], joint: int) -> Mention | None:
    """Read a number whose "strikes" stands before. Reads: "11 strikes in Syria and four in Iraq"."""
    read = read_count(tokens, joint + 1, len(tokens))
    if read is None or read.kind != "number":
        return None
    after = read.after + (read.after < len(tokens) and tokens[read.after].low in {"others", "more"})
    named = range(after + 1, min(after + 8, len(tokens)))
    if (
        after >= len(tokens)
        or tokens[after].low != "in"
        or not any(country_at(tokens, index) for index in named)
    ):
        return None
    return Mention(joint + 1, after, read.count, read.first, read.last, definite=False, remark=read.remark)


def _back_from(tokens: Sequence[Token], noun: int, last: int, dated: set[int]) -> Mention | None:
    """Look back from the noun for its number, over the few words that may stand between."""
    definite: int | None = None
    partial = False
    for here in range(noun - 1, max(last, noun - REACH), -1):
        low = tokens[here].low
        if here in dated:
            continue
        read = _count_at(tokens, here, noun, dated)
        if read:
            return _counted(_widest(tokens, here, noun, read), tokens, noun, partial=partial)
        if low in _DEFINITE:
            definite = here
        elif low == "of":
            partial = definite is not None
        elif low not in _BETWEEN and low not in _BEFORE_NUMBER:
            break
    return None if definite is None else Mention(definite, noun + 1, None, noun, noun, definite=True)


def _count_at(tokens: Sequence[Token], here: int, noun: int, dated: set[int]) -> ReadCount | None:
    """Read the number at `here` when nothing stands between it and the noun that may not."""
    read = read_count(tokens, here, noun)
    if read is None:
        return None
    between = [tokens[index] for index in range(read.after, noun) if index not in dated]
    if any(token.low not in _BETWEEN and token.word != "." for token in between):
        return None
    if read.kind != "article" and any(token.low in _ORDINALS for token in between):
        return None
    return read


def _widest(tokens: Sequence[Token], here: int, noun: int, read: ReadCount) -> tuple[int, ReadCount]:
    """Take in what stands before the number. Reads: "at least three strikes", "a total of 60 strikes"."""
    for first in range(max(0, here - WIDEST), here):
        wider = read_count(tokens, first, noun)
        if wider and wider.last == read.last:
            return first, wider
    return here, read


def _counted(found: tuple[int, ReadCount], tokens: Sequence[Token], noun: int, *, partial: bool) -> Mention:
    first, read = found
    definite = bool(first) and tokens[first - 1].low in _DEFINITE
    return Mention(
        first - definite,
        noun + 1,
        read.count,
        read.first,
        read.last,
        definite=definite and not partial,
        partial=partial,
        remark=read.remark,
        article=read.kind == "article",
    )


def engagements(tokens: Sequence[Token], first: int, end: int) -> int | None:
    """Count the engagements; None where none are given. Reads: "consisting of 27 engagements"."""
    for index in range(first, end):
        if tokens[index].low in _ENGAGEMENTS:
            for back in (1, 2, 3):
                here = index - back
                if here >= first and tokens[here].low in {"a", "an"}:
                    return 1
                value = number(tokens[here].low) if here >= first else None
                if value is not None:
                    return value
    return None
