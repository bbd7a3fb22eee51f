"""Countries and days that reports account for, including "no strikes"."""

from collections.abc import Iterator
from datetime import date

import polars as pl

from app.aggregates.axes import PeriodBy
from app.columnar.segment import COUNTRY_CODES, UNKNOWN
from app.columnar.store import Record
from app.strikes.column_conditions import EPOCH, ColumnTerms
from app.strikes.conditions import OF_LINES
from app.strikes.filter import StrikeFilter, of_status

_OVERLAP = (pl.col("date_from") <= pl.col("last")) & (pl.col("date_to") >= pl.col("first"))


def covered(
    record: Record,
    strikes: StrikeFilter,
    countries: frozenset[str] | None,
    period_by: PeriodBy,
    days: tuple[date, date],
) -> Iterator[tuple[str, int, int]]:
    """Yield the countries and days, of those requested, that a report accounts for.

    A claim of 0 means none. A report whose lines reach the total that it claims had none in every other place there.
    A claim that its lines do not reach does not show where the rest was, and does not count.
    By publication the days are those on which the reports were published.
    """
    claims = _accounted(record)
    if period_by == "published_on":
        published = record.latest.select("report_id", "published_on")
        day = pl.col("published_on")
        claims = claims.join(published, on="report_id").with_columns(first=day, last=day)
    terms = ColumnTerms(StrikeFilter(0, countries=countries), record)
    conditions = [
        pl.col("last") >= (days[0] - EPOCH).days,
        pl.col("first") <= (days[1] - EPOCH).days,
        *([] if countries is None else [OF_LINES["countries"](terms)]),
    ]
    terms = ColumnTerms(strikes, record)
    conditions += [
        OF_LINES[name](terms)
        for name in ("publisher_ids", "report_ids")
        if getattr(strikes, name) is not None
    ]
    # Many reports cover the same days.
    for country, first, last in (
        claims.filter(conditions).select("country", "first", "last").unique().iter_rows()
    ):
        yield COUNTRY_CODES[country], first, last


def _accounted(record: Record) -> pl.DataFrame:
    """Return the claims that stand and are 0 or reached."""
    accounted: pl.DataFrame | None = record.known.get("claims")
    if accounted is None:
        stands = of_status(ColumnTerms(StrikeFilter(as_of=record.as_of), record))
        claims = record.coverage.filter(stands).rename({"date_from": "first", "date_to": "last"})
        is_none = pl.col("strikes") == 0
        reached = _reached(record, claims.filter(~is_none), stands)
        accounted = record.known["claims"] = claims.filter(is_none | pl.col("id").is_in(reached.implode()))
    return accounted


def _reached(record: Record, claims: pl.DataFrame, stands: pl.Expr) -> pl.Series:
    """Return the ids of claims that their reports' lines reach: one at least must have a number of strikes."""
    ids = [pl.Series("id", [], pl.Int32)]
    enough = pl.col("listed") >= pl.col("strikes").clip(lower_bound=0)
    has_claims = pl.col("report_id").is_in(claims["report_id"].unique().implode())
    columns = ("report_id", "country", "date_from", "date_to", "strikes_min")
    of = claims.select("id", "report_id", "strikes", "first", "last", pl.col("country").cast(pl.Int16))
    for segment in record.segments if len(claims) else ():
        lines = segment.lines.filter(stands, has_claims, pl.col("strikes_min") != UNKNOWN).select(columns)
        listed = pl.col("strikes_min").cast(pl.Int64).sum().alias("listed")
        overlapping = (
            lines.with_columns(pl.col("country").cast(pl.Int32))
            .join(of, on=["report_id", "country"])
            .filter(_OVERLAP)
        )
        ids.append(overlapping.group_by("id", "strikes").agg(listed).filter(enough)["id"])
    return pl.concat(ids)
