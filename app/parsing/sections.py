"""Walk a release sentence by sentence and decide what each clause is.

A clause becomes a strike line, a total that the release claims, more tallies of the line before, or nothing.
"""

import re
from dataclasses import replace

from app.parsing.clauses import CONDUCT, Clause, Sentence
from app.parsing.context import Context
from app.parsing.dates import Dates
from app.parsing.lines import GENERIC, Claim, add_line
from app.parsing.places import COUNTRIES
from app.parsing.release import ParsedCoverage
from app.vocabulary.effects import VERBS

_INCONCLUSIVE = re.compile(
    r"inconclusive|no effect|not successful|unsuccessful|ineffective|had no (?:known )?effects?",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"\bcorrections?\b|\bcorrected\b|\bshould (?:read|have read|be)\b|\berroneously\b|\berratum\b",
    re.IGNORECASE,
)
_RUNNING = re.compile(
    r"\btotal of\b.{0,40}\b(?:air)?strikes\b|\bsince (?:the )?(?:[A-Z]|operation|beginning|start)"
    r"|\bto date\b|\bso far\b|\bof those \d+|\bmore than [\d,]+ (?:air)?strikes\b",
    re.IGNORECASE,
)
_DEFINITION = re.compile(
    r"kinetic event|kinetic engagement|is one strike|defines? a strike|definition|does not report"
    r"|not classified as a strike|considered a strike|term .strike",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"\b(?:no|zero|0)\b(?: \w+){0,2} (?:air)?strikes?\b"
    r"|\b(?:did not|didn't) (?:conduct|carry out|report)\b(?: \w+){0,3} (?:air)?strikes?",
    re.IGNORECASE,
)
# Only a sentence about attacks sets the days of the release: "which began May 1 to …" does not.
_ATTACK = re.compile(
    r"\b(?:continued? to (?:attack|strike)|attacked|conduct(?:ed|ing)?|carr(?:ied|ying) out|launched)\b",
    re.IGNORECASE,
)
_ACTORS = frozenset("coalition u.s u.s. us-led u.s.-led cjtf-oir american alliance".split())
_ACTING = frozenset("aircraft forces warplanes jets planes drones airplanes force bombers fighters".split())
# Characters of a sentence in which the phrases above are looked for.
MAX_LOOK = 4000
_SEVERAL_COUNTRIES = 2


def take(context: Context, sentence: Sentence, block: int) -> None:
    """Add what one sentence says."""
    start, end = sentence.tokens[0].start, sentence.tokens[-1].end
    words = context.text[start : min(end, start + MAX_LOOK)]
    if _CORRECTION.search(words):
        context.remark(start, end, "correction", "This corrects an earlier statement.")
    if any(token.low in VERBS for token in sentence.left):
        message = "This stands behind the words that say who said it, and was not read."
        context.remark(sentence.left[0].start, sentence.left[-1].end, "unread", message)
    counted = any(mention.count for mention in sentence.mentions)
    if _NONE.search(words) and not sentence.verbs and not counted:
        _none_reported(context, sentence)
    elif not sentence.mentions and not sentence.verbs:
        _inherit(context, sentence, words)
    elif _RUNNING.search(words) and not sentence.verbs:
        if counted:
            message = "A total since the campaign began is no total of this release."
            context.remark(start, end, "running_total", message)
    elif not _DEFINITION.search(words):
        _inherit(context, sentence, words)
        for index, clause in enumerate(sentence.clauses):
            _clause(context, Claim(sentence, clause, block, *_span(sentence, clause)), first=index == 0)


def _inherit(context: Context, sentence: Sentence, words: str) -> None:
    """Keep the country that opens a sentence, and the days of the lead sentence."""
    opening = next((p for p in sentence.places if p.name is None and p.country and p.phrase_first <= 1), None)
    if opening and sentence.tokens[opening.phrase_first].low == "in":
        context.settle(opening.country)
    if context.base is None and not context.in_section and _ATTACK.search(words):
        fitting = [dates for dates in sentence.dates if dates.first not in {None, context.published_on}]
        if fitting:
            context.base = context.dates = fitting[0]


def _none_reported(context: Context, sentence: Sentence) -> None:
    """Read "There were no reported strikes in Syria on Aug. 3-5." as an explicit zero, one for each country."""
    spans = [sentence.tokens[place.first : place.after] for place in sentence.places if place.name is None]
    named = {COUNTRIES[token.low]: None for span in spans for token in span if token.low in COUNTRIES}
    start, end = sentence.tokens[0].start, sentence.tokens[-1].end
    inherited = context.dates or context.base or Dates(None, None, worked_out=False, start=start, end=start)
    for country in named or [context.sure_country]:
        for dates in sentence.dates or [inherited]:
            for day in dates.apart:
                context.coverage.append(ParsedCoverage(country, day, day, 0, None, start, end))
            if not dates.apart:
                context.coverage.append(ParsedCoverage(country, dates.first, dates.last, 0, None, start, end))
    context.open_total, context.line_open = None, False


def _span(sentence: Sentence, clause: Clause) -> tuple[int, int]:
    """Find the characters of a clause without the marks, quotes and separators around it."""
    tokens = sentence.tokens
    first, last = clause.first, clause.end - 1
    while first < last and not tokens[first].word[0].isalnum():
        first += 1
    while last > first and (tokens[last].word in ",;*-\u2013—" or tokens[last].low in {"and", "while"}):
        last -= 1
    return tokens[first].start, tokens[last].end


def _clause(context: Context, claim: Claim, *, first: bool) -> None:
    clause = claim.clause
    for remark in clause.reading.remarks:
        context.remark(remark.start, remark.end, remark.kind, remark.message)
    tallies, mention = clause.reading.tallies, clause.mention
    inconclusive = not tallies and _INCONCLUSIVE.search(context.text, *claim.span) is not None
    if mention is None or mention.definite or (mention.partial and clause.place is None):
        if tallies:
            _more(context, claim)
    elif tallies or (clause.place and inconclusive):
        add_line(context, claim, inconclusive=inconclusive)
    elif mention.count and mention.count.maximum is not None:
        if clause.place and any(verb.denied for verb in clause.verbs):
            add_line(context, claim)
        else:
            _total(context, claim, first=first, inconclusive=inconclusive)


def _more(context: Context, claim: Claim) -> None:
    """Add tallies of "the strikes", or of coalition aircraft, to their line or to one of their own."""
    clause = claim.clause
    placed = clause.place is not None and clause.place.near
    if all(tally.category in GENERIC for tally in clause.reading.tallies):
        context.remark(*claim.span, "summary", "This sums up targets that are counted elsewhere.")
    elif clause.mention is None and placed and _acted(claim):
        add_line(context, claim)
    elif clause.mention is None:
        _unread(context, claim)
    elif context.open_total and not context.line_open:
        clause.country = clause.country or context.open_total.country
        add_line(context, claim, total=context.open_total)
    elif context.can_continue(claim.block):
        last = context.lines[-1]
        tallies = (*last.tallies, *clause.reading.tallies)
        context.lines[-1] = replace(last, end=max(last.end, claim.end), tallies=tallies)
        context.open_block = claim.block
    elif placed:
        add_line(context, claim)
    else:
        _unread(context, claim)


def _acted(claim: Claim) -> bool:
    """Tell whether coalition aircraft are the subject, or nobody is.

    Reads: "coalition jets destroyed", "was destroyed".
    """
    verb = claim.clause.verbs[0]
    if verb.passive:
        return claim.clause.dates is None
    subject = {token.low for token in claim.sentence.tokens[claim.clause.first : verb.first]}
    return bool(subject & _ACTORS) and bool(subject & _ACTING)


def _unread(context: Context, claim: Claim) -> None:
    message = "This looks like a claim, but no strike was found that it belongs to."
    context.remark(*claim.span, "unread", message)


def _total(context: Context, claim: Claim, *, first: bool, inconclusive: bool) -> None:
    """Take a number of strikes without targets: a total, or a line whose targets follow in the next sentence."""
    clause, mention = claim.clause, claim.clause.mention
    if mention is None or mention.count is None:
        return
    tokens = claim.sentence.tokens
    conducted = clause.engagements is not None or any(
        token.low in CONDUCT for token in tokens[clause.first : clause.end]
    )
    if not conducted and not inconclusive:
        context.open_total, context.line_open = None, False
        if not mention.article:
            context.remark(
                *claim.span, "unread", "A number of strikes stands here, but nothing was read about them."
            )
        return
    if clause.place and (clause.place.near or (first and not context.in_section)):
        add_line(context, claim, inconclusive=inconclusive)
        return
    _settle(context, clause)
    days = context.dates
    total = ParsedCoverage(
        clause.country if clause.countries else context.sure_country,
        days.first if days else None,
        days.last if days else None,
        mention.count.minimum,
        clause.engagements,
        *claim.span,
    )
    context.coverage.append(total)
    context.open_total, context.open_block, context.line_open = total, claim.block, False
    context.open_number = tokens[mention.number_first].start, tokens[mention.number_last].end


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
