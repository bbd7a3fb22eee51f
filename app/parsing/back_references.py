"""Back references to strikes that an earlier sentence counted.

Such targets are added to the line before, or make a line of their own; where neither is sure, they are remarked.
"""

from dataclasses import replace

from app.parsing.additions import add_line
from app.parsing.articles import acted, new_tallies
from app.parsing.clauses import Clause
from app.parsing.context import Context
from app.parsing.mentions import Mention
from app.parsing.result import ParsedLine
from app.parsing.sentence_patterns import CAMPAIGN
from app.parsing.strike_lines import Claim
from app.parsing.targets import GENERIC


def add_more(context: Context, claim: Claim) -> bool:
    """Add tallies of "the strikes", or of coalition aircraft, to their line or to one of their own.

    Return whether they were added.
    """
    clause, mention = claim.clause, claim.clause.mention
    placed = clause.place is not None and clause.place.near
    if all(tally.category in GENERIC for tally in clause.reading.tallies):
        context.remark(*claim.span, "summary", "This is the sum of targets that are counted elsewhere.")
    elif mention is None and (placed or _dated(claim)) and acted(claim):
        add_line(context, claim)
    elif mention is None and _goes_on_about(context, claim):
        last = context.lines[-1]
        tallies = (*last.tallies, *clause.reading.tallies)
        context.lines[-1] = replace(last, end=max(last.end, claim.end), tallies=tallies)
        context.open_block = claim.block
    elif mention is None:
        return _unread(context, claim)
    elif mention.partial and not context.line_open:
        add_line(context, claim)
    elif (
        context.open_total
        and not context.line_open
        and _agrees(context.open_total.strikes, mention)
        and not _there(claim, mention)
    ):
        clause.country = clause.country or context.open_total.country
        add_line(context, claim, total=context.open_total)
    elif context.can_continue(claim.block) and _continues(context.lines[-1], clause, mention):
        last = context.lines[-1]
        tallies = (*last.tallies, *new_tallies(context, claim, last))
        context.lines[-1] = replace(last, end=max(last.end, claim.end), tallies=tallies)
        context.open_block = claim.block
    elif placed or (mention.count and clause.country):
        add_line(context, claim)
    else:
        return _unread(context, claim)
    return True


def date_last(context: Context, claim: Claim) -> None:
    """Set the days of the previous line, where only "The strike took place on May 3" gives them."""
    dates = claim.clause.dates
    if not dates or not context.lines or not context.can_continue(claim.block):
        return
    last = context.lines[-1]
    if last.date_from is None and claim.clause.dates is not None and not claim.clause.place:
        context.lines[-1] = replace(
            last,
            date_from=dates.first,
            date_to=dates.last,
            date_worked_out=dates.worked_out and dates.first is not None,
            date_precision=dates.precision,
        )


def _dated(claim: Claim) -> bool:
    """Whether a deed without a place has a country or a day of its own, and so is no repetition."""
    clause = claim.clause
    fresh = clause.country is not None or clause.dates is not None
    counted = any(tally.count.minimum for tally in clause.reading.tallies if tally.category not in GENERIC)
    return fresh and counted and not clause.verbs[0].passive


def _goes_on_about(context: Context, claim: Claim) -> bool:
    """Whether targets without a subject are those of the strikes right before.

    Reads: "… conducted two strikes near Orta. Two huts were destroyed.", "… Destroyed: two huts. Damaged: a boat."
    """
    clause, last = claim.clause, context.lines[-1] if context.lines else None
    if (
        last is None
        or clause.place
        or clause.countries
        or clause.dates
        or not context.can_continue(claim.block)
    ):
        return False
    tokens, verb = claim.sentence.tokens, clause.verbs[0]
    listed = verb.first == 0 and verb.after < len(tokens) and tokens[verb.after].word == ":"
    first = clause is claim.sentence.clauses[0]
    if verb.others or CAMPAIGN.search(context.text, *claim.span) or claim.block != context.open_block:
        return False
    if not first:  # "…; a second hut was damaged"
        return verb.passive and last.start >= tokens[0].start
    return listed or (verb.passive and not last.tallies)


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
    """Whether "the strikes" can be those of the line: same number, country and place, as far as given."""
    if not _agrees(line.strikes.minimum if line.strikes else None, mention):
        return False
    if clause.country and clause.country != line.country:
        return False
    place = clause.place
    return place is None or not place.near or line.place is None or _alike(place.name or "", line.place)


def _alike(name: str, other: str) -> bool:
    return name.casefold() in other.casefold() or other.casefold() in name.casefold()


def _unread(context: Context, claim: Claim) -> bool:
    message = "This looks like a claim, but its strikes are not clear."
    context.remark(*claim.span, "unread", message)
    return False
