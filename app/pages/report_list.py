"""Page of the list of reports, the latest published first."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.http.field_types import AsOfParameter, Day, QueryName
from app.pages.line_table import publisher_name
from app.pages.record import Record
from app.pages.view import View, ViewQuery, refused, url
from app.reports import queries
from app.reports.listing import report_filter
from app.vocabulary.identifiers import REPORT, public_id, row_number

PATH = "/reports"

# Reports on a page.
MOST = 50


class ReportListQuery(BaseModel):
    """The parameters of the list: those of `/v1/reports`, and the last report of the page before."""

    model_config = ConfigDict(extra="forbid")

    publisher: QueryName | None = None
    number: QueryName | None = None
    status: Literal["published", "retracted"] | None = None
    published_from: Day | None = None
    published_to: Day | None = None
    after: Annotated[str, Field(max_length=40)] | None = None
    as_of: AsOfParameter = None


def context(record: Record, query: ReportListQuery, base: str, *, pinned: bool) -> dict[str, Any]:
    """Return all that the template shows. Raises InvalidInput as `/v1/reports` does."""
    reports = report_filter(record.session, record.catalogue, record.seq, query)
    after = None if query.after is None else _position(query.after)
    rows = queries.page(record.session, reports, after, MOST + 1)
    last = rows[MOST - 1] if len(rows) > MOST else None
    given = {
        name: str(value)
        for name in ReportListQuery.model_fields
        if name != "after" and (value := getattr(query, name)) is not None
    }
    return {
        "given": given,
        "total": queries.count(record.session, reports),
        "is_first": after is None,
        "rows": [
            {
                "id": public_id(REPORT, row.report_id),
                "report": row,
                "publisher": publisher_name(record.catalogue.publishers.by_id[row.publisher_id].slug, record),
            }
            for row in rows[:MOST]
        ],
        "first": url(PATH, given),
        "next": url(PATH, given | {"after": f"{last.published_on},{public_id(REPORT, last.report_id)}"})
        if last
        else None,
        "publishers": list(record.catalogue.publishers.entries()),
        "publisher": record.catalogue.publisher(query.publisher) if query.publisher else None,
        "canonical": f"{base}{url(PATH, given | ({'after': query.after} if query.after else {}))}",
        "api": url("/v1/reports", given | {"as_of": str(record.seq)}),
        "view": View(PATH, ViewQuery(as_of=query.as_of), record.seq),
        "query": query,
        "entries": () if pinned else record.latest_entries(),
        "ledger": {"seq": record.seq, "hash": record.now.hash, "when": "fixed" if pinned else "now"},
    }


def _position(given: str) -> tuple[date, int]:
    """Read the last report of the page before out of an address. Raises InvalidInput."""
    day, _, report = given.partition(",")
    try:
        number = row_number(REPORT, report)
        if number:
            return date.fromisoformat(day), number
    except ValueError:
        pass
    raise refused("after", "is damaged; begin with the first page")
