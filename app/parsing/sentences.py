"""Read one sentence whole: find its parts, cut it into clauses, and give each verb its targets.

What a clause means for the release (a line, a total, more of the line before) is decided in sections.py.
"""

from collections.abc import Sequence
from datetime import date

from app.parsing.clauses import Clause, Sentence, cut
from app.parsing.dates import Dates, find_dates, join_dates
from app.parsing.headers import read_header
from app.parsing.items import Reading, read_items
from app.parsing.mentions import NOUNS, find_mentions
from app.parsing.places import find_places
from app.parsing.text import Token
from app.parsing.verbs import Verb, find_verbs
from app.vocabulary.effects import VERBS

_BEFORE_PASSIVE = frozenset(
    "was were been being is are also successfully then subsequently had has have".split()
)
_REPORTING = frozenset("said says reported announced added told noted confirmed stated according".split())
_QUOTES = frozenset('"“”')
# How far back from "said" the words may stand that say who said it, and where the earliest can end.
REACH = 16
FIRST = 5


def read_sentence(
    tokens: Sequence[Token], text: str, published_on: date | None, category: str | None
) -> Sentence:
    """Find the clauses of a sentence. `category` is what "two others" at its start refers to.

    Reads: "Near Tal Vero, two strikes struck an ISIL depot and destroyed a boat, while one near Orta …".
    """
    cut_at = _attribution(tokens)
    own = list(tokens[:cut_at])
    start, end = own[0].start, own[-1].end
    dates = join_dates(find_dates(text, start, end, published_on), text)
    sentence = Sentence(own, text, dates, find_places(own, text), find_mentions(own, dates), find_verbs(own))
    sentence.left = tokens[cut_at:]
    cut(sentence)
    for clause in sentence.clauses:
        read_header(sentence, clause)
        clause.reading = Reading(text, category=category)
        for index in range(len(clause.verbs)):
            _group(sentence, clause, index)
        category = clause.reading.category
    return sentence


def _attribution(tokens: Sequence[Token]) -> int:
    """Find where the words begin that say who said it; the length when there are none.

    Reads: "…” the coalition said on Tuesday", "…, officials reported today". What "officials said that …" says is read.
    """
    claimed = next(
        (i for i, token in enumerate(tokens) if token.low in VERBS or token.low in NOUNS), len(tokens)
    )
    for index in range(max(FIRST, claimed) + 1, len(tokens)):
        if tokens[index].low not in _REPORTING:
            continue
        back = index - 1
        while back > max(claimed, index - REACH) and tokens[back].word not in _QUOTES | {","}:
            back -= 1
        if back > claimed and tokens[back].word in _QUOTES | {","}:
            return back
    return len(tokens)


def _group(sentence: Sentence, clause: Clause, index: int) -> None:
    """Read the targets of one verb: those after it, or before it when it is passive."""
    verb = clause.verbs[index]
    if verb.passive:
        first, end = _passive_targets(sentence, clause, index)
    else:
        following = clause.verbs[index + 1] if index + 1 < len(clause.verbs) else None
        first, end = verb.after, following.first if following else clause.end
    targets = _undated(sentence.tokens[first:end], sentence.dates)
    if verb.denied:
        _denial(sentence, clause, verb, end)
    elif targets and not (verb.passive and targets[0].low in {"the", "this", "that"}):
        read_items(targets, verb, clause.reading)
    if verb.misspelt:
        word = sentence.tokens[verb.after - 1]
        clause.reading.remark(word.start, word.end, "misspelling", f"'{word.word}' is read as '{verb.verb}'.")


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


def _denial(sentence: Sentence, clause: Clause, verb: Verb, end: int) -> None:
    start, stop = sentence.tokens[verb.first].start, sentence.tokens[max(end - 1, verb.after - 1)].end
    message = "The text does not say that this happened; it is not counted."
    clause.reading.remark(start, stop, "not_counted", message)
