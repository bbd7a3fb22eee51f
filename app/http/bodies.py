"""Request bodies: media type, size limit, and strict JSON parsing.

Other servers accept doubled fields, NaN, lone surrogates, NUL and deep nesting. Each is refused here, before a
model sees it.
"""

import json
import math
import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import NoReturn, TypeVar

from anyio import to_thread
from fastapi import Request
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from app.errors import Fault, InvalidInput, MalformedRequest, PayloadTooLarge, UnsupportedMediaType
from app.http.validation import validated

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

# Bytes of a JSON body. The longest report of the sample has a hundredth of that.
LONGEST_JSON = 1024 * 1024

# Bytes from which a body is read in a thread: it takes longer than others should wait for. A release with its text
# has fewer.
LONG_JSON = 16 * 1024

# A report nests four deep.
DEEPEST_JSON = 32

# Names and items of all objects and lists together: a report of 2,000 lines with all fields has 70,000.
MOST_VALUES = 100_000

# Digits of the longest integer that JSON may hold here; beyond, Python's own parsing grows slow.
LONGEST_NUMBER = 32

# A number that needs a closer check, and an escape that may be no character.
_ODD_NUMBER = re.compile(rf"[0-9](?:[eE]|[0-9]{{{LONGEST_NUMBER}}})")
_ODD_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")

# For a count of names and items: a string, an empty object or list, and a text that begins too deep.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_EMPTY = re.compile(r"\[\s*+\]|\{\s*+\}")
_DEEP = re.compile(rf'(?:[\[{{]\s*+(?:""\s*+:\s*+)?+){{{DEEPEST_JSON + 1}}}')

_NESTING = {list, dict}

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def media_type(request: Request) -> str:
    """Return the declared media type, in lower case and without parameters. Only UTF-8 is taken.

    Raises UnsupportedMediaType for a declared charset that is another, and for a body that is compressed.
    """
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType("send the body without Content-Encoding")
    media, _, parameters = request.headers.get("content-type", "").partition(";")
    name, _, charset = parameters.strip().partition("=")
    if name.strip().lower() == "charset" and charset.strip(' "').lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise UnsupportedMediaType("send the body as UTF-8")
    return media.strip().lower()


async def limited_body(request: Request, limit: int) -> bytes:
    """Return the body, which `request.body()` returns from then on as well.

    Raises PayloadTooLarge where more than `limit` bytes are declared, or as soon as more came in, however they are
    sent; MalformedRequest where the client left before the end.
    """
    too_large = PayloadTooLarge(f"the body is larger than {limit} bytes")
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared) > limit:
        raise too_large
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise too_large
    except ClientDisconnect:
        raise MalformedRequest("the request body ended early") from None
    request._body = bytes(body)  # noqa: SLF001 - where the framework caches it
    return request._body  # noqa: SLF001 - where the framework caches it


def utf8(body: bytes) -> str:
    """Return a body as text. Raises MalformedRequest where it is not UTF-8."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedRequest("the body is not UTF-8") from None


async def read_json(request: Request, model: type[M]) -> M:
    """Return a request's JSON body as the model.

    Raises UnsupportedMediaType, PayloadTooLarge, and what `read_as` raises.
    """
    media = media_type(request)
    if not media and not await limited_body(request, LONGEST_JSON):
        raise MalformedRequest("the body is empty")
    if media != "application/json":
        raise UnsupportedMediaType("send the body as application/json")
    body = await limited_body(request, LONGEST_JSON)
    return await in_thread_if_long(request, body, partial(read_as, model))


def read_as(model: type[M], body: bytes) -> M:
    """Return a JSON body as the model. Raises what `strict_json` and `validated` raise."""
    return validated(model, strict_json(body))


async def in_thread_if_long(request: Request, body: bytes, work: Callable[[bytes], T]) -> T:
    """Return what work on a body returns; on a long body it is done in a thread, for two bodies at the same time."""
    if len(body) < LONG_JSON:
        return work(body)
    return await to_thread.run_sync(work, body, limiter=request.app.state.bodies)


def strict_json(body: bytes) -> object:
    """Read a JSON body, or raise MalformedRequest (not JSON) or InvalidInput (JSON that no field can take)."""
    text = utf8(body)
    if not text.strip():
        raise MalformedRequest("the body is empty")
    _refuse_excess(text)
    odd_number = _ODD_NUMBER.search(text)
    try:
        parsed = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_int=_integer if odd_number else None,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise MalformedRequest(f"the body is not JSON: {error.msg} at {place}") from None
    except RecursionError:
        raise _too_deep() from None
    _refuse_depth(parsed)
    if odd_number or _ODD_ESCAPE.search(text):
        _refuse_values(parsed, "")
    return parsed


def _refuse_excess(text: str) -> None:
    """Refuse too many names and items before they are read: reading half a million lists stops all other threads."""
    if _marks(text) <= MOST_VALUES:
        return
    bare = _STRING.sub('""', text)
    if _DEEP.match(bare):
        raise _too_deep()
    if _marks(bare) - len(_EMPTY.findall(bare)) > MOST_VALUES:
        detail = f"the body has more than {MOST_VALUES:,} names and items"
        raise InvalidInput([Fault("pointer", "", "too-many-values", detail)])


def _marks(text: str) -> int:
    """Count what begins a name or an item, where it stands in no string; an empty object or list begins none."""
    return text.count(",") + text.count("[") + text.count("{")


def _refuse_depth(parsed: object) -> None:
    """Refuse what nests too deep, level by level: a recursion could be exhausted by a hostile body."""
    level = [parsed]
    for _ in range(DEEPEST_JSON):
        level = [part for value in level for part in _parts(value) if type(part) in _NESTING]
        if not level:
            return
    raise _too_deep()


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _too_deep() -> MalformedRequest:
    return MalformedRequest(f"the body is nested deeper than {DEEPEST_JSON} levels")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise MalformedRequest("an object of the body has the same field twice")
    return members


def _refuse_constant(_name: str) -> NoReturn:
    raise MalformedRequest("NaN and Infinity are not JSON")


def _integer(digits: str) -> int | float:
    # Refused below, where its place is known.
    return int(digits) if len(digits) <= LONGEST_NUMBER else math.inf


def _refuse_values(value: object, pointer: str) -> None:
    """Refuse what a database or a response cannot hold: NUL, surrogates without their other half, too large numbers."""
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            raise _unstorable(pointer, "unstorable-text", "must not contain NUL or lone surrogates")
    elif isinstance(value, dict):
        for name, member in value.items():
            _refuse_values(name, pointer)
            _refuse_values(member, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for index, member in enumerate(value):
            _refuse_values(member, f"{pointer}/{index}")
    elif isinstance(value, float) and math.isinf(value):
        raise _unstorable(pointer, "too-large-number", "is too large a number")


def _unstorable(pointer: str, code: str, detail: str) -> InvalidInput:
    return InvalidInput([Fault("pointer", pointer, code, detail)])
