"""Find strikes that a new line may repeat: to be offered to the analyst, never to be acted upon.

(Date, place) is legitimately not unique, so place and day alone prove nothing: what was hit must agree too.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from app.catalogue.catalogue import Catalogue
from app.db.engine import ReadSession
from app.db.types import AnyRow
from app.ledger.clock import standing
from app.models import Strike
from app.strikes.filters import StrikeFilter
from app.strikes.queries import Line, lines_of

# Days by which two publishers may differ about one event.
NEAR_DAYS = 1

# The share of tallies that two lines must have in common.
ALIKE = 0.5

# Lines of one place and day that are compared; and matches that are offered for one line.
MOST_COMPARED = 200
MOST_OFFERED = 3

# What one report may cost, since all writers wait for its answer: pairs of lines that are compared, where looking
# for the lines of a place and days takes as long as comparing so many. The longest release needs a tenth.
MOST_PAIRS = 10_000
PAIRS_FOR_A_LOOK = 20

# What a line says it did: effects, categories and counts.
Said = frozenset[tuple[Any, ...]]


def possible_duplicates(
    session: ReadSession, lines: Iterable[Line], as_of: int, catalogue: Catalogue
) -> list[dict[str, Any]]:
    """Return, for each of a report's lines, the standing lines of other reports that may tell of the same event.

    Each match holds the two lines' numbers and how alike they are: the share of tallies in common, 1 at most.
    A line that already says what it repeats is left alone, and so are the last lines of a report that is longer
    than any release.
    """
    found = []
    near: dict[tuple[int, date, date], list[tuple[Line, Said]]] = {}
    left = MOST_PAIRS
    for line in lines:
        row = line.row
        if row.same_as_id is not None or row.location_id is None or not line.tallies:
            continue
        where = (row.location_id, row.date_from, row.date_to)
        if where not in near:
            left -= PAIRS_FOR_A_LOOK
            near[where] = [
                (other, _said(other, catalogue)) for other in _near(session, row, as_of, catalogue)
            ]
        left -= len(near[where])
        if left < 0:
            break
        found += _matches(line, _said(line, catalogue), near[where])
    return found


def _near(session: ReadSession, row: AnyRow, as_of: int, catalogue: Catalogue) -> Sequence[Line]:
    """Return the latest standing lines of other reports about a line's place and days."""
    places = catalogue.locations.members(catalogue.locations.by_id[row.location_id].id)
    days = timedelta(days=NEAR_DAYS)
    ids = session.scalars(
        select(Strike.id)
        .where(
            Strike.location_id.in_(sorted(places)),
            Strike.date_from <= row.date_to + days,
            Strike.date_to >= row.date_from - days,
            Strike.report_id != row.report_id,
            standing(Strike, as_of),
        )
        .order_by(Strike.date_from.desc(), Strike.id.desc())
        .limit(MOST_COMPARED)
    ).all()
    return lines_of(session, StrikeFilter(as_of=as_of), ids)


def _matches(line: Line, mine: Said, others: Iterable[tuple[Line, Said]]) -> list[dict[str, Any]]:
    scored = [(_alike(line, mine, other, theirs), other) for other, theirs in others]
    best = sorted((each for each in scored if each[0] >= ALIKE), key=lambda each: (-each[0], each[1].row.id))
    return [
        {
            "strike": line.row.id,
            "repeats": other.row.id,
            "report": other.row.report_id,
            "alike": round(score, 2),
        }
        for score, other in best[:MOST_OFFERED]
    ]


def _alike(line: Line, mine: Said, other: Line, theirs: Said) -> float:
    """Return how alike two lines of one place and time are: 0 not at all, 1 in every tally and the strikes.

    Numbers of strikes that differ, both given, are two events. Without tallies nothing proves that they are one.
    """
    strikes = {line.row.strikes_min, other.row.strikes_min} - {None}
    if len(strikes) > 1 or not mine or not theirs:
        return 0.0
    return len(mine & theirs) / min(len(mine), len(theirs))


def _said(line: Line, catalogue: Catalogue) -> Said:
    return frozenset(
        (tally.effect, _category(tally.category_id, catalogue), tally.count_min, tally.count_max)
        for tally in line.tallies
    )


def _category(category_id: int | None, catalogue: Catalogue) -> int | None:
    """Return the category that a row's category is now: merged ones are one."""
    return None if category_id is None else catalogue.categories.by_id[category_id].id
