"""Pairs of the lines that a revision removed and added, and their changes."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
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
    return _paired(removed, added, _OF_LINES)


def changes(before: Document, after: Document) -> list[Change]:
    """Return the fields in which two lines differ, those of their tallies last."""
    differing = [Change(name, before, after) for name in _LINE if _value(before, name) != _value(after, name)]
    for old, new in _paired(before["tallies"], after["tallies"], _OF_TALLIES):
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


def _days(line: Document) -> tuple[str, str]:
    return line["date_from"], line["date_to"]


def _kinds(line: Document) -> tuple[Hashable, ...]:
    return tuple((tally["effect"], tally["category"]) for tally in line["tallies"])


def _phrases(line: Document) -> tuple[Hashable, ...] | None:
    """Return the wording of the tallies, or None where a line has none."""
    phrases = tuple((tally["effect"], tally["as_written"]) for tally in line["tallies"])
    return phrases if any(phrase for _, phrase in phrases) else None


_Key = Callable[[Document], Hashable]


def _both(*keys: _Key) -> _Key:
    """Return the key of all keys together; None where a line lacks one."""

    def key(holder: Document) -> Hashable:
        values = tuple(key(holder) for key in keys)
        return None if None in values else values

    return key


# What both of a pair have, the most first. Wording without its place comes last: the place may be what was corrected.
_OF_LINES: Sequence[_Key] = (
    _both(_place, _days, _phrases, lambda line: line["quote"]),
    _both(_place, _days, _phrases),
    _both(_place, _phrases),
    _both(_place, _days, _kinds),
    _both(_place, _kinds),
    _both(_place, lambda line: line["quote"]),
    _both(_place, _days),
    _place,
    _both(_days, _phrases, lambda line: line["quote"]),
    _both(_days, _phrases),
)
_OF_TALLIES: Sequence[_Key] = (
    lambda tally: tuple(_value(tally, name) for name in _TALLY if name != "quote"),
    lambda tally: (tally["effect"], tally["category"], tally["as_written"]),
    lambda tally: (tally["effect"], tally["category"]),
    lambda tally: tally["as_written"],
    lambda tally: tally["category"],
)


def _paired(removed: Sequence[Document], added: Sequence[Document], keys: Sequence[_Key]) -> list[Pair]:
    old, new = dict(enumerate(removed)), dict(enumerate(added))
    of_new: dict[int, int] = {}
    for key in keys:
        waiting: dict[Hashable, deque[int]] = defaultdict(deque)
        for index, holder in old.items():
            if (value := key(holder)) is not None:
                waiting[value].append(index)
        for index, holder in list(new.items()):
            if candidates := waiting.get(key(holder)):
                of_new[index] = counterpart = candidates.popleft()
                del new[index], old[counterpart]
    return list(_in_order(removed, added, of_new, old))


def _in_order(
    removed: Sequence[Document],
    added: Sequence[Document],
    of_new: Mapping[int, int],
    unpaired: Mapping[int, Document],
) -> Iterator[Pair]:
    for index, holder in enumerate(added):
        yield Pair(removed[of_new[index]] if index in of_new else None, holder)
    for holder in unpaired.values():
        yield Pair(holder, None)
