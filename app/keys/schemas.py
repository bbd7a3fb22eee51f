"""Request and response models of API keys."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from app.db.types import AnyRow
from app.http import field_types
from app.http.examples import INSTANT, example_of
from app.http.field_types import Name, Strict, spelt
from app.http.pagination import Page
from app.keys.service import Scope
from app.vocabulary.identifiers import KEY, public_id

# When the example's key ends.
_ENDS = "2099-12-31T00:00:00Z"

# A key as JSON, before it is written.
Document = dict[str, Any]


def _end(value: object) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, str) or not field_types.INSTANT.fullmatch(value):
        raise PydanticCustomError(
            "instant_format", "an instant needs a time zone, such as 2027-01-31T12:00:00Z"
        )
    try:
        end = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise PydanticCustomError("no_such_instant", "no such day or time in the calendar") from None
    if end <= datetime.now(UTC):
        raise PydanticCustomError("in_the_past", "expires_at must be in the future")
    return end


class KeyIn(Strict):
    """A key to be made."""

    name: Annotated[
        Name, Field(description="The holder of the key, for people.", examples=["the Raqqa desk"])
    ]
    scopes: Annotated[
        list[Scope],
        Field(
            min_length=1,
            max_length=len(Scope),
            description="What it may do; `admin` may do all.",
            examples=[["publish"]],
        ),
    ]
    expires_at: Annotated[
        datetime | None,
        BeforeValidator(
            _end, json_schema_input_type=Annotated[AwareDatetime, spelt(field_types.INSTANT.pattern)] | None
        ),
        Field(
            description="When it expires: RFC 3339 with a time zone, in the future. Default: never.",
            examples=[_ENDS],
        ),
    ] = None


class KeyOut(BaseModel):
    """A key as it can be shown: without the key itself, which is stored nowhere."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(examples=["k12"], description="Its id, to revoke it by.")
    name: str = Field(examples=["the Raqqa desk"], description="The holder of the key.")
    scopes: list[Scope] = Field(examples=[["publish"]], description="What it may do.")
    created_at: AwareDatetime = Field(description="When it was created.", examples=[INSTANT])
    expires_at: AwareDatetime | None = Field(description="When it expires; null for never.", examples=[_ENDS])
    last_used_at: AwareDatetime | None = Field(
        description="When it was last used for a write; null for never.", examples=[INSTANT]
    )
    revoked_at: AwareDatetime | None = Field(
        description="When it was revoked; null while it is valid.", examples=[INSTANT]
    )


class NewKey(KeyOut):
    """A key that was just made."""

    key: str = Field(
        description="The key itself. This response alone shows it; only its hash is stored.",
        examples=["sl_…"],
    )


class KeyPage(Page):
    """A page of keys."""

    items: list[KeyOut] = Field(description="The keys of the page.", examples=[[example_of(KeyOut)]])


def shown(key: AnyRow) -> Document:
    """Return the document of a key's row."""
    return key._asdict() | {"id": public_id(KEY, key.id), "scopes": key.scopes.split()}
