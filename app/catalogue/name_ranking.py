"""Ranking of vocabulary names that contain a text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.catalogue.catalogue import Catalogue
from app.catalogue.recording import AnyEntry, AnyNames, Vocabulary
from app.catalogue.suggestions import search_index
from app.vocabulary import places

# Ranks, the best first. What is called just so comes before what starts so, also by another name.
_SAME, _ALIAS_SAME, _STARTS, _WORD, _ALIAS, _ALIAS_WORD, _WITHIN = range(7)


@dataclass(frozen=True, slots=True)
class Match:
    """A thing of a vocabulary, and the other name of it that holds the text; None where its own name does."""

    entry: AnyEntry
    alias: str | None


def best(
    catalogue: Catalogue, vocabulary: Vocabulary, wanted: str, weights: Mapping[str, int], limit: int
) -> list[Match]:
    """Return up to `limit` things of a vocabulary of which a name holds a text, the best first.

    `weights` by slug decide between things of one rank, the highest first; without one it is 0.
    """
    folds = {fold: folded for fold in (places.fold, vocabulary.fold) if (folded := fold(wanted))}
    if not folds:
        return []
    names: AnyNames = vocabulary.names(catalogue)
    index = search_index(catalogue, names)
    ranked = []
    for thing_id in index.holding(set(folds.values())):
        entry = names.by_id[thing_id]
        rank, alias = _rank(entry, index.called.get(thing_id, ()), folds)
        ranked.append((rank, -weights.get(entry.slug, 0), len(entry.name), entry.name, entry, alias))
    ranked.sort(key=lambda row: row[:4])
    return [Match(entry, alias) for *_, entry, alias in ranked[:limit]]


def _rank(
    entry: AnyEntry, called: list[str] | tuple[str, ...], folds: Mapping[Callable[[str], str], str]
) -> tuple[int, str | None]:
    """Return how well the names of a thing hold a text, and the alias where that does it best."""
    wanted = folds.get(places.fold, "")
    rank = _of_name(places.fold(entry.name), wanted, _SAME, _STARTS, _WORD) if wanted else _WITHIN
    if rank == _SAME:
        return rank, None
    best_rank, best_alias = rank, None
    for folded in folds.values():
        for alias in called:
            of_alias = _of_name(alias, folded, _ALIAS_SAME, _ALIAS, _ALIAS_WORD)
            if of_alias < best_rank:
                best_rank, best_alias = of_alias, alias
    return best_rank, best_alias


def _of_name(name: str, wanted: str, same: int, starts: int, word: int) -> int:
    if name == wanted:
        return same
    if name.startswith(wanted):
        return starts
    return word if f" {wanted}" in name else _WITHIN
