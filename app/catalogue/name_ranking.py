"""Ranking of vocabulary names that contain a text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

from app.catalogue.catalogue import Catalogue
from app.catalogue.recording import AnyEntry, Vocabulary
from app.catalogue.suggestions import search_index
from app.vocabulary import places

# Ranks, the best first. What is called just so comes before what starts so, also by another name.
_SAME, _ALIAS_SAME, _STARTS, _WORD, _ALIAS, _ALIAS_WORD, _WITHIN = _RANKS = range(7)


# Letters of a text that most names have.
_SHORT = 2


@dataclass(frozen=True, slots=True)
class Match:
    """A thing of a vocabulary that has a name with the text."""

    entry: AnyEntry
    # The other name that has it; None where its own name does so as well.
    alias: str | None
    # How well the name has the text, 0 being best.
    rank: int


class _Named(NamedTuple):
    """A thing with its folded name, and all its other folded names between line feeds."""

    entry: AnyEntry
    name: str
    aliases: str
    # Both as one text.
    text: str


def best(
    catalogue: Catalogue, vocabulary: Vocabulary, wanted: str, weights: Mapping[str, int], limit: int
) -> list[Match]:
    """Return up to `limit` things of a vocabulary of which a name contains a text, the best first.

    `weights` by slug decide between things of one rank, the highest first; without one it is 0.
    """
    in_name = places.fold(wanted)
    in_alias = tuple({folded for fold in (places.fold, vocabulary.fold) if (folded := fold(wanted))})
    by_rank: list[list[_Named]] = [[] for _ in _RANKS]
    for named in _likely(_index(catalogue, vocabulary), in_name, in_alias, limit) if in_alias else ():
        rank = _rank(named, in_name, in_alias)
        if rank is not None:
            by_rank[rank].append(named)
    matches: list[Match] = []
    for rank, equal in enumerate(by_rank):
        chosen = nsmallest(limit - len(matches), equal, key=lambda named: -weights.get(named.entry.slug, 0))
        matches += [Match(named.entry, _alias(named, rank, in_alias), rank) for named in chosen]
    return matches


def _likely(things: Sequence[_Named], in_name: str, in_alias: Sequence[str], limit: int) -> Sequence[_Named]:
    """Return things among which the best are. A letter or two are in most names, and at the start of enough."""
    if 0 < len(in_name) <= _SHORT:
        same = tuple(f"\n{text}\n" for text in in_alias)
        first = [named for named in things if named.name.startswith(in_name) or same[0] in named.aliases]
        if len(first) >= limit and len(same) == 1:
            return first
    if len(in_alias) == 1:
        # Most things have none of the texts, and one comparison is the fastest way to know it.
        return [named for named in things if in_alias[0] in named.text]
    return things


def _rank(named: _Named, in_name: str, in_alias: Sequence[str]) -> int | None:
    """Return how well the names of a thing have the text, None where none does."""
    name, aliases = named.name, named.aliases
    rank = None
    if in_name and in_name in name:
        if name == in_name:
            return _SAME
        rank = _STARTS if name.startswith(in_name) else _WORD if f" {in_name}" in name else _WITHIN
    for text in in_alias:
        if text in aliases:
            if f"\n{text}\n" in aliases:
                return _ALIAS_SAME
            of_alias = _ALIAS if f"\n{text}" in aliases else _ALIAS_WORD if f" {text}" in aliases else _WITHIN
            rank = of_alias if rank is None else min(rank, of_alias)
    return rank


def _alias(named: _Named, rank: int, in_alias: Sequence[str]) -> str | None:
    """Return the first other name that has the text as its rank says; None where it is the name itself."""
    if rank in {_SAME, _STARTS, _WORD} or (rank == _WITHIN and any(text in named.name for text in in_alias)):
        return None
    for alias in named.aliases.strip("\n").split("\n"):
        if _rank(named._replace(aliases=f"\n{alias}\n"), "", in_alias) == rank:
            return alias
    return None


def _index(catalogue: Catalogue, vocabulary: Vocabulary) -> list[_Named]:
    """Return the things of a vocabulary, the shortest names first."""
    with _LOCK:
        indexes = _INDEXES.setdefault(catalogue, {})
        if vocabulary.plural not in indexes:
            names = vocabulary.names(catalogue)
            called = search_index(catalogue, names).called
            entries: list[AnyEntry] = sorted(names.entries(), key=lambda entry: (len(entry.name), entry.name))
            indexes[vocabulary.plural] = [
                _Named(entry, name, aliases, name + aliases)
                for entry in entries
                for name in [places.fold(entry.name)]
                for aliases in ["\n".join(("", *called.get(entry.id, ()), ""))]
            ]
        return indexes[vocabulary.plural]


# By catalogue, and by the vocabulary's plural.
_INDEXES: WeakKeyDictionary[Catalogue, dict[str, list[_Named]]] = WeakKeyDictionary()
_LOCK = Lock()
