"""JSON template of a strike line, as every response shows it.

The content of a line is fixed when it is recorded, and so is its JSON; only the names in it depend on
when it is read. So the JSON is written once, with the line, as a template with slots for these names: a page of
lines is read and joined, and nothing of it is serialized again.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import orjson

from app.catalogue.catalogue import Catalogue
from app.errors import DamagedDatabase
from app.ledger.canonical import json_form
from app.record import fields
from app.vocabulary.identifiers import REPORT, STRIKE, public_id

Document = dict[str, Any]
Members = Mapping[str, Any]

# Parts a template: what is written, the name of a slot, what is written, … JSON holds it nowhere.
SLOT = "\n"


class Shown(NamedTuple):
    """What is shown of a line: its JSON and how it names its report, both as templates, and that one's revision."""

    id: int
    reference: str
    template: str
    revision: int
    # Where its sentence begins in the report's text; null without a text. Not in the template: older ones lack it.
    quote_start: int | None


_REFERENCE = [field.name for field in fields.REPORT if field.in_reference]

# The members of a line before its location and after it, and of a tally before its category and after it.
_OF_LINE, _OF_TALLY = fields.names(fields.LINE), fields.names(fields.TALLY)
_LOCATION, _CATEGORY = _OF_LINE.index("location"), _OF_TALLY.index("category")
_DAYS, _FIGURES = _OF_LINE[:_LOCATION], _OF_LINE[_LOCATION + 1 :]
_EFFECT, _COUNT = (
    _OF_TALLY[:_CATEGORY],
    [name for name in _OF_TALLY[_CATEGORY + 1 :] if name not in {"approximate", "quote"}],
)

# What the slots hold, by catalogue: it is the same for as long as the vocabulary is.
_NAMES: WeakKeyDictionary[Catalogue, dict[str, str]] = WeakKeyDictionary()


def line_template(line: Members, tallies: Iterable[Members]) -> str:
    """Return what is stored of a line's JSON: all of `StrikeOut` from the days on.

    `line` and `tallies` hold the columns of their rows by name.
    """
    same_as = None if line["same_as_id"] is None else public_id(STRIKE, line["same_as_id"])
    document = {
        **{name: line[name] for name in _DAYS},
        "location": orjson.Fragment(slot("l", line["location_id"])),
        **{name: same_as if name == "same_as" else line[name] for name in _FIGURES},
        "tallies": [_tally(tally) for tally in tallies],
    }
    # Serialized at once. What follows a slot's name has no place in a string, where JSON escapes the line end.
    return "," + members(document).replace(f'"":{SLOT}', SLOT)


def _tally(tally: Members) -> Document:
    """Return a tally whose category has no name: its slot is filled with the names of its members too."""
    kind = "e" if tally["approximate"] else "c"
    return {
        **{name: tally[name] for name in _EFFECT},
        "": orjson.Fragment(slot(kind, tally["category_id"])),
        **{name: tally[name] for name in _COUNT},
        "quote": span(tally["quote_start"], tally["quote_end"]),
    }


def lines_json(lines: Iterable[Shown], catalogue: Catalogue) -> str:
    """Return lines as `StrikeOut` describes them, as JSON writes them between the brackets of a list."""
    # All at once: a page has hundreds of slots.
    whole = ",".join(
        whole_template(line.id, line.reference, line.template, line.quote_start) for line in lines
    )
    return filled(whole, names_in(catalogue))


def whole_template(strike_id: int | None, reference: str, template: str, quote_start: int | None) -> str:
    """Return all of `StrikeOut` of what is stored of a line; a draft's lines have no id yet."""
    named = "null" if strike_id is None else f'"{public_id(STRIKE, strike_id)}"'
    start = "null" if quote_start is None else quote_start
    return f'{{"id":{named},"report":{reference}{template},"quote_start":{start}}}'


def reference_template(report_id: int, publisher_id: int, revision: Members) -> str:
    """Return how a line names its report.

    `revision` has the fields of the report, with its number as `revision`. Days may be those of the driver: texts.
    """
    shown = {name: revision[name] for name in _REFERENCE} | {"revision": revision["revision"]}
    return f'{{"id":"{public_id(REPORT, report_id)}","publisher":{slot("p", publisher_id)},{members(shown)}}}'


def names_in(catalogue: Catalogue) -> dict[str, str]:
    """Return what the slots for places, categories and publishers hold, by their names."""
    names = _NAMES.get(catalogue)
    if names is None:
        names = _NAMES[catalogue] = {
            _name("l", None): "null",
            **_tally_names(None, None, None),
            **{_name("l", key): _place(catalogue, key) for key in catalogue.locations.by_id},
            **{
                name: filling
                for key, entry in catalogue.categories.by_id.items()
                for name, filling in _tally_names(key, entry.slug, entry.family).items()
            },
            **{_name("p", key): written(entry.slug) for key, entry in catalogue.publishers.by_id.items()},
        }
    return names


def _tally_names(category_id: int | None, category: str | None, family: str | None) -> dict[str, str]:
    """Return what the slots of tallies of a category hold: "c" of a plain count, "e" of an estimate.

    Lines that were stored before estimates were marked have the slot of plain counts, so their JSON stays as it is.
    """
    return {
        _name(kind, category_id): members(
            {"category": category, "family": family, "approximate": kind == "e"}
        )
        for kind in "ce"
    }


def _place(catalogue: Catalogue, place_id: int) -> str:
    place = catalogue.locations.by_id[place_id]
    return written({name: getattr(place, name) for name in ("slug", "name", "lat", "lon", "precision_km")})


def filled(template: str, names: Mapping[str, str], own: Mapping[str, str] | None = None) -> str:
    """Return a template with its slots filled, by what is its own first. Raises DamagedDatabase for an unknown slot."""
    parts = template.split(SLOT)
    try:
        if own is None:
            parts[1::2] = [names[name] for name in parts[1::2]]
        else:
            parts[1::2] = [own[name] if name in own else names[name] for name in parts[1::2]]
    except KeyError:
        raise DamagedDatabase from None
    return "".join(parts)


def parsed(stored: str | bytes) -> Any:  # noqa: ANN401 - JSON
    """Parse JSON that is stored, or was made of stored templates. Raises DamagedDatabase where it is none."""
    try:
        return orjson.loads(stored)
    except orjson.JSONDecodeError:
        raise DamagedDatabase from None


def slot(kind: str, number: int | None) -> str:
    """Return the slot for a thing: "l" a place, "c" or "e" the category of a tally, "p" a publisher."""
    return f"{SLOT}{_name(kind, number)}{SLOT}"


def _name(kind: str, number: int | None) -> str:
    return kind if number is None else f"{kind}{number}"


def members(values: Members) -> str:
    """Return the members of a JSON object, without its braces."""
    return written(values)[1:-1]


def written(value: object) -> str:
    """Serialize JSON as in responses."""
    return orjson.dumps(value, json_form, orjson.OPT_PASSTHROUGH_DATETIME).decode()


def span(start: int | None, end: int | None) -> Document | None:
    """Return the characters of the text that prove something, or None without a text."""
    return None if start is None else {"start": start, "end": end}
