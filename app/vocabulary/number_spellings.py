"""Spelling variants of report numbers: separators, zeros and labels.

"20170207-01", "2017-02-07-1" and "No. 2017.02.07/001" are one number to a reader. Two numbers are the same where their
parts are: words, numbers without leading zeros, and at most one day.
"""

import re
from collections.abc import Iterator
from itertools import product

from app.vocabulary.lookalikes import number_key
from app.vocabulary.text_cache import cached_by_text

# A word, a number, or a day as three numbers.
Part = str | int | tuple[int, int, int]

# Parts of the longest number that is spelt in other ways: more parts would have too many spellings.
MOST_PARTS = 6

_LABEL = re.compile(r"(?:(?:news|press)?release)?(?:number|num|no|nr)?[\W_]*(?=[0-9])")
_PART = re.compile(r"[0-9]+|[^\W0-9_]+")
_DAY = re.compile(r"((?:19|20)[0-9]{2})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])")
_YEARS, _MONTHS, _DAYS = range(1900, 2100), range(1, 13), range(1, 32)

_LABELS = ("", "no", "no.", "#")
_SEPARATORS = ("-", "", ".", "/", "_")
_WIDTHS = (1, 2, 3)


def number_parts(number: str) -> tuple[Part, ...]:
    """Return the parts of a number, whatever its spelling; nothing where it has no part, or more than MOST_PARTS."""
    key = number_key(number)
    label = _LABEL.match(key)
    runs = _PART.findall(key, label.end() if label else 0)
    parts: list[Part] = []
    for run in runs:
        if run.isalpha():
            parts.append(run)
            continue
        if not run.isascii():
            return ()  # Digits of other scripts.
        day = None if any(isinstance(part, tuple) for part in parts) else _DAY.match(run)
        if day is None:
            parts.append(int(run))
        else:
            parts.append((int(day[1]), int(day[2]), int(day[3])))
            parts += [int(run[8:])] if run[8:] else []
    if not any(isinstance(part, tuple) for part in parts):
        parts = _with_day(parts)
    return tuple(parts) if len(parts) <= MOST_PARTS else ()


@cached_by_text(256)
def number_spellings(number: str) -> frozenset[str]:
    """Return the normal forms of the usual spellings of a number, its own among them."""
    return frozenset({number_key(number), *_spelt(number_parts(number))})


def _with_day(parts: list[Part]) -> list[Part]:
    """Join the first three numbers that are the year, the month and the day of a day."""
    for at in range(len(parts) - 2):
        year, month, day = parts[at : at + 3]
        if (
            isinstance(year, int)
            and isinstance(month, int)
            and isinstance(day, int)
            and year in _YEARS
            and month in _MONTHS
            and day in _DAYS
        ):
            return [*parts[:at], (year, month, day), *parts[at + 3 :]]
    return parts


def _spelt(parts: tuple[Part, ...]) -> Iterator[str]:
    if not parts:
        return
    has_day = any(isinstance(part, tuple) for part in parts)
    for separator, width in product(_SEPARATORS, _WIDTHS):
        for within in {"", "-", separator} if has_day else {""}:
            for day_width in (2, 1) if within else (2,):
                texts = (_text(part, width, within, day_width) for part in parts)
                joined = separator.join(texts)
                yield from (label + joined for label in _LABELS)


def _text(part: Part, width: int, within: str, day_width: int) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, int):
        return f"{part:0{width}}"
    year, month, day = part
    return within.join((f"{year:04}", f"{month:0{day_width}}", f"{day:0{day_width}}"))
