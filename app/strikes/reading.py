"""Read what was recorded between two numbers of the ledger, as columns.

The engine gives each column as one list in JSON, and all that can be said in whole numbers it says so: a row for
each of a million lines would take several times as long.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
from sqlalchemy import Integer, cast, func, select
from sqlalchemy.sql.expression import ColumnElement

from app.db.engine import ReadSession
from app.db.functions import Listed, day_number
from app.db.types import AnySelect
from app.errors import DamagedDatabase
from app.models import Coverage, LedgerEntry, Report, Revision, Strike, Tally
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

# Of columns that are words, the words in the order of their numbers.
_WORDS = {"country": COUNTRY_CODES, "effect": EFFECTS}

# What a report claims of a country and days. `id` rises; strikes: UNKNOWN where it gives no total.
CLAIMS = ("country", "id", "report", "first_day", "last_day", "strikes", "recorded", "superseded")

COVERAGE = Coverage.__table__.columns
STRIKE, TALLY = Strike.__table__.columns, Tally.__table__.columns
REPORT, REVISION = Report.__table__.columns, Revision.__table__.columns
ENTRY = LedgerEntry.__table__.columns


@dataclass(frozen=True, slots=True)
class Written:
    """What was recorded between two numbers, by column; `report` is the report's id everywhere.

    `superseded` holds lines of the reports that were revised or retracted: `id`, `report` and the number that
    superseded each. Tallies name their line by its position among these lines, in rising order.
    """

    revisions: Mapping[str, Array]
    lines: Mapping[str, Array]
    tallies: Mapping[str, Array]
    superseded: Mapping[str, Array]
    # All that was ever claimed in the reports that were written: rows that are known already, and new ones.
    coverage: Mapping[str, Array]


def read(session: ReadSession, after: int, end: int) -> Written:
    """Read what was recorded after one number and up to another."""
    lines = _lines(session, after, end)
    tallies = _tallies(session, after, end, lines["id"])
    lines["tallies"] = np.bincount(tallies.pop("line"), minlength=len(lines["id"])).astype(np.int32)
    return Written(
        _revisions(session, after, end),
        lines,
        tallies,
        _superseded(session, after, end),
        _coverage(session, after, end),
    )


def read_hashes(session: ReadSession, after: int, end: int) -> npt.NDArray[np.uint64]:
    """Read the beginnings of the hashes of entries after one number and up to another: 64 bits of each."""
    begins = select(ENTRY.seq, func.substr(ENTRY.hash, 1, 16)).where(ENTRY.seq > after, ENTRY.seq <= end)
    found = session.execute(begins.order_by(ENTRY.seq)).all()
    try:
        return np.array([int(begin, 16) for _, begin in found], np.uint64)
    except ValueError:
        raise DamagedDatabase from None


def _revisions(session: ReadSession, after: int, end: int) -> Mapping[str, Array]:
    columns = {
        "report": REVISION.report_id,
        "publisher": REPORT.publisher_id,
        "recorded": REVISION.recorded_seq,
        "published_on": day_number(REVISION.published_on),
        "is_tombstone": cast(REVISION.status == "retracted", Integer),
        "revision": REVISION.revision,
    }
    rows = (
        _selected(columns)
        .join(Report.__table__, REPORT.id == REVISION.report_id)
        .where(REVISION.recorded_seq > after, REVISION.recorded_seq <= end)
    )
    found = _columns(session, rows, columns, "recorded")
    return {**found, "is_tombstone": found["is_tombstone"].astype(np.bool_)}


def _lines(session: ReadSession, after: int, end: int) -> dict[str, Array]:
    columns = {
        "country": STRIKE.country,
        "id": STRIKE.id,
        "report": STRIKE.report_id,
        "first_day": day_number(STRIKE.date_from),
        "last_day": day_number(STRIKE.date_to),
        "location": func.coalesce(STRIKE.location_id, 0),
        "strikes_min": func.coalesce(STRIKE.strikes_min, UNKNOWN),
        "strikes_max": func.coalesce(STRIKE.strikes_max, UNKNOWN),
        "engagements": func.coalesce(STRIKE.engagements, UNKNOWN),
        "repeats": cast(STRIKE.same_as_id.is_not(None), Integer),
        "event": func.coalesce(STRIKE.event_id, STRIKE.id),
        "recorded": STRIKE.recorded_seq,
        "superseded": func.coalesce(STRIKE.superseded_seq, NEVER),
    }
    rows = _selected(columns).where(STRIKE.recorded_seq > after, STRIKE.recorded_seq <= end)
    found = _columns(session, rows, columns, "id")
    return {name: each.astype(LINES[name]) for name, each in found.items()}


def _tallies(session: ReadSession, after: int, end: int, ids: Numbers) -> dict[str, Array]:
    """Read tallies line by line, with the position of each one's `line`."""
    columns = {
        "line": TALLY.strike_id,
        "category": func.coalesce(TALLY.category_id, 0),
        "effect": TALLY.effect,
        "count_min": TALLY.count_min,
        "count_max": func.coalesce(TALLY.count_max, UNKNOWN),
    }
    rows = (
        _selected(columns)
        .join(Strike.__table__, STRIKE.id == TALLY.strike_id)
        .where(STRIKE.recorded_seq > after, STRIKE.recorded_seq <= end)
    )
    found = _columns(session, rows, columns, "line")
    found["line"] = np.searchsorted(ids, found["line"])
    without = np.flatnonzero(np.bincount(found["line"], minlength=len(ids)) == 0)
    if len(without):
        nothing = np.zeros(len(without), np.int32)
        bare: dict[str, Array] = {
            **dict.fromkeys(columns, nothing),
            "line": without,
            "effect": nothing + NO_EFFECT,
        }
        found = _sorted({name: np.concatenate((each, bare[name])) for name, each in found.items()}, "line")
    return {name: each.astype(TALLIES.get(name, np.int32)) for name, each in found.items()}


def _coverage(session: ReadSession, after: int, end: int) -> Mapping[str, Array]:
    columns = {
        "country": COVERAGE.country,
        "id": COVERAGE.id,
        "report": COVERAGE.report_id,
        "first_day": day_number(COVERAGE.date_from),
        "last_day": day_number(COVERAGE.date_to),
        "strikes": func.coalesce(COVERAGE.strikes, UNKNOWN),
        "recorded": COVERAGE.recorded_seq,
        "superseded": func.coalesce(COVERAGE.superseded_seq, NEVER),
    }
    rows = _selected(columns).where(
        COVERAGE.report_id.in_(_written(after, end)), COVERAGE.recorded_seq <= end
    )
    return _columns(session, rows, columns, "id")


def _superseded(session: ReadSession, after: int, end: int) -> Mapping[str, Array]:
    columns = {"id": STRIKE.id, "report": STRIKE.report_id, "superseded": STRIKE.superseded_seq}
    rows = _selected(columns).where(
        STRIKE.report_id.in_(_written(after, end).where(ENTRY.revision > 1)),
        STRIKE.superseded_seq.is_not(None),
        STRIKE.recorded_seq <= end,
    )
    return _columns(session, rows, columns, "id")


def _written(after: int, end: int) -> AnySelect:
    """Return the reports that entries of the ledger are about."""
    return select(ENTRY.report_id).where(ENTRY.seq > after, ENTRY.seq <= end, ENTRY.report_id.is_not(None))


def _selected(columns: Mapping[str, ColumnElement[Any]]) -> AnySelect:
    return select(*(each.label(name) for name, each in columns.items()))


def _columns(session: ReadSession, rows: AnySelect, names: Iterable[str], by: str) -> dict[str, Array]:
    """Read rows by column, none of them null, in the order of one of the columns."""
    within = rows.subquery()
    lists = session.connection().execute(select(*(Listed(within.columns[name]) for name in names))).one()
    try:
        found = {
            name: _numbers(name, orjson.loads(text or "[]")) for name, text in zip(names, lists, strict=True)
        }
    except (ValueError, TypeError, LookupError, OverflowError):
        # A null where there can be none, a word that is none of ours, a number beyond its column.
        raise DamagedDatabase from None
    return _sorted(found, by)


def _numbers(name: str, values: list[Any]) -> Numbers:
    words = _WORDS.get(name)
    if words is None:
        return np.array(values, np.int32)
    numbers = {word: number for number, word in enumerate(words)}
    return np.fromiter(map(numbers.__getitem__, values), np.int32, len(values))


def _sorted(columns: Mapping[str, Array], by: str) -> dict[str, Array]:
    keys = columns[by]
    if np.all(keys[1:] >= keys[:-1]):
        return dict(columns)
    order: npt.NDArray[np.intp] = np.argsort(keys, kind="stable")
    return {name: each.take(order) for name, each in columns.items()}
