"""Flat table of aggregates: dimensions, measures, and period columns."""

from app.aggregates.dimensions import Dimension
from app.aggregates.measures import LAGS
from app.aggregates.schemas import AggregateRow, Counts
from app.aggregates.service import Question
from app.catalogue.catalogue import Catalogue
from app.http.flat_tables import Item, Place, Table, columns_of

_COLUMNS = {column.name: column for column in columns_of(AggregateRow)}


def table_of(question: Question, catalogue: Catalogue) -> Table:
    """Return the table of a query: its columns in the requested order, and points where it is by location."""
    grouping = question.grouping
    by_period = grouping.unit is not None
    names = [
        *(dimension.value for dimension in grouping.dimensions),
        *(("period_start", "period_end") if by_period else ()),
        *(("is_other",) if question.top is not None else ()),
        *Counts.model_fields,
        *(LAGS if question.lag else ()),
        *(f"cumulative_{name}" for name in Counts.model_fields if question.cumulative),
        *(("state",) if by_period else ()),
    ]

    def place(row: Item) -> Place | None:
        location = None if row["location"] is None else catalogue.location(row["location"])
        return Place(location.lat, location.lon) if location else None

    on_map = Dimension.LOCATION in grouping.dimensions
    return Table(tuple(_COLUMNS[name] for name in names), place=place if on_map else None)
