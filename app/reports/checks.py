"""Arithmetic: do a report's lines add up to the totals that it claims? In real releases they nearly always do."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Protocol


class Claim(Protocol):
    """A country and days with claimed totals: a row of Coverage, or what a release's text says.

    No country is the headline's total over all of them. No days are all that the release speaks of.
    """

    @property
    def country(self) -> str | None:
        """ISO 3166-1 alpha-2."""

    @property
    def date_from(self) -> date | None:
        """The first day."""

    @property
    def date_to(self) -> date | None:
        """The last day."""

    @property
    def strikes(self) -> int | None:
        """As claimed."""

    @property
    def engagements(self) -> int | None:
        """As claimed."""


class Counted(Protocol):
    """A line with its counts: a row of Strike, or a line of a release's text."""

    @property
    def country(self) -> str | None:
        """ISO 3166-1 alpha-2."""

    @property
    def date_from(self) -> date | None:
        """The first day."""

    @property
    def date_to(self) -> date | None:
        """The last day."""

    @property
    def strikes_min(self) -> int | None:
        """None: not given."""

    @property
    def strikes_max(self) -> int | None:
        """None: not given, or open."""

    @property
    def engagements(self) -> int | None:
        """None: not given."""


def arithmetic(claims: Iterable[Claim], lines: Iterable[Counted]) -> Iterator[dict[str, Any]]:
    """Yield, for each claimed total, what the lines of that country within those days add up to.

    A line without a number of strikes adds at least nothing and has no upper bound.
    """
    every = list(lines)
    for claim in claims:
        within = [line for line in every if _is_within(line, claim)]
        if claim.strikes is not None:
            bounds = [(line.strikes_min or 0, line.strikes_max) for line in within]
            yield _check("strikes", claim, claim.strikes, bounds)
        # Before 2017 no line gives engagements; then there is nothing to hold the claim against.
        given = [line.engagements for line in within if line.engagements is not None]
        if claim.engagements is not None and len(given) == len(within) and given:
            yield _check("engagements", claim, claim.engagements, [(count, count) for count in given])


def _is_within(line: Counted, claim: Claim) -> bool:
    """Say whether a claim is about a line; an unknown country or day does not set it apart."""
    return (
        claim.country in {None, line.country}
        and (claim.date_from is None or line.date_from is None or claim.date_from <= line.date_from)
        and (claim.date_to is None or line.date_to is None or line.date_to <= claim.date_to)
    )


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
