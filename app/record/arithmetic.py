"""Arithmetic checks: lines against country claims and the headline."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, Protocol

from app.ledger.append import CONTENT_VERSION
from app.record.span_sums import Amounts, Dated, span_of, sums_within

# The content version since which lines count of which no country's total speaks.
_COUNTS_LINES_OUTSIDE = 3


class Claim(Dated, Protocol):
    """A country and days with claimed totals: a row of Coverage, or a claim of a release's text.

    No country is the headline's total over all of them. No days are all that the release speaks of.
    """

    @property
    def strikes(self) -> int | None:
        """As claimed."""

    @property
    def engagements(self) -> int | None:
        """As claimed."""


class Counted(Dated, Protocol):
    """A line with its counts: a row of Strike, or a line of a release's text."""

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
    """A claim over all countries and days that a report covers."""

    strikes: int | None
    engagements: int | None
    country: None = None
    date_from: None = None
    date_to: None = None


def arithmetic(
    claims: Iterable[Claim], lines: Iterable[Counted], version: int = CONTENT_VERSION
) -> Iterator[dict[str, Any]]:
    """Yield, for each claimed total, what the lines of that country within those days add up to.

    A total over all countries is held against the countries' own totals as well, with the lines of which no country's
    total speaks: a release may give one day as a list below its total, another as a paragraph. A line without a number
    of strikes adds at least nothing and has no upper bound. Where there are no lines at all, there is nothing to hold
    a total against. `version` is the content version of the ledger entry: what was checked before version 3 keeps its
    checks, which knew neither of these two rules.
    """
    claimed = list(claims)
    if all(claim.strikes is None and claim.engagements is None for claim in claimed):
        return
    counted = list(lines)
    of_countries = [claim for claim in claimed if claim.country is not None]
    recent = version >= _COUNTS_LINES_OUTSIDE
    outside = _outside(of_countries, counted) if recent and of_countries else ()
    by_lines = sums_within(
        claimed, ((line, _amounts(line.strikes_min, line.strikes_max, line.engagements)) for line in counted)
    )
    by_countries = sums_within(
        (claim for claim in claimed if claim.country is None),
        chain(
            ((claim, _amounts(claim.strikes, claim.strikes, claim.engagements)) for claim in of_countries),
            ((line, _amounts(line.strikes_min, line.strikes_max, line.engagements)) for line in outside),
        ),
    )
    for claim in claimed:
        within = by_lines[span_of(claim)]
        if claim.strikes is not None and (counted or not recent):
            yield _check("strikes", "lines", claim, claim.strikes, _strikes(within))
        # Before 2017 no line gives engagements; then there is nothing to hold the claim against.
        if claim.engagements is not None and (bounds := _engagements(within)):
            yield _check("engagements", "lines", claim, claim.engagements, bounds)
        if claim.country is None:
            yield from _against_countries(claim, by_countries[span_of(claim)])


def _outside(claims: Iterable[Claim], lines: Iterable[Counted]) -> Iterator[Counted]:
    """Yield the lines of which no country's total speaks: of another country, or of other days."""
    spans: dict[str, list[list[date]]] = {}
    for claim in sorted(claims, key=lambda claim: claim.date_from or date.min):
        first, last = claim.date_from or date.min, claim.date_to or date.max
        claimed = spans.setdefault(claim.country or "", [])
        if claimed and first <= claimed[-1][1]:
            claimed[-1][1] = max(claimed[-1][1], last)
        else:
            claimed.append([first, last])
    for line in lines:
        first, last = line.date_from or date.min, line.date_to or date.max
        claimed = spans.get(line.country or "", [])
        # The spans are apart, so only the last one that begins in time can reach the line's days.
        before = bisect_right(claimed, last, key=lambda span: span[0])
        if not before or claimed[before - 1][1] < first:
            yield line


def _against_countries(headline: Claim, within: Amounts) -> Iterator[dict[str, Any]]:
    """Hold a total over all countries against the totals claimed for countries, where all of them give one."""
    if headline.strikes is not None and within.rows == within.with_strikes_max > 0:
        yield _check("strikes", "coverage", headline, headline.strikes, _strikes(within))
    if headline.engagements is not None and (bounds := _engagements(within)):
        yield _check("engagements", "coverage", headline, headline.engagements, bounds)


def _amounts(strikes_min: int | None, strikes_max: int | None, engagements: int | None) -> Amounts:
    return Amounts(
        rows=1,
        strikes_min=strikes_min or 0,
        strikes_max=strikes_max or 0,
        with_strikes_max=strikes_max is not None,
        engagements=engagements or 0,
        with_engagements=engagements is not None,
    )


def _strikes(within: Amounts) -> tuple[int, int | None]:
    """Return the least and the most; None: a row has no upper bound."""
    return within.strikes_min, within.strikes_max if within.with_strikes_max == within.rows else None


def _engagements(within: Amounts) -> tuple[int, int] | None:
    """Return both bounds, or None where a row does not give them, or there is none."""
    if within.with_engagements < within.rows or not within.rows:
        return None
    return within.engagements, within.engagements


def _check(
    measure: str, against: str, claim: Claim, claimed: int, bounds: tuple[int, int | None]
) -> dict[str, Any]:
    least, most = bounds
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
