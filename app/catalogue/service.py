"""Change the vocabularies in the caller's transaction: add, rename, move, merge.

One mechanism serves places, categories and publishers. No change reaches back: an answer as of an earlier
number stays what it was. And no name that was ever shown dies: a thing answers to its slug, to every name
that it was displayed under, and to those of all that was merged into it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.catalogue.catalogue import Catalogue, CategoryEntry, PublisherEntry, catalogue_at
from app.catalogue.ledger_entries import Change
from app.catalogue.recording import AnyEntry, AnyNames, Vocabulary, record, version_of
from app.catalogue.resolve import Resolver
from app.db.engine import ReadSession, WriteSession
from app.errors import Conflict, NotFound
from app.ledger.head import head
from app.models import Report
from app.models.base import NAME_LENGTH
from app.vocabulary.categories import FAMILIES, KINDS
from app.vocabulary.identifiers import REPORT, public_id
from app.vocabulary.lookalikes import is_invisible, mixed_scripts, skeleton


@dataclass(frozen=True, slots=True)
class State:
    """All that an analyst says of a thing, but its slug.

    `aliases` None leaves what else it is called as it is. `columns` are the other columns of its version;
    a category's "parent" may be any name of the parent.
    """

    name: str
    aliases: Sequence[str] | None
    columns: Mapping[str, object]


def add(session: WriteSession, vocabulary: Vocabulary, slug: str, state: State) -> int:
    """Add a thing, and return the ledger number under which it was added.

    Raises InvalidInput for names without a letter and for what cannot be said of a thing; Conflict where a name
    already stands for another thing. The caller commits.
    """
    catalogue = catalogue_at(session, head(session))
    version, names = checked(vocabulary, catalogue, slug, state)
    _refuse_taken(vocabulary, catalogue, names, None)
    return record(session, {vocabulary.plural: [Change(slug, version, names)]})


def checked(
    vocabulary: Vocabulary, catalogue: Catalogue, slug: str, state: State
) -> tuple[dict[str, object], dict[str, str]]:
    """Return the version of a new thing, and its names as written by their folded form.

    Raises InvalidInput as `add` does.
    """
    faults = Resolver(catalogue, "pointer")
    version = _version(state, catalogue, None, faults)
    names = _folded(vocabulary, [("/slug", slug), *_written(state)], frozenset(), faults)
    faults.finish()
    return version, names


def change(session: WriteSession, vocabulary: Vocabulary, slug: str, state: State) -> int:
    """Say anew what a thing is, and return the ledger number since which it holds.

    Names that `state` leaves out are dropped, except its slug and all names that it was ever displayed under.
    Raises as `add` does, NotFound for an unknown slug, and Conflict for one that now means another thing.
    """
    catalogue = catalogue_at(session, head(session))
    names = vocabulary.names(catalogue)
    entry = _standing(vocabulary, names, slug)
    faults = Resolver(catalogue, "pointer")
    version = _version(state, catalogue, entry, faults)
    own = names.of(entry.id)
    called = _folded(vocabulary, _written(state), own, faults)
    faults.finish()
    _refuse_taken(vocabulary, catalogue, called, entry)
    kept = own if state.aliases is None else own & _lasting(session, vocabulary, names.members(entry.id))
    given = {folded: name for folded, name in called.items() if folded not in own}
    taken = dict.fromkeys(own - kept - called.keys())
    return record(session, {vocabulary.plural: [Change(entry.slug, version, given | taken)]})


def merge(session: WriteSession, vocabulary: Vocabulary, slug: str, into: str) -> int:
    """Find a thing to be another one, and return the ledger number since which it is.

    From then on its names, its rows and what stood below it are the other one's.
    Raises NotFound and Conflict as `change` does, Conflict for publishers that both have a report of one number, and
    InvalidInput where `into` is no thing to merge into.
    """
    catalogue = catalogue_at(session, head(session))
    names = vocabulary.names(catalogue)
    source = _standing(vocabulary, names, slug)
    target = _target(vocabulary, catalogue, source, into)
    if isinstance(source, PublisherEntry):
        _refuse_shared_numbers(session, names.members(source.id), names.members(target.id))
    _, _, alias = vocabulary.tables
    moving = session.execute(
        select(alias.folded, alias.name).where(alias.thing_id == source.id, alias.superseded_seq.is_(None))
    )
    called = {row.folded: row.name for row in moving}
    children = [
        Change(child.slug, version_of(child, names) | {"parent": target.slug})
        for child in names.entries()
        if isinstance(child, CategoryEntry) and child.parent_id == source.id
    ]
    gone = Change(
        source.slug, version_of(source, names) | {"merged_into": target.slug}, dict.fromkeys(called)
    )
    return record(session, {vocabulary.plural: [gone, Change(target.slug, None, called), *children]})


def _standing(vocabulary: Vocabulary, names: AnyNames, slug: str) -> AnyEntry:
    """Return the thing of a slug. One that was merged is not changed through its old slug: that hides which."""
    entry = names.get(vocabulary.fold(slug))
    if entry is None:
        raise NotFound(f"there is no {vocabulary.noun} with this slug")
    if entry.slug != slug:
        raise Conflict(f"this is a name of '{entry.slug}' now", existing=vocabulary.path(entry.slug))
    return entry


def _target(vocabulary: Vocabulary, catalogue: Catalogue, source: AnyEntry, into: str) -> AnyEntry:
    faults = Resolver(catalogue, "pointer")
    target = vocabulary.find(faults, into, "/into")
    faults.finish()
    assert target is not None  # noqa: S101 - finish() raised where it was not found
    if target.id == source.id:
        faults.refuse("/into", "same-thing", "nothing is merged into itself")
    elif target.slug != into:
        detail = f"this is a name of '{target.slug}'; give that slug to merge into it"
        faults.refuse("/into", "not-a-slug", detail)
    elif isinstance(source, CategoryEntry) and isinstance(target, CategoryEntry):
        if source.kind != target.kind:
            detail = f"'{source.slug}' is of kind {source.kind}, '{target.slug}' of kind {target.kind}"
            faults.refuse("/into", "other-kind", detail)
        if target.id in catalogue.with_descendants([source.id]):
            detail = f"'{target.slug}' stands below '{source.slug}'; move it first"
            faults.refuse("/into", "circle", detail)
    faults.finish()
    return target


def _version(
    state: State, catalogue: Catalogue, entry: AnyEntry | None, faults: Resolver
) -> dict[str, object]:
    """Return what is to be said of a thing, the parent by its slug; notes a fault where it cannot be said."""
    version = {"name": state.name, **state.columns}
    parent, family, kind = (state.columns.get(column) for column in ("parent", "family", "kind"))
    if parent is not None:
        above = faults.category(str(parent), "/parent")
        if above and entry and above.id in catalogue.with_descendants([entry.id]):
            faults.refuse("/parent", "circle", f"'{above.slug}' is this category, or stands below it")
        version["parent"] = above.slug if above else None
    if family is not None and family not in FAMILIES:
        faults.family(str(family), "/family")
    if kind is not None and kind not in KINDS:
        faults.refuse("/kind", "unknown-kind", f"a kind is one of {', '.join(sorted(KINDS))}")
    return version


def _written(state: State) -> Iterable[tuple[str, str]]:
    for index, name in enumerate(state.aliases or ()):
        yield f"/aliases/{index}", name
    yield "/name", state.name


def _refuse_shared_numbers(
    session: ReadSession, of_source: frozenset[int], of_target: frozenset[int]
) -> None:
    """Raise Conflict where two publishers both have a report of one number, with both reports."""
    source, target = aliased(Report), aliased(Report)
    pair = session.execute(
        select(source.id, target.id)
        .join(target, target.number == source.number)
        .where(source.publisher_id.in_(sorted(of_source)), target.publisher_id.in_(sorted(of_target)))
        .order_by(source.id, target.id)
        .limit(1)
    ).one_or_none()
    if pair is not None:
        own, existing = (f"/v1/reports/{public_id(REPORT, report_id)}" for report_id in pair)
        raise Conflict(
            f"{own} and {existing} have the same number; correct one of them first", existing=existing
        )


def _folded(
    vocabulary: Vocabulary, written: Iterable[tuple[str, str]], own: frozenset[str], faults: Resolver
) -> dict[str, str]:
    """Return names as written by their folded form; note a fault for what cannot be looked up, or misleads.

    Names that a thing has already (`own`, folded) may stay as they are.
    """
    names = {}
    for where, name in written:
        folded = vocabulary.fold(name)
        if not folded:
            faults.refuse(where, "no-letter", "must hold a letter or a digit")
        elif len(folded) > NAME_LENGTH:
            # Some characters fold to many: one Arabic ligature is a whole sentence.
            faults.refuse(where, "too-long", f"folds to more than {NAME_LENGTH} characters")
        elif folded not in own and any(map(is_invisible, name)):
            faults.refuse(where, "invisible-character", "must not hold characters that show nothing")
        elif folded not in own and (scripts := mixed_scripts(name)):
            detail = f"mixes letters of different scripts: {', '.join(scripts)}"
            faults.refuse(where, "mixed-scripts", detail)
        else:
            names[folded] = name
    return names


def _refuse_taken(
    vocabulary: Vocabulary, catalogue: Catalogue, names: Iterable[str], own: AnyEntry | None
) -> None:
    """Raise Conflict for a name that stands for another thing, or looks like one that does."""
    known = vocabulary.names(catalogue)
    looks = looks_of(known)
    for folded in names:
        holder = holder_of(folded, known, looks, own)
        if holder is not None:
            is_equal = known.get(folded) == holder
            stands = f"'{folded}' already stands for" if is_equal else "it looks like a name of"
            raise Conflict(f"{stands} '{holder.slug}'", existing=vocabulary.path(holder.slug))


def looks_of(known: AnyNames) -> Mapping[str, str]:
    """Return folded names by how they look; one in ASCII looks like nothing but itself."""
    return {skeleton(folded): folded for folded in known.ids if not folded.isascii()}


def holder_of(
    folded: str, known: AnyNames, looks: Mapping[str, str], own: AnyEntry | None = None
) -> AnyEntry | None:
    """Return another thing than `own` that a folded name stands for, or that has a name which looks like it; or None.

    `looks` is what `looks_of` returns.
    """
    look = skeleton(folded)
    for name in (folded, look, looks.get(look, "")):
        holder = known.get(name)
        if holder is not None and (own is None or holder.id != own.id):
            return holder
    return None


def _lasting(session: ReadSession, vocabulary: Vocabulary, members: frozenset[int]) -> set[str]:
    """Return the folded names that never die: the slugs of a thing's members, and all their display names."""
    identity, version, _ = vocabulary.tables
    rows = session.execute(
        select(identity.slug, version.name)
        .join(version, version.thing_id == identity.id)
        .where(identity.id.in_(members))
    )
    return {vocabulary.fold(name) for row in rows for name in row}
