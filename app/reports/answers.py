"""The report as it is answered: the models document and test the answers that document.py and diff.py make."""

from datetime import date
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.http.pages import Page
from app.strikes.schemas import StrikeOut


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
