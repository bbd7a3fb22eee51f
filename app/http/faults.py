"""Say what pydantic refused as faults: where it stands, what is wrong, and the nearest right name."""

import types
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin

from fastapi import Request
from pydantic import BaseModel

from app.errors import Fault


def fault(request: Request, found: dict[str, Any]) -> Fault:
    """Return one of pydantic's errors as a fault, without the rejected value."""
    source, *path = found["loc"]
    code, detail = found["type"].replace("_", "-"), str(found["msg"])
    if found["type"] == "extra_forbidden":
        code, detail = "unknown-name", "there is no such name here"
        near = get_close_matches(str(path[-1]), sorted(_names_beside(request, source, path)), n=1, cutoff=0.5)
        if near:
            detail += f"; did you mean '{near[0]}'?"
    if source == "body":
        # A reference token escapes "~" and "/" (RFC 6901).
        tokens = (str(token).replace("~", "~0").replace("/", "~1") for token in path)
        return Fault("pointer", "".join(f"/{token}" for token in tokens), code, detail)
    # One of several values of a parameter is refused as the parameter.
    return Fault("parameter", str(path[0]) if path else "", code, detail)


def _names_beside(request: Request, source: str, path: Sequence[str | int]) -> set[str]:
    """Return the names that are valid where an unknown one stood."""
    route = request.scope["route"]
    if source == "query":
        parameters = route.dependant.query_params
        return {name for parameter in parameters for name in _fields(parameter.field_info.annotation, [])} | {
            parameter.alias for parameter in parameters
        }
    return set(_fields(route.body_field.field_info.annotation, path[:-1])) if route.body_field else set()


def _fields(annotation: Any, path: Sequence[str | int]) -> dict[str, Any]:  # noqa: ANN401 - any annotation
    """Walk from a model's annotation along a path of fields and indices; return the fields found there."""
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
