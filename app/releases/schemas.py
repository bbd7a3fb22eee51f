"""What `POST /v1/parse` takes and answers."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictStr

from app.http.fields import Name, Strict
from app.reports.answers import Check, HeadlineOut
from app.reports.schemas import PastDay
from app.strikes.schemas import Span
from app.vocabulary.effects import Effect


class ParseIn(Strict):
    """A release as text, and what the caller knows of it."""

    text: Annotated[StrictStr, Field(description="The release, unchanged: offsets refer to it.")]
    publisher: Annotated[
        Name | None, Field(description="Who published it: slug, name or alias.", examples=["cjtf-oir"])
    ] = None
    published_on: Annotated[
        PastDay | None, Field(description="When; needed where the text itself does not say.")
    ] = None


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DraftCoverage(_Answer):
    """A country and days that the text speaks for."""

    country: str = Field(description="ISO 3166-1 alpha-2.", examples=["SY"])
    date_from: date | None = Field(description="The first day; null where the text does not say.")
    date_to: date | None = Field(description="The last day; null where the text does not say.")
    strikes: int | None = Field(description='As claimed; 0: "no strikes reported"; null: no total given.')
    engagements: int | None = Field(description="As claimed; null: not given.")


class DraftTally(_Answer):
    """How many of what, with the characters that say so."""

    effect: Effect = Field(description="The normalised effect.", examples=["destroyed"])
    verb: str = Field(description="The verb as written.", examples=["destroyed"])
    category: str | None = Field(description="A category's slug; null: known to none.", examples=["tank"])
    as_written: str = Field(description="The phrase with its number.", examples=["two tanks"])
    count_min: int = Field(description="What the words prove.")
    count_max: int | None = Field(description="The most they allow; null: no upper bound.")
    quote: Span = Field(description="The phrase, in code points of the text as sent.")


class DraftStrike(_Answer):
    """One line of the draft. What is null and needed to post it has a remark."""

    date_from: date | None = Field(description="The first day; null where the text does not say.")
    date_to: date | None = Field(description="The last day; null where the text does not say.")
    date_precision: Literal["day", "week", "month", "unknown"] = Field(
        description="How exactly the days are given."
    )
    country: str | None = Field(description="ISO 3166-1 alpha-2; null where the text does not say.")
    location: str | None = Field(description="A place's slug; null: known to none, or none named.")
    location_as_written: str | None = Field(description="The place as the text spells it.")
    strikes_min: int | None = Field(description="Null: the text gives no number of strikes.")
    strikes_max: int | None = Field(description="Null: not given, or open.")
    engagements: int | None = Field(description="Null: not given.")
    owner: str | None = Field(description="Whose the target was, where not the enemy's.")
    quote: Span = Field(description="The sentence that the line was read from.")
    tallies: list[DraftTally]


class Draft(_Answer):
    """A report that can be posted once an analyst has filled in what is null."""

    publisher: str | None = Field(description="A publisher's slug, as the caller said.")
    number: str | None = Field(description="The release's own number.", examples=["20170207-01"])
    title: str | None = Field(description="The headline.")
    published_on: date | None = Field(description="As the caller or the text says.")
    source_url: str | None = Field(description="Always null: the text does not tell.")
    text: str = Field(description="The text as sent.")
    headline: HeadlineOut | None = Field(
        description="The total over all countries; null where none is claimed."
    )
    coverage: list[DraftCoverage]
    strikes: list[DraftStrike]


class RemarkOut(_Answer):
    """Something that a reader should look at: not understood, worked out, or unknown."""

    start: int = Field(description="The first character, in code points of the text as sent.")
    end: int = Field(description="The character after the last.")
    kind: str = Field(description="A stable name for the kind of remark.", examples=["unknown_category"])
    message: str = Field(description="What is to be looked at.")


class ParseOut(_Answer):
    """A draft report, what was not understood, and whether its sums agree. Nothing is stored."""

    draft: Draft
    remarks: list[RemarkOut]
    checks: list[Check] = Field(description="The lines against the totals that the text claims.")
