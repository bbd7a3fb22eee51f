"""Split a list of targets before a number or the enemy's name.

What lies between two cuts, perhaps more than one target, is read in noun_phrases.py.
"""

from collections.abc import Sequence
from itertools import pairwise

from app.parsing.amounts import COUNTS, ReadCount
from app.parsing.function_words import (
    ATTRIBUTIVE,
    HOLDING,
    INCLUDING,
    JUST_BEFORE,
    LEADING,
    PREPOSITIONS,
    SEPARATORS,
    describes,
    is_inner_and,
    speaks_of_last,
)
from app.parsing.numbers import read_count, read_number
from app.parsing.target_category import ENEMY, is_plural
from app.parsing.text import Token
from app.vocabulary.counts import UNSURE

_MARKS = frozenset('()[]“”"')
# Before the parts of a whole.
_BEFORE_PARTS = frozenset({":", "-", "--", "\u2014", "\u2013", "namely", "comprising", "them"})
_OPENING = SEPARATORS | INCLUDING | {"as", "with", "also"} | _BEFORE_PARTS
BEFORE_PASSIVE = frozenset(
    "was were been being is are also successfully then subsequently had has have".split()
)
_BEFORE_SUBJECTS = frozenset({"and", ";", "while", "that", "but"})
# Behind these stands what a target did.
_RELATIVES = frozenset({"that", "which", "who"})


def without_brackets(tokens: Sequence[Token]) -> list[Token]:
    """Leave out glosses: "(VBIED)". An open bracket without its end hides nothing.

    Quotation marks and square brackets only go: "“two trucks,” “a gun”", "[home-made] bombs".
    """
    result: list[Token] = []
    opened: int | None = None
    for token in tokens:
        if token.word == "(" and opened is None:
            opened = len(result)
        elif token.word == ")" and opened is not None:
            del result[opened:]
            opened = None
            continue
        result.append(token)
    return [token for token in result if token.word not in _MARKS]


def cut(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Cut before each number that a separator, or nothing but a forgotten comma, sets off."""
    cuts = [0]
    hidden_until = 0
    for index in range(len(tokens)):
        if index < hidden_until:
            continue
        read = read_number(tokens, index, len(tokens))
        if _begins(tokens, index, cuts[-1], read):
            cuts.append(index)
        if read and read.kind != "article":
            hidden_until = read.after
    return [(first, last) for first, last in pairwise([*cuts, len(tokens)]) if last > first]


def subject(tokens: Sequence[Token], first: int, end: int) -> int:
    """Find what stands before the subject of the verb at `end`, behind the targets of another verb; `end` if nothing.

    Reads: "destroyed a boat and two sheds were hit", "destroyed a boat, and a truck, a gun and two sheds were hit".
    """
    while end > first and tokens[end - 1].low in BEFORE_PASSIVE:
        end -= 1
    joints = [
        index
        for index in range(first + 1, end)
        if tokens[index].low in _BEFORE_SUBJECTS and not is_inner_and(tokens, index)
    ]
    if not joints:
        return end
    last = joints.pop()
    while joints and tokens[last].low == "and" and _goes_back(tokens, joints[-1], last):
        last = joints.pop()
    return last


def _goes_back(tokens: Sequence[Token], before: int, joint: int) -> bool:
    """Whether the subject with an "and" at `joint` begins at the joint before, of which "a boat and" is a part."""
    opens = tokens[before].low != "and" or tokens[before - 1].low == ","
    if tokens[joint - 1].low == ",":  # "and a truck, a gun, and two sheds were hit"
        return opens and any(token.low == "," for token in tokens[before + 1 : joint - 1])
    return opens or read_count(tokens, before + 1, joint) is not None


def opens_parts(tokens: Sequence[Token], begin: int) -> bool:
    """Whether the parts of the target before begin here. Reads: "five targets: two trucks and three cars"."""
    return tokens[begin].low in INCLUDING or (begin > 0 and tokens[begin - 1].low in _BEFORE_PARTS)


def held_by_last(tokens: Sequence[Token], begin: int, end: int) -> bool:
    """Return whether the next target may be something that the last one held, or did something to.

    Reads: "a truck carrying two guns and a mortar", "a launcher that threatened two ships and a port", where `end` is
    at the last number.
    """
    if tokens[end - 1].low not in {"and", ","}:
        return False
    held = HOLDING if tokens[end - 1].low == "and" else _RELATIVES
    holds = next((index for index in range(begin, end) if tokens[index].low in held | _RELATIVES), None)
    return holds is not None and any(read_count(tokens, index, end) for index in range(holds + 1, end - 1))


def _begins(tokens: Sequence[Token], index: int, begin: int, read: ReadCount | None) -> bool:
    """Whether a target begins at `index`, where `read` is the number that stands there."""
    if index == 0:
        return False
    if _includes(tokens, index, begin):
        return True
    if tokens[index - 1].low in _OPENING:
        unsure = tokens[index].low in UNSURE and index + 1 < len(tokens)
        return _set_off(tokens, index, read) or (
            unsure and read_count(tokens, index + 1, len(tokens)) is not None
        )
    return _missing_comma(tokens, index, begin, read)


def _includes(tokens: Sequence[Token], index: int, begin: int) -> bool:
    """Read "heavy weapons to include two guns", but not "a shed used to make devices such as mines"."""
    low = tokens[index].low
    if low not in INCLUDING:
        return False
    if low == "such" and not (index + 1 < len(tokens) and tokens[index + 1].low == "as"):
        return False
    last = index - 1 if tokens[index - 1].low == "to" else index
    return not any(describes(tokens, inner) for inner in range(begin + 1, last))


def _set_off(tokens: Sequence[Token], index: int, read: ReadCount | None) -> bool:
    """Return whether a number, or the enemy's name, after a separator begins a target."""
    previous = tokens[index - 1].low
    before = tokens[index - 2].low if index > 1 else ""
    if tokens[index].low in ENEMY:
        return previous not in {"with", "also"}
    # What an amount, a distance or an unread number stands before is decided in noun_phrases.py.
    if read is None:
        return False
    if (previous == "with" and before not in {"along", "together"}) or (
        previous == "as" and before not in {"well", "such"}
    ):
        return False
    return not speaks_of_last(tokens, read)


def _missing_comma(tokens: Sequence[Token], index: int, begin: int, read: ReadCount | None) -> bool:
    """Read "two vehicles three bunkers", where the comma between two targets was forgotten."""
    if index - begin < 2 or read is None or read.kind not in _AFTER_NO_COMMA:
        return False
    before = tokens[index - 1]
    if not before.word[0].isalpha() or before.low in _NEVER_BEFORE or read_count(tokens, index - 1, index):
        return False
    if tokens[index].word[0].isdigit() and not is_plural(before.word):  # "a Type 63 launcher"
        return False
    return not any(describes(tokens, inner) for inner in range(begin + 1, index))


# "two boats about 20 huts" may be no list at all.
_AFTER_NO_COMMA = (COUNTS - {"vague"}) | {"amount"}
_NEVER_BEFORE = ATTRIBUTIVE | ENEMY | LEADING | PREPOSITIONS | JUST_BEFORE
