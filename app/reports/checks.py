"""Arithmetic: do lines, claims for countries and headline add up? In real releases they nearly always do."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Headline:
    """A claim over all countries and days that a report speaks for."""

    strikes: int | None
    engagements: int | None
    country: None = None
    date_from: None = None
    date_to: None = None


def arithmetic(claims: Iterable[Claim], lines: Iterable[Counted]) -> Iterator[dict[str, Any]]:
    """Yield, for each claimed total, what the lines of that country within those days add up to.

    A total over all countries is held against the countries' own totals as well. A line without a number of
    strikes adds at least nothing and has no upper bound.
    """
    every, claimed = list(lines), list(claims)
    for claim in claimed:
        within = [line for line in every if _is_within(line, claim)]
        if claim.strikes is not None:
            bounds = [(line.strikes_min or 0, line.strikes_max) for line in within]
            yield _check("strikes", "lines", claim, claim.strikes, bounds)
        # Before 2017 no line gives engagements; then there is nothing to hold the claim against.
        given = [line.engagements for line in within if line.engagements is not None]
        if claim.engagements is not None and len(given) == len(within) and given:
            counts = [(count, count) for count in given]
            yield _check("engagements", "lines", claim, claim.engagements, counts)
        if claim.country is None:
            yield from _against_countries(claim, [each for each in claimed if each.country is not None])


def _against_countries(headline: Claim, claims: Iterable[Claim]) -> Iterator[dict[str, Any]]:
    """Hold a total over all countries against the totals claimed for countries, where all of them give one."""
    within = [claim for claim in claims if _is_within(claim, headline)]
    for measure in ("strikes", "engagements"):
        total = getattr(headline, measure)
        parts = [getattr(claim, measure) for claim in within]
        if total is not None and parts and None not in parts:
            yield _check(measure, "coverage", headline, total, [(part, part) for part in parts])


def _is_within(line: Counted | Claim, claim: Claim) -> bool:
    """Say whether a claim is about a line, or about a claim for a country; what is unknown sets neither apart."""
    return (
        claim.country in {None, line.country}
        and (claim.date_from is None or line.date_from is None or claim.date_from <= line.date_from)
        and (claim.date_to is None or line.date_to is None or line.date_to <= claim.date_to)
    )


def _check(
    measure: str, against: str, claim: Claim, claimed: int, bounds: Sequence[tuple[int, int | None]]
) -> dict[str, Any]:
    least = sum(low for low, _ in bounds)
    known = [high for _, high in bounds if high is not None]
    most = sum(known) if len(known) == len(bounds) else None
    return {
        "measure": measure,
        "against": against,
        "country": claim.country,
        "date_from": claim.date_from,
        "date_to": claim.date_to,
        "claimed": claimed,
        "lines_min": least,
        "lines_max": most,
        "agrees": least <= claimed and (most is None or claimed <= most),
    }
