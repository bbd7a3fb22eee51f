"""Ranges of numbers: "3-5", "between 20 and 30", "20 or more"."""

from collections.abc import Sequence
from dataclasses import replace

from app.parsing.amounts import ReadCount, measured
from app.parsing.numerals import number, scale_of
from app.parsing.quantities import SUFFIXES, read_single, suffixed
from app.parsing.result import Count
from app.parsing.text import Token
from app.vocabulary.counts import BOUNDS, UNITS, UNSURE

TO = frozenset({"to", "or", "-"})


def read_range(tokens: Sequence[Token], index: int, end: int) -> ReadCount | None:
    """Read a number or a range. Reads: "3-5", "three to five", "one or more", "20 or so", "30+", "between 3 and 5"."""
    if index >= end:
        return None
    low = tokens[index].low
    if low in {"between", "from"}:
        return _between(tokens, index, end)
    first = _hyphenated(tokens, index, end) or read_single(tokens, index, end)
    if first is None or first.kind not in {"number", "vague"}:
        return first
    first = open_ended(tokens, first, first.after, end)
    if first.kind == "number" and first.after + 1 < end and tokens[first.after].low in TO:
        second = _second(tokens, first.after + 1, end)
        if second:
            return measured(tokens, _joined(first, second), end)
    return measured(tokens, first, end)


def open_ended(tokens: Sequence[Token], read: ReadCount, after: int, end: int) -> ReadCount:
    """Take in what stands at `after`, behind a number or its noun; `read` itself where nothing does.

    Reads: "two or more", "a dozen or so", "20+", "five or fewer".
    """
    joiner = tokens[after].low if after < end else ""
    least, most = read.count.minimum, read.count.maximum
    if joiner == "+" and tokens[after].start == tokens[after - 1].end:
        return replace(read, count=Count(least, None), after=after + 1, kind="vague")
    following = tokens[after + 1].low if joiner == "or" and after + 1 < end else ""
    if following == "more":
        return replace(read, count=Count(least, None), after=after + 2, kind="vague")
    if following in {"fewer", "less"}:
        return replace(read, count=Count(0, most), after=after + 2, kind="vague")
    if following == "so":
        count = Count(least, most, approximate=True)
        return replace(read, count=count, after=after + 2, kind="vague", remark="approximate")
    return read


def _second(tokens: Sequence[Token], index: int, end: int) -> ReadCount | None:
    while index < end and tokens[index].low in UNSURE:  # "one or possibly two"
        index += 1
    second = read_single(tokens, index, end)
    return second if second and second.kind == "number" and second.count.maximum is not None else None


def _joined(first: ReadCount, second: ReadCount) -> ReadCount:
    """Make one range of two numbers. Reads: "five to six dozen" as 60 to 72."""
    least = first.count.minimum
    most = second.count.maximum or 0
    if second.scale > 1 and first.scale == 1 and least < second.count.minimum // second.scale:
        least *= second.scale
    low, high = sorted((least, most))
    return ReadCount(
        Count(low, high), second.after, first.first, second.last, "number", first.remark or second.remark
    )


def _between(tokens: Sequence[Token], index: int, end: int) -> ReadCount | None:
    """Read "between three and five", "from 10 to 20", "between about 20 and 30"."""
    here = index + 1
    about = here < end and BOUNDS.get((tokens[here].low,)) == "about"
    first = read_single(tokens, here + about, end)
    joiner = "and" if tokens[index].low == "between" else "to"
    if first and first.kind == "number" and first.after < end and tokens[first.after].low == joiner:
        second = _second(tokens, first.after + 1, end)
        if second:
            read = _joined(first, second)
            if about:
                count = Count(read.count.minimum, read.count.maximum, approximate=True)
                read = replace(read, count=count, remark="approximate")
            return measured(tokens, replace(read, first=index), end)
    return None


def _hyphenated(tokens: Sequence[Token], index: int, end: int) -> ReadCount | None:
    """Read a range or a bound in one token. Reads: "3-5", "six-to-eight", "20-plus", "40-odd", "one-or-two"."""
    low = tokens[index].low
    if "-" not in low:
        return None
    pieces = low.split("-")
    value = number("-".join(pieces[:-1])) if pieces[-1] in SUFFIXES else None
    if value is not None:
        return suffixed(value, pieces[-1], index, index)
    joint = next((place for place, piece in enumerate(pieces) if piece in {"to", "or"}), 0)
    halves = ("-".join(pieces[:joint]), "-".join(pieces[joint + 1 :])) if joint else tuple(pieces)
    if len(halves) != len(("low", "high")) or not all(halves):
        return None
    digits = all(half[0].isdecimal() for half in halves)
    first, second = number(halves[0]), number(halves[1])
    if first is None or second is None or not (digits or joint):
        return None
    if first >= second:
        # "2014-15", "20161216-02"
        return ReadCount(Count(0, None), index + 1, index, index, "name")
    read = ReadCount(Count(first, second), index + 1, index, index, "number")
    unit = tokens[index + 1].low if index + 1 < end else ""
    factor = scale_of(unit)
    if factor:
        after = index + 2
        after += after < end and tokens[after].low == "of" and unit in UNITS
        read = ReadCount(Count(first * factor, second * factor), after, index, index + 1, "number")
    return read
