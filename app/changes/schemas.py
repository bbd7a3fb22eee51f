"""Parameters and response models of the change feeds."""

from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.db.types import AnyRow
from app.http.examples import INSTANT, example_of
from app.http.field_types import PLAIN_DIGITS
from app.http.formats import FormatQuery
from app.http.pagination import LARGEST_INTEGER, MOST_ON_A_PAGE, Page, PageQuery
from app.strikes.params import StrikeCriteria, StrikeQuery
from app.vocabulary.identifiers import REPORT, public_id

# The format of an entry's hash.
HASH = "8fab3fb0d1a32d80f5a081bc26bcdea8cba685bc539c471cf9bee11fa0e1a4e8"

# A ledger number that somebody saw.
Seen = Annotated[int, Field(ge=0, le=LARGEST_INTEGER), PLAIN_DIGITS]

# A ledger number to start after.
After = Annotated[
    Seen,
    Field(
        description="Start with the entry after this ledger number; 0 starts with the first. A number that the "
        "ledger has not given is refused.",
        examples=[1],
    ),
]


class NoParameters(BaseModel):
    """No parameters."""

    model_config = ConfigDict(extra="forbid")


# A ledger number to end before.
_Before = Annotated[int, Field(ge=1, le=LARGEST_INTEGER), PLAIN_DIGITS]


class ChangesQuery(StrikeQuery, PageQuery, FormatQuery):
    """The parameters of `GET /v1/changes`."""

    after: After = 0
    before: Annotated[
        _Before | None,
        Field(
            description="Read backwards, the latest first, from the last entry before this ledger number. One more "
            "than the latest number starts with the latest entry; what is greater is refused.",
            examples=[2],
        ),
    ] = None


class StreamQuery(StrikeCriteria):
    """The parameters of `GET /v1/changes/stream`, which follows the head of the ledger: it takes no `as_of`."""

    after: After = 0


class FeedQuery(StrikeQuery):
    """The parameters of `GET /v1/changes.atom`."""

    limit: Annotated[
        int,
        Field(ge=1, le=MOST_ON_A_PAGE),
        PLAIN_DIGITS,
        Field(description="The maximum number of entries on a page.", examples=[50]),
    ] = 50
    after: Annotated[
        Seen,
        Field(
            description="Leave out the entries up to this ledger number. A number that the ledger has not given is "
            "refused.",
            examples=[1],
        ),
    ] = 0
    before: Annotated[
        _Before | None,
        Field(
            description="Start with the last entry before this ledger number, as the feed's `next` links do; left "
            "out: with the latest. A number beyond the latest is refused.",
            examples=[2],
        ),
    ] = None


class Change(BaseModel):
    """One entry of the ledger: one accepted write."""

    model_config = ConfigDict(extra="forbid")

    seq: int = Field(description="Its number. Numbers rise by one, without gaps.", examples=[42])
    recorded_at: AwareDatetime = Field(
        description="When it was recorded, UTC; later than the one before.", examples=[INSTANT]
    )
    action: str = Field(
        description="`published`, `revised` or `retracted` for a report; `vocabulary` for the vocabularies.",
        examples=["published"],
    )
    report: str | None = Field(
        description="The id of the report; null for the vocabularies.", examples=["r12"]
    )
    revision: int | None = Field(
        description="The revision that it made; null for the vocabularies.", examples=[1]
    )
    hash: str = Field(
        description="SHA-256 over it and, through the chain, over all before it.", examples=[HASH]
    )


class ChangesPage(Page):
    """A page of changes, in the order in which they were recorded; with `before` the latest first.

    With strike filters a page may have fewer items than `limit`, or none, and yet a next page.
    """

    items: list[Change] = Field(description="The entries of the page.", examples=[[example_of(Change)]])


class LedgerHead(BaseModel):
    """The last entry of the ledger."""

    seq: int = Field(description="Its number; 0 before anything was recorded.", examples=[42])
    hash: str | None = Field(
        description="SHA-256 over it and, through the chain, over all before it; null before the first.",
        examples=[HASH],
    )
    recorded_at: AwareDatetime | None = Field(
        description="When it was recorded, UTC; null before the first.", examples=[INSTANT]
    )


def change(entry: AnyRow) -> dict[str, Any]:
    """Return an entry as `Change` describes it."""
    return {
        "seq": entry.seq,
        "recorded_at": entry.recorded_at,
        "action": entry.action,
        "report": None if entry.report_id is None else public_id(REPORT, entry.report_id),
        "revision": entry.revision,
        "hash": entry.hash,
    }
