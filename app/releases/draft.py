"""Convert a parsed release into a draft report with resolved names.

Nothing is stored. An analyst reads the draft and the remarks, fills in what is null, and posts it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.catalogue.catalogue import Catalogue
from app.models.base import NAME_LENGTH
from app.parsing import Field, ParsedCoverage, ParsedLine, ParsedRelease, ParsedTally, Remark, go_on
from app.record.arithmetic import arithmetic
from app.releases.doubts import remarks_on
from app.releases.lookup import Lookup

Document = dict[str, Any]

# Words that open a place phrase and add nothing to the line's "near".
_NEAR = ("near ", "in ", "at ")


@dataclass(frozen=True, slots=True)
class _Counted:
    """A line as the arithmetic sees it."""

    country: str | None
    date_from: date | None
    date_to: date | None
    strikes_min: int | None
    strikes_max: int | None
    engagements: int | None


def draft_report(
    release: ParsedRelease,
    text: str,
    catalogue: Catalogue,
    publisher: str | None,
    checkpoint: Callable[[], None] = go_on,
) -> Document:
    """Return the draft, its remarks and its checks, as `ParseOut` describes them.

    `publisher` is the slug of who published the text, where the caller knows. What the text does not give is
    null, also where a report needs it; a remark then reports it. `checkpoint` is called before every line; an
    error that it raises ends the work.
    """
    lookup = Lookup(catalogue)
    remarks = remarks_on(release, lookup, checkpoint)
    draft = {
        "publisher": publisher,
        "number": release.number,
        "title": release.title,
        "published_on": release.published_on,
        "source_url": None,
        "archive_url": None,
        "text": text,
        "headline": _headline(release),
        "coverage": [_coverage(claim) for claim in release.coverage if claim.country is not None],
        "strikes": [_strike(line, lookup) for line in release.lines],
    }
    return {
        "draft": draft,
        "remarks": [_remark(remark) for remark in remarks],
        "numbers": _numbers(release),
        "checks": list(arithmetic(release.coverage, [_counted(line) for line in release.lines])),
    }


def _numbers(release: ParsedRelease) -> list[Document]:
    """Return every number of the text with its role, and where it stands in the draft."""
    rows = [index for index, claim in enumerate(release.coverage) if claim.country is not None]
    row_of = {index: row for row, index in enumerate(rows)}
    return [
        {
            "start": number.start,
            "end": number.end,
            "value_min": number.count.minimum if number.count else None,
            "value_max": number.count.maximum if number.count else None,
            "role": number.role.value,
            "of": _pointer(number.field, row_of) if number.field else None,
        }
        for number in release.numbers
    ]


def _pointer(field: Field, row_of: dict[int, int]) -> str:
    """Return the JSON pointer of a field in the draft."""
    if field.total is not None:
        row = row_of.get(field.total)
        return f"/headline/{field.name}" if row is None else f"/coverage/{row}/{field.name}"
    line = f"/strikes/{field.line}"
    return f"{line}/{field.name}" if field.tally is None else f"{line}/tallies/{field.tally}/{field.name}"


def _quote(span: tuple[int, int] | None) -> Document | None:
    return None if span is None else {"start": span[0], "end": span[1]}


def _coverage(claim: ParsedCoverage) -> Document:
    return {
        "country": claim.country,
        "date_from": claim.date_from,
        "date_to": claim.date_to,
        "strikes": claim.strikes,
        "engagements": claim.engagements,
        "quote": _quote((claim.start, claim.end)),
    }


def _headline(release: ParsedRelease) -> Document | None:
    """Return the first total that the text claims over all countries; later ones are those of late additions."""
    for claim in release.coverage:
        if claim.country is None:
            quote = _quote((claim.start, claim.end))
            return {"strikes": claim.strikes, "engagements": claim.engagements, "quote": quote}
    return None


def _strike(line: ParsedLine, lookup: Lookup) -> Document:
    # What is 50 km from a place is not at it.
    named = lookup.location(line.place)
    place = named if line.km is None else None
    owners = {tally.owner for tally in line.tallies}
    return {
        "date_from": line.date_from,
        "date_to": line.date_to,
        "date_precision": line.date_precision,
        # Where the text names only the place, the draft takes the country that it lies in, with a remark.
        "country": line.country or (named.country if named else None),
        "location": place.slug if place else None,
        "location_as_written": _place_as_written(line),
        "strikes_min": line.strikes.minimum if line.strikes else None,
        "strikes_max": line.strikes.maximum if line.strikes else None,
        "engagements": line.engagements,
        # An owner is the line's; where its tallies differ an analyst decides.
        "owner": owners.pop() if len(owners) == 1 else None,
        "strikes_quote": _quote(_strikes_span(line)),
        "engagements_quote": _quote(line.engagements_span),
        "quote": _quote((line.start, line.end)),
        "tallies": [_tally(tally, lookup) for tally in line.tallies],
    }


def _strikes_span(line: ParsedLine) -> tuple[int, int] | None:
    if line.strikes_start is None or line.strikes_end is None:
        return None
    return line.strikes_start, line.strikes_end


def _place_as_written(line: ParsedLine) -> str | None:
    """Return "southeast of X" as it stands, and X alone where the text only has "near X", cut off."""
    phrase = _place_phrase(line)
    return None if phrase is None else phrase[:NAME_LENGTH]


def _place_phrase(line: ParsedLine) -> str | None:
    phrase = line.place_phrase or line.place
    if phrase is None or line.place is None:
        return phrase
    plain = phrase.casefold() in {f"{word}{line.place.casefold()}" for word in _NEAR}
    return line.place if plain else phrase


def _tally(tally: ParsedTally, lookup: Lookup) -> Document:
    category = lookup.category(tally.category)
    return {
        "effect": tally.effect.value,
        "verb": tally.verb,
        "category": category.slug if category else None,
        "as_written": tally.as_written,
        "count_min": tally.count.minimum,
        "count_max": tally.count.maximum,
        "approximate": tally.count.approximate,
        "quote": {"start": tally.phrase_start, "end": tally.phrase_end},
    }


def _counted(line: ParsedLine) -> _Counted:
    strikes = line.strikes
    return _Counted(
        line.country,
        line.date_from,
        line.date_to,
        strikes.minimum if strikes else None,
        strikes.maximum if strikes else None,
        line.engagements,
    )


def _remark(remark: Remark) -> Document:
    return {"start": remark.start, "end": remark.end, "kind": remark.kind, "message": remark.message}
