"""Account for every number of a text: a field of the draft, no count, or covered by a remark.

The law: each number ends in exactly one role. What no other module placed, and what no expression of uncounted.py
knows as a day, an hour, a distance or a name, is remarked as unread.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.parsing.dates import Dates
from app.parsing.limits import MAX_NUMBERS, MAX_REMARKS
from app.parsing.numbers import ReadCount, numbers_of
from app.parsing.release import Count, Field, ParsedCoverage, ParsedLine, ParsedNumber, Remark, Role
from app.parsing.text import Token
from app.parsing.uncounted import Uncounted
from app.parsing.wording import FINITE, PREPOSITIONS, SEPARATORS
from app.vocabulary.effects import VERBS

# The remarks that say what became of the numbers in their span.
_COVERING = {
    "included": Role.INCLUDED,
    "summary": Role.INCLUDED,
    "repeated": Role.INCLUDED,
    "amount": Role.AMOUNT,
    "not_counted": Role.NOT_COUNTED,
    "running_total": Role.NOT_COUNTED,
    "definition": Role.NOT_COUNTED,
    "unread": Role.UNREAD,
    "capped": Role.UNREAD,
}
# Words of a noun phrase that a remark quotes behind its number.
MAX_NOUN = 6


@dataclass(frozen=True, slots=True)
class Run:
    """Tokens of a sentence, or of what stands between two, with the days found in them."""

    tokens: Sequence[Token]
    days: Sequence[Dates]


@dataclass(slots=True)
class _Spans:
    """Spans in the order of the text, asked for by positions that only rise."""

    spans: list[tuple[int, int, Role, Field | None]]
    _next: int = 0
    _open: list[tuple[int, int, Role, Field | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.spans.sort(key=lambda span: span[:2])

    def around(self, start: int, end: int) -> tuple[int, int, Role, Field | None] | None:
        """Return the innermost span that holds text[start:end]."""
        while self._next < len(self.spans) and self.spans[self._next][0] <= start:
            self._open.append(self.spans[self._next])
            self._next += 1
        if self._open:
            self._open = [span for span in self._open if span[1] > start]
        return next((span for span in reversed(self._open) if span[1] >= end), None)


def account(
    text: str,
    runs: Sequence[Run],
    lines: Sequence[ParsedLine],
    coverage: Sequence[ParsedCoverage],
    remarks: Sequence[Remark],
) -> tuple[tuple[ParsedNumber, ...], list[Remark]]:
    """Return every number of the runs with its role, and remarks over those that nothing else covers."""
    fields = _Spans(list(_fields(lines, coverage)))
    phrases = _Spans(list(_phrases(lines)))
    days = _Spans([(day.start, day.end, Role.DATE, None) for run in runs for day in run.days])
    covered = _Spans(
        [(remark.start, remark.end, _COVERING[remark.kind], None) for remark in remarks if remark.kind in _COVERING]
    )
    found: list[ParsedNumber] = []
    added: list[Remark] = []
    for run in runs:
        unread: list[tuple[int, int]] = []
        uncounted = Uncounted(text, run.tokens)
        for read in numbers_of(run.tokens):
            start, end = run.tokens[read.first].start, run.tokens[read.last].end
            here = fields.around(start, end)
            if here:
                found.append(ParsedNumber(start, end, read.count, here[2], here[3]))
                continue
            if read.kind == "article":
                continue
            role = Role.DATE if days.around(start, end) else _role(run, read, (start, end), uncounted, covered, phrases)
            if role is None:
                continue
            found.append(ParsedNumber(start, end, read.count, role))
            if role is Role.UNREAD and not covered.around(start, end):
                unread.append((start, _noun_end(run.tokens, read)))
            elif role is Role.AMOUNT and not covered.around(start, end):
                message = "An amount or a share is no number of targets."
                added.append(Remark(start, _noun_end(run.tokens, read), "amount", message))
        added += _unread(text, unread)
        if len(found) >= MAX_NUMBERS or len(added) >= MAX_REMARKS:
            stop = run.tokens[-1].end
            if stop < len(text):
                message = "The text holds more numbers than are listed."
                added.append(Remark(stop, len(text), "capped", message))
            break
    return tuple(found), added


def _fields(
    lines: Sequence[ParsedLine], coverage: Sequence[ParsedCoverage]
) -> Iterator[tuple[int, int, Role, Field | None]]:
    for index, line in enumerate(lines):
        if line.strikes_start is not None and line.strikes_end is not None:
            yield line.strikes_start, line.strikes_end, Role.STRIKES, Field("strikes", line=index)
        if line.engagements_span:
            yield *line.engagements_span, Role.ENGAGEMENTS, Field("engagements", line=index)
        for position, tally in enumerate(line.tallies):
            yield tally.start, tally.end, Role.TALLY, Field("count", line=index, tally=position)
    headline = next((index for index, total in enumerate(coverage) if total.country is None), None)
    for index, total in enumerate(coverage):
        role = Role.HEADLINE if index == headline else Role.COVERAGE
        if total.country is None and index != headline:
            continue
        if total.strikes_span:
            yield *total.strikes_span, role, Field("strikes", total=index)
        if total.engagements_span:
            yield *total.engagements_span, role, Field("engagements", total=index)


def _phrases(lines: Sequence[ParsedLine]) -> Iterator[tuple[int, int, Role, Field | None]]:
    for line in lines:
        for tally in line.tallies:
            yield tally.phrase_start, tally.phrase_end, Role.NAME, None


def _role(
    run: Run,
    read: ReadCount,
    span: tuple[int, int],
    uncounted: Uncounted,
    covered: _Spans,
    phrases: _Spans,
) -> Role | None:
    """Return the role of a number that is no field; None where the words count nothing ("no one")."""
    if uncounted.pronoun(*span):
        return None
    role = uncounted.role(*span)
    if role:
        return role
    remarked = covered.around(*span)
    if remarked:
        return remarked[2]
    phrase = phrases.around(*span)
    # "one of two boats": the second number counts boats, of which the field holds some.
    if phrase and not (read.first and run.tokens[read.first - 1].low in {"of", "the"}):
        return Role.NAME
    return Role.UNREAD


def _noun_end(tokens: Sequence[Token], read: ReadCount) -> int:
    """Find where the noun phrase of a number ends, for the remark over it."""
    last = read.last
    for index in range(read.last + 1, min(len(tokens), read.last + 1 + MAX_NOUN)):
        token = tokens[index]
        if not token.word[0].isalnum() or token.low in SEPARATORS | PREPOSITIONS | FINITE or token.low in VERBS:
            break
        last = index
    return tokens[last].end


def _unread(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Remark]:
    """Make one remark of numbers that only a separator parts."""
    message = "No strike or target was found that this number counts."
    current: tuple[int, int] | None = None
    for start, end in spans:
        if current and text[current[1] : start].strip(" ,;\n\t") in {"", "and", "or"}:
            current = current[0], max(end, current[1])
            continue
        if current:
            yield Remark(*current, "unread", message)
        current = start, end
    if current:
        yield Remark(*current, "unread", message)


def fill_gaps(length: int, runs: list[Run]) -> Iterator[tuple[int, int]]:
    """Yield the spans of a text of `length` characters that no run holds."""
    starts = sorted((run.tokens[0].start, run.tokens[-1].end) for run in runs if run.tokens)
    here = 0
    for start, end in starts:
        if start > here:
            yield here, start
        here = max(here, end)
    if here < length:
        yield here, length
