"""Query parameters of aggregates and of their changes."""

from dataclasses import replace
from difflib import get_close_matches
from typing import Annotated, Literal

from pydantic import Field

from app.aggregates.dimensions import GROUP_BY, Dimension, Grouping, group_by_names, parse_grouping
from app.aggregates.measures import LAGS
from app.aggregates.schemas import Counts
from app.aggregates.service import Question, Sort
from app.catalogue.catalogue import Catalogue
from app.drawings.count_forms import Measure
from app.errors import Fault, InvalidInput
from app.http.field_types import PLAIN_DIGITS, spelt
from app.http.formats import FormatQuery
from app.http.pagination import CURSOR, LARGEST_INTEGER, CursorParameter
from app.strikes.params import StrikeCriteria, StrikeQuery

MOST_ROWS = 10_000
MOST_TOP = 1_000
# Rows on a page of changes, since a row lists entries as well.
MOST_CHANGED = 500

TRUE = "true"

# Pixels of a drawing's width.
NARROWEST, WIDEST = 240, 1_600


class GroupedQuery(StrikeCriteria, FormatQuery):
    """The strike filters, and by what to group what matches."""

    group_by: Annotated[
        Annotated[str, Field(max_length=100), spelt(GROUP_BY)] | None,
        Field(
            description="Up to three of location, country, publisher, category, family, effect and one of day, "
            "week, month, quarter, year; separated by commas. None: one grand total.",
            examples=["location,month"],
        ),
    ] = None
    period_by: Annotated[
        Literal["date", "published_on"],
        Field(
            description="Count by the first day of the strikes, or by the day of publication.",
            examples=["published_on"],
        ),
    ] = "date"
    fill: Annotated[
        Literal["zero", "none"],
        Field(
            description="`zero` adds the empty periods of the range, each with its `state`; `none` does not.",
            examples=["none"],
        ),
    ] = "zero"
    lag: Annotated[
        Literal["true", "false"],
        Field(
            description="`true` adds `lag_days_*`: how many days after the strikes they were first published. They "
            "run from a line's last day to the `published_on` of the revision that brought it.",
            examples=["true"],
        ),
    ] = "false"
    names: Annotated[
        Literal["true", "false"],
        Field(
            description="`true` adds the name of each key but the period's: `location_name`, `category_name` and so "
            "on, of the dimensions in `group_by`.",
            examples=["true"],
        ),
    ] = "false"
    cursor: Annotated[
        Annotated[CursorParameter, Field(max_length=2_000)] | None,
        Field(
            description="The cursor of the page: the `next` of the previous page.",
            examples=[CURSOR],
        ),
    ] = None

    def grouped(self, catalogue: Catalogue, as_of: int) -> Question:
        """Return what to count, every name resolved, without empty periods. Raises InvalidInput."""
        return Question(
            strikes=self.resolved(catalogue, as_of),
            grouping=parse_grouping(self.group_by),
            period_by=self.period_by,
            lag=self.lag == TRUE,
            names=self.names == TRUE,
        )


class AggregatesQuery(StrikeQuery, GroupedQuery):
    """The parameters of `GET /v1/aggregates`."""

    cumulative: Annotated[
        Literal["true", "false"],
        Field(
            description="`true` adds `cumulative_*`: each measure up to and with the period. Needs a period.",
            examples=["true"],
        ),
    ] = "false"
    sort: Annotated[
        str | None,
        Field(
            max_length=50,
            description="Sort order: a measure or one of the dimensions of `group_by`, ascending; descending "
            "with `-`. Null comes last. Default: by the dimensions, in their order.",
            examples=["-items_max"],
        ),
    ] = None
    top: Annotated[
        Annotated[int, Field(ge=1, le=MOST_TOP), PLAIN_DIGITS] | None,
        Field(
            description="Return only so many groups, the first by `items_min` or by `sort`; one more row, `other`, "
            "sums up the rest. A maximum ranks at least as high as its minimum, also where it is unknown. With a "
            "period in `group_by`, the groups are those of the other dimensions, and all their periods are returned.",
            examples=[10],
        ),
    ] = None
    limit: Annotated[
        int,
        Field(ge=1, le=MOST_ROWS),
        PLAIN_DIGITS,
        Field(description="The maximum number of rows on a page.", examples=[1000]),
    ] = 1_000

    measure: Annotated[
        Measure, Field(description="With `format=svg`: what is drawn.", examples=["items"])
    ] = Measure.ITEMS
    draw: Annotated[
        Literal["map"] | None,
        Field(description="With `format=svg` and `group_by=location`: circles on a map.", examples=["map"]),
    ] = None
    theme: Annotated[
        Literal["light", "dark"], Field(description="With `format=svg`: its colours.", examples=["dark"])
    ] = "light"
    width: Annotated[
        int,
        Field(ge=NARROWEST, le=WIDEST),
        PLAIN_DIGITS,
        Field(description="With `format=svg`: its width in pixels.", examples=[960]),
    ] = 960

    def question(self, catalogue: Catalogue, as_of: int) -> Question:
        """Return the query with every name resolved. Raises InvalidInput for combinations that make no sense."""
        grouping = parse_grouping(self.group_by)
        if self.cumulative == TRUE and grouping.unit is None:
            raise _refused("cumulative", "no-period", "cumulative needs a unit of time in group_by")
        if self.top is not None and not grouping.dimensions:
            raise _refused("top", "no-groups", "top needs a dimension in group_by")
        if self.cumulative == TRUE and self.top is not None and len(grouping.dimensions) == 1:
            raise _refused("cumulative", "ranked-periods", "cumulative needs periods in order; omit top")
        return replace(
            self.grouped(catalogue, as_of),
            fill=self.fill == "zero",
            cumulative=self.cumulative == TRUE,
            sort=self._sort(grouping),
            top=self.top,
        )

    def _sort(self, grouping: Grouping) -> Sort | None:
        if self.sort is None:
            return None
        by = self.sort.removeprefix("-")
        names = dict(
            zip(group_by_names(grouping), (dimension.value for dimension in grouping.dimensions), strict=True)
        )
        available = [*Counts.model_fields, *(LAGS if self.lag == TRUE else ()), *names]
        if by not in available and by not in names.values():
            near = get_close_matches(by, available, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            raise _refused("sort", "unknown-sort", f"available sorts: {', '.join(available)}{hint}")
        by = names.get(by, by)
        if by == Dimension.PERIOD and self.top is not None and len(grouping.dimensions) > 1:
            raise _refused(
                "sort",
                "ranked-periods",
                "with top, sort takes a measure or another dimension than the period",
            )
        return Sort(by, descending=self.sort.startswith("-"))


class AggregateChangesQuery(GroupedQuery):
    """The parameters of `GET /v1/aggregates/changes`."""

    from_seq: Annotated[
        Annotated[int, Field(ge=0, le=LARGEST_INTEGER), PLAIN_DIGITS],
        Field(description="The ledger number of the earlier count; 0 is the empty record.", examples=[41]),
    ]
    to_seq: Annotated[
        Annotated[int, Field(ge=0, le=LARGEST_INTEGER), PLAIN_DIGITS] | None,
        Field(
            description="The ledger number of the later count; left out: the latest. With it a response never changes.",
            examples=[42],
        ),
    ] = None
    limit: Annotated[
        int,
        Field(ge=1, le=MOST_CHANGED),
        PLAIN_DIGITS,
        Field(description="The maximum number of rows on a page.", examples=[100]),
    ] = 100


def _refused(parameter: str, code: str, detail: str) -> InvalidInput:
    return InvalidInput([Fault("parameter", parameter, code, detail)])
