"""The parameters of aggregates, and what they answer."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.aggregates.fill import State
from app.http.fields import Natural
from app.strikes.query import StrikeQuery
from app.vocabulary.effects import Effect

MOST_ROWS = 10_000


class AggregatesQuery(StrikeQuery):
    """The strike filters, and how to group what matches."""

    group_by: Annotated[
        str | None,
        Field(
            max_length=100,
            description="Up to three of location, country, publisher, category, family, effect and one of day, "
            "week, month, quarter, year; separated by commas. None: one grand total.",
            examples=["location,month"],
        ),
    ] = None
    period_by: Annotated[
        Literal["date", "published_on"],
        Field(description="Count by the first day of the strikes, or by the day of publication."),
    ] = "date"
    fill: Annotated[
        Literal["zero", "none"],
        Field(
            description="`zero` adds the empty periods of the range, each with its `state`; `none` does not."
        ),
    ] = "zero"
    limit: Annotated[
        Natural, Field(ge=1, le=MOST_ROWS, description="How many rows a page holds at most.", examples=[1000])
    ] = 1_000
    cursor: Annotated[
        str | None,
        Field(max_length=2_000, description="Where the page starts: the `next` of the page before it."),
    ] = None


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Measures(_Answer):
    """What was added up. Bounds are carried through: an open count adds to the minimum only."""

    reports: int = Field(description="Different reports. Never adds up across rows.", examples=[1])
    lines: int = Field(description="Strike lines.", examples=[1])
    strikes_min: int | None = Field(
        description="Strikes at least; null where nothing is known.", examples=[9]
    )
    strikes_max: int | None = Field(
        description="The sum of the known maxima; null where there is none.", examples=[9]
    )
    engagements: int | None = Field(description="Engagements as given; null where nothing is known.")
    items_min: int = Field(description="Items of the tallies that match, at least.", examples=[40])
    items_max: int = Field(description="The sum of their known maxima.", examples=[40])
    open_ended: int = Field(description="How many of these tallies have no maximum.", examples=[0])


class AggregateRow(Measures):
    """One group. It holds the dimensions asked for and no others; null is a group of its own."""

    location: str | None = Field(default=None, description="A place's slug.", examples=["palmyra"])
    country: str | None = Field(default=None, description="ISO 3166-1 alpha-2.", examples=["SY"])
    publisher: str | None = Field(default=None, description="A publisher's slug.", examples=["cjtf-oir"])
    category: str | None = Field(default=None, description="A category's slug.", examples=["tank"])
    family: str | None = Field(default=None, description="A family of categories.")
    effect: Effect | None = Field(default=None, description="A normalised effect.", examples=["destroyed"])
    period: str | None = Field(default=None, description="2017-02-06, 2017-W06, 2017-02, 2017-Q1 or 2017.")
    period_start: date | None = Field(default=None, description="The first day of the period.")
    period_end: date | None = Field(default=None, description="The last day of the period.")
    state: State | None = Field(
        default=None,
        description="By period: `reported`, also where a line of several days reaches into it and is counted "
        "earlier; `none_reported` where a report covers days of it and has none; `no_report` where no report "
        "says what there was.",
    )


class Aggregates(_Answer):
    """The groups of a page, and the totals of all that matches."""

    group_by: list[str] = Field(description="The dimensions, as asked.", examples=[["location", "month"]])
    seq: int = Field(description="The ledger number as of which this was counted.", examples=[42])
    next: str | None = Field(description="The cursor of the next page; null on the last one.")
    rows: list[AggregateRow]
    totals: Measures
