"""Record a change of the vocabularies: ledger entry, new rows, superseded rows.

Identities never change. A new version supersedes the standing one, a name that moves or goes has its row superseded,
and nothing else of any row is touched, so a response as of an earlier number stays as it was.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, insert, select, update

from app.catalogue.catalogue import Catalogue, CategoryEntry, LocationEntry, Names, PublisherEntry, Tables
from app.catalogue.ledger_entries import Change, vocabulary_content
from app.catalogue.resolve import Resolver
from app.db.engine import WriteSession
from app.ledger.append import append
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

AnyEntry = PublisherEntry | LocationEntry | CategoryEntry
AnyNames = Names[PublisherEntry] | Names[LocationEntry] | Names[CategoryEntry]

_REFERENCES = {"parent": "parent_id", "merged_into": "merged_into_id"}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One of the three vocabularies: what it is called, how its names are looked up, and where it is stored."""

    noun: str
    plural: str
    fold: Callable[[str], str]
    names: Callable[[Catalogue], AnyNames]
    find: Callable[[Resolver, str, str], AnyEntry | None]
    tables: Tables

    def path(self, slug: str) -> str:
        """Return where a thing is shown."""
        return f"/v1/{self.plural}/{slug}"


PUBLISHERS = Vocabulary(
    "publisher",
    "publishers",
    places.fold,
    lambda catalogue: catalogue.publishers,
    Resolver.publisher,
    (Publisher, PublisherVersion, PublisherAlias),
)
LOCATIONS = Vocabulary(
    "location",
    "locations",
    places.fold,
    lambda catalogue: catalogue.locations,
    Resolver.location,
    (Location, LocationVersion, LocationAlias),
)
CATEGORIES = Vocabulary(
    "category",
    "categories",
    categories.fold,
    lambda catalogue: catalogue.categories,
    Resolver.category,
    (Category, CategoryVersion, CategoryAlias),
)
VOCABULARIES = (PUBLISHERS, LOCATIONS, CATEGORIES)


def version_of(entry: AnyEntry, names: AnyNames) -> dict[str, object]:
    """Return what is said of a thing that stands, as a version says it."""
    version: dict[str, object] = entry._asdict()
    del version["id"], version["slug"]
    if isinstance(entry, CategoryEntry):
        del version["parent_id"]
        version["parent"] = None if entry.parent_id is None else names.by_id[entry.parent_id].slug
    return version


def record(session: WriteSession, changes: Mapping[str, Sequence[Change]]) -> int:
    """Put changes, by the plurals of their vocabularies, into the record as one entry; return its number.

    A name that is given must be free, or taken from another thing by the same entry; every slug that a version
    refers to must stand, or be given a version. The caller commits.
    """
    seq = append(session, "vocabulary", vocabulary_content(changes)).seq
    for vocabulary in VOCABULARIES:
        _put(session, seq, vocabulary.tables, changes.get(vocabulary.plural, ()))
    return seq


def _put(session: WriteSession, seq: int, tables: Tables, changes: Sequence[Change]) -> None:
    identity, version, alias = tables
    ids = _ids(session, identity)
    new = [{"slug": change.slug} for change in changes if change.slug not in ids]
    if new:
        session.execute(insert(identity), new)
        ids = _ids(session, identity)
    versions = [
        {"thing_id": ids[change.slug], "recorded_seq": seq, **_columns(change.version, ids)}
        for change in changes
        if change.version is not None
    ]
    if versions:
        _supersede(session, seq, version, version.thing_id.in_([row["thing_id"] for row in versions]))
        session.execute(insert(version), versions)
    # What is taken goes first: a name stands for one thing at a time.
    taken = [folded for change in changes for folded, written in change.names.items() if written is None]
    if taken:
        _supersede(session, seq, alias, alias.folded.in_(taken))
    given = [
        {"thing_id": ids[change.slug], "folded": folded, "name": written, "recorded_seq": seq}
        for change in changes
        for folded, written in change.names.items()
        if written is not None
    ]
    if given:
        session.execute(insert(alias), given)


def _ids(session: WriteSession, identity: type[Publisher | Location | Category]) -> dict[str, int]:
    return {row.slug: row.id for row in session.execute(select(identity.id, identity.slug))}


def _columns(version: Mapping[str, object], ids: Mapping[str, int]) -> dict[str, object]:
    """Return the columns of a version's row: each the same ones, since all go in by one statement."""
    row = {"merged_into": None, **version}
    for reference, column in _REFERENCES.items():
        if reference in row:
            slug = row.pop(reference)
            row[column] = None if slug is None else ids[str(slug)]
    return row


def _supersede(session: WriteSession, seq: int, table: type[Recorded], which: ColumnElement[bool]) -> None:
    session.execute(update(table).where(which, table.superseded_seq.is_(None)).values(superseded_seq=seq))
