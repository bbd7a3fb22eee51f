"""Request models of reports and of their corrections."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StrictBool, StrictInt, model_validator
from pydantic_core import PydanticCustomError

from app.http.field_types import Count, Country, Name, Strict
from app.record.report_example import COVERAGE, REPORT, STRIKE, TALLY, TEXT
from app.record.report_types import (
    LONGEST_TEXT,
    PastDay,
    Phrase,
    Text,
    Title,
    WebAddress,
    refuse_mixed_bounds,
    refuse_reversed,
)
from app.vocabulary.effects import Effect

# A release of a whole week holds some hundred lines.
MOST_LINES = 2_000
MOST_TALLIES = 500


class SpanIn(Strict):
    """Characters of the report's text: Unicode code points, from `start` up to `end`."""

    start: Annotated[
        StrictInt, Field(ge=0, le=LONGEST_TEXT, description="The first character.", examples=[0])
    ]
    end: Annotated[
        StrictInt,
        Field(ge=1, le=LONGEST_TEXT, description="The character after the last.", examples=[79]),
    ]

    @model_validator(mode="after")
    def _require_content(self) -> Self:
        if self.end <= self.start:
            raise PydanticCustomError("empty_span", "end must be after start")
        return self


class CoverageIn(Strict):
    """A country and days that the report covers, with the totals that it claims."""

    model_config = ConfigDict(json_schema_extra={"examples": [COVERAGE]})

    country: Annotated[Country, Field(description="ISO 3166-1 alpha-2.")]
    date_from: Annotated[PastDay, Field(description="The first day covered.")]
    date_to: Annotated[
        PastDay | None,
        Field(description="The last day; null or left out: the same day.", examples=["2017-02-06"]),
    ] = None
    strikes: Annotated[
        Count | None,
        Field(
            description='As claimed; 0 for "no strikes reported", null where no total is given.', examples=[9]
        ),
    ] = None
    engagements: Annotated[
        Count | None, Field(description="As claimed; null where not given.", examples=[12])
    ] = None
    quote: Annotated[
        SpanIn | None, Field(description="As in a draft; checked, not stored.", examples=[None])
    ] = None

    @property
    def last_day(self) -> date:
        """The last day covered."""
        return self.date_to or self.date_from

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        refuse_reversed(self.date_from, self.date_to)
        return self


class TallyIn(Strict):
    """How many of what. Give `count`, or `count_min` with `count_max` (null: no upper bound)."""

    model_config = ConfigDict(json_schema_extra={"examples": [TALLY]})

    effect: Annotated[Effect, Field(description="The normalised effect.", examples=["destroyed"])]
    verb: Annotated[Name | None, Field(description="The verb as written.", examples=["destroyed"])] = None
    category: Annotated[
        Name | None,
        Field(description="Slug, name or synonym; null keeps the wording for review.", examples=["tank"]),
    ] = None
    count: Annotated[Count | None, Field(description="An exact count.", examples=[2])] = None
    count_min: Annotated[Count | None, Field(description="What the words prove.", examples=[2])] = None
    count_max: Annotated[
        Count | None, Field(description="The maximum that they allow; null: no upper bound.", examples=[2])
    ] = None
    approximate: Annotated[
        StrictBool,
        Field(
            description='Whether the source gives an estimate: "approximately 40" is a count of 40, and approximate.',
            examples=[False],
        ),
    ] = False
    as_written: Annotated[
        Phrase | None, Field(description="The phrase with its number.", examples=["two tanks"])
    ] = None
    quote: Annotated[
        SpanIn | None,
        Field(description="The position of the number in `text`.", examples=[TALLY["quote"]]),
    ] = None

    @property
    def least(self) -> int:
        """What the words prove."""
        return self.count if self.count is not None else self.count_min or 0

    @property
    def most(self) -> int | None:
        """The most that they allow; None: no upper bound."""
        return self.count if self.count is not None else self.count_max

    @model_validator(mode="after")
    def _one_count(self) -> Self:
        refuse_mixed_bounds("count", self.count, self.count_min, self.count_max)
        if self.count is None and self.count_min is None:
            raise PydanticCustomError("no_count", "give 'count', or 'count_min' with 'count_max'")
        if self.category is None and self.as_written is None:
            raise PydanticCustomError(
                "no_category", "give 'category', or 'as_written' to keep the wording for review"
            )
        return self


class StrikeIn(Strict):
    """One line: a place, a day or days, how many strikes, and what they did together."""

    model_config = ConfigDict(json_schema_extra={"examples": [STRIKE]})

    date_from: Annotated[PastDay, Field(description="The first day of the strikes.")]
    date_to: Annotated[
        PastDay | None,
        Field(description="The last day; null or left out: the same day.", examples=["2017-02-06"]),
    ] = None
    date_precision: Annotated[
        Literal["day", "week", "month", "unknown"],
        Field(description="How exactly the source gives the days.", examples=["day"]),
    ] = "day"
    country: Annotated[Country, Field(description="ISO 3166-1 alpha-2.")]
    location: Annotated[
        Name | None,
        Field(
            description="Slug, name or any alias; null where the source names no place.", examples=["Palmyra"]
        ),
    ] = None
    location_as_written: Annotated[
        Name | None, Field(description="The place as the source spells it.", examples=["Palmyra"])
    ] = None
    strikes: Annotated[
        Count | None, Field(description="An exact number; null: the source gives none.", examples=[9])
    ] = None
    strikes_min: Annotated[
        Count | None, Field(description="The minimum that the source allows.", examples=[9])
    ] = None
    strikes_max: Annotated[
        Count | None, Field(description="The maximum; null: no upper bound.", examples=[9])
    ] = None
    engagements: Annotated[
        Count | None, Field(description="As given; never derived from strikes.", examples=[12])
    ] = None
    owner: Annotated[
        Name | None,
        Field(description="Whose the target was, where not the enemy's.", examples=["Coalition"]),
    ] = None
    same_as: Annotated[
        Name | None,
        Field(description="The id of the strike of another report that this line repeats.", examples=["s40"]),
    ] = None
    strikes_quote: Annotated[
        SpanIn | None, Field(description="As in a draft; checked, not stored.", examples=[None])
    ] = None
    engagements_quote: Annotated[
        SpanIn | None, Field(description="As in a draft; checked, not stored.", examples=[None])
    ] = None
    quote: Annotated[
        SpanIn | None,
        Field(description="The sentence that proves the line, in `text`.", examples=[STRIKE["quote"]]),
    ] = None
    tallies: Annotated[
        list[TallyIn],
        Field(
            max_length=MOST_TALLIES,
            description="What the strikes did; none where the source calls the results inconclusive.",
            examples=[STRIKE["tallies"]],
        ),
    ] = []

    @property
    def last_day(self) -> date:
        """The last day of the strikes."""
        return self.date_to or self.date_from

    @property
    def least(self) -> int | None:
        """The fewest strikes; None where the source gives no number."""
        return self.strikes if self.strikes is not None else self.strikes_min

    @property
    def most(self) -> int | None:
        """The most strikes; None where the source gives no number, or no upper bound."""
        return self.strikes if self.strikes is not None else self.strikes_max

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        refuse_reversed(self.date_from, self.date_to)
        refuse_mixed_bounds("strikes", self.strikes, self.strikes_min, self.strikes_max)
        return self


class HeadlineIn(Strict):
    """The totals that a report claims over all countries and days that it covers."""

    strikes: Annotated[Count | None, Field(description="As claimed; null where not given.", examples=[9])] = (
        None
    )
    engagements: Annotated[
        Count | None, Field(description="As claimed; null where not given.", examples=[12])
    ] = None
    quote: Annotated[
        SpanIn | None, Field(description="As in a draft; checked, not stored.", examples=[None])
    ] = None


class ReportIn(Strict):
    """A report: one publisher's statement. Whatever enters the record enters it as this."""

    publisher: Annotated[Name, Field(description="Slug, name or alias.", examples=["cjtf-oir"])]
    number: Annotated[
        Name | None, Field(description="The publisher's own number.", examples=["20170207-01"])
    ] = None
    title: Annotated[Title | None, Field(description="The headline.", examples=[REPORT["title"]])] = None
    published_on: Annotated[
        PastDay,
        Field(description="The day of publication: not the day of the strikes.", examples=["2017-02-07"]),
    ]
    source_url: Annotated[
        WebAddress | None,
        Field(description="Where it was published.", examples=["https://example.org/release"]),
    ] = None
    archive_url: Annotated[
        WebAddress | None,
        Field(
            description="An archived copy of the source, such as one made by a web archive.",
            examples=["https://web.archive.org/web/20170208000000/https://example.org/release"],
        ),
    ] = None
    text: Annotated[Text | None, Field(description="The source's own words, unchanged.", examples=[TEXT])] = (
        None
    )
    headline: Annotated[
        HeadlineIn | None,
        Field(
            description="Totals over all countries, as the headline claims them.",
            examples=[{"strikes": 9, "engagements": 12}],
        ),
    ] = None
    coverage: Annotated[
        list[CoverageIn],
        Field(
            max_length=MOST_LINES,
            description="The countries and days that the report covers.",
            examples=[[COVERAGE]],
        ),
    ] = []
    strikes: Annotated[
        list[StrikeIn],
        Field(max_length=MOST_LINES, description="Its lines, in its order.", examples=[[STRIKE]]),
    ] = []
    sums_note: Annotated[
        Phrase | None,
        Field(
            description="Why sums that do not agree are nevertheless right, in the analyst's words.",
            examples=["The release lists the late strikes apart."],
        ),
    ] = None

    def report(self) -> "ReportIn":
        """Return the report without the body's other fields, which are already checked."""
        values = {name: getattr(self, name) for name in ReportIn.model_fields}
        return ReportIn.model_construct(self.model_fields_set & values.keys(), **values)


class ReportPut(ReportIn):
    """A whole report as it is to stand, and why it changes."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [REPORT | {"publisher": "centcom", "reason": "A tank was left out."}]}
    )

    reason: Annotated[
        Phrase | None,
        Field(
            description="Why. Needed for what is published; a draft may change without.",
            examples=["A tank was left out."],
        ),
    ] = None


class ReportPost(ReportIn):
    """A report, published at once or saved as a draft."""

    model_config = ConfigDict(json_schema_extra={"examples": [REPORT]})

    status: Annotated[
        Literal["published", "draft"],
        Field(
            description="`draft` saves it for analysts only, outside the record and under no ledger number.",
            examples=["draft"],
        ),
    ] = "published"


class Retraction(Strict):
    """Why a report is withdrawn."""

    reason: Annotated[Phrase, Field(description="Why.", examples=["The publisher withdrew the release."])]
