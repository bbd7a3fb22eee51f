"""Compare a draft with the vocabulary and the record: warnings, possible duplicates."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.catalogue.catalogue import Catalogue, catalogue_at
from app.db.engine import ReadSession
from app.ledger.head import head
from app.releases.lookup import Lookup
from app.reports.duplicates import NewLine
from app.reports.plausibility import Warned, country_warnings, day_warnings, number_warnings
from app.reports.render import new_duplicates_document

Draft = Mapping[str, Any]


def compared(draft: Draft, catalogue: Catalogue) -> dict[str, Any]:
    """Return the warnings that need no record, and no duplicates, as `ParseOut` has them.

    A draft's counts are what its words were read as, so none contradicts them.
    """
    return {"warnings": list(_warnings(draft, catalogue)), "possible_duplicates": []}


def compared_with_record(session: ReadSession, draft: Draft) -> dict[str, Any]:
    """Return all warnings, and the standing strikes that lines may repeat, as `ParseOut` has them."""
    now = head(session)
    catalogue = catalogue_at(session, now)
    # Without its publisher, a number may be anybody's.
    publisher = catalogue.publisher(draft["publisher"]) if draft["publisher"] else None
    members = catalogue.publishers.members(publisher.id) if publisher else ()
    return {
        "warnings": [*number_warnings(session, draft["number"], members), *_warnings(draft, catalogue)],
        "possible_duplicates": new_duplicates_document(session, _lines(draft, catalogue), now),
    }


def _warnings(draft: Draft, catalogue: Catalogue) -> Iterator[Warned]:
    lookup = Lookup(catalogue)
    for index, line in enumerate(draft["strikes"]):
        days = line["date_from"], line["date_to"]
        yield from day_warnings(index, days, line["date_precision"], draft["published_on"])
        place = lookup.location(line["location"])
        if place is not None:
            yield from country_warnings(index, line["country"], place.slug, place.country)


def _lines(draft: Draft, catalogue: Catalogue) -> list[NewLine]:
    lookup = Lookup(catalogue)
    lines = []
    for line in draft["strikes"]:
        place = lookup.location(line["location"])
        tallies = []
        for tally in line["tallies"]:
            category = None if tally["category"] is None else lookup.category(tally["category"])
            counts = tally["count_min"], tally["count_max"]
            tallies.append((tally["effect"], category.id if category else None, *counts))
        days = line["date_from"], line["date_to"]
        lines.append(NewLine(place.id if place else None, *days, line["strikes_min"], None, tallies))
    return lines
