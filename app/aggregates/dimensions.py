"""Dimensions of aggregates, and the parser of `group_by`."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from app.errors import Fault, InvalidInput
from app.vocabulary.periods import PeriodUnit

MOST_DIMENSIONS = 3


class Dimension(StrEnum):
    """A property of lines or of tallies that makes groups."""

    LOCATION = "location"
    COUNTRY = "country"
    PUBLISHER = "publisher"
    PERIOD = "period"
    CATEGORY = "category"
    FAMILY = "family"
    EFFECT = "effect"


# By these a line falls into every group that it has a tally for, so only its items add up.
OF_TALLIES = frozenset({Dimension.CATEGORY, Dimension.FAMILY, Dimension.EFFECT})

# What `group_by` takes: the dimensions by name, and the units of the period.
NAMES = tuple(sorted({dimension.value for dimension in Dimension} - {"period"} | set(PeriodUnit)))

_NAME = rf"\s*({'|'.join(NAMES)})\s*"
# How a `group_by` is spelt, as a regular expression.
GROUP_BY = rf"({_NAME}(,{_NAME}){{0,{MOST_DIMENSIONS - 1}}})?"


@dataclass(frozen=True, slots=True)
class Grouping:
    """The dimensions requested, in their order, and the unit of the period where one is among them."""

    dimensions: tuple[Dimension, ...]
    unit: PeriodUnit | None

    @property
    def by_tallies(self) -> bool:
        """Whether any dimension is a property of tallies."""
        return bool(OF_TALLIES & set(self.dimensions))


NOTHING = Grouping((), None)


def parse_grouping(group_by: str | None) -> Grouping:
    """Parse a `group_by` list, such as "location,month". None or "" means one grand total.

    Raises InvalidInput for unknown and repeated names, more than three, and more than one unit of time.
    """
    names = [name.strip() for name in group_by.split(",")] if group_by else []
    for name in names:
        if name not in NAMES:
            near = get_close_matches(name, NAMES, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            raise _refused("unknown-dimension", f"available dimensions: {', '.join(NAMES)}{hint}")
    units = [PeriodUnit(name) for name in names if name in set(PeriodUnit)]
    if len(units) > 1:
        raise _refused("two-periods", "group_by takes at most one unit of time")
    if len(names) > MOST_DIMENSIONS:
        raise _refused("too-many-dimensions", f"group_by takes at most {MOST_DIMENSIONS} dimensions")
    if len(set(names)) < len(names):
        raise _refused("repeated-dimension", "group_by names a dimension twice")
    dimensions = tuple(Dimension.PERIOD if name in set(PeriodUnit) else Dimension(name) for name in names)
    return Grouping(dimensions, units[0] if units else None)


def group_by_names(grouping: Grouping) -> Sequence[str]:
    """Return the names as `group_by` gave them."""
    return [
        grouping.unit.value if grouping.unit and dimension is Dimension.PERIOD else dimension.value
        for dimension in grouping.dimensions
    ]


def _refused(code: str, detail: str) -> InvalidInput:
    return InvalidInput([Fault("parameter", "group_by", code, detail)])
