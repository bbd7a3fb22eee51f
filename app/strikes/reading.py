"""Read what was recorded between two numbers of the ledger, as columns.

The driver's own rows are taken as they are, without a Python object around each, and all that can be said in
numbers is said in numbers by the engine.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Integer, cast, func, select

from app.db.engine import ReadSession
from app.db.functions import day_number
from app.db.types import AnySelect
from app.models import LedgerEntry, Report, Revision, Strike, Tally
from app.strikes.chunks import LINES, NEVER, TALLIES, UNKNOWN, Numbers
from app.strikes.packing import Array
from app.vocabulary.countries import COUNTRIES
from app.vocabulary.effects import Effect

# Ledger numbers that are read at once: what a question that is stopped meanwhile leaves is a part that stays.
ENTRIES = 2_000

COUNTRY_CODES = tuple(sorted(COUNTRIES))
EFFECTS = tuple(each.value for each in Effect)
# The effect of the row of a line without any tally.
NO_EFFECT = len(EFFECTS)

_COUNTRIES = {code: position for position, code in enumerate(COUNTRY_CODES)}
_EFFECTS = {name: position for position, name in enumerate(EFFECTS)}

STRIKE, TALLY = Strike.__table__.columns, Tally.__table__.columns
REPORT, REVISION = Report.__table__.columns, Revision.__table__.columns


@dataclass(frozen=True, slots=True)
class Written:
    """What was recorded between two numbers, by column; `report` is the report's id everywhere.

    `superseded` holds lines of the reports that were revised or retracted: `id`, `report` and the number that
    superseded each. Tallies name their line by its position among these lines.
    """

    revisions: Mapping[str, Array]
    lines: Mapping[str, Array]
    tallies: Mapping[str, Array]
    superseded: Mapping[str, Array]


def read(session: ReadSession, after: int, end: int) -> Written:
    """Read what was recorded after one number and up to another."""
    lines = _lines(session, after, end)
    tallies = _tallies(session, after, end, lines["id"])
    lines["tallies"] = np.bincount(tallies["line"], minlength=len(lines["id"])).astype(np.int32)
    return Written(_revisions(session, after, end), lines, tallies, _superseded(session, after, end))


def _revisions(session: ReadSession, after: int, end: int) -> Mapping[str, Array]:
    statement = (
        select(
            REVISION.report_id,
            REPORT.publisher_id,
            REVISION.recorded_seq,
            day_number(REVISION.published_on),
            cast(REVISION.status == "retracted", Integer),
            REVISION.revision,
        )
        .join(Report.__table__, REPORT.id == REVISION.report_id)
        .where(REVISION.recorded_seq > after, REVISION.recorded_seq <= end)
        .order_by(REVISION.recorded_seq)
    )
    names = ("report", "publisher", "recorded", "published_on", "is_tombstone", "revision")
    columns = _numbers(session, statement, names)
    return {**columns, "is_tombstone": columns["is_tombstone"].astype(np.bool_)}


def _lines(session: ReadSession, after: int, end: int) -> dict[str, Array]:
    statement = (
        select(
            STRIKE.country,
            STRIKE.id,
            STRIKE.report_id,
            day_number(STRIKE.date_from),
            day_number(STRIKE.date_to),
            func.coalesce(STRIKE.location_id, 0),
            func.coalesce(STRIKE.strikes_min, UNKNOWN),
            func.coalesce(STRIKE.strikes_max, UNKNOWN),
            func.coalesce(STRIKE.engagements, UNKNOWN),
            cast(STRIKE.same_as_id.is_not(None), Integer),
            func.coalesce(STRIKE.event_id, STRIKE.id),
            STRIKE.recorded_seq,
            func.coalesce(STRIKE.superseded_seq, NEVER),
        )
        .where(STRIKE.recorded_seq > after, STRIKE.recorded_seq <= end)
        .order_by(STRIKE.id)
    )
    names = [name for name in LINES if name not in {"country", "tallies"}]
    country, *columns = _by_column(_rows(session, statement), 1 + len(names))
    found = {"country": np.fromiter(map(_COUNTRIES.__getitem__, country), LINES["country"], len(country))}
    return found | {name: np.array(each, LINES[name]) for name, each in zip(names, columns, strict=True)}


def _tallies(session: ReadSession, after: int, end: int, ids: Numbers) -> Mapping[str, Array]:
    statement = (
        select(
            TALLY.effect,
            TALLY.strike_id,
            func.coalesce(TALLY.category_id, 0),
            TALLY.count_min,
            func.coalesce(TALLY.count_max, UNKNOWN),
        )
        .join(Strike.__table__, STRIKE.id == TALLY.strike_id)
        .where(STRIKE.recorded_seq > after, STRIKE.recorded_seq <= end)
        .order_by(TALLY.strike_id, TALLY.id)
    )
    names = ("line", "category", "count_min", "count_max")
    effect, *columns = _by_column(_rows(session, statement), 1 + len(names))
    found: dict[str, Array] = {"effect": np.fromiter(map(_EFFECTS.__getitem__, effect), np.int8, len(effect))}
    found |= {name: np.array(each, np.int32) for name, each in zip(names, columns, strict=True)}
    found["line"] = np.searchsorted(ids, found["line"]).astype(np.int32)
    without = np.flatnonzero(np.bincount(found["line"], minlength=len(ids)) == 0)
    nothing: dict[str, npt.ArrayLike] = {
        "line": without,
        "category": 0,
        "effect": NO_EFFECT,
        "count_min": 0,
        "count_max": 0,
    }
    order = np.argsort(np.concatenate((found["line"], without)), kind="stable")
    return {
        name: np.concatenate((found[name], np.broadcast_to(np.asarray(nothing[name]), without.shape))).astype(
            of
        )[order]
        for name, of in TALLIES.items()
    }


def _superseded(session: ReadSession, after: int, end: int) -> Mapping[str, Array]:
    changed = select(LedgerEntry.report_id).where(
        LedgerEntry.seq > after,
        LedgerEntry.seq <= end,
        LedgerEntry.report_id.is_not(None),
        LedgerEntry.revision > 1,
    )
    statement = select(STRIKE.id, STRIKE.report_id, STRIKE.superseded_seq).where(
        STRIKE.report_id.in_(changed), STRIKE.superseded_seq.is_not(None), STRIKE.recorded_seq <= end
    )
    return _numbers(session, statement, ("id", "report", "superseded"))


def _numbers(session: ReadSession, statement: AnySelect, names: Sequence[str]) -> Mapping[str, Numbers]:
    """Read columns that are whole numbers, none of them null."""
    rows = _rows(session, statement)
    values = np.fromiter(chain.from_iterable(rows), np.int32, len(rows) * len(names))
    columns = np.ascontiguousarray(values.reshape(-1, len(names)).T)
    return dict(zip(names, columns, strict=True))


def _by_column(rows: Sequence[Any], columns: int) -> Iterable[Sequence[Any]]:
    return zip(*rows, strict=True) if rows else [()] * columns


def _rows(session: ReadSession, statement: AnySelect) -> Sequence[Any]:
    """Return the driver's own rows: plain tuples."""
    cursor = session.connection().execute(statement).cursor
    assert cursor is not None  # noqa: S101 - a statement that selects has one
    rows: Sequence[Any] = cursor.fetchall()
    return rows
