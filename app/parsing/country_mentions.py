"""Country mentions by name and adjective; skip descriptions before a name.

The adjective of an acting force ("Turkish jets") is no place: an adjective counts only in a description, or before
a word for land or water ("in Libyan waters"). place_mentions.py finds the places themselves.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from app.parsing.text import Token, tokens
from app.vocabulary.countries import ADJECTIVES, NAMES

# Peoples of several countries, and adjectives that two countries share: they describe, and name no country.
_SHARED = ("kurdish", "turkmen", "arab", "congolese", "korean")
# Names that are English words as well, and so need their capital letter.
_WORDS = frozenset({"chad", "china", "guinea", "jersey", "jordan", "reunion", "turkey"})
SETTLEMENTS = frozenset(
    """city cities town towns village villages stronghold bastion capital hub area areas suburb suburbs region
    district neighborhood neighborhoods neighbourhood neighbourhoods province governorate quarter countryside outskirts
    vicinity""".split(),
)
# What lies in the country of the adjective before it: "in Syrian territory".
_LANDS = SETTLEMENTS | frozenset(
    "territory territories territorial waters airspace soil provinces regions".split()
)
# The holder of a town does not determine its country: "the Houthi-controlled", "ISIS held".
_HOLDERS = frozenset("isis isil daesh houthi houthis taliban hezbollah hamas".split())
_HELD = ("-held", "-controlled", "-occupied", "-backed", "-led", "-run", "-ruled", "-dominated", "-allied")
# Words that may stand before "city of".
MAX_DESCRIPTION = 6


class Named(NamedTuple):
    """A country named by the tokens up to `after`; `code` is None where the word names no single one."""

    code: str | None
    after: int


_Index = dict[str, list[tuple[tuple[str, ...], str | None]]]


def _index(names: Mapping[str, str | None]) -> _Index:
    """Return the names as tokens by their first one, the longest first."""
    index: _Index = {}
    for name, code in names.items():
        words = tuple(token.low for token in tokens(name, 0, len(name), lambda: None))
        index.setdefault(words[0], []).append((words, code))
    for entries in index.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return index


_NAMES = _index(NAMES)
_ADJECTIVES = _index(ADJECTIVES | dict.fromkeys(_SHARED))


def _pattern(names: Iterable[str]) -> str:
    """Return an expression for any of the names, the longest first; by first letter, which spares most of the tries."""
    endings: dict[str, list[str]] = {}
    for name in sorted(names, key=len, reverse=True):
        endings.setdefault(name[0], []).append(re.escape(name[1:]).replace("'", "['\u2018\u2019]"))
    return "|".join(f"{letter}(?:{'|'.join(rest)})" for letter, rest in endings.items())


# Any name of a country, for expressions that ignore case.
PATTERN = f"(?:the )?(?:{_pattern(NAMES)})"


def country_at(words: Sequence[Token], index: int, *, possessive: bool = False) -> Named | None:
    """Find the country whose name begins at a token. Reads: "South Sudan"; when `possessive`, "South Sudan's".

    None where no name begins there.
    """
    named = _match(_NAMES, words, index, "'s" if possessive else "")
    return named if named and (words[index].word[0].isupper() or words[index].low not in _WORDS) else None


def adjective_at(words: Sequence[Token], index: int) -> Named | None:
    """Find the adjective of a country that begins at a token. Reads: "South Sudanese"; None where none does."""
    return _match(_ADJECTIVES, words, index, "")


def countries_in(words: Sequence[Token]) -> list[str]:
    """Return the codes of the countries named, each once, in the order of the text."""
    codes: dict[str, None] = {}
    index = 0
    while index < len(words):
        country = country_at(words, index)
        if country and country.code:
            codes[country.code] = None
        index = country.after if country else index + 1
    return list(codes)


def land_at(words: Sequence[Token], index: int) -> Named | None:
    """Find a country named by what lies in it. Reads: "Libyan territorial waters", "Iraqi Kurdistan"."""
    adjective = adjective_at(words, index)
    if adjective is None or adjective.code is None:
        return None
    after = adjective.after
    while after < len(words) and words[after].low in _LANDS:
        after += 1
    if after == adjective.after and after < len(words) and words[after].low == "kurdistan":
        after += 1
    return Named(adjective.code, after) if after > adjective.after else None


def is_holder(token: Token) -> bool:
    """Whether a word names the holder or leader of something. Reads: "Houthi-controlled", "ISIS"."""
    return token.low in _HOLDERS or token.low.endswith(_HELD)


def skip_holder(words: Sequence[Token], index: int) -> int:
    """Skip who holds a place. Reads: "Houthi-controlled", "ISIS held"; the index itself where nobody is named."""
    if index >= len(words) or not is_holder(words[index]):
        return index
    following = words[index + 1].low if index + 1 < len(words) else ""
    return index + 1 + (f"-{following}" in _HELD)


def skip_description(words: Sequence[Token], index: int) -> int:
    """Find where a name begins behind what describes it. Reads: "the rebel-held Syrian town of", "Iraq's"."""
    owner = country_at(words, index, possessive=True)
    if owner:
        return owner.after
    here = index
    while here < min(index + MAX_DESCRIPTION, len(words) - 2):
        token = words[here]
        if token.low in SETTLEMENTS and words[here + 1].low == "of":
            return here + 2
        country = adjective_at(words, here) or country_at(words, here)
        lower = token.word[0].islower() and token.word[0].isalpha()
        if not (country or lower or token.low == "the" or is_holder(token)):
            break
        here = country.after if country else here + 1
    return index


def described_country(words: Sequence[Token], first: int, end: int) -> str | None:
    """Find the country in the words before a name. Reads: "the Syrian town of", "Iraq's", "the Libya city of".

    Of several the last one, which stands next to the town.
    """
    code = None
    index = first
    while index < end:
        country = (
            country_at(words, index, possessive=True)
            or country_at(words, index)
            or adjective_at(words, index)
        )
        code = country.code if country and country.code else code
        index = country.after if country else index + 1
    return code


def _match(index: _Index, words: Sequence[Token], first: int, ending: str) -> Named | None:
    if first >= len(words):
        return None
    low = words[first].low
    for name, code in _candidates(index, low, ending):
        after = first + len(name)
        if after <= len(words) and all(
            words[first + at].low == (part if at + 1 < len(name) else part + ending)
            for at, part in enumerate(name)
        ):
            return Named(code, after)
    return None


def _candidates(index: _Index, low: str, ending: str) -> Iterable[tuple[tuple[str, ...], str | None]]:
    """Return the names that may begin with a token: with the ending too, where it is a name's only token."""
    whole = index.get(low, ())
    return [*whole, *index.get(low.removesuffix(ending), ())] if ending and low.endswith(ending) else whole
