"""Flat tables of strikes: a row per line or per tally."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from app.http.flat_tables import Column, Item, Kind, Place, Row, Table, columns_of
from app.http.formats import Form, FormatQuery
from app.record import fields
from app.strikes.schemas import TallyOut


def _columns(of: str, **kinds: Kind) -> tuple[Column, ...]:
    """Return the columns that are taken from one member of a strike's JSON."""
    return tuple(Column(name, kind, of) for name, kind in kinds.items())


# The columns of fields that hold several values in JSON.
_FLAT: Mapping[str, Mapping[str, Kind]] = {
    "location": {
        "location": Kind.TEXT,
        "location_name": Kind.TEXT,
        "lat": Kind.NUMBER,
        "lon": Kind.NUMBER,
        "precision_km": Kind.NUMBER,
    },
    "category": {"category": Kind.TEXT, "family": Kind.TEXT},
}

# What both shapes hold of a line, by the names of the JSON and of an import.
_LINE = (
    *_columns("id", id=Kind.TEXT),
    *_columns(
        "report",
        report_id=Kind.TEXT,
        publisher=Kind.TEXT,
        **{field.name: field.kind for field in fields.REPORT if field.in_reference},
        revision=Kind.INTEGER,
    ),
    *(
        column
        for field in fields.LINE
        for column in _columns(field.name, **_FLAT.get(field.name, {field.name: field.kind}))
    ),
)

# All tallies of the line added up, and the tallies themselves.
_ADDED_UP = _columns(
    "tallies",
    items_min=Kind.INTEGER,
    items_max=Kind.INTEGER,
    open_ended=Kind.INTEGER,
    approximate=Kind.INTEGER,
)
_TALLIES = Column("tallies", Kind.RECORDS, "tallies", columns_of(TallyOut))

# One tally: its position in the line, from 0, and its values.
_TALLY = _columns(
    "tallies",
    position=Kind.INTEGER,
    **{
        name: kind
        for field in fields.TALLY
        if field.name != "quote"
        for name, kind in _FLAT.get(field.name, {field.name: field.kind}).items()
    },
)
_NO_TALLY: Row = dict.fromkeys(column.name for column in _TALLY)


def _line(strike: Item) -> dict[str, Any]:
    """Lay a line out flat, as it was read from its JSON."""
    report, location = strike["report"], strike["location"] or {}
    return {
        **report,
        **strike,
        "date_from": date.fromisoformat(strike["date_from"]),
        "date_to": date.fromisoformat(strike["date_to"]),
        "report_id": report["id"],
        "published_on": date.fromisoformat(report["published_on"]),
        "location": location.get("slug"),
        "location_name": location.get("name"),
        "lat": location.get("lat"),
        "lon": location.get("lon"),
        "precision_km": location.get("precision_km"),
    }


def _wide(strike: Item) -> Iterable[Row]:
    maxima = [tally["count_max"] for tally in strike["tallies"]]
    row = _line(strike)
    row["items_min"] = sum(tally["count_min"] for tally in strike["tallies"])
    row["items_max"] = sum(most for most in maxima if most is not None)
    row["open_ended"] = maxima.count(None)
    row["approximate"] = sum(tally["approximate"] for tally in strike["tallies"])
    return (row,)


def _long(strike: Item) -> Iterable[Row]:
    line = _line(strike)
    if not strike["tallies"]:
        yield {**line, **_NO_TALLY}
    for position, tally in enumerate(strike["tallies"]):
        yield {**line, **tally, "quote": line["quote"], "position": position}


def _place(strike: Item) -> Place | None:
    location = strike["location"]
    return Place(location["lat"], location["lon"]) if location else None


WIDE = Table((*_LINE, *_ADDED_UP, _TALLIES), _wide, place=_place, key="id")
LONG = Table((*_LINE, *_TALLY), _long, place=_place, key="id", in_parts=True)


class ShapedQuery(FormatQuery):
    """The parameters of every response that has strike lines as a table."""

    shape: Annotated[
        Literal["wide", "long"],
        Field(
            description="`wide`: a row for each line. `long`, for csv and parquet, and for the xlsx of an export: "
            "a row for each tally, and one for a line without any.",
            examples=["long"],
        ),
    ] = "wide"

    def form(self, fields: Collection[str] | None = None) -> Form:
        """Return the table requested, with the columns of these members of a strike; None: all."""
        return Form((WIDE if self.shape == "wide" else LONG).picked(fields), self)
