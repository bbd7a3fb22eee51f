"""The shipped vocabularies as a catalogue, without a database."""

from collections.abc import Iterable
from functools import cache

from app.catalogue.catalogue import Catalogue, CategoryEntry, LocationEntry, Names, PublisherEntry
from app.vocabulary import categories, places
from app.vocabulary.publishers import PUBLISHERS


@cache
def shipped_catalogue() -> Catalogue:
    """Return the shipped vocabularies. Their ids are their places in the lists, and mean nothing elsewhere."""
    publishers = {
        number: PublisherEntry(number, publisher.slug, publisher.name)
        for number, publisher in enumerate(PUBLISHERS)
    }
    publisher_names = {
        places.fold(name): number
        for number, publisher in enumerate(PUBLISHERS)
        for name in (publisher.slug, publisher.name, *publisher.aliases)
    }
    locations = {
        number: LocationEntry(
            number,
            place.slug,
            place.name,
            place.country,
            place.lat,
            place.lon,
            place.precision_km,
            place.geonames_id,
        )
        for number, place in enumerate(places.load())
    }
    numbers = {category.slug: number for number, category in enumerate(categories.load())}
    kinds = {
        number: CategoryEntry(
            number,
            category.slug,
            category.name,
            numbers[category.parent] if category.parent else None,
            category.family,
            category.kind,
        )
        for number, category in enumerate(categories.load())
    }
    return Catalogue(
        Names(publishers, publisher_names),
        Names(locations, _numbered(place.spellings() for place in places.load())),
        Names(kinds, _numbered(category.keys() for category in categories.load())),
    )


def _numbered(names: Iterable[Iterable[str]]) -> dict[str, int]:
    return {folded: number for number, spellings in enumerate(names) for folded in sorted(spellings)}
