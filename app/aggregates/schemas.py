"""Response models of aggregates."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from app.aggregates.gaps import State
from app.http.examples import example_of
from app.http.field_types import Day
from app.http.pagination import CURSOR
from app.vocabulary.effects import Effect


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
    items_closed_min: int = Field(
        description="Items of those tallies, at least, that have a maximum: from here to `items_max` reaches the range "
        "of what is bounded.",
        examples=[40],
    )
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


class Keys(_ResponseModel):
    """The dimensions of `group_by` and no others; null is a separate group."""

    location: str | None = Field(default=None, description="A place's slug.", examples=["palmyra"])
    country: str | None = Field(default=None, description="ISO 3166-1 alpha-2.", examples=["SY"])
    publisher: str | None = Field(default=None, description="A publisher's slug.", examples=["cjtf-oir"])
    category: str | None = Field(default=None, description="A category's slug.", examples=["tank"])
    family: str | None = Field(default=None, description="A family of categories.", examples=["armor"])
    effect: Effect | None = Field(default=None, description="A normalised effect.", examples=["destroyed"])
    location_name: str | None = Field(
        default=None, description="With `names`: the place's name.", examples=["Palmyra"]
    )
    country_name: str | None = Field(
        default=None, description="With `names`: the country's name.", examples=["Syria"]
    )
    publisher_name: str | None = Field(
        default=None, description="With `names`: the publisher's name.", examples=["ARA News"]
    )
    category_name: str | None = Field(
        default=None, description="With `names`: the category's name.", examples=["tank"]
    )
    family_name: str | None = Field(
        default=None, description="With `names`: the family in words.", examples=["heavy equipment"]
    )
    effect_name: str | None = Field(
        default=None, description="With `names`: the effect in words.", examples=["destroyed"]
    )
    period: str | None = Field(
        default=None, description="2017-02-06, 2017-W06, 2017-02, 2017-Q1 or 2017.", examples=["2017-02"]
    )
    period_start: date | None = Field(
        default=None, description="The first day of the period.", examples=["2017-02-01"]
    )
    period_end: date | None = Field(
        default=None, description="The last day of the period.", examples=["2017-02-28"]
    )


class AggregateRow(Measures, Keys):
    """One group."""

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
    cumulative_items_closed_min: int | None = Field(
        default=None, description="The minima of those that have a maximum, up to it.", examples=[300]
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
    and not name.endswith("_name")
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
