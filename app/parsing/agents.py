"""Agents of verbs: the strikes, or somebody else.

Only what the strikes did to a target is a tally. What the enemy did, had done or threatened, what ground troops did,
and what strikes of others did is remarked and not counted.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from app.parsing.clauses import Within
from app.parsing.function_words import CLAUSE_BREAKS, PREPOSITIONS
from app.parsing.mentions import CONDUCT, NOUNS, Mention
from app.parsing.numbers import read_count
from app.parsing.sentence_patterns import CAMPAIGN
from app.parsing.target_category import ENEMY, is_plural
from app.parsing.text import Token
from app.parsing.verbs import CAUSES, Verb
from app.vocabulary.effects import PARTICIPLES, Effect
from app.vocabulary.forces import AIRCRAFT, COMMANDS, ENEMIES, GROUND, MILITARY, NATIONS, WEAPONS

_ADVERBS = frozenset(
    "also successfully subsequently then completely severely later partially reportedly have has not".split()
)
_AUXILIARIES = frozenset("was were been being is are be".split())
_PRONOUNS = frozenset("them they it these this".split())
_RELATIVES = frozenset("that which who whom".split())
# Joins a verb to the one before, whose subject it shares.
_JOINS = frozenset(', plus and or but ; then also ( ) - -- \u2014 \u2013 " \u201c \u201d :'.split())
# Where a subject begins.
_BOUNDARIES = frozenset(
    "and while that which who whom after before when where as because since ; : whose whereas but if until".split()
)
_OPENINGS = CLAUSE_BREAKS | {"and", ":"}
_SUBORDINATE = frozenset("who that which after before".split())
_CONJUNCTIONS = frozenset("where when after before because since as while".split())
_THEN = frozenset("after before because since when as".split())
# Participles for what a target was about to do, where no comma separates them from it.
_ATTACKING = frozenset("attacking targeting striking engaging hitting bombing".split())
_OURS = (
    AIRCRAFT
    | COMMANDS
    | NATIONS
    | (MILITARY - {"fighter", "fighters", "forces", "force", "units"})
    | WEAPONS
    | _PRONOUNS
)
# In the subject, their deeds are no strikes of the publisher, though aircraft did them.
_OF_OTHERS = frozenset("suicide regime russian syrian iranian".split())
# Behind a strike, before its verb: "a strike conducted in self-defense that destroyed".
_ASIDE = CONDUCT | frozenset(
    "in self-defense self-defence out overnight yesterday today , on also there by successfully support of the".split()
)
# Words between strikes and their targets.
_AIMS = frozenset({"against", "on", "upon", "at"})
_ENGAGEMENTS = frozenset({"engagement", "engagements"})
# Behind strikes, before "which": "against ISIL targets".
_AIMED = ENEMY | {"against", "target", "targets"}
MAX_AGENT = 6
# Words of a target behind "on" that has no number.
MAX_NOUN = 5


def attribute(
    tokens: Sequence[Token], verbs: Sequence[Verb], mentions: Sequence[Mention], within: Within
) -> list[Verb]:
    """Mark the verbs for the acts of others. Reads: "a mortar team that had damaged two posts"."""
    nouns = {index for mention in mentions for index in range(mention.first, mention.after)}
    marked: list[Verb] = []
    for verb in verbs:
        others = not verb.nominal and _by_others(tokens, verb, marked, nouns, within)
        marked.append(replace(verb, others=True) if others else verb)
    return marked


def _by_others(
    tokens: Sequence[Token], verb: Verb, before: Sequence[Verb], nouns: set[int], within: Within
) -> bool:
    if verb.passive:
        return _agent_is_other(tokens, verb, nouns) or _in_relative_clause(tokens, verb, nouns, within)
    word = tokens[verb.first].low
    back = verb.first - 1
    past_perfect = False
    while back >= 0 and (
        tokens[back].low in _ADVERBS or tokens[back].low == "had" or tokens[back].low in _AUXILIARIES
    ):
        past_perfect = past_perfect or tokens[back].low == "had"
        back -= 1
    progressive = word in PARTICIPLES and back + 1 < verb.first and tokens[verb.first - 1].low in _AUXILIARIES
    if back < 0:
        return progressive
    low = tokens[back].low
    as_well_as = low == "as" and back > 0 and tokens[back - 1].low == "well"
    if low in _JOINS or as_well_as or low in {"a", "an"}:  # "an destroyed" is a slip for "and".
        return _shares(tokens, back, before, nouns, within)
    if low in _RELATIVES:
        return past_perfect or not _speaks_of_strikes(tokens, back, nouns, within)
    if word in PARTICIPLES:
        if progressive:
            return True
        return word in _ATTACKING and not _speaks_of_strikes(tokens, back + 1, nouns, within)
    if before and back < before[-1].after:  # "struck destroyed" has lost its "and".
        return before[-1].others
    subject = _subject(tokens, back, before, within)
    return _is_other(tokens, subject, nouns, past_perfect=past_perfect)


def _shares(
    tokens: Sequence[Token], joiner: int, before: Sequence[Verb], nouns: set[int], within: Within
) -> bool:
    """Whether the verb before it, whose subject a joined verb shares, was of others.

    A new number of strikes between the two, or "and" after a list that somebody else's deed ends, restarts this.
    """
    begin = before[-1].after if before else 0
    after = max((index + 1 for index in range(begin, joiner) if index in nouns), default=begin)
    if not before or after > begin:
        return any(_is_enemy_deed(tokens, index) for index in range(after, joiner))
    last = before[-1]
    # Nobody destroys what is his own: "fighters who were digging a trench and destroyed an ISIL vehicle".
    if any(token.low in ENEMIES for token in tokens[joiner + 2 : joiner + 2 + MAX_NOUN]):
        return last.others and not any(verb for verb in before if not verb.others)
    if last.others:
        return True
    # Behind "who had burned three trucks and" it is not sure whose deed a verb is, so it is not counted.
    if any(
        tokens[index].low in _CONJUNCTIONS
        and {token.low for token in tokens[index + 1 : index + 4]} & ENEMIES
        for index in range(last.after, joiner)
    ) or any(_is_enemy_deed(tokens, index) for index in range(last.after, joiner)):
        return True
    return any(
        tokens[index].low in _SUBORDINATE and not _speaks_of_strikes(tokens, index, nouns, within)
        for index in range(last.after, joiner)
    )


def _is_enemy_deed(tokens: Sequence[Token], index: int) -> bool:
    """Whether the enemy is the subject of another verb. Reads: "the enemy shelled"; but not "an ISIL armed truck"."""
    opens = index > 0 and tokens[index - 1].low in {"the", ";", "where", "when", "after", "as", "while"}
    verb = index + 1 + (tokens[index + 1].low in {"had", "have", "has"})
    return opens and tokens[index].low in ENEMIES and tokens[verb].low.endswith("ed")


def _speaks_of_strikes(tokens: Sequence[Token], index: int, nouns: set[int], within: Within) -> bool:
    """Whether what "that" or a participle at `index` refers to is the strikes, past their place and day."""
    here = index - 1
    while here >= 0:
        if here in nouns or tokens[here].low in NOUNS or tokens[here].low in {"engagement", "engagements"}:
            return True
        begin = within.begin(here)
        if begin is not None:
            here = begin - 1
            continue
        if tokens[here].low not in _ASIDE and tokens[here].low not in _AIMED:
            return False
        here -= 1
    return False


def _subject(tokens: Sequence[Token], last: int, before: Sequence[Verb], within: Within) -> tuple[int, int]:
    """Return the span of the words before a verb, back to where its subject can begin."""
    stop = before[-1].after if before else 0
    first = last
    while first > stop:
        begin = within.begin(first - 1)
        if begin is not None:
            first = max(begin, stop)
            continue
        if tokens[first - 1].low in _BOUNDARIES:
            break
        first -= 1
    return first, last + 1


def _is_other(
    tokens: Sequence[Token], subject: tuple[int, int], nouns: set[int], *, past_perfect: bool
) -> bool:
    first, end = subject
    if any(index in nouns for index in range(first, end)):
        return False
    lows = [token.low for token in tokens[first:end]]
    if CAMPAIGN.search(" ".join(lows)):  # "to date, the campaign has destroyed"
        return True
    # "after it had hit two posts" is an act of the target.
    if first and tokens[first - 1].low in _THEN and set(lows) <= {"it", "they", "he"}:
        return True
    words = {low.removesuffix("'s") for low in lows}
    if nouns and words & _OF_OTHERS:
        return True
    if words & NOUNS or words & _OURS or words & CAUSES:
        return past_perfect and not words & NOUNS
    if words & ENEMIES or words & GROUND:
        return True
    # Who is neither the strikes of a sentence nor a force that carries them out is somebody else; but behind "since"
    # or "after" stands when they did it: "two strikes near Vero since early Monday destroyed a hut".
    opens = bool(nouns) and (first == 0 or tokens[first - 1].low in _OPENINGS)
    return any(low[0].isalpha() for low in lows) and (past_perfect or opens)


def _agent_is_other(tokens: Sequence[Token], verb: Verb, nouns: set[int]) -> bool:
    """Whether the words behind "by" name somebody else. Reads: "were killed by a mine"; not "by two strikes"."""
    after = verb.after
    if after >= len(tokens) or tokens[after].low != "by":
        return False
    words = set()
    for index in range(after + 1, min(len(tokens), after + 1 + MAX_AGENT)):
        if index in nouns:
            return False
        if tokens[index].low in {",", ".", ";", "and", "near", "in", "on"}:
            break
        words.add(tokens[index].low.removesuffix("'s"))
    if words & NOUNS or words & (_OURS - {"it", "them", "they"}):
        return bool(words & ENEMIES) and not words & NOUNS
    return bool(words)


def _in_relative_clause(tokens: Sequence[Token], verb: Verb, nouns: set[int], within: Within) -> bool:
    """Whether a passive verb describes the state of a target. Reads: "a bridge that had been damaged"."""
    back = verb.first - 1
    perfect = False
    while back >= 0 and (
        tokens[back].low in _AUXILIARIES or tokens[back].low in _ADVERBS or tokens[back].low == "had"
    ):
        perfect = perfect or tokens[back].low == "had"
        back -= 1
    if back < 0 or tokens[back].low not in _RELATIVES:
        return False
    if back and tokens[back - 1].low in {"of", "in"}:  # "both of which were hit", "in which a boat was hit"
        return False
    return perfect and not _speaks_of_strikes(tokens, back, nouns, within)


def strikes_of_others(tokens: Sequence[Token], mentions: Sequence[Mention]) -> list[Mention]:
    """Mark the strikes that somebody else carried out. Reads: "the enemy launched four missile strikes"."""
    return [
        replace(mention, others=True) if _carried_out_by_others(tokens, mention) else mention
        for mention in mentions
    ]


def _carried_out_by_others(tokens: Sequence[Token], mention: Mention) -> bool:
    here = mention.first - 1
    conducted = False
    words = set[str]()
    while here >= 0 and tokens[here].low not in _BOUNDARIES - {"and"}:
        conducted = conducted or tokens[here].low in CONDUCT
        if tokens[here].low == ",":
            break
        if conducted:
            words.add(tokens[here].low.removesuffix("'s"))
        here -= 1
    if conducted and words & ENEMIES and not words & _OURS:
        return True
    after = {token.low for token in tokens[mention.after : mention.after + 4]}
    own = {token.low for token in tokens[mention.first : mention.after]}
    # "two strikes of the regime", "two regime strikes"
    if "regime" in own or ("regime" in after and after & {"by", "of"}):
        return True
    return "by" in after and bool(after & ENEMIES) and not after & _OURS


def aim_of(tokens: Sequence[Token], mention: Mention, verbs: Sequence[Verb], within: Within) -> Verb | None:
    """Find what a number of strikes was aimed at. Reads: "four strikes near Orta, Iraq, against two depots".

    Returns it as a nominal verb of the effect "engaged", written as the words that stand there.
    """
    here = mention.after
    taken = {index for verb in verbs for index in range(verb.first, verb.after)}
    while here < len(tokens) and here not in taken:
        begin = within.begin(here)
        low = tokens[here].low
        if begin is not None:
            here += 1
        elif low in _AIMS and _aims(tokens, here, within):
            noun = tokens[mention.after - 1].low if not mention.elliptic else "strikes"
            return Verb(here, here + 1, f"{noun} {low}", Effect.ENGAGED, nominal=True)
        elif low in _ASIDE or low in _AUXILIARIES or low in {"aimed", "directed", "consisting"}:
            here += 1
        elif tokens[here + 1 : here + 2] and tokens[here + 1].low in _ENGAGEMENTS:
            here += 2
        else:
            break
    return None


def _aims(tokens: Sequence[Token], index: int, within: Within) -> bool:
    """Whether targets follow "against", "on" or "at": for the last two only with a number or the enemy's name."""
    if index + 1 >= len(tokens) or within.begin(index + 1) is not None:
        return False
    if tokens[index].low == "against":
        return True
    if tokens[index + 1].low in ENEMY or read_count(tokens, index + 1, len(tokens)) is not None:
        return True
    noun = list(
        takewhile(
            lambda token: token.word[0].isalpha() and token.low not in PREPOSITIONS,
            tokens[index + 1 :][:MAX_NOUN],
        )
    )
    return bool(noun) and noun[0].word.islower() and is_plural(noun[-1].word)
