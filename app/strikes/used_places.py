"""Narrow a filter by an area to the places that lines have.

A wide area holds tens of thousands of places where gazetteers are loaded, of which lines have a few hundred: a
statement that names them all takes seconds. Aggregates keep all: days without lines count for all places of an area.
"""

from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app.db.statements import Prepared, Snapshot
from app.models import Strike
from app.strikes.filter import StrikeFilter

# Up to how many places a statement may name before it is worth reading which of them are used.
MANY_PLACES = 500


def _used() -> Prepared:
    """Return the statement that jumps from one place to the next in the index of places."""
    further = aliased(Strike)
    places = select(func.min(Strike.location_id).label("id")).cte("used_places", recursive=True)
    following = select(func.min(further.location_id)).where(further.location_id > places.c.id)
    places = places.union_all(select(following.scalar_subquery()).where(places.c.id.is_not(None)))
    return Prepared(select(places.c.id).where(places.c.id.is_not(None)))


_USED = _used()


def of_used_places(session: Snapshot, strikes: StrikeFilter) -> StrikeFilter:
    """Return a filter that finds the same lines, without places that no line has; the same where it names few."""
    if strikes.location_ids is None or len(strikes.location_ids) <= MANY_PLACES:
        return strikes
    used = (place_id for (place_id,) in session.rows(_USED, {}))
    return replace(strikes, location_ids=strikes.location_ids.intersection(used))
