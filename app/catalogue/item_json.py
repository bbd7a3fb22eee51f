"""Show a thing of the vocabulary as the document that every answer gives for it."""

from collections.abc import Iterable
from typing import Any

from app.catalogue.catalogue import Catalogue, CategoryEntry
from app.catalogue.recording import AnyEntry, AnyNames, Vocabulary, version_of
from app.models.base import NAME_LENGTH

Document = dict[str, Any]


def documents(vocabulary: Vocabulary, catalogue: Catalogue) -> Iterable[Document]:
    """Yield every thing of a vocabulary by slug, as its model in schemas.py describes it."""
    names = vocabulary.names(catalogue)
    called: dict[int, list[str]] = {}
    for folded, thing_id in names.ids.items():
        called.setdefault(thing_id, []).append(folded)
    return (_document(entry, names, called.get(entry.id, [])) for entry in names.entries())


def document(vocabulary: Vocabulary, catalogue: Catalogue, slug: str) -> Document | None:
    """Return the thing that a slug, an old one or any other name means, or None."""
    names = vocabulary.names(catalogue)
    # Folding what no name can be would only cost time.
    entry = names.get(vocabulary.fold(slug)) if len(slug) <= NAME_LENGTH else None
    return None if entry is None else _document(entry, names, sorted(names.of(entry.id)))


def spellings(shown: Document) -> list[str]:
    """Return all that a thing is called, of its document."""
    return [shown["slug"], shown["name"], *shown.get("aliases", ()), *shown.get("synonyms", ())]


def _document(entry: AnyEntry, names: AnyNames, called: list[str]) -> Document:
    also = "synonyms" if isinstance(entry, CategoryEntry) else "aliases"
    return {"slug": entry.slug, **version_of(entry, names), also: called}
