"""Show a line as the document that every answer gives for it."""

from typing import Any

from app.catalogue.catalogue import Catalogue
from app.db.types import AnyRow
from app.strikes.queries import Line
from app.vocabulary.identifiers import REPORT, STRIKE, public_id

Document = dict[str, Any]


def strike_document(line: Line, catalogue: Catalogue) -> Document:
    """Return a line as `StrikeOut` describes it."""
    row = line.row
    return {
        # A draft's lines have no id yet.
        "id": None if row.id is None else public_id(STRIKE, row.id),
        "report": {
            "id": public_id(REPORT, row.report_id),
            "publisher": catalogue.publishers.by_id[row.publisher_id].slug,
            "number": row.number,
            "published_on": row.published_on,
            "source_url": row.source_url,
            "revision": row.revision,
        },
        "date_from": row.date_from,
        "date_to": row.date_to,
        "date_precision": row.date_precision,
        "country": row.country,
        "location": _location(row.location_id, catalogue),
        "location_as_written": row.location_as_written,
        "strikes_min": row.strikes_min,
        "strikes_max": row.strikes_max,
        "engagements": row.engagements,
        "owner": row.owner,
        "same_as": None if row.same_as_id is None else public_id(STRIKE, row.same_as_id),
        "quote": row.quote,
        "tallies": [_tally(tally, catalogue) for tally in line.tallies],
    }


def _location(location_id: int | None, catalogue: Catalogue) -> Document | None:
    if location_id is None:
        return None
    place = catalogue.locations.by_id[location_id]
    return {
        "slug": place.slug,
        "name": place.name,
        "lat": place.lat,
        "lon": place.lon,
        "precision_km": place.precision_km,
    }


def _tally(tally: AnyRow, catalogue: Catalogue) -> Document:
    category = None if tally.category_id is None else catalogue.categories.by_id[tally.category_id]
    return {
        "effect": tally.effect,
        "verb": tally.verb,
        "category": category.slug if category else None,
        "family": category.family if category else None,
        "count_min": tally.count_min,
        "count_max": tally.count_max,
        "as_written": tally.as_written,
        "quote": span(tally.quote_start, tally.quote_end),
    }


def span(start: int | None, end: int | None) -> Document | None:
    """Return the characters of the text that prove something, or None without a text."""
    return None if start is None else {"start": start, "end": end}
