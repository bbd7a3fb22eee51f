"""Arithmetic: do lines, claims for countries and headline add up? In real releases they nearly always do."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

# An ordinal after every day.
_LATEST = date.max.toordinal() + 1


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


class _Sums(NamedTuple):
    """What some lines add up to. A maximum and the engagements are None where a line gives none."""

    lines: int
    strikes_min: int
    strikes_max: int | None
    engagements: int | None


class _Columns:
    """Lines as columns, and their sums within a country and days: a pass over numbers for each pair of days.

    A report may hold thousands of lines and of claims, so no Python runs for each pair of them.
    """

    def __init__(self, lines: Iterable[Counted]) -> None:
        rows = list(lines)
        # A day that is unknown lies within all days.
        self._first = np.array([line.date_from.toordinal() if line.date_from else _LATEST for line in rows])
        self._last = np.array([line.date_to.toordinal() if line.date_to else 0 for line in rows])
        self._least = np.array([line.strikes_min or 0 for line in rows])
        self._most = np.array([line.strikes_max or 0 for line in rows])
        self._engaged = np.array([line.engagements or 0 for line in rows])
        self._is_open = np.array([line.strikes_max is None for line in rows], bool)
        self._is_silent = np.array([line.engagements is None for line in rows], bool)
        self._of_country: dict[str | None, NDArray[np.intp]] = {None: np.arange(len(rows))}
        for country in {line.country for line in rows} - {None}:
            there = [place for place, line in enumerate(rows) if line.country == country]
            self._of_country[country] = np.array(there)
        self._known: dict[tuple[object, ...], _Sums] = {}

    def within(self, claim: Claim) -> _Sums:
        """Return the sums of the lines that a claim is about; what is unknown sets neither apart."""
        key = (claim.country, claim.date_from, claim.date_to)
        if key not in self._known:
            self._known[key] = self._sums(claim)
        return self._known[key]

    def _sums(self, claim: Claim) -> _Sums:
        there = self._of_country.get(claim.country)
        if there is None or not len(there):
            return _Sums(0, 0, 0, 0)
        if claim.date_from is not None:
            there = there[self._first[there] >= claim.date_from.toordinal()]
        if claim.date_to is not None:
            there = there[self._last[there] <= claim.date_to.toordinal()]
        return _Sums(
            len(there),
            int(self._least[there].sum()),
            None if self._is_open[there].any() else int(self._most[there].sum()),
            None if self._is_silent[there].any() else int(self._engaged[there].sum()),
        )


class _ClaimAsLine(NamedTuple):
    """A claim for a country, counted as a line is."""

    country: str | None
    date_from: date | None
    date_to: date | None
    strikes_min: int | None
    strikes_max: int | None
    engagements: int | None


def arithmetic(claims: Iterable[Claim], lines: Iterable[Counted]) -> Iterator[dict[str, Any]]:
    """Yield, for each claimed total, what the lines of that country within those days add up to.

    A total over all countries is held against the countries' own totals as well. A line without a number of
    strikes adds at least nothing and has no upper bound.
    """
    every = list(claims)
    claimed = [claim for claim in every if claim.strikes is not None or claim.engagements is not None]
    if not claimed:
        return
    of_lines = _Columns(lines)
    of_countries = None
    for claim in claimed:
        within = of_lines.within(claim)
        if claim.strikes is not None:
            yield _check("strikes", "lines", claim, claim.strikes, (within.strikes_min, within.strikes_max))
        # Before 2017 no line gives engagements; then there is nothing to hold the claim against.
        if claim.engagements is not None and within.lines and within.engagements is not None:
            exact = (within.engagements, within.engagements)
            yield _check("engagements", "lines", claim, claim.engagements, exact)
        if claim.country is None:
            of_countries = of_countries or _Columns(_as_lines(every))
            yield from _against_countries(claim, of_countries.within(claim))


def _as_lines(claims: Iterable[Claim]) -> Iterator[_ClaimAsLine]:
    for claim in claims:
        if claim.country is not None:
            days, total = (claim.date_from, claim.date_to), claim.strikes
            yield _ClaimAsLine(claim.country, *days, total, total, claim.engagements)


def _against_countries(headline: Claim, within: _Sums) -> Iterator[dict[str, Any]]:
    """Hold a total over all countries against the totals claimed for countries, where all of them give one."""
    for measure, total in (("strikes", within.strikes_max), ("engagements", within.engagements)):
        claimed = getattr(headline, measure)
        if claimed is not None and within.lines and total is not None:
            yield _check(measure, "coverage", headline, claimed, (total, total))


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
