"""What a StrikeFilter matches in columns: the same conditions as those that filters.py makes for SQL.

That both mean the same is held by a test over random filters, on each engine.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from app.strikes.chunks import NEVER, Array, Chunk, Flags, Positions, ranges
from app.strikes.columns import Lines
from app.strikes.filters import Status, StrikeFilter
from app.strikes.reading import COUNTRY_CODES, EFFECTS

EPOCH = date(1970, 1, 1)

NOTHING = np.empty(0, np.intp)


@dataclass(frozen=True, slots=True)
class Matches:
    """The lines of a chunk that match, those of their tallies that match, and which of the lines has each.

    Lines and tallies are positions in the columns of the chunk; where it matches whole, both are slices.
    `owners` are places among `lines`, in rising order. Where nothing is asked of tallies, each line has one at
    least, which may be one that counts nothing: see TALLIES.
    """

    chunk: Chunk
    lines: Positions
    tallies: Positions
    owners: npt.NDArray[np.int32]
    # Whether all tallies of the lines match.
    all_tallies: bool

    @property
    def whole(self) -> bool:
        """Whether everything matches that the chunk holds."""
        return isinstance(self.lines, slice) and isinstance(self.tallies, slice)

    def __len__(self) -> int:
        return count(self.lines, len(self.chunk))

    def line(self, name: str) -> Array:
        """Return a column of the lines."""
        return picked(self.chunk.lines[name], self.lines)

    def tally(self, name: str) -> Array:
        """Return a column of the tallies."""
        return picked(self.chunk.tallies[name], self.tallies)


class Matching:
    """What a filter matches, chunk by chunk: looked for anew each time that it is gone through, and not kept.

    `worded` holds the ids of the lines with the words that are asked for; None asks none.
    """

    def __init__(self, source: Lines, strikes: StrikeFilter, worded: frozenset[int] | None = None) -> None:
        self.source = source
        self.strikes = strikes
        self._worded = None if worded is None else np.fromiter(sorted(worded), np.int32)
        self._better = {} if strikes.repeats else told_better(source, strikes.status)

    def __iter__(self) -> Iterator[Matches]:
        """Yield what matches of each chunk in which anything does."""
        for number, chunk in enumerate(self.source.chunks):
            found = _overlapping(chunk, self.source, self.strikes)
            if not count(found, len(chunk)):
                continue
            found = self._of_lines(chunk, found)
            if number in self._better and count(found, len(chunk)):
                found = _those(found, ~self._better[number].take(positions(found, len(chunk))))
            if count(found, len(chunk)):
                matches = with_tallies(chunk, found, self.strikes)
                if len(matches):
                    yield matches

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


def told_better(lines: Lines, status: Status) -> Mapping[int, Flags]:
    """Say which lines repeat an event that another line of that status tells of: see StrikeFilter.

    The flags are by the number of the chunk; a chunk without any such line is not there.
    """
    kept: Mapping[int, Flags] | None = lines.known.get(status)
    if kept is None:
        kept = lines.known[status] = _told_better(lines, status)
    return kept


def _told_better(lines: Lines, status: Status) -> Mapping[int, Flags]:
    repeating = {
        number: counted[chunk.lines["repeats"].take(counted)]
        for number, chunk in enumerate(lines.chunks)
        if chunk.repeats and len(counted := positions(_counted(chunk, lines, status), len(chunk)))
    }
    named = [lines.chunks[number].lines["event"].take(those) for number, those in repeating.items()]
    if not sum(map(len, named)):
        return {}
    events = np.unique(np.concatenate(named))
    earliest, has_original = np.full(len(events), NEVER, np.int32), np.zeros(len(events), np.bool_)
    for chunk in lines.chunks:
        counted = positions(_counted(chunk, lines, status), len(chunk))
        own = chunk.lines["id"].take(counted)
        # A line tells of the event that it names, and of the one that is named after it.
        for names in (chunk.lines["event"].take(counted), own):
            telling = np.flatnonzero(np.isin(names, events))
            told = np.searchsorted(events, names[telling])
            np.minimum.at(earliest, told, own[telling])
            has_original[told[~chunk.lines["repeats"].take(counted[telling])]] = True
    found = {}
    for number, those in repeating.items():
        chunk = lines.chunks[number]
        of = np.searchsorted(events, chunk.lines["event"].take(those))
        better = has_original[of] | (earliest[of] < chunk.lines["id"].take(those))
        if better.any():
            found[number] = np.zeros(len(chunk), np.bool_)
            found[number][those[better]] = True
    return found


def picked(column: Array, which: Positions) -> Array:
    """Return some values of a column."""
    return column[which] if isinstance(which, slice) else column.take(which)


def positions(of: Positions, length: int) -> npt.NDArray[np.intp]:
    """Return positions in a column of that length each by itself."""
    return np.arange(length) if isinstance(of, slice) else of


def count(of: Positions, length: int) -> int:
    """Return how many positions there are in a column of that length."""
    return length if isinstance(of, slice) else len(of)


def _counted(chunk: Chunk, lines: Lines, status: Status) -> Positions:
    """Return the lines of a status."""
    if status is Status.PUBLISHED:
        return chunk.standing(lines.as_of)
    # The lines of reports that stand retracted, as they stood until then.
    gone = lines.withdrawn().take(chunk.lines["report"])
    withdrawn = np.flatnonzero(chunk.lines["superseded"] == gone)
    if status is Status.RETRACTED or not len(withdrawn):
        return withdrawn if status is Status.RETRACTED else chunk.standing(lines.as_of)
    return np.union1d(positions(chunk.standing(lines.as_of), len(chunk)), withdrawn)


def _overlapping(chunk: Chunk, lines: Lines, strikes: StrikeFilter) -> Positions:
    """Return the lines of the status asked for that overlap the days asked for."""
    first, last = chunk.first_days, chunk.last_days
    after = last[0] if strikes.date_from is None else (strikes.date_from - EPOCH).days
    before = first[1] if strikes.date_to is None else (strikes.date_to - EPOCH).days
    if last[1] < after or first[0] > before:
        return NOTHING
    found = _counted(chunk, lines, strikes.status)
    if first[1] > before:
        found = _those(found, picked(chunk.lines["first_day"], found) <= before)
    if last[0] < after:
        found = _those(found, picked(chunk.lines["last_day"], found) >= after)
    return found


def with_tallies(chunk: Chunk, found: Positions, strikes: StrikeFilter) -> Matches:
    """Find the tallies of lines that match; where tallies are asked for, leave out lines without enough of them."""
    length = count(found, len(chunk))
    tallies: Positions
    if isinstance(found, slice):
        tallies, owners = slice(0, len(chunk.tallies["line"])), chunk.tallies["line"]
    else:
        counts = chunk.lines["tallies"].take(found)
        tallies = ranges(chunk.begin.take(found), counts)
        owners = np.repeat(np.arange(length, dtype=np.int32), counts)
    all_tallies = True
    for name, allowed in (
        ("category", strikes.category_ids),
        ("effect", _codes(EFFECTS, strikes.effects)),
    ):
        if allowed is not None:
            match = np.flatnonzero(_among(picked(chunk.tallies[name], tallies), allowed))
            if len(match) < len(owners):
                tallies = match if isinstance(tallies, slice) else tallies.take(match)
                owners, all_tallies = owners.take(match), False
    enough = np.ones(length, np.bool_)
    if strikes.asks_for_tallies:
        enough = np.bincount(owners, minlength=length) > 0
    if strikes.min_items is not None:
        items = np.bincount(owners, picked(chunk.tallies["count_min"], tallies), length)
        enough &= items >= strikes.min_items
    if enough.all():
        return Matches(chunk, found, tallies, owners, all_tallies)
    kept = np.flatnonzero(enough.take(owners))
    places = (np.cumsum(enough, dtype=np.int32) - np.int32(1)).take(owners.take(kept))
    tallies = kept if isinstance(tallies, slice) else tallies.take(kept)
    return Matches(chunk, _those(found, enough), tallies, places, all_tallies)


def _those(of: Positions, which: Flags) -> Positions:
    """Keep the positions that are flagged."""
    if isinstance(of, slice):
        return of if which.all() else np.flatnonzero(which)
    return of[which]


def _among(values: Array, allowed: Iterable[int]) -> Flags:
    """Say which values are allowed."""
    wanted = np.fromiter(allowed, np.int64)
    return values == wanted[0] if len(wanted) == 1 else np.isin(values, wanted)


def _codes(names: tuple[str, ...], asked: frozenset[str] | None) -> frozenset[int] | None:
    return None if asked is None else frozenset(names.index(name) for name in asked)
