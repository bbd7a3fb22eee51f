"""Resolve a report's names to ids, or collect every fault."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from app.catalogue.catalogue import CategoryEntry, catalogue_at
from app.catalogue.resolve import Resolver
from app.db.engine import ReadSession
from app.db.types import AnyRow
from app.ledger.head import Head, head
from app.models import Strike
from app.models.base import NAME_LENGTH
from app.record.ledger_content import Resolved
from app.record.report_in import ReportIn, SpanIn
from app.vocabulary.identifiers import STRIKE, row_number
from app.vocabulary.lookalikes import number_key

# Characters of one quote: a sentence. The quote of a line is stored with it, so all quotes of a report together are
# bounded too: by a multiple of its text, and by a constant that any text may reach.
LONGEST_QUOTE = 2_000
QUOTED_TIMES = 4
QUOTED_AT_LEAST = 20_000

# Tallies of all lines of a report together. No report of the sample has more than 55.
MOST_TALLIES_IN_ALL = 5_000


def resolve(
    session: ReadSession,
    report: ReportIn,
    report_id: int | None = None,
    *,
    as_saved: bool = False,
    now: Head | None = None,
) -> Resolved:
    """Look up publisher, places, categories and repeated strikes, and hold quotes against the text.

    `report_id` is the report's own, where it has one: no line repeats another of the same report. With `as_saved`
    a repeated strike is taken as it is named: it stood when the draft was saved, and may have been superseded since;
    nor do bounds for new reports apply. `now` is the session's head, for a caller that has it already.
    Raises InvalidInput with every fault.
    """
    catalogue = catalogue_at(session, now or head(session))
    standing = {} if as_saved else _current(session, report)
    names = Resolver(catalogue, "pointer")
    publisher = names.publisher(report.publisher, "/publisher")
    locations = [
        None if strike.location is None else names.location(strike.location, f"/strikes/{index}/location")
        for index, strike in enumerate(report.strikes)
    ]
    categories: list[Sequence[CategoryEntry | None]] = [
        [
            None
            if tally.category is None
            else names.category(tally.category, f"/strikes/{index}/tallies/{position}/category")
            for position, tally in enumerate(strike.tallies)
        ]
        for index, strike in enumerate(report.strikes)
    ]
    repeated = _named(report) if as_saved else _repeated(report, standing, report_id, names)
    for where, span in _quotes(report):
        if report.text is None or span.end > len(report.text):
            names.refuse(where, "quote-outside-text", "the quote must lie within 'text'")
    if not as_saved:
        _refuse_excess(report, names)
    names.finish()
    assert publisher is not None  # noqa: S101 - finish() raised where it is unknown
    publisher_ids = catalogue.publishers.members(publisher.id)
    return Resolved(report, publisher, publisher_ids, locations, categories, repeated)


def _named(report: ReportIn) -> Mapping[int, tuple[int, int]]:
    """Return, by line, the id of the strike that it names, as that of the event too."""
    references = (
        (index, row_number(STRIKE, strike.same_as or "")) for index, strike in enumerate(report.strikes)
    )
    return {index: (number, number) for index, number in references if number is not None}


def repeated_events(
    session: ReadSession, report: ReportIn, report_id: int | None
) -> Mapping[int, tuple[int, int]]:
    """Return, by line, the id of the strike that it repeats and the event that both report.

    Raises InvalidInput for a line that must be the id of a current strike of another report.
    """
    names = Resolver(catalogue_at(session, head(session)), "pointer")
    repeated = _repeated(report, _current(session, report), report_id, names)
    names.finish()
    return repeated


def _current(session: ReadSession, report: ReportIn) -> Mapping[int, AnyRow]:
    """Return the standing strikes that lines of a report name, by id."""
    named = {row_number(STRIKE, strike.same_as) for strike in report.strikes if strike.same_as is not None}
    numbers = sorted(number for number in named if number is not None)
    if not numbers:
        return {}
    rows = session.execute(
        select(Strike.id, Strike.event_id, Strike.report_id).where(
            Strike.id.in_(numbers), Strike.superseded_seq.is_(None)
        )
    )
    return {row.id: row for row in rows}


def _repeated(
    report: ReportIn, standing: Mapping[int, AnyRow], report_id: int | None, names: Resolver
) -> Mapping[int, tuple[int, int]]:
    """Return the same as `repeated_events`; note a fault instead of raising one."""
    repeated = {}
    for index, strike in enumerate(report.strikes):
        if strike.same_as is None:
            continue
        number = row_number(STRIKE, strike.same_as)
        row = standing.get(number) if number is not None else None
        if row is None or row.report_id == report_id:
            names.refuse(
                f"/strikes/{index}/same_as",
                "unknown-strike",
                "must be the id of a current strike of another report",
            )
        else:
            repeated[index] = (row.id, row.event_id or row.id)
    return repeated


def _refuse_excess(report: ReportIn, names: Resolver) -> None:
    """Refuse what lies beyond the bounds for new reports. Stored ones may lie beyond them."""
    if report.number is not None and len(number_key(report.number)) > NAME_LENGTH:
        names.refuse("/number", "too-long", f"must have at most {NAME_LENGTH} characters in its normal form")
    for where, span in _quotes(report):
        if span.end - span.start > LONGEST_QUOTE:
            names.refuse(where, "too-long", f"a quote must have at most {LONGEST_QUOTE:,} characters")
    quoted = sum(strike.quote.end - strike.quote.start for strike in report.strikes if strike.quote)
    most = max(QUOTED_AT_LEAST, QUOTED_TIMES * len(report.text or ""))
    if quoted > most:
        detail = f"the quotes of the lines have {quoted:,} characters in total; this text allows {most:,}"
        names.refuse("/strikes", "quotes-too-long", detail)
    tallies = sum(len(strike.tallies) for strike in report.strikes)
    if tallies > MOST_TALLIES_IN_ALL:
        detail = f"the lines have {tallies:,} tallies in total; at most {MOST_TALLIES_IN_ALL:,} are allowed"
        names.refuse("/strikes", "too-many-tallies", detail)


def _quotes(report: ReportIn) -> Iterable[tuple[str, SpanIn]]:
    for index, strike in enumerate(report.strikes):
        if strike.quote is not None:
            yield f"/strikes/{index}/quote", strike.quote
        for position, tally in enumerate(strike.tallies):
            if tally.quote is not None:
                yield f"/strikes/{index}/tallies/{position}/quote", tally.quote
