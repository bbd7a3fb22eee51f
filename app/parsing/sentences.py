"""Read one sentence whole: find its parts, cut it into clauses, and give each verb its targets.

What a clause means for the release (a line, a total, more of the line before) is decided in sections.py.
"""

from collections.abc import Sequence
from datetime import date

from app.parsing.attribution import attribution, strike_days
from app.parsing.clauses import Clause, Sentence, cut
from app.parsing.dates import Dates, find_dates, join_dates
from app.parsing.headers import read_header
from app.parsing.items import Reading, read_items
from app.parsing.mentions import find_mentions
from app.parsing.places import find_places
from app.parsing.release import shortened
from app.parsing.text import Token
from app.parsing.verbs import Verb, find_verbs

_BEFORE_PASSIVE = frozenset(
    "was were been being is are also successfully then subsequently had has have".split()
)


def read_sentence(
    tokens: Sequence[Token], text: str, published_on: date | None, category: str | None
) -> Sentence:
    """Find the clauses of a sentence. `category` is what "two others" at its start refers to.

    Reads: "Near Tal Vero, two strikes struck an ISIL depot and destroyed a boat, while one near Orta …".
    """
    cut_at = attribution(tokens)
    own = [_meant(tokens, index) for index in range(cut_at)]
    start, end = own[0].start, own[-1].end
    dates = join_dates(find_dates(text, start, end, published_on), text)
    sentence = Sentence(
        own,
        text,
        strike_days(dates, own),
        find_places(own, text),
        find_mentions(own, dates),
        find_verbs(own),
        left=tokens[cut_at:],
        days=dates,
    )
    cut(sentence)
    for clause in sentence.clauses:
        read_header(sentence, clause)
        clause.reading = Reading(text, category=category)
        for index in range(len(clause.verbs)):
            _group(sentence, clause, index)
        category = clause.reading.category
    return sentence


def _meant(tokens: Sequence[Token], index: int) -> Token:
    """Tell the enemy's name from the verb. Reads: "an IS position", where "is" is none."""
    token = tokens[index]
    if token.word != "IS" or all(
        word.isupper() for word, *_ in tokens[max(0, index - 2) : index + 3] if word.isalpha()
    ):
        return token
    return token._replace(low="isis")


def _group(sentence: Sentence, clause: Clause, index: int) -> None:
    """Read the targets of one verb: those after it, or before it when it is passive."""
    verb = clause.verbs[index]
    if verb.passive:
        first, end = _passive_targets(sentence, clause, index)
    else:
        following = clause.verbs[index + 1] if index + 1 < len(clause.verbs) else None
        first, end = verb.after, following.first if following else clause.end
        if following and following.passive:
            end = _subject(sentence.tokens, first, end)
    targets = _undated(sentence.tokens[first:end], sentence.days)
    if verb.denied:
        _denial(sentence, clause, verb, end)
    elif targets and not (verb.passive and targets[0].low in {"the", "this", "that"}):
        read_items(targets, verb, clause.reading)
    if verb.misspelt:
        word = sentence.tokens[verb.after - 1]
        clause.reading.remark(
            word.start, word.end, "misspelling", f"'{shortened(word.word)}' is read as '{verb.verb}'."
        )


def _undated(tokens: Sequence[Token], dates: Sequence[Dates]) -> Sequence[Token]:
    """Leave out days, whose numbers count nothing."""
    if not dates:
        return tokens
    return [token for token in tokens if not any(day.start <= token.start < day.end for day in dates)]


def _passive_targets(sentence: Sentence, clause: Clause, index: int) -> tuple[int, int]:
    """Find the tokens before "were destroyed" that are its targets.

    Reads: "As part of these strikes, two sheds and a gun were hit", "Additionally, near Vero a depot was hit".
    """
    tokens = sentence.tokens
    first = clause.verbs[index - 1].after if index else clause.first
    end = clause.verbs[index].first
    while end > first and tokens[end - 1].low in _BEFORE_PASSIVE:
        end -= 1
    if index and not clause.verbs[index - 1].passive:
        first = _subject(tokens, first, end)
    lows = [token.low for token in tokens[first:end]]
    if "," in lows and (lows[0] in {"additionally", "also", "finally"} or lows[:1] in (["as"], ["in"])):
        first += lows.index(",") + 1
    for word in ("resulted", "resulting"):  # "The strikes resulted in two sheds destroyed."
        if word in lows:
            first += lows.index(word) + 2
    for place in sentence.places:
        if place.phrase_first <= first < place.after <= end:
            first = place.after
    return first, end


def _subject(tokens: Sequence[Token], first: int, end: int) -> int:
    """Find where the subject of a passive verb begins, behind the targets of an active one.

    Reads: "destroyed a boat and two sheds were hit", "killed six fighters and that no civilians were injured".
    """
    while end > first and tokens[end - 1].low in _BEFORE_PASSIVE:
        end -= 1
    for index in range(end - 1, first, -1):
        if tokens[index].low in {"and", ";", "while", "that", "but"}:
            return index
    return end


def _denial(sentence: Sentence, clause: Clause, verb: Verb, end: int) -> None:
    start, stop = sentence.tokens[verb.first].start, sentence.tokens[max(end - 1, verb.after - 1)].end
    message = "The text does not say that this happened; it is not counted."
    clause.reading.remark(start, stop, "not_counted", message)
