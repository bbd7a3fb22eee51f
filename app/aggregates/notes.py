"""Notes on a series: dates at which sources changed their wording."""

from datetime import date
from typing import Any

import polars as pl

from app.aggregates.dimensions import Dimension
from app.aggregates.gaps import day_of
from app.aggregates.measures import PERIOD
from app.aggregates.service import Question
from app.vocabulary import periods

# Changes of style in releases of U.S. Central Command and its coalition, counted over 4,813 of their lines.
CHANGES = (
    (
        date(2016, 8, 26),
        (
            "From here on releases of the coalition write 'engaged' where they wrote 'struck' before. Both count "
            "as the effect 'engaged'; by the verb as written, one series ends and the other begins."
        ),
    ),
)


def notes(question: Question, groups: pl.DataFrame) -> dict[str, Any]:
    """Return `notes` for a series by effect, one for each change within its periods; otherwise nothing."""
    unit = question.grouping.unit
    if unit is None or not question.is_series or Dimension.EFFECT not in question.grouping.dimensions:
        return {}
    starts = [day_of(day) for day in (groups[PERIOD].min(), groups[PERIOD].max()) if day is not None]
    shown = [
        {"date": day, "period": periods.key_of(unit, periods.start_of(unit, day)), "detail": detail}
        for day, detail in CHANGES
        if starts and starts[0] <= day <= periods.end_of(unit, starts[-1])
    ]
    return {"notes": shown}
