"""Accounting of a text's numbers: in a field, uncounted, or remarked.

The law: each number ends in exactly one role. What no other module placed, and what no expression of uncounted.py
recognises as a day, an hour, a distance or a name, is remarked as unread.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field

from app.parsing.amounts import COUNTS, ReadCount
from app.parsing.dates import Dates
from app.parsing.function_words import FINITE, PREPOSITIONS, SEPARATORS
from app.parsing.limits import MAX_NUMBERS, MAX_REMARKS
from app.parsing.mentions import NOUNS
from app.parsing.numbers import numbers_of, read_count
from app.parsing.result import Field, ParsedCoverage, ParsedLine, ParsedNumber, Remark, Role
from app.parsing.text import Token
from app.parsing.uncounted import Uncounted
from app.vocabulary.categories import match
from app.vocabulary.counts import ARTICLES
from app.vocabulary.effects import BASE_FORMS, PARTICIPLES, VERBS

# The remarks that account for the numbers in their span.
_COVERING = {
    "included": Role.INCLUDED,
    "summary": Role.INCLUDED,
    "repeated": Role.INCLUDED,
    "amount": Role.AMOUNT,
    "not_counted": Role.NOT_COUNTED,
    "running_total": Role.NOT_COUNTED,
    "definition": Role.NOT_COUNTED,
    "headline": Role.NOT_COUNTED,
    "unread": Role.UNREAD,
    "capped": Role.UNREAD,
}
_ENDS_NOUN = SEPARATORS | PREPOSITIONS | FINITE | frozenset(VERBS)
_ATTACKS = frozenset("attack attacks raid raids fired bombardment shelling shelled bombs".split())
# Words of a sentence in which articles count targets as well.
_STRIKING = frozenset([*VERBS, *PARTICIPLES, *BASE_FORMS]) | NOUNS | _ATTACKS
# The kinds of number that count nothing.
_ROLES = {
    "amount": Role.AMOUNT,
    "distance": Role.DISTANCE,
    "time": Role.TIME,
    "name": Role.NAME,
    "ordinal": Role.ORDINAL,
}
# Words of a noun phrase that a remark quotes behind its number.
MAX_NOUN = 6


@dataclass(frozen=True, slots=True)
class Run:
    """Tokens of a sentence, or of the text between two, with their days."""

    tokens: Sequence[Token]
    days: Sequence[Dates]


@dataclass(slots=True)
class _Spans:
    """Spans in the order of the text, for lookups by rising positions."""

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


@dataclass(frozen=True, slots=True)
class Findings:
    """What was read in a release: lines, totals, remarks, and the characters of its number (None: none given)."""

    lines: Sequence[ParsedLine]
    coverage: Sequence[ParsedCoverage]
    remarks: Sequence[Remark]
    number: tuple[int, int] | None


def account(
    text: str, runs: Sequence[Run], findings: Findings
) -> tuple[tuple[ParsedNumber, ...], list[Remark]]:
    """Return every number of the runs with its role, and remarks over those that nothing else covers."""
    accounts = _Accounts(text, runs, findings)
    numbers: list[ParsedNumber] = []
    most = max(0, MAX_REMARKS - len(findings.remarks))
    for run in runs:
        numbers += accounts.settle(run)
        if len(numbers) > MAX_NUMBERS or len(accounts.remarks) > most:
            return _within_limits(text, numbers, accounts.remarks, most)
    return tuple(numbers), accounts.remarks


def _within_limits(
    text: str, numbers: Sequence[ParsedNumber], remarks: Sequence[Remark], most: int
) -> tuple[tuple[ParsedNumber, ...], list[Remark]]:
    """Leave out what is past a limit, of numbers or of remarks, with a remark from there to the end of the text."""
    in_order = sorted(remarks, key=lambda remark: remark.start)
    beyond = [number.start for number in numbers[MAX_NUMBERS:]] + [remark.start for remark in in_order[most:]]
    stop = min(beyond)
    message = "The text has more numbers than are listed."
    listed = [remark for remark in in_order if remark.start < stop]
    return (
        tuple(number for number in numbers if number.start < stop),
        [*listed, Remark(stop, len(text), "capped", message)],
    )


class _Accounts:
    """The spans that explain the numbers of a text, and the remarks on those that nothing explains."""

    def __init__(self, text: str, runs: Sequence[Run], findings: Findings) -> None:
        self.remarks: list[Remark] = []
        self._text = text
        self._fields = _Spans(list(_fields(findings.lines, findings.coverage)))
        self._phrases = _Spans(list(_phrases(findings.lines)))
        head = [(*findings.number, Role.RELEASE_NUMBER, None)] if findings.number else []
        days = ((day.start, day.end, Role.DATE, None) for run in runs for day in run.days)
        self._days = _Spans([*head, *days])
        covering = (remark for remark in findings.remarks if remark.kind in _COVERING)
        self._covered = _Spans(
            [(remark.start, remark.end, _COVERING[remark.kind], None) for remark in covering]
        )

    def settle(self, run: Run) -> Iterator[ParsedNumber]:
        """Yield the numbers of a run with their roles, and remark those that nothing covers."""
        reads = numbers_of(run.tokens)
        placed = [self._fields.around(*_span(run.tokens, read)) for read in reads]
        strikes = _mentions_strikes(run.tokens)
        # Beside tallies, an article counts targets only where it stands in a list.
        has_no_tally = not any(here and here[2] is Role.TALLY for here in placed)
        uncounted = Uncounted(self._text, run.tokens)
        fields = {read.first for read, here in zip(reads, placed, strict=True) if here}
        unread: list[tuple[int, int]] = []
        for read, here in zip(reads, placed, strict=True):
            start, end = _span(run.tokens, read)
            if here:
                yield ParsedNumber(start, end, read.count, here[2], here[3])
                continue
            counts = has_no_tally or _is_listed(run.tokens, read)
            if read.kind == "article" and not (strikes and counts and _is_target(run.tokens, read)):
                continue
            role = self._role(run, read, uncounted)
            if role is None:
                continue
            yield ParsedNumber(start, end, read.count if read.kind in COUNTS else None, role)
            if role in {Role.UNREAD, Role.AMOUNT} and not self._covered.around(start, end):
                if role is Role.UNREAD:
                    unread.append(_listed(run.tokens, read, fields))
                else:
                    message = "An amount or a share is not a number of targets."
                    self.remarks.append(Remark(start, _noun_end(run.tokens, read), "amount", message))
        self.remarks += _unread(self._text, unread)

    def _role(self, run: Run, read: ReadCount, uncounted: Uncounted) -> Role | None:
        """Return the role of a number that is no field; None where the words count nothing ("no one")."""
        span = _span(run.tokens, read)
        spans = self._days.around(*span)
        if spans:
            return spans[2]
        if uncounted.pronoun(*span):
            return None
        role = uncounted.role(*span) or _ROLES.get(read.kind)
        if role:
            return role
        remarked = self._covered.around(*span)
        if remarked:
            return remarked[2]
        # "one of two boats": the second number counts boats, of which the field holds some.
        part = read.first > 0 and run.tokens[read.first - 1].low in {"of", "the"}
        return Role.NAME if self._phrases.around(*span) and not part else Role.UNREAD


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


def _noun_end(tokens: Sequence[Token], read: ReadCount) -> int:
    """Find where the noun phrase of a number ends, for the remark over it."""
    last = read.last
    for index in range(read.last + 1, min(len(tokens), read.last + 1 + MAX_NOUN)):
        token = tokens[index]
        if not token.word[0].isalnum() or token.low in _ENDS_NOUN:
            break
        last = index
    return tokens[last].end


def _span(tokens: Sequence[Token], read: ReadCount) -> tuple[int, int]:
    return tokens[read.first].start, tokens[read.last].end


def _mentions_strikes(tokens: Sequence[Token]) -> bool:
    return any(token.low in _STRIKING for token in tokens)


def _is_listed(tokens: Sequence[Token], read: ReadCount) -> bool:
    return read.first > 0 and tokens[read.first - 1].low in {"and", ","}


def _is_target(tokens: Sequence[Token], read: ReadCount) -> bool:
    """Whether an article counts a target that the vocabulary knows. Reads: "a radar"; but not "a statement"."""
    end = _noun_end(tokens, read)
    words = [token.word for token in tokens[read.after : read.after + MAX_NOUN] if token.end <= end]
    return any(match(" ".join(words[:stop])) is not None for stop in range(len(words), 0, -1))


def _listed(tokens: Sequence[Token], read: ReadCount, fields: Container[int]) -> tuple[int, int]:
    """Return the span of a number with its noun, and of the other items of its list, whose articles count as well.

    It ends before the first item whose number is one of the fields.

    Reads: "a depot, four trucks and a radar", from any of its numbers.
    """
    end = _noun_end(tokens, read)
    after = next(
        (index for index in range(read.after, len(tokens)) if tokens[index].start >= end), len(tokens)
    )
    while after + 1 < len(tokens) and tokens[after].low in SEPARATORS:
        first = after + 1 + (tokens[after + 1].low in {"and", "or"})
        item = read_count(tokens, first, len(tokens)) if first < len(tokens) else None
        if item is None or item.first in fields:
            break
        end = _noun_end(tokens, item)
        after = next(
            (index for index in range(item.after, len(tokens)) if tokens[index].start >= end), len(tokens)
        )
    first = _named_before(tokens, read.first)
    while first > 1 and tokens[first - 1].low in SEPARATORS:
        last = first - 1 - (tokens[first - 2].low in SEPARATORS)
        begin = next(
            (
                index
                for index in range(last - 1, max(-1, last - MAX_NOUN), -1)
                if tokens[index].low in ARTICLES
            ),
            None,
        )
        article = read_count(tokens, begin, len(tokens)) if begin is not None else None
        if (
            begin is None
            or begin in fields
            or article is None
            or _noun_end(tokens, article) != tokens[last - 1].end
        ):
            break
        first = begin
    return tokens[first].start, end


def _named_before(tokens: Sequence[Token], first: int) -> int:
    """Find where a noun begins that a table puts before its number. Reads: "tanks: 4", "cruise missiles - 531"."""
    if not first or tokens[first - 1].word not in {":", "-", "--", "\u2014", "\u2013", "="}:
        return first
    begin = first - 1
    while begin and first - begin < MAX_NOUN and tokens[begin - 1].word[0].isalpha():
        begin -= 1
    return begin if begin < first - 1 else first


def _unread(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Remark]:
    """Make one remark of numbers that only a separator parts."""
    message = "It is not clear what this number counts."
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


def fill_gaps(length: int, runs: Sequence[Run], remarks: Sequence[Remark]) -> Iterator[tuple[int, int]]:
    """Yield the spans of a text of `length` characters that no run holds and no remark of a limit covers."""
    held = [(run.tokens[0].start, run.tokens[-1].end) for run in runs if run.tokens]
    held += [(remark.start, remark.end) for remark in remarks if remark.kind == "capped"]
    here = 0
    for start, end in sorted(held):
        if start > here:
            yield here, start
        here = max(here, end)
    if here < length:
        yield here, length
