"""Walk a release sentence by sentence and decide what each clause is.

A clause becomes a strike line, a total that the release claims, more tallies of the line before, or nothing.
"""

from dataclasses import replace

from app.parsing.articles import acted, exact, is_headline, new_tallies, recall, speak_of, tell_once
from app.parsing.clauses import Clause, Sentence
from app.parsing.context import Context
from app.parsing.countries import countries_in
from app.parsing.dates import Dates
from app.parsing.hits import heading_of, row_of
from app.parsing.items import GENERIC
from app.parsing.lines import Claim, add_line
from app.parsing.mentions import CONDUCT, Mention
from app.parsing.phrases import (
    ATTACK,
    CAMPAIGN,
    CORRECTION,
    DEFINITION,
    DOUBTED,
    EARLIER,
    INCONCLUSIVE,
    LOCAL,
    NONE,
    OF_ALL,
    OF_THE,
    RUNNING,
)
from app.parsing.release import ParsedCoverage, ParsedLine, shortened
from app.vocabulary.effects import FIRST_WORDS, Effect

# Characters of a sentence in which the phrases above are looked for.
MAX_LOOK = 4000
_SEVERAL_COUNTRIES = 2


def take(context: Context, sentence: Sentence, block: int) -> None:
    """Add what one sentence says."""
    start, end = sentence.tokens[0].start, sentence.tokens[-1].end
    words = context.text[start : min(end, start + MAX_LOOK)]
    if CORRECTION.search(words):
        context.remark(start, end, "correction", "This corrects an earlier statement.")
    if any(token.low in FIRST_WORDS for token in sentence.left):
        message = "This stands behind the words that say who said it, and was not read."
        context.remark(sentence.left[0].start, sentence.left[-1].end, "unread", message)
    counted = any(mention.count for mention in sentence.mentions)
    context.enter(block)
    if DOUBTED.search(words):
        _not_counted(context, sentence, "This is doubted, or about harm to civilians; it is not counted.")
    elif DEFINITION.search(words):
        _inherit(context, sentence, words, block)
        if not any(clause.reading.tallies for clause in sentence.clauses):
            context.remark(start, end, "definition", "This says what is meant by a strike; it counts nothing.")
    elif NONE.search(words) and not sentence.verbs and not counted:
        _none_reported(context, sentence, words)
    elif not sentence.mentions and not sentence.verbs:
        _inherit(context, sentence, words, block)
        _list_hits(context, sentence, block)
    elif _is_running(sentence, words):
        message = "A total since the campaign began is no total of this release."
        context.remark(start, end, "running_total", message)
    elif context.is_head and is_headline(sentence):
        _inherit(context, sentence, words, block)
        if counted:
            _not_counted(context, sentence, "A headline says in short what follows; it is not added.")
    else:
        _inherit(context, sentence, words, block)
        _read_clauses(context, sentence, block, told_earlier=EARLIER.search(words) is not None)


def _list_hits(context: Context, sentence: Sentence, block: int) -> None:
    """Read a row of a list of hits, or the heading of one. Anything else ends the list."""
    row = row_of(sentence, context.hits) if context.hits else None
    if row is None:
        context.hits = heading_of(sentence)
        if context.hits and sentence.dates:
            context.dates = sentence.dates[0]
        return
    claim = Claim(sentence, row, block, *_span(sentence, row))
    last = context.lines[-1] if context.lines else None
    if last and last.start == context.listed and last.place == (row.place.name if row.place else None):
        tallies = (*last.tallies, *row.reading.tallies)
        context.lines[-1] = replace(last, end=claim.end, tallies=tallies)
    else:
        add_line(context, claim)
        context.line_open = False
        context.listed = context.lines[-1].start
        context.bulleted.add(context.listed)
    for remark in row.reading.remarks:
        context.remark(remark.start, remark.end, remark.kind, remark.message)


def _read_clauses(context: Context, sentence: Sentence, block: int, *, told_earlier: bool) -> None:
    for mention in sentence.mentions:
        if mention.part:
            start, end = sentence.tokens[mention.first].start, sentence.tokens[mention.after - 1].end
            message = "These are a part of the strikes before; they are not added."
            context.remark(start, end, "included", message)
    before, lines = len(context.coverage), len(context.lines)
    conducted = False
    for index, clause in enumerate(sentence.clauses):
        conducted = _conducted(sentence, clause) or (conducted and clause.country is not None)
        if told_earlier and not context.in_section and clause.dates is None:
            start = sentence.tokens[0].start
            clause.dates = Dates(None, None, worked_out=False, start=start, end=start)
        claim = Claim(sentence, clause, block, *_span(sentence, clause))
        _clause(context, claim, first=index == 0, conducted=conducted)
    _drop_unplaced(context, before, lines)
    if len({total.country for total in context.coverage[before:]}) > 1:  # "11 in Syria and four in Iraq"
        context.settle(None)


def _drop_unplaced(context: Context, before: int, lines: int) -> None:
    """Take no total of several that one sentence gives without a country: none is the total of all.

    Reads: "launched 14 strikes on depots and three strikes on missile systems".
    """
    unplaced = [total for total in context.coverage[before:] if total.country is None]
    beside = [line for line in context.lines[lines:] if line.country is None]
    if not unplaced or len(unplaced) + len(beside) < _SEVERAL_COUNTRIES:
        return
    for total in unplaced:
        message = "One of several totals in a sentence that names no country for it."
        context.remark(total.start, total.end, "unread", message)
    context.coverage[before:] = [total for total in context.coverage[before:] if total.country is not None]
    context.open_total = None


def _is_running(sentence: Sentence, words: str) -> bool:
    """Whether a sentence gives a total of the whole campaign. Reads: "has conducted 210 strikes to date"."""
    if RUNNING.search(words) and (not sentence.verbs or any(map(_open, sentence.mentions))):
        return True
    placed = any(place.near and place.name for place in sentence.places)
    return not placed and CAMPAIGN.search(words) is not None


def _not_counted(context: Context, sentence: Sentence, message: str) -> None:
    context.remark(sentence.tokens[0].start, sentence.tokens[-1].end, "not_counted", message)


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
        speak_of(context, sentence, block)


def _none_reported(context: Context, sentence: Sentence, words: str) -> None:
    """Read "There were no reported strikes in Syria on Aug. 3-5." as an explicit zero, one for each country.

    What is said of one place or area is no total of a country.
    """
    named_place = any(place.name for place in sentence.places)
    countries = any(place.name is None for place in sentence.places)
    if named_place or (LOCAL.search(words) and not countries):
        _not_counted(context, sentence, "This is said of one place or area; it is no total.")
        return
    spans = [sentence.tokens[place.first : place.after] for place in sentence.places if place.name is None]
    named = dict.fromkeys(code for span in spans for code in countries_in(span))
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


def _line(
    context: Context, claim: Claim, *, inconclusive: bool = False, total: ParsedCoverage | None = None
) -> None:
    """Add a line. What looked like one before a list may prove its total, and prose may tell one line twice."""
    if context.in_bullet and context.line_open and context.bare_block == claim.block - 1:
        _made_total(context)
    if not context.in_section and not context.in_bullet:
        recall(context, claim)
    add_line(context, claim, inconclusive=inconclusive, total=total)
    if context.in_bullet:
        context.bulleted.add(context.lines[-1].start)
    else:
        tell_once(context)


def _made_total(context: Context) -> None:
    """Make the last line a total. Reads: "On May 3 near Orta, the coalition conducted two strikes:", then a list."""
    line = context.lines[-1]
    if line.tallies or line.strikes is None:
        return
    context.lines.pop()
    dates = Dates(line.date_from, line.date_to, line.date_worked_out, line.start, line.end)
    context.dates = dates
    days = line.date_from, line.date_to
    number = None if line.strikes_start is None or line.strikes_end is None else (line.strikes_start, line.strikes_end)
    total = ParsedCoverage(
        line.country,
        *days,
        line.strikes.minimum,
        line.engagements,
        line.start,
        line.end,
        number,
        line.engagements_span,
    )
    context.coverage.append(total)


def _conducted(sentence: Sentence, clause: Clause) -> bool:
    """Whether the clause says that strikes took place, and not only speaks of them."""
    tokens = sentence.tokens[clause.first : clause.end]
    struck = any(
        verb.effect is Effect.ENGAGED and not verb.passive and not verb.denied for verb in clause.verbs
    )
    if struck or clause.engagements is not None or any(token.low in CONDUCT for token in tokens):
        return True
    # "Iraq: 9 strikes", "four were in Syria"
    mention = clause.mention
    return mention is not None and (
        mention.elliptic or (mention.first > 0 and sentence.tokens[mention.first - 1].word == ":")
    )


def _clause(context: Context, claim: Claim, *, first: bool, conducted: bool) -> None:
    clause = claim.clause
    tallies, mention = clause.reading.tallies, clause.mention
    inconclusive = not tallies and INCONCLUSIVE.search(context.text, *claim.span) is not None
    taken = True
    if mention is not None and mention.others:
        message = "Strikes of others are not counted."
        context.remark(*claim.span, "not_counted", message)
        context.open_total, context.line_open = None, False
        taken = False
    elif mention is not None and mention.partial and mention.count and clause.country and not tallies:
        _total(context, claim, first=first, conducted=True, inconclusive=inconclusive)
    elif mention is None or mention.definite or (mention.partial and clause.place is None):
        taken = not tallies or _more(context, claim)
    elif not tallies and clause.place and context.lines and OF_THE.match(context.text, claim.sentence.tokens[0].start):
        context.remark(*claim.span, "included", "These are a part of the strikes before; they are not added.")
    elif tallies or (clause.place and inconclusive):
        _line(context, claim, inconclusive=inconclusive)
    elif mention.count and mention.count.maximum is not None:
        if clause.place and any(verb.denied for verb in clause.verbs):
            _line(context, claim)
        else:
            _total(context, claim, first=first, conducted=conducted, inconclusive=inconclusive)
    elif mention.count and conducted:
        message = "A number of strikes that is only a bound stands here; it is no total."
        context.remark(*claim.span, "unread", message)
    for remark in clause.reading.remarks:
        if taken or remark.kind == "not_counted":
            context.remark(remark.start, remark.end, remark.kind, remark.message)


def _more(context: Context, claim: Claim) -> bool:
    """Add tallies of "the strikes", or of coalition aircraft, to their line or to one of their own.

    Return whether they were added.
    """
    clause, mention = claim.clause, claim.clause.mention
    placed = clause.place is not None and clause.place.near
    if all(tally.category in GENERIC for tally in clause.reading.tallies):
        context.remark(*claim.span, "summary", "This sums up targets that are counted elsewhere.")
    elif mention is None and (placed or _dated(context, claim)) and acted(claim):
        _line(context, claim)
    elif mention is None:
        return _unread(context, claim)
    elif mention.partial and not context.line_open:
        _line(context, claim)
    elif (
        context.open_total
        and not context.line_open
        and _agrees(context.open_total.strikes, mention)
        and not _there(claim, mention)
    ):
        clause.country = clause.country or context.open_total.country
        _line(context, claim, total=context.open_total)
    elif context.can_continue(claim.block) and _continues(context.lines[-1], clause, mention):
        last = context.lines[-1]
        tallies = (*last.tallies, *new_tallies(context, claim, last))
        context.lines[-1] = replace(last, end=max(last.end, claim.end), tallies=tallies)
        context.open_block = claim.block
    elif placed or (mention.count and clause.country):
        _line(context, claim)
    else:
        return _unread(context, claim)
    return True


def _dated(context: Context, claim: Claim) -> bool:
    """Whether a deed without a place has a country or a day of its own, and so is no repetition."""
    clause = claim.clause
    fresh = clause.country is not None or clause.dates is not None
    return fresh and any(exact(tally) for tally in clause.reading.tallies) and not clause.verbs[0].passive


def _there(claim: Claim, mention: Mention) -> bool:
    """Read "the strikes there", which are those at one place of a total."""
    following = claim.sentence.tokens[mention.after : mention.after + 1]
    return bool(following) and following[0].low == "there"


def _agrees(strikes: int | None, mention: Mention) -> bool:
    """Whether "the six strikes" can be those of a number before; "the strikes" can be any."""
    return (
        mention.partial or mention.count is None or strikes == mention.count.minimum == mention.count.maximum
    )


def _continues(line: ParsedLine, clause: Clause, mention: Mention) -> bool:
    """Whether "the strikes" can be those of the line: same number, country and place, as far as they are said."""
    if not _agrees(line.strikes.minimum if line.strikes else None, mention):
        return False
    if clause.country and clause.country != line.country:
        return False
    place = clause.place
    return place is None or not place.near or line.place is None or _alike(place.name or "", line.place)


def _alike(name: str, other: str) -> bool:
    return name.casefold() in other.casefold() or other.casefold() in name.casefold()


def _unread(context: Context, claim: Claim) -> bool:
    message = "This looks like a claim, but no strike was found that it belongs to."
    context.remark(*claim.span, "unread", message)
    return False


def _total(context: Context, claim: Claim, *, first: bool, conducted: bool, inconclusive: bool) -> None:
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
        _line(context, claim, inconclusive=inconclusive)
        if clause.engagements is not None or tokens[-1].word == ":":
            context.bare_block = claim.block
        return
    if OF_ALL.match(context.text, claim.start) and not clause.countries:
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
