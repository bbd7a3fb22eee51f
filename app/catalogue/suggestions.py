"""Search index of vocabulary names: substrings and near spellings.

Both stay below a few milliseconds with all gazetteers loaded, where a comparison with every name took 30 ms and more.
An index is built from a catalogue at its first use, and lives as long as it.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from app.catalogue.catalogue import Catalogue, CategoryEntry, Names
from app.models.base import NAME_LENGTH
from app.vocabulary import places

# How alike, of 100, a known name must be to be suggested; wrong ones stayed below 61 in a trial.
SUGGEST_ABOVE = 65
MOST_SUGGESTIONS = 3

# Names that are compared for these: several may belong to one thing.
_MOST_COMPARED = 9

# Letters are counted by their code points modulo this: enough for the alphabet of each script, and a power of two.
_BUCKETS = 32

AnyNames = Names[Any]


class SearchIndex:
    """The names of one vocabulary. `things` are its ids by slug. Each part is made at its first use."""

    def __init__(self, names: AnyNames) -> None:
        self._names = names
        self.things = [entry.id for entry in names.entries()]

    @cached_property
    def called(self) -> Mapping[int, list[str]]:
        """The folded names of each thing, in order."""
        called: dict[int, list[str]] = {}
        for folded, thing_id in self._names.ids.items():
            called.setdefault(thing_id, []).append(folded)
        return called

    def holding(self, wanted: Collection[str]) -> list[int]:
        """Return the ids of the things, by slug, of which a name holds one of the folded texts."""
        if len(wanted) == 1:
            # Three times as fast as the general form.
            [only] = wanted
            return [thing_id for thing_id, text in self._texts if only in text]
        return [thing_id for thing_id, text in self._texts if any(part in text for part in wanted)]

    def nearest(self, folded: str) -> list[str]:
        """Return the slugs of the things whose names are most like this one, best first; often none.

        First those that are called just so, and do not answer to it since they are several.
        """
        # A few characters may fold to thousands, and no name has more.
        if len(folded) > NAME_LENGTH:
            return []
        by_id = self._names.by_id
        slugs = [by_id[thing_id].slug for thing_id in self._displayed.get(folded, ())]
        if len(slugs) < MOST_SUGGESTIONS:
            near = process.extract(
                folded,
                self._possible(folded),
                scorer=fuzz.ratio,
                score_cutoff=SUGGEST_ABOVE,
                limit=_MOST_COMPARED,
            )
            slugs += [by_id[self._names.ids[name]].slug for name, _, _ in near]
        return list(dict.fromkeys(slugs))[:MOST_SUGGESTIONS]

    @cached_property
    def _displayed(self) -> Mapping[str, list[int]]:
        """Things by the folded name that is displayed: what several share means none of them."""
        displayed: dict[str, list[int]] = {}
        for thing_id in self.things:
            displayed.setdefault(places.fold(self._names.by_id[thing_id].name), []).append(thing_id)
        return displayed

    @cached_property
    def _texts(self) -> list[tuple[int, str]]:
        """All folded names of each thing as one text."""
        texts = []
        for displayed, things in self._displayed.items():
            for thing_id in things:
                entry, called = self._names.by_id[thing_id], self.called.get(thing_id, [])
                if isinstance(entry, CategoryEntry):
                    # Its phrases are folded in another way.
                    called = [places.fold(name) for name in (entry.slug, *called)]
                texts.append((entry.slug, thing_id, "\n".join((displayed, *called))))
        return [(thing_id, text) for _, thing_id, text in sorted(texts)]

    @cached_property
    def _letters(self) -> tuple[list[str], NDArray[np.int32], NDArray[np.uint8]]:
        """All folded names, their lengths, and how often letters occur in them."""
        spellings = list(self._names.ids)
        lengths = np.array([len(name) for name in spellings], np.int32)
        return spellings, lengths, _counted(spellings)

    def _possible(self, folded: str) -> list[str]:
        """Return the names that share so many letters, in whatever order, that their ratio may reach SUGGEST_ABOVE."""
        spellings, lengths, letters = self._letters
        shared = np.zeros(len(spellings), np.int32)
        for bucket, count in enumerate(_counted([folded])[:, 0]):
            if count:
                shared += np.minimum(letters[bucket], count)
        # The ratio is twice the letters shared in the same order, of all letters of both.
        possible = 200 * shared >= SUGGEST_ABOVE * (lengths + len(folded))
        return [spellings[index] for index in np.flatnonzero(possible)]


def search_index(catalogue: Catalogue, names: AnyNames) -> SearchIndex:
    """Return the index of one of the catalogue's vocabularies."""
    with _LOCK:
        indexes = _INDEXES.setdefault(catalogue, {})
        if id(names) not in indexes:
            indexes[id(names)] = SearchIndex(names)
        return indexes[id(names)]


# By catalogue, and by which of its vocabularies.
_INDEXES: WeakKeyDictionary[Catalogue, dict[int, SearchIndex]] = WeakKeyDictionary()
_LOCK = Lock()


def _counted(texts: Sequence[str]) -> NDArray[np.uint8]:
    """Return how often the letters of each bucket occur: a row for each bucket, a column for each text."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    rows = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    counted = np.bincount((codes % _BUCKETS) * len(texts) + rows, minlength=_BUCKETS * len(texts))
    return counted.reshape(_BUCKETS, len(texts)).astype(np.uint8)
