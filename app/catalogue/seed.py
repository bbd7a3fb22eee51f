"""Put the vocabularies that come with the product into the database: what is missing, as one ledger entry.

Run by every `migrate`, so that a new version brings its new places and synonyms. It only ever adds:
what an analyst changed stays as it is.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import insert, select

from app.catalogue.catalogue import Entry, Names, catalogue_at
from app.db.engine import WriteSession
from app.ledger.append import append
from app.ledger.clock import head
from app.models import (
    Category,
    CategoryAlias,
    CategoryVersion,
    Location,
    LocationAlias,
    LocationVersion,
    Publisher,
    PublisherAlias,
    PublisherVersion,
    Recorded,
)
from app.vocabulary import categories, places
from app.vocabulary.publishers import PUBLISHERS


@dataclass(frozen=True, slots=True)
class _Shipped:
    """One thing as the product ships it: its slug, its version's columns, and its names by folded form."""

    slug: str
    version: Mapping[str, object]
    names: dict[str, str]


def seed(session: WriteSession) -> int | None:
    """Add what the shipped vocabularies hold and the record does not. Returns the entry's number, or None."""
    standing = catalogue_at(session, head(session))
    missing = {
        "publishers": _missing(_publishers(), standing.publishers),
        "locations": _missing(_locations(), standing.locations),
        "categories": _missing(_categories(), standing.categories),
    }
    if not any(missing.values()):
        return None
    content = {
        vocabulary: [{"slug": thing.slug, **thing.version, "names": thing.names} for thing in things]
        for vocabulary, things in missing.items()
    }
    seq = append(session, "vocabulary", content)
    _add(
        session,
        seq,
        missing["publishers"],
        standing.publishers,
        (Publisher, PublisherVersion, PublisherAlias),
    )
    _add(session, seq, missing["locations"], standing.locations, (Location, LocationVersion, LocationAlias))
    _add(session, seq, missing["categories"], standing.categories, (Category, CategoryVersion, CategoryAlias))
    return seq


def _publishers() -> Iterable[_Shipped]:
    for publisher in PUBLISHERS:
        written = (publisher.slug, publisher.name, *publisher.aliases)
        yield _Shipped(publisher.slug, {"name": publisher.name}, _folded(places.fold, written))


def _locations() -> Iterable[_Shipped]:
    for place in places.load():
        version = {
            "name": place.name,
            "country": place.country,
            "lat": place.lat,
            "lon": place.lon,
            "precision_km": float(place.precision_km),
            "geonames_id": place.geonames_id,
        }
        names = {spelling: spelling for spelling in sorted(place.spellings())}
        yield _Shipped(
            place.slug, version, names | _folded(places.fold, (place.slug, *place.aliases, place.name))
        )


def _categories() -> Iterable[_Shipped]:
    for category in categories.load():
        version = {
            "name": category.name,
            "parent": category.parent,
            "family": category.family,
            "kind": category.kind,
        }
        written = (category.slug, *category.synonyms, category.name)
        yield _Shipped(category.slug, version, _folded(categories.fold, written))


def _folded(fold: Callable[[str], str], written: Iterable[str]) -> dict[str, str]:
    return {fold(name): name for name in written if fold(name)}


def _missing(shipped: Iterable[_Shipped], standing: Names[Entry]) -> list[_Shipped]:
    """Leave only what is new: whole things, or further names of things that stand.

    A name that already stands for something else stays with it.
    """
    known = {entry.slug for entry in standing.by_id.values()}
    found = []
    for thing in shipped:
        names = {folded: name for folded, name in thing.names.items() if folded not in standing.ids}
        if thing.slug not in known:
            found.append(_Shipped(thing.slug, thing.version, names))
        elif names:
            found.append(_Shipped(thing.slug, {}, names))
    return found


_Tables = tuple[type[Publisher | Location | Category], type[Recorded], type[Recorded]]


def _add(
    session: WriteSession, seq: int, things: Iterable[_Shipped], standing: Names[Entry], tables: _Tables
) -> None:
    identity, version, alias = tables
    ids = {entry.slug: entry.id for entry in standing.by_id.values()}
    new = [thing for thing in things if thing.slug not in ids]
    if new:
        session.execute(insert(identity), [{"slug": thing.slug} for thing in new])
        ids = {row.slug: row.id for row in session.execute(select(identity.id, identity.slug))}
        session.execute(insert(version), [_version_row(thing, ids, seq) for thing in new])
    names = [
        {"thing_id": ids[thing.slug], "folded": folded, "name": name, "recorded_seq": seq}
        for thing in things
        for folded, name in thing.names.items()
    ]
    if names:
        session.execute(insert(alias), names)


def _version_row(thing: _Shipped, ids: Mapping[str, int], seq: int) -> dict[str, object]:
    row = {"thing_id": ids[thing.slug], "recorded_seq": seq, **thing.version}
    if "parent" in row:
        parent = row.pop("parent")
        row["parent_id"] = ids[str(parent)] if parent else None
    return row
