"""Possible duplicates: current lines that a new line may repeat.

(Date, place) is legitimately not unique, so place and day alone prove nothing: what was hit must agree too.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, bindparam, select

from app.catalogue.catalogue import Catalogue
from app.db.statements import Prepared, Rows, Snapshot, Values
from app.http.field_types import FIRST_DAY, LAST_DAY
from app.ledger.head import standing
from app.models import Strike, Tally
from app.record.fields import Row
from app.strikes.filter import StrikeFilter
from app.strikes.ordering import BY_PLACE
from app.strikes.sql_conditions import Conditions

# Days by which two publishers may differ about one event.
NEAR_DAYS = 1

# The share of tallies that two lines must have in common.
ALIKE = 0.5

# Lines of one place and day that are compared; and matches that are offered for one line.
MOST_COMPARED = 200
MOST_OFFERED = 3

# What one report may cost, since all writers wait for it: pairs of lines that are compared, where a query
# for the lines of a place and days takes as long as comparing so many, and reading a line as long as comparing one.
# The longest release needs a tenth.
MOST_PAIRS = 10_000
PAIRS_PER_QUERY = 20

# The tallies of a line: effects, categories and counts.
Tallies = frozenset[tuple[Any, ...]]


class Line(NamedTuple):
    """What is held against others of a line. Days are as the engine gives them: dates, or their texts."""

    id: int
    report_id: int
    location_id: int | None
    date_from: Any
    date_to: Any
    strikes_min: int | None
    same_as_id: int | None


_STRIKES = Line._fields.index("strikes_min")


class NewLine(NamedTuple):
    """A line that is not in the record, as the rows of lines and tallies have it. Unknown days are None.

    A tally is its effect, category, and the least and the most of its count.
    """

    location_id: int | None
    date_from: date | None
    date_to: date | None
    strikes_min: int | None
    same_as_id: int | None
    tallies: Sequence[tuple[str, int | None, int, int | None]]


class Match(NamedTuple):
    """A line and one that it may repeat: rows of lines, or the place of a line that has none, and `report`'s row.

    `alike` is the share of tallies in common, 1 at most.
    """

    line: int
    repeats: int
    report: int
    alike: float


# A place, and the days from the first to the last.
_Where = tuple[int, date, date]


@dataclass(frozen=True, slots=True)
class _Compared:
    """A line and its tallies."""

    line: Line
    tallies: Tallies


def possible_duplicates(session: Snapshot, report_id: int, as_of: int, catalogue: Catalogue) -> list[Match]:
    """Return, for each of a report's lines, the current lines of other reports that may report the same event.

    A line with `same_as` is skipped, and so are the last lines of a report that is longer
    than any release.
    """
    mine = {"report_id": report_id, "as_of": as_of}
    own = _compared(session.rows(_OF_REPORT, mine), session.rows(_TALLIES_BY_REPORT, mine), catalogue)
    return _find(session, own, report_id, as_of, catalogue)


def duplicates_of_new(
    session: Snapshot, lines: Iterable[NewLine], report_id: int, as_of: int, catalogue: Catalogue
) -> list[Match]:
    """Return the same for lines that are not in the record, in their order.

    Lines without days, or with days that the record cannot hold, are left alone. `report_id` is the row of their
    report; 0 where it has none.
    """
    own = [
        _Compared(
            Line(place, report_id, *line[:-1]),
            frozenset(
                (effect, _category(category, catalogue), *counts)
                for effect, category, *counts in line.tallies
            ),
        )
        for place, line in enumerate(lines)
        if line.date_from is not None
        and line.date_to is not None
        and line.date_from >= FIRST_DAY
        and line.date_to <= LAST_DAY
    ]
    return _find(session, own, report_id, as_of, catalogue)


def new_lines(lines: Iterable[tuple[Row, Iterable[Row]]]) -> list[NewLine]:
    """Return the lines of rows that are not in the record yet, each with those of its tallies."""
    return [
        NewLine(
            line["location_id"],
            line["date_from"],
            line["date_to"],
            line["strikes_min"],
            line["same_as_id"],
            [
                (tally["effect"], tally["category_id"], tally["count_min"], tally["count_max"])
                for tally in tallies
            ],
        )
        for line, tallies in lines
    ]


def _find(
    session: Snapshot, own: Sequence[_Compared], report_id: int, as_of: int, catalogue: Catalogue
) -> list[Match]:
    asking = [
        compared
        for compared in own
        if compared.line.same_as_id is None and compared.line.location_id is not None and compared.tallies
    ]
    claimed: Mapping[_Where, set[int | None]] = defaultdict(set)
    for compared in asking:
        claimed[_where(compared.line)].add(compared.line.strikes_min)
    matches: list[Match] = []
    near: dict[_Where, Sequence[_Compared]] = {}
    left = MOST_PAIRS
    for compared in asking:
        where = _where(compared.line)
        if where not in near:
            there = {**_around(where, as_of, catalogue).values, "report_id": report_id}
            near[where] = _near(session, there, claimed[where], catalogue)
            left -= PAIRS_PER_QUERY + len(near[where])
        others = near[where]
        left -= len(others)
        if left < 0:
            break
        matches += _matches(compared, others)
    return matches


def _where(line: Line) -> _Where:
    assert line.location_id is not None  # noqa: S101 - lines without a place are not compared
    return line.location_id, _day(line.date_from), _day(line.date_to)


def _around(where: _Where, as_of: int, catalogue: Catalogue) -> StrikeFilter:
    location_id, first, last = where
    days = timedelta(days=NEAR_DAYS)
    return StrikeFilter(
        as_of=as_of,
        date_from=first - days,
        date_to=last + days,
        location_ids=catalogue.locations.members(catalogue.locations.by_id[location_id].id),
    )


def _near(
    session: Snapshot, there: Values, claimed: Collection[int | None], catalogue: Catalogue
) -> Sequence[_Compared]:
    """Return the latest current lines of other reports about a place and days, by id: MOST_COMPARED at most.

    Lines with a number of strikes that is not in `claimed` are left out: they report other events.
    """
    lines = session.rows(_NEAR, there)
    if None not in claimed:
        lines = [line for line in lines if line[_STRIKES] is None or line[_STRIKES] in claimed]
    tallies = session.rows(_TALLIES_BY_LINE, {"ids": _padded([line[0] for line in lines])}) if lines else ()
    return sorted(_compared(lines, tallies, catalogue), key=lambda compared: compared.line.id)


def _compared(lines: Rows, tallies: Rows, catalogue: Catalogue) -> Sequence[_Compared]:
    tallies_of: Mapping[int, set[tuple[Any, ...]]] = defaultdict(set)
    for strike_id, effect, category_id, *counts in tallies:
        tallies_of[strike_id].add((effect, _category(category_id, catalogue), *counts))
    return [_Compared(line, frozenset(tallies_of[line.id])) for line in map(Line._make, lines)]


def _padded(ids: list[int]) -> list[int]:
    """Repeat the last id up to a power of two: each length of a list is a statement of its own to be compiled."""
    return ids + ids[-1:] * ((1 << (len(ids) - 1).bit_length()) - len(ids))


def _matches(mine: _Compared, others: Iterable[_Compared]) -> list[Match]:
    scored = [(_alike(mine, other), other.line) for other in others]
    best = sorted((pair for pair in scored if pair[0] >= ALIKE), key=lambda pair: (-pair[0], pair[1].id))
    return [
        Match(mine.line.id, line.id, line.report_id, round(score, 2)) for score, line in best[:MOST_OFFERED]
    ]


def _alike(mine: _Compared, other: _Compared) -> float:
    """Return how alike two lines of one place and time are: 0 not at all, 1 in every tally and the strikes.

    Numbers of strikes that differ, both given, are two events. Without tallies nothing proves that they are one.
    """
    strikes = {mine.line.strikes_min, other.line.strikes_min} - {None}
    if len(strikes) > 1 or not mine.tallies or not other.tallies:
        return 0.0
    return len(mine.tallies & other.tallies) / min(len(mine.tallies), len(other.tallies))


def _category(category_id: int | None, catalogue: Catalogue) -> int | None:
    """Return the category that a row's category is now: merged ones are one."""
    return None if category_id is None else catalogue.categories.by_id[category_id].id


def _day(day: date | str) -> date:
    return date.fromisoformat(day) if isinstance(day, str) else day


_LINES = select(*(getattr(Strike, name) for name in Line._fields))
_OF_REPORT = Prepared(
    _LINES.where(
        Strike.report_id == bindparam("report_id", type_=BigInteger()),
        standing(Strike, bindparam("as_of", type_=BigInteger())),
    ).order_by(Strike.position, Strike.id)
)
# Of the same shape as the query for each line, so only its values differ.
_ANYWHERE = StrikeFilter(as_of=0, date_from=date.min, date_to=date.max, location_ids=frozenset({0}))
_NEAR = Prepared(
    _LINES.where(
        Conditions(_ANYWHERE).of_lines(), Strike.report_id != bindparam("report_id", type_=BigInteger())
    )
    .with_hint(Strike, f"INDEXED BY {BY_PLACE}", "sqlite")
    .order_by(Strike.date_from.desc(), Strike.id.desc())
    .limit(MOST_COMPARED)
)
_TALLIES = select(Tally.strike_id, Tally.effect, Tally.category_id, Tally.count_min, Tally.count_max)
_TALLIES_BY_LINE = Prepared(_TALLIES.where(Tally.strike_id.in_(bindparam("ids", expanding=True))))
_TALLIES_BY_REPORT = Prepared(
    _TALLIES.join(Strike, Strike.id == Tally.strike_id).where(
        Strike.report_id == bindparam("report_id", type_=BigInteger()),
        standing(Strike, bindparam("as_of", type_=BigInteger())),
    )
)
