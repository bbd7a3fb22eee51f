"""Sentence parser: clauses, verbs, and the targets of each verb.

What a clause means for the release (a line, a total, more of the line before) is decided in sections.py.
"""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from app.parsing.agents import aim_of, attribute, strikes_of_others
from app.parsing.attribution import attribution, strike_days
from app.parsing.clauses import Clause, Sentence, Within, cut
from app.parsing.dates import Dates, find_dates, join_dates
from app.parsing.headers import read_header
from app.parsing.lists import subject
from app.parsing.mentions import find_mentions
from app.parsing.numerals import number
from app.parsing.place_mentions import find_places
from app.parsing.result import shortened
from app.parsing.target_spans import objects_end, passive_targets, remark_rest
from app.parsing.targets import Reading, read_items
from app.parsing.text import Token
from app.parsing.verbs import Verb, find_verbs
from app.parsing.wholes import drop_aim, drop_opening, drop_shared, drop_whole
from app.vocabulary.forces import AIRCRAFT

# A list is over where the next clause begins.
_BEFORE_CLAUSE = frozenset(", ; and while whereas but".split())


def read_sentence(
    tokens: Sequence[Token],
    text: str,
    published_on: date | None,
    category: str | None,
    *,
    recent: bool = False,
) -> Sentence:
    """Find the clauses of a sentence. `category` is what "two others" at its start refers to.

    `recent` means that the sentence before spoke of strikes.

    Reads: "Near Tal Vero, two strikes struck an ISIL depot and destroyed a boat, while one near Orta …".
    """
    cut_at = attribution(tokens)
    own = [
        _meant(tokens, index) if token.word == "IS" else token for index, token in enumerate(tokens[:cut_at])
    ]
    start, end = own[0].start, own[-1].end
    dates = join_dates(find_dates(text, start, end, published_on), text)
    places = find_places(own, text)
    mentions = strikes_of_others(own, find_mentions(own, dates, places, recent=recent))
    sentence = Sentence(
        own, text, strike_days(dates, own), places, mentions, [], left=tokens[cut_at:], days=dates
    )
    within = Within(sentence)
    verbs = attribute(own, find_verbs(own), mentions, within)
    aims = [
        aim for mention in mentions if not mention.others and (aim := aim_of(own, mention, verbs, within))
    ]
    sentence.verbs = sorted([*verbs, *aims], key=lambda verb: verb.first)
    cut(sentence, within)
    drop_opening(sentence)
    for clause in sentence.clauses:
        read_header(sentence, clause, within)
        clause.reading = Reading(text, category=category)
        for index in range(len(clause.verbs)):
            _group(sentence, clause, index)
        drop_aim(clause)
        drop_whole(clause)
        category = clause.reading.category
    for before, clause in pairwise(sentence.clauses):
        drop_shared(sentence, before, clause)
    return sentence


def _meant(tokens: Sequence[Token], index: int) -> Token:
    """Tell the enemy's name from the verb. Reads: "an IS position", where "is" is none."""
    token = tokens[index]
    if all(word.isupper() for word, *_ in tokens[max(0, index - 2) : index + 3] if word.isalpha()):
        return token
    return token._replace(low="isis")


def _group(sentence: Sentence, clause: Clause, index: int) -> None:
    """Read the targets of one verb: those after it, or before it when it is passive."""
    verb = clause.verbs[index]
    if verb.passive:
        first, end = passive_targets(sentence, clause, index)
    else:
        following = clause.verbs[index + 1] if index + 1 < len(clause.verbs) else None
        first, end = verb.after, following.first if following else clause.end
        if following and (following.passive or _has_subject(sentence, following)):
            end = subject(sentence.tokens, first, end)
    if not verb.passive:
        stop = objects_end(sentence, first, end, clause.verbs[index + 1 : index + 2])
        remark_rest(sentence, clause, stop, end)
        end = stop
    while end > first and sentence.tokens[end - 1].low in _BEFORE_CLAUSE:
        end -= 1
    targets = _undated(sentence.tokens[first:end], sentence.days)
    if verb.denied or verb.others:
        _denial(sentence, clause, verb, (first, end))
    elif targets and not (verb.passive and targets[0].low in {"the", "this", "that"}):
        read_items(targets, verb, clause.reading)
    if verb.misspelt:
        word = sentence.tokens[verb.after - 1]
        clause.reading.remark(
            word.start, word.end, "misspelling", f"'{shortened(word.word)}' is read as '{verb.verb}'."
        )


def _has_subject(sentence: Sentence, verb: Verb) -> bool:
    """Whether an active verb has a subject of its own. Reads: "a boat, and gunmen killed …"; not "…, and damaged"."""
    before = sentence.tokens[verb.first - 1] if verb.first else None
    if before is None or before.low in _BEFORE_CLAUSE:
        return False
    # "22 strikes hit Vero and 14 hit Orta"
    numbered = verb.first > 1 and sentence.tokens[verb.first - 2].low in _BEFORE_CLAUSE
    if numbered and number(before.low) is not None:
        return True
    return before.word[0].isalpha() and (verb.others or before.low in AIRCRAFT)


def _undated(tokens: Sequence[Token], dates: Sequence[Dates]) -> Sequence[Token]:
    """Leave out days, whose numbers count nothing."""
    if not dates:
        return tokens
    return [token for token in tokens if not any(day.start <= token.start < day.end for day in dates)]


def _denial(sentence: Sentence, clause: Clause, verb: Verb, targets: tuple[int, int]) -> None:
    """Remark what did not happen, or was done by others, from its first word to its last."""
    first, end = min(verb.first, targets[0]), max(targets[1], verb.after)
    start, stop = sentence.tokens[first].start, sentence.tokens[end - 1].end
    message = "The text does not state that this happened; it is not counted."
    if verb.others:
        message = "The text does not attribute this to the strikes; it is not counted."
    clause.reading.remark(start, stop, "not_counted", message)
