"""Read everything that a filter matches, step by step: lines by date, or the reports that hold them.

A step looks at a bounded number of lines, however few of them match, and starts where the one before it ended. So
each costs its own share of the work, and between two steps nothing is held but a position. Knows no request.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Integer, bindparam, func, null, select

from app.db.engine import ReadSession
from app.db.statements import Prepared
from app.db.types import AnySelect
from app.models import Report, Strike
from app.strikes.access_path import fewest, prepared
from app.strikes.filter import StrikeFilter
from app.strikes.ordering import INDEXES, Found, Part, Position, Sort, position, position_values, stretch
from app.strikes.search import find, words_apart
from app.strikes.sql_conditions import Conditions

# Lines, and reports, that one step looks at.
LINES_SCANNED = 50_000
REPORTS_SCANNED = 5_000

_AFTER, _UNTIL = (bindparam(name, type_=Integer()) for name in ("after", "until"))

_LAST_REPORT = Prepared(select(func.max(Report.id)))


class Place(NamedTuple):
    """Where a scan of lines continues: after a line, within a stretch of LINES_SCANNED that was measured before.

    `until` None is a stretch that reaches to the end of the record.
    """

    after: Position | None = None
    until: Position | None = None
    is_measured: bool = False


def lines(
    session: ReadSession, strikes: StrikeFilter, place: Place, limit: int
) -> tuple[list[Found], Place | None]:
    """Return up to `limit` matching lines after a place, the earliest first, and the place to continue from.

    The place is None at the end of the record. There may be no line and yet a place.
    """
    if not place.is_measured:
        few = fewest(session, strikes, Sort.EARLIEST)
        until = None if few else _last_scanned(session, place.after)
        place = Place(place.after, until, is_measured=True)
    found = find(session, strikes, Sort.EARLIEST, place.after, limit, until=place.until)
    if len(found) == limit:
        return found, place._replace(after=position(found[-1], Sort.EARLIEST))
    return found, Place(place.until) if place.until else None


def reports(
    session: ReadSession, strikes: StrikeFilter, after: int, limit: int
) -> tuple[Sequence[int], int | None]:
    """Return the ids of up to `limit` reports after one that hold a matching line, and the id to go on from.

    The id is None at the end of the record. There may be no report and yet an id.
    """
    last: int = session.rows(_LAST_REPORT, {})[0][0] or 0
    few = fewest(session, strikes, Sort.EARLIEST)
    without_words, held = words_apart(session, strikes, few)

    def statement() -> AnySelect:
        found = select(Strike.report_id, Strike.id).where(
            Strike.report_id > _AFTER,
            Strike.report_id <= _UNTIL,
            Conditions(without_words).of_lines(one_by_one=True),
        )
        if few is None:
            return found.with_hint(Strike, "INDEXED BY ix_strikes_report_id", "sqlite")
        return found.where(Strike.id.in_(few.ids())).with_hint(Strike, "NOT INDEXED", "sqlite")

    key = ("reports", without_words.shape, few and few.names)
    end = last if few else min(after + REPORTS_SCANNED, last)
    found: list[int] = []
    until, width = after, last if few else 2 * limit
    while until < end and len(found) < limit:
        # More and more: nobody knows how many of them match.
        start, until, width = until, min(until + width, end), 4 * width
        rows = session.rows(prepared(key, statement), {**strikes.values, "after": start, "until": until})
        found += sorted({report for report, line in rows if held is None or held.holds(line)})
    if len(found) > limit:
        return found[:limit], found[limit - 1]
    return found, until if until < last else None


def _last_scanned(session: ReadSession, after: Position | None) -> Position | None:
    """Return the position of the last line that a step looks at; None where it comes to the end of the record."""

    def statement() -> AnySelect:
        by_date = stretch(Sort.EARLIEST, Part.ALL, None, resumed=after is not None)
        return (
            select(Strike.id, null().label("figure"), Strike.date_from)
            .with_hint(Strike, f"INDEXED BY {INDEXES[Sort.EARLIEST]}", "sqlite")
            .where(by_date.condition)
            .order_by(*by_date.order())
            .offset(LINES_SCANNED - 1)
            .limit(1)
        )

    key = ("last scanned", after is None, LINES_SCANNED)
    rows = session.rows(prepared(key, statement), position_values(after))
    return position(Found._make(rows[0]), Sort.EARLIEST) if rows else None
