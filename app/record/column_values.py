"""Column values of a report's coverage, lines and tallies."""

from collections.abc import Iterable, Iterator

from app.record import fields
from app.record.fields import Row
from app.record.ledger_content import Resolved, wording
from app.record.report_in import ReportIn, SpanIn

_REPORT, _COVERAGE = fields.taken(fields.REPORT), fields.taken(fields.COVERAGE)
_LINE, _TALLY = fields.taken(fields.LINE), fields.taken(fields.TALLY)


def report_row(report: ReportIn) -> Row:
    """Return the columns of a revision that hold the report's own fields."""
    return _REPORT(report)


def coverage_rows(resolved: Resolved) -> list[Row]:
    """Return the rows of a report's coverage, in its order."""
    return [_COVERAGE(coverage) for coverage in resolved.report.coverage]


def line_rows(resolved: Resolved) -> list[tuple[Row, list[Row]]]:
    """Return the rows of a report's lines, in its order, each with those of its tallies.

    A line does not hold its event here: that is decided where it enters the record.
    """
    report = resolved.report
    lines = []
    for index, (strike, location, categories) in enumerate(
        zip(report.strikes, resolved.locations, resolved.categories, strict=True)
    ):
        quoted = report.text is not None and strike.quote is not None
        line = {
            **_LINE(strike),
            "location_id": location.id if location else None,
            "location_as_written": wording(strike, location),
            "same_as_id": resolved.repeated[index][0] if index in resolved.repeated else None,
            "quote": report.text[strike.quote.start : strike.quote.end]
            if quoted and report.text and strike.quote
            else None,
            **_span(strike.quote),
        }
        tallies = []
        for position, (tally, category) in enumerate(zip(strike.tallies, categories, strict=True)):
            tallies.append(
                {
                    "position": position,
                    **_TALLY(tally),
                    "category_id": category.id if category else None,
                    **_span(tally.quote),
                }
            )
        lines.append((line, tallies))
    return lines


def source_texts(line: Row, tallies: Iterable[Row]) -> Iterator[str | None]:
    """Yield the source's own words about a line; None where a wording is not stored."""
    yield line["quote"]
    yield line["location_as_written"]
    for tally in tallies:
        yield tally["as_written"]
        yield tally["verb"]


def _span(quote: SpanIn | None) -> Row:
    return {"quote_start": quote.start if quote else None, "quote_end": quote.end if quote else None}
