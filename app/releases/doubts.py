"""Remarks on a draft: unknown names and missing required values."""

from collections.abc import Callable, Iterator, Sequence

from app.catalogue.catalogue import LocationEntry
from app.models.base import NAME_LENGTH
from app.parsing import ParsedLine, ParsedRelease, ParsedTally, Remark, shortened
from app.releases.lookup import Lookup
from app.strikes.geo import destination

# Remarks of one response; no release has a hundred.
MOST_REMARKS = 2_000


def remarks_on(release: ParsedRelease, lookup: Lookup, checkpoint: Callable[[], None]) -> Sequence[Remark]:
    """Return the parser's remarks and those on the draft, in the order of the text.

    Past MOST_REMARKS the last one, `capped`, gives the number of those left out. `checkpoint` is called before
    every line.
    """
    remarks = [*release.remarks, *_missing_date(release)]
    for line in release.lines:
        checkpoint()
        remarks += _on_line(line, lookup)
        for tally in line.tallies:
            remarks += _on_tally(tally, lookup)
    remarks.sort(key=lambda remark: (remark.start, remark.end))
    if len(remarks) <= MOST_REMARKS:
        return remarks
    first = remarks[MOST_REMARKS - 1]
    left_out = len(remarks) - MOST_REMARKS + 1
    message = f"{left_out} more remarks, from here on, are omitted"
    return [*remarks[: MOST_REMARKS - 1], Remark(first.start, first.end, "capped", message)]


def _missing_date(release: ParsedRelease) -> Iterator[Remark]:
    if release.published_on is None:
        yield Remark(0, 0, "no_release_date", "the text gives no publication date; give published_on")


def _on_line(line: ParsedLine, lookup: Lookup) -> Iterator[Remark]:
    if line.date_from is None:
        yield Remark(line.start, line.end, "no_date", "the text gives no day; give date_from")
    elif line.date_worked_out:
        message = f"{line.date_from} was derived from the release's date"
        yield Remark(line.start, line.end, "date_worked_out", message)
    place = lookup.location(line.place)
    if line.country is None:
        kind, message = "no_country", "the text gives no country; give country"
        if place is not None:
            kind, message = "country_of_place", f"{place.country} is the country of '{place.slug}'"
        yield Remark(line.start, line.end, kind, message)
    if line.km is not None and line.place is not None:
        yield Remark(line.start, line.end, "distance", _far_off(line, place))
    elif line.place is not None and place is None:
        message = f"unknown place: '{shortened(line.place)}'"
        yield Remark(line.start, line.end, "unknown_place", message)
    if line.place_phrase is not None and len(line.place_phrase) > NAME_LENGTH:
        message = f"location_as_written is cut off after {NAME_LENGTH} characters"
        yield Remark(line.start, line.end, "capped", message)


def _far_off(line: ParsedLine, place: LocationEntry | None) -> str:
    """Say where a strike was that was not at the place named: the point itself, where it can be derived."""
    message = f"the strike was {line.km:.0f} km from '{shortened(line.place or '')}', so it has no place"
    if place is None or line.km is None or line.bearing is None:
        return message
    lat, lon = destination(place.lat, place.lon, line.bearing, line.km)
    return f"{message}; that is about {lat:.2f}, {lon:.2f}"


def _on_tally(tally: ParsedTally, lookup: Lookup) -> Iterator[Remark]:
    if lookup.category(tally.category) is None:
        near = lookup.similar_category(tally.category)
        hint = f"; the nearest category is '{near}'" if near else ""
        message = f"unknown category: '{shortened(tally.category)}'{hint}"
        yield Remark(tally.phrase_start, tally.phrase_end, "unknown_category", message)
