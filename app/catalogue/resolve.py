"""Resolver: names of a query or body to vocabulary entries."""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Literal
from weakref import WeakKeyDictionary

from cachetools import FIFOCache

from app.catalogue.catalogue import Catalogue, CategoryEntry, LocationEntry, PublisherEntry
from app.catalogue.suggestions import AnyNames, search_index
from app.errors import Fault, InvalidInput
from app.vocabulary import places

# Faults of one request that get suggestions: comparing a name with all that are known takes a millisecond.
MOST_SUGGESTED = 20

# Names whose suggestions are cached for each catalogue: an import repeats one unknown name in thousands of rows.
SUGGESTIONS_CACHED = 1_000
_SUGGESTIONS: WeakKeyDictionary[Catalogue, FIFOCache[tuple[str, str], list[str]]] = WeakKeyDictionary()
_LOCK = Lock()


class Resolver:
    """Looks names up, notes a fault for each that is unknown, and raises them all together at the end.

    `source` says what the faults' places are: JSON pointers or query parameters. A method returns None only
    where it noted a fault.
    """

    def __init__(self, catalogue: Catalogue, source: Literal["pointer", "parameter"]) -> None:
        self._catalogue = catalogue
        self._source = source
        self.faults: list[Fault] = []

    def publisher(self, name: str, where: str) -> PublisherEntry | None:
        """Find a publisher by slug, name or alias."""
        publisher = self._catalogue.publisher(name)
        if publisher is None:
            self._unknown("publisher", name, where, lambda: self._nearest(self._catalogue.publishers, name))
        return publisher

    def location(self, name: str, where: str) -> LocationEntry | None:
        """Find a location by slug, name or alias."""
        location = self._catalogue.location(name)
        if location is None:
            self._unknown("location", name, where, lambda: self._nearest(self._catalogue.locations, name))
        return location

    def category(self, phrase: str, where: str) -> CategoryEntry | None:
        """Find a category by slug, name or synonym."""
        category = self._catalogue.category(phrase)
        if category is None:
            self._unknown("category", phrase, where, lambda: self._catalogue.similar_categories(phrase))
        return category

    def family(self, name: str, where: str) -> frozenset[int] | None:
        """Find the ids of all categories of a family."""
        members = self._catalogue.family(name)
        if not members:
            self._unknown("family", name, where, lambda: self._catalogue.similar_families(name))
            return None
        return members

    def refuse(self, where: str, code: str, detail: str, suggestions: Sequence[str] = ()) -> None:
        """Note a fault of another kind."""
        self.faults.append(Fault(self._source, where, code, detail, tuple(suggestions)))

    def finish(self) -> None:
        """Raise InvalidInput with every fault noted; do nothing where there is none."""
        if self.faults:
            raise InvalidInput(self.faults)

    def _nearest(self, names: AnyNames, name: str) -> list[str]:
        return search_index(self._catalogue, names).nearest(places.fold(name))

    def _unknown(self, noun: str, name: str, where: str, nearest: Callable[[], list[str]]) -> None:
        slugs: list[str] = []
        if len(self.faults) < MOST_SUGGESTED:
            with _LOCK:
                cache = _SUGGESTIONS.setdefault(self._catalogue, FIFOCache(SUGGESTIONS_CACHED))
                cached = cache.get((noun, name))
            slugs = nearest() if cached is None else cached
            with _LOCK:
                cache[noun, name] = slugs
        hint = f"; did you mean {_listed(slugs)}?" if slugs else ""
        self.refuse(where, f"unknown-{noun}", f"no {noun} is known by this name{hint}", slugs)


def _listed(slugs: list[str]) -> str:
    quoted = [f"'{slug}'" for slug in slugs]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
