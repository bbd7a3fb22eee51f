"""Hashed content of vocabulary changes, and its reconstruction from rows.

Like a report's content it names things by their slugs and holds no internal number. Whoever changes the
vocabulary hashes `vocabulary_content` of the changes; `rebuilt_vocabularies` makes the same of the stored rows,
so that `verify` sees every row that was changed, added, removed or superseded since.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Table, func, select

from app.db.engine import ReadSession
from app.db.types import AnyRow
from app.models import Base

# Each vocabulary, and how its tables of versions and aliases begin.
_SINGULAR = {"publishers": "publisher", "locations": "location", "categories": "category"}

# The columns of a version that the content holds; those that refer to another thing do so by its slug.
_COLUMNS = {
    "publishers": ("name",),
    "locations": ("name", "country", "lat", "lon", "precision_km", "geonames_id"),
    "categories": ("name", "family", "kind"),
}
_REFERENCES = {
    "publishers": ("merged_into",),
    "locations": ("merged_into",),
    "categories": ("merged_into", "parent"),
}

_FLOATS = frozenset({"lat", "lon", "precision_km"})


@dataclass(frozen=True, slots=True)
class Change:
    """What one ledger entry says of one thing.

    `version` holds the columns of a new version, `parent` and `merged_into` as slugs (left out: None); it is
    None where the entry gives the thing no new version. `names` are the aliases by their folded form: as
    written where the entry gives the thing that name (anew, too), None where it takes the name from it, be it
    for good or for another thing.
    """

    slug: str
    version: Mapping[str, object] | None = None
    names: Mapping[str, str | None] = field(default_factory=dict)


def vocabulary_content(changes: Mapping[str, Iterable[Change]]) -> dict[str, object]:
    """Return the content of an entry, ready to be hashed: the things that it changes, by vocabulary, by slug.

    `changes` goes by the names of the vocabularies: publishers, locations, categories. One may be left out,
    and a change that says nothing is.
    """
    return {
        vocabulary: [
            {
                "slug": change.slug,
                "version": _version(vocabulary, change.version),
                "names": dict(change.names),
            }
            for change in sorted(changes.get(vocabulary, ()), key=lambda change: change.slug)
            if change.version is not None or change.names
        ]
        for vocabulary in _SINGULAR
    }


def rebuilt_vocabularies(
    session: ReadSession, entries: Iterable[AnyRow]
) -> dict[int, Mapping[str, object] | str]:
    """Return the content of entries of the vocabulary, by their number, as the stored rows give it.

    A sentence in place of a content says why the rows cannot be those of that entry. `entries` are rows of
    the ledger in rising order.
    """
    numbers = [entry.seq for entry in entries]
    if not numbers:
        return {}
    changes = {vocabulary: _read(session, vocabulary, numbers[0], numbers[-1]) for vocabulary in _SINGULAR}
    return {seq: _rebuilt(seq, changes) for seq in numbers}


def _version(vocabulary: str, version: Mapping[str, object] | None) -> dict[str, object] | None:
    if version is None:
        return None
    names = (*_COLUMNS[vocabulary], *_REFERENCES[vocabulary])
    # What a column of floats gives back is a float, and never minus zero, whatever was put in.
    return {name: float(str(version[name])) + 0.0 if name in _FLOATS else version.get(name) for name in names}


@dataclass(frozen=True, slots=True)
class _Changes:
    """The changes of one vocabulary, by the number of their entry, and what is wrong with its rows there."""

    changes: dict[int, list[Change]]
    faults: dict[int, str]


def _rebuilt(seq: int, vocabularies: Mapping[str, _Changes]) -> Mapping[str, object] | str:
    for vocabulary_changes in vocabularies.values():
        if seq in vocabulary_changes.faults:
            return vocabulary_changes.faults[seq]
    changes = {
        vocabulary: vocabulary_changes.changes.get(seq, [])
        for vocabulary, vocabulary_changes in vocabularies.items()
    }
    if not any(changes.values()):
        return "no row of the vocabulary is recorded under it"
    return vocabulary_content(changes)


def _read(session: ReadSession, vocabulary: str, first: int, last: int) -> _Changes:
    """Read what the entries from `first` to `last` recorded in one vocabulary, and what they superseded."""
    things = _table(vocabulary)
    slugs: dict[int, str] = {row.id: row.slug for row in session.execute(select(things.c.id, things.c.slug))}
    version, alias = _table(vocabulary, "versions"), _table(vocabulary, "aliases")

    versions: dict[tuple[int, int], dict[str, object]] = {}
    faults: dict[int, str] = {}
    for row in session.execute(select(version).where(version.c.recorded_seq.between(first, last))):
        key = (row.recorded_seq, row.thing_id)
        if key in versions:
            faults[row.recorded_seq] = f"it gives '{slugs.get(row.thing_id)}' two versions"
        stored = row._mapping  # noqa: SLF001 - the name is SQLAlchemy's, and public
        versions[key] = {name: stored[name] for name in _COLUMNS[vocabulary]} | {
            name: _slug(slugs, stored[f"{name}_id"]) for name in _REFERENCES[vocabulary]
        }
    faults |= _breaks(session, vocabulary, slugs, versions.keys(), (first, last))

    names: dict[tuple[int, int], dict[str, str | None]] = defaultdict(dict)
    for row in session.execute(select(alias).where(alias.c.superseded_seq.between(first, last))):
        names[row.superseded_seq, row.thing_id][row.folded] = None
    # A name that is taken and given again in one entry is given.
    for row in session.execute(select(alias).where(alias.c.recorded_seq.between(first, last))):
        names[row.recorded_seq, row.thing_id][row.folded] = row.name

    changes: dict[int, list[Change]] = defaultdict(list)
    for seq, thing in versions.keys() | names.keys():
        key = (seq, thing)
        slug = slugs.get(thing)
        if slug is None:
            faults[seq] = f"a row of its {vocabulary} belongs to nothing"
        else:
            changes[seq].append(Change(slug, versions.get(key), names.get(key, {})))
    return _Changes(changes, faults)


def _table(vocabulary: str, kind: str | None = None) -> Table:
    return Base.metadata.tables[f"{_SINGULAR[vocabulary]}_{kind}" if kind else vocabulary]


def _slug(slugs: Mapping[int, str], thing: int | None) -> str | None:
    """Name a thing that a version refers to; "" where it is not there, which no slug is."""
    return None if thing is None else slugs.get(thing, "")


def _breaks(
    session: ReadSession,
    vocabulary: str,
    slugs: Mapping[int, str],
    recorded: Iterable[tuple[int, int]],
    span: tuple[int, int],
) -> dict[int, str]:
    """Find, by number, where the versions of a thing do not follow each other: each puts aside the one before."""
    columns = _table(vocabulary, "versions").c
    aside = {
        (row.superseded_seq, row.thing_id)
        for row in session.execute(
            select(columns.superseded_seq, columns.thing_id).where(columns.superseded_seq.between(*span))
        )
    }
    firsts = {
        (seq, thing)
        for thing, seq in session.execute(
            select(columns.thing_id, func.min(columns.recorded_seq)).group_by(columns.thing_id)
        )
    }
    return {
        seq: f"the versions of '{slugs.get(thing)}' do not follow each other"
        for seq, thing in (set(recorded) - firsts) ^ aside
    }
