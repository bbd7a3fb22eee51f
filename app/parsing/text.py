"""Tokenizer: tokens and sentences with their offsets in the original text."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple


class Token(NamedTuple):
    """A word, number or mark; `low` is its lower-case form with plain apostrophes and hyphens."""

    word: str
    low: str
    start: int
    end: int


_HYPHENS = "\u2010\u2011\u2212\u2013-"
# "Aug. 7 120 strikes" are a day and a number.
_AFTER_NO_MONTH = "(?=\\d)" + "".join(
    f"(?<!(?i:{month}) )(?<!(?i:{month})\\. )"
    for month in (
        "uary arch pril may june july gust mber ober jan feb mar apr jun jul aug sep sept oct nov dec".split()
    )
)
# "6 107 mm rockets" and "12 500-pound bombs" are a number and a name.
_NAMED = r"|[\u2010\u2011-][A-Za-z]| ?(?:mm|cal|caliber|calibre|cm|lb|pound|kilogram|kilo|ton|inch)\b"
# No alternative can begin where another one ends, so that matching stays linear in any text.
_TOKEN = re.compile(
    rf"\d{{1,3}}(?:,\d{{3}})+(?![^\W_]|[.,/']\d|[{_HYPHENS}][A-Za-z])"  # 1,147
    rf"|{_AFTER_NO_MONTH}\d{{1,3}}(?:[ \u00a0\u202f\u2009]\d{{3}})+(?![^\W_]|[.,/]\d{_NAMED})"  # 1 147
    rf"|\d+(?:[.,/]\d+)+[^\W_]*(?:[{_HYPHENS}][^\W\d_]+)*"  # 3.5, 3/4, 12.7mm, 2,000-pound
    r"|(?:[A-Za-z]\.){2,}"  # U.S.
    rf"|[^\W_]+(?:[\u2019'\u2018{_HYPHENS}][^\W_]+)*"  # front-end, Mar\u2019a, 15-17, 20161216-02
    r"|--+"
    # Invisible marks, which web pages leave inside sentences, are no tokens.
    r"|[^\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffc]",
)
_FOLD = str.maketrans({"\u2019": "'", "\u2018": "'"} | dict.fromkeys(_HYPHENS, "-"))
ABBREVIATIONS = frozenset(
    """jan feb mar apr jun jul aug sept sep oct nov dec mon tue wed thu fri sat sun gen lt col maj capt adm
    sgt brig rear mr mrs ms dr st no approx vs etc fla""".split(),
)
_MARKS = frozenset({"*", "--", "•"})
_GLUED = _MARKS | {"-", ":"}
_CLOSING = frozenset("\"”'\u2019)]")
# "mortar- and rocket positions" is no broken word.
_SUSPENDED = frozenset({"and", "or", "to"})
# Tokens between two checkpoints.
PIECE = 4096
# A word this short before a full stop is an initial or an abbreviation when no space follows ("J.D.").
MAX_INITIAL = 2


def tokens(text: str, start: int, end: int, checkpoint: Callable[[], None]) -> list[Token]:
    """All tokens of text[start:end], in order; a block may be the whole text, so `checkpoint` is called here too."""
    result: list[Token] = []
    matches = _TOKEN.finditer(text, start, end)
    while some := list(islice(matches, PIECE)):
        checkpoint()
        for match in some:
            word = match.group()
            low = word.lower() if word.isascii() else word.translate(_FOLD).lower()
            result.append(Token(word, low, *match.span()))
    return _whole(result, text) if text.find("-\n", start, end) >= 0 else result


def _whole(words: list[Token], text: str) -> list[Token]:
    """Join the halves of a word that was broken behind its hyphen, where the layout preserves the line break."""
    whole: list[Token] = []
    for token in words:
        hyphen = whole[-1] if whole and whole[-1].word == "-" else None
        if (
            hyphen
            and len(whole) > 1
            and whole[-2].end == hyphen.start
            and text.startswith("\n", hyphen.end)
            and token.low not in _SUSPENDED
        ):
            first = whole[-2]
            whole[-2:] = [
                Token(f"{first.word}-{token.word}", f"{first.low}-{token.low}", first.start, token.end)
            ]
        else:
            whole.append(token)
    return whole


def sentences(words: Sequence[Token]) -> Iterator[list[Token]]:
    """Split tokens at full stops, at question and exclamation marks, and at a bullet glued into the line.

    A sentence that is nothing but its end mark is left out.
    """
    begin = 0
    for index, token in enumerate(words):
        if index < begin:
            continue
        if token.word in "!?" or (token.word == "." and _ends(words, index)):
            stop = index + 1
            while (
                stop < len(words)
                and words[stop].word in _CLOSING
                and words[stop].start == words[stop - 1].end
            ):
                stop += 1
            # What begins with its end holds marks alone.
            if index > begin:
                yield list(words[begin:stop])
            begin = stop
        elif token.word in _GLUED and index > begin and _opens(words, index):
            heading = _after_colon(words, begin, index)
            if heading > begin:
                yield list(words[begin:heading])
            yield list(words[heading : index + 1])
            begin = index + 1
    if begin < len(words):
        yield list(words[begin:])


def _ends(words: Sequence[Token], index: int) -> bool:
    """Whether the full stop at `index` ends a sentence: not after "Sept.", not inside "3.5"."""
    if index + 1 >= len(words):
        return True
    following = words[index + 1]
    if following.word in _CLOSING:
        return True
    previous = words[index - 1] if index else None
    if previous and previous.end == words[index].start:
        if previous.low.rpartition("-")[2] in ABBREVIATIONS and following.low not in {"near", "in"}:
            return False
        if len(previous.word) == 1 and previous.word.isupper():
            return False
    if following.start == words[index].end:
        return (
            following.word[0].isupper()
            and len(following.word) > 1
            and previous is not None
            and len(previous.word) > MAX_INITIAL
        )
    return not following.word[0].islower()


def _opens(words: Sequence[Token], index: int) -> bool:
    """Return whether a mark begins a new bullet: "… vehicle * Near Tal Afar, …"."""
    following = words[index + 1].word if index + 1 < len(words) else ""
    return following == "Near" or (following == "On" and words[index].word in _MARKS)


def _after_colon(words: Sequence[Token], begin: int, index: int) -> int:
    """Find where a heading right before a mark begins: "… since the last release: Syria * Near …"."""
    for here in range(index - 1, max(begin, index - 4), -1):
        if words[here].word == ":":
            return here + 1
    return begin
