"""Pairs of removed and added lines, and their changes."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple

from app.record import fields

Document = Mapping[str, Any]

# Fields that are one value: the two ends of days, and the two bounds of a count.
_UPPER = {"date_from": "date_to", "strikes_min": "strikes_max", "count_min": "count_max"}

_LINE = [name for name in fields.names(fields.LINE) if name not in _UPPER.values()]
_TALLY = [name for name in fields.names(fields.TALLY) if name not in _UPPER.values()]


class Pair(NamedTuple):
    """A line or tally before and after; None where there was none."""

    before: Document | None
    after: Document | None


class Change(NamedTuple):
    """A field that differs, and the lines or tallies that hold it.

    `field` is its name in the API, for days and counts that of the lower end; None where a whole tally is new or gone.
    """

    field: str | None
    before: Document | None
    after: Document | None


def paired(removed: Sequence[Document], added: Sequence[Document]) -> list[Pair]:
    """Pair removed and added lines: of the same place and wording first, then by less and less in common.

    The order is that of the added lines; removed lines without a counterpart come last. Linear in the number of lines.
    """
    return _paired(removed, added, _of_line, _OF_LINES)


def changes(before: Document, after: Document) -> list[Change]:
    """Return the fields in which two lines differ, those of their tallies last."""
    differing = [Change(name, before, after) for name in _LINE if _value(before, name) != _value(after, name)]
    if before["tallies"] == after["tallies"]:
        return differing
    for old, new in _paired(before["tallies"], after["tallies"], _of_tally, _OF_TALLIES):
        if old is None or new is None:
            differing.append(Change(None, old, new))
        else:
            differing += [Change(name, old, new) for name in _TALLY if _value(old, name) != _value(new, name)]
    return differing


def _value(holder: Document, name: str) -> Any:  # noqa: ANN401 - of any field
    if name == "location":
        return _place(holder)[0]
    return holder[name], holder[_UPPER[name]] if name in _UPPER else None


def _place(line: Document) -> tuple[str | None, str | None, str]:
    location = line["location"]
    # A place may be renamed between two revisions; its slug is permanent.
    return (location["slug"], None, "") if location else (None, line["location_as_written"], line["country"])


# What two lines can have in common: place, days, wording of the tallies, their kinds, sentence.
_Traits = tuple[Hashable, ...]


def _of_line(line: Document) -> _Traits:
    tallies = line["tallies"]
    phrases = tuple((tally["effect"], tally["as_written"]) for tally in tallies)
    kinds = tuple((tally["effect"], tally["category"]) for tally in tallies)
    is_worded = any(phrase for _, phrase in phrases)
    return (
        _place(line),
        (line["date_from"], line["date_to"]),
        phrases if is_worded else None,
        kinds,
        line["quote"],
    )


def _of_tally(tally: Document) -> _Traits:
    return (
        tally["effect"],
        tally["category"],
        tally["as_written"],
        (tally["count_min"], tally["count_max"], tally["verb"], tally["approximate"]),
    )


# Which traits both of a pair have, the most first. Wording without its place comes last: the place may be what was
# corrected.
_OF_LINES = ((0, 1, 2, 4), (0, 1, 2), (0, 2), (0, 1, 3), (0, 3), (0, 4), (0, 1), (0,), (1, 2, 4), (1, 2))
_OF_TALLIES = ((0, 1, 2, 3), (0, 1, 3), (0, 1, 2), (0, 1), (2,), (1,))


def _paired(
    removed: Sequence[Document],
    added: Sequence[Document],
    traits: Callable[[Document], _Traits],
    shared: Sequence[tuple[int, ...]],
) -> list[Pair]:
    """Pair what has the first traits of `shared` in common, then the second, and so on."""
    old = {index: traits(holder) for index, holder in enumerate(removed)}
    new = {index: traits(holder) for index, holder in enumerate(added)}
    counterparts: dict[int, int] = {}
    for names in shared:
        waiting: dict[Hashable, deque[int]] = defaultdict(deque)
        for index, own in old.items():
            key = tuple([own[name] for name in names])
            if None not in key:
                waiting[key].append(index)
        for index, own in list(new.items()):
            if candidates := waiting.get(tuple([own[name] for name in names])):
                counterparts[index] = candidates.popleft()
                del new[index], old[counterparts[index]]
        if not old or not new:
            break
    pairs = [
        Pair(removed[counterparts[index]] if index in counterparts else None, holder)
        for index, holder in enumerate(added)
    ]
    return [*pairs, *(Pair(removed[index], None) for index in old)]
