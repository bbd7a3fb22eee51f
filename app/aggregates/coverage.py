"""Say for which countries and days a report says what there was, none included. Knows columns, and no request."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from app.aggregates.axes import PeriodBy, day_of
from app.strikes.chunks import UNKNOWN, Chunk, Flags, ranges
from app.strikes.columns import Lines
from app.strikes.filters import StrikeFilter
from app.strikes.matches import positions
from app.strikes.matching import EPOCH
from app.strikes.packing import Array
from app.strikes.reading import COUNTRY_CODES

Claims = Mapping[str, Array]


def covered(
    source: Lines,
    strikes: StrikeFilter,
    countries: frozenset[str] | None,
    period_by: PeriodBy,
    days: tuple[date, date],
) -> Sequence[tuple[str, date, date]]:
    """Return the countries and days, of those asked for, for which a report says what there was, none included.

    A claim of 0 says none. A report whose lines reach the total that it claims says none of every other place
    there. A claim that its lines do not reach tells nothing of where the rest was, and does not count.
    By publication the days are those on which the reports were published.
    """
    claims = _known(source)
    begin, end = claims["first_day"], claims["last_day"]
    if period_by == "published_on":
        begin = end = source.published_on().take(claims["report"])
    asked = (end >= (days[0] - EPOCH).days) & (begin <= (days[1] - EPOCH).days)
    codes = None if countries is None else frozenset(COUNTRY_CODES.index(each) for each in countries)
    for values, allowed in (
        (claims["country"], codes),
        (source.reports["publisher"].take(claims["report"]), strikes.publisher_ids),
        (source.reports["id"].take(claims["report"]), strikes.report_ids),
    ):
        if allowed is not None:
            asked &= np.isin(values, list(allowed))
    # Many reports tell of the same days.
    found = np.unique(np.stack((claims["country"], begin, end))[:, asked], axis=1)
    return [
        (COUNTRY_CODES[country], day_of(first), day_of(last)) for country, first, last in found.T.tolist()
    ]


def _known(source: Lines) -> Claims:
    """Return the claims that stand and say what there was."""
    kept: Claims | None = source.known.get("claims")
    if kept is None:
        every = source.coverage
        stand = np.flatnonzero((every["recorded"] <= source.as_of) & (every["superseded"] > source.as_of))
        claims = {name: each.take(stand) for name, each in every.items()}
        says = claims["strikes"] == 0
        for chunk in source.chunks:
            of = np.flatnonzero(
                (claims["report"] >= chunk.reports[0]) & (claims["report"] <= chunk.reports[1]) & ~says
            )
            if len(of):
                says[of] = _reached(
                    chunk, source.as_of, {name: each.take(of) for name, each in claims.items()}
                )
        kept = source.known["claims"] = {name: each[says] for name, each in claims.items()}
    return kept


def _reached(chunk: Chunk, as_of: int, claims: Claims) -> Flags:
    """Say which claims, of reports of a chunk, their reports' lines reach: a line at least must know its strikes."""
    lines = positions(chunk.standing(as_of))
    lines = lines[chunk.lines["strikes_min"].take(lines) != UNKNOWN]
    lines = lines[np.argsort(chunk.lines["report"].take(lines), kind="stable")]
    reports = chunk.lines["report"].take(lines)
    begin = np.searchsorted(reports, claims["report"])
    counts = np.searchsorted(reports, claims["report"], "right") - begin
    of, at = ranges(begin, counts)
    line = lines.take(at)
    within = (
        (chunk.lines["country"].take(line) == claims["country"].take(of))
        & (chunk.lines["last_day"].take(line) >= claims["first_day"].take(of))
        & (chunk.lines["first_day"].take(line) <= claims["last_day"].take(of))
    )
    of, strikes = of[within], chunk.lines["strikes_min"].take(line[within])
    listed = np.bincount(of, strikes, len(counts))
    return (np.bincount(of, minlength=len(counts)) > 0) & (listed >= np.maximum(claims["strikes"], 0))
