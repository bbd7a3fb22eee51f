"""The report as a client sends it (`ReportIn`, the door in) and as it is answered."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
    model_validator,
)
from pydantic_core import PydanticCustomError

from app.http.fields import FIRST_DAY, Count, Country, Day, Name, Strict, one_line
from app.http.pages import Page
from app.strikes.schemas import StrikeOut
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


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CoverageOut(_Answer):
    """A country and days that the report speaks for."""

    country: str = Field(examples=["SY"], description="ISO 3166-1 alpha-2.")
    date_from: date = Field(description="The first day covered.")
    date_to: date = Field(description="The last day covered.")
    strikes: int | None = Field(description='As claimed; 0: "no strikes reported"; null: no total given.')
    engagements: int | None = Field(description="As claimed; null: not given.")


class Check(_Answer):
    """Whether the lines add up to a total that the report claims. A mismatch warns; it never refuses."""

    measure: Literal["strikes", "engagements"] = Field(description="What was added up.")
    country: str | None = Field(
        description="The country that the claim is about; null: the headline.", examples=["SY"]
    )
    date_from: date | None = Field(description="The first day of the claim; null: not said.")
    date_to: date | None = Field(description="The last day of the claim; null: not said.")
    claimed: int = Field(description="The total that the report claims.")
    lines_min: int = Field(description="What its lines add up to, at least.")
    lines_max: int | None = Field(description="At most; null where a line sets no upper bound.")
    agrees: bool = Field(description="Whether the claim lies within these bounds.")
    against: Literal["lines", "coverage"] = Field(
        description="What was added up: the lines, or, for a headline, the claims for countries."
    )


class ReportSummary(_Answer):
    """A report without its text and lines."""

    id: str = Field(description="The report's id; never reused.", examples=["r12"])
    publisher: str = Field(description="The slug of the publisher.", examples=["cjtf-oir"])
    number: str | None = Field(description="The publisher's number; null where it gave none.")
    title: str | None = Field(description="As published; null where there is none.")
    published_on: date = Field(description="When it was published.")
    source_url: str | None = Field(description="Where it was published; null where unknown.")
    status: Literal["draft", "published", "retracted"] = Field(description="Whether it stands.")
    reason: str | None = Field(description="Why it was revised or retracted; null for the first revision.")
    revision: int = Field(description="1 is the first; 0 for a draft.", examples=[1])
    seq: int | None = Field(
        description="The ledger number of this revision; null for a draft.", examples=[42]
    )
    recorded_at: AwareDatetime = Field(
        description="When this revision was recorded, or the draft saved, UTC."
    )
    lines: int = Field(description="How many strike lines it holds.")


class PossibleDuplicate(_Answer):
    """A standing line of another report that a new line may repeat. Place and day alone never suffice."""

    strike: str = Field(description="The new line.", examples=["s41"])
    repeats: str = Field(description="The line that it may repeat: a value for `same_as`.", examples=["s40"])
    report: str = Field(description="The report of that line.", examples=["r12"])
    alike: float = Field(description="The share of tallies that both have: 1 is all.", examples=[1.0])


class ReportPage(Page):
    """A page of reports."""

    items: list[ReportSummary]


class HeadlineOut(_Answer):
    """The totals that a report claims over all countries."""

    strikes: int | None = Field(description="As claimed; null where not given.")
    engagements: int | None = Field(description="As claimed; null where not given.")


class ReportOut(ReportSummary):
    """A report as stored."""

    text: str | None = Field(description="The source's own words; null where they are not held.")
    headline: HeadlineOut | None = Field(
        description="Null where the report claims no total over all countries."
    )
    sums_note: str | None = Field(description="Why sums that do not agree were accepted; null: nothing said.")
    coverage: list[CoverageOut]
    strikes: list[StrikeOut]
    checks: list[Check] = Field(description="Its lines against the totals that it claims.")
    possible_duplicates: list[PossibleDuplicate] | None = Field(
        default=None,
        description="In the answer to a write: standing lines of other reports that may tell of the same events. "
        "Offered, never acted upon.",
    )


class RevisionOut(_Answer):
    """One revision of a report, in the list of them."""

    revision: int = Field(description="1 is the first.", examples=[2])
    seq: int = Field(description="The ledger number under which it was recorded.", examples=[42])
    recorded_at: AwareDatetime = Field(description="When it was recorded, UTC.")
    status: Literal["published", "retracted"] = Field(description="What the report was from then on.")
    reason: str | None = Field(description="Why it was revised or retracted; null for the first revision.")


class RevisionList(_Answer):
    """Every revision of a report, the first one first."""

    items: list[RevisionOut]
    next: None = Field(description="Always null: all revisions are on one page.")
    seq: int = Field(description="The ledger number as of which the list was read.")


class FieldChange(_Answer):
    """A field that two revisions have otherwise."""

    field: str = Field(description="Its name.", examples=["title"])
    before: Any = Field(description="What it was.")
    after: Any = Field(description="What it became.")


class RevisionDiff(_Answer):
    """What a revision changed, against the one before it; the first one against nothing."""

    revision: int = Field(description="The revision that made the change.", examples=[2])
    reason: str | None = Field(description="Why; null for the first revision.")
    summary: list[str] = Field(description="The change in sentences.")
    fields: list[FieldChange] = Field(description="Fields of the report that changed.")
    strikes_removed: list[StrikeOut] = Field(description="Lines that were put aside.")
    strikes_added: list[StrikeOut] = Field(description="Lines that came in.")
    strikes_kept: int = Field(description="Lines that did not change, and kept their ids.")
