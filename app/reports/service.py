"""The one door in: whatever enters the record enters here, as a ReportIn, in the caller's transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import insert, select

from app.catalogue.catalogue import CategoryEntry, catalogue_at
from app.catalogue.resolve import Resolver
from app.db.engine import WriteSession
from app.errors import Conflict
from app.ledger.append import append
from app.ledger.clock import head
from app.models import Coverage, Report, Revision, Strike, Tally
from app.reports.content import Resolved, report_content, wording
from app.reports.schemas import ReportIn, SpanIn
from app.vocabulary.identifiers import REPORT, public_id


def create(session: WriteSession, report: ReportIn, key_id: int | None) -> int:
    """Publish a report as revision 1 under the next ledger number, and return its row's id.

    `key_id` says who wrote it; None is the product itself, loading its sample.
    Raises InvalidInput for names that the vocabulary does not hold and quotes outside the text, Conflict where
    the publisher already has a report of this number. The caller commits.
    """
    resolved = _resolve(session, report)
    _refuse_known(session, resolved)
    report_id = session.execute(
        insert(Report).returning(Report.id),
        {"publisher_id": resolved.publisher.id, "number": report.number},
    ).scalar_one()
    seq = append(session, "published", report_content(resolved), report_id=report_id, revision=1)
    session.execute(
        insert(Revision),
        {
            "report_id": report_id,
            "revision": 1,
            "recorded_seq": seq,
            "status": "published",
            "number": report.number,
            "title": report.title,
            "published_on": report.published_on,
            "source_url": report.source_url,
            "text": report.text,
            "key_id": key_id,
        },
    )
    _add_coverage(session, report_id, seq, report)
    _add_lines(session, report_id, seq, resolved)
    return report_id


def _resolve(session: WriteSession, report: ReportIn) -> Resolved:
    """Turn every name into a thing of the vocabulary, or raise InvalidInput with all that is unknown."""
    names = Resolver(catalogue_at(session, head(session)), "pointer")
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
    for where, span in _quotes(report):
        if span is not None and (report.text is None or span.end > len(report.text)):
            names.refuse(where, "quote-outside-text", "the quote does not lie within 'text'")
    names.finish()
    assert publisher is not None  # noqa: S101 - finish() raised where it was not found
    return Resolved(report, publisher, locations, categories)


def _quotes(report: ReportIn) -> Iterable[tuple[str, SpanIn | None]]:
    for index, strike in enumerate(report.strikes):
        yield f"/strikes/{index}/quote", strike.quote
        for position, tally in enumerate(strike.tallies):
            yield f"/strikes/{index}/tallies/{position}/quote", tally.quote


def _refuse_known(session: WriteSession, resolved: Resolved) -> None:
    number = resolved.report.number
    if number is None:
        return
    known = session.execute(
        select(Report.id).where(Report.publisher_id == resolved.publisher.id, Report.number == number)
    ).scalar_one_or_none()
    if known is not None:
        path = f"/v1/reports/{public_id(REPORT, known)}"
        raise Conflict(f"'{resolved.publisher.slug}' already has a report of this number", existing=path)


def _add_coverage(session: WriteSession, report_id: int, seq: int, report: ReportIn) -> None:
    rows = [
        {
            "report_id": report_id,
            "recorded_seq": seq,
            "country": coverage.country,
            "date_from": coverage.date_from,
            "date_to": coverage.last_day,
            "strikes": coverage.strikes,
            "engagements": coverage.engagements,
        }
        for coverage in report.coverage
    ]
    if rows:
        session.execute(insert(Coverage), rows)


def _add_lines(session: WriteSession, report_id: int, seq: int, resolved: Resolved) -> None:
    report = resolved.report
    lines = [
        {
            "report_id": report_id,
            "recorded_seq": seq,
            "position": position,
            "date_from": strike.date_from,
            "date_to": strike.last_day,
            "date_precision": strike.date_precision,
            "country": strike.country,
            "location_id": location.id if location else None,
            "location_as_written": wording(strike, location),
            "strikes_min": strike.bounds[0],
            "strikes_max": strike.bounds[1],
            "engagements": strike.engagements,
            "owner": strike.owner,
            "quote": report.text[strike.quote.start : strike.quote.end]
            if report.text and strike.quote
            else None,
            **_span(strike.quote),
        }
        for position, (strike, location) in enumerate(zip(report.strikes, resolved.locations, strict=True))
    ]
    if not lines:
        return
    ids = session.scalars(insert(Strike).returning(Strike.id, sort_by_parameter_order=True), lines).all()
    tallies = [
        {
            "strike_id": strike_id,
            "position": position,
            "effect": tally.effect.value,
            "verb": tally.verb,
            "category_id": category.id if category else None,
            "count_min": tally.bounds[0],
            "count_max": tally.bounds[1],
            "as_written": tally.as_written,
            **_span(tally.quote),
        }
        for strike_id, strike, categories in zip(ids, report.strikes, resolved.categories, strict=True)
        for position, (tally, category) in enumerate(zip(strike.tallies, categories, strict=True))
    ]
    if tallies:
        session.execute(insert(Tally), tallies)


def _span(quote: SpanIn | None) -> dict[str, Any]:
    return {"quote_start": quote.start if quote else None, "quote_end": quote.end if quote else None}
