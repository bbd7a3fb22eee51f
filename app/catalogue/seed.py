"""Put the vocabularies that come with the product into the database: what is missing, as one ledger entry.

Run by every `migrate`, so that a new version brings its new places and synonyms. It only ever adds:
what an analyst renamed, moved, merged or took a name from stays as it is.
"""

from collections.abc import Iterable

from sqlalchemy import select

from app.catalogue.catalogue import catalogue_at
from app.catalogue.history import Change
from app.catalogue.recording import CATEGORIES, LOCATIONS, PUBLISHERS, Vocabulary, record
from app.db.engine import WriteSession
from app.ledger.clock import head
from app.vocabulary import categories, places, publishers


def seed(session: WriteSession) -> int | None:
    """Add what the shipped vocabularies hold and the record never held. Returns the entry's number, or None."""
    missing = {
        PUBLISHERS.plural: _missing(session, PUBLISHERS, _publishers()),
        LOCATIONS.plural: _missing(session, LOCATIONS, _locations()),
        CATEGORIES.plural: _missing(session, CATEGORIES, _categories()),
    }
    return record(session, missing) if any(missing.values()) else None


def _publishers() -> Iterable[Change]:
    for publisher in publishers.PUBLISHERS:
        written = (publisher.slug, publisher.name, *publisher.aliases)
        version = {"name": publisher.name}
        yield Change(publisher.slug, version, _folded(PUBLISHERS, written))


def _locations() -> Iterable[Change]:
    for place in places.load():
        version = {
            "name": place.name,
            "country": place.country,
            "lat": place.lat,
            "lon": place.lon,
            "precision_km": place.precision_km,
            "geonames_id": place.geonames_id,
        }
        names = {spelling: spelling for spelling in sorted(place.spellings())}
        written = (place.slug, *place.aliases, place.name)
        yield Change(place.slug, version, names | _folded(LOCATIONS, written))


def _categories() -> Iterable[Change]:
    for category in categories.load():
        version = {
            "name": category.name,
            "parent": category.parent,
            "family": category.family,
            "kind": category.kind,
        }
        written = (category.slug, *category.synonyms, category.name)
        yield Change(category.slug, version, _folded(CATEGORIES, written))


def _folded(vocabulary: Vocabulary, written: Iterable[str]) -> dict[str, str]:
    return {vocabulary.fold(name): name for name in written if vocabulary.fold(name)}


def _missing(session: WriteSession, vocabulary: Vocabulary, shipped: Iterable[Change]) -> list[Change]:
    """Leave only what is new: whole things, or further names of things that stand.

    A name that already stands for something else stays with it, and one that was taken from a thing does not
    come back. A thing whose slug already stands for something is that: it was merged, or an analyst added it
    first.
    """
    _, _, alias = vocabulary.tables
    names = vocabulary.names(catalogue_at(session, head(session)))
    ever = set(session.scalars(select(alias.folded)))
    found = []
    for thing in shipped:
        known = names.get(vocabulary.fold(thing.slug))
        taken = ever if known else names.ids
        free: dict[str, str | None] = {
            folded: name for folded, name in thing.names.items() if folded not in taken
        }
        if known is None:
            version = dict(thing.version or {})
            parent = names.get(vocabulary.fold(str(version.get("parent") or "")))
            found.append(Change(thing.slug, version | ({"parent": parent.slug} if parent else {}), free))
        elif free:
            found.append(Change(known.slug, None, free))
    return found
