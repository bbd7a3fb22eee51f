"""What a StrikeFilter matches in columns: the same conditions as those that conditions.py makes for SQL.

That both mean the same is held by a test over random filters, on each engine.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import date
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from app.db.deadline import Deadline
from app.strikes.chunks import LINES_IN_CHUNK, Chunk, Flags, Numbers, Positions
from app.strikes.columns import Lines
from app.strikes.filters import StrikeFilter
from app.strikes.matches import Matches, count, picked, positions, tallies_of, together
from app.strikes.packing import Array
from app.strikes.reading import COUNTRY_CODES, EFFECTS
from app.strikes.repeats import of_status, told_better

C = TypeVar("C")

EPOCH = date(1970, 1, 1)

NOTHING = np.empty(0, np.intp)

# What matches of several chunks is put together where it is so few lines of each: a part costs as much as they do.
FEW_LINES = 1 << 12

# Letters of a text of numbers that are read at a time.
LETTERS_AT_A_TIME = 1 << 15

# What is asked beside status, days and words.
_OF_CHUNK = (
    "location_ids",
    "countries",
    "category_ids",
    "effects",
    "min_items",
    "publisher_ids",
    "report_ids",
)


class Matching:
    """What a filter matches, part by part: looked for anew each time that it is gone through, and not kept.

    A part is what matches of a chunk, or of several, where it is little: each part holds whole reports, as far as
    they match. `worded` are the ids of the lines with the words that are asked for, parted by commas; None asks none.
    Going through it raises QueryTimeout after the deadline.
    """

    def __init__(
        self,
        source: Lines,
        strikes: StrikeFilter,
        worded: str | None = None,
        deadline: Deadline | None = None,
    ) -> None:
        self._deadline = deadline or Deadline()
        self.source = source
        self.strikes = strikes
        self._worded = None if worded is None else self._rising(worded)
        self._better = {} if strikes.repeats else told_better(source, strikes.status)
        self._place = _only(strikes.location_ids)
        # What says which lines and tallies of a chunk match whose lines are all of the status and the days asked for.
        self._of_chunk = tuple(getattr(strikes, name) for name in _OF_CHUNK)

    def __iter__(self) -> Iterator[Matches]:
        """Yield every part in which anything matches."""
        few: list[Matches] = []
        for number, chunk in enumerate(self.source.chunks):
            matches = self._matches(number, chunk, self._there(chunk))
            yield from self._gathered(few, matches)
        yield from self._rest(few)

    def counted(self, count: Callable[[Matches], C], key: Hashable | None) -> Iterator[C]:
        """Yield what is counted of each part.

        With a `key`, which stands for what `count` counts of whatever chunk, what was counted of a whole chunk is
        kept with it. A chunk never changes, so this is never stale, and a write has one chunk counted anew.
        """
        few: list[Matches] = []
        for number, chunk in enumerate(self.source.chunks):
            there = self._there(chunk)
            of = (key, self._of_chunk) if key is not None and self._is_whole(number, chunk, there) else None
            counted: C | None = None if of is None else chunk.counted.find(of)
            if counted is not None:
                yield counted
                continue
            for matches in self._gathered(few, self._matches(number, chunk, there)):
                counted = count(matches)
                if of is not None and matches.chunk is chunk:
                    chunk.counted.put(of, counted)
                yield counted
        yield from map(count, self._rest(few))

    def _rising(self, ids: str) -> Numbers:
        """Read numbers out of a text, into rising order. Raises QueryTimeout."""
        parts, begin = [np.empty(0, np.int32)], 0
        while begin < len(ids):
            self.look_at_the_clock()
            # Some thousand at a time: meanwhile nobody else has the interpreter.
            end = ids.find(",", begin + LETTERS_AT_A_TIME)
            parts.append(np.fromstring(ids[begin : end if end > 0 else None], np.int32, sep=","))
            begin = end + 1 if end > 0 else len(ids)
        found = np.concatenate(parts)
        found.sort()
        return found

    def look_at_the_clock(self) -> None:
        """Raise QueryTimeout where the question has taken too long."""
        self._deadline.check()

    def _there(self, chunk: Chunk) -> Positions:
        """Return the lines of the status and the days asked for. Raises QueryTimeout."""
        self.look_at_the_clock()
        return _overlapping(chunk, self.source, self.strikes)

    def _is_whole(self, number: int, chunk: Chunk, there: Positions) -> bool:
        return (
            isinstance(there, slice)
            and count(there) == len(chunk)
            and self._worded is None
            and number not in self._better
        )

    def _matches(self, number: int, chunk: Chunk, found: Positions) -> Matches | None:
        """Return what matches of a chunk, among those of its lines that are given; None: nothing does."""
        if isinstance(found, slice) and self._place is not None:
            # A place is a range of a chunk.
            found = _of_place(chunk, found, self._place)
        if count(found):
            found = self._of_lines(chunk, found)
        if number in self._better and count(found):
            found = _those(found, ~self._better[number].take(positions(found)))
        matches = with_tallies(chunk, found, self.strikes) if count(found) else None
        return matches or None

    def _gathered(self, few: list[Matches], matches: Matches | None) -> Iterator[Matches]:
        """Yield what matches of a chunk; what is little waits among the `few`, until these have enough of it."""
        if matches is None:
            return
        if len(matches) > FEW_LINES:
            yield matches
            return
        few.append(matches)
        if sum(map(len, few)) > LINES_IN_CHUNK:
            yield from self._rest(few)

    def _rest(self, few: list[Matches]) -> Iterator[Matches]:
        if few:
            yield together(few)
            few.clear()

    def _of_lines(self, chunk: Chunk, found: Positions) -> Positions:
        strikes, reports = self.strikes, self.source.reports
        for name, allowed in (
            ("location", strikes.location_ids),
            ("country", _codes(COUNTRY_CODES, strikes.countries)),
        ):
            if allowed is not None:
                found = _those(found, _among(picked(chunk.lines[name], found), allowed))
        for name, allowed in (("publisher", strikes.publisher_ids), ("id", strikes.report_ids)):
            if allowed is not None:
                of = reports[name].take(picked(chunk.lines["report"], found))
                found = _those(found, _among(of, allowed))
        if self._worded is not None:
            found = _those(found, np.isin(picked(chunk.lines["id"], found), self._worded))
        return found


def _only(allowed: frozenset[int] | None) -> int | None:
    """Return what alone is allowed, None where it is not one thing."""
    return next(iter(allowed)) if allowed is not None and len(allowed) == 1 else None


def _of_place(chunk: Chunk, found: slice, place: int) -> slice:
    """Return the lines of a place among those that stand together."""
    of_place = chunk.lines["location"][found]
    if place > np.iinfo(of_place.dtype).max:
        return slice(found.start, found.start)
    # Of the column's own kind, or all of it would be turned into another.
    at = of_place.dtype.type(place)
    begin, end = np.searchsorted(of_place, at), np.searchsorted(of_place, at, "right")
    return slice(found.start + int(begin), found.start + int(end))


def _overlapping(chunk: Chunk, lines: Lines, strikes: StrikeFilter) -> Positions:
    """Return the lines of the status asked for that overlap the days asked for."""
    first, last = chunk.first_days, chunk.last_days
    after = last[0] if strikes.date_from is None else (strikes.date_from - EPOCH).days
    before = first[1] if strikes.date_to is None else (strikes.date_to - EPOCH).days
    if last[1] < after or first[0] > before:
        return NOTHING
    found = of_status(chunk, lines, strikes.status)
    if first[1] > before:
        found = _those(found, picked(chunk.lines["first_day"], found) <= before)
    if last[0] < after:
        found = _those(found, picked(chunk.lines["last_day"], found) >= after)
    return found


def with_tallies(chunk: Chunk, found: Positions, strikes: StrikeFilter) -> Matches:
    """Find the tallies of lines that match; where tallies are asked for, leave out lines without enough of them."""
    if not strikes.asks_for_tallies and strikes.min_items is None:
        return Matches(chunk, found)
    tallies, owners = tallies_of(chunk, found)
    for name, allowed in (
        ("category", strikes.category_ids),
        ("effect", _codes(EFFECTS, strikes.effects)),
    ):
        if allowed is not None:
            match = np.flatnonzero(_among(picked(chunk.tallies[name], tallies), allowed))
            tallies, owners = _at(tallies, match), owners.take(match)
    if strikes.min_items is not None:
        items = np.bincount(owners, picked(chunk.tallies["count_min"], tallies), count(found))
        enough = items >= strikes.min_items
        kept = np.flatnonzero(enough.take(owners))
        tallies, owners = _at(tallies, kept), owners.take(kept)
        if not strikes.asks_for_tallies:
            return Matches(chunk, _those(found, enough))
    # Owners rise, so each line that has a tally left begins where they do.
    begins = np.concatenate((owners[:1] >= 0, owners[1:] != owners[:-1]))
    lines = _at(found, owners.take(np.flatnonzero(begins)).astype(np.intp))
    return Matches(chunk, lines, (tallies, np.cumsum(begins, dtype=np.int32) - np.int32(1)))


def _those(of: Positions, which: Flags) -> Positions:
    """Keep the positions that are flagged."""
    if which.all():
        return of
    return _at(of, np.flatnonzero(which))


def _at(of: Positions, which: npt.NDArray[np.intp]) -> Positions:
    """Keep the positions at places in rising order; what stands together stays a range."""
    if not isinstance(of, slice):
        return of.take(which)
    begin, end = (of.start + int(which[0]), of.start + int(which[-1]) + 1) if len(which) else (0, 0)
    return slice(begin, end) if end - begin == len(which) else which + of.start


def _among(values: Array, allowed: Iterable[int]) -> Flags:
    """Say which values are allowed."""
    wanted = np.fromiter(allowed, np.int64)
    return values == wanted[0] if len(wanted) == 1 else np.isin(values, wanted)


def _codes(names: tuple[str, ...], asked: frozenset[str] | None) -> frozenset[int] | None:
    return None if asked is None else frozenset(names.index(name) for name in asked)
