"""Query parameters of `GET /v1/strikes`."""

from difflib import get_close_matches
from typing import Annotated

from pydantic import Field

from app.errors import Fault, InvalidInput
from app.http.field_types import spelt
from app.http.pagination import PageQuery
from app.strikes.flat_rows import ShapedQuery
from app.strikes.ordering import Sort
from app.strikes.params import StrikeQuery
from app.strikes.schemas import STRIKE_FIELDS

_FIELD = rf"\s*({'|'.join(STRIKE_FIELDS)})\s*"


class StrikesQuery(StrikeQuery, PageQuery, ShapedQuery):
    """The parameters of `GET /v1/strikes`."""

    sort: Annotated[
        Sort,
        Field(
            description="`-date` shows the latest first, `date` the earliest. `-strikes` shows the most strikes "
            "first, and last the lines for which the source gives no number. `-items` shows the most items "
            "first: of the tallies that meet `category`, `family` and `effect`. What is equal comes by date.",
            examples=["-date"],
        ),
    ] = Sort.LATEST
    fields: Annotated[
        Annotated[str, Field(min_length=1, max_length=500), spelt(rf"{_FIELD}(,{_FIELD})*")] | None,
        Field(
            description="The fields of a strike that are shown, separated by commas; none: all. The others are "
            "left out, and the order stays.",
            examples=["id,date_from,location,strikes_min"],
        ),
    ] = None

    def picked(self) -> frozenset[str] | None:
        """Return the fields requested, or None for all. Raises InvalidInput with the nearest name of each unknown."""
        if self.fields is None:
            return None
        fields = [name.strip() for name in self.fields.split(",")]
        faults = [_unknown_field(name) for name in dict.fromkeys(fields) if name not in STRIKE_FIELDS]
        if faults:
            raise InvalidInput(faults)
        return frozenset(fields)


def _unknown_field(name: str) -> Fault:
    near = get_close_matches(name, STRIKE_FIELDS, n=1, cutoff=0.5)
    hint = f"; did you mean '{near[0]}'?" if near else f": fields takes {', '.join(STRIKE_FIELDS)}"
    return Fault("parameter", "fields", "unknown-field", f"unknown field of a strike{hint}")
