"""Field types that every body and query shares: strict, since a client's slip must never become a fact."""

import re
import unicodedata
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StrictStr
from pydantic_core import PydanticCustomError

from app.models.base import NAME_LENGTH
from app.vocabulary.countries import COUNTRIES

# No line of a release comes near: one strike once destroyed 283 vehicles.
MOST_ITEMS = 1_000_000

# The first day that the record takes: no airstrike is older.
FIRST_DAY = date(1911, 1, 1)

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Strict(BaseModel):
    """A body, or a part of one: unknown fields are refused, and nothing is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _iso_date(value: object) -> date:
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise PydanticCustomError("no_such_day", "there is no such day in the calendar") from None
    raise PydanticCustomError("date_format", "a date is written YYYY-MM-DD")


def _country(value: object) -> object:
    if isinstance(value, str) and value.upper() in COUNTRIES:
        return value.upper()
    raise PydanticCustomError("unknown_country", "a country is an ISO 3166-1 alpha-2 code, such as SY or IQ")


def _name(value: str) -> str:
    cleaned = " ".join(unicodedata.normalize("NFC", value).split())
    if not cleaned:
        raise PydanticCustomError("blank", "must hold at least one character that is not white space")
    if any(unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in cleaned):
        raise PydanticCustomError("control_character", "must not hold control characters")
    return cleaned


# A day, written YYYY-MM-DD.
Day = Annotated[date, BeforeValidator(_iso_date, json_schema_input_type=date)]

# ISO 3166-1 alpha-2, in upper case.
Country = Annotated[
    str,
    BeforeValidator(_country, json_schema_input_type=str),
    Field(min_length=2, max_length=2, examples=["SY"]),
]

# A short wording: one line, Unicode NFC, runs of white space made one space.
Name = Annotated[StrictStr, Field(max_length=NAME_LENGTH), AfterValidator(_name)]

# A count of items, strikes or engagements.
Count = Annotated[StrictInt, Field(ge=0, le=MOST_ITEMS)]
