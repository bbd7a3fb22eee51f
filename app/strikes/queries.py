"""Find strike lines, in an order, as ids: showing.py reads what is shown of them. Knows no request."""

from collections.abc import Callable, Hashable
from dataclasses import replace

from sqlalchemy import BigInteger, String, bindparam, cast, func, null, select

from app.db.engine import NotAtOnce, ReadSession
from app.db.kept import Kept, size_of
from app.db.prepared import Prepared, Snapshot
from app.db.types import AnySelect
from app.models import Strike
from app.strikes.filters import StrikeFilter
from app.strikes.sorting import (
    BY_PLACE,
    INDEXES,
    UNTIL,
    Found,
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
from app.strikes.word_matches import Bitmap, lines_with

# Up to how many lines are found by what makes them few, and then sorted; more are read in their order. Measured
# at a million lines: either way takes some 15 ms where there are this many.
FEW = 3_000
# To look at a line of one place in the order of days, in an index alone, costs so many times less.
CHEAPER = 4
# By the items of some of their tallies, lines stand in no index: more of them are worth sorting.
FEW_BY_SOME_ITEMS = 50_000

# Up to how many lines with words the engine gathers them for each page. A million lines, read and looked up in a
# bitmap, take as long as that for all pages of so many.
COMMON = 20_000
# Lines that are read at once to be looked up in a bitmap, at most.
MOST_CANDIDATES = 5_000

# Statements that are kept, each of another shape; and bytes of counts of what makes lines few, by what was asked.
_MOST_STATEMENTS = 500
BYTES_OF_COUNTS = 2 * 1024 * 1024

_LIMIT = bindparam("limit", type_=BigInteger())


def find(  # noqa: PLR0913 - a filter, an order, and where in it to begin and to end
    session: Snapshot,
    strikes: StrikeFilter,
    sort: Sort,
    after: Position | None,
    limit: int,
    *,
    until: Position | None = None,
) -> list[Found]:
    """Return up to `limit` matching lines in an order, from the one after `after`; by date, `until` ends them.

    Raises NotAtOnce where the snapshot is for short questions, and this is none.
    """
    by_some_items = sort is Sort.MOST_ITEMS and strikes.asks_for_tallies
    index = _index(sort, strikes)
    few = fewest(session, strikes, sort)
    if few is None and by_some_items:
        return _with_most(session, strikes, after, limit)
    asked, held = words_apart(session, strikes, few)
    values = {**asked.values, **until_values(until)}
    found: list[Found] = []
    for part in parts(sort, after):
        start, resumed, size = after, is_resumed(part, after), limit
        while len(found) < limit:

            def statement(part: Part = part, *, resumed: bool = resumed) -> AnySelect:
                chosen = select(Strike.id).where(Conditions(asked).of_lines(one_by_one=True))
                if until is not None:
                    chosen = chosen.where(UNTIL)
                if few is None:
                    # Read in their order until there are enough. SQLite would rather gather all of them, and sort.
                    hinted = chosen.with_hint(Strike, f"INDEXED BY {index}", "sqlite")
                else:
                    # Found by what makes them few, then put in order.
                    among = chosen.where(Strike.id.in_(few.ids()))
                    hinted = among.with_hint(Strike, "NOT INDEXED", "sqlite")
                return _in_order(hinted, sort, part, asked, resumed=resumed)

            key = ("find", asked.shape, sort, part, resumed, few and few.names, index, until is None)
            # Of lines that are to be looked up in a bitmap, more and more: nobody knows how many of them match.
            size = limit - len(found) if held is None else min(2 * size, MOST_CANDIDATES)
            rows = session.rows(prepared(key, statement), {**values, **position_values(start), "limit": size})
            lines = [Found._make(row) for row in rows]
            found += lines if held is None else [line for line in lines if held.holds(line.id)]
            if held is None or len(lines) < size:
                break
            start, resumed = position(lines[-1], sort), True
            _look_at_the_clock(session)
    return found[:limit]


def words_apart(
    session: Snapshot, strikes: StrikeFilter, few: Narrowing | None
) -> tuple[StrikeFilter, Bitmap | None]:
    """Return a filter without the words that many lines hold, and these lines; None where the filter stays as it is.

    The engine would gather all lines with the words for each page anew. Raises NotAtOnce.
    """
    if strikes.words is None or (few is not None and "words" in few.names):
        return strikes, None
    with_words = Narrowing(("words",), Conditions(strikes).saying_words)
    if _counted(session, strikes, with_words, COMMON) <= COMMON:
        return strikes, None
    return replace(strikes, words=None), lines_with(session, strikes.words)


def _look_at_the_clock(session: Snapshot) -> None:
    """Raise QueryTimeout where the time of a session is over, and NotAtOnce where it is for short questions."""
    if not isinstance(session, ReadSession):
        raise NotAtOnce
    session.deadline.check()


def count(session: Snapshot, strikes: StrikeFilter) -> int:
    """Return how many lines match."""

    def statement() -> AnySelect:
        return select(func.count()).select_from(Strike).where(Conditions(strikes).of_lines())

    found: int = session.rows(prepared(("count", strikes.shape), statement), strikes.values)[0][0]
    return found


def _in_order(
    chosen: AnySelect, sort: Sort, part: Part, strikes: StrikeFilter, *, resumed: bool
) -> AnySelect:
    """Let a statement find the lines of a part of an order, as `Found` has them."""
    value = figure(sort, strikes)
    of_part = stretch(sort, part, value, resumed=resumed)
    return (
        chosen.add_columns((null() if value is None else value).label("figure"), Strike.date_from)
        .where(of_part.condition)
        .order_by(*of_part.order())
        .limit(_LIMIT)
    )


def _with_most(session: Snapshot, strikes: StrikeFilter, after: Position | None, limit: int) -> list[Found]:
    """Return the lines with most items of the tallies that match, read among those with most items of all.

    No line has more items that match than it has in all. So where enough lines with `least` items or more have
    as many that match, no other line comes before them. Where there are not enough, all tallies are added up.
    """
    if not isinstance(session, ReadSession):
        raise NotAtOnce
    conditions, resumed = Conditions(strikes), after is not None
    values = {**strikes.values, **position_values(after), "limit": limit}
    of_lines = select(Strike.id).where(conditions.of_lines(one_by_one=True))
    by_items = of_lines.with_hint(Strike, f"INDEXED BY {INDEXES[Sort.MOST_ITEMS]}", "sqlite")
    ranked = select(Strike.items_min).order_by(Strike.items_min.desc())
    for share in (FEW, FEW_BY_SOME_ITEMS):
        least = session.execute(ranked.offset(share).limit(1)).scalar_one_or_none()
        if least is None:
            break
        if after is not None and after[0] < least:
            # Whoever pages this far is beyond them.
            continue
        among = by_items.where(Strike.items_min >= bindparam("least", type_=BigInteger()))
        statement = _in_order(among, Sort.MOST_ITEMS, Part.ALL, strikes, resumed=resumed)
        found = [Found._make(row) for row in session.rows(Prepared(statement), {**values, "least": least})]
        if len(found) == limit and (found[-1].figure or 0) >= least:
            return found
    by_line = conditions.items_by_line()
    every = of_lines.join(by_line, by_line.c.strike_id == Strike.id).with_hint(
        Strike, "NOT INDEXED", "sqlite"
    )
    of_part = stretch(Sort.MOST_ITEMS, Part.ALL, by_line.c.added_up, resumed=resumed)
    statement = (
        every.add_columns(by_line.c.added_up.label("figure"), Strike.date_from)
        .where(of_part.condition)
        .order_by(*of_part.order())
        .limit(_LIMIT)
    )
    return [Found._make(row) for row in session.rows(Prepared(statement), values)]


def fewest(session: Snapshot, strikes: StrikeFilter, sort: Sort) -> Narrowing | None:
    """Return what makes the lines few; None where they are sooner read in their order."""
    by_some_items = sort is Sort.MOST_ITEMS and strikes.asks_for_tallies
    most = FEW_BY_SOME_ITEMS if by_some_items else FEW
    conditions = Conditions(strikes)
    counted = [(_counted(session, strikes, each, most), each) for each in conditions.narrowing()]
    few, narrowing = min(counted, key=lambda each: each[0], default=(most + 1, None))
    if few > most:
        return None
    if (
        _index(sort, strikes) == BY_PLACE
        and _counted(session, strikes, conditions.at_place(), most * CHEAPER) <= few * CHEAPER
    ):
        return None
    return narrowing


_COUNTS: Kept[Hashable, int] = Kept(BYTES_OF_COUNTS, lambda key, _count: size_of(key))


def _counted(session: Snapshot, strikes: StrikeFilter, narrowing: Narrowing, most: int) -> int:
    """Return how many lines answer one thing that is asked, `most` + 1 where they are more.

    It only says by which way lines are found, and it changes slowly: it is counted anew once the record has doubled.
    """
    values = strikes.values
    asked = {name: values[name] for name in narrowing.names}
    known = (narrowing.names, *map(str, asked.values()), most, strikes.as_of.bit_length())
    shape = tuple(
        (name, value is None, value == [], isinstance(value, list) and None in value)
        for name, value in asked.items()
    )

    def statement() -> AnySelect:
        return select(func.count()).select_from(narrowing.ids().limit(_LIMIT).subquery())

    def counted() -> int:
        found: int = session.rows(prepared(("few", shape), statement), {**asked, "limit": most + 1})[0][0]
        return found

    return _COUNTS.get(known, counted)


_STATEMENTS: Kept[Hashable, Prepared] = Kept(_MOST_STATEMENTS)


def prepared(key: Hashable, statement: Callable[[], AnySelect]) -> Prepared:
    """Return the statement of a shape, made once."""
    return _STATEMENTS.get(key, lambda: Prepared(statement()))


def _index(sort: Sort, strikes: StrikeFilter) -> str:
    """Return the index by which SQLite reads lines in an order: that of one place where only one is asked for."""
    one_place = strikes.location_ids is not None and len(strikes.location_ids) == 1
    return BY_PLACE if one_place and sort in {Sort.LATEST, Sort.EARLIEST} else INDEXES[sort]


def worded(session: ReadSession, strikes: StrikeFilter) -> str | None:
    """Return the ids of all lines with the words asked for as one text, parted by commas; None where none are.

    A word can be in every line: a driver that reads row by row would hand the interpreter around for each.
    """
    said = Conditions(strikes).saying()
    if said is None:
        return None
    (ids,) = said.subquery().c
    return session.scalar(select(func.aggregate_strings(cast(ids, String), ","))) or ""
