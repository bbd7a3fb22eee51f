"""Read strike lines with their reports and tallies. Takes conditions from filters.py; knows no request."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, null, or_, select

from app.db.engine import ReadSession
from app.db.types import AnyRow, AnySelect
from app.ledger.clock import standing
from app.models import Report, Revision, Strike, Tally
from app.strikes.filters import StrikeFilter
from app.strikes.sorting import BY_PLACE, INDEXES, Position, Sort, Stretch, figure, stretches

# Up to how many lines are found by what makes them few, and then sorted; more are read in their order. Measured
# at a million lines: either way takes some 15 ms where there are this many.
FEW = 3_000
# By the items of some of their tallies, lines stand in no index: more of them are worth sorting.
FEW_BY_SOME_ITEMS = 50_000


@dataclass(frozen=True, slots=True)
class Line:
    """A strike line with what is needed to show it: its report's revision, and its tallies in order.

    Rows of the database, or things with the same names: a draft's lines have no rows.
    """

    row: Any
    tallies: Sequence[Any]


def page(
    session: ReadSession, strikes: StrikeFilter, sort: Sort, after: Position | None, limit: int
) -> list[Line]:
    """Return up to `limit` matching lines in an order, from the one after `after`; each row has its `figure`.

    Lines and their tallies are two statements: joined, lines would repeat.
    """
    value = figure(sort, strikes)
    statement = _lines().where(strikes.of_lines(one_by_one=True))
    by_some_items = sort is Sort.MOST_ITEMS and strikes.asks_for_tallies
    index = _index(sort, strikes)
    most = FEW_BY_SOME_ITEMS if by_some_items else FEW
    few = _few(session, strikes.narrowing(by_place=index != BY_PLACE), most)
    if few is not None:
        # Found by what makes them few, then put in order.
        statement = statement.where(Strike.id.in_(few)).with_hint(Strike, "NOT INDEXED", "sqlite")
    elif by_some_items:
        return _with_tallies(session, _with_most(session, statement, strikes, after, limit))
    else:
        # Read in their order until there are enough. SQLite would rather gather all of them, and sort.
        statement = statement.with_hint(Strike, f"INDEXED BY {index}", "sqlite")
    return _with_tallies(session, _rows(session, statement, value, stretches(sort, value, after), limit))


def _rows(
    session: ReadSession,
    statement: AnySelect,
    value: ColumnElement[Any] | None,
    parts: Iterable[Stretch],
    limit: int,
) -> Sequence[AnyRow]:
    statement = statement.add_columns((null() if value is None else value).label("figure"))
    rows: list[AnyRow] = []
    for part in parts:
        left = statement.where(part.condition).order_by(*part.order()).limit(limit - len(rows))
        rows += session.execute(left).all()
        if len(rows) == limit:
            break
    return rows


def _with_most(
    session: ReadSession, statement: AnySelect, strikes: StrikeFilter, after: Position | None, limit: int
) -> Sequence[AnyRow]:
    """Return the lines with most items of the tallies that match, read among those with most items of all.

    No line has more items that match than it has in all. So where enough lines with `least` items or more have
    as many that match, no other line comes before them. Where there are not enough, all tallies are added up.
    """
    ranked = select(Strike.items_min).order_by(Strike.items_min.desc())
    value = strikes.items()
    by_items = statement.with_hint(Strike, f"INDEXED BY {INDEXES[Sort.MOST_ITEMS]}", "sqlite")
    for share in (FEW, FEW_BY_SOME_ITEMS):
        least = session.execute(ranked.offset(share).limit(1)).scalar_one_or_none()
        if least is None:
            break
        if after is not None and after[0] < least:
            # Whoever pages this far is beyond them.
            continue
        among = by_items.where(Strike.items_min >= least)
        rows = _rows(session, among, value, stretches(Sort.MOST_ITEMS, value, after), limit)
        if len(rows) == limit and rows[-1].figure >= least:
            return rows
    by_line = strikes.items_by_line()
    every = statement.join(by_line, by_line.c.strike_id == Strike.id).with_hint(
        Strike, "NOT INDEXED", "sqlite"
    )
    return _rows(
        session, every, by_line.c.added_up, stretches(Sort.MOST_ITEMS, by_line.c.added_up, after), limit
    )


def _few(session: ReadSession, narrowing: Iterable[Select[int]], most: int) -> Select[int] | None:
    """Return the first that holds the ids of at most so many lines, or None where each holds more."""
    for ids in narrowing:
        found = select(func.count()).select_from(ids.limit(most + 1).subquery())
        if session.execute(found).scalar_one() <= most:
            return ids
    return None


def _index(sort: Sort, strikes: StrikeFilter) -> str:
    """Return the index by which SQLite reads lines in an order: that of one place where only one is asked for."""
    one_place = strikes.location_ids is not None and len(strikes.location_ids) == 1
    return BY_PLACE if one_place and sort in {Sort.LATEST, Sort.EARLIEST} else INDEXES[sort]


def count(session: ReadSession, strikes: StrikeFilter) -> int:
    """Return how many lines match."""
    found: int = session.execute(from_lines(select(func.count())).where(strikes.of_lines())).scalar_one()
    return found


def one(session: ReadSession, strike_id: int, as_of: int) -> Line | None:
    """Return the line with this id as of a ledger number, or None.

    A line that was superseded is still answered, with the revision of its report that held it last.
    """
    last_held = func.coalesce(Strike.superseded_seq - 1, as_of)
    statement = (
        _columns()
        .join_from(Strike, Report, Report.id == Strike.report_id)
        .join(
            Revision,
            and_(
                Revision.report_id == Strike.report_id,
                Revision.recorded_seq <= last_held,
                or_(Revision.superseded_seq.is_(None), Revision.superseded_seq > last_held),
            ),
        )
        .where(Strike.id == strike_id, Strike.recorded_seq <= as_of)
    )
    lines = _with_tallies(session, session.execute(statement).all())
    return lines[0] if lines else None


def of_report(session: ReadSession, report_id: int, as_of: int) -> list[Line]:
    """Return all lines of one report as of a ledger number, in the report's order."""
    return of_reports(session, [report_id], as_of)[report_id]


def of_reports(session: ReadSession, report_ids: Collection[int], as_of: int) -> dict[int, list[Line]]:
    """Return all lines of each of these reports as of a ledger number, in the report's order."""
    of_them = StrikeFilter(as_of=as_of, report_ids=frozenset(report_ids))
    lines: dict[int, list[Line]] = {report_id: [] for report_id in report_ids}
    in_place = _lines().where(of_them.of_lines()).order_by(Strike.position, Strike.id)
    for line in _with_tallies(session, session.execute(in_place).all()):
        lines[line.row.report_id].append(line)
    orders = select(Revision.report_id, Revision.line_order).where(
        Revision.report_id.in_(lines), standing(Revision, as_of), Revision.line_order.is_not(None)
    )
    for row in session.execute(orders):
        lines[row.report_id] = _ordered(lines[row.report_id], json.loads(row.line_order))
    return lines


def _ordered(lines: list[Line], order: Sequence[int]) -> list[Line]:
    places = {strike_id: place for place, strike_id in enumerate(order)}
    return sorted(lines, key=lambda line: places[line.row.id])


def worded(session: ReadSession, strikes: StrikeFilter) -> frozenset[int] | None:
    """Return the ids of all lines with the words asked for, or None where none are."""
    said = strikes.saying()
    return None if said is None else frozenset(session.scalars(said))


def lines_of(session: ReadSession, strikes: StrikeFilter, ids: Sequence[int]) -> list[Line]:
    """Return the matching lines among these ids, by id."""
    if not ids:
        return []
    those = _lines().where(strikes.of_lines(), Strike.id.in_(ids)).order_by(Strike.id)
    return _with_tallies(session, session.execute(those).all())


def from_lines(statement: AnySelect) -> AnySelect:
    """Add the tables that `StrikeFilter.of_lines` speaks of: lines, their reports and their revisions."""
    return (
        statement.select_from(Strike)
        .join(Report, Report.id == Strike.report_id)
        .join(Revision, Revision.report_id == Strike.report_id)
    )


def _columns() -> AnySelect:
    return select(
        Strike.id,
        Strike.report_id,
        Strike.date_from,
        Strike.date_to,
        Strike.date_precision,
        Strike.country,
        Strike.location_id,
        Strike.location_as_written,
        Strike.strikes_min,
        Strike.strikes_max,
        Strike.engagements,
        Strike.owner,
        Strike.same_as_id,
        Strike.quote,
        Strike.quote_start,
        Strike.quote_end,
        Strike.recorded_seq,
        Strike.superseded_seq,
        Report.publisher_id,
        Revision.number,
        Revision.published_on,
        Revision.source_url,
        Revision.revision,
    )


def _lines() -> AnySelect:
    return from_lines(_columns())


def _with_tallies(session: ReadSession, rows: Sequence[AnyRow]) -> list[Line]:
    tallies: dict[int, list[AnyRow]] = {row.id: [] for row in rows}
    found = session.execute(
        select(
            Tally.strike_id,
            Tally.effect,
            Tally.verb,
            Tally.category_id,
            Tally.count_min,
            Tally.count_max,
            Tally.as_written,
            Tally.quote_start,
            Tally.quote_end,
        )
        .where(Tally.strike_id.in_(tallies))
        .order_by(Tally.strike_id, Tally.position)
    )
    for tally in found:
        tallies[tally.strike_id].append(tally)
    return [Line(row, tallies[row.id]) for row in rows]
