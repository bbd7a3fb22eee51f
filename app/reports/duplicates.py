"""Find strikes that a new line may repeat: to be offered to the analyst, never to be acted upon.

(Date, place) is legitimately not unique, so place and day alone prove nothing: what was hit must agree too.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.catalogue.catalogue import Catalogue
from app.db.engine import ReadSession
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


def possible_duplicates(
    session: ReadSession, lines: Iterable[Line], as_of: int, catalogue: Catalogue
) -> list[dict[str, Any]]:
    """Return, for each of a report's lines, the standing lines of other reports that may tell of the same event.

    Each match holds the two lines' numbers and how alike they are: the share of tallies in common, 1 at most.
    A line that already says what it repeats is left alone.
    """
    found = []
    for line in lines:
        if line.row.same_as_id is None and line.row.location_id is not None:
            found += _matches(session, line, as_of, catalogue)
    return found


def _matches(session: ReadSession, line: Line, as_of: int, catalogue: Catalogue) -> list[dict[str, Any]]:
    row = line.row
    places = catalogue.locations.members(catalogue.locations.by_id[row.location_id].id)
    near = timedelta(days=NEAR_DAYS)
    ids = session.scalars(
        select(Strike.id)
        .where(
            Strike.location_id.in_(sorted(places)),
            Strike.date_from <= row.date_to + near,
            Strike.date_to >= row.date_from - near,
            Strike.report_id != row.report_id,
            standing(Strike, as_of),
        )
        .order_by(Strike.date_from.desc(), Strike.id.desc())
        .limit(MOST_COMPARED)
    ).all()
    others = lines_of(session, StrikeFilter(as_of=as_of), ids)
    scored = [(alike(line, other, catalogue), other) for other in others]
    best = sorted((each for each in scored if each[0] >= ALIKE), key=lambda each: (-each[0], each[1].row.id))
    return [
        {"strike": row.id, "repeats": other.row.id, "report": other.row.report_id, "alike": round(score, 2)}
        for score, other in best[:MOST_OFFERED]
    ]


def alike(line: Line, other: Line, catalogue: Catalogue) -> float:
    """Return how alike two lines of one place and time are: 0 not at all, 1 in every tally and the strikes.

    Numbers of strikes that differ, both given, are two events. Without tallies nothing proves that they are one.
    """
    strikes = {line.row.strikes_min, other.row.strikes_min} - {None}
    if len(strikes) > 1 or not line.tallies or not other.tallies:
        return 0.0
    mine, theirs = _said(line, catalogue), _said(other, catalogue)
    return len(mine & theirs) / min(len(mine), len(theirs))


def _said(line: Line, catalogue: Catalogue) -> set[tuple[Any, ...]]:
    return {
        (tally.effect, _category(tally.category_id, catalogue), tally.count_min, tally.count_max)
        for tally in line.tallies
    }


def _category(category_id: int | None, catalogue: Catalogue) -> int | None:
    """Return the category that a row's category is now: merged ones are one."""
    return None if category_id is None else catalogue.categories.by_id[category_id].id
