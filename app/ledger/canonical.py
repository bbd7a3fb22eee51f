"""Canonical JSON for hashing, and the JSON form of dates and instants."""

from datetime import UTC, date, datetime

import orjson


def canonical_json(value: object) -> bytes:
    """Return canonical JSON: sorted names, no white space, UTF-8, shortest floats (as RFC 8785 for our values)."""
    return orjson.dumps(value, json_form, orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME)


def json_form(value: object) -> str:
    """Return the JSON form of a day, YYYY-MM-DD, or an instant, RFC 3339 in UTC with microseconds always.

    A whole second then has one form only. Raises TypeError for any other type.
    """
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON form for {type(value).__name__}")
