"""Hit lists without verbs: "Near Orta: 3 radars, 2 vehicles"."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.parsing.clauses import Clause, Sentence
from app.parsing.function_words import FINITE
from app.parsing.numbers import read_count
from app.parsing.place_mentions import Place
from app.parsing.result import ParsedTally
from app.parsing.targets import Reading, read_items
from app.parsing.text import Token
from app.parsing.verbs import Verb
from app.vocabulary.categories import match
from app.vocabulary.effects import VERBS, Effect

# What a heading calls what its rows list.
_HITS = {
    "hits": Effect.ENGAGED,
    "hit": Effect.ENGAGED,
    "targets": Effect.ENGAGED,
    "struck": Effect.ENGAGED,
    "targeted": Effect.ENGAGED,
    "engaged": Effect.ENGAGED,
    "destroyed": Effect.DESTROYED,
    "damaged": Effect.DAMAGED,
}
# A heading is no longer than this.
MAX_WORDS = 20


@dataclass(frozen=True, slots=True)
class Hits:
    """The heading of a list: the name and place of the rows below it."""

    word: str
    effect: Effect
    place: Place | None
    country: str | None


def heading_of(sentence: Sentence) -> Hits | None:
    """Return the heading of the rows below it; None where the sentence is none.

    Reads: "Key hits on 20 August:", "Targets hit near Orta, Libya, on 3 May:"; but not "The strikes destroyed:".
    """
    tokens = sentence.tokens
    announced = tokens[-1].word == ":" or (sentence.dates and tokens[-1].word[-1].isalnum())
    if not announced or len(tokens) > MAX_WORDS or sentence.mentions or sentence.verbs:
        return None
    word = next((token.low for token in reversed(tokens) if token.low in _HITS), None)
    if word is None or any(token.low in VERBS and token.low not in _HITS for token in tokens):
        return None
    named = next((place for place in sentence.places if place.name), None)
    country = next((place.country for place in sentence.places if place.country), None)
    return Hits(word, _HITS[word], named, country)


def row_of(sentence: Sentence, hits: Hits) -> Clause | None:
    """Read a row below such a heading: its place, if it names one, and its targets; None where it lists none.

    Reads: "Near Orta: 3 radars, 2 armed vehicles", "two howitzers".
    """
    tokens = sentence.tokens
    place = next((place for place in sentence.places if place.phrase_first == 0), None)
    first = max(place.after, place.phrase_after) if place else 0
    first += first < len(tokens) and tokens[first].word in {":", "-", "--", "\u2014", "\u2013"}
    if sentence.mentions or sentence.verbs or not _is_list(tokens[first:]):
        return None
    clause = Clause(0, len(tokens), None)
    clause.place = place if place and place.name else hits.place
    clause.country = (place.country if place else None) or hits.country
    clause.countries = int(clause.country is not None)
    if clause.place:
        clause.phrase = clause.place.name
    clause.dates = next(iter(sentence.dates), None)
    clause.reading = Reading(sentence.text)
    read_items(tokens[first:], Verb(0, 0, hits.word, hits.effect), clause.reading)
    tallies = clause.reading.tallies
    # "A drone and two jets watched the road"
    unread = any(remark.kind == "unread" for remark in clause.reading.remarks)
    return clause if tallies and not unread and all(map(_is_target, tallies)) else None


def _is_target(tally: ParsedTally) -> bool:
    """Whether a row counts a target, and is no sentence. Reads: "3 Military Facilities"; but not "2 boats got away"."""
    words = tally.category.split()
    return all(word[0].isupper() for word in words) or bool(match(tally.category) or match(words[-1]))


def _is_list(tokens: Sequence[Token]) -> bool:
    """Whether a row begins with a counted target and not with a table's "tanks - 2911"."""
    read = read_count(tokens, 0, len(tokens))
    if read is None or any(token.low in FINITE for token in tokens):
        return False
    return read.after < len(tokens) and tokens[read.after].word[0].isalpha()
