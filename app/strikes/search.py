"""Search for strike lines: ids in a sort order."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import BigInteger, String, bindparam, cast, func, select

from app.db.engine import ReadSession, WouldBlock
from app.db.statements import Prepared, Snapshot
from app.db.types import AnySelect
from app.models import Strike
from app.strikes import access_path
from app.strikes.access_path import (
    AccessPath,
    counted,
    fewest,
    in_order,
    narrowed_by_pairs,
    pairs,
    prepared,
)
from app.strikes.filter import StrikeFilter
from app.strikes.ordering import (
    INDEXES,
    LineMatch,
    Part,
    Position,
    Sort,
    figure,
    is_resumed,
    parts,
    position,
    position_values,
    stretch,
    until_values,
)
from app.strikes.sql_conditions import Conditions, Narrowing
from app.strikes.used_places import of_used_places
from app.strikes.word_matches import Bitmap, lines_with

# Up to how many lines with words the engine gathers them for each page. A million lines, read and looked up in a
# bitmap, take as long as that for all pages of so many.
COMMON = 20_000
# Lines that are read at once to be looked up in a bitmap, at most.
MOST_CANDIDATES = 5_000


def find(  # noqa: PLR0913 - a filter, an order, and where in it to begin and to end
    session: Snapshot,
    strikes: StrikeFilter,
    sort: Sort,
    after: Position | None,
    limit: int,
    *,
    until: Position | None = None,
) -> list[LineMatch]:
    """Return up to `limit` matching lines in an order, from the one after `after`; by date, `until` ends them.

    Raises WouldBlock where the snapshot is for short queries, and this is none.
    """
    strikes = of_used_places(session, strikes)
    pair_ids = pairs(strikes, sort)
    few = None if pair_ids and narrowed_by_pairs(strikes) else fewest(session, strikes, sort)
    if few is None and sort is Sort.MOST_ITEMS and strikes.has_tally_conditions:
        return _with_most(session, strikes, after, limit)
    by_pair = few is None and bool(pair_ids)
    narrowed, held = words_as_bitmap(session, strikes, few)
    path = AccessPath(narrowed, sort, few, by_pair=by_pair, ends=until is not None)
    values = {**narrowed.values, **until_values(until)}
    if not by_pair:
        return _read(session, path, values, after, limit, held=held)
    matches: set[LineMatch] = set()
    for location_id, category_id in pair_ids:
        pair = {"location_id": location_id, "category_id": category_id}
        matches.update(_read(session, path, values | pair, after, limit, held=held))
    # All days are dates, or all are texts.
    in_order = sorted(matches, key=lambda line: (str(line.date_from), line.id), reverse=sort is Sort.LATEST)
    return in_order[:limit]


def _read(  # noqa: PLR0913 - an access path, its values, and where in the order to begin and to end
    session: Snapshot,
    path: AccessPath,
    values: Mapping[str, Any],
    after: Position | None,
    limit: int,
    *,
    held: Bitmap | None,
) -> list[LineMatch]:
    """Return up to `limit` lines after a position; of those, where `held` is given, that it holds."""
    matches: list[LineMatch] = []
    for part in parts(path.sort, after):
        start, resumed, size = after, is_resumed(part, after), limit
        while len(matches) < limit:
            # Of lines that are to be looked up in a bitmap, more and more: it is unknown how many of them match.
            size = limit - len(matches) if held is None else min(2 * size, MOST_CANDIDATES)
            statement = path.statement(part, resumed=resumed)
            rows = session.rows(statement, {**values, **position_values(start), "limit": size})
            lines = [LineMatch._make(row) for row in rows]
            matches += lines if held is None else [line for line in lines if held.holds(line.id)]
            if held is None or len(lines) < size:
                break
            start, resumed = position(lines[-1], path.sort), True
            _check_deadline(session)
    return matches[:limit]


def words_as_bitmap(
    session: Snapshot, strikes: StrikeFilter, few: Narrowing | None
) -> tuple[StrikeFilter, Bitmap | None]:
    """Return a filter without the words that many lines hold, and these lines; None where the filter stays as it is.

    The engine would gather all lines with the words for each page again. Raises WouldBlock.
    """
    if strikes.words is None or (few is not None and "words" in few.names):
        return strikes, None
    with_words = Narrowing(("words",), Conditions(strikes).lines_with_words)
    if counted(session, strikes, with_words, COMMON) <= COMMON:
        return strikes, None
    return replace(strikes, words=None), lines_with(session, strikes.words)


def has_common_words(session: Snapshot, strikes: StrikeFilter) -> bool:
    """Return whether more than COMMON lines, superseded ones included, have the words: counting these takes long."""
    if strikes.words is None:
        return False
    with_words = Narrowing(("words",), Conditions(strikes).lines_with_words)
    return counted(session, strikes, with_words, COMMON) > COMMON


def _check_deadline(session: Snapshot) -> None:
    """Raise QueryTimeout where the time of a session is over, and WouldBlock where it is for short queries."""
    if not isinstance(session, ReadSession):
        raise WouldBlock
    session.deadline.check()


def count(session: Snapshot, strikes: StrikeFilter) -> int:
    """Return how many lines match."""
    strikes = of_used_places(session, strikes)

    def statement() -> AnySelect:
        return select(func.count()).select_from(Strike).where(Conditions(strikes).of_lines())

    number: int = session.rows(prepared(("count", strikes.shape), statement), strikes.values)[0][0]
    return number


def _with_most(
    session: Snapshot, strikes: StrikeFilter, after: Position | None, limit: int
) -> list[LineMatch]:
    """Return the lines with most items of the tallies that match, read among those with most items of all.

    No line has more items that match than it has in all. So where enough lines with `least` items or more have
    as many that match, no other line comes before them. Where there are not enough, all tallies are added up.
    """
    if not isinstance(session, ReadSession):
        raise WouldBlock
    conditions, resumed = Conditions(strikes), after is not None
    values = {**strikes.values, **position_values(after), "limit": limit}
    of_lines = select(Strike.id).where(conditions.of_lines(one_by_one=True))
    value = figure(Sort.MOST_ITEMS, strikes)
    of_part = stretch(Sort.MOST_ITEMS, Part.ALL, value, resumed=resumed)
    by_items = of_lines.with_hint(Strike, f"INDEXED BY {INDEXES[Sort.MOST_ITEMS]}", "sqlite")
    ranked = select(Strike.items_min).order_by(Strike.items_min.desc())
    for share in (access_path.FEW, access_path.FEW_BY_SOME_ITEMS):
        least = session.execute(ranked.offset(share).limit(1)).scalar_one_or_none()
        if least is None:
            break
        if after is not None and after[0] < least:
            # Pages this deep are beyond them.
            continue
        among = by_items.where(Strike.items_min >= bindparam("least", type_=BigInteger()))
        statement = in_order(among, value, of_part)
        matches = [
            LineMatch._make(row) for row in session.rows(Prepared(statement), {**values, "least": least})
        ]
        if len(matches) == limit and (matches[-1].figure or 0) >= least:
            return matches
    by_line = conditions.items_by_line()
    every = of_lines.join(by_line, by_line.c.strike_id == Strike.id).with_hint(
        Strike, "NOT INDEXED", "sqlite"
    )
    added_up = by_line.c.added_up
    statement = in_order(every, added_up, stretch(Sort.MOST_ITEMS, Part.ALL, added_up, resumed=resumed))
    return [LineMatch._make(row) for row in session.rows(Prepared(statement), values)]


def worded(session: ReadSession, strikes: StrikeFilter) -> str | None:
    """Return the ids of all lines with the requested words as one text, separated by commas; None without words.

    A word can be in every line: a driver that reads row by row would hand the interpreter around for each.
    """
    statement = Conditions(strikes).lines_with_text()
    if statement is None:
        return None
    (ids,) = statement.subquery().c
    return session.scalar(select(func.aggregate_strings(cast(ids, String), ","))) or ""
