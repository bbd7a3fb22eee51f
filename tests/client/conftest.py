"""Fixtures: one real server on the sample, and both clients behind one synchronous face."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from app.client import AsyncClient, AsyncWalk, Client
from app.db.engine import Database
from app.keys.service import Scope, create
from tests.http.server import running


@dataclass(frozen=True)
class Served:
    """A running server, and a key that may do everything there."""

    url: str
    key: str


class Blocking:
    """An AsyncClient whose methods are called like those of a Client, so that one test holds both."""

    def __init__(self, portal: BlockingPortal, client: AsyncClient) -> None:
        self._portal, self._client = portal, client

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any method
        member = getattr(self._client, name)

        def call(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - of any method
            result = member(*arguments, **options)
            if isinstance(result, AsyncClient):
                return Blocking(self._portal, result)
            if isinstance(result, AsyncWalk):
                return BlockingWalk(self._portal, result)
            return self._portal.call(_awaited, result)

        return call


async def _awaited(result: Any) -> Any:  # noqa: ANN401 - of any method
    return await result


class BlockingWalk:
    """An AsyncWalk as an iterator."""

    def __init__(self, portal: BlockingPortal, walk: AsyncWalk[Any]) -> None:
        self._portal, self._walk = portal, walk

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any attribute
        return getattr(self._walk, name)

    def __iter__(self) -> "BlockingWalk":
        return self

    def __next__(self) -> Any:  # noqa: ANN401 - an item
        try:
            return self._portal.call(self._walk.__anext__)
        except StopAsyncIteration:
            raise StopIteration from None

    def pages(self) -> Iterator[Any]:
        """Iterate over the pages."""

        async def collected() -> list[Any]:
            return [page async for page in self._walk.pages()]

        yield from self._portal.call(collected)


@contextmanager
def serving_sample(sampled: Path, folder: Path) -> Iterator[Served]:
    """Run the server on a copy of the sample, with a key that may do everything."""
    path = folder / "strikeledger.db"
    shutil.copy(sampled, path)
    database = Database(f"sqlite:///{path}")
    with database.writing() as session:
        key = create(session, "client tests", [Scope.ADMIN], None)
    database.close()
    with running(folder) as server:
        yield Served(server.url, key)


@pytest.fixture(scope="session")
def served(sqlite_sampled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run the server for all tests; what they write must not matter to others."""
    with serving_sample(sqlite_sampled, tmp_path_factory.mktemp("served")) as served:
        yield served


@pytest.fixture
def guide_server(sqlite_sampled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run a server on the sample as it is shipped, whose figures the guide prints."""
    with serving_sample(sqlite_sampled, tmp_path_factory.mktemp("guide")) as served:
        yield served


@pytest.fixture
def sync_client(served: Served) -> Iterator[Client]:
    """Give a synchronous client with a key."""
    with Client(served.url, served.key) as client:
        yield client


@pytest.fixture(params=["sync", "async"])
def client(request: pytest.FixtureRequest, served: Served) -> Iterator[Client]:
    """Give a client with a key: the synchronous one, then the asynchronous one behind the same face."""
    if request.param == "sync":
        with Client(served.url, served.key) as client:
            yield client
    else:
        with start_blocking_portal() as portal:
            opened = AsyncClient(served.url, served.key)
            yield cast("Client", Blocking(portal, opened))
            portal.call(opened.aclose)


@pytest.fixture(autouse=True)
def short_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the waits between attempts; what a server asks for is waited for in full."""
    monkeypatch.setattr("app.client.transport.FIRST_WAIT", 0.01)
