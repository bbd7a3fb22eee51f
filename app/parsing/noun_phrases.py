"""Noun phrases of targets: words, number, and shared heads.

Reads: "two large and four small ISIL tactical units", "a command and control node", "a barge used as a ferry".
What a target means for its verb is read in targets.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.parsing.amounts import COUNTS, ReadCount
from app.parsing.extents import extent
from app.parsing.function_words import (
    ATTRIBUTIVE,
    DOUBTFUL,
    LEADING,
    SUSPECTED,
    TRAILING,
    number_end,
    speaks_of_last,
)
from app.parsing.groups import is_elsewhere, is_of_group, members, of_how_many
from app.parsing.lists import cut, held_by_last, opens_parts, subject, without_brackets
from app.parsing.numbers import read_number
from app.parsing.other_subjects import begins_sentence, is_predicate, sentence_in
from app.parsing.ranges import open_ended
from app.parsing.result import Count
from app.parsing.target_category import ENEMY, is_plural
from app.parsing.text import Token
from app.vocabulary.counts import UNSURE
from app.vocabulary.effects import VERBS
from app.vocabulary.units import SHARES

# More bare targets in a row are no list of targets.
MAX_BARE = 40
_ORDINALS = frozenset("second third fourth fifth".split())
_PUNCTUATION = '.,;:()"”“*-\u2013—'


@dataclass(frozen=True, slots=True)
class Chunk:
    """One target: its words, its count (None: no number) and its characters `start`..`end`.

    `number_span` holds the characters of the number; without one they are those of the phrase.
    `general` marks the heading of an including-list, `listed` its entries.
    """

    words: tuple[Token, ...]
    count: Count | None
    start: int
    end: int
    number_span: tuple[int, int]
    remark: str | None = None
    general: bool = False
    listed: bool = False


def chunk(tokens: Sequence[Token]) -> list[Chunk]:
    """Read all targets of one verb, shared heads filled in."""
    plain = without_brackets(tokens)
    chunks: list[Chunk] = []
    previous = 0
    whole: int | None = None
    for begin, end in cut(plain):
        if (
            begin
            and plain[begin - 1].word == ";"
            and any(token.low in _ORDINALS for token in plain[begin : begin + 2])
        ):
            break  # "; a third missed" is a different statement.
        parts = _parts(plain[begin:end])
        if chunks and whole is None and opens_parts(plain, begin):
            chunks[-1] = replace(chunks[-1], general=True)
            whole = len(chunks) - 1
        if whole is not None:
            parts = [replace(part, listed=True) for part in parts]
        if begin and held_by_last(plain, previous, begin):
            parts = [replace(part, remark="unread") for part in parts]
        chunks.extend(parts)
        if parts and parts[-1].remark == "sentence":
            _take_subject(plain, chunks)
        previous = begin
    if whole is not None:
        _choose(chunks, whole)
    return _share_heads(chunks)


def _take_subject(tokens: Sequence[Token], chunks: list[Chunk]) -> None:
    """Take the whole subject of a sentence for no targets, where only its last noun was seen to be none."""
    verb = next(index for index, token in enumerate(tokens) if token.start >= chunks[-1].start)
    first = subject(tokens, 0, verb + 1) + 1
    if first < verb and tokens[verb - 1].low == "and":
        start = tokens[first].start
        chunks[:] = [
            *(part for part in chunks[:-1] if part.start < start),
            replace(chunks[-1], start=start),
        ]


def _choose(chunks: list[Chunk], whole: int) -> None:
    """Count the parts where they add up to the whole, else the whole alone: never both.

    Reads: "five targets: two trucks and three cars"; but "nine vehicles, including two trucks" stays nine.
    """
    count = chunks[whole].count
    parts = [part.count for part in chunks[whole + 1 :] if part.count]
    if count is None or count.maximum != count.minimum or any(part.minimum != part.maximum for part in parts):
        return
    total = 0
    for index in range(whole + 1, len(chunks)):
        part = chunks[index]
        total += part.count.minimum if part.count else 0
        if total == count.minimum:
            chunks[whole] = replace(chunks[whole], remark="whole", general=False)
            chunks[whole + 1 :] = [replace(later, listed=False) for later in chunks[whole + 1 :]]
            return


def _parts(tokens: Sequence[Token]) -> list[Chunk]:
    """Read the targets between two cuts: one, perhaps with bare ones after it."""
    chunks: list[Chunk] = []
    separate = sentence_in(tokens)
    begin: int | None = 0
    while begin is not None and len(chunks) < MAX_BARE:
        part, begin = _part(tokens[:separate], begin)
        if part:
            chunks.append(part)
    if separate is not None:
        span = tokens[separate].start, tokens[-1].end
        chunks.append(Chunk((), None, *span, span, "sentence"))
    return chunks


def _part(tokens: Sequence[Token], begin: int) -> tuple[Chunk | None, int | None]:
    """Read the target at `begin`, and find where a bare one after it begins."""
    index = begin
    while index < len(tokens) and _is_leading(tokens, index):
        index += 1
    unsure = any(token.low in UNSURE for token in tokens[begin:index])
    both = _both(tokens, begin, index)
    if index >= len(tokens):
        return both, None
    number = read_number(tokens, index, len(tokens))
    if number and number.kind not in COUNTS | {"name"}:
        return _measured(tokens, index, number)
    if number is None and tokens[index].low == "no":
        return None, None
    read = number if number and number.kind in COUNTS else None
    if read and (is_elsewhere(tokens, read) or is_of_group(tokens, read)):
        start, end = tokens[read.first].start, tokens[read.last].end
        return Chunk((), None, start, end, (start, end), "unread"), None
    target, bare_from = _target(
        tokens, index, read, definite=index > begin and tokens[index - 1].low == "the"
    )
    if target and target.count and unsure:  # "and possibly a second truck"
        target = replace(target, count=Count(0, target.count.maximum))
    if both and read is None and target and target.words and is_plural(target.words[-1].word):
        target = replace(target, count=both.count, start=both.start, number_span=both.number_span)
    return target, bare_from


def _target(
    tokens: Sequence[Token], index: int, read: ReadCount | None, *, definite: bool
) -> tuple[Chunk | None, int | None]:
    """Read the words of a target, whose count is `read`, and find where a bare one after it begins."""
    if read and (definite or speaks_of_last(tokens, read)):  # "in addition to the 14 tanks": counted before.
        return None, None
    words_from = of_how_many(tokens, read.after) if read else index
    group = members(tokens, words_from, read) if read else None
    if group:
        words_from, read = group
    bare_from, words_to = extent(tokens, words_from, read)
    opened = open_ended(tokens, read, words_to, len(tokens)) if read else None
    if opened and opened is not read:  # "20 boats or more"
        read = replace(opened, after=words_from, kind="number")
        bare_from = opened.after if opened.after < len(tokens) else None
    stopped_at = tokens[words_to] if words_to < len(tokens) else None
    begins = read is None and begins_sentence(tokens, words_from, words_to)
    if begins or (stopped_at and is_predicate(tokens, words_to, definite=definite)):
        start, end = tokens[index].start, tokens[-1].end
        return Chunk((), None, start, end, (start, end), "sentence"), None
    if stopped_at and stopped_at.low == "each":  # "four strikes destroyed a truck each"
        start, end = tokens[index].start, stopped_at.end
        return Chunk((), None, start, end, (start, end), "unread"), None
    if stopped_at and words_to == words_from and _unreadable(tokens, index, words_to, read):
        start, end = tokens[index].start, tokens[-1].end
        return Chunk((), None, start, end, (start, end), "unread"), None
    return _made(tokens, index, (words_from, words_to), read), bare_from


def _both(tokens: Sequence[Token], begin: int, index: int) -> Chunk | None:
    """Read "both" as two, unless it only joins two targets. Reads: "destroyed both", "both trucks"."""
    words = [token for token in tokens[begin:index] if token.word[0].isalnum()]
    if not words or words[-1].low != "both" or any(token.low == "and" for token in tokens[index:]):
        return None
    last = words[-1]
    return Chunk((), Count(2, 2), last.start, last.end, (last.start, last.end))


def _measured(tokens: Sequence[Token], index: int, read: ReadCount) -> tuple[Chunk | None, int | None]:
    """Read what a number that counts no targets stands before. Reads: "1,200 pounds of explosives", "3/4 huts"."""
    if read.kind in {"distance", "time"}:
        return None, None
    start = tokens[index].start
    if read.kind == "unread":
        last = len(tokens)
        while last > read.after and (
            tokens[last - 1].low in TRAILING or not tokens[last - 1].word[0].isalnum()
        ):
            last -= 1
        end = tokens[last - 1].end
        return Chunk((), None, start, end, (start, end), "number"), None
    bare_from, words_to = extent(tokens, read.after, None)
    of = tokens[read.after - 1].low == "of" and not any(
        token.low in SHARES for token in tokens[read.first : read.after]
    )
    made = _made(tokens, index, (read.after, words_to), None) if of and words_to > read.after else None
    words = made.words if made else ()
    end = words[-1].end if words else tokens[max(words_to, read.after) - 1].end
    return Chunk(words, None, start, end, (start, end), "amount"), bare_from


def _is_leading(tokens: Sequence[Token], index: int) -> bool:
    """Whether a token may stand before a target: "as well as", but not "as many as 11" or "$2 million worth of"."""
    if tokens[index].low in UNSURE:
        return True
    if tokens[index].low not in LEADING and tokens[index].word[0].isalnum():
        return False
    return read_number(tokens, index, len(tokens)) is None or tokens[index].low == "both"


def _unreadable(tokens: Sequence[Token], index: int, stop: int, read: ReadCount | None) -> bool:
    """Return whether a verb that we do not know, or a symbol, stands where a target should.

    Reads: "… and flattened two sheds", "3 {{boats}}", "damaged on oil wellhead".
    """
    if read:
        return not tokens[stop].word[0].isalnum() and tokens[stop].word not in _PUNCTUATION
    if not tokens[stop].low.endswith("ed"):
        return False
    joined = index > 0 and tokens[index - 1].low == "and"
    return (
        joined
        or tokens[stop].low in VERBS
        or any(number_end(tokens, inner) > inner for inner in range(stop + 1, len(tokens)))
    )


def _made(
    tokens: Sequence[Token], index: int, extent: tuple[int, int], read: ReadCount | None
) -> Chunk | None:
    begin, end = extent
    while end > begin and (tokens[end - 1].low in TRAILING or not tokens[end - 1].word[0].isalnum()):
        end -= 1
    words = tuple(tokens[begin:end])
    if read is None and not words:
        return None
    start = tokens[read.first if read and read.kind != "vague" else index].start
    stop = words[-1].end if words else tokens[(read.after if read else begin) - 1].end
    if read is None:
        return Chunk(words, None, start, stop, (start, stop))
    number = (tokens[read.first].start, tokens[read.last].end)
    return Chunk(words, read.count, min(start, number[0]), stop, number, read.remark)


def _share_heads(chunks: list[Chunk]) -> list[Chunk]:
    """Give the head of a later target to the one before it. Reads: "two tactical and one large ISIL unit"."""
    for index in range(len(chunks) - 2, -1, -1):
        part, following = chunks[index], chunks[index + 1]
        own = [token for token in part.words if token.low not in ENEMY]
        shared = [token for token in following.words if token.low not in ENEMY]
        if part.count and following.count and len(shared) > 1 and own and own[0].low == "confirmed":
            chunks[index], chunks[index + 1] = _confirmed(part, own, following, shared)
            continue
        if (
            part.count is None
            or not own
            or any(token.low == "of" for token in own)
            or len(shared) < 2
            or own[-1].low not in ATTRIBUTIVE | DOUBTFUL
        ):
            continue
        many = part.count.maximum is None or part.count.maximum > 1
        if own[-1].low in DOUBTFUL and (not many or is_plural(own[-1].low)):
            continue
        head = shared[len(own) :] or shared[-1:]
        chunks[index] = replace(part, words=(*part.words, *head), end=following.end)
    return chunks


def _confirmed(
    part: Chunk, own: Sequence[Token], following: Chunk, shared: Sequence[Token]
) -> tuple[Chunk, Chunk]:
    """Count what is only suspected from none. Reads: "three confirmed and one suspected weapons caches"."""
    if following.count and shared[0].low in SUSPECTED:
        following = replace(following, count=Count(0, following.count.maximum))
    if len(own) == 1:
        part = replace(part, words=tuple(shared[1:]), end=following.end)
    return part, following
