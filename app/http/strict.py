"""Refuse what other servers let pass: doubled parameters and fields, NaN, lone surrogates, NUL, deep nesting.

`StrictRoute` stands in front of the framework's own parsing. A mistyped or doubled filter that is silently
dropped gives a wrong total, and a wrong number is the worst fault that the product can have.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Coroutine
from difflib import get_close_matches
from typing import Any, NoReturn, get_args, get_origin
from urllib.parse import unquote_to_bytes

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.security.base import SecurityBase
from pydantic import BaseModel

from app.errors import Fault, InvalidInput, MalformedRequest, StrikeledgerError, UnsupportedMediaType
from app.http.bodies import media_type

# A report nests four deep.
DEEPEST_JSON = 32

# Digits of the longest integer that JSON may hold here; beyond, Python's own parsing grows slow.
LONGEST_NUMBER = 32

# The longest name of a parameter, and how many wrong ones are looked at before a query is refused.
LONGEST_PARAMETER = 40
MOST_UNKNOWN = 20

# Whole strings, so that brackets inside them do not count, and brackets.
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class StrictRoute(APIRoute):
    """A route that reads its query and its JSON body strictly, before the framework does."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the framework's handler."""
        handle = super().get_route_handler()
        parameters = _parameters(self)
        secured = _asks_for_key(self.dependant)

        async def strictly(request: Request) -> Response:
            if self.body_field is None:
                # Who may not ask at all is told that first.
                if "authorization" in request.headers or not secured:
                    _refuse_query(request, parameters)
                return await handle(request)
            try:
                _refuse_query(request, parameters)
                parsed, refusal = await _read_json(request), None
            except StrikeledgerError as error:
                parsed, refusal = None, error
            try:
                return await handle(_JsonRequest(request, parsed))
            except RequestValidationError:
                # A body that could not be read is missing to the framework. It says so only after it asked
                # for the key: what is wrong with a request is told to those alone who may send one.
                if refusal is not None:
                    raise refusal from None
                raise

        return strictly


class _JsonRequest(Request):
    """A request whose JSON body was already read."""

    def __init__(self, request: Request, parsed: object) -> None:
        super().__init__(request.scope, request.receive)
        self._parsed = parsed
        self._original = request

    async def body(self) -> bytes:
        return await self._original.body()

    async def json(self) -> Any:  # noqa: ANN401 - the framework's own signature
        return self._parsed


def strict_json(body: bytes) -> object:
    """Read a JSON body, or raise MalformedRequest (not JSON) or InvalidInput (JSON that no field can take)."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedRequest("the body is not UTF-8") from None
    if _depth_exceeds(text, DEEPEST_JSON):
        raise MalformedRequest(f"the body nests deeper than {DEEPEST_JSON}")
    try:
        parsed = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_int=_integer,
            parse_float=_float,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise MalformedRequest(f"the body is not JSON: {error.msg} at {place}") from None
    _refuse_text(parsed, "")
    return parsed


def _parameters(route: APIRoute) -> dict[str, bool]:
    """Return the route's query parameters, and whether each may be given more than once."""
    found = {}
    for parameter in route.dependant.query_params:
        annotation = parameter.field_info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            for name, field in annotation.model_fields.items():
                found[field.alias or name] = _is_list(field.annotation)
        else:
            found[parameter.alias] = _is_list(annotation)
    return found


def _asks_for_key(dependant: Dependant) -> bool:
    return any(isinstance(each.call, SecurityBase) or _asks_for_key(each) for each in dependant.dependencies)


def _is_list(annotation: object) -> bool:
    return get_origin(annotation) is list or any(_is_list(part) for part in get_args(annotation))


def _refuse_query(request: Request, parameters: dict[str, bool]) -> None:
    """Refuse a query that is not UTF-8, holds NUL, or names a parameter that is unknown, or doubled but single."""
    try:
        unquote_to_bytes(request.scope["query_string"]).decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedRequest("the query is not UTF-8") from None
    faults: dict[str, Fault] = {}
    counts = Counter(name for name, _ in request.query_params.multi_items())
    for name, value in request.query_params.multi_items():
        if name not in parameters:
            near = get_close_matches(name[:LONGEST_PARAMETER], parameters, n=1, cutoff=0.5)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            named = name[:LONGEST_PARAMETER] if name.isprintable() else ""
            faults[name] = Fault("parameter", named, "unknown-name", f"there is no such parameter here{hint}")
        elif counts[name] > 1 and not parameters[name]:
            faults[name] = Fault("parameter", name, "doubled-parameter", f"'{name}' may be given only once")
        elif "\0" in value:
            faults[name] = Fault("parameter", name, "unstorable-text", "holds NUL")
        if len(faults) > MOST_UNKNOWN:
            break
    if faults:
        raise InvalidInput(list(faults.values()))


async def _read_json(request: Request) -> object:
    if media_type(request) != "application/json":
        raise UnsupportedMediaType("send the body as application/json")
    return strict_json(await request.body())


def _depth_exceeds(text: str, limit: int) -> bool:
    """Say whether brackets nest deeper than `limit`, without a recursion that a hostile body could exhaust."""
    depth = 0
    for token in _BRACKETS.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth > limit:
                return True
        elif token[0] in "]}":
            depth -= 1
    return False


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise MalformedRequest("the body names a field twice in one object")
    return found


def _refuse_constant(_name: str) -> NoReturn:
    raise MalformedRequest("NaN and Infinity are not JSON")


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise MalformedRequest("the body holds a number of too many digits")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if value in {float("inf"), float("-inf")}:
        raise MalformedRequest("the body holds a number that is too large")
    return value


def _refuse_text(value: object, pointer: str) -> None:
    """Refuse text that a database or an answer cannot hold: NUL, and surrogates without their other half."""
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            raise InvalidInput(
                [Fault("pointer", pointer, "unstorable-text", "holds NUL or a lone surrogate")]
            )
    elif isinstance(value, dict):
        for name, member in value.items():
            _refuse_text(name, pointer)
            _refuse_text(member, f"{pointer}/{name}")
    elif isinstance(value, list):
        for index, member in enumerate(value):
            _refuse_text(member, f"{pointer}/{index}")
