"""Cut a text into tokens, blocks and sentences, each with its place in the original. Knows no meaning."""

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


class Block(NamedTuple):
    """A run of lines that belong together; `bullet` says that it began with a list mark."""

    start: int
    end: int
    bullet: bool


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
_LINE = re.compile(r"[^\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
BULLET = re.compile(r"[ \t\u00a0]*(?:[*•·‣▪●—\u2013]|-{1,2}(?!\d))[ \t\u00a0]*")
_ABBREVIATIONS = frozenset(
    """jan feb mar apr jun jul aug sept sep oct nov dec mon tue wed thu fri sat sun gen lt col maj capt adm
    sgt brig rear mr mrs ms dr st no approx vs etc fla""".split(),
)
_MARKS = frozenset({"*", "--", "•"})
_GLUED = _MARKS | {"-", ":"}
_CLOSING = frozenset("\"”'\u2019)]")
_UNFINISHED = frozenset(
    """a an the and or of in near at on to with by for from isil isis one two three four five six seven eight
    nine""".split(),
)
# A line this long without an end mark was probably broken by a mail client, not by its author.
WRAPPED_COLUMNS = 60
# The widths between which a program folds the lines of a text.
FOLDED_COLUMNS = 45
MAX_FOLDED = 100
# Tokens between two checkpoints.
PIECE = 4096
# A word this short before a full stop is an initial or an abbreviation when no space follows ("J.D.").
MAX_INITIAL = 2


def tokens(text: str, start: int, end: int, checkpoint: Callable[[], None]) -> list[Token]:
    """All tokens of text[start:end], in order; a block may be the whole text, so `checkpoint` is called here too."""
    found: list[Token] = []
    matches = _TOKEN.finditer(text, start, end)
    while some := list(islice(matches, PIECE)):
        checkpoint()
        for match in some:
            word = match.group()
            low = word.lower() if word.isascii() else word.translate(_FOLD).lower()
            found.append(Token(word, low, match.start(), match.end()))
    return found


def blocks(text: str, is_heading: Callable[[str], bool]) -> Iterator[Block]:
    """Join lines that a mail client has broken; everything else is a block of its own.

    `is_heading` tells of a line that must stand alone.
    """
    current: Block | None = None
    last_end = line_start = 0
    folded = False
    for match in _LINE.finditer(text):
        line = match.group()
        stripped = line.strip()
        if not stripped:
            continue
        start = match.start() + len(line) - len(line.lstrip())
        end = start + len(stripped)
        mark = BULLET.match(text, start, end)
        heading = is_heading(stripped)
        gap = text.count("\n", last_end, start) > 1
        joins = current is not None and not mark and not heading
        if current and joins and gap:
            joins = _torn(text, current, start)
        elif current and joins:
            runs_on = _runs_on(text, current, line_start, start)
            joins = runs_on or (folded and _folds_on(text, current, line_start))
            folded = folded or (runs_on and text[start].islower())
        if current and joins:
            current = Block(current.start, end, current.bullet)
        else:
            if current:
                yield current
            current = Block(mark.end() if mark and mark.end() < end else start, end, bool(mark))
        if heading:
            yield current
            current = None
        last_end, line_start = end, start
    if current:
        yield current


def _folds_on(text: str, block: Block, line_start: int) -> bool:
    """Whether a line of a text that a program has folded goes on, however the next one begins."""
    return FOLDED_COLUMNS <= block.end - line_start <= MAX_FOLDED and text[block.end - 1].isalnum()


def _torn(text: str, block: Block, start: int) -> bool:
    """Whether a page has torn a sentence apart: "…, a tank", and in a paragraph of its own "and a truck."."""
    return text[block.end - 1].isalnum() and text.startswith(("and ", "or "), start)


def _runs_on(text: str, block: Block, line_start: int, start: int) -> bool:
    """Whether the line at `start` continues the block, whose last line began at `line_start`."""
    last = text[block.end - 1]
    if last in '.:!?;”"':
        return False
    tail = text[max(block.start, block.end - 12) : block.end].split()
    if last == "," or (tail and tail[-1].lower() in _UNFINISHED) or text[start].islower():
        return True
    if not block.bullet:
        return False
    # A bullet that has not come to its strikes yet is not over.
    opened = (
        block.end - block.start < WRAPPED_COLUMNS and "strike" not in text[block.start : block.end].lower()
    )
    return opened or block.end - line_start >= WRAPPED_COLUMNS


def sentences(found: Sequence[Token]) -> Iterator[list[Token]]:
    """Split tokens at full stops, at question and exclamation marks, and at a bullet glued into the line.

    A sentence that is nothing but its end mark is left out.
    """
    begin = 0
    for index, token in enumerate(found):
        if index < begin:
            continue
        if token.word in "!?" or (token.word == "." and _ends(found, index)):
            stop = index + 1
            while (
                stop < len(found)
                and found[stop].word in _CLOSING
                and found[stop].start == found[stop - 1].end
            ):
                stop += 1
            # What begins with its end holds marks alone.
            if index > begin:
                yield list(found[begin:stop])
            begin = stop
        elif token.word in _GLUED and index > begin and _opens(found, index):
            heading = _after_colon(found, begin, index)
            if heading > begin:
                yield list(found[begin:heading])
            yield list(found[heading : index + 1])
            begin = index + 1
    if begin < len(found):
        yield list(found[begin:])


def _ends(found: Sequence[Token], index: int) -> bool:
    """Whether the full stop at `index` ends a sentence: not after "Sept.", not inside "3.5"."""
    if index + 1 >= len(found):
        return True
    following = found[index + 1]
    if following.word in _CLOSING:
        return True
    previous = found[index - 1] if index else None
    if previous and previous.end == found[index].start:
        if previous.low.rpartition("-")[2] in _ABBREVIATIONS and following.low not in {"near", "in"}:
            return False
        if len(previous.word) == 1 and previous.word.isupper():
            return False
    if following.start == found[index].end:
        return (
            following.word[0].isupper()
            and len(following.word) > 1
            and previous is not None
            and len(previous.word) > MAX_INITIAL
        )
    return not following.word[0].islower()


def _opens(found: Sequence[Token], index: int) -> bool:
    """Tell whether a mark begins a new bullet: "… vehicle * Near Tal Afar, …"."""
    following = found[index + 1].word if index + 1 < len(found) else ""
    return following == "Near" or (following == "On" and found[index].word in _MARKS)


def _after_colon(found: Sequence[Token], begin: int, index: int) -> int:
    """Find where a heading right before a mark begins: "… since the last release: Syria * Near …"."""
    for here in range(index - 1, max(begin, index - 4), -1):
        if found[here].word == ":":
            return here + 1
    return begin
