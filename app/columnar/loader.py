"""Loader: read rows between two ledger numbers into columns.

The engine gives each column as one list in JSON, of whole numbers as far as possible: a row for each of a million
lines would take several times as long.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import polars as pl
from sqlalchemy import Boolean, Date, Integer, cast, func, select
from sqlalchemy.sql.expression import ColumnElement

from app.columnar.segment import (
    CODES,
    ITEM_SUMS,
    LINES,
    NEVER,
    NO_EFFECT,
    NULLS,
    TALLIES,
    UNKNOWN,
)
from app.db.engine import ReadSession
from app.db.functions import Listed, day_number
from app.db.types import AnySelect
from app.errors import DamagedDatabase
from app.models import Coverage, LedgerEntry, Report, Revision, Strike, Tally

COVERAGE = Coverage.__table__.columns
STRIKE, TALLY = Strike.__table__.columns, Tally.__table__.columns
REPORT, REVISION = Report.__table__.columns, Revision.__table__.columns
ENTRY = LedgerEntry.__table__.columns

Columns = Mapping[str, ColumnElement[Any]]


def _as_number(column: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    """Return a column as segments have it: days and flags as numbers, and something in the place of null."""
    value = column
    if isinstance(column.type, Date):
        value = day_number(column)
    elif isinstance(column.type, Boolean):
        value = cast(column, Integer)
    return func.coalesce(value, NULLS[name]) if name in NULLS else value


REVISIONS: Columns = {
    "report_id": REVISION.report_id,
    "publisher_id": REPORT.publisher_id,
    "recorded_seq": REVISION.recorded_seq,
    "published_on": day_number(REVISION.published_on),
    "retracted": cast(REVISION.status == "retracted", Integer),
    "revision": REVISION.revision,
}
# Columns computed from those of the database, and columns read unchanged.
_WORKED_OUT: Columns = {
    "repeats": cast(STRIKE.same_as_id.is_not(None), Integer),
    "event_id": func.coalesce(STRIKE.event_id, STRIKE.id),
}
_LINES: Columns = {
    **{
        name: _as_number(STRIKE[name], name)
        for name in LINES
        if name in STRIKE and name not in {*_WORKED_OUT, *ITEM_SUMS}
    },
    **_WORKED_OUT,
}
_TALLIES: Columns = {
    "strike_id": TALLY.strike_id,
    **{name: _as_number(TALLY[name], name) for name in TALLIES if name in TALLY},
}
# What reports claim of countries and days; `strikes` UNKNOWN where they give no total.
CLAIMS: Columns = {
    "id": COVERAGE.id,
    "report_id": COVERAGE.report_id,
    "country": COVERAGE.country,
    "date_from": day_number(COVERAGE.date_from),
    "date_to": day_number(COVERAGE.date_to),
    "strikes": func.coalesce(COVERAGE.strikes, UNKNOWN),
    "recorded_seq": COVERAGE.recorded_seq,
    "superseded_seq": func.coalesce(COVERAGE.superseded_seq, NEVER),
}
_SUPERSEDED: Columns = {
    "id": STRIKE.id,
    "report_id": STRIKE.report_id,
    "superseded_seq": STRIKE.superseded_seq,
}


@dataclass(frozen=True, slots=True)
class Written:
    """What was recorded between two numbers.

    `superseded` has lines of the reports that were revised or retracted, and the number that superseded each.
    """

    revisions: pl.DataFrame
    lines: pl.DataFrame
    tallies: pl.DataFrame
    superseded: pl.DataFrame
    # All claims ever made in the reports that were written: new rows, and known ones.
    coverage: pl.DataFrame


def read(session: ReadSession, after: int, end: int) -> Written:
    """Read what was recorded after one number and up to another. Raises DamagedDatabase."""

    def recorded(seq: ColumnElement[int]) -> ColumnElement[bool]:
        return (seq > after) & (seq <= end)

    by_strike = Strike.__table__, STRIKE.id == TALLY.strike_id
    by_report = Report.__table__, REPORT.id == REVISION.report_id
    written = select(ENTRY.report_id).where(recorded(ENTRY.seq), ENTRY.report_id.is_not(None))
    revised = written.where(ENTRY.revision > 1)
    revisions = _read(
        session, REVISIONS, lambda of: of.join(*by_report).where(recorded(REVISION.recorded_seq))
    )
    lines = _read(session, _LINES, lambda of: of.where(recorded(STRIKE.recorded_seq)))
    tallies = _read(session, _TALLIES, lambda of: of.join(*by_strike).where(recorded(STRIKE.recorded_seq)))
    bare = lines.select(strike_id="id").join(tallies, on="strike_id", how="anti")
    nothing = dict.fromkeys(tallies.drop("strike_id").columns, 0) | {"effect": NO_EFFECT}
    added_by = revisions.select("recorded_seq", "publisher_id", "published_on")
    publishers = revisions.select("report_id", "publisher_id").unique("report_id")
    claims = _read(
        session,
        CLAIMS,
        lambda of: of.where(COVERAGE.report_id.in_(written), COVERAGE.recorded_seq <= end),
    )
    return Written(
        revisions.sort("recorded_seq"),
        lines.join(added_by, on="recorded_seq"),
        pl.concat(
            [
                tallies,
                bare.with_columns(pl.lit(value, pl.Int32).alias(name) for name, value in nothing.items()),
            ]
        ),
        _read(
            session,
            _SUPERSEDED,
            lambda of: of.where(
                STRIKE.report_id.in_(revised), STRIKE.superseded_seq.is_not(None), STRIKE.recorded_seq <= end
            ),
        ),
        claims.join(publishers, on="report_id"),
    )


def read_hashes(session: ReadSession, after: int, end: int) -> pl.Series:
    """Read the beginnings of the hashes of entries after one number and up to another: 64 bits of each."""
    begins = select(ENTRY.seq, func.substr(ENTRY.hash, 1, 16)).where(ENTRY.seq > after, ENTRY.seq <= end)
    rows = session.execute(begins.order_by(ENTRY.seq)).all()
    try:
        return pl.Series("hash", [int(begin, 16) for _, begin in rows], pl.UInt64)
    except ValueError:
        raise DamagedDatabase from None


def _read(session: ReadSession, columns: Columns, rows: Any) -> pl.DataFrame:  # noqa: ANN401 - a statement's own
    statement: AnySelect = rows(select(*(column.label(name) for name, column in columns.items())))
    within = statement.subquery()
    lists = session.connection().execute(select(*(Listed(within.columns[name]) for name in columns))).one()
    try:
        return pl.DataFrame([_numbers(name, text) for name, text in zip(columns, lists, strict=True)])
    except (ValueError, TypeError, OverflowError, pl.exceptions.PolarsError):
        # A null where there can be none, a word that is none of ours, a number beyond its column.
        raise DamagedDatabase from None


def _numbers(name: str, text: str | None) -> pl.Series:
    code = CODES.get(name)
    values = pl.Series(name, orjson.loads(text or "[]"), pl.Int32 if code is None else pl.String)
    if values.null_count():
        raise ValueError(f"{name} is null")
    if code is None:
        return values
    words = values.unique()
    numbers = pl.Series(map(code, words.to_list()), dtype=pl.Int64)
    # Without any word the values would stay words.
    return values.replace_strict(words, numbers).cast(_kind_of(name))


def _kind_of(name: str) -> type[pl.DataType]:
    """Return the type that a column is read as: what is narrower in segments is cast there."""
    return pl.Int64 if LINES.get(name) is pl.Int64 else pl.Int32
