"""Layout of a text: its blocks, with line breaks inside removed.

A line break means nothing inside a sentence: a mail client, a narrow column or a quoting reply may put one between
any two words. A bullet, a heading, a numbered row, a table row and a blank line begin a block.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from app.parsing.text import ABBREVIATIONS

BULLET = re.compile(r"[ \t\u00a0]*(?:[*•·‣▪●—\u2013]|-{1,2}(?!\d))[ \t\u00a0]*")
_LINE = re.compile(r"[^\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
# Marks that a mail client puts before the lines of a message that it quotes.
_QUOTED = re.compile(r"^(?:[ \t]{0,8}>){1,8}(?=\s|$)", re.MULTILINE)
# "1. Near Vero", "(2) Near Orta", "b) a hut".
_NUMBERED = re.compile(r"\(?(?:\d{1,3}|[a-z])[.)][ \t\u00a0]+(?=\S)|\([a-z\d]{1,3}\)[ \t\u00a0]*(?=\S)")
# Cells between bars, which stand alone even without rows around them.
_CELLS = re.compile(r"\|.{0,200}\||[^|]{1,80} \| ")
# "tanks - 12 (+3),", "Sorties: 146", "huts	4".
_ROW = re.compile(
    r"[^.!?\t]{1,80}?(?:[ \t\u00a0][-\u2013—]|:|\.{3}|\t| {3})[ \t\u00a0]{0,40}[+-]?\d[\d,. \u00a0]{0,15}"
    r"(?:[ \u00a0]?\([^)]{1,16}\))?[,;.]?",
)
# "Vero, Iraq: 3 strikes", "In the vicinity of Orta: 2 tanks".
_LABELLED = re.compile(r"[A-Z][^.:;!?\r\n]{1,60}:(?=\s|$)")
_TOWN = re.compile(r"[A-Z][A-Z. ]{2,30}(?:, [A-Z][A-Za-z.]{1,15}){0,2}")
# A place broken in two: "12 strikes near Kunyo⏎Lar, Afghanistan, destroyed".
_NAME_BEGINS = re.compile(r"\b(?:near|of) [A-Z][\w'\u2019-]*$")
_NAME_ENDS = re.compile(r"[A-Z][\w'\u2019-]*(?:,| in) [A-Z]")
_ASIDE = re.compile(r"[-\u2013—]{1,2} [^-\u2013—]{1,60} [-\u2013—]{1,2} ")
_END = frozenset(".!?\u2026")
_CLOSERS = "\"”'\u2019)]*_ "
_DASHES = frozenset("-\u2013—\u2011")
# A sentence does not end behind one of these.
UNFINISHED = frozenset(
    """a an the and or of in near at on to with by for from between against including into over during under than
    while which that who whose where as its their his was were is are be been has have had not also
    one two three four five six seven eight nine ten eleven twelve
    january february march april june july august september october november december
    jan jan. feb feb. mar mar. apr apr. jun jun. jul jul. aug aug. sept sept. sep sep. oct oct. nov nov. dec dec.
    lt. gen. col. maj. capt. mr. mrs. dr. no. approx. al ar tal abu dayr""".split(),
)
# With a capital letter these stand only where a sentence begins.
OPENINGS = frozenset(
    """Near In On At The A An Between During Of This These Those It They There Additionally Separately Also Earlier
    Later Meanwhile Since For From After Before As By When While With To All No Both Most Some One Two Three Four Five
    Six Seven Eight Nine Ten Eleven Twelve Several Another Other We He She His Her Their Its Our""".split(),
)
_MONTHS = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
# The first half of a date that is broken over two lines, and what a title of 2015 begins with: "March 3:".
_DATE_BEGINS = re.compile(rf"{_MONTHS}(?: \d{{1,2}},?)?", re.IGNORECASE)
_DAY_OF_TITLE = re.compile(rf"{_MONTHS}\s{{1,12}}\d{{1,2}}:", re.IGNORECASE)
# Only a sentence reports with one of these.
REPORTING = re.compile(
    r"\b(?:conducted|carried|launched|destroyed|struck|engaged|damaged|suppressed|attacked|targeted|killed|wounded"
    r"|was|were|has|have|had|is|are|said|hit an?|flew|dropped|fired|continued|shot)\b",
    re.IGNORECASE,
)
_NEXT_SENTENCE = re.compile(r"[a-z]{3}[.!?][\"”]? {1,3}[A-Z]")
# Fewer words, or more characters, are no title.
MIN_TITLE_WORDS = 3
MIN_TITLE = 12
MAX_TITLE = 160
# Characters at the end of a block in which its last word is sought.
MAX_LAST_WORD = 24
# A heading has at most so many characters.
MAX_ALONE = 120
# A line this long was probably broken by a mail client, not by its author.
WRAPPED_COLUMNS = 60
_QUOTING_LINES = 2
_PIECE = 4096


class Block(NamedTuple):
    """A run of lines that belong together; `bullet` means that it began with a list mark."""

    start: int
    end: int
    bullet: bool


class Layout(NamedTuple):
    """The blocks of a text, and the text, as long as it was, with spaces for the line breaks inside blocks."""

    text: str
    blocks: list[Block]


class _Line(NamedTuple):
    """A line without the blanks around it.

    `gap` means that a blank line stands before it, `alone` that it is a heading or a label, `row` that it belongs to a
    table; `mark` is where the words behind a list mark begin, None without one.
    """

    start: int
    end: int
    gap: bool
    alone: bool
    row: bool
    mark: int | None


def lay_out(text: str, stands_alone: Callable[[str], bool], checkpoint: Callable[[], None]) -> Layout:
    """Find the blocks of a text and undo the line breaks inside them.

    `stands_alone` recognises a line that begins and ends a block: a heading, a date, a release number.
    A word that was broken behind its hyphen keeps the line break; see `tokens`.
    """
    text = _unquoted(text)
    lines = list(_lines(text, stands_alone, checkpoint))
    joined = [False]
    blocks: list[Block] = []
    for index, line in enumerate(lines):
        if index % _PIECE == 0:
            checkpoint()
        if index and _joins(text, blocks[-1], lines, index, stands_alone):
            blocks[-1] = blocks[-1]._replace(end=line.end)
            joined.append(True)
        else:
            start = line.start if line.mark is None else line.mark
            blocks.append(Block(start, line.end, line.mark is not None))
            joined.append(False)
    pieces = []
    done = 0
    for index in range(1, len(lines)):
        if joined[index + 1]:
            last, first = lines[index - 1].end, lines[index].start
            pieces += [text[done:last], _blank(text, last, first)]
            done = first
    return Layout("".join(pieces) + text[done:] if pieces else text, blocks)


def _blank(text: str, start: int, end: int) -> str:
    """Return spaces for text[start:end]; behind the hyphen of a broken word they begin with a line break."""
    broken = text[start - 1] == "-" and text[start - 2 : start - 1].isalpha() and text[end].isalpha()
    return ("\n" if broken else " ") + " " * (end - start - 1)


def _lines(text: str, stands_alone: Callable[[str], bool], checkpoint: Callable[[], None]) -> Iterator[_Line]:
    spans = list(_spans(text, checkpoint))
    shaped = [_is_shaped(text, *span) for span in spans]
    last_end = 0
    for index, (start, end) in enumerate(spans):
        if index % _PIECE == 0:
            checkpoint()
        # One line of that shape may be a sentence; two are a table, and so is one below a line that announces it.
        row = shaped[index] and (
            (index > 0 and (shaped[index - 1] or _announces(text, spans[index - 1], spans[index])))
            or (index + 1 < len(shaped) and shaped[index + 1])
        )
        alone = end - start <= MAX_ALONE and not text[start].islower() and stands_alone(text[start:end])
        mark = BULLET.match(text, start, end)
        yield _Line(
            start,
            end,
            text.count("\n", last_end, start) > 1,
            alone,
            row or _CELLS.match(text, start, end) is not None,
            # "Release 20240405", and below it "- 02".
            mark.end() if mark and mark.end() < end and not text[mark.end() : end].isdecimal() else None,
        )
        last_end = end


def _is_shaped(text: str, start: int, end: int) -> bool:
    """Whether a line has the shape of a row: cells between tabs, or a name and a number."""
    if text.find("\t", start, end) > 0:
        return True
    return end - start <= MAX_TITLE and _ROW.fullmatch(text, start, end) is not None


def _announces(text: str, before: tuple[int, int], row: tuple[int, int]) -> bool:
    """Whether a line ends with a colon above a row that has none. Reads: "Losses on May 3:⏎tanks - 12"."""
    return text[before[1] - 1] == ":" and text.find(":", *row) < 0


def _unquoted(text: str) -> str:
    """Return the text, as long as it was, with spaces for the marks that a mail client puts before quoted lines."""
    if len(_QUOTED.findall(text)) < _QUOTING_LINES:
        return text
    return _QUOTED.sub(lambda marks: " " * len(marks.group()), text)


def _spans(text: str, checkpoint: Callable[[], None]) -> Iterator[tuple[int, int]]:
    """Find the lines that are not blank, without the blanks around them."""
    for index, match in enumerate(_LINE.finditer(text)):
        if index % _PIECE == 0:
            checkpoint()
        line = match.group()
        stripped = line.strip()
        if stripped:
            start = match.start() + len(line) - len(line.lstrip())
            yield start, start + len(stripped)


def _joins(
    text: str, block: Block, lines: Sequence[_Line], index: int, stands_alone: Callable[[str], bool]
) -> bool:
    """Whether the break before a line stands inside a sentence or paragraph of the block."""
    before, line = lines[index - 1 : index + 1]
    following = lines[index + 1] if index + 1 < len(lines) else None
    if line.row or before.row:
        return False
    if line.mark is not None:
        return not line.gap and not before.alone and _is_dash(text, block, line, following)
    unfinished = _unfinished(text, block)
    if line.gap:
        return not line.alone and not before.alone and _torn(text, block, line, unfinished=unfinished)
    if line.end - line.start == 1 and text[line.start] in _DASHES:
        return not _ended(text, block, line)
    if unfinished in {"word", "dash"}:
        return not before.alone or text[line.start].isdigit()
    if line.alone:
        return _inside(text, block, line, following, unfinished=unfinished)
    if before.alone or _is_alone(text, block, stands_alone):
        return _after_heading(text, block, before, line)
    return _runs_on(text, block, before, line, following)


def _runs_on(text: str, block: Block, before: _Line, line: _Line, following: _Line | None) -> bool:
    """Whether a line that is no heading goes on with a block that is none."""
    unfinished = _unfinished(text, block)
    if _NUMBERED.match(text, line.start, line.end):
        return unfinished == "comma" and text[line.start].isdigit()
    if unfinished == "comma" or text[line.start].islower():
        return True
    if _ended(text, block, line):
        return not block.bullet and not _LABELLED.match(text, line.start, line.end)
    return _goes_on(text, block, before, line, following)


def _is_alone(text: str, block: Block, stands_alone: Callable[[str], bool]) -> bool:
    """Whether the lines of a block make up a heading or a label. Reads: "Strikes⏎in⏎Syria"."""
    if block.bullet or block.end - block.start > MAX_ALONE:
        return False
    return stands_alone(" ".join(text[block.start : block.end].split()))


def _after_heading(text: str, block: Block, before: _Line, line: _Line) -> bool:
    """Whether an apparent heading was the beginning of a sentence. Reads: "Strikes in⏎Syria⏎destroyed"."""
    first = text[line.start]
    broken = block.start < before.start and not block.bullet
    if first.islower():
        return broken or text.startswith(("and ", "or "), line.start)
    return broken and first.isdigit() and not _NUMBERED.match(text, line.start, line.end)


def _is_dash(text: str, block: Block, line: _Line, following: _Line | None) -> bool:
    """Whether an apparent list mark is a dash of the sentence before it.

    Reads: "ORTA, Iraq⏎— On May 3, …", "Most of them⏎- 12 in all - were …".
    """
    listed = following is not None and following.mark is not None and not following.gap
    if listed or block.bullet or text[line.start] not in _DASHES or block.end - block.start > MAX_TITLE:
        return False
    if _TOWN.fullmatch(text, block.start, block.end):
        return True
    ended = text[block.end - 1] == ":" or _ended(text, block, line) or _is_title(text, block)
    return not ended and _ASIDE.match(text, line.start, line.end) is not None


def _goes_on(text: str, block: Block, before: _Line, line: _Line, following: _Line | None) -> bool:
    """Whether a line that begins with a capital or a number goes on with a sentence that has no end mark."""
    first = text[line.start]
    last = text[block.end - 1]
    if first.isdigit():
        return not _is_title(text, block)
    if last == ":" and _DAY_OF_TITLE.fullmatch(text, block.start, block.end):
        return True
    if last in ":;":
        return last == ";" and _word(text, line) not in OPENINGS
    if _word(text, line) in OPENINGS:
        # A bullet that has not come to its strikes yet is not over.
        return (
            block.bullet
            and block.end - block.start < WRAPPED_COLUMNS
            and "strike" not in text[block.start : block.end].lower()
        )
    if _LABELLED.match(text, line.start, line.end) and _LABELLED.match(text, before.start, before.end):
        return False
    if block.bullet:
        heads = following is not None and following.mark is not None and text[line.end - 1] not in _END
        return not heads or block.end - before.start >= WRAPPED_COLUMNS
    tail = text[max(block.start, block.end - MAX_LAST_WORD) : block.end]
    named = _NAME_BEGINS.search(tail) and _NAME_ENDS.match(text, line.start, line.end)
    if named or not _is_title(text, block):
        return True
    dated = (
        following is not None
        and text[following.start].isdigit()
        and _DATE_BEGINS.fullmatch(text, line.start, line.end) is not None
    )
    return not dated and not REPORTING.search(text, line.start, line.end)


def _inside(text: str, block: Block, line: _Line, following: _Line | None, *, unfinished: str | None) -> bool:
    """Whether an apparent heading is the middle of a sentence. Reads: "near Vero,⏎Iraq⏎destroyed"."""
    reported = "strike" in text[block.start : block.end].lower() if block.bullet else False
    next_lower = following is not None and not following.gap and text[following.start].islower()
    if unfinished == "comma":
        return not reported or next_lower or text[line.end - 1] == "."
    if _ended(text, block, line) or text[block.end - 1] == ":" or _is_title(text, block):
        return False
    if text[line.end - 1] == "." and not block.bullet:  # "… near Al⏎Vero, Iraq."
        return True
    return next_lower and following is not None and following.mark is None and not following.row


def _torn(text: str, block: Block, line: _Line, *, unfinished: str | None) -> bool:
    """Whether a page has torn a sentence apart: "…, a tank", and in a paragraph of its own "and a truck."."""
    if text[block.end - 1].isalnum() and text.startswith(("and ", "or "), line.start):
        return True
    first = text[line.start]
    if unfinished == "comma" and first.isupper():
        reports = REPORTING.search(text, max(block.start, block.end - MAX_TITLE), block.end)
        return reports is not None and _word(text, line) not in OPENINGS
    goes_on = first.islower() or (first.isdigit() and not _NUMBERED.match(text, line.start, line.end))
    tail = text[max(block.start, block.end - MAX_LAST_WORD) : block.end].split()
    return goes_on and (unfinished in {"word", "comma"} or REPORTING.fullmatch(tail[-1]) is not None)


def _unfinished(text: str, block: Block) -> str | None:
    """Tell what the block ends with that a sentence cannot end with: "comma", "dash", "word" or None."""
    last = text[block.end - 1]
    if last == ",":
        return "comma"
    if last in _DASHES:
        return "dash"
    if last in "([“":
        return "word"
    tail = text[max(block.start, block.end - MAX_LAST_WORD) : block.end].split()
    return "word" if tail and tail[-1].lower() in UNFINISHED else None


def _ended(text: str, block: Block, line: _Line) -> bool:
    """Whether the block ends with a sentence; after "U.S." the next word decides."""
    tail = text[max(block.start, block.end - MAX_LAST_WORD) : block.end].rstrip(_CLOSERS)
    if not tail or tail[-1] not in _END:
        return False
    word = tail.split()[-1]
    stem = word.rstrip(".").rpartition("-")[2].lower()
    abbreviated = word[-1] == "." and (stem in ABBREVIATIONS or "." in stem or len(stem) == 1)
    return not abbreviated or _word(text, line) in OPENINGS


def _word(text: str, line: _Line) -> str:
    """Return the first word of a line."""
    return text[line.start : min(line.end, line.start + MAX_LAST_WORD)].split(maxsplit=1)[0].strip("“\"'(,")


def _is_title(text: str, block: Block) -> bool:
    """Whether a block can be a title: a few words, none of which reports anything."""
    if block.bullet or not MIN_TITLE <= block.end - block.start <= MAX_TITLE:
        return False
    words = text[block.start : block.end].split()
    if _NEXT_SENTENCE.search(text, block.start, block.end):
        return False
    opens = words[0] in OPENINGS or words[0][0].islower()
    return len(words) >= MIN_TITLE_WORDS and not opens and not REPORTING.search(text, block.start, block.end)
