"""Filter of the list of reports, with its names resolved."""

from datetime import date
from typing import Protocol

from app.catalogue.catalogue import Catalogue
from app.catalogue.resolve import Resolver
from app.db.engine import ReadSession
from app.reports.queries import ReportFilter, of_number


class ReportsRequested(Protocol):
    """The parameters of a list of reports; None: not given."""

    publisher: str | None
    number: str | None
    published_from: date | None
    published_to: date | None

    @property
    def status(self) -> str | None:
        """The current status."""


def report_filter(
    session: ReadSession, catalogue: Catalogue, as_of: int, requested: ReportsRequested
) -> ReportFilter:
    """Return the filter that parameters mean. Raises InvalidInput for an unknown publisher and for reversed days."""
    names = Resolver(catalogue, "parameter")
    publisher = names.publisher(requested.publisher, "publisher") if requested.publisher else None
    first, last = requested.published_from, requested.published_to
    if first and last and first > last:
        names.refuse("published_to", "days-reversed", "published_to must not be before published_from")
    names.finish()
    return ReportFilter(
        as_of=as_of,
        publisher_ids=catalogue.publishers.members(publisher.id) if publisher else None,
        report_ids=None if requested.number is None else of_number(session, requested.number, as_of),
        published_from=first,
        published_to=last,
        status=requested.status,
    )
