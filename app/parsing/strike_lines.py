"""Strike lines from clauses, with fields inherited from the section."""

from dataclasses import dataclass
from datetime import timedelta

from app.parsing.clauses import Clause, Sentence
from app.parsing.context import Context
from app.parsing.dates import Dates
from app.parsing.mentions import SINGULAR, Mention
from app.parsing.result import Count, ParsedCoverage, ParsedLine, ParsedTally, shortened
from app.parsing.targets import GENERIC
from app.parsing.text import Token

_CONNECTIVES = frozenset("moreover also additionally furthermore finally in later then".split())
_ORDINALS = frozenset("second third fourth fifth another".split())


@dataclass(frozen=True, slots=True)
class Claim:
    """A clause in its sentence and block; `start`..`end` are its characters."""

    sentence: Sentence
    clause: Clause
    block: int
    start: int
    end: int

    @property
    def span(self) -> tuple[int, int]:
        """The characters of the clause."""
        return self.start, self.end


def make_line(
    context: Context, claim: Claim, *, inconclusive: bool = False, total: ParsedCoverage | None = None
) -> None:
    """Add the clause as a line. `total` is the sentence before it, when that one holds the number of strikes."""
    clause = claim.clause
    strikes, number = _strikes(context, claim, total)
    inherited = _inherit_place(context, claim)
    country = _country(context, claim)
    dates = _shifted(context, claim) if clause.shift is not None else clause.dates or context.dates
    context.lines.append(
        ParsedLine(
            start=total.start if total else claim.start,
            end=claim.end,
            date_from=dates.first if dates else None,
            date_to=dates.last if dates else None,
            date_worked_out=bool(dates and dates.worked_out and dates.first),
            date_precision=_precision(dates),
            country=country,
            place=inherited[0],
            place_phrase=inherited[1],
            strikes=strikes,
            strikes_start=number[0] if number else None,
            strikes_end=number[1] if number else None,
            engagements=total.engagements if total else clause.engagements,
            tallies=tuple(_without_summaries(context, clause)),
            inconclusive=inconclusive,
            engagements_span=total.engagements_span if total else clause.engagements_span,
            km=clause.place.km if clause.place else None,
            bearing=clause.place.bearing if clause.place else None,
        ),
    )
    context.open_block, context.line_open, context.open_total = claim.block, True, None
    context.category = clause.reading.category


def _shifted(context: Context, claim: Claim) -> Dates | None:
    """Work out a day that the clause gives relative to the one before; None where that one is not known."""
    clause = claim.clause
    last = context.lines[-1] if context.lines else None
    seen = context.seen.last if context.seen else None
    if last and claim.sentence.tokens[0].start <= last.start:  # Members before in this sentence.
        seen = last.date_to
    if clause.shift is None or seen is None:
        return None
    day = seen + timedelta(days=clause.shift)
    return Dates(day, day, worked_out=True, start=claim.start, end=claim.end)


def _precision(dates: Dates | None) -> str:
    return dates.precision if dates else "unknown"


def _strikes(
    context: Context, claim: Claim, total: ParsedCoverage | None
) -> tuple[Count | None, tuple[int, int] | None]:
    """Find the number of strikes and its characters, in the clause or in the total before it."""
    mention = claim.clause.mention
    if total is not None:
        if total.strikes is None:
            return None, None
        return Count(total.strikes, total.strikes), context.open_number
    if mention is None:
        return None, None
    if mention.count is None:
        noun = claim.sentence.tokens[mention.after - 1]
        if noun.low in SINGULAR and not mention.partial:
            return Count(1, 1), (noun.start, noun.end)
        bare = mention.first == mention.after - 1  # "Airstrikes near Orta destroyed …"
        return (Count(2, None), (noun.start, noun.end)) if bare else (None, None)
    tokens = claim.sentence.tokens
    number = (tokens[mention.number_first].start, tokens[mention.number_last].end)
    if mention.count.maximum is None and mention.remark is None:
        written = shortened(context.text[number[0] : number[1]])
        context.remark(*number, "open_count", f"'{written}' strikes has no upper bound.")
    if mention.remark:
        written = shortened(context.text[number[0] : number[1]])
        context.remark(*number, mention.remark, f"'{written}' strikes is read as a number.")
    return mention.count, number


def _country(context: Context, claim: Claim) -> str | None:
    clause = claim.clause
    if clause.country:
        # A sentence of an article about one place applies to no other one.
        if (context.mixed or context.country is None) and (context.in_section or context.in_bullet):
            context.mixed = context.mixed or bool(clause.place and clause.place.country)
            context.country = clause.country
        return clause.country
    if clause.countries:
        return None
    if context.mixed and context.country:
        context.remark(*claim.span, "country_inherited", "No country is named; the previous line's is used.")
    return context.country


def _inherit_place(context: Context, claim: Claim) -> tuple[str | None, str | None]:
    """Find the clause's place, or that of the line before when the sentence goes on about it."""
    clause = claim.clause
    if clause.place:
        return clause.place.name, clause.phrase
    shared = _shared_place(context, claim)
    if shared:
        return shared
    _remark_place_before(context, claim)
    if not clause.mention or not context.lines or claim.block != context.open_block:
        return None, None
    if _names_something(claim.sentence, clause.mention):
        return None, None
    if not context.in_bullet and not _goes_on(claim.sentence, clause.mention):
        return None, None
    last = context.lines[-1]
    if last.place:
        clause.country = clause.country or last.country
        message = f"No place is named; the previous sentence's, '{shortened(last.place)}', is used."
        context.remark(*claim.span, "place_inherited", message)
    return last.place, last.place_phrase


def _remark_place_before(context: Context, claim: Claim) -> None:
    """Remark the place of a clause before that was no line. Reads: "mines lay near Orta; one strike hit a hut"."""
    tokens, first = claim.sentence.tokens, claim.clause.first
    named = [place for place in claim.sentence.places if place.name and place.after <= first]
    if not named or claim.clause.country or (context.lines and context.lines[-1].end > tokens[0].start):
        return
    message = f"'{named[-1].name}' is named here, but not as the place of the strikes after it."
    context.remark(tokens[named[-1].phrase_first].start, claim.end, "place_unsure", message)


def _shared_place(context: Context, claim: Claim) -> tuple[str, str | None] | None:
    """Find the place that a sentence opens with, for its later clauses, and that of "a second strike there".

    Reads: "Near Orta, two strikes destroyed a boat on May 3 and one strike destroyed a hut on May 4."
    """
    sentence, clause = claim.sentence, claim.clause
    if clause.mention is None or not context.lines or clause.countries:
        return None
    last = context.lines[-1]
    there = any(
        token.low == "there" for token in sentence.tokens[clause.mention.after : clause.mention.after + 1]
    )
    opened = (
        clause is not sentence.clauses[0]
        and last.start >= sentence.tokens[0].start
        and any(place.name == last.place and place.phrase_first == 0 for place in sentence.places)
    )
    if last.place is None or not (there or opened):
        return None
    clause.country = last.country
    message = f"No place is named; that of the previous strikes, '{shortened(last.place)}', is used."
    context.remark(*claim.span, "place_inherited", message)
    return last.place, last.place_phrase


def _names_something(sentence: Sentence, mention: Mention) -> bool:
    """Return whether a name that was not understood stands before the number of strikes."""
    before = sentence.tokens[1 : mention.first]
    return any(token.word[0].isupper() and not _dated(sentence, token) for token in before)


def _dated(sentence: Sentence, token: Token) -> bool:
    return any(dates.start <= token.start < dates.end for dates in sentence.dates)


def _goes_on(sentence: Sentence, mention: Mention) -> bool:
    """Read "Moreover, a strike …", "Another strike …", "A second strike …"."""
    words = {token.low for token in sentence.tokens[mention.first : mention.after]}
    return sentence.tokens[0].low in _CONNECTIVES or bool(words & _ORDINALS)


def _without_summaries(context: Context, clause: Clause) -> list[ParsedTally]:
    """Leave out what only sums up, where no number of strikes stands next to it."""
    tallies = []
    for tally in clause.reading.tallies:
        if clause.mention is None and tally.category in GENERIC:
            context.remark(
                tally.start, tally.end, "summary", "This is the sum of targets that are counted elsewhere."
            )
        else:
            tallies.append(tally)
    return tallies
