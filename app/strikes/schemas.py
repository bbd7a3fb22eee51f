"""Response models of strikes. They document and test responses; `record/json_template.py` makes them."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.http.examples import example_of
from app.http.pagination import Page
from app.vocabulary.effects import Effect


class _ResponseModel(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReportReference(_ResponseModel):
    """The report that a strike is a line of."""

    id: str = Field(description="The report's id.", examples=["r12"])
    publisher: str = Field(
        description="The slug of the publisher whose claim this is.", examples=["cjtf-oir"]
    )
    number: str | None = Field(
        description="The publisher's number; null where it gave none.", examples=["20170207-01"]
    )
    published_on: date = Field(
        description="When it was published; not when the strikes were.", examples=["2017-02-07"]
    )
    source_url: str | None = Field(
        description="Where it was published; null where unknown.", examples=["https://example.org/release"]
    )
    revision: int = Field(description="Which revision of the report this is; 1 is the first.", examples=[1])


class LocationReference(_ResponseModel):
    """The place that a strike was near, WGS84."""

    slug: str = Field(examples=["palmyra"], description="The place's name in URLs and filters.")
    name: str = Field(examples=["Palmyra"], description="The place's name for people.")
    lat: float = Field(examples=[34.56], description="Degrees north.")
    lon: float = Field(examples=[38.28], description="Degrees east.")
    precision_km: float = Field(
        examples=[25], description='The radius within which "near" is to be believed, in km.'
    )


class Span(_ResponseModel):
    """Characters of the report's text: Unicode code points, from `start` up to `end`."""

    start: int = Field(ge=0, examples=[69], description="The first character.")
    end: int = Field(ge=0, examples=[78], description="The character after the last.")


class TallyOut(_ResponseModel):
    """The number of targets that the strikes of a line destroyed, damaged, engaged…, in total."""

    effect: Effect = Field(description="The normalised effect.", examples=["destroyed"])
    verb: str | None = Field(
        description="The verb as written; null where not recorded.", examples=["destroyed"]
    )
    category: str | None = Field(
        description="The category's slug; null where the wording awaits review.", examples=["tank"]
    )
    family: str | None = Field(
        description="The category's family; null without a category.", examples=["armor"]
    )
    count_min: int = Field(description="What the words prove.", examples=[2])
    count_max: int | None = Field(
        description="The maximum that they allow; null: no upper bound.", examples=[2]
    )
    approximate: bool = Field(
        description="Whether the source gives an estimate, which proves no bound.", examples=[False]
    )
    as_written: str | None = Field(description="The phrase with its number.", examples=["two tanks"])
    quote: Span | None = Field(
        description="The position of the number in the text; null without a text.",
        examples=[example_of(Span)],
    )


class StrikeOut(_ResponseModel):
    """One line of a report: a place, a day or days, and how many strikes. It may be several strikes."""

    id: str | None = Field(description="The line's id; never reused. Null in a draft.", examples=["s40"])
    report: ReportReference = Field(
        description="The report that it is a line of.", examples=[example_of(ReportReference)]
    )
    date_from: date = Field(description="The first day of the strikes.", examples=["2017-02-06"])
    date_to: date = Field(description="The last day of the strikes.", examples=["2017-02-06"])
    date_precision: Literal["day", "week", "month", "unknown"] = Field(
        description="How exactly the source gives the days.", examples=["day"]
    )
    country: str = Field(description="ISO 3166-1 alpha-2.", examples=["SY"])
    location: LocationReference | None = Field(
        description="The place; null where the source names none that is known.",
        examples=[example_of(LocationReference)],
    )
    location_as_written: str | None = Field(
        description="The place as the source spells it; null where not recorded.", examples=["Palmyra"]
    )
    strikes_min: int | None = Field(description="How many strikes at least; null: not given.", examples=[9])
    strikes_max: int | None = Field(description="How many at most; null: not given, or open.", examples=[9])
    engagements: int | None = Field(description="As given; null where the source gives none.", examples=[12])
    owner: str | None = Field(
        description="Whose the target was, where not the enemy's; null: the enemy's.", examples=["Coalition"]
    )
    same_as: str | None = Field(
        description="The strike of another report that this line repeats; null: this line is the first.",
        examples=["s31"],
    )
    quote: str | None = Field(
        description="The sentence that proves the line; null without a text.",
        examples=["Near Palmyra, nine strikes destroyed 17 heavy equipment vehicles and two tanks."],
    )
    tallies: list[TallyOut] = Field(
        description="What they did; empty for strikes with inconclusive results.",
        examples=[[example_of(TallyOut)]],
    )
    quote_start: int | None = Field(
        description="Where `quote` begins in the report's text, in code points, as the quotes of tallies are counted; "
        "null without a text.",
        examples=[0],
    )


# What `fields` can name, in the order in which a strike holds it.
STRIKE_FIELDS = tuple(StrikeOut.model_fields)


def _none_required(schema: dict[str, Any]) -> None:
    schema.pop("required", None)


class ListedStrike(StrikeOut):
    """A line as a list shows it: with `fields`, those fields alone."""

    model_config = ConfigDict(json_schema_extra=_none_required)


class StrikePage(Page):
    """A page of strikes."""

    items: list[ListedStrike] = Field(
        description="The lines of the page.", examples=[[example_of(StrikeOut)]]
    )
