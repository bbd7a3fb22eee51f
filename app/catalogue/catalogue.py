"""Catalogue: the vocabularies as of one ledger number, in memory.

A few hundred rows answer every look-up of a request: names in a report or a query become ids by one exact
match of their folded form, and ids become slugs and coordinates in answers. Nothing here is ever stale:
a catalogue is kept under the hash of the ledger entry that last changed the vocabulary.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

from cachetools import LRUCache, cached
from rapidfuzz import process
from rapidfuzz.distance import OSA, Indel
from sqlalchemy import bindparam, select

from app.db.engine import CacheMiss, ReadSession
from app.db.statements import Prepared, Snapshot
from app.ledger.head import Head, standing
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
)
from app.models.base import NAME_LENGTH
from app.vocabulary import categories, places

# How alike, of 100, a known family must be to be suggested.
SUGGEST_ABOVE = 65
MOST_SUGGESTIONS = 3
# A category is suggested for a misspelt phrase with one wrong letter in so many; "horse" is no house.
LETTERS_A_SLIP = 6
# Or for a phrase that ends in the same word and shares more than this part of all words; a fish tank is no fuel tank.
SHARED_WORDS = 0.5


class PublisherEntry(NamedTuple):
    """A publisher as of the catalogue's ledger number."""

    id: int
    slug: str
    name: str


class LocationEntry(NamedTuple):
    """A location as of the catalogue's ledger number: WGS84 degrees, and the radius of "near" in km."""

    id: int
    slug: str
    name: str
    country: str
    lat: float
    lon: float
    precision_km: float
    geonames_id: int | None


class CategoryEntry(NamedTuple):
    """A category as of the catalogue's ledger number. `parent_id` is None for a root."""

    id: int
    slug: str
    name: str
    parent_id: int | None
    family: str
    kind: str


Entry = TypeVar("Entry", PublisherEntry, LocationEntry, CategoryEntry)

# Where a vocabulary stands: its things, what is said of them, and their names.
Tables = tuple[
    type[Publisher | Location | Category],
    type[PublisherVersion | LocationVersion | CategoryVersion],
    type[PublisherAlias | LocationAlias | CategoryAlias],
]


@dataclass(frozen=True, slots=True)
class Names(Generic[Entry]):
    """The things of one vocabulary by id, and their ids by folded name.

    What was merged into another thing is no thing of its own: its id, in older rows, stands for the other one.
    """

    by_id: dict[int, Entry]
    ids: dict[str, int]
    # The ids of what was merged, each with the id of what it is now.
    merged: dict[int, int] = field(default_factory=dict)

    def entries(self) -> Iterable[Entry]:
        """Return the things by slug, each once."""
        return (entry for thing_id, entry in self.by_id.items() if thing_id not in self.merged)

    def members(self, thing_id: int) -> frozenset[int]:
        """Return the ids that stand for a thing: its own, and those of all that was merged into it."""
        return frozenset({thing_id, *(source for source, into in self.merged.items() if into == thing_id)})

    def of(self, thing_id: int) -> frozenset[str]:
        """Return the folded names that stand for a thing."""
        return frozenset(folded for folded, named in self.ids.items() if named == thing_id)

    def get(self, folded: str) -> Entry | None:
        """Return the thing that a folded name stands for, or None."""
        thing_id = self.ids.get(folded)
        return None if thing_id is None else self.by_id[thing_id]


def _akin(folded: str, names: Iterable[str]) -> list[str]:
    """Return the names that end in the phrase's last word and share most words with it, the closest first."""
    words = set(folded.split())
    if not words:
        return []
    head = folded.rsplit(maxsplit=1)[-1]
    shared = {}
    for name in names:
        if name.endswith(head):
            others = name.split()
            shared[name] = (
                len(words.intersection(others)) / len(words.union(others)) if others[-1] == head else 0
            )
    near = [name for name, share in shared.items() if share > SHARED_WORDS]
    return sorted(near, key=lambda name: (-shared[name], name))


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Catalogue:
    """All three vocabularies as of one ledger number. What is worked out from one can be kept with it.

    A name of more than NAME_LENGTH characters is unknown, since none can be stored.
    """

    publishers: Names[PublisherEntry]
    locations: Names[LocationEntry]
    categories: Names[CategoryEntry]
    # The categories right below each.
    children: Mapping[int, Sequence[int]] = field(init=False)

    def __post_init__(self) -> None:
        """Work out the tree of categories."""
        children: dict[int, list[int]] = {}
        for thing_id, category in self.categories.by_id.items():
            if category.parent_id is not None:
                children.setdefault(category.parent_id, []).append(thing_id)
        object.__setattr__(self, "children", children)

    def publisher(self, name: str) -> PublisherEntry | None:
        """Find a publisher by slug, name or alias, folding case, accents and hyphens."""
        return self.publishers.get(places.fold(name)) if len(name) <= NAME_LENGTH else None

    def location(self, name: str) -> LocationEntry | None:
        """Find a location by slug, name or alias, folding case, accents and hyphens."""
        return self.locations.get(places.fold(name)) if len(name) <= NAME_LENGTH else None

    def category(self, phrase: str) -> CategoryEntry | None:
        """Find a category by slug, name or synonym; "fighting positions" and "ISIL fighting position" are one."""
        return self.categories.get(categories.fold(phrase)) if len(phrase) <= NAME_LENGTH else None

    def similar_categories(self, phrase: str) -> list[str]:
        """Return slugs to suggest for a phrase that is no category, best first; none where no category is near.

        First the kind of thing that the phrase names, then names that a few wrong letters keep from it, then those
        that end in the same word and share most of the others.
        """
        if len(phrase) > NAME_LENGTH:
            return []
        match, folded = categories.match(phrase), categories.fold(phrase)
        known = self.categories.ids
        slips = process.extract(
            folded,
            known.keys(),
            scorer=OSA.distance,
            score_cutoff=len(folded) // LETTERS_A_SLIP,
            limit=MOST_SUGGESTIONS,
        )
        # One letter too many or too few is a slip in short names too: a "tanck".
        doubled = process.extract(
            folded, known.keys(), scorer=Indel.distance, score_cutoff=1, limit=MOST_SUGGESTIONS
        )
        near = [name for name, _, _ in (*slips, *doubled)] + _akin(folded, known)
        slugs = [match.slug] if match else []
        slugs += [self.categories.by_id[known[name]].slug for name in near]
        return list(dict.fromkeys(slugs))[:MOST_SUGGESTIONS]

    def family(self, name: str) -> frozenset[int]:
        """Return the ids of all categories of a family; empty where there is no such family."""
        return frozenset(
            thing_id for thing_id, entry in self.categories.by_id.items() if entry.family == name
        )

    def similar_families(self, name: str) -> list[str]:
        """Return families to suggest for a name that is none."""
        known = sorted({entry.family for entry in self.categories.entries()})
        scored = process.extract(name.casefold(), known, score_cutoff=SUGGEST_ABOVE, limit=MOST_SUGGESTIONS)
        return [family for family, _, _ in scored]

    def with_descendants(self, roots: Iterable[int]) -> frozenset[int]:
        """Return the ids of categories and of everything below them in the tree, what was merged included."""
        reached, waiting = set[int](), [member for root in roots for member in self.categories.members(root)]
        while waiting:
            category_id = waiting.pop()
            if category_id not in reached:
                reached.add(category_id)
                waiting += self.children.get(category_id, ())
        return frozenset(reached)


# By the hash of the entry that made them: one for now, some for `as_of`. One takes 75 MB with all gazetteers loaded.
@cached(LRUCache(4), key=lambda _session, head: head.vocabulary_hash, lock=Lock())
def catalogue_at(session: Snapshot, head: Head) -> Catalogue:
    """Return the vocabularies as of the head's `vocabulary_seq`. Raises CacheMiss where they must be read first."""
    if not isinstance(session, ReadSession):
        raise CacheMiss
    return Catalogue(
        _names(session, head.vocabulary_seq, PublisherEntry, (Publisher, PublisherVersion, PublisherAlias)),
        _names(session, head.vocabulary_seq, LocationEntry, (Location, LocationVersion, LocationAlias)),
        _names(session, head.vocabulary_seq, CategoryEntry, (Category, CategoryVersion, CategoryAlias)),
    )


def _names(session: ReadSession, seq: int, make: type[Entry], tables: Tables) -> Names[Entry]:
    # An entry's fields after id and slug are columns of its version.
    of_things, of_names = _statements(make._fields[2:], tables)
    rows = sorted(session.rows(of_things, {"seq": seq}), key=itemgetter(1))
    by_id = {thing_id: make(thing_id, *columns) for thing_id, *columns, into_id in rows if into_id is None}
    into = {thing_id: into_id for thing_id, *_, into_id in rows if into_id is not None}
    merged = {source: _end_of(source, into) for source in into}
    return Names(
        by_id | {source: by_id[target] for source, target in merged.items()},
        dict(sorted(session.rows(of_names, {"seq": seq}))),
        merged,
    )


@cache
def _statements(columns: tuple[str, ...], tables: Tables) -> tuple[Prepared, Prepared]:
    """Return what reads the things of a vocabulary, and their names: a hundred thousand rows with all gazetteers."""
    identity, version, alias = tables
    seq = bindparam("seq", type_=version.recorded_seq.type)
    of_version = (getattr(version, column) for column in columns)
    things = (
        select(identity.id, identity.slug, *of_version, version.merged_into_id)
        .join(version, version.thing_id == identity.id)
        .where(standing(version, seq))
    )
    return Prepared(things), Prepared(select(alias.folded, alias.thing_id).where(standing(alias, seq)))


def _end_of(source: int, into: Mapping[int, int]) -> int:
    """Follow a chain of merges to what is merged no further."""
    while source in into:
        source = into[source]
    return source
