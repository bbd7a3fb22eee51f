"""Scan of all matches of a filter in batches, for exports.

A step reads a bounded number of lines, however few of them match, and starts where the one before it ended. So
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
from app.strikes.ordering import INDEXES, LineMatch, Part, Position, Sort, position, position_values, stretch
from app.strikes.search import find, words_as_bitmap
from app.strikes.sql_conditions import Conditions
from app.strikes.used_places import of_used_places

# Lines, and reports, that one step reads.
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
) -> tuple[list[LineMatch], Place | None]:
    """Return up to `limit` matching lines after a place, the earliest first, and the place to continue from.

    The place is None at the end of the record. There may be no line and yet a place.
    """
    strikes = of_used_places(session, strikes)
    if not place.is_measured:
        few = fewest(session, strikes, Sort.EARLIEST)
        until = None if few else _last_scanned(session, place.after)
        place = Place(place.after, until, is_measured=True)
    page = find(session, strikes, Sort.EARLIEST, place.after, limit, until=place.until)
    if len(page) == limit:
        return page, place._replace(after=position(page[-1], Sort.EARLIEST))
    return page, Place(place.until) if place.until else None


def reports(
    session: ReadSession, strikes: StrikeFilter, after: int, limit: int
) -> tuple[Sequence[int], int | None]:
    """Return the ids of up to `limit` reports after one that hold a matching line, and the id to go on from.

    The id is None at the end of the record. There may be no report and yet an id.
    """
    strikes = of_used_places(session, strikes)
    last: int = session.rows(_LAST_REPORT, {})[0][0] or 0
    few = fewest(session, strikes, Sort.EARLIEST)
    without_words, held = words_as_bitmap(session, strikes, few)

    def statement() -> AnySelect:
        report_ids = select(Strike.report_id, Strike.id).where(
            Strike.report_id > _AFTER,
            Strike.report_id <= _UNTIL,
            Conditions(without_words).of_lines(one_by_one=True),
        )
        if few is None:
            return report_ids.with_hint(Strike, "INDEXED BY ix_strikes_report_id", "sqlite")
        return report_ids.where(Strike.id.in_(few.ids())).with_hint(Strike, "NOT INDEXED", "sqlite")

    key = ("reports", without_words.shape, few and few.names)
    end = last if few else min(after + REPORTS_SCANNED, last)
    report_ids: list[int] = []
    until, width = after, last if few else 2 * limit
    while until < end and len(report_ids) < limit:
        # More and more: it is unknown how many of them match.
        start, until, width = until, min(until + width, end), 4 * width
        rows = session.rows(prepared(key, statement), {**strikes.values, "after": start, "until": until})
        report_ids += sorted({report for report, line in rows if held is None or held.holds(line)})
    if len(report_ids) > limit:
        return report_ids[:limit], report_ids[limit - 1]
    return report_ids, until if until < last else None


def _last_scanned(session: ReadSession, after: Position | None) -> Position | None:
    """Return the position of the last line that a step reads; None where it reaches the end of the record."""

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
    return position(LineMatch._make(rows[0]), Sort.EARLIEST) if rows else None
