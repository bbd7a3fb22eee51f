"""Refuse what other servers let pass: doubled parameters and fields, NaN, lone surrogates, NUL, deep nesting.

`StrictRoute` stands in front of the framework's own parsing. A mistyped or doubled filter that is silently
dropped gives a wrong total, and a wrong number is the worst fault that the product can have.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from typing import Any, NoReturn, TypeVar, get_args, get_origin
from urllib.parse import unquote_to_bytes

from anyio import to_thread
from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.security.base import SecurityBase
from pydantic import BaseModel

from app.errors import Fault, InvalidInput, MalformedRequest, StrikeledgerError, UnsupportedMediaType
from app.http.bodies import limited_body, media_type, utf8
from app.http.faults import LONGEST_SHOWN, hint, validated

T = TypeVar("T")

# Bytes of a JSON body. The longest report of the sample has a hundredth of that.
LONGEST_JSON = 1024 * 1024

# Bytes from which a body is read in a thread: it takes longer than others should wait for. A release with its text
# has fewer.
LONG_JSON = 16 * 1024

# A report nests four deep.
DEEPEST_JSON = 32

# Names and items of all objects and lists together: a report of 2,000 lines with all that a line can say has 70,000.
MOST_VALUES = 100_000

# Digits of the longest integer that JSON may hold here; beyond, Python's own parsing grows slow.
LONGEST_NUMBER = 32

# How many wrong parameters are looked at before a query is refused.
MOST_UNKNOWN = 20

# What may be a number that needs a closer look, and an escape that may be no character.
_ODD_NUMBER = re.compile(rf"[0-9]{{{LONGEST_NUMBER + 1}}}|[0-9][eE]")
_ODD_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")

# For a count of names and items: a string, an empty object or list, and a text that begins too deep.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_EMPTY = re.compile(r"\[\s*+\]|\{\s*+\}")
_DEEP = re.compile(rf'(?:[\[{{]\s*+(?:""\s*+:\s*+)?+){{{DEEPEST_JSON + 1}}}')

_NESTING = {list, dict}

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class StrictRoute(APIRoute):
    """A route that reads its query and its JSON body strictly, before the framework does."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the framework's handler."""
        handle = super().get_route_handler()
        parameters, model = _parameters(self), _body_model(self)
        secured = _asks_for_key(self.dependant)

        async def strictly(request: Request) -> Response:
            if self.body_field is None:
                # Who may not ask at all is told that first.
                if "authorization" in request.headers or not secured:
                    _refuse_query(request, parameters)
                return await handle(request)
            body, parsed, refusal = b"", None, None
            # Who sends no key where one is needed is told that; nothing of the body is read for it.
            if "authorization" in request.headers or not secured:
                try:
                    _refuse_query(request, parameters)
                    body, parsed = await read_json(request, model)
                except StrikeledgerError as error:
                    refusal = error
            try:
                return await handle(JsonRequest(request, body, parsed))
            except RequestValidationError:
                # A body that was refused is missing to the framework. It reports that only after it checked the
                # key: what is wrong with a request is for those alone who may send one.
                if refusal is not None:
                    raise refusal from None
                raise

        return strictly


class JsonRequest(Request):
    """A request whose JSON body was already read, and validated where the operation has a model for it."""

    def __init__(self, request: Request, body: bytes, parsed: object) -> None:
        super().__init__(request.scope, request.receive)
        # Where the framework keeps it too; of a body that was refused there is nothing, and nothing more is read.
        self._body = body
        self._parsed = parsed

    async def json(self) -> Any:  # noqa: ANN401 - the framework's own signature
        """Return what was read."""
        return self._parsed


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


def _parameters(route: APIRoute) -> dict[str, bool]:
    """Return the route's query parameters, and whether each may be given more than once."""
    found = {}
    for parameter in route.dependant.query_params:
        annotation = parameter.field_info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            for name, field in annotation.model_fields.items():
                found[field.alias or name] = is_list(field.annotation)
        else:
            found[parameter.alias] = is_list(annotation)
    return found


def _asks_for_key(dependant: Dependant) -> bool:
    return any(isinstance(each.call, SecurityBase) or _asks_for_key(each) for each in dependant.dependencies)


def is_list(annotation: object) -> bool:
    """Say whether a parameter of this type may be given more than once."""
    return get_origin(annotation) is list or any(is_list(part) for part in get_args(annotation))


def _refuse_query(request: Request, parameters: dict[str, bool]) -> None:
    """Refuse a query that is not UTF-8, holds NUL, or names a parameter that is unknown, or doubled but single."""
    query = request.scope["query_string"]
    if not query:
        return
    try:
        unquote_to_bytes(query).decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedRequest("the query is not UTF-8") from None
    faults: dict[str, Fault] = {}
    sent = request.query_params.multi_items()
    counts = Counter(name for name, _ in sent)
    for name, value in sent:
        if name in faults:
            continue
        if name not in parameters:
            named = name[:LONGEST_SHOWN] if name.isprintable() else ""
            detail = f"there is no such parameter here{hint(name, parameters)}"
            faults[name] = Fault("parameter", named, "unknown-name", detail)
        elif counts[name] > 1 and not parameters[name]:
            faults[name] = Fault("parameter", name, "doubled-parameter", f"'{name}' may be given only once")
        elif "\0" in value:
            faults[name] = Fault("parameter", name, "unstorable-text", "holds NUL")
        if len(faults) > MOST_UNKNOWN:
            break
    if faults:
        raise InvalidInput(list(faults.values()))


async def read_json(request: Request, model: type[BaseModel] | None) -> tuple[bytes, Any]:
    """Return a request's JSON body as bytes, and as the model, or as it is without one.

    Raises UnsupportedMediaType, PayloadTooLarge, and what `strict_json` and `validated` raise.
    """
    media = media_type(request)
    if not media and not await request.body():
        raise MalformedRequest("the body is empty")
    if media != "application/json":
        raise UnsupportedMediaType("send the body as application/json")
    body = await limited_body(request, LONGEST_JSON)
    return body, await off_the_loop(request, body, partial(read_as, model))


def read_as(model: type[BaseModel] | None, body: bytes) -> Any:  # noqa: ANN401 - the model, or any JSON
    """Return a JSON body as the model, or as it is without one. Raises what `strict_json` and `validated` raise."""
    parsed = strict_json(body)
    return parsed if model is None else validated(model, parsed)


async def off_the_loop(request: Request, body: bytes, work: Callable[[bytes], T]) -> T:
    """Return what work on a body returns; on a long body it is done in a thread, for two bodies at the same time."""
    if len(body) < LONG_JSON:
        return work(body)
    return await to_thread.run_sync(work, body, limiter=request.app.state.bodies)


def _body_model(route: APIRoute) -> type[BaseModel] | None:
    annotation = route.body_field.field_info.annotation if route.body_field else None
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _refuse_excess(text: str) -> None:
    """Refuse too many names and items before they are read: reading half a million lists stops all other threads."""
    if _marks(text) <= MOST_VALUES:
        return
    bare = _STRING.sub('""', text)
    if _DEEP.match(bare):
        raise _too_deep()
    if _marks(bare) - len(_EMPTY.findall(bare)) > MOST_VALUES:
        detail = f"the body holds more than {MOST_VALUES:,} names and items"
        raise InvalidInput([Fault("pointer", "", "too-many-values", detail)])


def _marks(text: str) -> int:
    """Count what begins a name or an item, where it stands in no string; an empty object or list begins none."""
    return text.count(",") + text.count("[") + text.count("{")


def _refuse_depth(parsed: object) -> None:
    """Refuse what nests too deep, level by level: a recursion could be exhausted by a hostile body."""
    level = [parsed]
    for _ in range(DEEPEST_JSON):
        level = [part for each in level for part in _parts(each) if type(part) in _NESTING]
        if not level:
            return
    raise _too_deep()


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _too_deep() -> MalformedRequest:
    return MalformedRequest(f"the body nests deeper than {DEEPEST_JSON}")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise MalformedRequest("the body names a field twice in one object")
    return found


def _refuse_constant(_name: str) -> NoReturn:
    raise MalformedRequest("NaN and Infinity are not JSON")


def _integer(digits: str) -> int | float:
    # Refused below, where its place is known.
    return int(digits) if len(digits) <= LONGEST_NUMBER else math.inf


def _refuse_values(value: object, pointer: str) -> None:
    """Refuse what a database or an answer cannot hold: NUL, surrogates without their other half, too large numbers."""
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            raise _unstorable(pointer, "unstorable-text", "holds NUL or a lone surrogate")
    elif isinstance(value, dict):
        for name, member in value.items():
            _refuse_values(name, pointer)
            _refuse_values(member, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for index, member in enumerate(value):
            _refuse_values(member, f"{pointer}/{index}")
    elif isinstance(value, float) and math.isinf(value):
        raise _unstorable(pointer, "too-large-number", "is a number that is too large")


def _unstorable(pointer: str, code: str, detail: str) -> InvalidInput:
    return InvalidInput([Fault("pointer", pointer, code, detail)])
