"""Keyset pagination with opaque cursors bound to their list."""

import base64
import binascii
import hashlib
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import orjson
from fastapi import Request
from pydantic import BaseModel, Field

from app.errors import Fault, InvalidInput
from app.http.field_types import PLAIN_DIGITS, spelt

MOST_ON_A_PAGE = 500

# Bytes of the digest that binds a cursor to its list; enough that no two lists share one by chance.
_BINDING = 6

# The largest integer that both engines hold.
LARGEST_INTEGER = 2**63 - 1

# The format of a cursor, which comes from the previous page.
CURSOR = "j_8WrFtBWyIyMDE2LTEwLTEwIiw0OTUwXQ"

CursorParameter = Annotated[str, spelt("[A-Za-z0-9_-]+")]

# Parameters that a cursor is not bound to: where the page starts, how long it is, and how it is written.
_FREE = {"cursor", "limit", "count", "format", "cells", "shape", "fields"}


class PageQuery(BaseModel):
    """The parameters that every list takes."""

    limit: Annotated[
        int,
        Field(ge=1, le=MOST_ON_A_PAGE),
        PLAIN_DIGITS,
        Field(description="The maximum number of items on a page.", examples=[50]),
    ] = 50
    cursor: Annotated[
        Annotated[CursorParameter, Field(max_length=500)] | None,
        Field(
            description="The cursor of the page: the `next` of the previous page.",
            examples=[CURSOR],
        ),
    ] = None
    count: Annotated[
        Literal["none", "exact"],
        Field(description="`exact` adds `total`: the number of items of the whole list.", examples=["exact"]),
    ] = "none"


class Page(BaseModel):
    """The members of every list next to its items."""

    next: str | None = Field(
        description="The cursor of the next page; null on the last one.", examples=[CURSOR]
    )
    seq: int = Field(description="The ledger number as of which the page was read.", examples=[42])
    total: int | None = Field(
        default=None, description="With `count=exact`: all items that match.", examples=[4999]
    )


def cursor_to(request: Request, position: tuple[object, ...]) -> str:
    """Return the cursor that starts a page right after `position`."""
    return base64.urlsafe_b64encode(_binding(request) + orjson.dumps(position)).decode().rstrip("=")


def link_to_next(request: Request, cursor: str) -> str:
    """Return the Link header of a page that another one follows, which starts at `cursor`."""
    parameters = [parameter for parameter in request.query_params.multi_items() if parameter[0] != "cursor"]
    return f'<{request.scope["path"]}?{urlencode([*parameters, ("cursor", cursor)])}>; rel="next"'


def position_of(
    request: Request, cursor: str | None, *readers: Callable[[Any], object]
) -> tuple[Any, ...] | None:
    """Read a cursor made by `cursor_to` for this list; `readers` turn its parts into values. None stays None.

    Raises InvalidInput for a cursor that is damaged, or that came from another list, filter or sort.
    """
    if cursor is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        bound, parts = raw[:_BINDING], orjson.loads(raw[_BINDING:])
    except (binascii.Error, ValueError):
        raise _refused("is damaged") from None
    if bound != _binding(request):
        raise _refused("belongs to another list, filter or sort; request the first page")
    if not isinstance(parts, list) or len(parts) != len(readers):
        raise _refused("is damaged")
    try:
        position = tuple(read(part) for read, part in zip(readers, parts, strict=True))
    except (TypeError, ValueError):
        raise _refused("is damaged") from None
    if any(isinstance(part, int) and abs(part) > LARGEST_INTEGER for part in position):
        raise _refused("is damaged")
    return position


def _binding(request: Request) -> bytes:
    defaults = _defaults(request.scope["route"].query_model)
    parameters = sorted(
        (name, value)
        for name, value in request.query_params.multi_items()
        # A default that is spelt out is the same query.
        if name not in _FREE and defaults.get(name) != value
    )
    named = orjson.dumps([request.scope["path"], parameters])
    return hashlib.blake2b(named, digest_size=_BINDING).digest()


@cache
def _defaults(query: type[BaseModel]) -> dict[str, str]:
    """Return the defaults of parameters, as a query would spell them."""
    return {
        name: str(field.default)
        for name, field in query.model_fields.items()
        if isinstance(field.default, str | int)
    }


def _refused(why: str) -> InvalidInput:
    return InvalidInput([Fault("parameter", "cursor", "bad-cursor", f"the cursor {why}")])
