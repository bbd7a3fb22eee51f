"""Parameters and response models of `GET /v1/coverage`."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from app.http.examples import example_of
from app.http.field_types import AsOfParameter, Country, Day, QueryName
from app.http.flat_tables import Table, columns_of
from app.http.formats import FormatQuery
from app.http.pagination import Page, PageQuery
from app.reports.schemas import CoverageOut


class CoverageQuery(PageQuery, FormatQuery):
    """The parameters of `GET /v1/coverage`."""

    model_config = ConfigDict(extra="forbid")

    date_from: Annotated[
        Day | None,
        Field(
            description="First day, inclusive; a claim matches when its days overlap.",
            examples=["2016-12-01"],
        ),
    ] = None
    date_to: Annotated[Day | None, Field(description="Last day, inclusive.", examples=["2017-02-28"])] = None
    country: Annotated[Country | None, Field(description="ISO 3166-1 alpha-2 code.", examples=["SY"])] = None
    publisher: Annotated[
        QueryName | None, Field(description="Slug or name of a publisher.", examples=["cjtf-oir"])
    ] = None
    as_of: AsOfParameter = None


class CoverageItem(CoverageOut):
    """A country and days that a publisher's report covers."""

    report: str = Field(description="The report's id.", examples=["r12"])
    publisher: str = Field(description="The publisher's slug.", examples=["cjtf-oir"])
    says: Literal["strikes", "none_reported", "no_total"] = Field(
        description="`none_reported` where it claims 0, `no_total` where it gives no number, else `strikes`.",
        examples=["strikes"],
    )


COVERAGE = Table(columns_of(CoverageItem))


class CoveragePage(Page):
    """A page of coverage."""

    items: list[CoverageItem] = Field(
        description="The claims of the page.", examples=[[example_of(CoverageItem)]]
    )
