"""Answer the questions that are asked most by a straight way: none of what the framework does for any request.

The framework describes these operations, and answers them too: whatever is not plain (a key, a parameter that is
unknown, doubled or not valid) goes to it. What is plain is read into the same query and answered by the same
function, so both ways give the same bytes; only that this one costs a fraction. So it is with what is posted most.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import StrikeledgerError
from app.http.problems import failure, refusal
from app.http.sessions import Reads, RequestReads, Writes
from app.http.strict import JsonRequest, is_list, read_json


@dataclass(frozen=True, slots=True)
class Question:
    """A GET that is answered straight: the name of its route, its query, and what answers it in a snapshot.

    `is_short` says of a request and its query whether they mostly take no longer than handing them to a thread would;
    it refuses as `answer` does.
    """

    route: str
    query: type[BaseModel]
    answer: Callable[[Any, Request, Any], Response]
    is_short: Callable[[Request, Any], bool] = lambda _request, _query: True


@dataclass(frozen=True, slots=True)
class Post:
    """A POST that is taken straight: the name of its route, its body, who tells whose key it is, and what takes it."""

    route: str
    body: type[BaseModel]
    holder: Callable[[Request], Awaitable[Any]]
    take: Callable[[Request, Any, Any, Writes], Awaitable[Response]]


class Direct:
    """A layer that answers plain requests; everything else goes through it."""

    def __init__(
        self,
        framework: ASGIApp,
        app: FastAPI,
        reads: Reads,
        writes: Writes,
        plain: Sequence[tuple[Question | Post, Sequence[BaseRoute]]],
    ) -> None:
        self._framework = framework
        self._app = app
        self._reads, self._writes = reads, writes
        self._posts: dict[str, tuple[Post, APIRoute]] = {}
        # By path, or by the path before the name of a single thing.
        self._lists: dict[str, _Straight] = {}
        self._singles: dict[str, _Straight] = {}
        for asked, routes in plain:
            (route,) = (each for each in routes if isinstance(each, APIRoute) and each.name == asked.route)
            if isinstance(asked, Post):
                self._posts[route.path] = asked, route
                continue
            before, _, name = route.path.rpartition("/")
            straight = _Straight(asked, route, name.strip("{}"), _Plain(asked.query))
            if name.startswith("{"):
                self._singles[before] = straight
            else:
                self._lists[route.path] = straight

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] == "http" and scope["method"] == "POST":
            await self._post(scope, receive, send)
            return
        found = self._find(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        query = None if found is None else found.plain.read(scope["query_string"])
        if found is None or query is None:
            await self._framework(scope, receive, send)
            return
        named = {found.name: scope["path"].rpartition("/")[2]}
        request = Request({**scope, "app": self._app, "route": found.route, "path_params": named}, receive)
        try:
            reads = RequestReads(self._reads, request)
            read = reads.short if found.question.is_short(request, query) else reads
            response = await read(lambda snapshot: found.question.answer(snapshot, request, query))
        except StrikeledgerError as error:
            response = refusal(scope, error)
        except Exception:  # noqa: BLE001 - what nobody foresaw the framework meets again, logs, and answers
            await self._framework(scope, receive, send)
            return
        await response(scope, receive, send)

    async def _post(self, scope: Scope, receive: Receive, send: Send) -> None:
        post, route = self._posts.get(scope["path"], (None, None))
        if post is None or scope["query_string"]:
            await self._framework(scope, receive, send)
            return
        request = Request({**scope, "app": self._app, "route": route, "path_params": {}}, receive)
        try:
            # Who may not post at all is told that first, as the framework does.
            holder = await post.holder(request)
            body, posted = await read_json(request, post.body)
            response = await post.take(JsonRequest(request, body, posted), holder, posted, self._writes)
        except StrikeledgerError as error:
            response = refusal(scope, error)
        except Exception:
            # Not asked of the framework again: it might be done twice. The log has it from whoever runs this.
            await failure(scope)(scope, receive, send)
            raise
        await response(scope, receive, send)

    def _find(self, scope: Scope) -> "_Straight | None":
        path: str = scope["path"]
        found = self._lists.get(path)
        if found is None:
            before, _, name = path.rpartition("/")
            found = self._singles.get(before) if name else None
        if found is None or any(name == b"authorization" for name, _ in scope["headers"]):
            return None
        return found


def _valid(model: type[BaseModel], parsed: object) -> BaseModel | None:
    """Read a query; None where it is for the framework to refuse."""
    try:
        return model.model_validate(parsed)
    except ValidationError:
        return None


class _Plain:
    """Reads a query that has nothing to be refused."""

    def __init__(self, query: type[BaseModel]) -> None:
        self._query = query
        self._is_list = {name: is_list(field.annotation) for name, field in query.model_fields.items()}

    def read(self, query: bytes) -> BaseModel | None:
        """Return the query, or None where it is for the framework to read or to refuse."""
        values: dict[str, Any] = {}
        if query:
            try:
                (unquote_to_bytes(query) if b"%" in query else query).decode()
            except UnicodeDecodeError:
                return None
            for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
                is_list = self._is_list.get(name)
                if is_list is None or "\0" in value or (not is_list and name in values):
                    return None
                if is_list:
                    values.setdefault(name, []).append(value)
                else:
                    values[name] = value
        return _valid(self._query, values)


@dataclass(frozen=True, slots=True)
class _Straight:
    """A question, its route, what the path calls the single thing that it is about, and how its query is read."""

    question: Question
    route: APIRoute
    name: str
    plain: _Plain
