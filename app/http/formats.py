"""Choose the format of an answer: by `format`, else by the Accept header, else JSON."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any, Literal

from fastapi import Request
from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from app.errors import Fault, InvalidInput, NotAcceptable
from app.http.flat_tables import Table
from app.vocabulary.text_cache import remembered


class Format(StrEnum):
    """A format of lists and aggregates, or of an export alone: the last three."""

    JSON = "json"
    CSV = "csv"
    NDJSON = "ndjson"
    GEOJSON = "geojson"
    PARQUET = "parquet"
    XLSX = "xlsx"
    SQLITE = "sqlite"
    BUNDLE = "bundle"


MEDIA_TYPES = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv",
    Format.NDJSON: "application/x-ndjson",
    Format.GEOJSON: "application/geo+json",
    Format.PARQUET: "application/vnd.apache.parquet",
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
        "unknown_format", "a format is {known}{hint}", {"known": _or(Format), "hint": hint}
    )


# The name of a format in a query; one that is unknown is refused with the nearest.
FormatParameter = Annotated[Format | None, BeforeValidator(_format, json_schema_input_type=Format | None)]


class FormatQuery(BaseModel):
    """The parameters of every answer that is a table."""

    format: Annotated[
        FormatParameter,
        Field(
            description="The format of the answer; goes before the Accept header. `geojson` where rows have a "
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
    """The form in which a list was asked for: as which table, and written how."""

    table: Table
    query: FormatQuery

    @property
    def offered(self) -> Sequence[Format]:
        """The formats that this table can be written in, the default first."""
        return WITH_PLACE if self.table.place else WITHOUT_PLACE

    def chosen(self, request: Request) -> Format:
        """Return the format to answer in. Raises InvalidInput and NotAcceptable as `negotiated` does."""
        chosen = negotiated(self.query.format, request.headers.getlist("accept"), self.offered)
        refuse_parts(self.table, chosen)
        return chosen


def negotiated(asked: Format | None, accept: Sequence[str], offered: Sequence[Format]) -> Format:
    """Return the format to answer in: what was asked for by name, else what the Accept headers weigh most.

    Of equal weight, the first of those offered. Raises InvalidInput for a name that is not offered here, and
    NotAcceptable where the headers allow none that is.
    """
    if asked is not None:
        if asked in offered:
            return asked
        detail = f"this comes as {_or(offered)}{_WHY_NOT.get(asked, '')}"
        raise InvalidInput([Fault("parameter", "format", "format-not-offered", detail)])
    if not any(each.strip() for each in accept):
        return offered[0]
    wanted = weights(",".join(accept))
    best = max(offered, key=lambda each: _weight(each, wanted))
    if not _weight(best, wanted):
        media_types = ", ".join(MEDIA_TYPES[each] for each in offered)
        raise NotAcceptable(f"this comes as {media_types}")
    return best


_WHY_NOT = {
    Format.GEOJSON: "; geojson needs rows with a place, such as strikes, or aggregates grouped by location",
    **dict.fromkeys((Format.XLSX, Format.SQLITE, Format.BUNDLE), "; /v1/export has this format"),
}


def refuse_parts(table: Table, chosen: Format) -> None:
    """Raise InvalidInput where rows of parts of an item are asked for in a format of whole items."""
    if table.in_parts and chosen not in {Format.CSV, Format.PARQUET, Format.XLSX}:
        detail = "shape=long is for format=csv and format=parquet, and xlsx of an export; the others hold whole lines"
        raise InvalidInput([Fault("parameter", "shape", "shape-not-offered", detail)])


def described(
    model: type[BaseModel] | None, offered: Sequence[Format], description: str = "Successful Response"
) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI description of an answer in each of the formats offered; `model` is that of JSON."""
    content = {MEDIA_TYPES[each]: {"schema": _SCHEMAS[each]} for each in offered if each in _SCHEMAS}
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
        "The properties are the columns of the CSV; next and seq stand beside the features.",
        "required": ["type", "features"],
        "properties": {
            "type": {
                "const": "FeatureCollection",
                "description": "What GeoJSON calls a list.",
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
    if not any(each.strip() for each in accept):
        return (1,) * len(Format)
    return _ranks(",".join(accept))


@remembered(64)
def _ranks(accept: str) -> tuple[int, ...]:
    wanted = weights(accept)
    of_formats = [_weight(each, wanted) for each in Format]
    ranks = {weight: rank for rank, weight in enumerate(sorted({0.0, *of_formats}))}
    return tuple(ranks[weight] for weight in of_formats)


# A client sends the same header again and again.
@remembered(64)
def weights(accept: str) -> Mapping[str, float]:
    """Return the weight of each member of an Accept or Accept-Encoding header; without those whose weight is none."""
    found: dict[str, float] = {}
    for each in accept.split(","):
        media_range, separator, parameters = each.partition(";")
        given = _WEIGHT.search(separator + parameters)
        if given is None:
            weight = 1.0
        elif _VALID_WEIGHT.fullmatch(given[1]):
            weight = float(given[1])
        else:
            continue
        name = media_range.strip().lower()
        found[name] = max(weight, found.get(name, 0.0))
    return found


def _weight(each: Format, wanted: Mapping[str, float]) -> float:
    """Return how much a format is wanted: the most specific range that names it decides."""
    media_type = MEDIA_TYPES[each]
    ranges = (media_type, f"{media_type.split('/')[0]}/*", "*/*")
    return next((wanted[name] for name in ranges if name in wanted), 0.0)


def _or(names: Sequence[str] | type[Format]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else str(last)
