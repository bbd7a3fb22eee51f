"""Turn the names of a report into things of the record, or say with every fault at once why that cannot be."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from app.catalogue.catalogue import CategoryEntry, catalogue_at
from app.catalogue.resolve import Resolver
from app.db.engine import ReadSession
from app.ledger.clock import head
from app.models import Strike
from app.reports.content import Resolved
from app.reports.schemas import ReportIn, SpanIn
from app.vocabulary.identifiers import STRIKE, row_number


def resolve(
    session: ReadSession, report: ReportIn, report_id: int | None = None, *, as_saved: bool = False
) -> Resolved:
    """Look up publisher, places, categories and repeated strikes, and hold quotes against the text.

    `report_id` is the report's own, where it has one: no line repeats another of the same report. With `as_saved`
    a repeated strike is taken as it is named: it stood when the draft was saved, and may have been put aside since.
    Raises InvalidInput with every fault.
    """
    catalogue = catalogue_at(session, head(session))
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
    repeated = _named(report) if as_saved else _repeated(session, report, report_id, names)
    for where, span in _quotes(report):
        if span is not None and (report.text is None or span.end > len(report.text)):
            names.refuse(where, "quote-outside-text", "the quote does not lie within 'text'")
    names.finish()
    assert publisher is not None  # noqa: S101 - finish() raised where it was not found
    publisher_ids = catalogue.publishers.members(publisher.id)
    return Resolved(report, publisher, publisher_ids, locations, categories, repeated)


def _named(report: ReportIn) -> Mapping[int, tuple[int, int]]:
    """Return, by line, the id of the strike that it names, as that of the event too."""
    asked = ((index, row_number(STRIKE, strike.same_as or "")) for index, strike in enumerate(report.strikes))
    return {index: (number, number) for index, number in asked if number is not None}


def _repeated(
    session: ReadSession, report: ReportIn, report_id: int | None, names: Resolver
) -> Mapping[int, tuple[int, int]]:
    """Return, by line, the id of the strike that it repeats and the event that both tell of."""
    asked = {
        index: row_number(STRIKE, strike.same_as)
        for index, strike in enumerate(report.strikes)
        if strike.same_as is not None
    }
    if not asked:
        return {}
    rows = session.execute(
        select(Strike.id, Strike.event_id, Strike.report_id).where(
            Strike.id.in_([number for number in asked.values() if number is not None]),
            Strike.superseded_seq.is_(None),
        )
    )
    standing = {row.id: row for row in rows}
    found = {}
    for index, number in asked.items():
        row = standing.get(number) if number is not None else None
        if row is None or row.report_id == report_id:
            names.refuse(
                f"/strikes/{index}/same_as", "unknown-strike", "names no standing strike of another report"
            )
        else:
            found[index] = (row.id, row.event_id or row.id)
    return found


def _quotes(report: ReportIn) -> Iterable[tuple[str, SpanIn | None]]:
    for index, strike in enumerate(report.strikes):
        yield f"/strikes/{index}/quote", strike.quote
        for position, tally in enumerate(strike.tallies):
            yield f"/strikes/{index}/tallies/{position}/quote", tally.quote
