"""The synchronous and the asynchronous client: the same operations over two transports."""

import copy
import inspect
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import httpx

from app.client.listings import categories, changes, coverage, locations, publishers, reports, strikes
from app.client.mirror import mirror
from app.client.operations import (
    aggregates,
    create_report,
    diff,
    export,
    import_reports,
    ledger,
    location,
    parse,
    publish_report,
    read,
    report,
    retract_report,
    revise_report,
    revision,
    revisions,
    strike,
)
from app.client.records import Record
from app.client.requests import Steps
from app.client.transport import AsyncTransport, Settings, SyncTransport
from app.client.walks import AsyncWalk, Pages, Walk

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R", bound=Record)

Timeout = float | httpx.Timeout

# Seconds without a byte after which a request has failed; a connection is made sooner or not at all.
TIMEOUT = httpx.Timeout(60, connect=5)
RETRIES = 2


def _as_method(method: Callable[..., Any], result: object) -> None:
    """Show a method's own signature: `self`, the parameters of its operation, and its result."""
    signature = inspect.signature(method)
    itself = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    method.__signature__ = signature.replace(  # type: ignore[attr-defined] # inspect reads it
        parameters=[itself, *signature.parameters.values()], return_annotation=result
    )


def _method(operation: Callable[P, Steps[T]]) -> Callable[Concatenate["Client", P], T]:
    @wraps(operation)
    def method(self: "Client", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._run(operation(*args, **kwargs))

    _as_method(method, operation.__annotations__["return"].__args__[-1])
    return method


def _walk(pages: Callable[P, Pages[R]]) -> Callable[Concatenate["Client", P], Walk[R]]:
    @wraps(pages)
    def method(self: "Client", /, *args: P.args, **kwargs: P.kwargs) -> Walk[R]:
        return Walk(self._run, pages(*args, **kwargs))

    _as_method(method, Walk)
    return method


def _async_method(
    operation: Callable[P, Steps[T]], *, in_threads: bool = False
) -> Callable[Concatenate["AsyncClient", P], Awaitable[T]]:
    @wraps(operation)
    async def method(self: "AsyncClient", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._run(operation(*args, **kwargs), in_threads=in_threads)

    _as_method(method, operation.__annotations__["return"].__args__[-1])
    return method


def _async_walk(pages: Callable[P, Pages[R]]) -> Callable[Concatenate["AsyncClient", P], AsyncWalk[R]]:
    @wraps(pages)
    def method(self: "AsyncClient", /, *args: P.args, **kwargs: P.kwargs) -> AsyncWalk[R]:
        return AsyncWalk(self._run, pages(*args, **kwargs))

    _as_method(method, AsyncWalk)
    return method


class _Configured:
    """The settings of a client, and its copies with others."""

    _settings: Settings
    _owns_connections: bool

    def with_options(
        self, *, key: str | None = None, timeout: Timeout | None = None, retries: int | None = None
    ) -> Self:
        """Return a copy with other settings that shares the connections; what is left out stays.

        The copy ends with the client that it was made from.
        """
        other = copy.copy(self)
        other._owns_connections = False  # noqa: SLF001 - of this class
        other._settings = Settings(  # noqa: SLF001 - of this class
            self._settings.base,
            self._settings.key if key is None else key,
            self._settings.timeout if timeout is None else timeout,
            self._settings.retries if retries is None else retries,
        )
        return other

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._settings)!r})"


class Client(_Configured):
    """A client of a strikeledger server.

    `url` may have a path prefix. `key` is needed for writes and drafts. `timeout` are the seconds that a response may
    pause, `retries` how often a request is sent again after a failure that may pass. `http_client` brings
    connections of your own, with proxies or certificates; closing it is yours.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        timeout: Timeout = TIMEOUT,
        retries: int = RETRIES,
        http_client: httpx.Client | None = None,
    ) -> None:
        self._settings = Settings(httpx.URL(url), key, timeout, retries)
        self._owns_connections = http_client is None
        self._transport = SyncTransport(http_client or httpx.Client())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        if self._owns_connections:
            self._transport.close()

    def _run(self, steps: Steps[T]) -> T:
        return self._transport.run(self._settings, steps)

    read = _method(read)
    strikes = _walk(strikes)
    strike = _method(strike)
    aggregates = _method(aggregates)
    reports = _walk(reports)
    report = _method(report)
    revisions = _method(revisions)
    revision = _method(revision)
    diff = _method(diff)
    create_report = _method(create_report)
    revise_report = _method(revise_report)
    publish_report = _method(publish_report)
    retract_report = _method(retract_report)
    parse = _method(parse)
    import_reports = _method(import_reports)
    export = _method(export)
    mirror = _method(mirror)
    changes = _walk(changes)
    ledger = _method(ledger)
    locations = _walk(locations)
    location = _method(location)
    categories = _walk(categories)
    publishers = _walk(publishers)
    coverage = _walk(coverage)


class AsyncClient(_Configured):
    """A client of a strikeledger server for asyncio. Its methods are those of `Client`, awaited.

    Lists are asynchronous iterators: `async for strike in client.strikes(country="SY")`.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        timeout: Timeout = TIMEOUT,
        retries: int = RETRIES,
        http_client: httpx.AsyncClient | None = None,
    ) -> None:
        self._settings = Settings(httpx.URL(url), key, timeout, retries)
        self._owns_connections = http_client is None
        self._transport = AsyncTransport(http_client or httpx.AsyncClient())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        if self._owns_connections:
            await self._transport.close()

    async def _run(self, steps: Steps[T], *, in_threads: bool = False) -> T:
        return await self._transport.run(self._settings, steps, in_threads=in_threads)

    read = _async_method(read)
    strikes = _async_walk(strikes)
    strike = _async_method(strike)
    aggregates = _async_method(aggregates)
    reports = _async_walk(reports)
    report = _async_method(report)
    revisions = _async_method(revisions)
    revision = _async_method(revision)
    diff = _async_method(diff)
    create_report = _async_method(create_report)
    revise_report = _async_method(revise_report)
    publish_report = _async_method(publish_report)
    retract_report = _async_method(retract_report)
    parse = _async_method(parse)
    import_reports = _async_method(import_reports)
    export = _async_method(export)
    # Loading a mirror takes long, and would hold up the event loop.
    mirror = _async_method(mirror, in_threads=True)
    changes = _async_walk(changes)
    ledger = _async_method(ledger)
    locations = _async_walk(locations)
    location = _async_method(location)
    categories = _async_walk(categories)
    publishers = _async_walk(publishers)
    coverage = _async_walk(coverage)
