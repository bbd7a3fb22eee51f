"""How long after the strikes a line was first published: the least, the median and the most days of each group.

The days run from a line's last day (`date_to`) to the day of publication (`published_on`) of the revision that
brought it. Late strikes are added days later, by a revision: these were first told of on its day, and not on the
day of the report's first one. What tells of days that are still to come has a lag below 0, and is kept as it is.
"""

from collections.abc import Iterator

import numpy as np

from app.aggregates.axes import Places
from app.aggregates.counting import once
from app.aggregates.groups import Measure
from app.aggregates.numbering import Numbered
from app.strikes.columns import Lines
from app.strikes.matches import Matches, picked
from app.strikes.packing import Array, Integers

LAGS = ("lag_days_min", "lag_days_median", "lag_days_max")


class Lags:
    """The lags of the lines of all chunks so far, by group; a line has one in each of its groups."""

    def __init__(self, source: Lines) -> None:
        self._source = source
        self._all: list[Array] = [np.empty(0, np.int32)]
        self._groups: list[Places] = [np.empty(0, np.intp)]
        self._of_groups: list[Array] = [np.empty(0, np.int32)]

    def add(self, matches: Matches, numbered: Numbered, begin: int) -> None:
        """Add the lines of a chunk, whose groups are numbered from `begin` on."""
        published_on = picked(self._source.first_published_on(matches.chunk), matches.lines)
        lags = published_on - matches.line("last_day")
        groups, lines = once(numbered, len(matches))
        self._all.append(lags)
        self._groups.append(groups + begin)
        self._of_groups.append(lags[lines])

    def measures(self, numbers: Places) -> Iterator[tuple[str, Measure]]:
        """Return the measures of groups, given by all their numbers in rising order."""
        places = np.searchsorted(numbers, np.concatenate(self._groups))
        return _measures(places, np.concatenate(self._of_groups), len(numbers))

    def totals(self) -> Iterator[tuple[str, Measure]]:
        """Return the measures of all lines, each counted once."""
        lags = np.concatenate(self._all)
        return _measures(np.zeros(len(lags), np.intp), lags, 1)


def _measures(places: Places, lags: Array, groups: int) -> Iterator[tuple[str, Measure]]:
    """Yield the least, the median and the most of the lags of each group; null where it has none."""
    least = int(lags.min(initial=0))
    span = int(lags.max(initial=0)) - least + 1
    # One number for both, so that they are sorted together.
    keys = places * span + (lags - least)
    keys.sort()
    ends = np.searchsorted(keys, np.arange(1, groups + 1) * span)
    begins = np.concatenate((np.zeros(1, np.intp), ends))[:groups]
    known = ends > begins

    def at(positions: Places) -> Integers:
        found = np.zeros(groups, np.int64)
        found[known] = keys.take(positions[known]) % span + least
        return found

    # Of an even number of lags there are two in the middle.
    middle = (at((begins + ends - 1) // 2) + at((begins + ends) // 2)) / 2
    for name, values in zip(LAGS, (at(begins), middle, at(ends - 1)), strict=True):
        yield name, Measure(values, known, can_be_unknown=True)
