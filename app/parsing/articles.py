"""News articles: headlines, aircraft as subjects, and repeated strikes."""

from dataclasses import replace

from app.parsing.clauses import Clause, Sentence
from app.parsing.context import Context
from app.parsing.mentions import NOUNS
from app.parsing.result import Count, ParsedLine, ParsedTally
from app.parsing.strike_lines import Claim
from app.vocabulary.forces import AIRCRAFT, COMMANDS, MILITARY, NATIONS, OTHERS, OWN_AIRCRAFT

_ACTORS = COMMANDS | NATIONS
_ACTING = AIRCRAFT | MILITARY
# Aircraft that need no name of their owner.
_OWN_AIRCRAFT = OWN_AIRCRAFT | {"aircraft", "jets", "warplanes"}
_ACTING_ALONE = COMMANDS - {"command", "task", "nato", "raf"}
_ENDS_SUBJECT = frozenset(', ; : ( ) “ ” " that while after when where as'.split())
_BEFORE_VERB = frozenset("also have has had later then successfully reportedly on , -".split())
# A headline is no longer than this, and begins otherwise than a report does.
MAX_HEADLINE = 160
_PAST = frozenset(
    "conducting conducted carried launched occurred took executed performed staged mounted made flew".split()
)
_REPORT_OPENINGS = frozenset("near in on at between additionally separately".split())
# The same strikes may have been reported so many lines before.
LOOK_BACK = 3
# One strike near a place may well be another one; two lines of several strikes with one number are reported twice.
FEWEST = 2


def is_headline(sentence: Sentence) -> bool:
    """Return whether a block is a headline. Reads: "Coalition hits depots with 13 strikes"."""
    tokens = sentence.tokens
    if any(token.word == ":" for token in tokens):  # "Syria: 27 strikes" is a row.
        return False
    if sentence.left or tokens[0].low in _REPORT_OPENINGS or not tokens[-1].word[-1].isalnum():
        return False
    if tokens[-1].end - tokens[0].start > MAX_HEADLINE or any(token.low in _PAST for token in tokens):
        return False
    return not any(exact(tally) for clause in sentence.clauses for tally in clause.reading.tallies)


def exact(tally: ParsedTally) -> bool:
    """Whether the text gives the number, and not an estimate."""
    return tally.count.minimum == tally.count.maximum and not tally.count.approximate


def acted(claim: Claim) -> bool:
    """Return whether coalition aircraft are the subject, or nobody is.

    Reads: "coalition jets destroyed", "the US-led coalition destroyed", "was destroyed"; but not
    "fighters backed by coalition jets destroyed".
    """
    verb = claim.clause.verbs[0]
    if verb.passive:
        return claim.clause.dates is None
    tokens = claim.sentence.tokens
    last = verb.first
    while last > claim.clause.first and tokens[last - 1].low in _BEFORE_VERB:
        last -= 1
    first = last
    while first > claim.clause.first and tokens[first - 1].low not in _ENDS_SUBJECT:
        first -= 1
    if _is_placed(claim.clause, first):
        first = claim.clause.first
    subject = {token.low for token in tokens[first:last]}
    if "they" in subject:  # Those of the clause before it.
        return claim.clause is not claim.sentence.clauses[0]
    if subject & OTHERS or not (subject & _ACTORS or subject & _OWN_AIRCRAFT):
        return False
    return bool(subject & _ACTING) or (last > first and tokens[last - 1].low in _ACTING_ALONE)


def _is_placed(clause: Clause, first: int) -> bool:
    """Whether only the place stands right before the verb. Reads: "Coalition jets, near Tal Vero, destroyed"."""
    return clause.place is not None and first <= clause.place.phrase_first


def merge_repeated_lines(context: Context) -> None:
    """Join the last line with an earlier one of the same strikes.

    Reads: "Nine strikes near Vero on Monday hit militant positions. “Near Vero, nine strikes destroyed two boats.”"
    Only in prose, only for the same place and number of several strikes, when at most one gives targets,
    and when country and days do not contradict.
    """
    line = context.lines[-1]
    for index in range(len(context.lines) - 2, max(-1, len(context.lines) - 2 - LOOK_BACK), -1):
        other = context.lines[index]
        last = index == len(context.lines) - 2
        if other.start in context.bulleted or not _same(other, line, last=last):
            continue
        plain, detailed = (line, other) if any(exact(tally) for tally in other.tallies) else (other, line)
        if any(exact(tally) for tally in plain.tallies):
            continue
        message = "The text also reports these strikes in detail; both make one line."
        context.remark(plain.start, plain.end, "repeated", message)
        context.lines[-1 if detailed is line else index] = _joined(plain, detailed)
        del context.lines[index if detailed is line else -1]
        context.line_open = index == len(context.lines) - 1
        return


def note_mention(context: Context, sentence: Sentence, block: int) -> None:
    """Note the days on which coalition aircraft did something at a place, for a quoted sentence with the details.

    Reads: "On Sunday, US-led coalition jets pounded militants near Vero."
    """
    words = {token.low for token in sentence.tokens}
    place = next((place.name for place in sentence.places if place.name), None)
    if place and sentence.dates and words & _ACTORS and words & (_ACTING | NOUNS):
        context.spoken_of = (place.casefold(), sentence.dates[0], block)


def recall(context: Context, claim: Claim) -> None:
    """Give a clause the days, and "the six strikes" the country, that prose has just given for the same place."""
    clause = claim.clause
    name = clause.place.name.casefold() if clause.place and clause.place.name else None
    if name is None:
        return
    if context.spoken_of and clause.dates is None:
        place, days, block = context.spoken_of
        if place == name and 0 <= claim.block - block <= LOOK_BACK:
            clause.dates = days
    definite = clause.mention is not None and clause.mention.definite
    if clause.country is None and (definite or context.country is None):
        for line in context.lines[-LOOK_BACK:]:
            if line.country and line.place and line.place.casefold() == name:
                clause.country = line.country


def _same(other: ParsedLine, line: ParsedLine, *, last: bool) -> bool:
    """Whether two lines can be the same strikes; `last` means that nothing is between them."""
    days = (other.date_from, other.date_to), (line.date_from, line.date_to)
    counted = other.strikes == line.strikes and _several(line.strikes)
    uncounted = last and other.strikes is None and _several(line.strikes)
    return (
        (counted or uncounted)
        and other.place is not None
        and line.place is not None
        and other.place.casefold() == line.place.casefold()
        and (other.country == line.country or None in {other.country, line.country})
        and (days[0] == days[1] or (None, None) in days)
        and None in {other.engagements, line.engagements}
    )


def _several(count: Count | None) -> bool:
    return count is not None and count.minimum == count.maximum and count.minimum >= FEWEST


def _joined(plain: ParsedLine, detailed: ParsedLine) -> ParsedLine:
    """Merge two lines: the detail of one, and the fields that only the other has."""
    dated = detailed if detailed.date_from else plain
    return replace(
        detailed,
        date_from=dated.date_from,
        date_to=dated.date_to,
        date_worked_out=dated.date_worked_out,
        date_precision=dated.date_precision,
        country=detailed.country or plain.country,
        engagements=detailed.engagements if detailed.engagements is not None else plain.engagements,
        engagements_span=detailed.engagements_span or plain.engagements_span,
    )


def new_tallies(context: Context, claim: Claim, line: ParsedLine) -> tuple[ParsedTally, ...]:
    """Drop what the line already has, where prose repeats it.

    Reads: "A strike killed two fighters. The strike killed two fighters of the group."
    """
    tallies = claim.clause.reading.tallies
    also = any(token.low in {"also", "additionally"} for token in claim.sentence.tokens)
    if context.in_bullet or also:
        return tuple(tallies)
    new = []
    for tally in tallies:
        if exact(tally) and any(_tells(before, tally) for before in line.tallies):
            message = "The previous line already has this number; it is not added again."
            context.remark(tally.phrase_start, tally.phrase_end, "repeated", message)
        else:
            new.append(tally)
    return tuple(new)


def _tells(before: ParsedTally, tally: ParsedTally) -> bool:
    heads = before.category.split()[-1], tally.category.split()[-1]
    return before.effect is tally.effect and before.count == tally.count and heads[0] == heads[1]
