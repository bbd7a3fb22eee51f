"""Sums of rows within many date spans at once.

Rows and claims are points in a plane, their first and last days; what lies within a claim is a quarter of it. Rows
enter a Fenwick tree in the order of their first days, so the time grows with n log n, never with rows x claims.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from operator import add
from typing import NamedTuple, Protocol


class Dated(Protocol):
    """A country and days; None where they are not given."""

    @property
    def country(self) -> str | None:
        """ISO 3166-1 alpha-2."""

    @property
    def date_from(self) -> date | None:
        """The first day."""

    @property
    def date_to(self) -> date | None:
        """The last day."""


class Amounts(NamedTuple):
    """Sums over rows, with the numbers of all rows and of those that give a figure; one that is not given adds 0."""

    rows: int = 0
    strikes_min: int = 0
    strikes_max: int = 0
    with_strikes_max: int = 0
    engagements: int = 0
    with_engagements: int = 0


# A country, or None for all, and the first and last day, date.min and date.max where they are open.
Span = tuple[str | None, date, date]


def span_of(claim: Dated) -> Span:
    """Return what a claim is about."""
    return claim.country, claim.date_from or date.min, claim.date_to or date.max


def sums_within(claims: Iterable[Dated], rows: Iterable[tuple[Dated, Amounts]]) -> Mapping[Span, Amounts]:
    """Return the sums of the rows of each claim's country and days, by `span_of`.

    A claim without a country is about all; a day that a row or a claim does not give sets them not apart.
    """
    spans: dict[str | None, set[tuple[date, date]]] = defaultdict(set)
    for country, first, last in map(span_of, claims):
        spans[country].add((first, last))
    of_country: dict[str | None, list[tuple[date, date, Amounts]]] = defaultdict(list)
    for row, amounts in rows:
        point = row.date_from or date.max, row.date_to or date.min, amounts
        for country in {None, row.country} & spans.keys():
            of_country[country].append(point)
    return {
        (country, *days): amounts
        for country, requested in spans.items()
        for days, amounts in _within(requested, of_country[country]).items()
    }


def _within(
    spans: Iterable[tuple[date, date]], rows: Sequence[tuple[date, date, Amounts]]
) -> Mapping[tuple[date, date], Amounts]:
    """Return the sums of the rows that begin and end within each span."""
    lasts = sorted({last for _, last, _ in rows})
    tree = [Amounts()] * (len(lasts) + 1)
    waiting = sorted(rows, key=lambda row: row[0])
    sums = {}
    for first, last in sorted(spans, reverse=True):
        while waiting and waiting[-1][0] >= first:
            _, day, amounts = waiting.pop()
            node = bisect_left(lasts, day) + 1
            while node < len(tree):
                tree[node] = Amounts(*map(add, tree[node], amounts))
                node += node & -node
        total = Amounts()
        node = bisect_right(lasts, last)
        while node:
            total = Amounts(*map(add, total, tree[node]))
            node -= node & -node
        sums[first, last] = total
    return sums
