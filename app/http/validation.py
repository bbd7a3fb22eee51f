"""Body validation item by item, with pydantic's errors as faults.

A body of 1 MiB can hold some 100,000 mistakes. Pydantic makes an error for each of them in one call, during which no
other thread runs; so items of lists are validated one by one, all faults are counted, and only the first are made.
"""

import types
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, NamedTuple, TypeVar, Union, cast, get_args, get_origin

from annotated_types import MaxLen
from pydantic import AliasChoices, BaseModel, ValidationError
from pydantic.fields import FieldInfo
from rapidfuzz import fuzz, process

from app.errors import Fault, InvalidInput

# Faults that one response lists: a body can have more than anybody reads.
MOST_FAULTS = 50

# How alike, of 100, a valid name must be to be suggested; and the longest that a name is compared or shown at.
SUGGEST_ABOVE = 50
LONGEST_SHOWN = 40

M = TypeVar("M", bound=BaseModel)

_Path = tuple[str | int, ...]


class _Checked(NamedTuple):
    """A value as its model, or None with the first faults and the number of all."""

    value: BaseModel | None
    faults: Sequence[Fault]
    total: int


def validated(model: type[M], parsed: object) -> M:
    """Return JSON as its model. Raises InvalidInput with the number of all faults and the first of them."""
    checked = _checked(model, parsed, (), MOST_FAULTS)
    if checked.value is None:
        raise InvalidInput(checked.faults, checked.total)
    return cast("M", checked.value)


def _checked(model: type[BaseModel], parsed: object, place: _Path, most: int) -> _Checked:
    """Validate a value that stands at a place; make so many faults at most, and count the others."""
    if not isinstance(parsed, dict):
        return _whole(model, parsed, place, most)
    unknown = [name for name in parsed if name not in _names_of(model)]
    left_out = set(unknown[max(most, 1) :])
    body = {name: value for name, value in parsed.items() if name not in left_out}
    of_items = dict[str, tuple[list[Fault], int]]()
    for name, (item, longest) in _lists(model).items():
        items = parsed.get(name)
        # A list that is too long is refused as one.
        if isinstance(items, list) and len(items) <= longest:
            made, faults, count = [], list[Fault](), 0
            for index, value in enumerate(items):
                checked = _checked(item, value, (*place, name, index), most - len(faults))
                made.append(checked.value)
                count += checked.total
                faults += checked.faults
            body[name] = [item for item in made if item is not None]
            of_items[name] = faults, count
        elif isinstance(items, list):
            # Its items are not validated, so it is refused at the cost of its length alone.
            body[name] = [None] * len(items)
    whole = _whole(model, body, place, most)
    count = whole.total + len(left_out) + sum(count for _, count in of_items.values())
    if not count:
        return whole
    return _Checked(None, _ordered(model, place, whole.faults, of_items)[:most], count)


def _whole(model: type[BaseModel], parsed: object, place: _Path, most: int) -> _Checked:
    try:
        # As the framework validates: its words for what is no object are for people.
        return _Checked(model.model_validate(parsed, from_attributes=True), (), 0)
    except ValidationError as error:
        if most <= 0:
            return _Checked(None, (), error.error_count())
        errors = error.errors(include_url=False, include_context=False, include_input=False)[:most]
        faults = [
            _fault("pointer", (*place, *detail["loc"]), detail, _names(model, detail["loc"]))
            for detail in errors
        ]
        return _Checked(None, faults, error.error_count())


def _ordered(
    model: type[BaseModel],
    place: _Path,
    own: Iterable[Fault],
    of_items: Mapping[str, tuple[list[Fault], int]],
) -> list[Fault]:
    """Return the first faults in the order of the model's fields; those of names that it does not have come last."""
    by_field: dict[str, list[Fault]] = {name: [] for name in model.model_fields}
    others: list[Fault] = []
    before = len(_pointer(place))
    for fault in own:
        by_field.get(fault.where[before:].split("/")[1] if fault.where[before:] else "", others).append(fault)
    for name, (faults, _) in of_items.items():
        by_field[name] += faults
    return [*(fault for faults in by_field.values() for fault in faults), *others]


def invalid_parameters(errors: Sequence[Mapping[str, Any]]) -> InvalidInput:
    """Return pydantic's errors about parameters as one of ours, without the rejected values."""
    # One of several values of a parameter is refused as the parameter.
    faults = [_fault("parameter", error["loc"][:1], error, ()) for error in errors[:MOST_FAULTS]]
    return InvalidInput(faults, len(errors))


def hint(name: str, names: Iterable[str]) -> str:
    """Return the nearest of the valid names as the end of a sentence; empty where none is near."""
    near = process.extractOne(
        name[:LONGEST_SHOWN], sorted(names), scorer=fuzz.ratio, score_cutoff=SUGGEST_ABOVE
    )
    return f"; did you mean '{near[0]}'?" if near else ""


def _fault(source: str, path: Sequence[str | int], error: Mapping[str, Any], names: Iterable[str]) -> Fault:
    code, detail = error["type"].replace("_", "-"), str(error["msg"])
    if error["type"] == "extra_forbidden":
        code, detail = "unknown-name", "unknown field" + hint(str(path[-1]), names)
    if source == "pointer":
        return Fault("pointer", _pointer(path), code, detail)
    return Fault("parameter", str(path[0]) if path else "", code, detail)


def _pointer(path: Iterable[str | int]) -> str:
    """Return a JSON pointer (RFC 6901). A name longer than any valid one is cut: it is the client's own."""
    return "".join(f"/{_token(part)}" for part in path)


def _token(part: str | int) -> str:
    name = str(part)
    if len(name) > LONGEST_SHOWN:
        name = f"{name[:LONGEST_SHOWN]}…"
    return name.replace("~", "~0").replace("/", "~1")


@cache
def _names_of(model: type[BaseModel]) -> frozenset[str]:
    """Return the names that an object may have: all others are refused, as every body does (`Strict`)."""
    names = set[str]()
    for name, field in model.model_fields.items():
        alias = field.validation_alias
        choices = alias.choices if isinstance(alias, AliasChoices) else [alias or name]
        names |= {str(choice) for choice in choices}
    return frozenset(names)


@cache
def _lists(model: type[BaseModel]) -> Mapping[str, tuple[type[BaseModel], int]]:
    """Return the fields of a model that are lists of models, with the items' model and the most items."""
    by_name = {}
    for name, field in model.model_fields.items():
        if get_origin(field.annotation) is list:
            (item,) = get_args(field.annotation)
            if isinstance(item, type) and issubclass(item, BaseModel):
                by_name[name] = item, _longest(field)
    return by_name


def _longest(field: FieldInfo) -> int:
    return next((constraint.max_length for constraint in field.metadata if isinstance(constraint, MaxLen)), 0)


def _names(model: type[BaseModel], path: Sequence[str | int]) -> set[str]:
    """Return the names that are valid where an unknown one stood."""
    return set(_fields(model, path[:-1]))


def _fields(annotation: Any, path: Sequence[str | int]) -> dict[str, Any]:  # noqa: ANN401 - any annotation
    """Walk from a model's annotation along a path of fields and indices; return the fields there."""
    for model in _models(annotation):
        if not path:
            return dict(model.model_fields)
        field = model.model_fields.get(str(path[0]))
        if field is not None:
            rest = path[2:] if len(path) > 1 and isinstance(path[1], int) else path[1:]
            return _fields(field.annotation, rest)
    return {}


def _models(annotation: Any) -> list[type[BaseModel]]:  # noqa: ANN401 - any annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) in {list, tuple, Union, types.UnionType, Annotated}:
        return [model for part in get_args(annotation) for model in _models(part)]
    return []
