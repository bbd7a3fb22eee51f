"""Response models of reports, for documentation and tests."""

from datetime import date
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.http.examples import INSTANT, example_of
from app.http.pagination import Page
from app.record.report_example import TEXT
from app.strikes.schemas import StrikeOut


class _ResponseModel(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CoverageOut(_ResponseModel):
    """A country and days that the report covers."""

    country: str = Field(examples=["SY"], description="ISO 3166-1 alpha-2.")
    date_from: date = Field(description="The first day covered.", examples=["2017-02-06"])
    date_to: date = Field(description="The last day covered.", examples=["2017-02-06"])
    strikes: int | None = Field(
        description='As claimed; 0: "no strikes reported"; null: no total given.', examples=[9]
    )
    engagements: int | None = Field(description="As claimed; null: not given.", examples=[12])


class Check(_ResponseModel):
    """Whether the lines add up to a total that the report claims. A mismatch warns; it never refuses."""

    measure: Literal["strikes", "engagements"] = Field(
        description="What was summed up.", examples=["strikes"]
    )
    country: str | None = Field(
        description="The country that the claim is about; null: the headline.", examples=["SY"]
    )
    date_from: date | None = Field(
        description="The first day of the claim; null: not given.", examples=["2017-02-06"]
    )
    date_to: date | None = Field(
        description="The last day of the claim; null: not given.", examples=["2017-02-06"]
    )
    claimed: int = Field(description="The total that the report claims.", examples=[9])
    lines_min: int = Field(description="What its lines add up to, at least.", examples=[9])
    lines_max: int | None = Field(description="At most; null where a line sets no upper bound.", examples=[9])
    agrees: bool = Field(description="Whether the claim is within these bounds.", examples=[True])
    against: Literal["lines", "coverage"] = Field(
        description="What was added up: the lines, or, for a headline, the claims for countries.",
        examples=["lines"],
    )


class ReportSummary(_ResponseModel):
    """A report without its text and lines."""

    id: str = Field(description="The report's id; never reused.", examples=["r12"])
    publisher: str = Field(description="The slug of the publisher.", examples=["cjtf-oir"])
    number: str | None = Field(
        description="The publisher's number; null where it gave none.", examples=["20170207-01"]
    )
    title: str | None = Field(
        description="As published; null where there is none.", examples=["Strikes in Syria and Iraq"]
    )
    published_on: date = Field(description="When it was published.", examples=["2017-02-07"])
    source_url: str | None = Field(
        description="Where it was published; null where unknown.", examples=["https://example.org/release"]
    )
    archive_url: str | None = Field(
        description="An archived copy of the source; null where none is known.",
        examples=["https://web.archive.org/web/20170208000000/https://example.org/release"],
    )
    status: Literal["draft", "published", "retracted"] = Field(
        description="Whether it is published, retracted or a draft.", examples=["published"]
    )
    reason: str | None = Field(
        description="Why it was revised or retracted; null for the first revision.",
        examples=["A tank was left out."],
    )
    revision: int = Field(description="1 is the first; 0 for a draft.", examples=[1])
    seq: int | None = Field(
        description="The ledger number of this revision; null for a draft.", examples=[42]
    )
    recorded_at: AwareDatetime = Field(
        description="When this revision was recorded, or the draft saved, UTC.", examples=[INSTANT]
    )
    lines: int = Field(description="The number of its strike lines.", examples=[1])


class PossibleDuplicate(_ResponseModel):
    """A current line of another report that a new line may repeat. Place and day alone never suffice."""

    strike: str | None = Field(
        description="The new line; null in a draft, which is not in the record.", examples=["s41"]
    )
    pointer: str = Field(
        description="The new line's place in the report: a JSON pointer.", examples=["/strikes/0"]
    )
    repeats: str = Field(description="The line that it may repeat: a value for `same_as`.", examples=["s40"])
    report: str = Field(description="The report of that line.", examples=["r12"])
    alike: float = Field(description="The share of tallies that both have: 1 is all.", examples=[1.0])


class WarningOut(_ResponseModel):
    """A probable slip in the posted report. It is never refused for it."""

    code: Literal["after-publication", "country-of-place", "number-spelling", "count-against-words"] = Field(
        description="`after-publication`: a line's day is after `published_on`. `country-of-place`: a line's country "
        "is not the one of its place. `number-spelling`: the publisher has a report of this number in "
        "another spelling. `count-against-words`: a count contradicts its own `as_written`.",
        examples=["after-publication"],
    )
    pointer: str = Field(
        description="Where in the report: a JSON pointer.", examples=["/strikes/0/date_from"]
    )
    detail: str = Field(
        description="What is unlikely about it.",
        examples=["2017-02-08 is after published_on, 2017-02-07: a report covers earlier days"],
    )


class ReportChecks(_ResponseModel):
    """What the response to a report's publication would hold besides the report."""

    checks: list[Check] = Field(
        description="Its lines against the totals that it claims.", examples=[[example_of(Check)]]
    )
    warnings: list[WarningOut] = Field(description="Probable slips.", examples=[[example_of(WarningOut)]])
    possible_duplicates: list[PossibleDuplicate] = Field(
        description="Current lines of other reports that may report the same events. Only suggestions.",
        examples=[[example_of(PossibleDuplicate)]],
    )


class ReportPage(Page):
    """A page of reports."""

    items: list[ReportSummary] = Field(
        description="The reports of the page.", examples=[[example_of(ReportSummary)]]
    )


class HeadlineOut(_ResponseModel):
    """The totals that a report claims over all countries."""

    strikes: int | None = Field(description="As claimed; null where not given.", examples=[9])
    engagements: int | None = Field(description="As claimed; null where not given.", examples=[12])


class ReportOut(ReportSummary):
    """A report as stored."""

    text: str | None = Field(
        description="The source's own words; null where they are not stored.",
        examples=[TEXT],
    )
    headline: HeadlineOut | None = Field(
        description="Totals over all countries; null where the report claims none.",
        examples=[example_of(HeadlineOut)],
    )
    sums_note: str | None = Field(
        description="Why sums that do not agree were accepted; null: not given.",
        examples=["The release lists the late strikes apart."],
    )
    coverage: list[CoverageOut] = Field(
        description="The countries and days that it covers.", examples=[[example_of(CoverageOut)]]
    )
    strikes: list[StrikeOut] = Field(
        description="Its lines, in its order.", examples=[[example_of(StrikeOut)]]
    )
    checks: list[Check] = Field(
        description="Its lines against the totals that it claims.", examples=[[example_of(Check)]]
    )
    warnings: list[WarningOut] | None = Field(
        default=None,
        description="In the response to a write, and of a draft: probable slips. They depend on what else is in the "
        "record, so a published report is read without them.",
        examples=[[example_of(WarningOut)]],
    )
    possible_duplicates: list[PossibleDuplicate] | None = Field(
        default=None,
        description="In the response to a write, and of a draft: current lines of other reports that may report "
        "the same events. Only suggestions.",
        examples=[[example_of(PossibleDuplicate)]],
    )


class RevisionOut(_ResponseModel):
    """One revision of a report, in the list of them."""

    revision: int = Field(description="1 is the first.", examples=[2])
    seq: int = Field(description="The ledger number under which it was recorded.", examples=[42])
    recorded_at: AwareDatetime = Field(description="When it was recorded, UTC.", examples=[INSTANT])
    status: Literal["published", "retracted"] = Field(
        description="What the report was from then on.", examples=["published"]
    )
    reason: str | None = Field(
        description="Why it was revised or retracted; null for the first revision.",
        examples=["A tank was left out."],
    )


class RevisionList(_ResponseModel):
    """Every revision of a report, the first one first."""

    items: list[RevisionOut] = Field(description="The revisions.", examples=[[example_of(RevisionOut)]])
    next: None = Field(description="Always null: all revisions are on one page.", examples=[None])
    seq: int = Field(description="The ledger number as of which the list was read.", examples=[42])


class FieldChange(_ResponseModel):
    """A field in which two revisions differ."""

    field: str = Field(description="Its name.", examples=["title"])
    before: Any = Field(description="What it was.", examples=["Strikes in Syria"])
    after: Any = Field(description="What it became.", examples=["Strikes in Syria and Iraq"])


class RevisionDiff(_ResponseModel):
    """The changes of a revision against the previous one; the first one has none to compare with."""

    revision: int = Field(description="The revision that made the change.", examples=[2])
    reason: str | None = Field(
        description="Why; null for the first revision.", examples=["A tank was left out."]
    )
    summary: list[str] = Field(
        description="The change in sentences.",
        examples=[["title: 'Strikes in Syria' became 'Strikes in Syria and Iraq'"]],
    )
    fields: list[FieldChange] = Field(
        description="Fields of the report that changed.", examples=[[example_of(FieldChange)]]
    )
    strikes_removed: list[StrikeOut] = Field(description="Lines that were removed.", examples=[[]])
    strikes_added: list[StrikeOut] = Field(
        description="Lines that were added.", examples=[[example_of(StrikeOut)]]
    )
    strikes_kept: int = Field(description="Lines that did not change; their ids are the same.", examples=[3])
