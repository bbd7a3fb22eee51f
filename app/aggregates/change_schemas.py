"""Response models of the changes of aggregates."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.aggregates.schemas import Counts, Keys, Measures
from app.http.examples import example_of
from app.http.pagination import CURSOR


class ChangeEntry(BaseModel):
    """An entry of the ledger that changed which lines a group counts."""

    model_config = ConfigDict(extra="forbid")

    seq: int = Field(description="Its number.", examples=[42])
    action: str = Field(
        description="`published`, `revised` or `retracted`; `vocabulary` for the vocabularies.",
        examples=["revised"],
    )
    report: str | None = Field(
        description="The id of the report; null for the vocabularies.", examples=["r12"]
    )
    reason: str | None = Field(
        description="Why it was revised or retracted; null otherwise.", examples=["The source was corrected."]
    )


class ChangedGroup(Keys):
    """A group that differs, with its measures as of either number."""

    before: Measures = Field(description="As of `from_seq`.", examples=[example_of(Counts)])
    after: Measures = Field(description="As of `to_seq`.", examples=[example_of(Counts)])
    entries: list[ChangeEntry] = Field(
        description="The entries between the two that changed which lines the group counts, in order; the latest "
        "100 of them. Where the vocabulary changed what the group is, also the entries of the vocabulary. A group can "
        "differ without any: where the day of a first publication is corrected, only lags do.",
        examples=[[example_of(ChangeEntry)]],
    )
    entries_omitted: int = Field(description="How many earlier entries are not listed.", examples=[0])


_UNSHOWN = {"country", "publisher", "category", "family", "effect"}
_ROW: dict[str, Any] = {
    name: value
    for name, value in example_of(ChangedGroup).items()
    if name not in _UNSHOWN and not name.endswith("_name")
}


class AggregateChanges(BaseModel):
    """The groups that differ between two numbers of the ledger."""

    model_config = ConfigDict(extra="forbid")

    group_by: list[str] = Field(description="The dimensions, as requested.", examples=[["location", "month"]])
    from_seq: int = Field(description="The ledger number of the earlier count.", examples=[41])
    to_seq: int = Field(description="The ledger number of the later count.", examples=[42])
    next: str | None = Field(
        description="The cursor of the next page; null on the last one.", examples=[CURSOR]
    )
    rows: list[ChangedGroup] = Field(description="The groups of the page.", examples=[[_ROW]])
