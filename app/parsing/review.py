"""Final review of a parsed text: foreign language and repeated lines."""

import re
from collections.abc import Sequence

from app.parsing.result import ParsedLine, Remark

_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH = frozenset(
    "the and of in near on to a an strike strikes airstrike airstrikes destroyed was were by".split()
)
# Below this a text is too short to detect its language.
FEWEST_WORDS = 12
LEAST_ENGLISH = 0.08
SAMPLE = 20_000


def review(text: str, lines: Sequence[ParsedLine], remarks: Sequence[Remark]) -> tuple[Remark, ...]:
    """All remarks in the order of the text, with those that need the whole of it."""
    remarked = [*remarks, *_repeated(text, lines), *_foreign(text, lines)]
    return tuple(sorted(remarked, key=lambda remark: (remark.start, remark.end, remark.kind)))


def _repeated(text: str, lines: Sequence[ParsedLine]) -> list[Remark]:
    """Two lines with the same words: a slip of the publisher's, or a release that was pasted twice."""
    seen: dict[tuple[object, ...], ParsedLine] = {}
    remarks = []
    for line in lines:
        key = (text[line.start : line.end], line.country, line.date_from, line.date_to)
        if key in seen:
            remarks.append(
                Remark(line.start, line.end, "repeated", "This line repeats an earlier one word for word.")
            )
        seen.setdefault(key, line)
    return remarks


def _foreign(text: str, lines: Sequence[ParsedLine]) -> list[Remark]:
    if lines:
        return []
    words = [word.lower() for word in _WORD.findall(text[:SAMPLE])]
    if len(words) < FEWEST_WORDS or sum(word in _ENGLISH for word in words) >= LEAST_ENGLISH * len(words):
        return []
    return [
        Remark(
            0, min(len(text), SAMPLE), "language", "This does not look like English; only English is parsed."
        )
    ]
