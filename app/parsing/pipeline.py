"""Parsing pipeline: blocks, sentences, clauses, lines, and final review."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice

from app.parsing.accounting import Findings, Run, account, fill_gaps
from app.parsing.context import Context
from app.parsing.datelines import dateline_end, publication_date
from app.parsing.dates import find_dates
from app.parsing.layout import Block, lay_out
from app.parsing.limits import MAX_CHARACTERS, MAX_WORDS
from app.parsing.preamble import is_heading, release_number, stands_alone, title
from app.parsing.result import ParsedRelease, Remark
from app.parsing.review import review
from app.parsing.sections import take
from app.parsing.sentence_patterns import CORRECTION
from app.parsing.sentences import read_sentence
from app.parsing.text import Token, sentences, tokens
from app.parsing.wholes import fold_wholes

# List marks that may stand behind a heading within a line.
MARKS = " *-•—\u2013"
MAX_HEADING = 100


def go_on() -> None:
    """Let a text take as long as it needs."""


def parse_release(
    text: str, *, published_on: date | None = None, checkpoint: Callable[[], None] = go_on
) -> ParsedRelease:
    """Read a release, an article that quotes one, or any other text.

    Shape: the lines, totals and remarks in the order of the text; offsets are code points of `text` as given.
    Unknowns: what the text does not give is None, and no number is given without its characters.
    `published_on` is the release's date when the caller knows it; otherwise it is sought in the first lines.
    `checkpoint` is called before every block and sentence; an error that it raises ends the parsing.
    Errors: no others; a text that holds no report gives an empty release.
    Reads: "In Syria, two strikes near Tal Vero destroyed a boat.", and the same as a list of bullets.
    """
    text, blocks = lay_out(text, stands_alone, checkpoint)
    bullets = next((block.start for block in blocks if block.bullet), len(text))
    published = published_on or publication_date(text, blocks)
    context = Context(text, published)
    for index, block in enumerate(blocks):
        if context.capped:
            break
        checkpoint()
        if is_heading(text[block.start : block.end]):
            context.heading(block.start, block.end, find_dates(text, block.start, block.end, published))
        else:
            _read_block(context, block, index, checkpoint)
    for start, end in fill_gaps(len(text), context.runs, context.remarks):
        if any(map(str.isalnum, text[start:end])):
            words = _readable(context, tokens(text, start, end, checkpoint))
            if words:
                context.runs.append(Run(words, find_dates(text, start, words[-1].end, published)))
    context.runs.sort(key=lambda run: run.tokens[0].start)
    context.lines, folded = fold_wholes(context.lines, context.bulleted)
    context.remarks += folded
    if not any(line.tallies for line in context.lines):
        context.remarks = [_unproven(remark) for remark in context.remarks]
    number = release_number(text)
    findings = Findings(context.lines, context.coverage, context.remarks, number[1] if number else None)
    numbers, unread = account(text, context.runs, findings)
    starts = [bullets, *(line.start for line in context.lines), *(total.start for total in context.coverage)]
    return ParsedRelease(
        number=number[0] if number else None,
        title=title(text, blocks, min(starts)),
        published_on=published,
        lines=tuple(context.lines),
        coverage=tuple(context.coverage),
        remarks=review(text, context.lines, [*context.remarks, *unread]),
        numbers=numbers,
    )


def _unproven(remark: Remark) -> Remark:
    """Say of what only seems to sum up targets that it was not read, where no other targets were."""
    if remark.kind != "summary":
        return remark
    message = "This counts targets, but their strikes are not clear."
    return replace(remark, kind="unread", message=message)


def _read_block(context: Context, block: Block, number: int, checkpoint: Callable[[], None]) -> None:
    text = context.text
    context.in_bullet = block.bullet or (context.in_bullet and context.line_open)
    for words in sentences(tokens(text, dateline_end(text, block.start, block.end), block.end, checkpoint)):
        if context.capped:
            return
        checkpoint()
        spoken = list(islice((word for word in words if word.word[0].isalnum()), 2))
        if not spoken:
            continue
        start, end = words[0].start, words[-1].end
        if is_heading(
            text[start : min(end, start + MAX_HEADING)].rstrip(MARKS)
        ):  # A page pasted as one line.
            context.heading(start, end, find_dates(text, start, end, context.published_on))
            continue
        # One word can only mark a correction.
        if len(spoken) == 1 and not CORRECTION.search(spoken[0].word):
            continue
        read = _readable(context, words)
        if read:
            sentence = read_sentence(
                read, text, context.published_on, context.category, recent=context.speaks_of_strikes
            )
            context.speaks_of_strikes = bool(sentence.mentions)
            context.count(tally for clause in sentence.clauses for tally in clause.reading.tallies)
            context.runs.append(Run(read, sentence.days))
            take(context, sentence, number)
            context.cap(end)


def _readable(context: Context, words: Sequence[Token]) -> Sequence[Token]:
    """Return the words of a sentence, or of what stands between two, within the limits, and remark the rest.

    None may be within them.
    """
    if len(words) <= MAX_WORDS and words[-1].end - words[0].start <= MAX_CHARACTERS:
        return words
    last = words[0].start + MAX_CHARACTERS
    read = [word for word in words[:MAX_WORDS] if word.end <= last]
    message = "The sentence is too long; the rest of it is not parsed."
    context.remark(words[len(read)].start, words[-1].end, "capped", message)
    return read
