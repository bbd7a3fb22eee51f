"""Totals claimed for a country and days, explicit zeros included."""

from itertools import pairwise

from app.parsing.additions import add_line
from app.parsing.clauses import Clause, Sentence
from app.parsing.context import Context
from app.parsing.country_mentions import countries_in
from app.parsing.dates import Dates
from app.parsing.mentions import CONDUCT
from app.parsing.result import ParsedCoverage, shortened
from app.parsing.sentence_patterns import LOCAL, OF_ALL
from app.parsing.strike_lines import Claim
from app.vocabulary.effects import Effect

_SEVERAL_COUNTRIES = 2
# Characters before a number of strikes in which "a total of" may stand.
MAX_BEFORE = 40
ONE_PLACE = "This concerns one place or area; it is not a total."


def is_conducted(sentence: Sentence, clause: Clause) -> bool:
    """Whether the clause reports that strikes took place, and not only mentions them."""
    tokens = sentence.tokens[clause.first : clause.end]
    struck = any(
        verb.effect is Effect.ENGAGED and not verb.passive and not verb.denied for verb in clause.verbs
    )
    if struck or clause.engagements is not None or any(token.low in CONDUCT for token in tokens):
        return True
    if any(first.low == "there" and second.low in {"were", "was"} for first, second in pairwise(tokens)):
        return True
    # As in "Iraq: 9 strikes" and "four were in Syria".
    mention = clause.mention
    if mention is None:
        return False
    if mention.elliptic:
        return not sentence.clauses.index(clause) or any(token.low in CONDUCT for token in sentence.tokens)
    return mention.first > 0 and sentence.tokens[mention.first - 1].word == ":"


def add_total(context: Context, claim: Claim, *, first: bool, conducted: bool, inconclusive: bool) -> None:
    """Take a number of strikes without targets: a total, or a line whose targets follow in the next sentence."""
    clause, mention = claim.clause, claim.clause.mention
    if mention is None or mention.count is None:
        return
    tokens = claim.sentence.tokens
    if not conducted and not inconclusive:
        context.open_total, context.line_open = None, False
        if not mention.article:
            context.remark(
                *claim.span, "unread", "A number of strikes stands here, but nothing was read about them."
            )
        return
    if clause.place and (clause.place.near or (first and not context.in_section)):
        add_line(context, claim, inconclusive=inconclusive)
        if clause.engagements is not None or tokens[-1].word == ":":
            context.bare_block = claim.block
        return
    if _is_of_all(context, claim) and not clause.countries:
        context.settle(None)
    if mention.remark:
        number = tokens[mention.number_first].start, tokens[mention.number_last].end
        written = shortened(context.text[slice(*number)])
        context.remark(*number, mention.remark, f"'{written}' strikes is read as a number.")
    _settle(context, clause)
    context.spread_over(claim.block)
    days = context.dates
    total = ParsedCoverage(
        clause.country if clause.countries else context.sure_country,
        days.first if days else None,
        days.last if days else None,
        mention.count.minimum,
        clause.engagements,
        *claim.span,
        (tokens[mention.number_first].start, tokens[mention.number_last].end),
        clause.engagements_span,
    )
    context.coverage.append(total)
    context.open_total, context.open_block, context.line_open = total, claim.block, False
    context.open_number = tokens[mention.number_first].start, tokens[mention.number_last].end


def _is_of_all(context: Context, claim: Claim) -> bool:
    """Whether a total is of all countries. Reads: "In total, 12 strikes", "…, which makes a total of 12 strikes"."""
    start = max(claim.sentence.tokens[0].start, claim.start - MAX_BEFORE)
    before = (
        context.text[start : claim.start].rpartition(";")[2] + context.text[slice(*claim.span)][:MAX_BEFORE]
    )
    return any(OF_ALL.search(words) for words in (context.text[slice(*claim.span)], before.lstrip(" ,")))


def _settle(context: Context, clause: Clause) -> None:
    """Let what follows a total inherit its days and country.

    Reads: "Additionally on Nov. 3, two strikes occurred in Syria that were previously unreported:".
    """
    if clause.dates:  # Days that cannot be settled are still other days than those before.
        context.dates = clause.dates
        if context.base is None and not context.in_section:
            context.base = clause.dates
    if clause.countries == 1:
        context.settle(clause.country)
    elif clause.countries == _SEVERAL_COUNTRIES:
        context.settle(None)


def none_reported(context: Context, sentence: Sentence, words: str) -> None:
    """Read "There were no reported strikes in Syria on Aug. 3-5." as an explicit zero, one for each country.

    A statement about one place or area is no total of a country.
    """
    start, end = sentence.tokens[0].start, sentence.tokens[-1].end
    named_place = any(place.name for place in sentence.places)
    countries = any(place.name is None for place in sentence.places)
    if named_place or (LOCAL.search(words) and not countries):
        context.remark(start, end, "not_counted", ONE_PLACE)
        return
    spans = [sentence.tokens[place.first : place.after] for place in sentence.places if place.name is None]
    named = dict.fromkeys(code for span in spans for code in countries_in(span))
    inherited = context.dates or context.base or Dates(None, None, worked_out=False, start=start, end=start)
    for country in named or [context.sure_country]:
        for dates in sentence.dates or [inherited]:
            for day in dates.apart:
                context.coverage.append(ParsedCoverage(country, day, day, 0, None, start, end))
            if not dates.apart:
                context.coverage.append(ParsedCoverage(country, dates.first, dates.last, 0, None, start, end))
    context.open_total, context.line_open = None, False


def none_beside(context: Context, claim: Claim) -> None:
    """Read "no strikes were conducted in Iraq on May 3" next to strikes elsewhere."""
    clause, mention = claim.clause, claim.clause.mention
    dates = clause.dates or context.dates
    if mention is None or clause.place or clause.country is None or clause.reading.tallies:
        context.remark(*claim.span, "not_counted", ONE_PLACE)
        return
    number = claim.sentence.tokens[mention.number_first]
    days = (dates.first, dates.last) if dates else (None, None)
    span = (number.start, number.end)
    context.coverage.append(ParsedCoverage(clause.country, *days, 0, None, *claim.span, span))
    context.open_total, context.line_open = None, False


def drop_unplaced(context: Context, before: int, lines: int) -> None:
    """Take no total of several that one sentence gives without a country: none is the total of all.

    Reads: "launched 14 strikes on depots and three strikes on missile systems".
    """
    unplaced = [total for total in context.coverage[before:] if total.country is None]
    unplaced_lines = [line for line in context.lines[lines:] if line.country is None]
    if not unplaced or len(unplaced) + len(unplaced_lines) < _SEVERAL_COUNTRIES:
        return
    for total in unplaced:
        message = "One of several totals in a sentence; its country is not named."
        context.remark(total.start, total.end, "unread", message)
    context.coverage[before:] = [total for total in context.coverage[before:] if total.country is not None]
    context.open_total = None
