"""Clauses of a sentence: one per number of strikes, with its verbs.

headers.py finds where a clause took place, sentences.py its targets.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.parsing.dates import Dates
from app.parsing.function_words import CLAUSE_BREAKS, INTRANSITIVE, PAST, is_inner_and
from app.parsing.lists import subject
from app.parsing.mentions import CONDUCT, NOUNS, Mention
from app.parsing.numerals import number
from app.parsing.other_subjects import is_deed
from app.parsing.place_mentions import Place
from app.parsing.sentence_patterns import CAMPAIGN
from app.parsing.targets import Reading
from app.parsing.text import Token
from app.parsing.verbs import Verb
from app.vocabulary.effects import PARTICIPLES, VERBS
from app.vocabulary.forces import AIRCRAFT, COMMANDS, OTHERS

# The past of verbs for the acts of others, with an object or without.
_DEEDS = PAST | INTRANSITIVE
# "… were destroyed in two strikes": the strikes only close the clause before.
_BEFORE_TAIL = frozenset("in by during from of with after for through".split())
# What joins two clauses, and what may stand between it and the strikes of the later one.
_JOINERS = frozenset("and while whereas but ; . :".split())
_SUBJECTS = (
    AIRCRAFT
    | COMMANDS
    | frozenset(
        """u.s u.s. us american allied military forces force army navy the they it also separately meanwhile
        additionally then later had have has there were was a further same other remaining rest day neighboring
        neighbouring nearby border across side next following previous preceding after before afternoon morning evening
        night""".split(),
    )
)
# Who may be the subject of a clause without a number of strikes.
_FORCES = AIRCRAFT | {"they", "coalition", "forces", "navy"}
_DAY_WORDS = frozenset("for on from between during in late early since through until overnight the".split())
# Words of a subject that are not known as such.
MAX_SUBJECT = 6
_YEAR = re.compile(r"(?:19|20)\d\d")
# Past this many clauses a sentence is no sentence.
MAX_CLAUSES = 60


@dataclass(slots=True)
class Clause:
    """One clause; token positions are within its sentence.

    `countries` is how many it names: two or more leave `country` None. `shift` is how many days after the strikes
    before it was ("a day later"); None where the clause does not give it.
    """

    first: int
    end: int
    mention: Mention | None
    verbs: list[Verb] = field(default_factory=list)
    place: Place | None = None
    phrase: str | None = None
    country: str | None = None
    countries: int = 0
    dates: Dates | None = None
    shift: int | None = None
    engagements: int | None = None
    engagements_span: tuple[int, int] | None = None
    reading: Reading = field(default_factory=lambda: Reading(""))


@dataclass(slots=True)
class Sentence:
    """A sentence's tokens with everything recognised in them.

    `left` are those of the attribution, and what follows. `dates` are the days of strikes, `days` those of
    saying it as well.
    """

    tokens: list[Token]
    text: str
    dates: list[Dates]
    places: list[Place]
    mentions: list[Mention]
    verbs: list[Verb]
    clauses: list[Clause] = field(default_factory=list)
    left: Sequence[Token] = ()
    days: Sequence[Dates] = ()


def cut(sentence: Sentence, within: "Within") -> None:
    """Fill in the clauses of a sentence.

    Reads: "an airstrike near Vero struck a depot, while two near Orta destroyed a boat" as two clauses.
    """
    events: list[Mention | Verb] = sorted(
        [*sentence.verbs, *(mention for mention in sentence.mentions if not mention.part)],
        key=lambda event: event.first,
    )
    current: Clause | None = None
    for event in events:
        if isinstance(event, Mention):
            current = _mentioned(sentence, current, event, within)
            continue
        if current is None:
            current = _begin(sentence, _behind_others(sentence, event, within) if event.passive else 0, None)
        elif event.passive and _is_over(current, event):
            current = _begin(sentence, _after_place(sentence, current, event, within), None)
        elif event.passive and (own := _own_passive(sentence, current, event, within)):
            current = _begin(sentence, own, None)
        elif (
            not current.verbs
            and not event.nominal
            and (broken := _behind_break(sentence, current, event, within))
        ):
            current = _begin(sentence, broken, None)
        elif current.verbs and not event.passive and not event.nominal:
            own = _own_subject(sentence, current.verbs[-1].after, event, within)
            current = _begin(sentence, own, None) if own else current
        current.verbs.append(event)
    for index, clause in enumerate(sentence.clauses):
        last = index + 1 == len(sentence.clauses)
        clause.end = len(sentence.tokens) if last else sentence.clauses[index + 1].first


class Within:
    """Which tokens of a sentence belong to a place or a day, and where that begins."""

    def __init__(self, sentence: Sentence) -> None:
        self._begins: dict[int, int] = {}
        for place in sentence.places:
            after = max(place.phrase_after, place.after)
            for index in range(place.phrase_first, after):
                self._begins.setdefault(index, place.phrase_first)
        if not sentence.days:
            return
        for index, token in enumerate(sentence.tokens):
            if any(day.start <= token.start < day.end for day in sentence.days):
                self._begins.setdefault(index, self._begins.get(index - 1, index))

    def begin(self, index: int) -> int | None:
        """Return where the place or the day begins that holds a token; None where none does."""
        return self._begins.get(index)


def _is_over(clause: Clause, verb: Verb) -> bool:
    """Whether a passive verb is a separate statement. Reads: "a depot was hit and a shed was destroyed".

    Also behind strikes that closed a clause: "a depot was hit in two strikes, and a shed was hit in one".
    """
    if not clause.verbs:
        return False
    mention = clause.mention
    return mention is None or (mention.first > clause.verbs[-1].first and not verb.elliptic)


def _behind_break(sentence: Sentence, current: Clause, verb: Verb, within: "Within") -> int | None:
    """Find where a clause begins that a break sets apart from a number of strikes without any verb; None if none does.

    Reads: "the coalition has conducted 13,000 strikes; on Tuesday it conducted 14, destroying a boat near Vero".
    """
    if current.mention is None or verb.passive:
        return None
    between = range(current.mention.after, verb.first)
    breaks = [index for index in between if sentence.tokens[index].low in CLAUSE_BREAKS]
    if not breaks:
        return None
    # "; they destroyed" goes on with the strikes before.
    numbers = [
        index for index in between if index > breaks[-1] and number(sentence.tokens[index].low) is not None
    ]
    return breaks[-1] + 1 if any(within.begin(index) is None for index in numbers) else None


def _own_passive(sentence: Sentence, current: Clause, verb: Verb, within: "Within") -> int | None:
    """Find where a later passive clause begins that has a place, a day or strikes of its own; None where it has not.

    Reads: "two strikes destroyed a hut; on May 4, a boat was damaged in one strike near Orta", "two strikes destroyed a
    hut, and since the war began 90 boats were sunk"; where no verb stands before it, it needs strikes and a place.
    """
    tokens = sentence.tokens
    mention = current.mention.after if current.mention else 0
    joiner = _joiner(tokens, current.verbs[-1].after if current.verbs else mention, verb.first, within)
    if joiner is None:
        return None
    placed = any(within.begin(index) is not None for index in range(joiner + 1, verb.first))
    behind = next((mention for mention in sentence.mentions if mention.first >= verb.after), None)
    struck = behind is not None and _closes(sentence, verb, behind)
    if not current.verbs:
        return (
            joiner + 1
            if struck and (placed or tokens[joiner].low != "and" or tokens[joiner - 1].word == ",")
            else None
        )
    of_all = CAMPAIGN.search(sentence.text, tokens[joiner].end, tokens[verb.first].start)
    return joiner + 1 if placed or struck or of_all or tokens[joiner].low != "and" else None


def _behind_others(sentence: Sentence, verb: Verb, within: "Within") -> int:
    """Find where the first clause begins, behind what others did; 0 where nothing stands before it.

    Reads: "troops took a town, and on May 4, near Orta, a boat was damaged in one strike".
    """
    tokens = sentence.tokens
    joiner = _joiner(tokens, 0, verb.first, within)
    behind = next((mention for mention in sentence.mentions if mention.first >= verb.after), None)
    if joiner is None or behind is None or not _closes(sentence, verb, behind):
        return 0
    placed = any(within.begin(index) is not None for index in range(joiner + 1, min(verb.first, joiner + 3)))
    separate = placed or any(tokens[index].low in _DEEDS or is_deed(tokens, index) for index in range(joiner))
    apart = tokens[joiner].low != "and" or (separate and tokens[joiner - 1].low == ",")
    return joiner + 1 if apart else 0


def _closes(sentence: Sentence, verb: Verb, mention: Mention) -> bool:
    """Whether strikes behind passive verbs carried them out. Reads: "a hut was hit and a boat sunk by six strikes"."""
    if verb.elliptic or any(
        token.low in CLAUSE_BREAKS for token in sentence.tokens[verb.after : mention.first]
    ):
        return False
    between = [other for other in sentence.verbs if verb.first < other.first < mention.first]
    last = between[-1] if between else verb
    tail = mention.first == last.after + 1 and sentence.tokens[last.after].low in _BEFORE_TAIL
    return tail and all(other.passive for other in between)


def _joiner(tokens: Sequence[Token], first: int, end: int, within: "Within") -> int | None:
    """Find what joins a clause to the one before: a semicolon or "while", else the last "and", best behind a comma."""
    free = [index for index in range(first, end) if within.begin(index) is None]
    sure = [index for index in free if tokens[index].low in CLAUSE_BREAKS]
    ands = [index for index in free if tokens[index].low == "and" and not is_inner_and(tokens, index)]
    # Beside a day or a place, and right behind a verb, "and" joins no two targets.
    adjacent = [
        index
        for index in ands
        if index == first
        or any(within.begin(near) is not None for near in (index - 1, index + 1, index + 2) if near < end)
    ]
    apart = [index for index in ands if index and tokens[index - 1].word == ","]
    return next(iter(sure or adjacent[-1:] or apart[-1:] or ands[-1:]), None)


def _own_subject(sentence: Sentence, last: int, verb: Verb, within: "Within") -> int | None:
    """Find where a later clause begins that names who did it, but no number of strikes; None where none does.

    Reads: "jets hit two huts near Vero; on May 4 they hit a boat near Orta".
    """
    tokens = sentence.tokens
    if tokens[verb.first].low in PARTICIPLES:
        return None
    for index in range(verb.first - 1, last - 1, -1):
        if within.begin(index) is not None or tokens[index].low not in {";", "while", "and", "but", ","}:
            continue
        words = {
            token.low
            for here, token in enumerate(tokens[index + 1 : verb.first], index + 1)
            if within.begin(here) is None
        }
        if not words & _FORCES or words & (NOUNS | OTHERS):
            return None
        begin = subject(tokens, last, verb.first) if tokens[index].low == "and" else index
        return _with_adjuncts(tokens, min(begin, index) + 1, within)
    return None


def _with_adjuncts(tokens: Sequence[Token], first: int, within: "Within") -> int:
    """Take in the day and the place before a subject, back to a joiner. Reads: "; on May 4, near Vero, jets struck"."""
    here = first
    while here and (within.begin(here - 1) is not None or tokens[here - 1].low in {",", "on", "in", "the"}):
        here -= 1
    return here if here and tokens[here - 1].low in {";", "and", "while", "but"} else first


def _after_place(sentence: Sentence, current: Clause, verb: Verb, within: Within) -> int:
    """Find where the clause of a passive verb begins: behind the joiner, or the place, before its targets.

    Reads: "a depot was hit near Orta and a shed was hit near Vero".
    """
    last = current.verbs[-1].after
    if current.mention and current.mention.first >= last:
        last = current.mention.after
    joiner = _joiner(sentence.tokens, last, verb.first, within)
    closed = last > current.verbs[-1].after
    if joiner is not None and (closed or current.verbs[-1].others or sentence.tokens[joiner].low != "and"):
        return joiner + 1
    return next((place.after for place in sentence.places if place.phrase_first == last), last)


def _begin(sentence: Sentence, first: int, mention: Mention | None) -> Clause:
    clause = Clause(first, len(sentence.tokens), mention)
    if len(sentence.clauses) < MAX_CLAUSES:
        sentence.clauses.append(clause)
    return clause


def _mentioned(sentence: Sentence, current: Clause | None, mention: Mention, within: Within) -> Clause:
    """Open a clause for a mention of strikes, unless it only closes the one before."""
    before = sentence.tokens[mention.first - 1].low if mention.first else ""
    if current is None:
        stops = [index for index in range(mention.first) if _parts(sentence.tokens, index)]
        start = _start(sentence, mention, within, strong=True)
        if not stops and start < mention.first and _ends_before(sentence, start):
            return _begin(sentence, start, mention)
        return _begin(sentence, stops[-1] + 1 if stops else 0, mention)
    closes = current.verbs and before in _BEFORE_TAIL and not mention.elliptic
    if closes and _start(sentence, mention, within, strong=True) == mention.first:
        if current.mention is None:
            current.mention = mention
            return _take_in(sentence, current, within)
        return current
    if not current.verbs and current.mention and mention.definite:
        return current
    return _begin(sentence, _start(sentence, mention, within), mention)


def _ends_before(sentence: Sentence, start: int) -> bool:
    """Whether a clause of its own ends before ", and" or "but". Reads: "guns shelled two towns, and two strikes"."""
    joiner = next(
        (index for index in range(start - 1, 0, -1) if sentence.tokens[index].low in {"and", "but"}), None
    )
    return joiner is not None and sentence.tokens[joiner - 1].word == "," and start - joiner <= 1


def _parts(tokens: Sequence[Token], index: int) -> bool:
    """Whether the words before are not about the strikes behind. Reads: "troops took a town, while two strikes"."""
    if tokens[index].low == "while":
        return not tokens[index + 1].low.endswith("ing")
    return tokens[index].low in {";", "whereas"}


def _take_in(sentence: Sentence, clause: Clause, within: Within) -> Clause:
    """Join the passive clauses before one that its strikes close as well.

    Reads: "One hut was struck and one factory was suppressed by six strikes near Vero."
    """
    while len(sentence.clauses) > 1 and sentence.clauses[-1] is clause:
        before = sentence.clauses[-2]
        placed = before.verbs and any(
            within.begin(index) is not None for index in range(before.verbs[0].first, clause.first)
        )
        of_all = CAMPAIGN.search(
            sentence.text, sentence.tokens[before.first].start, sentence.tokens[clause.first].start
        )
        if before.mention or placed or of_all or not all(verb.passive for verb in before.verbs):
            break
        before.verbs += clause.verbs
        before.mention = clause.mention
        sentence.clauses.pop()
        clause = before
    return clause


def _start(sentence: Sentence, mention: Mention, within: Within, *, strong: bool = False) -> int:
    """Find where the clause of a later mention begins: behind the joiner before its days, place and subject.

    A comma joins as well, unless `strong`. Reads: "… a boat, and on May 4 coalition jets conducted two strikes",
    "… a boat, in Syria four strikes".
    """
    tokens = sentence.tokens
    comma: int | None = None
    conducted, subject = False, 0
    index = mention.first - 1
    while index >= 0:
        begin = within.begin(index)
        if begin is not None:
            index = begin - 1
            continue
        low = tokens[index].low
        placed = _place_before(sentence, index, within) if low == "where" else None
        if placed is not None:
            return placed
        if low in {"engagement", "engagements"}:
            index -= 2
            continue
        if low in _JOINERS and not is_inner_and(tokens, index):
            return _skip_joiners(tokens, index, mention.first)
        conducted = conducted or (low in CONDUCT and index + 1 < mention.first + 1)
        if low == ",":
            comma = None if strong else index
        elif (
            low in CONDUCT
            or low in _SUBJECTS
            or low in _DAY_WORDS
            or low in {"out", "where"}
            or _YEAR.fullmatch(low)
        ):
            pass
        elif not conducted or not tokens[index].word[0].isalpha() or low in VERBS or subject > MAX_SUBJECT:
            break
        else:
            subject += 1
        index -= 1
    return mention.first if comma is None else _skip_joiners(tokens, comma, mention.first)


def _place_before(sentence: Sentence, where: int, within: Within) -> int | None:
    """Find where the place begins that "where" is about. Reads: "in Yemen, where 22 strikes were conducted"."""
    last = where - 1 - (where > 0 and sentence.tokens[where - 1].word == ",")
    return within.begin(last) if last >= 0 else None


def _skip_joiners(tokens: Sequence[Token], index: int, stop: int) -> int:
    while index < stop and tokens[index].low in {"while", "and", "also", ",", ";", "whereas", "but", "."}:
        index += 1
    return index
