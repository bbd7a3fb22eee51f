"""Bounds proven by a tally's words, for comparison with its count."""

from typing import NamedTuple

from app.parsing import go_on
from app.parsing.numbers import read_count
from app.parsing.text import Token, tokens
from app.vocabulary.counts import UNITS
from app.vocabulary.text_cache import cached_by_text

# Characters of the longest phrase that is read: a phrase with its number is short.
LONGEST_PHRASE = 200

# Words before a count that do not change it.
_BEFORE = frozenset({"the", "these", "those", "all"})

# Marks at the end of a phrase.
_ENDS = frozenset(".,;:")

# Words that make of a count something else than the number of what follows: "three or more", "two of five".
_CHANGING = frozenset({"or", "to", "and", "of", "plus", "possibly", "perhaps", "more", "x", "per"})

# Units of an amount, which is no number of things.
_MEASURES = frozenset(
    """pound pounds lb lbs kilogram kilograms kg ton tons tonne tonnes gallon gallons barrel barrels liter liters litre
    litres meter meters metre metres mile miles kilometer kilometers km mm percent""".split()
)

# An estimate is contradicted by a count that is more than so many times as large, or as small.
_ESTIMATE_FACTOR = 2


class Bounds(NamedTuple):
    """The least and the most; None: no upper bound."""

    least: int
    most: int | None


@cached_by_text(1024)
def bounds_in_words(phrase: str) -> Bounds | None:
    """Return the bounds that a phrase with one number proves: "at least four trucks" is 4 and no upper bound.

    None where it does not begin with a number, or where anything in it may change that one: a second number, a choice,
    an amount, a unit.
    """
    if len(phrase) > LONGEST_PHRASE:
        return None
    words = tokens(phrase, 0, len(phrase), go_on)
    begin = 1 if words and words[0].low in _BEFORE else 0
    read = read_count(words, begin, len(words))
    if read is None:
        return None
    rest = words[read.after :]
    if rest and rest[-1].word in _ENDS:
        rest.pop()
    if not rest or not rest[0].word[0].isalpha() or any(_may_change(word) for word in rest):
        return None
    if any(read_count(words, index, len(words)) for index in range(read.after, len(words))):
        return None
    least, most = read.count.minimum, read.count.maximum
    if read.count.approximate:
        return Bounds(least // _ESTIMATE_FACTOR, None if most is None else most * _ESTIMATE_FACTOR)
    return Bounds(least, most)


def _may_change(word: Token) -> bool:
    return word.low in _CHANGING or word.low in _MEASURES or word.low in UNITS or not word.word[0].isalnum()
