"""Route class that reads, validates and runs every operation.

FastAPI reads an endpoint's signature for the OpenAPI document. A route compiles the same signature, once, into what it
does for a request: which dependencies it calls, and as which models it reads the query and the body. FastAPI's own
parsing is not used: it lets mistyped and doubled filters pass, and a filter that is silently dropped gives a wrong
total. It also costs several times as much as most reads.

Refusals of all operations come in one order: those of dependencies (401 and 403 for the key, then 404, 428 and 412), of
the query (400, 422), of the body (400, 413, 415, 422). No body is read of a client that may not send one.
"""

import inspect
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from types import AsyncGeneratorType, CoroutineType
from typing import Any, NamedTuple, get_args, get_origin
from urllib.parse import unquote_to_bytes

from fastapi import FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from app import log
from app.errors import Fault, InvalidInput, MalformedRequest, QueryTimeout, StrikeledgerError
from app.http.bodies import read_json
from app.http.problems import failure, refusal
from app.http.request_log import note, noted
from app.http.validation import LONGEST_SHOWN, hint, invalid_parameters

# How many wrong parameters are collected before a query is refused.
MOST_UNKNOWN = 20


class StrictRoute(APIRoute):
    """A route of an async endpoint that returns a Response.

    The endpoint may take `request`, names in the path, headers, a model of the query, a model of the body, and what
    dependencies return. Dependencies may take `request`, names in the path, and what others return, so a name means
    the same for all of them. A generator is closed after the response was sent; a function that is not async runs on
    the event loop.
    """

    # The parameters of the query; None where there are none.
    query_model: type[BaseModel] | None

    def __init__(self, path: str, endpoint: Callable[..., Any], **described: Any) -> None:  # noqa: ANN401 - FastAPI's
        super().__init__(path, endpoint, **described)
        self._dependencies = _dependencies(self.dependant)
        self._parameters = _parameters(endpoint)
        self._headers = tuple(self.dependant.header_params)
        self._query_name, self.query_model = _model(self.dependant.query_params)
        self._body_name, self._body_model = _model(self.dependant.body_params)
        # Whether each parameter may be given more than once.
        self.is_list = repeatable(self.query_model) if self.query_model else {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for this path."""
        note(scope, "route", self.path)
        if scope["method"] not in (self.methods or ()):
            # Refused as the framework does.
            await super().handle(scope, receive, send)
            return
        request = Request(scope, receive)
        held: list[AsyncGeneratorType[Any, Any]] = []
        try:
            try:
                values: dict[str, Any] = {"request": request, **request.path_params}
                for name, function, parameters in self._dependencies:
                    value = function(**{parameter: values[parameter] for parameter in parameters})
                    if isinstance(value, CoroutineType):
                        value = await value
                    elif isinstance(value, AsyncGeneratorType):
                        held.append(value)
                        value = await anext(value)
                    values[name] = value
                values[self._query_name] = self._query(request)
                if self._headers:
                    self._read_headers(request, values)
                if self._body_model is not None:
                    values[self._body_name] = await read_json(request, self._body_model)
                response: Response = await self.endpoint(**{name: values[name] for name in self._parameters})
            except StrikeledgerError as error:
                response = self.refused(request, error)
            except Exception:
                # Logged by the outermost layer.
                await failure(scope)(scope, receive, send)
                raise
            await response(scope, receive, send)
        finally:
            for generator in reversed(held):
                await generator.aclose()

    def refused(self, request: Request, error: StrikeledgerError) -> Response:
        """Return the response to a request that ended in one of our errors; log a query that was stopped.

        Of its parameters, only the names are logged.
        """
        if isinstance(error, QueryTimeout):
            log.get_logger().warning(
                "query stopped",
                route=noted(request.scope, "route"),
                parameters=sorted(request.query_params),
                request_id=noted(request.scope, "request_id"),
            )
        return refusal(request.scope, error)

    def nested(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values of a query as its model takes them, where a name stands for a member of a member."""
        return values

    def _read_headers(self, request: Request, values: dict[str, Any]) -> None:
        """Add the values of the headers that the endpoint takes."""
        for field in self._headers:
            values[field.name], errors = field.validate(
                request.headers.get(field.alias, field.default), loc=(field.alias,)
            )
            if errors:
                raise invalid_parameters(errors)

    def _query(self, request: Request) -> BaseModel | None:
        """Read the query.

        Refuses one that is not UTF-8, holds NUL, or names a parameter that is unknown, or doubled but single, and then
        values that are not valid.
        """
        values: dict[str, Any] = {}
        if query := request.scope["query_string"]:
            try:
                unquote_to_bytes(query).decode()
            except UnicodeDecodeError:
                raise MalformedRequest("the query is not UTF-8") from None
            pairs = request.query_params.multi_items()
            for name, value in pairs:
                is_list = self.is_list.get(name)
                if is_list is None or "\0" in value or (name in values and not is_list):
                    raise InvalidInput(self._faults(pairs))
                if is_list:
                    values.setdefault(name, []).append(value)
                else:
                    values[name] = value
        if self.query_model is None:
            return None
        try:
            return self.query_model.model_validate(self.nested(values))
        except ValidationError as error:
            raise invalid_parameters(error.errors(include_url=False)) from None

    def _faults(self, pairs: Sequence[tuple[str, str]]) -> list[Fault]:
        """Return what is wrong with the names in a query."""
        faults: dict[str, Fault] = {}
        counts = Counter(name for name, _ in pairs)
        for name, value in pairs:
            if name in faults:
                continue
            if name not in self.is_list:
                named = name[:LONGEST_SHOWN] if name.isprintable() else ""
                detail = f"unknown parameter{hint(name, self.is_list)}"
                faults[name] = Fault("parameter", named, "unknown-name", detail)
            elif counts[name] > 1 and not self.is_list[name]:
                faults[name] = Fault(
                    "parameter", name, "doubled-parameter", f"'{name}' may be given only once"
                )
            elif "\0" in value:
                faults[name] = Fault("parameter", name, "unstorable-text", "must not contain NUL")
            if len(faults) > MOST_UNKNOWN:
                break
        return list(faults.values())


class Operations:
    """Middleware that routes requests to operations; FastAPI routes, and refuses, everything else.

    FastAPI tries the patterns of all routes in order, some of them twice. Here only those of the same method with as
    many segments are tried.
    """

    def __init__(self, app: FastAPI, framework: ASGIApp, routes: Iterable[BaseRoute]) -> None:
        self._app = app
        self._framework = framework
        self._routes: dict[tuple[str, int], list[StrictRoute]] = defaultdict(list)
        for route in routes:
            if isinstance(route, StrictRoute):
                for method in route.methods or ():
                    self._routes[method, route.path.count("/")].append(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the operation's route, or pass on."""
        path: str = scope["path"]
        for route in self._routes.get((scope["method"], path.count("/")), ()):
            if match := route.path_regex.match(path):
                scope.update({"app": self._app, "route": route, "path_params": match.groupdict()})
                await route.handle(scope, receive, send)
                return
        await self._framework(scope, receive, send)


class _Dependency(NamedTuple):
    """A dependency: the name of the parameters that take its result, and its own parameters."""

    name: str
    function: Callable[..., Any]
    parameters: Sequence[str]


def _dependencies(dependant: Dependant) -> Sequence[_Dependency]:
    """Return all dependencies, those of a dependency before it. Raises TypeError for what a route does not do."""
    by_name: dict[str, _Dependency] = {}

    def add(dependant: Dependant) -> None:
        for child in dependant.dependencies:
            add(child)
            if child.query_params or child.header_params or child.body_params or child.call is None:
                raise TypeError("only an endpoint takes parameters, headers and bodies")
            dependency = _Dependency(child.name or repr(child.call), child.call, _parameters(child.call))
            if by_name.setdefault(dependency.name, dependency) != dependency:
                raise TypeError(f"'{dependency.name}' is two things in one operation")

    add(dependant)
    return tuple(by_name.values())


def _parameters(function: Callable[..., Any]) -> Sequence[str]:
    return tuple(inspect.signature(function).parameters)


def _model(fields: Sequence[Any]) -> tuple[str, type[BaseModel] | None]:
    """Return the name and the model of the one parameter that takes a whole query or body, if there is one."""
    if not fields:
        return "", None
    (field,) = fields
    model = field.field_info.annotation
    assert isinstance(model, type) and issubclass(model, BaseModel)  # noqa: S101, PT018 - else FastAPI would read it
    return field.name, model


def repeatable(model: type[BaseModel]) -> dict[str, bool]:
    """Return for each parameter of a query whether it may be given more than once."""
    return {name: _is_list(field.annotation) for name, field in model.model_fields.items()}


def _is_list(annotation: object) -> bool:
    """Return whether a parameter of this type may be given more than once."""
    return get_origin(annotation) is list or any(_is_list(part) for part in get_args(annotation))
