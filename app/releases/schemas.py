"""Request and response models of `POST /v1/parse`."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictStr

from app.http.examples import example_of
from app.http.field_types import Name, Strict
from app.parsing import Role
from app.record.report_example import STRIKE, TEXT
from app.record.report_types import PastDay
from app.reports.schemas import Check, HeadlineOut, PossibleDuplicate, WarningOut
from app.strikes.schemas import Span
from app.vocabulary.effects import Effect


class ParseIn(Strict):
    """A release as text, and what the caller knows of it."""

    text: Annotated[
        StrictStr, Field(description="The release, unchanged: offsets refer to it.", examples=[TEXT])
    ]
    publisher: Annotated[
        Name | None, Field(description="Who published it: slug, name or alias.", examples=["cjtf-oir"])
    ] = None
    published_on: Annotated[
        PastDay | None,
        Field(description="When; needed where the text does not give it.", examples=["2017-02-07"]),
    ] = None


class _ResponseModel(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DraftCoverage(_ResponseModel):
    """A country and days that the text covers."""

    country: str = Field(description="ISO 3166-1 alpha-2.", examples=["SY"])
    date_from: date | None = Field(
        description="The first day; null where the text does not give it.", examples=["2017-02-06"]
    )
    date_to: date | None = Field(
        description="The last day; null where the text does not give it.", examples=["2017-02-06"]
    )
    strikes: int | None = Field(
        description='As claimed; 0: "no strikes reported"; null: no total given.', examples=[9]
    )
    engagements: int | None = Field(description="As claimed; null: not given.", examples=[12])
    quote: Span = Field(description="The sentence that claims it.", examples=[example_of(Span)])


class DraftHeadline(HeadlineOut):
    """The total over all countries, with the sentence that claims it."""

    quote: Span = Field(description="The sentence that claims it.", examples=[example_of(Span)])


class DraftTally(_ResponseModel):
    """A number of targets, with the characters that prove it."""

    effect: Effect = Field(description="The normalised effect.", examples=["destroyed"])
    verb: str = Field(description="The verb as written.", examples=["destroyed"])
    category: str | None = Field(description="A category's slug; null: known to none.", examples=["tank"])
    as_written: str = Field(description="The phrase with its number.", examples=["two tanks"])
    count_min: int = Field(description="What the words prove.", examples=[2])
    count_max: int | None = Field(
        description="The maximum that they allow; null: no upper bound.", examples=[2]
    )
    approximate: bool = Field(
        description='Whether the text gives an estimate, such as "about 40": it proves no bound.',
        examples=[False],
    )
    quote: Span = Field(
        description="The phrase, in code points of the text as sent.", examples=[example_of(Span)]
    )


class DraftStrike(_ResponseModel):
    """One line of the draft. What is null and needed to post it has a remark."""

    date_from: date | None = Field(
        description="The first day; null where the text does not give it.", examples=["2017-02-06"]
    )
    date_to: date | None = Field(
        description="The last day; null where the text does not give it.", examples=["2017-02-06"]
    )
    date_precision: Literal["day", "week", "month", "unknown"] = Field(
        description="How exactly the days are given.", examples=["day"]
    )
    country: str | None = Field(
        description="ISO 3166-1 alpha-2; null where the text does not give it.", examples=["SY"]
    )
    location: str | None = Field(
        description="A place's slug; null: known to none, or none named.", examples=["palmyra"]
    )
    location_as_written: str | None = Field(
        description="The place as the text spells it; null: none named.", examples=["Palmyra"]
    )
    strikes_min: int | None = Field(
        description="How many strikes at least; null: the text gives no number.", examples=[9]
    )
    strikes_max: int | None = Field(description="How many at most; null: not given, or open.", examples=[9])
    engagements: int | None = Field(description="As given; null: not given.", examples=[12])
    owner: str | None = Field(
        description="Whose the target was, where not the enemy's; null: the enemy's.", examples=["Coalition"]
    )
    strikes_quote: Span | None = Field(
        description="The number of strikes; null: the text gives none.", examples=[example_of(Span)]
    )
    engagements_quote: Span | None = Field(
        description="The number of engagements; null: the text gives none.", examples=[example_of(Span)]
    )
    quote: Span = Field(description="The sentence that the line was read from.", examples=[STRIKE["quote"]])
    tallies: list[DraftTally] = Field(
        description="What the strikes did, as far as it was understood.", examples=[[example_of(DraftTally)]]
    )


class Draft(_ResponseModel):
    """A report that can be posted once an analyst has filled in what is null."""

    publisher: str | None = Field(
        description="A publisher's slug, as in the request; null where not given.", examples=["cjtf-oir"]
    )
    number: str | None = Field(
        description="The release's own number; null where it gives none.", examples=["20170207-01"]
    )
    title: str | None = Field(
        description="The headline; null where there is none.", examples=["Strikes in Syria and Iraq"]
    )
    published_on: date | None = Field(
        description="As the request or the text gives it; null where neither does.", examples=["2017-02-07"]
    )
    source_url: str | None = Field(description="Always null: the text does not give it.", examples=[None])
    archive_url: str | None = Field(description="Always null: the text does not give it.", examples=[None])
    text: str = Field(description="The text as sent.", examples=[TEXT])
    headline: DraftHeadline | None = Field(
        description="The total over all countries; null where none is claimed.",
        examples=[example_of(DraftHeadline)],
    )
    coverage: list[DraftCoverage] = Field(
        description="The countries and days that the text covers.",
        examples=[[example_of(DraftCoverage)]],
    )
    strikes: list[DraftStrike] = Field(
        description="Its lines, in its order.", examples=[[example_of(DraftStrike)]]
    )


class RemarkOut(_ResponseModel):
    """Something that an analyst should check: not understood, derived, or unknown."""

    start: int = Field(description="The first character, in code points of the text as sent.", examples=[37])
    end: int = Field(description="The character after the last.", examples=[64])
    kind: str = Field(description="A stable name for the kind of remark.", examples=["unknown_category"])
    message: str = Field(description="What to check.", examples=["unknown category: 'shacks'"])


class NumberOut(_ResponseModel):
    """A number of the text, and the field that has it, or why none has.

    What is `unread`, `not_counted`, `included` or an `amount` lies inside the span of a remark.
    """

    start: int = Field(description="The first character, in code points of the text as sent.", examples=[37])
    end: int = Field(description="The character after the last.", examples=[40])
    value_min: int | None = Field(
        description="What the words prove; null: the digits are not one number.", examples=[2]
    )
    value_max: int | None = Field(
        description="The maximum that they allow; null: no upper bound.", examples=[2]
    )
    role: Role = Field(description="The field that has it, or why no field does.", examples=["tally"])
    of: str | None = Field(
        description="Its place in the draft, as a JSON pointer; null: in no field.",
        examples=["/strikes/0/tallies/0/count"],
    )


class ParseOut(_ResponseModel):
    """A draft report, remarks, every number of the text, and whether its sums agree."""

    draft: Draft = Field(description="The report, as far as the text gives it.", examples=[example_of(Draft)])
    remarks: list[RemarkOut] = Field(
        description="What an analyst should check, in the order of the text.",
        examples=[[example_of(RemarkOut)]],
    )
    numbers: list[NumberOut] = Field(
        description="Every number of the text, in its order.", examples=[[example_of(NumberOut)]]
    )
    checks: list[Check] = Field(
        description="The lines against the totals that the text claims.", examples=[[example_of(Check)]]
    )
    warnings: list[WarningOut] = Field(
        description="Probable slips; those of the number only with `publisher`.",
        examples=[[example_of(WarningOut)]],
    )
    possible_duplicates: list[PossibleDuplicate] = Field(
        description="Current lines of reports that may report the same events. Only suggestions.",
        examples=[[example_of(PossibleDuplicate)]],
    )
