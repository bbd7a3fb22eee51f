"""Count again in plain Python, from what /v1/strikes answers: the oracle that aggregates are held against.

Written apart from the product: it shares no code with it, and knows lines only as clients do.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from tests.api import Api

Line = dict[str, Any]
UNITS = {"day", "week", "month", "quarter", "year"}


def crawl(api: Api, **filters: Any) -> list[Line]:  # noqa: ANN401 - anything a query can hold
    """Return every line that matches, page by page."""
    lines: list[Line] = []
    cursor: dict[str, str] = {}
    while True:
        page = api.read("/v1/strikes", limit=50, **filters, **cursor)
        lines += page["items"]
        if page["next"] is None:
            return lines
        cursor = {"cursor": page["next"]}


def period_key(unit: str, day: date) -> str:
    """Name the period of a day."""
    year, week, _ = day.isocalendar()
    return {
        "day": str(day),
        "week": f"{year}-W{week:02}",
        "month": f"{day:%Y-%m}",
        "quarter": f"{day.year}-Q{(day.month + 2) // 3}",
        "year": str(day.year),
    }[unit]


def recount(
    lines: Iterable[Line], group_by: list[str], *, categories: set[str] | None, effects: set[str] | None
) -> dict[tuple[str | None, ...], dict[str, Any]]:
    """Return the measures of each group; `categories` and `effects` are those asked for, None for any."""
    by_tally = {"category", "family", "effect"} & set(group_by)
    members: dict[tuple[str | None, ...], dict[str, Line]] = defaultdict(dict)
    tallies: dict[tuple[str | None, ...], list[Line]] = defaultdict(list)
    for line in lines:
        matching = [
            tally
            for tally in line["tallies"]
            if (categories is None or tally["category"] in categories)
            and (effects is None or tally["effect"] in effects)
        ]
        for tally in matching or ([None] if categories is None and effects is None else []):
            key = tuple(value_of(name, line, tally) for name in group_by)
            members[key][line["id"]] = line
            if tally is not None:
                tallies[key].append(tally)
        if not by_tally and (matching or (categories is None and effects is None)):
            members[tuple(value_of(name, line, None) for name in group_by)][line["id"]] = line
    return {key: measures(list(found.values()), tallies[key]) for key, found in members.items()}


def value_of(name: str, line: Line, tally: Line | None) -> str | None:
    """Return what a line, or one of its tallies, has for a dimension."""
    if name in UNITS:
        return period_key(name, date.fromisoformat(line["date_from"]))
    if name == "location":
        return str(line["location"]["slug"]) if line["location"] else None
    if name == "publisher":
        return str(line["report"]["publisher"])
    if name == "country":
        return str(line["country"])
    value = tally[name] if tally else None
    return None if value is None else str(value)


def measures(lines: list[Line], tallies: list[Line]) -> dict[str, Any]:
    """Add up lines and tallies; None where nothing is known."""

    def total(name: str) -> int | None:
        known = [line[name] for line in lines if line[name] is not None]
        return sum(known) if known else None

    maxima = [tally["count_max"] for tally in tallies]
    return {
        "reports": len({line["report"]["id"] for line in lines}),
        "lines": len(lines),
        "strikes_min": total("strikes_min"),
        "strikes_max": total("strikes_max"),
        "engagements": total("engagements"),
        "items_min": sum(tally["count_min"] for tally in tallies),
        "items_max": sum(most for most in maxima if most is not None),
        "open_ended": sum(most is None for most in maxima),
    }


def days_between(first: date, last: date) -> list[date]:
    """Return every day from the first to the last."""
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
