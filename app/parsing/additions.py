"""Add a strike line to a release, merging repeats and totals."""

from app.parsing.articles import merge_repeated_lines, recall
from app.parsing.context import Context
from app.parsing.dates import Dates
from app.parsing.result import ParsedCoverage
from app.parsing.strike_lines import Claim, make_line


def add_line(
    context: Context, claim: Claim, *, inconclusive: bool = False, total: ParsedCoverage | None = None
) -> None:
    """Add a line. A line before a list may turn out to be its total, and prose may report one line twice."""
    if context.in_bullet and context.line_open and context.bare_block == claim.block - 1:
        _make_total(context)
    if not context.in_section and not context.in_bullet:
        recall(context, claim)
    make_line(context, claim, inconclusive=inconclusive, total=total)
    if context.in_bullet:
        context.bulleted.add(context.lines[-1].start)
    else:
        merge_repeated_lines(context)


def _make_total(context: Context) -> None:
    """Make the last line a total. Reads: "On May 3 near Orta, the coalition conducted two strikes:", then a list."""
    line = context.lines[-1]
    if line.tallies or line.strikes is None:
        return
    context.lines.pop()
    dates = Dates(line.date_from, line.date_to, line.date_worked_out, line.start, line.end)
    context.dates = dates
    days = line.date_from, line.date_to
    number = (
        None
        if line.strikes_start is None or line.strikes_end is None
        else (line.strikes_start, line.strikes_end)
    )
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
