"""Strike mentions in a sentence: counts, back references and ellipses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.parsing.amounts import ReadCount
from app.parsing.dates import Dates
from app.parsing.function_words import PREPOSITIONS
from app.parsing.misspellings import NOUN_SLIPS
from app.parsing.numbers import read_count
from app.parsing.place_mentions import Place
from app.parsing.result import Count
from app.parsing.text import Token
from app.vocabulary.effects import PARTICIPLES, VERBS

SINGULAR = frozenset({"strike", "airstrike", "airstike", "air-strike"})
NOUNS = SINGULAR | {"strikes", "airstrikes", "airstikes", "air-strikes", "airtrikes", "airstrike's"}
# What is done with strikes: "conducted", "carried out".
CONDUCT = frozenset(
    """flown accounted conducted conducting conduct carried carrying launched launching occurred place took executed
    performed staged mounted made flew consisting consisted comprising delivered delivering""".split(),
)
# Words that may stand between the number and "strikes".
_BETWEEN = frozenset(
    """u.s. u.s.-led us coalition us-led coalition-led separate additional recent other precision successful more
    further late air other deliberate more such new military international joint total combined kinetic second
    third fourth fifth first these those the of previous unreported previously earlier night
    american australian belgian british canadian danish dutch egyptian emirati french israeli jordanian kenyan nato
    saudi saudi-led turkish ukrainian isr targeted latest""".split(),
)
# Words that describe no strike, so that a number before them counts something else.
_NEVER_BETWEEN = (
    PREPOSITIONS
    | CONDUCT
    | frozenset(VERBS)
    | frozenset(PARTICIPLES)
    | frozenset("and or but was were is are has have had to not , ; : ( )".split())
)
_ORDINALS = frozenset("second third fourth fifth sixth".split())
_NOT_AFTER = frozenset(
    "area areas assessment assessments aircraft release releases package packages summary missions mission "
    "definition report reports fighter fighters capability update group groups force forces drone drones "
    "sortie sorties team teams aviation planes".split(),
)
_DEFINITE = frozenset("the these those its their".split())
_QUANTIFIERS = frozenset("both all such most many any some few neither".split())
# "Saturday's strike" is one that the text has named or names now.
_DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday yesterday today".split())
_ENGAGEMENTS = frozenset({"engagement", "engagements", "engagment", "engagments"})
# Words that may belong to a number before it: "at least", "up to", "a total of".
_BEFORE_NUMBER = frozenset(". at least than up to total half dozen".split())
# Behind a number that stands for strikes: "four more", "11 of them", "20 in all", "the other two".
_OF_THEM = frozenset("more others other of them these those which whom in all".split())
_WERE = (
    frozenset("were was being occurred came had been took place happened fell hit".split())
    | (CONDUCT - {"consisting", "consisted", "comprising"})
    | {"out"}
)
_BEFORE_ELLIPTIC = frozenset(
    ", ; : and while with ( - -- \u2014 \u2013 but whereas including remaining other the".split()
)
WIDEST = 3
REACH = 8
# Words between a number and "engagements", and adjectives between a number and "strikes".
MAX_ADJECTIVES = 3
# Words of what is put in between: "31 of these, with 66 engagements, were in Syria".
MAX_ASIDE = 8


@dataclass(frozen=True, slots=True)
class Mention:
    """Tokens first..after-1 speak of strikes; `count` is None for "the strikes" (then `definite`).

    `number_first`..`number_last` are the tokens of the number. `partial` as in "22 of those strikes"; `elliptic`
    that the noun is elsewhere; `whole` holds the tokens of a number of which this one is a part. `others`:
    that somebody else carried them out, `part` that "of which" makes them a part of those before.
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
    elliptic: bool = False
    whole: tuple[int, int] | None = None
    others: bool = False
    part: bool = False


def find_mentions(
    tokens: Sequence[Token], dates: Sequence[Dates], places: Sequence[Place], *, recent: bool = False
) -> list[Mention]:
    """All mentions of strikes. Reads: "an airstrike", "14 strikes", "six Aug. 7 strikes", "these strikes".

    `recent` means that the sentence before spoke of strikes, so that "The remaining four were near Orta" counts them.
    """
    dated = (
        {index for index, token in enumerate(tokens) for day in dates if day.start <= token.start < day.end}
        if dates
        else set()
    )
    starts: dict[int, Place | None] = dict.fromkeys(dated)
    starts |= {index - 1: None for index in dated if index and tokens[index - 1].low == "on"}
    starts |= {place.phrase_first: place for place in places}
    ends = {place.after for place in places}
    mentions: list[Mention] = []
    last = -1
    known = recent or _refers_back(tokens)
    for index in range(len(tokens)):
        if index <= last:
            continue
        if is_noun(tokens, index):
            mention = _back_from(tokens, index, last, dated)
            if mention:
                mentions.append(mention)
                last = index
            known = True
        elif known and starts and (index == 0 or tokens[index - 1].low in _BEFORE_ELLIPTIC or index in ends):
            mention = _elliptic(tokens, index, starts, dated)
            if mention:
                mentions.append(mention)
                last = mention.after - 1
    return mentions


def _refers_back(tokens: Sequence[Token]) -> bool:
    """Whether a sentence opens with what it counts parts of. Reads: "Of the total, 13 were in Syria"."""
    opening = [token.low for token in tokens[:2]]
    return opening in (["of", "the"], ["of", "these"], ["of", "those"], ["of", "them"], ["of", "which"])


def is_noun(tokens: Sequence[Token], index: int) -> bool:
    """Whether a token means strikes. Reads: "airstrikes", "strikes"; but not "strike aircraft"."""
    low = tokens[index].low
    if low not in NOUNS and low not in NOUN_SLIPS:
        return low in {"raid", "raids"} and index > 0 and tokens[index - 1].low == "air"
    return index + 1 >= len(tokens) or tokens[index + 1].low not in _NOT_AFTER


def _elliptic(
    tokens: Sequence[Token], index: int, places: Mapping[int, Place | None], dated: set[int]
) -> Mention | None:
    """Read a number whose "strikes" stands before. Reads: "11 strikes in Syria and four in Iraq".

    Where targets may be meant as well ("destroyed two boats near Orta and three near Vero") only a verb behind the
    place, or "were" before it, shows that strikes are.
    """
    read = read_count(tokens, index, len(tokens))
    if read and read.kind == "number" and _stands_behind(tokens, index, read, places):
        return Mention(index, read.after, read.count, read.first, read.last, definite=False, elliptic=True)
    if (
        read is None
        or (read.kind == "article" and tokens[index].low not in {"another", "one"})
        or index in dated
    ):
        return None
    after = read.after
    while after < len(tokens) and tokens[after].low in _OF_THEM and after not in places:
        after += 1
    of_which = (index > 0 and tokens[index - 1].low == "including") or any(
        tokens[here].low in {"which", "whom"} for here in range(read.after, after)
    )
    here = _aside_end(tokens, after, places)
    were = here
    while here < len(tokens) and tokens[here].low in _WERE:
        here += 1
    if here >= len(tokens) or here not in places:
        return None
    place = places[here]
    if of_which and place and place.name:
        after = max(place.after, place.phrase_after)
        return Mention(
            index, after, read.count, read.first, read.last, definite=False, elliptic=True, part=True
        )
    struck = any(low in VERBS for low in (token.low for token in tokens[:index]))
    if struck and were == here and not _acts(tokens, here):
        return None
    last = max(read.after, index + 1)
    return Mention(
        index, last, read.count, read.first, read.last, definite=False, remark=read.remark, elliptic=True
    )


def _stands_behind(
    tokens: Sequence[Token], index: int, read: ReadCount, places: Mapping[int, Place | None]
) -> bool:
    """Whether a number of strikes stands alone behind its place. Reads: "…, and in Syria five, destroying a barge"."""
    following = tokens[read.after].low if read.after < len(tokens) else "."
    if following not in {",", ".", ";", "("} and following not in VERBS:
        return False
    place = next((place for place in places.values() if place and place.after == index), None)
    before = tokens[place.phrase_first - 1].low if place and place.phrase_first else ""
    return before in {"and", ",", ";", "while", "but"}


def _aside_end(tokens: Sequence[Token], index: int, places: Mapping[int, Place | None]) -> int:
    """Skip what is put in between. Reads: "four, with 11 engagements, were"; "two, near Orta, destroyed" has none."""
    if index >= len(tokens) or tokens[index].low not in {",", "-", "--", "\u2014", "\u2013", "("}:
        return index
    if index + 1 < len(tokens) and tokens[index + 1].low in _WERE:
        return index + 1
    if index + 1 in places:
        return index + 1
    for here in range(index + 1, min(len(tokens), index + 1 + MAX_ASIDE)):
        if tokens[here].low in {",", "-", "--", "\u2014", "\u2013", ")"}:
            return here + 1
    return index


def _acts(tokens: Sequence[Token], index: int) -> bool:
    """Whether a verb of effect follows before the next "and"."""
    for token in tokens[index:]:
        if token.low in VERBS or token.low in PARTICIPLES:
            return True
        if token.low in {"and", ";", "while", "but"}:
            return False
    return False


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
            mention = _counted(_widest(tokens, here, noun, read), tokens, noun, partial=partial)
            return _part_of(tokens, mention, last)
        if low in {"no", "zero"}:
            return Mention(here, noun + 1, Count(0, 0), here, here, definite=False)
        if low in _DEFINITE or (here == noun - 1 and low.endswith("'s") and low[:-2] in _DAYS):
            definite = here
        elif low == "of":
            partial = definite is not None
        elif low not in _BETWEEN and low not in _BEFORE_NUMBER and not _describes(tokens, here, noun):
            break
    if definite is None and _is_bare(tokens, noun, last):
        definite = noun
    return None if definite is None else Mention(definite, noun + 1, None, noun, noun, definite=True)


def _is_bare(tokens: Sequence[Token], noun: int, last: int) -> bool:
    """Whether strikes without a number are the subject of an act. Reads: "Airstrikes near Vero destroyed …"."""
    before = tokens[noun - 1].low if noun else ""
    if not tokens[noun].low.endswith("s") or last >= 0 or before in _QUANTIFIERS:
        return False
    for token in tokens[max(0, noun - MAX_ADJECTIVES) : noun]:
        if token.low in VERBS or token.low in PARTICIPLES or token.low in {"to", "no", "of", "by", "in"}:
            return False
    return _acts(tokens, noun + 1)


def _describes(tokens: Sequence[Token], index: int, noun: int) -> bool:
    """Whether a word right before the noun may describe strikes. Reads: "four self-defense strikes"."""
    low = tokens[index].low
    return (
        noun - index <= MAX_ADJECTIVES
        and low not in _NEVER_BETWEEN
        and low[0].isalpha()
        and (low[-1] != "s" or low == "series")
    )


def _part_of(tokens: Sequence[Token], mention: Mention, last: int) -> Mention:
    """Take the part of a whole. Reads: "nineteen of the month's 24 strikes", where 24 is the whole."""
    of = mention.first - 1
    while of > last and tokens[of].low not in {"of", ","} and mention.first - of <= MAX_ADJECTIVES:
        of -= 1
    if of <= last + 1 or tokens[of].low != "of" or mention.count is None or mention.article:
        return mention
    for first in range(max(last + 1, of - WIDEST), of):
        part = read_count(tokens, first, of + 1)
        if part and first > 1 and tokens[first - 1].low == "but" and tokens[first - 2].low in {"all", "none"}:
            return replace(mention, first=first - 2, count=None, definite=True, partial=True)
        if (
            part
            and part.kind == "number"
            and part.after == of
            and part.count.minimum != mention.count.minimum
        ):
            whole = mention.number_first, mention.number_last
            return replace(
                mention,
                first=first,
                count=part.count,
                number_first=part.first,
                number_last=part.last,
                definite=False,
                whole=whole,
            )
    return mention


def _count_at(tokens: Sequence[Token], here: int, noun: int, dated: set[int]) -> ReadCount | None:
    """Read the number at `here` when nothing stands between it and the noun that may not."""
    read = read_count(tokens, here, noun)
    if read is None:
        return None
    between = [index for index in range(read.after, noun) if index not in dated]
    if any(
        tokens[index].low not in _BETWEEN
        and tokens[index].word != "."
        and not _describes(tokens, index, noun)
        for index in between
    ):
        return None
    if read.kind != "article" and any(tokens[index].low in _ORDINALS for index in between):
        return None
    return read


def _widest(tokens: Sequence[Token], here: int, noun: int, read: ReadCount) -> tuple[int, ReadCount]:
    """Take in what stands before the number. Reads: "at least three strikes", "a total of 60 strikes"."""
    for first in range(max(0, here - WIDEST - 3), here):
        wider = read_count(tokens, first, noun)
        if wider and wider.last == read.last:
            return first, wider
    return here, read


def _counted(number: tuple[int, ReadCount], tokens: Sequence[Token], noun: int, *, partial: bool) -> Mention:
    first, read = number
    if first > 1 and tokens[first - 1].low == "but" and tokens[first - 2].low in {"all", "none"}:
        return Mention(first - 2, noun + 1, None, noun, noun, definite=True, partial=True)
    definite = bool(first) and tokens[first - 1].low in _DEFINITE
    count = read.count
    of = any(tokens[index].low == "of" for index in range(read.after, noun))
    if read.kind == "article" and of and tokens[noun].low.endswith("s"):  # "a wave of strikes"
        count = Count(2, None)
    return Mention(
        first - definite,
        noun + 1,
        count,
        read.first,
        read.last,
        definite=definite and not partial,
        partial=partial,
        remark=read.remark,
        article=read.kind == "article",
    )


def engagements(tokens: Sequence[Token], first: int, end: int) -> tuple[int, tuple[int, int]] | None:
    """Count the engagements, with the characters of the number; None where none are given, or no exact number.

    Reads: "consisting of 27 engagements", "one hundred and four air engagements".
    """
    for index in range(first, end):
        if tokens[index].low not in _ENGAGEMENTS:
            continue
        for here in range(index - 1, max(first, index - REACH) - 1, -1):
            if tokens[here].low in NOUNS:
                break
            read = read_count(tokens, here, index)
            if read is None or index - read.after > MAX_ADJECTIVES:
                continue
            _, read = _widest(tokens, here, index, read)
            if read.count.maximum != read.count.minimum:
                return None
            return read.count.minimum, (tokens[read.first].start, tokens[read.last].end)
    return None
