"""Read one sentence whole: find its parts, cut it into clauses, and give each verb its targets.

What a clause means for the release (a line, a total, more of the line before) is decided in sections.py.
"""

from collections.abc import Sequence
from datetime import date

from app.parsing.attribution import attribution, strike_days
from app.parsing.agents import aim_of, attribute, others_strikes
from app.parsing.clauses import Clause, Sentence, Within, cut
from app.parsing.dates import Dates, find_dates, join_dates
from app.parsing.headers import read_header
from app.parsing.items import GENERIC, Reading, read_items
from app.parsing.mentions import find_mentions
from app.parsing.numbers import read_count
from app.parsing.places import find_places
from app.parsing.release import ParsedTally, shortened
from app.parsing.text import Token
from app.parsing.verbs import Verb, find_verbs
from app.vocabulary.effects import Effect

_BEFORE_PASSIVE = frozenset(
    "was were been being is are also successfully then subsequently had has have".split()
)

# What strikes are carried out with begins here.
_MEANS = frozenset("using employing utilizing utilising expending".split())
_MUNITIONS = frozenset(
    """bomb bombs missile missiles munition munitions rocket rockets round rounds shell shells torpedo torpedoes hellfire
    hellfires paveway paveways brimstone brimstones jdam jdams gbu-12 gbu-12s gbu-31s gbu-38s tomahawk tomahawks weapon
    weapons aircraft jets""".split()
)
MAX_NOUN = 4
_RESULTS = frozenset("resulted resulting".split())
# Words right before targets whose participle stands behind them.
_BEFORE_TARGETS = _RESULTS | frozenset("with leaving left saw where".split())


def read_sentence(
    tokens: Sequence[Token],
    text: str,
    published_on: date | None,
    category: str | None,
    *,
    recent: bool = False,
) -> Sentence:
    """Find the clauses of a sentence. `category` is what "two others" at its start refers to.

    `recent` says that the sentence before spoke of strikes.

    Reads: "Near Tal Vero, two strikes struck an ISIL depot and destroyed a boat, while one near Orta …".
    """
    cut_at = attribution(tokens)
    own = [_meant(tokens, index) for index in range(cut_at)]
    start, end = own[0].start, own[-1].end
    dates = join_dates(find_dates(text, start, end, published_on), text)
    places = find_places(own, text)
    mentions = others_strikes(own, find_mentions(own, dates, places, recent=recent))
    sentence = Sentence(
        own, text, strike_days(dates, own), places, mentions, [], left=tokens[cut_at:], days=dates
    )
    within = Within(sentence)
    verbs = attribute(own, find_verbs(own), mentions, within)
    aims = [aim for mention in mentions if not mention.others and (aim := aim_of(own, mention, verbs, within))]
    sentence.verbs = sorted([*verbs, *aims], key=lambda verb: verb.first)
    cut(sentence, within)
    for clause in sentence.clauses:
        read_header(sentence, clause, within)
        clause.reading = Reading(text, category=category)
        for index in range(len(clause.verbs)):
            _group(sentence, clause, index)
        _drop_aim(clause)
        _drop_whole(clause)
        category = clause.reading.category
    return sentence


def _drop_aim(clause: Clause) -> None:
    """Leave out what strikes were aimed at where it has no number of its own, or the clause says what they did.

    Reads: "two strikes against five boats destroyed three", where five holds three.
    """
    aim = next((verb for verb in clause.verbs if verb.nominal), None)
    if aim is None:
        return
    reading = clause.reading
    done = any(tally.verb != aim.verb for tally in reading.tallies)
    kept = list[ParsedTally]()
    for tally in reading.tallies:
        if tally.verb != aim.verb:
            kept.append(tally)
        elif done:
            message = "The text says what the strikes did beside what they were aimed at; the aim is not added."
            reading.remark(tally.phrase_start, tally.phrase_end, "included", message)
        elif tally.count.maximum is not None or (tally.category not in GENERIC and clause.place):
            kept.append(tally)
    reading.tallies = kept


def _drop_whole(clause: Clause) -> None:
    """Tell targets that later verbs give in parts, by their number alone: the parts count where they add up.

    Reads: "hit nine vehicles, destroying six and damaging three"; but "hit nine vehicles, destroying six" stays nine.
    """
    reading = clause.reading
    for position, whole in enumerate(reading.tallies):
        parts = []
        for tally in reading.tallies[position + 1 :]:
            number = reading.text[tally.start : tally.end]
            if tally.category != whole.category or tally.as_written != number or tally.verb == whole.verb:
                break
            parts.append(tally)
        if not parts or whole.effect is not Effect.ENGAGED or whole.count.maximum is None:
            continue
        adds_up = sum(part.count.minimum for part in parts) == whole.count.minimum == whole.count.maximum
        for tally in [whole] if adds_up else parts:
            message = "The text gives these targets in parts as well; they are counted once."
            reading.remark(tally.phrase_start, tally.phrase_end, "included", message)
            reading.tallies.remove(tally)
        return


def _meant(tokens: Sequence[Token], index: int) -> Token:
    """Tell the enemy's name from the verb. Reads: "an IS position", where "is" is none."""
    token = tokens[index]
    if token.word != "IS" or all(
        word.isupper() for word, *_ in tokens[max(0, index - 2) : index + 3] if word.isalpha()
    ):
        return token
    return token._replace(low="isis")


def _group(sentence: Sentence, clause: Clause, index: int) -> None:
    """Read the targets of one verb: those after it, or before it when it is passive."""
    verb = clause.verbs[index]
    if verb.passive:
        first, end = _passive_targets(sentence, clause, index)
    else:
        following = clause.verbs[index + 1] if index + 1 < len(clause.verbs) else None
        first, end = verb.after, following.first if following else clause.end
        if following and following.passive:
            end = _subject(sentence.tokens, first, end)
    if not verb.passive:
        stop = _objects_end(sentence, first, end, clause.verbs[index + 1 : index + 2])
        if any(token.low in {"which", "whom"} for token in sentence.tokens[stop : stop + 4]):
            message = "This says more of the targets before; it is not added."
            start, last = sentence.tokens[stop].start, sentence.tokens[clause.end - 1].end
            clause.reading.remark(start, last, "included", message)
        end = stop
    targets = _undated(sentence.tokens[first:end], sentence.days)
    if verb.denied or verb.others:
        _denial(sentence, clause, verb, (first, end))
    elif targets and not (verb.passive and targets[0].low in {"the", "this", "that"}):
        read_items(targets, verb, clause.reading)
    if verb.misspelt:
        word = sentence.tokens[verb.after - 1]
        clause.reading.remark(
            word.start, word.end, "misspelling", f"'{shortened(word.word)}' is read as '{verb.verb}'."
        )


def _objects_end(sentence: Sentence, first: int, end: int, following: Sequence[Verb]) -> int:
    """Find where the targets of a verb end: before the means, before "of which", before targets of their own.

    Reads: "destroyed five trucks using four bombs", "hit nine boats, of which seven sank", "engaged two units, with
    a boat destroyed".
    """
    tokens = sentence.tokens
    for index in range(first, end):
        low = tokens[index].low
        if (low in _MEANS or low in {"left", "leaving"}) and index > first:
            return index
        if low in {"with", "by", "firing", "dropping", "releasing", "launching"} and _is_munition(tokens, index + 1):
            return index
        if low in {"which", "whom"} and index and tokens[index - 1].low == "of":
            back = index - 1
            while back > first and tokens[back - 1].low not in {",", "-", "--", "\u2014", "\u2013", "("}:
                back -= 1
            return max(back - 1, first) if back > first else index - 1
        if following and following[0].elliptic and low in {"with", "leaving"}:
            return index
    return end


def _is_munition(tokens: Sequence[Token], index: int) -> bool:
    """Whether a number of one's own munitions or aircraft begins here. Reads: "four bombs", "two Hellfire missiles"."""
    read = read_count(tokens, index, len(tokens)) if index < len(tokens) else None
    if read is None:
        return False
    noun = tokens[read.after : read.after + MAX_NOUN]
    return any(token.low in _MUNITIONS for token in noun)


def _undated(tokens: Sequence[Token], dates: Sequence[Dates]) -> Sequence[Token]:
    """Leave out days, whose numbers count nothing."""
    if not dates:
        return tokens
    return [token for token in tokens if not any(day.start <= token.start < day.end for day in dates)]


def _passive_targets(sentence: Sentence, clause: Clause, index: int) -> tuple[int, int]:
    """Find the tokens before "were destroyed" that are its targets.

    Reads: "As part of these strikes, two sheds and a gun were hit", "Additionally, near Vero a depot was hit".
    """
    tokens = sentence.tokens
    first = clause.verbs[index - 1].after if index else clause.first
    end = clause.verbs[index].first
    mention = clause.mention
    if mention and first < mention.after <= end and mention.after < end:
        first = mention.after
    while end > first and tokens[end - 1].low in _BEFORE_PASSIVE:
        end -= 1
    if index and not clause.verbs[index - 1].passive:
        first = _subject(tokens, first, end)
    lows = [token.low for token in tokens[first:end]]
    if "," in lows and (lows[0] in {"additionally", "also", "finally"} or lows[:1] in (["as"], ["in"])):
        first += lows.index(",") + 1
    # "The strikes resulted in two sheds destroyed", "with two sheds destroyed", "left two sheds destroyed".
    for here in range(end - 1, first, -1):
        if tokens[here].low in {"that", ":", ";"}:
            first = here + 1
            break
    openings = [here for here in range(first, end) if tokens[here].low in _BEFORE_TARGETS]
    if openings and (clause.verbs[index].elliptic or tokens[openings[-1]].low in _RESULTS):
        first = openings[-1] + 1
    for place in sentence.places:
        if place.phrase_first <= first < place.after <= end:
            first = place.after
    while first < end and (tokens[first].low in {"where", "when", "in", "which"}):
        first += 1
    return first, end


def _subject(tokens: Sequence[Token], first: int, end: int) -> int:
    """Find where the subject of a passive verb begins, behind the targets of an active one.

    Reads: "destroyed a boat and two sheds were hit", "killed six fighters and that no civilians were injured".
    """
    while end > first and tokens[end - 1].low in _BEFORE_PASSIVE:
        end -= 1
    for index in range(end - 1, first, -1):
        if tokens[index].low in {"and", ";", "while", "that", "but"}:
            return index
    return end


def _denial(sentence: Sentence, clause: Clause, verb: Verb, targets: tuple[int, int]) -> None:
    """Remark what did not happen, or was done by others, from its first word to its last."""
    first, end = min(verb.first, targets[0]), max(targets[1], verb.after)
    start, stop = sentence.tokens[first].start, sentence.tokens[end - 1].end
    message = "The text does not say that this happened; it is not counted."
    if verb.others:
        message = "The text does not say that the strikes did this; it is not counted."
    clause.reading.remark(start, stop, "not_counted", message)
