"""Tokenizer of the full-text index and of `q`.

Words are cut and folded here alone, both for storing and for queries, and both engines are
handed words and no text: so both find the same lines.
"""

import unicodedata
from collections.abc import Iterable

from app.vocabulary.characters import CharacterTable

# Characters of a word that count: longer ones are the same word where they begin alike. No language has more.
LONGEST_WORD = 100

# Bytes of the indexed words of one line, in UTF-8, the first that it has. A sentence has a few hundred;
# PostgreSQL cannot store a million for one row.
MOST_BYTES = 500_000

# Bytes of a character in UTF-8, at most.
_LONGEST_CHARACTER = 4

# General categories of what disappears: accents and other marks, modifier letters, invisible characters.
_DROPPED = frozenset({"Mn", "Mc", "Me", "Lm", "Cf"})


def words(text: str) -> list[str]:
    """Return the words of a text in their order, each once.

    A word is a run of letters and digits; everything else separates words. Case, accents and width fold:
    "Dayr az-Zawr" has "dayr", "az" and "zawr", "Raqqa's" has "raqqa" and "s". Folding twice changes nothing.
    """
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in text.translate(_FOLDED).split()))


def _fold_character(char: str) -> str:
    """Return what is left of a character: letters and digits, a space, or nothing.

    One by one: normalising a whole text sorts its marks, which takes the square of the length of a run of them.
    """
    chars = []
    for part in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold()):
        category = unicodedata.category(part)
        if category not in _DROPPED:
            chars.append(part if category[0] in "LN" else " ")
    return "".join(chars)


_FOLDED = CharacterTable(_fold_character)


def words_of(texts: Iterable[str | None]) -> list[str]:
    """Return the words of several texts, each once, up to MOST_BYTES; None holds none."""
    # Texts that are equal hold the same words.
    every = words("\n".join(dict.fromkeys(text for text in texts if text)))
    if sum(map(len, every)) * _LONGEST_CHARACTER <= MOST_BYTES:
        return every
    tokens, left = list[str](), MOST_BYTES
    for word in every:
        left -= len(word.encode())
        if left < 0:
            break
        tokens.append(word)
    return tokens
