"""Spans of a verb's targets: after an active verb, before a passive."""

from collections.abc import Sequence

from app.parsing.clauses import Clause, Sentence
from app.parsing.lists import BEFORE_PASSIVE, subject
from app.parsing.numbers import read_count
from app.parsing.text import Token
from app.parsing.verbs import Verb
from app.vocabulary.categories import match

# What strikes are carried out with begins here.
_MEANS = frozenset("using employing utilizing utilising expending".split())
# Another clause begins here.
_ENDS = frozenset("while whereas but".split())
_MUNITIONS = frozenset(
    """bomb bombs missile missiles munition munitions rocket rockets round rounds shell shells torpedo torpedoes
    hellfire hellfires paveway paveways brimstone brimstones jdam jdams gbu-12 gbu-12s gbu-31s gbu-38s tomahawk
    tomahawks weapon weapons aircraft jets""".split()
)
MAX_NOUN = 4
_BEFORE_SUBJECT = frozenset("where when in which on during ,".split())
_RESULTS = frozenset("resulted resulting".split())
_SUBORDINATE = frozenset({"that", ":", ";", "which", "where", "when"})
# Words right before targets whose participle stands behind them.
_BEFORE_TARGETS = _RESULTS | frozenset("with leaving left saw where".split())


def passive_targets(sentence: Sentence, clause: Clause, index: int) -> tuple[int, int]:
    """Find the tokens before "were destroyed" that are its targets.

    Reads: "As part of these strikes, two sheds and a gun were hit", "Additionally, near Vero a depot was hit".
    """
    tokens = sentence.tokens
    first = clause.verbs[index - 1].after if index else clause.first
    end = clause.verbs[index].first
    mention = clause.mention
    if mention and first < mention.after <= end and mention.after < end:
        first = mention.after
    while end > first and tokens[end - 1].low in BEFORE_PASSIVE:
        end -= 1
    if index and not clause.verbs[index - 1].passive:
        first = subject(tokens, first, end)
    return _without_opening(sentence, clause, index, first, end), end


def _without_opening(sentence: Sentence, clause: Clause, index: int, first: int, end: int) -> int:
    """Skip what stands before the targets of a passive verb: an adverb, a place, a day, a subordinate clause."""
    tokens, verb = sentence.tokens, clause.verbs[index]
    lows = [token.low for token in tokens[first:end]]
    if "," in lows and (lows[0] in {"additionally", "also", "finally"} or lows[:1] in (["as"], ["in"])):
        first += lows.index(",") + 1
    first = next((here + 1 for here in range(end - 1, first, -1) if tokens[here].low in _SUBORDINATE), first)
    # The act of another verb: "twelve missiles were fired and two sheds were hit".
    auxiliary = next(
        (here for here in range(end - 1, first, -1) if tokens[here].low in {"were", "was"}), None
    )
    if auxiliary is not None:
        joiners = (here for here in range(auxiliary, end) if tokens[here].low in {"and", ";", "while"})
        first = next(joiners, end - 1) + 1
    # "The strikes resulted in two sheds destroyed", "with two sheds destroyed", "left two sheds destroyed".
    openings = [here for here in range(first, end) if tokens[here].low in _BEFORE_TARGETS]
    if openings and (verb.elliptic or tokens[openings[-1]].low in _RESULTS):
        first = openings[-1] + 1
    elif verb.np is not None and not (index and clause.verbs[index - 1].passive):
        first = max(first if index == 0 else 0, verb.np)
    for place in sentence.places:
        if place.phrase_first <= first < place.after <= end:
            first = place.after
    while first < end and (tokens[first].low in _BEFORE_SUBJECT or _is_day(sentence, first)):
        first += 1
    return first


def _is_day(sentence: Sentence, index: int) -> bool:
    start = sentence.tokens[index].start
    return any(day.start <= start < day.end for day in sentence.days)


def objects_end(sentence: Sentence, first: int, end: int, following: Sequence[Verb]) -> int:
    """Find where the targets of a verb end: before the means, before "of which", before targets of their own.

    Reads: "destroyed five trucks using four bombs", "hit nine boats, of which seven sank", "engaged two units, with
    a boat destroyed".
    """
    tokens = sentence.tokens
    for index in range(first, end):
        low = tokens[index].low
        leaves = low in {"left", "leaving"} and tokens[index - 1].low in {"and", ","}
        listed = low != ";" or _is_listed(tokens, index, end)
        if index > first and (low in _MEANS or low in _ENDS or leaves or not listed):
            return index
        if low in {"with", "by", "firing", "dropping", "releasing", "launching"} and _is_munition(
            tokens, index + 1
        ):
            return index
        if low in {"which", "whom"} and index and tokens[index - 1].low == "of":
            back = index - 1
            while back > first and tokens[back - 1].low not in {",", "-", "--", "\u2014", "\u2013", "("}:
                back -= 1
            return max(back - 1, first) if back > first else index - 1
        if (
            following
            and following[0].elliptic
            and (low in {"with", "leaving", ":"} or index == following[0].np)
        ):
            return index
    return end


def remark_rest(sentence: Sentence, clause: Clause, stop: int, end: int) -> None:
    """Remark what stands behind the targets of a verb and holds a number: means, or more about the targets."""
    rest = sentence.tokens[stop:end]
    if not any(token.low in {"both", "all", "each"} for token in rest[:3]) and not any(
        read_count(rest, index, len(rest)) for index in range(len(rest))
    ):
        return
    kind, message = "unread", "This follows the targets and is not parsed."
    if any(token.low in {"which", "whom"} for token in rest[:4]):
        kind, message = "included", "This describes the previous targets; it is not added."
    elif rest[0].low in _MEANS or _is_munition(rest, 1):
        kind, message = "not_counted", "The means of a strike are not a target."
    elif rest[0].low in {"with", "leaving", "left"} and any(verb.elliptic for verb in clause.verbs):
        return
    clause.reading.remark(rest[0].start, rest[-1].end, kind, message)


def _is_listed(tokens: Sequence[Token], index: int, end: int) -> bool:
    """Whether targets follow a semicolon, and no sentence. Reads: "two huts; three boats; and a tank"."""
    begin = index + 1
    while begin < end:
        begin += tokens[begin].low == "and"
        read = read_count(tokens, begin, end)
        stop = next((here for here in range(begin, end) if tokens[here].low in {",", ";", "and", "."}), end)
        if read is None or not match(" ".join(token.word for token in tokens[read.after : stop])):
            return False
        begin = stop + 1
    return True


def _is_munition(tokens: Sequence[Token], index: int) -> bool:
    """Whether a number of one's own munitions or aircraft begins here. Reads: "four bombs", "two Hellfire missiles"."""
    read = read_count(tokens, index, len(tokens)) if index < len(tokens) else None
    if read is None:
        return False
    noun = tokens[read.after : read.after + MAX_NOUN]
    return any(token.low in _MUNITIONS for token in noun)
