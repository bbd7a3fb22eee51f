"""Which lines of columns are of a status, and which of these repeat an event that another one tells of."""

from collections.abc import Mapping

import numpy as np

from app.strikes.chunks import NEVER, Chunk, Flags, Positions
from app.strikes.columns import Lines
from app.strikes.filters import Status
from app.strikes.matches import positions


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
        if chunk.repeats and len(counted := positions(of_status(chunk, lines, status)))
    }
    named = [lines.chunks[number].lines["event"].take(those) for number, those in repeating.items()]
    if not sum(map(len, named)):
        return {}
    events = np.unique(np.concatenate(named))
    earliest, has_original = np.full(len(events), NEVER, np.int32), np.zeros(len(events), np.bool_)
    for chunk in lines.chunks:
        counted = positions(of_status(chunk, lines, status))
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


def of_status(chunk: Chunk, lines: Lines, status: Status) -> Positions:
    """Return the lines of a status."""
    if status is Status.PUBLISHED:
        return chunk.standing(lines.as_of)
    # The lines of reports that stand retracted, as they stood until then.
    gone = lines.withdrawn().take(chunk.lines["report"])
    withdrawn = np.flatnonzero(chunk.lines["superseded"] == gone)
    if status is Status.RETRACTED or not len(withdrawn):
        return withdrawn if status is Status.RETRACTED else chunk.standing(lines.as_of)
    return np.union1d(positions(chunk.standing(lines.as_of)), withdrawn)
