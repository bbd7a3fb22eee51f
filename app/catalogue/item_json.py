"""JSON documents of vocabulary entries."""

from collections.abc import Iterable
from typing import Any

from app.catalogue.catalogue import Catalogue, CategoryEntry
from app.catalogue.recording import AnyEntry, AnyNames, Vocabulary, version_of
from app.catalogue.suggestions import search_index
from app.models.base import NAME_LENGTH

Document = dict[str, Any]


def documents(vocabulary: Vocabulary, catalogue: Catalogue, things: Iterable[int]) -> Iterable[Document]:
    """Yield things of a vocabulary by their ids, as its model in schemas.py describes them."""
    names = vocabulary.names(catalogue)
    called = search_index(catalogue, names).called
    return (_document(names.by_id[thing_id], names, called.get(thing_id, [])) for thing_id in things)


def document(vocabulary: Vocabulary, catalogue: Catalogue, slug: str) -> Document | None:
    """Return the thing that a slug, an old one or any other name means, or None."""
    names = vocabulary.names(catalogue)
    # Folding what no name can be would only cost time.
    entry = names.get(vocabulary.fold(slug)) if len(slug) <= NAME_LENGTH else None
    if entry is None:
        return None
    return _document(entry, names, search_index(catalogue, names).called.get(entry.id, []))


def _document(entry: AnyEntry, names: AnyNames, called: list[str]) -> Document:
    also = "synonyms" if isinstance(entry, CategoryEntry) else "aliases"
    return {"slug": entry.slug, **version_of(entry, names), also: called}
