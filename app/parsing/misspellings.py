"""Misspellings by one letter of effect verbs and of "airstrike".

Misspellings are sought only where the word could occur; see verbs.py and mentions.py.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from string import ascii_lowercase

from app.vocabulary.effects import PARTICIPLES, VERBS

# In a shorter word one letter makes another word: "hit" and "hut".
SHORTEST = 6
# One letter away from these stand other verbs: "owned", "drowned", "linking".
_EXACT = frozenset({"downed", "downing", "sinking"})


def _near(word: str) -> set[str]:
    """List the words that a letter left out, added, changed or swapped makes. Reads: "stuck", "destoryed"."""
    splits = [(word[:index], word[index:]) for index in range(len(word) + 1)]
    left_out = {head + tail[1:] for head, tail in splits if tail}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in splits if len(tail) > 1}
    changed = {head + letter + tail[1:] for head, tail in splits if tail for letter in ascii_lowercase}
    added = {head + letter + tail for head, tail in splits for letter in ascii_lowercase}
    return left_out | swapped | changed | added


def _slips(words: Iterable[str]) -> dict[str, str]:
    targets = sorted(words)
    by_slip = {slip: word for word in targets if len(word) >= SHORTEST for slip in _near(word)}
    return {slip: word for slip, word in by_slip.items() if slip not in targets}


@cache
def verb_slips() -> Mapping[str, str]:
    """Return the slips of verbs, with their verbs: tens of thousands, made for the first text and not at import."""
    verbs = {*VERBS, *PARTICIPLES}
    return {slip: word for slip, word in _slips(verbs - _EXACT).items() if slip not in verbs}


NOUN_SLIPS = frozenset(_slips(["airstrike", "airstrikes"]))
