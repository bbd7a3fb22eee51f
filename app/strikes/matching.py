"""What a StrikeFilter matches in columns: the same conditions as those that filters.py makes for SQL.

That both mean the same is held by a test over random filters, on each engine.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from app.strikes.columns import COUNTRY_CODES, EFFECTS, NEVER, Flags, Lines, Positions, ranges
from app.strikes.filters import Status, StrikeFilter

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Matches:
    """The lines that match, those of their tallies that match, and for each of these which of the lines has it.

    Lines and tallies are positions in the columns of `source`.
    `owners` are places among `lines`, in rising order.
    """

    source: Lines
    lines: Positions
    tallies: Positions
    owners: npt.NDArray[np.int32]


def matches(lines: Lines, strikes: StrikeFilter, worded: frozenset[int] | None = None) -> Matches:
    """Find what matches. `worded` holds the ids of the lines with the words that are asked for; None asks none."""
    counted = _counted(lines, strikes.status)
    found = _overlapping(lines, counted, strikes)
    for name, allowed in (
        ("location", strikes.location_ids),
        ("country", _codes(COUNTRY_CODES, strikes.countries)),
    ):
        if allowed is not None:
            found = _those(found, _among(lines.lines[name][found], allowed))
    if strikes.publisher_ids is not None:
        publishers = lines.reports["publisher"][lines.lines["report"][found]]
        found = _those(found, _among(publishers, strikes.publisher_ids))
    if strikes.report_ids is not None:
        reports = np.flatnonzero(_among(lines.reports["id"], strikes.report_ids))
        found = _those(found, np.isin(lines.lines["report"][found], reports))
    if worded is not None:
        found = _those(found, np.isin(lines.lines["id"][found], np.fromiter(worded, np.int32)))
    if not strikes.repeats:
        found = _those(found, ~_told_better(lines, counted, found))
    return with_tallies(lines, found, strikes)


def positions(of: Positions) -> npt.NDArray[np.intp]:
    """Return positions each by itself."""
    return np.arange(of.start, of.stop) if isinstance(of, slice) else of


def count(of: Positions) -> int:
    """Return how many positions there are."""
    return of.stop - of.start if isinstance(of, slice) else len(of)


def _counted(lines: Lines, status: Status) -> Positions:
    """Return the lines of a status."""
    match status:
        case Status.PUBLISHED:
            return lines.standing
        case Status.RETRACTED:
            return lines.withdrawn()
        case Status.ANY:
            return np.union1d(positions(lines.standing), lines.withdrawn())


def _overlapping(lines: Lines, found: Positions, strikes: StrikeFilter) -> Positions:
    """Return those lines that overlap the days asked for."""
    first, last = lines.lines["first_day"], lines.lines["last_day"]
    after = None if strikes.date_from is None else (strikes.date_from - EPOCH).days
    before = None if strikes.date_to is None else (strikes.date_to - EPOCH).days
    if isinstance(found, slice):
        # They are in the order of their first days, and none began longer ago than the longest lasts.
        days = first[found]
        begin = 0 if after is None else int(np.searchsorted(days, after - lines.longest))
        end = len(days) if before is None else int(np.searchsorted(days, before, "right"))
        found = slice(begin, max(begin, end))
    elif before is not None:
        found = _those(found, first[found] <= before)
    if after is not None:
        found = _those(found, last[found] >= after)
    return found


def _told_better(lines: Lines, counted: Positions, found: Positions) -> Flags:
    """Say which of the lines found repeat an event that another line that counts tells of: see StrikeFilter."""
    repeats, better = lines.lines["repeats"][found], np.zeros(count(found), np.bool_)
    if not repeats.any():
        return better
    asked = np.flatnonzero(repeats)
    events = np.unique(lines.lines["event"][found][asked])
    event, own = lines.lines["event"][counted], lines.lines["id"][counted]
    # A line tells of the event that it names, and of the one that is named after it.
    told, first, original = [], [], []
    for names in (event, own):
        telling = np.flatnonzero(np.isin(names, events))
        told.append(np.searchsorted(events, names[telling]))
        first.append(own[telling])
        original.append(~lines.lines["repeats"][counted][telling])
    told_event = np.concatenate(told)
    earliest = np.full(len(events), NEVER)
    np.minimum.at(earliest, told_event, np.concatenate(first))
    has_original = np.zeros(len(events), np.bool_)
    has_original[told_event[np.concatenate(original)]] = True
    of = np.searchsorted(events, lines.lines["event"][found][asked])
    better[asked] = has_original[of] | (earliest[of] < lines.lines["id"][found][asked])
    return better


def with_tallies(lines: Lines, found: Positions, strikes: StrikeFilter) -> Matches:
    """Find the tallies of lines that match; where tallies are asked for, leave out lines without enough of them."""
    counts = lines.lines["tallies"][found]
    if isinstance(found, slice) and len(counts):
        begin = int(lines.lines["tallies_from"][found.start])
        tallies: Positions = slice(begin, begin + int(counts.sum()))
        owners = lines.tallies["line"][tallies] - np.int32(found.start)
    else:
        tallies = ranges(lines.lines["tallies_from"][found], counts)
        owners = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    for name, allowed in (
        ("category", strikes.category_ids),
        ("effect", _codes(EFFECTS, strikes.effects)),
    ):
        if allowed is not None:
            match = _among(lines.tallies[name][tallies], allowed)
            tallies, owners = _those(tallies, match), owners[match]
    enough = np.ones(len(counts), np.bool_)
    if strikes.asks_for_tallies:
        enough = np.bincount(owners, minlength=len(counts)) > 0
    if strikes.min_items is not None:
        items = np.bincount(owners, lines.tallies["count_min"][tallies], len(counts))
        enough &= items >= strikes.min_items
    if enough.all():
        return Matches(lines, found, tallies, owners)
    of_enough = enough[owners]
    places = (np.cumsum(enough, dtype=np.int32) - np.int32(1))[owners[of_enough]]
    return Matches(lines, _those(found, enough), _those(tallies, of_enough), places)


def _those(of: Positions, which: Flags) -> Positions:
    """Keep the positions that are flagged."""
    if isinstance(of, slice):
        return of if which.all() else np.flatnonzero(which) + of.start
    return of[which]


def _among(values: npt.NDArray[Any], allowed: Iterable[int]) -> Flags:
    """Say which values are allowed."""
    wanted = np.fromiter(allowed, np.int64)
    return values == wanted[0] if len(wanted) == 1 else np.isin(values, wanted)


def _codes(names: tuple[str, ...], asked: frozenset[str] | None) -> frozenset[int] | None:
    return None if asked is None else frozenset(names.index(name) for name in asked)
