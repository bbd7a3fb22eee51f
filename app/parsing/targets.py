"""Targets of a verb, with count, category and source span.

Where a verb's list begins and ends is decided in sentences.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.parsing.function_words import FINITE, PAST, PREPOSITIONS, SEPARATORS
from app.parsing.mentions import NOUNS
from app.parsing.noun_phrases import Chunk, chunk
from app.parsing.numbers import read_count, read_number
from app.parsing.numerals import FIRST_YEAR, LAST_YEAR
from app.parsing.result import Count, ParsedTally, Remark, shortened
from app.parsing.target_category import ENEMY, category_of, is_plural, owner_of
from app.parsing.text import Token
from app.parsing.verbs import Verb
from app.vocabulary.categories import match
from app.vocabulary.effects import VERBS, Effect

# "22 targets" sums up the other tallies.
GENERIC = frozenset({"target", "objective", "intended target", "other target"})
_PRONOUNS = frozenset("other others more additional further separate one ones".split())
_ONES = frozenset({"one", "ones"})
_ORDINALS = frozenset({"second", "third", "fourth", "fifth"})
# The remark on what is no tally, by the mark of its chunk.
_NOT_TAKEN = {
    "sentence": ("unread", "This looks like a separate sentence, not like a target."),
    "number": ("unread", "This number is not parsed."),
    "whole": ("included", "The numbers after this one add up to it."),
    "unread": ("unread", "It is not clear whether this is a target."),
}
# Nouns that end like a verb.
_SEVERAL = frozenset("others more aircraft personnel people police".split())
_REPORTING = frozenset("found said reported stated announced".split())
_NOUNS_ED = frozenset("shed bed seed feed speed need ied vbied hbied svbied pbied rcied".split())
_CIVILIANS = frozenset(
    """civilian civilians noncombatant noncombatants non-combatant non-combatants women children child woman residents
    villagers bystanders passengers""".split()
)
# Their side is not given, or is one's own, where no word names the enemy.
_PEOPLE = frozenset(
    """soldier soldiers troops police policemen officers servicemember servicemembers members guards journalists workers
    sailors peshmerga pilots crew""".split()
)
_ENEMY_WORDS = frozenset(
    """enemy terrorist terrorists militant militants insurgent insurgents extremist houthi houthis taliban al-shabaab
    al-qaida al-qaeda hamas hezbollah rebel rebels regime jihadist pro-regime""".split()
)
# Behind a number that stands alone: "damaged two others in the town". What else follows may be a verb.
_AFTER_NUMBER = (
    PREPOSITIONS
    | FINITE
    | SEPARATORS
    | frozenset("also as well while destroying damaging".split())
    | frozenset(VERBS)
)
MAX_FOLLOWING = 24
# "a militant group that …" names the enemy again.
_ENEMY_GROUP = frozenset("militant militants terrorist terror jihadist extremist".split())
_GROUPS = frozenset("group organization organisation movement faction network".split())
# Names that are written like one but are targets all the same.
_NAMED_TARGETS = frozenset(
    "humvee stryker conex airfield airport bridge dam base refinery camp factory".split()
)


@dataclass(slots=True)
class Reading:
    """The tallies and remarks of one list; `category` is what "two others" would refer to."""

    text: str
    tallies: list[ParsedTally] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    category: str | None = None

    def remark(self, start: int, end: int, kind: str, message: str) -> None:
        """Note something about text[start:end]."""
        self.remarks.append(Remark(start, end, kind, message))


def read_items(tokens: Sequence[Token], verb: Verb, reading: Reading) -> None:
    """Add the tallies of one verb's list. Reads: "two vehicles, an ISIL bunker and a mortar system"."""
    if verb.effect is Effect.DENIED:
        _denied(tokens, verb, reading)
        return
    whole: Chunk | None = None
    runs_on = False
    for part in chunk(tokens):
        begins = part.remark == "sentence" or _is_sentence(part)
        runs_on = runs_on or begins or (part.count is None and _holds_number(part.words))
        kind = "sentence" if runs_on else part.remark
        if kind in _NOT_TAKEN:
            reading.remark(part.start, part.end, *_NOT_TAKEN[kind])
        elif kind == "amount":
            _amount(part, verb, reading)
        elif whole and whole.count and whole.count.maximum is not None and part.listed:
            reading.remark(
                part.start, part.end, "included", "The previous number includes this one; it is not added."
            )
        elif part.words or part.count is not None:
            _tally(part, verb, reading)
        if part.general:
            whole = part


def _is_sentence(part: Chunk) -> bool:
    """Whether a verb stands behind the noun. Reads: "two ships left port", "13 men fled"; not "two armed cars"."""
    words = part.words
    if words and words[-1].low in _REPORTING:  # "an inquiry found that …"
        return True
    for index in range(1, len(words)):
        low, before = words[index].low, words[index - 1]
        verb = low in PAST or (low.endswith("ed") and low not in _NOUNS_ED)
        last = part.count is None and index + 1 == len(words)
        if verb and (last or is_plural(before.word) or before.low in _SEVERAL):
            return True
    return False


def _tally(part: Chunk, verb: Verb, reading: Reading) -> None:
    words = [token for token in part.words if token.word not in "()"]
    meaning = [token for token in words if token.low not in ENEMY]
    if not meaning or all(token.low in _PRONOUNS or token.low in _ORDINALS for token in meaning):
        _anaphora(part, verb, reading)
        return
    if meaning[-1].low in _ONES and part.count and reading.category:  # "and three small ones"
        head = reading.category.rpartition(" ")[2]
        _add(part, verb, reading, part.count, " ".join([*(token.word for token in meaning[:-1]), head]))
        return
    if meaning[0].low in {"it", "them", "they", "him"} or not any(
        c.isalpha() for token in meaning for c in token.word
    ):
        return
    if meaning[-1].low in _GROUPS and meaning[0].low in _ENEMY_GROUP:
        return
    if _is_nobodys(meaning, words):
        message = "Own forces, own strikes and civilians are not targets."
        reading.remark(part.start, part.end, "not_counted", message)
        return
    if part.count is None and _is_name(meaning):
        reading.remark(part.start, part.end, "unread", "This looks like a name, not like a target.")
        return
    vague = part.general and (part.count is None or part.count.maximum is None)
    count = Count(0, None) if vague else part.count or _uncounted(meaning)
    category = category_of(words, counted=part.count is not None)
    if part.count is None and len(meaning) == len(words) and _is_unknown(meaning, category):
        reading.remark(part.start, part.end, "unread", "It is not clear whether this is a target.")
        return
    if part.count is None and _bare(meaning) and not part.general:
        _remark_bare(part, reading)
    _add(part, verb, reading, count, category)


def _is_nobodys(meaning: Sequence[Token], words: Sequence[Token]) -> bool:
    """Tell strikes, civilians and one's own people from targets. Reads: "six partner soldiers", "two civilians"."""
    head = next((token.low for token in reversed(meaning) if token.word[0].isalpha()), "")
    if head in NOUNS or head in {"sortie", "sorties", "engagement", "engagements"}:
        return True
    lows = {token.low for token in meaning}
    if lows & _CIVILIANS and head not in {"building", "buildings", "vehicle", "vehicles"}:
        return True
    return head in _PEOPLE and len(meaning) == len(words) and not lows & _ENEMY_WORDS


def _is_unknown(meaning: Sequence[Token], category: str) -> bool:
    if is_plural(meaning[-1].word) or meaning[-1].low in _NAMED_TARGETS:
        return False
    return match(category) is None and match(meaning[-1].word) is None


def _amount(part: Chunk, verb: Verb, reading: Reading) -> None:
    """Read an amount, which is no number of targets. Reads: "1,200 pounds of explosives", "two tons"."""
    reading.remark(
        part.start, part.end, "amount", "An amount is not a number of targets; the count is left open."
    )
    words = [token for token in part.words if token.low not in ENEMY and token.word not in "()"]
    if words and any(c.isalpha() for token in words for c in token.word):
        _add(part, verb, reading, Count(0, None), category_of(part.words, counted=True))


def _is_name(meaning: Sequence[Token]) -> bool:
    """Tell a name from a target without number. Reads: "hit Tal Vero", but not "and Humvee" or "ISIL VBIEDs"."""
    last = meaning[-1]
    return (
        all(token.word.istitle() for token in meaning)
        and not is_plural(last.word)
        and last.low not in _NAMED_TARGETS
    )


def _holds_number(meaning: Sequence[Token]) -> bool:
    return any(
        (read := read_number(meaning, index, len(meaning))) and read.kind != "name"
        for index in range(1, len(meaning))
    )


def _bare(meaning: Sequence[Token]) -> bool:
    """Whether a noun stands without number and plural. Reads: "and front-loader"."""
    last = meaning[-1].low
    return not is_plural(last) and last not in {
        "equipment",
        "fire",
        "terrain",
        "infrastructure",
        "headquarters",
        "barracks",
        "hardware",
        "weaponry",
        "personnel",
    }


def _remark_bare(part: Chunk, reading: Reading) -> None:
    phrase = shortened(reading.text[part.start : part.end])
    reading.remark(part.start, part.end, "no_number", f"'{phrase}' has no number; the count is left open.")


def _uncounted(meaning: Sequence[Token]) -> Count:
    """Count what has no number: a bare plural proves two; nothing else proves anything."""
    return Count(2, None) if is_plural(meaning[-1].word) else Count(0, None)


def _anaphora(part: Chunk, verb: Verb, reading: Reading) -> None:
    """Read "damaged two others", "destroyed another", where the category is that of the target before."""
    written = reading.text[slice(*part.number_span)]
    if part.count is None or (
        not part.words and written.isdecimal() and FIRST_YEAR <= int(written) <= LAST_YEAR
    ):
        return
    if not part.words and written.lower() in {"a", "an"}:  # A slip for "and".
        return
    following = reading.text[part.end : part.end + MAX_FOLLOWING].split()
    goes_on = bool(following) and following[0][0].isalpha() and following[0].lower() not in _AFTER_NUMBER
    if reading.category is None or goes_on:
        reading.remark(part.start, part.end, "unread", "It is not clear what this number counts.")
        return
    _add(part, verb, reading, part.count, reading.category)


def _add(part: Chunk, verb: Verb, reading: Reading, count: Count, category: str) -> None:
    if not category:
        return
    phrase = reading.text[part.start : part.end]
    start, end = part.number_span
    reading.tallies.append(
        ParsedTally(
            effect=verb.effect,
            verb=verb.verb,
            category=category,
            as_written=phrase,
            count=count,
            start=start,
            end=end,
            phrase_start=part.start,
            phrase_end=part.end,
            owner=owner_of(part.words),
        ),
    )
    reading.category = category
    if part.remark == "misspelling":
        reading.remark(
            start, end, "misspelling", f"'{shortened(reading.text[start:end])}' is read as a number."
        )
    elif part.remark == "approximate":
        reading.remark(start, end, "approximate", f"'{shortened(phrase)}' is an estimate.")


def _what_was_denied(words: Sequence[Token]) -> str:
    """Name it as written. Reads: "access to two separate terrain locations", whose parts are not counted."""
    if any(token.low == "to" for token in words):
        return " ".join(token.word for token in words)
    return category_of(words, counted=True)


_DENIED_ENDS = frozenset("in by near along during while which on for".split())


def _denied(tokens: Sequence[Token], verb: Verb, reading: Reading) -> None:
    """Read "denied ISIL access to terrain", "denying ISIL a tactical advantage"."""
    to_enemy = [i for i, token in enumerate(tokens[:-1]) if token.low == "to" and tokens[i + 1].low in ENEMY]
    words = [token for token in tokens[: to_enemy[0] if to_enemy else len(tokens)] if token.low not in ENEMY]
    while words and (
        not words[0].word[0].isalnum() or words[0].low in {"and", "the", "also", "forces", "fighters"}
    ):
        words.pop(0)
    stop = next(
        (i for i, token in enumerate(words) if token.word in ',;.:"”()' or token.low in _DENIED_ENDS),
        len(words),
    )
    words = words[:stop]
    while words and words[-1].low in {"and", "also", "while"}:
        words.pop()
    if not words:
        return
    read = read_count(words, 0, len(words))
    counted = read is not None and read.kind == "number"
    remaining = words[read.after :] if read else words
    if not remaining:
        return
    number = (
        (words[read.first].start, words[read.last].end)
        if read and counted
        else (words[0].start, words[-1].end)
    )
    reading.tallies.append(
        ParsedTally(
            effect=verb.effect,
            verb=verb.verb,
            category=_what_was_denied(remaining),
            as_written=reading.text[words[0].start : words[-1].end],
            count=read.count if read and counted else Count(0, None),
            start=number[0],
            end=number[1],
            phrase_start=words[0].start,
            phrase_end=words[-1].end,
        ),
    )
