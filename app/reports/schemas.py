"""The report as a client sends it: `ReportIn`, the door in, and what else a write takes. Answers: answers.py."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    StrictInt,
    StrictStr,
    model_validator,
)
from pydantic_core import PydanticCustomError

from app.http.fields import FIRST_DAY, Count, Country, Day, Name, Strict, one_line
from app.vocabulary.effects import Effect

# A release of a whole week holds some hundred lines.
MOST_LINES = 2_000
MOST_TALLIES = 500
# Code points; as much as a parser takes.
LONGEST_TEXT = 200 * 1024


def _past(day: date) -> date:
    """Refuse days that no report can speak of. One day ahead allows for time zones."""
    if day < FIRST_DAY or day > datetime.now(UTC).date() + timedelta(days=1):
        raise PydanticCustomError("impossible_date", "the day lies in the future, or before all airstrikes")
    return day


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        well_formed = (
            parts.scheme in {"http", "https"}
            and any(char.isalnum() for char in parts.hostname or "")
            and "%" not in (parts.hostname or "")
            and parts.port != 0
        )
    except ValueError:
        well_formed = False
    if not well_formed or "@" in parts.netloc or any(char.isspace() for char in url) or not url.isprintable():
        raise PydanticCustomError("web_address", "a source is an http or https address without a user name")
    return url


PastDay = Annotated[Day, AfterValidator(_past), Field(examples=["2017-02-06"])]
WebAddress = Annotated[StrictStr, Field(max_length=2_048), AfterValidator(_web_address)]
Title = Annotated[StrictStr, Field(max_length=1_000), AfterValidator(one_line)]
Text = Annotated[StrictStr, Field(max_length=LONGEST_TEXT)]
Phrase = Annotated[StrictStr, Field(max_length=2_000, pattern=r"\S")]


class SpanIn(Strict):
    """Characters of the report's text: Unicode code points, from `start` up to `end`."""

    start: Annotated[StrictInt, Field(ge=0, le=LONGEST_TEXT, examples=[0])]
    end: Annotated[StrictInt, Field(ge=1, le=LONGEST_TEXT, examples=[131])]

    @model_validator(mode="after")
    def _hold_something(self) -> Self:
        if self.end <= self.start:
            raise PydanticCustomError("empty_span", "a quote ends after it starts")
        return self


class CoverageIn(Strict):
    """A country and days that the report speaks for, with the totals that it claims."""

    country: Country
    date_from: PastDay
    date_to: Annotated[PastDay | None, Field(description="Null or left out: the same day.")] = None
    strikes: Annotated[
        Count | None,
        Field(description='As claimed; 0 for "no strikes reported", null where no total is given.'),
    ] = None
    engagements: Annotated[Count | None, Field(description="As claimed; null where not given.")] = None

    @property
    def last_day(self) -> date:
        """The last day covered."""
        return self.date_to or self.date_from

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        _refuse_reversed(self.date_from, self.date_to)
        return self


class TallyIn(Strict):
    """How many of what. Give `count`, or `count_min` with `count_max` (null: no upper bound)."""

    effect: Annotated[Effect, Field(examples=["destroyed"])]
    verb: Annotated[Name | None, Field(description="The verb as written.", examples=["destroyed"])] = None
    category: Annotated[
        Name | None,
        Field(description="Slug, name or synonym; null keeps the wording for review.", examples=["tank"]),
    ] = None
    count: Annotated[Count | None, Field(description="An exact count.", examples=[2])] = None
    count_min: Annotated[Count | None, Field(description="What the words prove.")] = None
    count_max: Annotated[Count | None, Field(description="The most they allow; null: no upper bound.")] = None
    as_written: Annotated[
        Phrase | None, Field(description="The phrase with its number.", examples=["two tanks"])
    ] = None
    quote: Annotated[SpanIn | None, Field(description="Where the number stands in `text`.")] = None

    @property
    def bounds(self) -> tuple[int, int | None]:
        """The least and the most that the tally can be; None: no upper bound."""
        if self.count is not None:
            return self.count, self.count
        return self.count_min or 0, self.count_max

    @model_validator(mode="after")
    def _one_count(self) -> Self:
        _refuse_mixed_bounds("count", self.count, self.count_min, self.count_max)
        if self.count is None and self.count_min is None:
            raise PydanticCustomError("no_count", "give 'count', or 'count_min' with 'count_max'")
        if self.category is None and self.as_written is None:
            raise PydanticCustomError(
                "no_category", "give 'category', or 'as_written' to keep the wording for review"
            )
        return self


class StrikeIn(Strict):
    """One line: a place, a day or days, how many strikes, and what they did together."""

    date_from: PastDay
    date_to: Annotated[PastDay | None, Field(description="Null or left out: the same day.")] = None
    date_precision: Annotated[
        Literal["day", "week", "month", "unknown"],
        Field(description="How exactly the source gives the days."),
    ] = "day"
    country: Country
    location: Annotated[
        Name | None,
        Field(
            description="Slug, name or any alias; null where the source names no place.", examples=["Palmyra"]
        ),
    ] = None
    location_as_written: Annotated[Name | None, Field(description="The place as the source spells it.")] = (
        None
    )
    strikes: Annotated[Count | None, Field(description="An exact number; null: the source gives none.")] = (
        None
    )
    strikes_min: Annotated[Count | None, Field(description="The least the source allows.")] = None
    strikes_max: Annotated[Count | None, Field(description="The most; null: no upper bound.")] = None
    engagements: Annotated[Count | None, Field(description="As given; never worked out from strikes.")] = None
    owner: Annotated[Name | None, Field(description="Whose the target was, where not the enemy's.")] = None
    same_as: Annotated[
        Name | None,
        Field(description="The id of the strike of another report that this line repeats.", examples=["s40"]),
    ] = None
    quote: Annotated[SpanIn | None, Field(description="The sentence that proves the line, in `text`.")] = None
    tallies: Annotated[list[TallyIn], Field(max_length=MOST_TALLIES)] = []

    @property
    def last_day(self) -> date:
        """The last day of the strikes."""
        return self.date_to or self.date_from

    @property
    def bounds(self) -> tuple[int | None, int | None]:
        """The least and the most strikes; (None, None) where the source gives no number."""
        if self.strikes is not None:
            return self.strikes, self.strikes
        return self.strikes_min, self.strikes_max

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _refuse_reversed(self.date_from, self.date_to)
        _refuse_mixed_bounds("strikes", self.strikes, self.strikes_min, self.strikes_max)
        return self


class HeadlineIn(Strict):
    """The totals that a report claims over all countries and days that it speaks for."""

    strikes: Annotated[Count | None, Field(description="As claimed; null where not given.")] = None
    engagements: Annotated[Count | None, Field(description="As claimed; null where not given.")] = None


class ReportIn(Strict):
    """A report: one publisher's statement. Whatever enters the record enters it as this."""

    publisher: Annotated[Name, Field(description="Slug, name or alias.", examples=["cjtf-oir"])]
    number: Annotated[
        Name | None, Field(description="The publisher's own number.", examples=["20170207-01"])
    ] = None
    title: Annotated[Title | None, Field(description="The headline.")] = None
    published_on: Annotated[PastDay, Field(examples=["2017-02-07"])]
    source_url: Annotated[
        WebAddress | None,
        Field(description="Where it was published.", examples=["https://example.org/release"]),
    ] = None
    text: Annotated[Text | None, Field(description="The source's own words, unchanged.")] = None
    headline: Annotated[
        HeadlineIn | None, Field(description="Totals over all countries, as the headline claims them.")
    ] = None
    coverage: Annotated[list[CoverageIn], Field(max_length=MOST_LINES)] = []
    strikes: Annotated[list[StrikeIn], Field(max_length=MOST_LINES)] = []
    sums_note: Annotated[
        Phrase | None,
        Field(description="Why sums that do not agree are right as they stand, in the analyst's word."),
    ] = None


class ReportPut(ReportIn):
    """A whole report as it is to stand, and why it changes."""

    reason: Annotated[
        Phrase | None,
        Field(
            description="Why. Needed for what is published; a draft may change without.", examples=["A typo."]
        ),
    ] = None


class ReportPost(ReportIn):
    """A report, published at once or saved as a draft."""

    status: Annotated[
        Literal["published", "draft"],
        Field(
            description="`draft` saves it for analysts only, outside the record and under no ledger number."
        ),
    ] = "published"


class Retraction(Strict):
    """Why a report is withdrawn."""

    reason: Annotated[Phrase, Field(description="Why.", examples=["The publisher withdrew the release."])]


def _refuse_reversed(date_from: date, date_to: date | None) -> None:
    if date_to is not None and date_to < date_from:
        raise PydanticCustomError("days_reversed", "date_to lies before date_from")


def _refuse_mixed_bounds(name: str, exact: int | None, least: int | None, most: int | None) -> None:
    names = {"exact": name, "least": f"{name}_min", "most": f"{name}_max"}
    if exact is not None and (least is not None or most is not None):
        raise PydanticCustomError("mixed_bounds", "give '{exact}' or '{least}' and '{most}', not both", names)
    if most is not None and least is None:
        raise PydanticCustomError("no_minimum", "'{most}' needs '{least}'", names)
    if least is not None and most is not None and most < least:
        raise PydanticCustomError("bounds_reversed", "'{most}' lies below '{least}'", names)
