"""Vocabulary files: NDJSON of publishers, locations and categories.

Exported reports name things by their slugs, and a record that lacks one refuses them. A file holds what they name: each
line is the body that adds the thing by the API, with its `vocabulary`. Loading adds what a record lacks and changes
nothing that stands.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.catalogue.catalogue import Catalogue, LocationEntry, catalogue_at
from app.catalogue.item_json import Document, documents
from app.catalogue.ledger_entries import Change
from app.catalogue.recording import CATEGORIES, LOCATIONS, PUBLISHERS, VOCABULARIES, Vocabulary, record
from app.catalogue.service import checked, holder_of, looks_of
from app.catalogue.write_schemas import CategoryIn, LocationIn, PublisherIn
from app.db.engine import ReadSession, WriteSession
from app.errors import Fault, InvalidInput
from app.http.validation import validated
from app.ledger.head import head

_MODELS: Mapping[str, tuple[Vocabulary, type[PublisherIn | LocationIn | CategoryIn]]] = {
    PUBLISHERS.noun: (PUBLISHERS, PublisherIn),
    LOCATIONS.noun: (LOCATIONS, LocationIn),
    CATEGORIES.noun: (CATEGORIES, CategoryIn),
}

_KM_OF_DEGREE = 111.2


def contents(catalogue: Catalogue, slugs: Mapping[str, Collection[str]]) -> Iterator[Document]:
    """Yield the lines of a file of things by their slugs, by the plurals of their vocabularies.

    Categories come with all above them, the broader ones first.
    """
    for vocabulary in VOCABULARIES:
        names = vocabulary.names(catalogue)
        wanted = {
            entry.id for slug in slugs[vocabulary.plural] if (entry := names.get(vocabulary.fold(slug)))
        }
        if vocabulary is CATEGORIES:
            ordered = _with_ancestors(catalogue, wanted)
        else:
            ordered = sorted(wanted, key=lambda thing_id: names.by_id[thing_id].slug)
        for document in documents(vocabulary, catalogue, ordered):
            yield {"vocabulary": vocabulary.noun, **document}


def _with_ancestors(catalogue: Catalogue, ids: Iterable[int]) -> list[int]:
    by_id = catalogue.categories.by_id
    depths = dict[int, int]()
    for thing_id in ids:
        line = [thing_id]
        while (parent := by_id[line[-1]].parent_id) is not None:
            line.append(parent)
        depths |= {category_id: depth for depth, category_id in enumerate(reversed(line))}
    return sorted(depths, key=lambda category_id: (depths[category_id], by_id[category_id].slug))


@dataclass(slots=True)
class Plan:
    """What a load adds, by the plurals of the vocabularies; how many things stand already; spellings left out.

    A spelling that stands for another thing stays with that, given by its slug.
    """

    added: dict[str, list[Change]] = field(
        default_factory=lambda: {vocabulary.plural: [] for vocabulary in VOCABULARIES}
    )
    unchanged: int = 0
    left_out: list[tuple[str, str, str]] = field(default_factory=list)


def plan(session: ReadSession, lines: Iterable[tuple[int, object]]) -> Plan:
    """Compare the lines of a file, given with their numbers, with the vocabulary.

    Raises InvalidInput with the line of what cannot be added: a line that the API would refuse, or a place whose slug
    stands for a place elsewhere.
    """
    catalogue = catalogue_at(session, head(session))
    planning = _Planning(catalogue)
    for number, line in lines:
        try:
            planning.add(line)
        except InvalidInput as error:
            raise InvalidInput(
                [
                    Fault(
                        "pointer", f"line {number}{fault.where}", fault.code, fault.detail, fault.suggestions
                    )
                    for fault in error.faults
                ]
            ) from None
    return planning.plan


def load(session: WriteSession, planned: Plan) -> int | None:
    """Record what a plan of this session's snapshot adds; return the ledger number, None where it adds nothing."""
    return record(session, planned.added) if any(planned.added.values()) else None


class _Planning:
    """A plan in the making, with the names of what it adds so far."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.plan = Plan()
        self._catalogue = catalogue
        # The slug of the thing of this load that has a folded name.
        self._given: dict[str, dict[str, str]] = {vocabulary.plural: {} for vocabulary in VOCABULARIES}
        self._looks = {known.plural: looks_of(known.names(catalogue)) for known in VOCABULARIES}

    def add(self, line: object) -> None:
        """Add the thing of a line, unless it stands. Raises InvalidInput."""
        vocabulary, posted = _posted(line)
        known, given = vocabulary.names(self._catalogue), self._given[vocabulary.plural]
        folded_slug = vocabulary.fold(posted.slug)
        standing = known.get(folded_slug)
        if standing is not None or folded_slug in given:
            if isinstance(posted, LocationIn) and isinstance(standing, LocationEntry):
                _refuse_elsewhere(posted, standing)
            self.plan.unchanged += 1
            return
        state = posted.state()
        parent = given.get(CATEGORIES.fold(str(state.columns.get("parent") or "")))
        if parent is not None:
            # One that no catalogue holds yet.
            state = replace(state, columns={**state.columns, "parent": None})
        version, called = checked(vocabulary, self._catalogue, posted.slug, state)
        if parent is not None:
            version["parent"] = parent
        names: dict[str, str | None] = {}
        for folded, written in called.items():
            holder = holder_of(folded, known, self._looks[vocabulary.plural])
            other = holder.slug if holder else given.get(folded)
            if other is None:
                names[folded] = written
                given[folded] = posted.slug
            else:
                self.plan.left_out.append((posted.slug, written, other))
        self.plan.added[vocabulary.plural].append(Change(posted.slug, version, names))


def _posted(line: object) -> tuple[Vocabulary, PublisherIn | LocationIn | CategoryIn]:
    """Return the thing of a line, and its vocabulary."""
    if isinstance(line, dict):
        body: dict[str, Any] = dict(line)
        name = body.pop("vocabulary", None)
        if isinstance(name, str) and name in _MODELS:
            vocabulary, model = _MODELS[name]
            return vocabulary, validated(model, body)
    detail = f"must be an object whose 'vocabulary' is one of {', '.join(_MODELS)}"
    raise InvalidInput([Fault("pointer", "/vocabulary", "unknown-vocabulary", detail)])


def _refuse_elsewhere(posted: LocationIn, standing: LocationEntry) -> None:
    """Refuse a place whose slug means another place here: reports that name it would move there silently."""
    north = posted.lat - standing.lat
    east = (posted.lon - standing.lon) * math.cos(math.radians(posted.lat))
    is_near = math.hypot(north, east) * _KM_OF_DEGREE <= posted.precision_km + standing.precision_km
    if posted.country != standing.country or not is_near:
        detail = f"'{posted.slug}' is a name of '{standing.slug}' here, which lies elsewhere"
        raise InvalidInput([Fault("pointer", "/slug", "other-place", detail)])
