"""Effect verbs of a sentence, distinguished from adjectives and denials."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from app.parsing.function_words import is_inner_and
from app.parsing.mentions import NOUNS
from app.parsing.misspellings import verb_slips
from app.parsing.numbers import read_count, read_number
from app.parsing.numerals import number
from app.parsing.text import Token
from app.vocabulary.counts import ARTICLES, NUMBER_WORDS, VAGUE
from app.vocabulary.effects import BASE_FORMS, PARTICIPLES, VERBS, Effect

_AUXILIARIES = frozenset("was were been being is are".split())
_ADVERBS = frozenset(
    "also successfully subsequently then completely severely later partially reportedly".split()
)
_PREPOSITIONS = frozenset("by in during from near on with at north south east west".split())
_STRIKES = frozenset("strike strikes airstrike airstrikes airstike airstikes ,".split())
_DOUBTS = frozenset(
    """claimed claims allegedly reportedly possibly probably likely apparently presumably potentially believed may might
    could would suspected attempted""".split()
)
_DENIALS = frozenset("not n't never failed didn't unable cannot neither wasn't weren't".split())
_OWNERS = frozenset({"isil", "isis", "daesh"})
# Before a name these are verbs, where others may describe it: "14 struck Raqqa", but "two disabled Toyota trucks".
_STRIKING = frozenset({"hit", "struck", "bombed"})
# What leads to "the destruction of".
CAUSES = frozenset("resulted resulting led leading caused causing causes".split())
# Results of strikes, and the equivalent verb.
_NOMINAL = {"destruction": "destroyed", "damage": "damaged", "disabling": "disabled", "sinking": "sank"}
# Words between "led to" and the last thing that it led to.
MAX_CAUSE = 20
# Around a target whose participle stands behind it: "with two sheds destroyed and a boat damaged".
_AFTER_TRAILING = frozenset(', . ; : ) and but while - -- \u2014 \u2013 " \u201d'.split())
_BEFORE_TRAILING = frozenset(', ; : and with left leaving saw in - -- \u2014 \u2013 ( \u201c "'.split()) | {
    ""
}
_SHOTS = frozenset({"shot", "shooting", "shoot"})
REACH = 4
# Words of a target before its participle.
MAX_NOUN = 16


@dataclass(frozen=True, slots=True)
class Verb:
    """Tokens first..after-1 are a verb; `passive` has its targets before it, `denied`: it did not happen.

    `elliptic` is passive without "were" ("with two boats destroyed"); `np` is the token at which its target begins.
    `others`: others than the strikes did it; `nominal`: it is no verb ("strikes against two boats").
    """

    first: int
    after: int
    verb: str
    effect: Effect
    passive: bool = False
    denied: bool = False
    misspelt: bool = False
    elliptic: bool = False
    np: int | None = None
    others: bool = False
    nominal: bool = False


def find_verbs(tokens: Sequence[Token]) -> list[Verb]:
    """All effect verbs in order. Reads: "struck", "destroying", "damaged or destroyed", "was destroyed"."""
    verbs: list[Verb] = []
    for index, token in enumerate(tokens):
        verb = _at(tokens, index)
        if verb is None:
            continue
        if verbs and token and _pairs(tokens, verbs[-1], verb):
            verbs[-1] = _paired(verbs[-1], verb, tokens[verbs[-1].after].low)
        else:
            verbs.append(verb)
    return verbs


def _at(tokens: Sequence[Token], index: int) -> Verb | None:
    if tokens[index].low not in _beginnings():
        return None
    low, after = _verb_words(tokens, index)
    if low in BASE_FORMS and low not in VERBS:
        first = _denied_from(tokens, index)
        past = BASE_FORMS[low]
        return Verb(first, after, past, VERBS[past], denied=True) if first is not None else None
    if low in _NOMINAL and _resulted(tokens, index):
        return Verb(index, index + 2, _NOMINAL[low], VERBS[_NOMINAL[low]])
    if low == "hit" and tokens[index].word[0].isupper():  # The town of Hit.
        return None
    meant = _meant(tokens, index) if after == index + 1 else low
    past = PARTICIPLES.get(meant, meant)
    effect = VERBS.get(past)
    if effect is None or _adjective(tokens, index):
        return None
    following = tokens[after].low if after < len(tokens) else ""
    trails = None if meant != past or _is_passive(tokens, index) else _trails(tokens, index, after)
    elliptic = trails is not None
    passive = meant == past and (elliptic or _is_passive(tokens, index))
    counted = read_number(tokens, after, len(tokens)) is not None  # "destroyed at least four boats"
    if not passive and following in _PREPOSITIONS and not counted:
        return None
    first = _denied_from(tokens, index)
    if first is None:
        doubted = _doubted_from(tokens, index)
        if doubted is not None:
            return Verb(doubted, after, past, effect, passive, denied=True)
    return Verb(
        index if first is None else first,
        after,
        past,
        effect,
        passive,
        first is not None,
        meant != low,
        elliptic,
        trails,
    )


def _trails(tokens: Sequence[Token], index: int, after: int) -> int | None:
    """Find where the target begins behind which a participle stands; None where none does.

    Reads: "with two sheds destroyed and a boat damaged", "six trucks: four destroyed".
    """
    following = tokens[after] if after < len(tokens) else None
    if following and following.low not in _AFTER_TRAILING and following.low not in _PREPOSITIONS:
        return None
    # As in "3 bunkers (destroyed)".
    bracketed = tokens[index - 1].word == "(" if index else False
    for here in range(index - 1 - bracketed, max(-1, index - MAX_NOUN), -1):
        low = tokens[here].low
        if low in NOUNS or low in VERBS or (not low[0].isalnum() and low not in {"-", "'"}):
            return None
        read = None if _inside_number(tokens, here) else read_count(tokens, here, index)
        if read and read.after <= index:
            bare = read.after == index - bracketed
            opens = _opens_target(tokens, here) and not (
                bare and (read.kind == "article" or tokens[here - 1].low == "with")
            )
            return here if opens else None
        if is_inner_and(tokens, here):
            continue
        if low in _PREPOSITIONS or low in {"and", "or", "that", "who", "which"}:
            return None
    return None


def _inside_number(tokens: Sequence[Token], index: int) -> bool:
    """Whether a number word goes on with the one before. Reads: "nine" in "one thousand three hundred and nine"."""
    if not index or tokens[index].low.partition("-")[0] not in NUMBER_WORDS:
        return False
    return tokens[index - 1].low in NUMBER_WORDS or is_inner_and(tokens, index - 1)


def _opens_target(tokens: Sequence[Token], index: int) -> bool:
    """Whether a number may begin a target of its own, and no subject."""
    before = tokens[index - 1].low if index else ""
    if before == "total" or (before == "of" and index > 1 and tokens[index - 2].low == "total"):
        return True
    return before in _BEFORE_TRAILING


def _verb_words(tokens: Sequence[Token], index: int) -> tuple[str, int]:
    """Return a verb's words from its first one, and the token after them. Reads: "shot down", which are two."""
    low = tokens[index].low
    if low in _SHOTS and index + 1 < len(tokens) and tokens[index + 1].low == "down":
        return f"{low} down", index + 2
    return low, index + 1


@cache
def _beginnings() -> frozenset[str]:
    """Return the words that begin a verb; no other word does."""
    return _SHOTS.union(VERBS, PARTICIPLES, verb_slips(), BASE_FORMS, _NOMINAL)


def _meant(tokens: Sequence[Token], index: int) -> str:
    """Correct a slip where a verb must stand: after "strikes", or between "and" and a number.

    Reads: "one strike stuck a hut", "and destoyed two boats".
    """
    low, slips = tokens[index].low, verb_slips()
    if low not in slips or index == 0 or low in VERBS:
        return low
    previous = tokens[index - 1].low
    if previous in _STRIKES and previous != ",":
        return slips[low]
    following = tokens[index + 1].low if index + 1 < len(tokens) else ""
    targets = following in _OWNERS or read_count(tokens, index + 1, len(tokens)) is not None
    return slips[low] if targets and previous in {"and", ",", ";", "also"} else low


def _resulted(tokens: Sequence[Token], index: int) -> bool:
    """Read "resulted in the destruction of", "which led to the destruction of"."""
    before = {token.low for token in tokens[max(0, index - MAX_CAUSE) : index]}
    return bool(before & CAUSES) and index + 1 < len(tokens) and tokens[index + 1].low in {"of", "to"}


def _adjective(tokens: Sequence[Token], index: int) -> bool:
    """Whether a word before shows that this describes a noun. Reads: "a damaged bridge", "two disabled tanks"."""
    if index == 0 or index + 1 >= len(tokens):
        return False
    previous, following = tokens[index - 1].low, tokens[index + 1].low
    if following in {",", ".", ";", ")"}:
        return False
    if tokens[index + 1].word.istitle() and tokens[index].low in _STRIKING:  # "and 14 hit Raqqa"
        return False
    counted = previous in ARTICLES or previous in VAGUE or previous in _OWNERS or number(previous) is not None
    if previous in {"the", "previously", "separate", "already"}:
        return following not in ARTICLES
    if following in _OWNERS or following in ARTICLES or following == "and" or number(following) is not None:
        return False
    return counted


def _is_passive(tokens: Sequence[Token], index: int) -> bool:
    here = index - 1
    while here >= 0 and tokens[here].low in _ADVERBS:
        here -= 1
    if here >= 1 and tokens[here].low == "and" and tokens[here - 1].low in VERBS:
        return _is_passive(tokens, here - 1)
    return here >= 0 and tokens[here].low in _AUXILIARIES


def _denied_from(tokens: Sequence[Token], index: int) -> int | None:
    """Find where "did not", "failed to" or "was not" begins, within a few words before the verb."""
    for here in range(index - 1, max(-1, index - REACH), -1):
        low = tokens[here].low
        if low in _DENIALS:
            return (
                here - 1
                if here and tokens[here - 1].low in {"did", "was", "were", "does", "had", "has", "have"}
                else here
            )
        if low in {",", ";", ".", "and", "but"}:
            return None
    return None


def _doubted_from(tokens: Sequence[Token], index: int) -> int | None:
    """Find where "claimed to have" or "may have" begins."""
    for here in range(index - 1, max(-1, index - REACH), -1):
        low = tokens[here].low
        if low in _DOUBTS and tokens[here].word.islower():  # "on 8 May destroyed" is a day.
            return here - 1 if here and tokens[here - 1].low in {"was", "were", "is", "are"} else here
        if low not in {"to", "have", "been", "that", "it", "has", "had"}:
            return None
    return None


def _pairs(tokens: Sequence[Token], before: Verb, verb: Verb) -> bool:
    """Whether two verbs share one object. Reads: "struck and destroyed a depot", "damaged or destroyed"."""
    between = tokens[before.after : verb.first]
    return len(between) == 1 and between[0].low in {"and", "or", "and/or"} and before.denied == verb.denied


def _paired(before: Verb, verb: Verb, joiner: str) -> Verb:
    """One verb of two: "struck and destroyed" is destroyed; "damaged or destroyed" leaves open which."""
    passive = before.passive or verb.passive
    if before.effect is Effect.ENGAGED and joiner == "and":
        return replace(before, after=verb.after, verb=verb.verb, effect=verb.effect, passive=passive)
    effect = before.effect if before.effect is verb.effect else Effect.OTHER
    words = f"{before.verb} {joiner} {verb.verb}"
    return replace(before, after=verb.after, verb=words, effect=effect, passive=passive)
