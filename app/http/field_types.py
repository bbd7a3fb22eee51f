"""Strict field types shared by bodies and queries."""

import re
import unicodedata
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StrictStr
from pydantic_core import PydanticCustomError

from app.models.base import NAME_LENGTH
from app.vocabulary.countries import COUNTRIES

# No line of a release comes near: one strike once destroyed 283 vehicles.
MOST_ITEMS = 1_000_000

# The first day that the record takes: no airstrike is older.
FIRST_DAY = date(1911, 1, 1)

# Periods end within the calendar of the machine, so the last year of that is left free.
LAST_DAY = date(9998, 12, 31)

_NATURAL = re.compile(r"-?(0|[1-9][0-9]{0,18})", re.ASCII)

# Ledger numbers; longer than any, and shorter than what an engine cannot hold.
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)

# An instant of RFC 3339 with its zone, without leap seconds. The days of each month are checked by the calendar.
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]"
INSTANT = re.compile(
    rf"[0-9]{{4}}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T{_TIME}:[0-5][0-9](\.[0-9]{{1,6}})?(Z|[+-]{_TIME})",
    re.ASCII,
)
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)

# Text that is not blank, without control characters. `one_line` is stricter than a pattern can be.
ONE_LINE = r"[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*"


def spelt(pattern: str) -> Any:  # noqa: ANN401 - what pydantic's Field is typed as
    """Describe the spelling of a text in the reference. Its validator refuses everything else, with its own message."""
    return Field(json_schema_extra={"pattern": f"^{pattern}$"})


class Strict(BaseModel):
    """A body, or a part of one: unknown fields are refused, and nothing is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _iso_date(value: object) -> date:
    if isinstance(value, str):
        return _day(value)
    if isinstance(value, date):
        return value
    raise _date_format()


# Days repeat, in an import above all.
@lru_cache(2_048)
def _day(written: str) -> date:
    if not _ISO_DATE.fullmatch(written):
        raise _date_format()
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise PydanticCustomError("no_such_day", "no such day in the calendar") from None
    if day > LAST_DAY:
        raise PydanticCustomError("no_such_day", "the latest year is 9998")
    return day


def _date_format() -> PydanticCustomError:
    return PydanticCustomError("date_format", "a date must be written YYYY-MM-DD")


def _country(value: object) -> object:
    # Upper case of some letters beyond ASCII is a pair of ASCII letters.
    if isinstance(value, str) and value.isascii() and value.upper() in COUNTRIES:
        return value.upper()
    raise PydanticCustomError(
        "unknown_country", "a country must be an ISO 3166-1 alpha-2 code, such as SY or IQ"
    )


def _as_of(value: object) -> int | datetime | None:
    if value is None or isinstance(value, int | datetime):
        return value
    text = str(value)
    if _NUMBER.fullmatch(text):
        return int(text)
    # A "+" that was not escaped arrives as a space: RFC 3339 has none there.
    if INSTANT.fullmatch(text):
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            raise PydanticCustomError("no_such_instant", "no such day or time in the calendar") from None
    raise PydanticCustomError(
        "as_of_format",
        "must be a ledger number, or an instant such as 2026-11-22T12:00:00Z (escape a '+' as %2B)",
    )


def one_line(value: str) -> str:
    """Return a wording as it is stored: Unicode NFC, with single spaces. Refuses what is blank or not printable."""
    if value.isascii() and value.isprintable() and value and value == " ".join(value.split()):
        # As nearly all are: nothing to normalise.
        return value
    if any(unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in value):
        raise PydanticCustomError("control_character", "must not contain control characters")
    cleaned = " ".join(unicodedata.normalize("NFC", value).split())
    if not cleaned:
        raise PydanticCustomError("blank", "must not be blank")
    return cleaned


# Names repeat, in an import above all. None is longer than `Field` allows.
@lru_cache(2_048)
def _name(value: str) -> str:
    cleaned = one_line(value)
    # After normalising, which lengthens some letters: it is this form that a column must hold.
    if len(cleaned) > NAME_LENGTH:
        raise PydanticCustomError("too_long", "must have at most {most} characters", {"most": NAME_LENGTH})
    return cleaned


def _natural(value: object) -> object:
    if isinstance(value, str) and not _NATURAL.fullmatch(value):
        raise PydanticCustomError("integer", "must be an integer in plain digits")
    return value


# A day, written YYYY-MM-DD.
Day = Annotated[date, BeforeValidator(_iso_date, json_schema_input_type=date)]

# ISO 3166-1 alpha-2, in upper case.
Country = Annotated[str, spelt("[A-Za-z]{2}"), BeforeValidator(_country), Field(examples=["SY"])]

# A ledger number, or an instant with its zone.
AsOfParameter = Annotated[
    int | datetime | None,
    BeforeValidator(
        _as_of, json_schema_input_type=Annotated[str, spelt(f"({_NUMBER.pattern}|{INSTANT.pattern})")]
    ),
    Field(
        description="Read the record as it stood at this ledger number, or at this instant (RFC 3339): "
        "permanently the same response, which can be cited.",
        examples=["42", "2026-11-22T12:00:00Z"],
    ),
]


class AsOfQuery(BaseModel):
    """The parameter of a single resource."""

    model_config = ConfigDict(extra="forbid")

    as_of: AsOfParameter = None


# A short wording: one line, Unicode NFC, runs of white space made one space.
Name = Annotated[StrictStr, Field(max_length=NAME_LENGTH), spelt(ONE_LINE), AfterValidator(_name)]

# The same in a query.
QueryName = Annotated[
    str, Field(min_length=1, max_length=NAME_LENGTH), spelt(ONE_LINE), AfterValidator(_name)
]

# Before a whole number in a query: plain digits, since "1_0" and "٣" are slips. Stands after the bounds, which
# would otherwise not be found in the reference.
PLAIN_DIGITS = BeforeValidator(_natural)

# A count of items, strikes or engagements.
Count = Annotated[StrictInt, Field(ge=0, le=MOST_ITEMS)]
