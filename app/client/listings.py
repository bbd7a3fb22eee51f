"""Lists of the API, defined once for both clients."""

from typing import Unpack

from app.client.filters import CoverageQuery, NamesQuery, ReportsQuery, StrikeFilters, StrikesQuery
from app.client.records import Location, Record, ReportSummary, Strike
from app.client.walks import ChangePages, ListPages


def strikes(**query: Unpack[StrikesQuery]) -> ListPages[Strike]:
    """Walk over all strike lines that match, as of one ledger number.

    A walk that was left is resumed by `strikes(…, as_of=walk.seq, cursor=walk.next_cursor)`.
    """
    return ListPages("/v1/strikes", query, Strike)


def reports(**query: Unpack[ReportsQuery]) -> ListPages[ReportSummary]:
    """Walk over the reports that match, without their texts and lines. Drafts belong to no ledger number."""
    return ListPages("/v1/reports", query, ReportSummary, pinned=query.get("status") != "draft")


def locations(q: str | None = None, **query: Unpack[NamesQuery]) -> ListPages[Location]:
    """Walk over the places that have a name like `q`, or over all."""
    return ListPages("/v1/locations", _asked(q) | query, Location)


def categories(q: str | None = None, **query: Unpack[NamesQuery]) -> ListPages[Record]:
    """Walk over the categories that have a name like `q`, or over all."""
    return ListPages("/v1/categories", _asked(q) | query, Record)


def publishers(q: str | None = None, **query: Unpack[NamesQuery]) -> ListPages[Record]:
    """Walk over the publishers that have a name like `q`, or over all."""
    return ListPages("/v1/publishers", _asked(q) | query, Record)


def coverage(**query: Unpack[CoverageQuery]) -> ListPages[Record]:
    """Walk over the countries and days that reports account for, "no strikes" included."""
    return ListPages("/v1/coverage", query, Record)


def changes(
    after: int = 0,
    *,
    follow: bool = False,
    interval: float = 5.0,
    limit: int | None = None,
    **filters: Unpack[StrikeFilters],
) -> ChangePages:
    """Walk over the entries of the ledger after a number, in order, up to its head.

    With `follow` the walk goes on and asks every `interval` seconds for what was recorded since.
    """
    query = dict(filters) if limit is None else {**filters, "limit": limit}
    return ChangePages(query, after, interval=interval if follow else None)


def _asked(q: str | None) -> dict[str, object]:
    return {} if q is None else {"q": q}
