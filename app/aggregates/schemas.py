"""Parameters and response models of `GET /v1/aggregates`."""

from datetime import date
from difflib import get_close_matches
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.aggregates.dimensions import GROUP_BY, Dimension, Grouping, group_by_names, parse_grouping
from app.aggregates.gaps import State
from app.aggregates.measures import LAGS
from app.aggregates.service import Question, Sort
from app.catalogue.catalogue import Catalogue
from app.drawings.counts import Measure
from app.errors import Fault, InvalidInput
from app.http.examples import example_of
from app.http.field_types import PLAIN_DIGITS, Day, spelt
from app.http.formats import FormatQuery
from app.http.pagination import CURSOR, CursorParameter
from app.strikes.params import StrikeQuery
from app.vocabulary.effects import Effect

MOST_ROWS = 10_000
MOST_TOP = 1_000

TRUE = "true"

# Pixels of a drawing's width.
NARROWEST, WIDEST = 240, 1_600


class AggregatesQuery(StrikeQuery, FormatQuery):
    """The strike filters, and how to group what matches."""

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
    cumulative: Annotated[
        Literal["true", "false"],
        Field(
            description="`true` adds `cumulative_*`: each measure up to and with the period. Needs a period.",
            examples=["true"],
        ),
    ] = "false"
    lag: Annotated[
        Literal["true", "false"],
        Field(
            description="`true` adds `lag_days_*`: how many days after the strikes they were first published. They "
            "run from a line's last day to the `published_on` of the revision that brought it.",
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
    cursor: Annotated[
        Annotated[CursorParameter, Field(max_length=2_000)] | None,
        Field(
            description="The cursor of the page: the `next` of the previous page.",
            examples=[CURSOR],
        ),
    ] = None

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
        return Question(
            strikes=self.resolved(catalogue, as_of),
            grouping=grouping,
            period_by=self.period_by,
            fill=self.fill == "zero",
            cumulative=self.cumulative == TRUE,
            lag=self.lag == TRUE,
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


def _refused(parameter: str, code: str, detail: str) -> InvalidInput:
    return InvalidInput([Fault("parameter", parameter, code, detail)])


class _ResponseModel(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Counts(_ResponseModel):
    """Sums. Bounds are carried through: an open count adds to the minimum only."""

    reports: int = Field(description="Different reports. Never adds up across rows.", examples=[1])
    lines: int = Field(description="Strike lines.", examples=[1])
    strikes_min: int | None = Field(
        description="Strikes at least; null where nothing is known.", examples=[9]
    )
    strikes_max: int | None = Field(
        description="The sum of the known maxima; null where there is none.", examples=[9]
    )
    engagements: int | None = Field(
        description="Engagements as given; null where nothing is known.", examples=[12]
    )
    items_min: int = Field(description="Items of the tallies that match, at least.", examples=[40])
    items_max: int = Field(description="The sum of their known maxima.", examples=[40])
    open_ended: int = Field(description="How many of these tallies have no maximum.", examples=[0])
    approximate: int = Field(
        description="How many of these tallies are estimates, whose minimum and maximum are not proven.",
        examples=[0],
    )
    strikes_open_ended: int = Field(
        description="How many of these lines have no maximum of strikes, those without any number of strikes "
        "among them. Where it is not 0, `strikes_max` adds up only the others.",
        examples=[0],
    )


class Measures(Counts):
    """What was added up, and with `lag=true` how long after the strikes they were first published."""

    lag_days_min: int | None = Field(
        default=None,
        description="With `lag`: the fewest days from a line's last day to its first publication; below 0 where "
        "it was published before; null without lines.",
        examples=[1],
    )
    lag_days_median: float | None = Field(
        default=None,
        description="The median of these days: half of the lines were published sooner; null without lines.",
        examples=[1.5],
    )
    lag_days_max: int | None = Field(
        default=None, description="The most of these days; null without lines.", examples=[4]
    )


class AggregateRow(Measures):
    """One group. It has the dimensions of `group_by` and no others; null is a separate group."""

    location: str | None = Field(default=None, description="A place's slug.", examples=["palmyra"])
    country: str | None = Field(default=None, description="ISO 3166-1 alpha-2.", examples=["SY"])
    publisher: str | None = Field(default=None, description="A publisher's slug.", examples=["cjtf-oir"])
    category: str | None = Field(default=None, description="A category's slug.", examples=["tank"])
    family: str | None = Field(default=None, description="A family of categories.", examples=["armor"])
    effect: Effect | None = Field(default=None, description="A normalised effect.", examples=["destroyed"])
    period: str | None = Field(
        default=None, description="2017-02-06, 2017-W06, 2017-02, 2017-Q1 or 2017.", examples=["2017-02"]
    )
    period_start: date | None = Field(
        default=None, description="The first day of the period.", examples=["2017-02-01"]
    )
    period_end: date | None = Field(
        default=None, description="The last day of the period.", examples=["2017-02-28"]
    )
    is_other: bool | None = Field(
        default=None,
        description="With `top`: whether the row sums up all other groups.",
        examples=[False],
    )
    cumulative_reports: int | None = Field(
        default=None, description="Different reports up to and with the period.", examples=[12]
    )
    cumulative_lines: int | None = Field(default=None, description="Lines up to it.", examples=[40])
    cumulative_strikes_min: int | None = Field(
        default=None, description="Strikes at least, up to it; null where nothing is known.", examples=[90]
    )
    cumulative_strikes_max: int | None = Field(
        default=None, description="The known maxima of strikes, up to it.", examples=[95]
    )
    cumulative_engagements: int | None = Field(
        default=None, description="Engagements up to it; null where nothing is known.", examples=[120]
    )
    cumulative_items_min: int | None = Field(
        default=None, description="Items at least, up to it.", examples=[300]
    )
    cumulative_items_max: int | None = Field(
        default=None, description="The known maxima of items, up to it.", examples=[310]
    )
    cumulative_open_ended: int | None = Field(
        default=None, description="Tallies without a maximum, up to it.", examples=[2]
    )
    cumulative_approximate: int | None = Field(
        default=None, description="Tallies that are estimates, up to it.", examples=[1]
    )
    cumulative_strikes_open_ended: int | None = Field(
        default=None, description="Lines without a maximum of strikes, up to it.", examples=[3]
    )
    state: State | None = Field(
        default=None,
        description="By period: `reported`, also where a line of several days reaches into it and is counted "
        "earlier; `none_reported` where a report covers days of it and has none; `no_report` where no report "
        "covers it.",
        examples=["reported"],
    )


class Note(_ResponseModel):
    """A note on a series: a change that the numbers alone do not show."""

    date: Day = Field(description="The first day of the change.", examples=["2016-08-26"])
    period: str = Field(description="The period of this day.", examples=["2016-08"])
    detail: str = Field(
        description="The change.",
        examples=["Releases write 'engaged' from here on where they wrote 'struck'."],
    )


# A row of the example's groups: it has no other dimensions.
_ROW = {
    name: value
    for name, value in example_of(AggregateRow).items()
    if name not in {"country", "publisher", "category", "family", "effect", "is_other"}
    and not name.startswith(("cumulative_", "lag_"))
}


class Aggregates(_ResponseModel):
    """The groups of a page, and the totals of all that matches."""

    group_by: list[str] = Field(description="The dimensions, as requested.", examples=[["location", "month"]])
    seq: int = Field(description="The ledger number as of which this was counted.", examples=[42])
    next: str | None = Field(
        description="The cursor of the next page; null on the last one.", examples=[CURSOR]
    )
    rows: list[AggregateRow] = Field(description="The groups of the page.", examples=[[_ROW]])
    totals: Measures = Field(
        description="All lines that match, on all pages, counted once.",
        examples=[example_of(Counts)],
    )
    notes: list[Note] = Field(
        default=[],
        description="By effect and period: where the wording of the sources changed. Otherwise omitted.",
        examples=[[example_of(Note)]],
    )
