"""Access paths: index choice for a filter in a sort order.

SQLite has no statistics of a table here, so the path is chosen from cached counts.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import product
from threading import Lock
from typing import Any

from cachetools import FIFOCache, cached
from sqlalchemy import BigInteger, ColumnElement, bindparam, func, null, select

from app.db.statements import Prepared, Snapshot
from app.db.types import AnySelect
from app.models import Strike
from app.strikes.filter import StrikeFilter
from app.strikes.ordering import (
    BY_DATE,
    BY_DATE_OF_CATEGORY,
    BY_PLACE,
    INDEXES,
    ByDate,
    Part,
    Sort,
    Stretch,
    figure,
    stretch,
    until,
)
from app.strikes.sql_conditions import Conditions, Narrowing

# Up to how many lines are read by the narrowest condition and then sorted; more are read in their order. Measured
# at a million lines: either way takes some 15 ms where there are this many.
FEW = 3_000
# To read a line of one place in the order of days, in an index alone, costs so many times less.
CHEAPER = 4
# Up to how many pairs of a place and a category are read one by one.
MOST_PAIRS = 12
# By the items of some of their tallies, lines stand in no index: more of them are worth sorting.
FEW_BY_SOME_ITEMS = 50_000

# What an index of pairs finds alone: see Narrowing.names.
OF_PAIRS = {"location_ids", "category_ids", "date_from"}

# Cached statements, one a shape; and bytes of cached counts, by condition.
_MOST_STATEMENTS = 500
BYTES_OF_COUNTS = 2 * 1024 * 1024
# An entry: a digest, a number, and its places in two tables.
_BYTES_OF_COUNT = 500

_LIMIT = bindparam("limit", type_=BigInteger())


@dataclass(frozen=True, slots=True)
class AccessPath:
    """How to read the lines of a filter in an order: by the narrowest condition, by a pair, or by the order's index.

    `by_pair` finds those of one place and one category; `ends` is whether the order ends at a position.
    """

    strikes: StrikeFilter
    sort: Sort
    few: Narrowing | None
    by_pair: bool
    ends: bool

    def statement(self, part: Part, *, resumed: bool) -> Prepared:
        """Return the statement for a part of the order, made once for all filters of a shape."""
        index, few = _index(self.sort, self.strikes), self.few and self.few.names
        key = ("find", self.strikes.shape, self.sort, part, resumed, few, index, self.by_pair, self.ends)

        def statement() -> AnySelect:
            value = figure(self.sort, self.strikes)
            of_part = stretch(self.sort, part, value, resumed=resumed, by_date=self._by_date)
            return in_order(self._lines(index), value, of_part)

        return prepared(key, statement)

    @property
    def _by_date(self) -> ByDate:
        return BY_DATE_OF_CATEGORY if self.by_pair else BY_DATE

    def _lines(self, index: str) -> AnySelect:
        strikes = _without_pair(self.strikes) if self.by_pair else self.strikes
        lines = select(Strike.id).where(Conditions(strikes).of_lines(one_by_one=True))
        if self.ends:
            lines = lines.where(until(self._by_date))
        if self.by_pair:
            lines = lines.where(*Conditions(self.strikes).of_pair())
        elif self.few is not None:
            # Found by what makes them few, then put in order.
            lines = lines.where(Strike.id.in_(self.few.ids()))
        else:
            # Read in their order until there are enough. SQLite would rather gather all of them, and sort.
            return lines.with_hint(Strike, f"INDEXED BY {index}", "sqlite")
        return lines.with_hint(Strike, "NOT INDEXED", "sqlite")


def pairs(strikes: StrikeFilter, sort: Sort) -> Sequence[tuple[int, int]]:
    """Return pairs of a place and a category whose lines, together, are all that can match; none where too many."""
    if (
        sort not in {Sort.LATEST, Sort.EARLIEST}
        or strikes.location_ids is None
        or strikes.category_ids is None
    ):
        return []
    number = len(strikes.location_ids) * len(strikes.category_ids)
    return list(product(strikes.location_ids, strikes.category_ids)) if number <= MOST_PAIRS else []


def narrowed_by_pairs(strikes: StrikeFilter) -> bool:
    """Return whether nothing but places, categories and days makes the lines of a filter few."""
    return all(not OF_PAIRS.isdisjoint(narrowing.names) for narrowing in Conditions(strikes).narrowing())


def _without_pair(strikes: StrikeFilter) -> StrikeFilter:
    """Return the remaining conditions on a line that has a requested place and category."""
    rest = replace(strikes, location_ids=None)
    if strikes.min_items is not None or not strikes.has_only_categories:
        return rest
    return replace(rest, category_ids=None)


def in_order(chosen: AnySelect, value: ColumnElement[Any] | None, of_part: Stretch) -> AnySelect:
    """Let a statement find the lines of a part of an order, as `LineMatch` has them; see `stretch` for `value`."""
    return (
        chosen.add_columns((null() if value is None else value).label("figure"), of_part.columns[-2])
        .where(of_part.condition)
        .order_by(*of_part.order())
        .limit(_LIMIT)
    )


def fewest(session: Snapshot, strikes: StrikeFilter, sort: Sort) -> Narrowing | None:
    """Return what makes the lines few; None where they are read faster in their order."""
    by_some_items = sort is Sort.MOST_ITEMS and strikes.has_tally_conditions
    most = FEW_BY_SOME_ITEMS if by_some_items else FEW
    few, narrowing = narrowest(session, strikes, most)
    if narrowing is None:
        return None
    if (
        _index(sort, strikes) == BY_PLACE
        and counted(session, strikes, Conditions(strikes).at_place(), most * CHEAPER) <= few * CHEAPER
    ):
        return None
    return narrowing


def narrowest(session: Snapshot, strikes: StrikeFilter, most: int) -> tuple[int, Narrowing | None]:
    """Return the condition that the fewest lines meet, and how many do; None where none leaves up to `most`."""
    counts = [
        (counted(session, strikes, narrowing, most), narrowing)
        for narrowing in Conditions(strikes).narrowing()
    ]
    few, narrowing = min(counts, key=lambda counted: counted[0], default=(most + 1, None))
    return few, narrowing if few <= most else None


def _count_key(_session: Snapshot, strikes: StrikeFilter, narrowing: Narrowing, most: int) -> bytes:
    """Return a digest, since values may be long: of what a count depends on, and of the order of size of the record."""
    values = strikes.values
    bound = [str(values[name]) for name in narrowing.names]
    return blake2b(
        repr((narrowing.names, bound, most, strikes.as_of.bit_length())).encode(), digest_size=32
    ).digest()


@cached(FIFOCache(BYTES_OF_COUNTS // _BYTES_OF_COUNT), key=_count_key, lock=Lock())
def counted(session: Snapshot, strikes: StrikeFilter, narrowing: Narrowing, most: int) -> int:
    """Return how many lines meet one condition, `most` + 1 where they are more.

    It only decides on the access path, and changes slowly: it is counted again once the record has doubled.
    """
    values = strikes.values
    bound = {name: values[name] for name in narrowing.names}
    shape = tuple(
        (name, value is None, value == [], isinstance(value, list) and None in value)
        for name, value in bound.items()
    )

    def statement() -> AnySelect:
        return select(func.count()).select_from(narrowing.ids().limit(_LIMIT).subquery())

    count: int = session.rows(prepared(("few", shape), statement), {**bound, "limit": most + 1})[0][0]
    return count


@cached(FIFOCache(_MOST_STATEMENTS), key=lambda key, _statement: key, lock=Lock())
def prepared(key: Hashable, statement: Callable[[], AnySelect]) -> Prepared:  # noqa: ARG001 - of the cache
    """Return the statement of a shape, made once."""
    return Prepared(statement())


def _index(sort: Sort, strikes: StrikeFilter) -> str:
    """Return the index by which SQLite reads lines in an order: the index of places for a filter with one place."""
    one_place = strikes.location_ids is not None and len(strikes.location_ids) == 1
    return BY_PLACE if one_place and sort in {Sort.LATEST, Sort.EARLIEST} else INDEXES[sort]
