"""Flat table of aggregates: dimensions, measures, and period columns."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from app.aggregates.change_schemas import ChangedGroup
from app.aggregates.dimensions import Dimension
from app.aggregates.measures import LAGS
from app.aggregates.schemas import AggregateRow, Counts
from app.aggregates.service import Question
from app.catalogue.catalogue import Catalogue
from app.http.flat_tables import Item, Place, Row, Table, columns_of

_COLUMNS = {column.name: column for column in columns_of(AggregateRow)}


def table_of(question: Question, catalogue: Catalogue) -> Table:
    """Return the table of a query: its columns in the requested order, and points where it is by location."""
    grouping = question.grouping
    by_period = grouping.unit is not None
    names = [
        *_keys(question),
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


def changes_table(question: Question) -> Table:
    """Return the table of changes: the columns of keys, those of either side with a prefix, and entries."""
    measures = [*Counts.model_fields, *(LAGS if question.lag else ())]
    sides = {f"{side}_{name}": (side, name) for side in ("before", "after") for name in measures}

    def rows(group: Item) -> Iterable[Row]:
        return ({**group, **{column: group[side][name] for column, (side, name) in sides.items()}},)

    columns = (
        *(_COLUMNS[name] for name in _keys(question)),
        *(replace(_COLUMNS[name], name=column, of=side) for column, (side, name) in sides.items()),
        *(column for column in columns_of(ChangedGroup) if column.name in {"entries", "entries_omitted"}),
    )
    return Table(columns, rows)


def _keys(question: Question) -> Iterator[str]:
    """Yield the names of the columns that distinguish groups, as rows have them."""
    for dimension in question.grouping.dimensions:
        yield dimension.value
        if question.names and dimension is not Dimension.PERIOD:
            yield f"{dimension.value}_name"
    if question.grouping.unit is not None:
        yield from ("period_start", "period_end")
