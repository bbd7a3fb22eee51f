"""Attribution phrases ("officials said Monday") and the days of reporting."""

from collections.abc import Sequence

from app.parsing.dates import Dates
from app.parsing.mentions import NOUNS
from app.parsing.text import Token
from app.vocabulary.effects import FIRST_WORDS

_REPORTING = frozenset(
    """said says reported announced added told noted confirmed stated states according reads read explained
    claimed""".split(),
)
_REPORTING_VERBS = frozenset(
    "said says reported announced told noted confirmed stated released issued published".split()
)
_STATEMENTS = frozenset("statement release briefing tweet".split())
# Words that may stand between "said" and its day.
_BETWEEN_DAY = frozenset(
    "in a an the on of press news media its daily late early statement release briefing , ( )".split()
)
_PASSIVE = frozenset("was were been being are is no".split())
_QUOTES = frozenset('"“”')
# How far before "said" its subject may begin, and where the earliest can end.
REACH = 16
FIRST = 5
# How far before a day its "said" may be.
DAY_REACH = 10


def attribution(tokens: Sequence[Token]) -> int:
    """Find the start of the attribution; the length when there is none.

    Reads: "…” the coalition said on Tuesday", "…,” the statement reads". The content of "officials said that …" is
    read.
    """
    claimed = next(
        (i for i, token in enumerate(tokens) if token.low in FIRST_WORDS or token.low in NOUNS), len(tokens)
    )
    for index in range(max(FIRST, claimed) + 1, len(tokens)):
        named = tokens[index].word == "States" or tokens[index - 1].low == "united"
        if tokens[index].low not in _REPORTING or named:
            continue
        back = index - 1
        while back > max(claimed, index - REACH) and tokens[back].word not in _QUOTES | {","}:
            back -= 1
        if back > claimed and tokens[back].word in _QUOTES | {","}:
            return back
    return len(tokens)


def strike_days(dates: Sequence[Dates], tokens: Sequence[Token]) -> list[Dates]:
    """Drop the days of mere statements, and those that only begin an open span.

    Reads: "officials said Monday that two jets …", "in a statement released on Tuesday", "since early Monday"; but
    not "were reported on".
    """
    return [day for day in dates if not _of_saying(day, dates, tokens)]


def _of_saying(day: Dates, dates: Sequence[Dates], tokens: Sequence[Token]) -> bool:
    first = next((index for index, token in enumerate(tokens) if token.start >= day.start), 0)
    if {token.low for token in tokens[max(0, first - 2) : first]} & {"since"}:
        return True
    stated = False
    for index in range(first - 1, max(-1, first - DAY_REACH), -1):
        low = tokens[index].low
        if low in _REPORTING_VERBS:
            return index == 0 or tokens[index - 1].low not in _PASSIVE
        stated = stated or low in _STATEMENTS
        dated = any(other.start <= tokens[index].start < other.end for other in dates)
        if low not in _BETWEEN_DAY and not dated:
            break
    return stated
