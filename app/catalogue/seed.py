"""Seed the shipped vocabularies into a database.

Run by every `migrate`, so that a new version brings its new places and synonyms. It adds, and takes back the names
that an earlier version shipped by mistake: what an analyst renamed, moved, merged or took a name from stays as it is.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import func, select

from app.catalogue.catalogue import catalogue_at
from app.catalogue.ledger_entries import Change
from app.catalogue.recording import CATEGORIES, LOCATIONS, PUBLISHERS, Vocabulary, record
from app.db.engine import WriteSession
from app.ledger.head import head
from app.models import CategoryAlias, CategoryVersion
from app.vocabulary import categories, places, publishers


def seed(session: WriteSession) -> int | None:
    """Add what the shipped vocabularies hold and the record never held. Returns the entry's number, or None."""
    missing = {
        PUBLISHERS.plural: _missing(session, PUBLISHERS, _publishers(), {}),
        LOCATIONS.plural: _missing(session, LOCATIONS, _locations(), {}),
        CATEGORIES.plural: _missing(session, CATEGORIES, _categories(), _withdrawn(session)),
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


def _withdrawn(session: WriteSession) -> dict[str, str]:
    """Return the folded names that an earlier version shipped by mistake and nobody gave since, with their slugs."""
    names = catalogue_at(session, head(session)).categories
    withdrawn = dict[str, str]()
    for slug, written in categories.WITHDRAWN.items():
        category = names.get(categories.fold(slug))
        if category is None or category.slug != slug:
            continue
        # What was shipped stands since the category itself does.
        first = select(func.min(CategoryVersion.recorded_seq)).where(CategoryVersion.thing_id == category.id)
        shipped = session.scalars(
            select(CategoryAlias.folded).where(
                CategoryAlias.thing_id == category.id,
                CategoryAlias.folded.in_(list(map(categories.fold, written))),
                CategoryAlias.superseded_seq.is_(None),
                CategoryAlias.recorded_seq == first.scalar_subquery(),
            )
        )
        withdrawn |= dict.fromkeys(shipped, slug)
    return withdrawn


def _missing(
    session: WriteSession, vocabulary: Vocabulary, shipped: Iterable[Change], withdrawn: Mapping[str, str]
) -> list[Change]:
    """Leave only what is new: whole things, or further names of things that stand; and take back `withdrawn` names.

    A name that already stands for something else stays with it, and one that was taken from a thing does not
    come back. A thing whose slug already stands for something is that: it was merged, or an analyst added it
    first.
    """
    _, _, alias = vocabulary.tables
    names = vocabulary.names(catalogue_at(session, head(session)))
    standing = names.ids.keys() - withdrawn.keys()
    ever = set(session.scalars(select(alias.folded))) - withdrawn.keys()
    changes = [Change(slug, None, {folded: None}) for folded, slug in withdrawn.items()]
    for thing in shipped:
        folded_slug = vocabulary.fold(thing.slug)
        known = names.get(folded_slug) if folded_slug in standing else None
        taken = ever if known else standing
        free: dict[str, str | None] = {
            folded: name for folded, name in thing.names.items() if folded not in taken
        }
        if known is None:
            version = dict(thing.version or {})
            parent = names.get(vocabulary.fold(str(version.get("parent") or "")))
            changes.append(Change(thing.slug, version | ({"parent": parent.slug} if parent else {}), free))
        elif free:
            changes.append(Change(known.slug, None, free))
    return _joined(changes)


def _joined(changes: Iterable[Change]) -> list[Change]:
    """Join the changes of one thing: an entry says of each thing once what changes."""
    joined: dict[str, Change] = {}
    for change in changes:
        before = joined.get(change.slug, Change(change.slug))
        joined[change.slug] = Change(
            change.slug, change.version or before.version, {**before.names, **change.names}
        )
    return list(joined.values())
