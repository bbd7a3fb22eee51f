"""Content negotiation: `format`, else the Accept header, else JSON."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any, Literal

from fastapi import Request
from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from app.errors import Fault, InvalidInput, NotAcceptable
from app.http.flat_tables import Table
from app.vocabulary.text_cache import cached_by_text


class Format(StrEnum):
    """A format of lists and aggregates, of aggregates alone: SVG, or of an export alone: the last three."""

    JSON = "json"
    CSV = "csv"
    NDJSON = "ndjson"
    GEOJSON = "geojson"
    PARQUET = "parquet"
    SVG = "svg"
    XLSX = "xlsx"
    SQLITE = "sqlite"
    BUNDLE = "bundle"


MEDIA_TYPES = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv",
    Format.NDJSON: "application/x-ndjson",
    Format.GEOJSON: "application/geo+json",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.SVG: "image/svg+xml",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.SQLITE: "application/vnd.sqlite3",
    Format.BUNDLE: "application/zip",
}

# Without a place there is nothing to put on a map.
WITHOUT_PLACE = (Format.JSON, Format.CSV, Format.NDJSON, Format.PARQUET)
WITH_PLACE = (Format.JSON, Format.CSV, Format.NDJSON, Format.GEOJSON, Format.PARQUET)

# Of a media range's parameters none but the weight matters here.
_WEIGHT = re.compile(r";\s*q\s*=\s*([^\s;]*)", re.IGNORECASE | re.ASCII)
_VALID_WEIGHT = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?", re.ASCII)


def _format(value: object) -> object:
    if value is None or value in set(Format):
        return value
    near = get_close_matches(str(value)[:20].lower(), list(Format), n=1, cutoff=0.5)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    raise PydanticCustomError(
        "unknown_format", "available formats: {known}{hint}", {"known": _listed(Format), "hint": hint}
    )


# The name of a format in a query; one that is unknown is refused with the nearest.
FormatParameter = Annotated[Format | None, BeforeValidator(_format, json_schema_input_type=Format | None)]


class FormatQuery(BaseModel):
    """The parameters of every response that is a table."""

    format: Annotated[
        FormatParameter,
        Field(
            description="The format of the response; takes precedence over Accept. `geojson` where rows have a "
            "place. Without both: `json`.",
            examples=["csv"],
        ),
    ] = None
    cells: Annotated[
        Literal["safe", "raw"],
        Field(
            description="How CSV holds text: `safe` puts a `'` before what a spreadsheet would run as a formula "
            "(text that starts with = + - @, a tab, a line break, or with `'` itself); `raw` leaves it as it is.",
            examples=["raw"],
        ),
    ] = "safe"


@dataclass(frozen=True, slots=True)
class Form:
    """The form in which a list was requested: its table and its encoding."""

    table: Table
    query: FormatQuery
    # What draws the response, where it can be drawn.
    draw: Callable[[Mapping[str, Any]], bytes] | None = None

    @property
    def offered(self) -> Sequence[Format]:
        """The formats that this table can be written in, the default first."""
        offered = WITH_PLACE if self.table.place else WITHOUT_PLACE
        return offered if self.draw is None else (*offered, Format.SVG)

    def chosen(self, request: Request) -> Format:
        """Return the format of the response. Raises InvalidInput and NotAcceptable as `negotiated` does."""
        chosen = negotiated(self.query.format, request.headers.getlist("accept"), self.offered)
        refuse_parts(self.table, chosen)
        return chosen


def negotiated(requested: Format | None, accept: Sequence[str], offered: Sequence[Format]) -> Format:
    """Return the format of the response: the one requested by name, else the one that Accept weighs most.

    Of equal weight, the first of those offered. Raises InvalidInput for a name that is not offered here, and
    NotAcceptable where the headers allow none that is.
    """
    if requested is not None:
        if requested in offered:
            return requested
        detail = f"available formats: {_listed(offered)}{_WHY_NOT.get(requested, '')}"
        raise InvalidInput([Fault("parameter", "format", "format-not-offered", detail)])
    if not any(header.strip() for header in accept):
        return offered[0]
    wanted = weights(",".join(accept))
    best = max(offered, key=lambda choice: _weight(choice, wanted))
    if not _weight(best, wanted):
        media_types = ", ".join(MEDIA_TYPES[choice] for choice in offered)
        raise NotAcceptable(f"available media types: {media_types}")
    return best


_WHY_NOT = {
    Format.SVG: "; /v1/aggregates has this format",
    Format.GEOJSON: "; geojson needs rows with a place, such as strikes, or aggregates grouped by location",
    **dict.fromkeys((Format.XLSX, Format.SQLITE, Format.BUNDLE), "; /v1/export has this format"),
}


def refuse_parts(table: Table, chosen: Format) -> None:
    """Raise InvalidInput where rows of parts of an item are requested in a format of whole items."""
    if table.in_parts and chosen not in {Format.CSV, Format.PARQUET, Format.XLSX}:
        detail = "shape=long needs format=csv or format=parquet, or xlsx of an export"
        raise InvalidInput([Fault("parameter", "shape", "shape-not-offered", detail)])


def described(
    model: type[BaseModel] | None, offered: Sequence[Format], description: str = "Successful Response"
) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI description of a response in each of the formats offered; `model` is that of JSON."""
    content = {MEDIA_TYPES[choice]: {"schema": _SCHEMAS[choice]} for choice in offered if choice in _SCHEMAS}
    return {200: {"description": description, "content": content} | ({"model": model} if model else {})}


# The properties are the columns; one of them stands here for all.
_FEATURE: dict[str, Any] = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [38.28, 34.56]},
    "properties": {"precision_km": 25},
}

_SCHEMAS: dict[Format, dict[str, Any]] = {
    Format.CSV: {
        "type": "string",
        "description": "A header and a row for each item (RFC 4180, UTF-8). Null is an empty cell.",
    },
    Format.NDJSON: {"type": "string", "description": "Each item as JSON, on a line of its own."},
    Format.GEOJSON: {
        "type": "object",
        "description": "A FeatureCollection (RFC 7946): a point for each item, or null where it has no place. "
        "The properties are the columns of the CSV; next and seq are next to the features.",
        "required": ["type", "features"],
        "properties": {
            "type": {
                "const": "FeatureCollection",
                "description": "The type of a GeoJSON list.",
                "examples": ["FeatureCollection"],
            },
            "features": {
                "type": "array",
                "description": "The rows, each as a feature.",
                "examples": [[_FEATURE]],
            },
        },
    },
    Format.PARQUET: {
        "type": "string",
        "format": "binary",
        "description": "The columns of the CSV, typed; lists stay lists.",
    },
    Format.SVG: {
        "type": "string",
        "description": "A drawing that needs nothing else: no script, colours and fonts inside. Its title is the "
        "question, its last line the source.",
    },
    Format.XLSX: {
        "type": "string",
        "format": "binary",
        "description": "An Excel workbook: the columns of the CSV but `tallies`. No formulas: text stays text.",
    },
    Format.SQLITE: {
        "type": "string",
        "format": "binary",
        "description": "An SQLite database, with views of the rows of the CSV. Datasette opens it as it is.",
    },
    Format.BUNDLE: {
        "type": "string",
        "format": "binary",
        "description": "A ZIP file to deposit: CSV, NDJSON, Parquet, a description of each (Data Package), a README, "
        "a citation, and the ledger's head.",
    },
}


def preferences(accept: Sequence[str]) -> tuple[int, ...]:
    """Return all that `negotiated` takes from Accept headers: for each format its rank by weight, 0 for none."""
    if not any(header.strip() for header in accept):
        return (1,) * len(Format)
    return _ranks(",".join(accept))


@cached_by_text(64)
def _ranks(accept: str) -> tuple[int, ...]:
    wanted = weights(accept)
    of_formats = [_weight(choice, wanted) for choice in Format]
    ranks = {weight: rank for rank, weight in enumerate(sorted({0.0, *of_formats}))}
    return tuple(ranks[weight] for weight in of_formats)


# A client sends the same header again and again.
@cached_by_text(64)
def weights(accept: str) -> Mapping[str, float]:
    """Return the weight of each member of an Accept or Accept-Encoding header; without those whose weight is none."""
    by_range: dict[str, float] = {}
    for member in accept.split(","):
        media_range, separator, parameters = member.partition(";")
        given = _WEIGHT.search(separator + parameters)
        if given is None:
            weight = 1.0
        elif _VALID_WEIGHT.fullmatch(given[1]):
            weight = float(given[1])
        else:
            continue
        name = media_range.strip().lower()
        by_range[name] = max(weight, by_range.get(name, 0.0))
    return by_range


def _weight(candidate: Format, wanted: Mapping[str, float]) -> float:
    """Return how much a format is wanted: the most specific range that names it decides."""
    media_type = MEDIA_TYPES[candidate]
    ranges = (media_type, f"{media_type.split('/')[0]}/*", "*/*")
    return next((wanted[name] for name in ranges if name in wanted), 0.0)


def _listed(names: Sequence[str] | type[Format]) -> str:
    return ", ".join(names)
