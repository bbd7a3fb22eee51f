"""Arithmetic: do a report's lines add up to the totals that it claims? In real releases they nearly always do."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Protocol


class Claim(Protocol):
    """A country and days with claimed totals: a row of Coverage."""

    country: str
    date_from: date
    date_to: date
    strikes: int | None
    engagements: int | None


class Counted(Protocol):
    """A line with its counts: a row of Strike."""

    country: str
    date_from: date
    date_to: date
    strikes_min: int | None
    strikes_max: int | None
    engagements: int | None


def arithmetic(claims: Iterable[Claim], lines: Iterable[Counted]) -> Iterator[dict[str, Any]]:
    """Yield, for each claimed total, what the lines of that country within those days add up to.

    A line without a number of strikes adds at least nothing and has no upper bound.
    """
    every = list(lines)
    for claim in claims:
        within = [
            line
            for line in every
            if line.country == claim.country
            and claim.date_from <= line.date_from
            and line.date_to <= claim.date_to
        ]
        if claim.strikes is not None:
            bounds = [(line.strikes_min or 0, line.strikes_max) for line in within]
            yield _check("strikes", claim, claim.strikes, bounds)
        # Before 2017 no line gives engagements; then there is nothing to hold the claim against.
        given = [line.engagements for line in within if line.engagements is not None]
        if claim.engagements is not None and len(given) == len(within) and given:
            yield _check("engagements", claim, claim.engagements, [(count, count) for count in given])


def _check(measure: str, claim: Claim, claimed: int, bounds: list[tuple[int, int | None]]) -> dict[str, Any]:
    least = sum(low for low, _ in bounds)
    known = [high for _, high in bounds if high is not None]
    most = sum(known) if len(known) == len(bounds) else None
    return {
        "measure": measure,
        "country": claim.country,
        "date_from": claim.date_from,
        "date_to": claim.date_to,
        "claimed": claimed,
        "lines_min": least,
        "lines_max": most,
        "agrees": least <= claimed and (most is None or claimed <= most),
    }
