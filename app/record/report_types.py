"""Field types of reports: plausible days, web addresses, text and bounds."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StrictStr, ValidationInfo
from pydantic_core import PydanticCustomError

from app.http.field_types import FIRST_DAY, ONE_LINE, Day, one_line, spelt

# What is white space to nobody: not to Python, nor to the languages that read the pattern in the reference.
_NOT_BLANK = re.compile(r"[^\s\u001c-\u001f\u0085\ufeff]")

# Code points; as much as a parser takes.
LONGEST_TEXT = 200 * 1024


# The context of validation for what is stored: it was validated when it came, and is not validated again by another
# clock.
STORED = {"is_stored": True}


def _past(day: date, info: ValidationInfo) -> date:
    """Refuse days that no report can speak of. One day ahead allows for time zones."""
    is_ahead = info.context != STORED and day > datetime.now(UTC).date() + timedelta(days=1)
    if day < FIRST_DAY or is_ahead:
        raise PydanticCustomError(
            "impossible_date", "the day must be neither in the future nor before the first airstrikes"
        )
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


def _not_blank(text: str) -> str:
    if not _NOT_BLANK.search(text):
        raise PydanticCustomError("blank", "must not be blank")
    return text


PastDay = Annotated[Day, AfterValidator(_past), Field(examples=["2017-02-06"])]
WebAddress = Annotated[
    StrictStr,
    Field(max_length=2_048),
    spelt(r"[hH][tT][tT][pP][sS]?://[^\s\x00-\x1f\x7f-\x9f]+"),
    AfterValidator(_web_address),
]
Title = Annotated[StrictStr, Field(max_length=1_000), spelt(ONE_LINE), AfterValidator(one_line)]
Text = Annotated[StrictStr, Field(max_length=LONGEST_TEXT)]
Phrase = Annotated[
    StrictStr,
    Field(max_length=2_000, json_schema_extra={"pattern": _NOT_BLANK.pattern}),
    AfterValidator(_not_blank),
]


def refuse_reversed(date_from: date, date_to: date | None) -> None:
    """Refuse days that end before they begin."""
    if date_to is not None and date_to < date_from:
        raise PydanticCustomError("days_reversed", "date_to must not be before date_from")


def refuse_mixed_bounds(name: str, exact: int | None, least: int | None, most: int | None) -> None:
    """Refuse a count that is given twice over, or whose bounds cannot be."""
    if exact is not None and (least is not None or most is not None):
        raise _of_bounds("mixed_bounds", "give either '{exact}', or '{least}' and '{most}'", name)
    if most is not None and least is None:
        raise _of_bounds("no_minimum", "'{most}' needs '{least}'", name)
    if least is not None and most is not None and most < least:
        raise _of_bounds("bounds_reversed", "'{most}' must not be below '{least}'", name)


def _of_bounds(code: str, message: str, name: str) -> PydanticCustomError:
    names = {"exact": name, "least": f"{name}_min", "most": f"{name}_max"}
    # The messages are those of `refuse_mixed_bounds`.
    return PydanticCustomError(code, message, names)
