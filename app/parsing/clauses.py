"""Cut a sentence into clauses: one for each number of strikes, with the verbs up to the next.

Where a clause took place is found in headers.py, its targets in sentences.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.parsing.dates import Dates
from app.parsing.items import Reading
from app.parsing.mentions import Mention
from app.parsing.places import Place
from app.parsing.text import Token
from app.parsing.verbs import Verb

# "… were destroyed in two strikes": the strikes only close the clause before.
_BEFORE_TAIL = frozenset("in by during from of with after for through".split())
_JOINS = frozenset(", ; and while .".split())
CONDUCT = frozenset(
    """conducted conducting conduct carried carrying launched launching occurred place took executed performed
    staged mounted made flew consisting consisted comprising""".split(),
)
# Past this many clauses a sentence is no sentence.
MAX_CLAUSES = 60


@dataclass(slots=True)
class Clause:
    """What one clause says; token positions are within its sentence.

    `countries` is how many it names: two or more leave `country` None.
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
    engagements: int | None = None
    reading: Reading = field(default_factory=lambda: Reading(""))


@dataclass(slots=True)
class Sentence:
    """A sentence's tokens with all that was found in them.

    `left` are those that say who said it, and what follows. `dates` are the days of strikes, `days` those of
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


def cut(sentence: Sentence) -> None:
    """Fill in the clauses of a sentence.

    Reads: "an airstrike near Vero struck a depot, while two near Orta destroyed a boat" as two clauses.
    """
    events: list[Mention | Verb] = sorted(
        [*sentence.verbs, *sentence.mentions], key=lambda event: event.first
    )
    current: Clause | None = None
    for event in events:
        if isinstance(event, Mention):
            current = _mentioned(sentence, current, event)
            continue
        if current is None:
            current = _begin(sentence, 0, None)
        elif event.passive and current.verbs and current.mention is None:
            current = _begin(sentence, _after_place(sentence, current.verbs[-1].after), None)
        current.verbs.append(event)
    for index, clause in enumerate(sentence.clauses):
        last = index + 1 == len(sentence.clauses)
        clause.end = len(sentence.tokens) if last else sentence.clauses[index + 1].first


def _after_place(sentence: Sentence, first: int) -> int:
    """Skip a place right behind a verb. Reads: "a depot was hit near Orta and a shed was hit near Vero"."""
    return next((place.after for place in sentence.places if place.phrase_first == first), first)


def _begin(sentence: Sentence, first: int, mention: Mention | None) -> Clause:
    clause = Clause(first, len(sentence.tokens), mention)
    if len(sentence.clauses) < MAX_CLAUSES:
        sentence.clauses.append(clause)
    return clause


def _mentioned(sentence: Sentence, current: Clause | None, mention: Mention) -> Clause:
    """Open a clause for a mention of strikes, unless it only closes the one before."""
    before = sentence.tokens[mention.first - 1].low if mention.first else ""
    if current is None:
        return _begin(sentence, 0, mention)
    if current.verbs and before in _BEFORE_TAIL:
        if current.mention is None:
            current.mention = mention
        return current
    if not current.verbs and current.mention and mention.definite:
        return current
    return _begin(sentence, _start(sentence, mention), mention)


def _start(sentence: Sentence, mention: Mention) -> int:
    """Find where the clause of a later mention begins: at its place, if that stands before it."""
    first = mention.first
    for place in sentence.places:
        reaches = max(place.phrase_after, place.after if place.after <= first else 0)
        if place.near and place.phrase_first < first and reaches in {first, first - 1}:
            before = sentence.tokens[place.phrase_first - 1].low if place.phrase_first else ","
            if before in _JOINS:
                first = place.phrase_first
                break
    while first and sentence.tokens[first - 1].low in {"while", "and", "also", ","}:
        first -= 1
    return first
