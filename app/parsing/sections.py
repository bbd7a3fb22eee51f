"""Section walker: classify each clause of a release, sentence by sentence.

A clause becomes a strike line, a total that the release claims, more tallies of the line before, or nothing.
"""

import re
from dataclasses import replace

from app.parsing.additions import add_line
from app.parsing.articles import is_headline, note_mention
from app.parsing.back_references import add_more, date_last
from app.parsing.clauses import Clause, Sentence
from app.parsing.context import Context
from app.parsing.dates import Dates
from app.parsing.function_words import CLAUSE_BREAKS
from app.parsing.hit_lists import heading_of, row_of
from app.parsing.mentions import Mention
from app.parsing.numbers import read_count
from app.parsing.sentence_patterns import (
    ATTACK,
    CAMPAIGN,
    CASUALTIES,
    CORRECTION,
    DEFINITION,
    DOUBTED,
    EARLIER,
    INCONCLUSIVE,
    NONE,
    OF_THE,
    RESPECTIVELY,
    RUNNING,
    TOTAL_OF,
    YEARLY,
)
from app.parsing.strike_lines import Claim, make_line
from app.parsing.totals import add_total, drop_unplaced, is_conducted, none_beside, none_reported
from app.vocabulary.effects import FIRST_WORDS

# Characters of a sentence in which the phrases above are sought.
MAX_LOOKAHEAD = 4000
# Two of something, which may belong to either.
_SEVERAL = 2


def take(context: Context, sentence: Sentence, block: int) -> None:
    """Add the content of one sentence."""
    start, end = sentence.tokens[0].start, sentence.tokens[-1].end
    words = context.text[start : min(end, start + MAX_LOOKAHEAD)]
    if CORRECTION.search(words):
        context.remark(start, end, "correction", "This corrects an earlier statement.")
    if any(token.low in FIRST_WORDS for token in sentence.left):
        message = "This follows the attribution and is not parsed."
        context.remark(sentence.left[0].start, sentence.left[-1].end, "unread", message)
    context.enter(block)
    left_out = _left_out(context, sentence, words)
    if left_out:
        context.remark(start, end, *left_out)
        if left_out[0] in {"definition", "headline"}:
            _inherit(context, sentence, words, block)
    elif NONE.search(words) and not sentence.verbs and not _is_counted(sentence):
        none_reported(context, sentence, words)
    elif not sentence.mentions and not sentence.verbs:
        _inherit(context, sentence, words, block)
        _list_hits(context, sentence, block)
    else:
        _inherit(context, sentence, words, block)
        before = len(context.lines), len(context.coverage)
        _read_clauses(context, sentence, block, is_earlier=EARLIER.search(words) is not None)
        if before != (len(context.lines), len(context.coverage)):
            context.hits = None


def _is_counted(sentence: Sentence) -> bool:
    """Whether a number of strikes stands in a sentence, other than none."""
    return any(mention.count and mention.count.maximum != 0 for mention in sentence.mentions)


def _left_out(context: Context, sentence: Sentence, words: str) -> tuple[str, str] | None:
    """Return the kind and message of the remark on a sentence that reports no strikes; None where it does."""
    hit = any(clause.mention and clause.reading.tallies for clause in sentence.clauses)
    if _is_doubted(sentence, words) or (CASUALTIES.search(words) and not hit):
        return "not_counted", "This is doubtful or concerns harm to civilians; it is not counted."
    if DEFINITION.search(words):
        return "definition", "This defines the term strike; it counts nothing."
    if not sentence.mentions and not sentence.verbs:
        return None
    named = len(sentence.mentions) + sum(place.name is None for place in sentence.places)
    if RESPECTIVELY.search(words) and named > _SEVERAL:
        return "unread", "It is not clear which number belongs to which item."
    if len(sentence.clauses) <= 1 and _is_running(sentence, words):
        return "running_total", "A total since the campaign began is not a total of this release."
    if context.is_head and is_headline(sentence):
        return "headline", "A headline summarizes what follows; it is not added."
    return None


def _list_hits(context: Context, sentence: Sentence, block: int) -> None:
    """Read a row of a list of hits, or the heading of one; a remark between two rows ends no list."""
    row = row_of(sentence, context.hits) if context.hits else None
    if row is None:
        if context.hits and read_count(sentence.tokens, 0, len(sentence.tokens)):
            span = sentence.tokens[0].start, sentence.tokens[-1].end
            context.remark(*span, "unread", "It is not clear whether this row is a target.")
        heading = heading_of(sentence)
        context.hits = heading or context.hits
        if heading and sentence.dates:
            context.dates = sentence.dates[0]
        return
    claim = Claim(sentence, row, block, *_span(sentence, row))
    last = context.lines[-1] if context.lines else None
    if last and last.start == context.listed and last.place == (row.place.name if row.place else None):
        tallies = (*last.tallies, *row.reading.tallies)
        context.lines[-1] = replace(last, end=claim.end, tallies=tallies)
    else:
        make_line(context, claim)
        context.line_open = False
        context.listed = context.lines[-1].start
        context.bulleted.add(context.listed)
    for remark in row.reading.remarks:
        context.remark(remark.start, remark.end, remark.kind, remark.message)


def _read_clauses(context: Context, sentence: Sentence, block: int, *, is_earlier: bool) -> None:
    for mention in sentence.mentions:
        if mention.part:
            start, end = sentence.tokens[mention.first].start, sentence.tokens[mention.after - 1].end
            message = "These are among the previous strikes; they are not added."
            context.remark(start, end, "included", message)
    before, lines = len(context.coverage), len(context.lines)
    conducted = False
    several = len({clause.country for clause in sentence.clauses if clause.countries == 1}) > 1
    for index, clause in enumerate(sentence.clauses):
        # Beside "in Iraq, …, and in Syria, …" a clause that names no country may be of either.
        if several and index and not clause.countries and clause.place:
            clause.countries = _SEVERAL
        same = clause.country is not None or clause.dates is not None
        conducted = is_conducted(sentence, clause) or (conducted and same)
        if is_earlier and not context.in_section and clause.dates is None:
            start = sentence.tokens[0].start
            clause.dates = Dates(None, None, worked_out=False, start=start, end=start)
        claim = Claim(sentence, clause, block, *_span(sentence, clause))
        _clause(context, claim, first=index == 0, conducted=conducted)
    drop_unplaced(context, before, lines)
    context.seen = next(iter(sentence.days[-1:]), context.seen)
    if len({total.country for total in context.coverage[before:]}) > 1:  # "11 in Syria and four in Iraq"
        context.settle(None)


def _is_doubted(sentence: Sentence, words: str) -> bool:
    """Whether a sentence doubts its content of strikes, and not something next to it."""
    match = DOUBTED.search(words)
    if match is None:
        return False
    first, last = _part_at(sentence, match.start())
    events = [*(verb.first for verb in sentence.verbs), *(mention.first for mention in sentence.mentions)]
    whole = last - first == len(sentence.tokens)
    return whole or not events or any(first <= event < last for event in events)


def _part_at(sentence: Sentence, offset: int) -> tuple[int, int]:
    """Return the tokens, from the first to behind the last, of what ";", "while", "but" or ", and" sets apart.

    `offset` is a character of the sentence that the part holds.
    """
    tokens = sentence.tokens
    start = tokens[0].start + offset
    here = next((index for index, token in enumerate(tokens) if token.end > start), len(tokens) - 1)
    joiners = [
        index
        for index, token in enumerate(tokens)
        if token.low in CLAUSE_BREAKS or (token.low == "and" and index and tokens[index - 1].word == ",")
    ]
    first = max((index + 1 for index in joiners if index < here), default=0)
    return first, min((index for index in joiners if index > here), default=len(tokens))


def _is_running(sentence: Sentence, words: str) -> bool:
    """Whether a sentence gives a total of the whole campaign. Reads: "has conducted 210 strikes to date"."""
    if RUNNING.search(words) and (not sentence.verbs or any(map(_open, sentence.mentions))):
        return True
    if TOTAL_OF.search(words) and not sentence.dates and not sentence.verbs:
        return True
    if any(place.near and place.name for place in sentence.places):
        return False
    dated = any(dates.precision == "day" for dates in sentence.dates)
    match = CAMPAIGN.search(words) or (None if dated else YEARLY.search(words))
    if match is None:
        return False
    first, last = _part_at(sentence, match.start())
    return all(first <= mention.first < last for mention in sentence.mentions)


def _open(mention: Mention) -> bool:
    """Whether the number of strikes is only a bound. Reads: "more than 500 strikes"."""
    return mention.count is not None and mention.count.maximum is None


def _inherit(context: Context, sentence: Sentence, words: str, block: int) -> None:
    """Keep the country that opens a sentence, and the days of the lead sentence."""
    opening = next((p for p in sentence.places if p.name is None and p.country and p.phrase_first <= 1), None)
    if opening and sentence.tokens[opening.phrase_first].low == "in":
        context.settle(opening.country)
    if not context.in_section and ATTACK.search(words) and not EARLIER.search(words):
        fitting = [dates for dates in sentence.dates if dates.first not in {None, context.published_on}]
        if fitting and (context.base is None or sentence.mentions):
            context.dates = fitting[0]
            context.base = context.base or fitting[0]
    if not context.in_section:
        note_mention(context, sentence, block)


def _span(sentence: Sentence, clause: Clause) -> tuple[int, int]:
    """Find the characters of a clause without the marks, quotes and separators around it."""
    tokens = sentence.tokens
    first, last = clause.first, clause.end - 1
    while first < last and not tokens[first].word[0].isalnum():
        first += 1
    while last > first and (tokens[last].word in ",;*-\u2013—" or tokens[last].low in {"and", "while"}):
        last -= 1
    return tokens[first].start, tokens[last].end


def _clause(context: Context, claim: Claim, *, first: bool, conducted: bool) -> None:
    """Add the content of one clause, and the remarks on its targets where it was taken."""
    clause = claim.clause
    mention = clause.mention
    if mention is not None and _runs(context, claim, mention):
        message = "A total since the campaign began is not a total of this release."
        context.remark(*claim.span, "running_total", message)
        taken = False
    elif mention is not None and mention.others:
        context.remark(*claim.span, "not_counted", "Strikes by other forces are not counted.")
        context.open_total, context.line_open = None, False
        taken = False
    elif mention is None or mention.definite or (mention.partial and clause.place is None):
        taken = _refer(context, claim, first=first)
    else:
        _count(context, claim, mention, first=first, conducted=conducted)
        taken = True
    for remark in clause.reading.remarks:
        if taken or remark.kind == "not_counted":
            context.remark(remark.start, remark.end, remark.kind, remark.message)


def _runs(context: Context, claim: Claim, mention: Mention) -> bool:
    """Whether a clause gives a total of the whole campaign next to the strikes of others."""
    clause = claim.clause
    if clause.place is not None and clause.place.near:
        return False
    before = context.text[claim.sentence.tokens[0].start : claim.start]
    if mention.elliptic:
        return CAMPAIGN.search(context.text, claim.sentence.tokens[0].start, claim.end) is not None
    last = claim.sentence.tokens[mention.after - 1].end
    words = re.split(r";|\bwhile\b|\bbut\b|\band\b", before)[-1] + context.text[claim.start : last]
    words += re.split(r";|\bwhile\b|\bbut\b|, and\b", context.text[last : claim.end])[0]
    return CAMPAIGN.search(words) is not None or (_open(mention) and RUNNING.search(words) is not None)


def _refer(context: Context, claim: Claim, *, first: bool) -> bool:
    """Add the content of a clause on strikes that were counted before; return whether its targets were taken."""
    clause, mention = claim.clause, claim.clause.mention
    if clause.reading.tallies:
        return add_more(context, claim)
    if mention is not None and mention.partial and mention.count and clause.country:
        add_total(context, claim, first=first, conducted=True, inconclusive=False)
    elif mention is not None and mention.definite:
        date_last(context, claim)
    return True


def _count(context: Context, claim: Claim, mention: Mention, *, first: bool, conducted: bool) -> None:
    """Add a number of strikes: a line, a total, or none where it is a part, a bound or zero."""
    clause = claim.clause
    tallies, place = clause.reading.tallies, clause.place
    inconclusive = not tallies and INCONCLUSIVE.search(context.text, *claim.span) is not None
    open_ended = mention.count is None or mention.count.maximum is None
    refers_back = OF_THE.match(context.text, claim.sentence.tokens[0].start) is not None
    if mention.count and mention.count.maximum == 0:
        none_beside(context, claim)
    elif not tallies and place and context.lines and refers_back:
        message = "These are among the previous strikes; they are not added."
        context.remark(*claim.span, "included", message)
    elif tallies or (
        place and (inconclusive or (not open_ended and any(verb.denied for verb in clause.verbs)))
    ):
        add_line(context, claim, inconclusive=inconclusive)
    elif not open_ended:
        add_total(context, claim, first=first, conducted=conducted, inconclusive=inconclusive)
    elif mention.count and conducted:
        message = "This number of strikes is only a bound; it is not a total."
        context.remark(*claim.span, "unread", message)
