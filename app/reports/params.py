"""Parameters and table columns of the report and revision lists."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from app.http.field_types import AsOfParameter, Day, QueryName
from app.http.flat_tables import Table, columns_of
from app.http.formats import FormatQuery
from app.http.pagination import PageQuery
from app.reports.schemas import ReportSummary, RevisionOut

REPORTS = Table(columns_of(ReportSummary))
REVISIONS = Table(columns_of(RevisionOut))


class ReportsQuery(PageQuery, FormatQuery):
    """The parameters of `GET /v1/reports`."""

    model_config = ConfigDict(extra="forbid")

    publisher: Annotated[
        QueryName | None, Field(description="Slug or name of a publisher.", examples=["cjtf-oir"])
    ] = None
    number: Annotated[
        QueryName | None,
        Field(
            description="The publisher's own number, in any spelling: case, dashes, width and spaces are folded.",
            examples=["20170207-01"],
        ),
    ] = None
    status: Annotated[
        Literal["published", "retracted", "draft"] | None,
        Field(
            description="The report's current status; `draft` needs a key that may write drafts, and no other filter.",
            examples=["published"],
        ),
    ] = None
    published_from: Annotated[
        Day | None, Field(description="First day of publication, inclusive.", examples=["2016-12-01"])
    ] = None
    published_to: Annotated[
        Day | None, Field(description="Last day of publication, inclusive.", examples=["2017-02-28"])
    ] = None
    as_of: AsOfParameter = None


# Parameters that query the record.
NOT_WITH_DRAFTS = ("publisher", "number", "published_from", "published_to", "as_of", "count")


class RevisionsQuery(FormatQuery):
    """The parameters of the list of revisions."""

    model_config = ConfigDict(extra="forbid")
