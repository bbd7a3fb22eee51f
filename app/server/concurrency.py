"""Concurrency limits of streams and downloads, per process and address.

The limits follow the number of files that the process may open, and count in each process for itself.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from fastapi import Request
from starlette.types import Scope

from app.errors import TooManyOfAddress, TooManyOpenResponses
from app.server.rate_limits import is_within, network
from app.server.timeouts import most_open

# The name of a request's connection in the state of its scope. Only a real server has connections.
CONNECTION = "connection"

# Streams of one address, and how many of a process's connections may be streams.
STREAMS_OF_ADDRESS = 50
STREAMS_SHARE = 3 / 4

# Downloads of a process, and of one address. Two pieces are made at a time, so more would only wait for each other.
DOWNLOADS = 32
DOWNLOADS_OF_ADDRESS = 4


class Connection(Protocol):
    """A connection, as far as the application may know it."""

    async def drained(self) -> None:
        """Wait until the client has taken what was written, or has left."""

    def is_stuck(self) -> bool:
        """Return whether the client has taken nothing for a while."""

    def expendable(self, *, is_expendable: bool) -> None:
        """Set whether the connection is ended before others at work where there are too many."""

    def give_way(self) -> None:
        """End the connection, so that the client notices that its response is not complete."""


def connection_of(scope: Scope) -> Connection | None:
    """Return the connection of a request; None where no server of ours runs the application."""
    connection: Connection | None = scope.get("state", {}).get(CONNECTION)
    return connection


class ConcurrencyLimit:
    """A limit on open responses of one kind. `name` is the plural by which refusals call them."""

    def __init__(self, name: str, of_process: int, of_address: int, proxies: tuple[str, ...]) -> None:
        self.of_process = max(1, of_process)
        self.of_address = min(of_address, max(1, of_process // 4))
        self._name = name
        self._proxies = proxies
        self._of_address: Counter[str] = Counter()
        self._open: dict[object, Connection | None] = {}

    @contextmanager
    def entered(self, scope: Scope) -> Iterator[Connection | None]:
        """Hold a place for the length of the block; yield the request's connection.

        Raises TooManyOfAddress and TooManyOpenResponses. An address that is shared by many clients has no limit.
        """
        address = self._address(scope)
        if address and self._of_address[address] >= self.of_address:
            raise TooManyOfAddress(f"more than {self.of_address} open {self._name} of one address")
        if len(self._open) >= self.of_process and not self._make_room():
            raise TooManyOpenResponses(f"more than {self.of_process} open {self._name}; try again later")
        place, connection = object(), connection_of(scope)
        self._open[place] = connection
        self._of_address[address] += 1
        try:
            yield connection
        finally:
            self._open.pop(place, None)
            self._of_address[address] -= 1
            if not self._of_address[address]:
                del self._of_address[address]

    def _make_room(self) -> bool:
        """End the oldest response whose client has taken nothing for a while, if there is one."""
        for place, connection in self._open.items():
            if connection is not None and connection.is_stuck():
                del self._open[place]
                connection.give_way()
                return True
        return False

    def _address(self, scope: Scope) -> str:
        client = scope.get("client")
        if not client or not client[0] or is_within(client[0], self._proxies):
            return ""
        return network(client[0])


def stream_limit(proxies: tuple[str, ...]) -> ConcurrencyLimit:
    """Return the limit on streams of this process."""
    return ConcurrencyLimit("streams", int(most_open() * STREAMS_SHARE), STREAMS_OF_ADDRESS, proxies)


def download_limit(proxies: tuple[str, ...]) -> ConcurrencyLimit:
    """Return the limit on downloads of this process."""
    return ConcurrencyLimit("downloads", min(DOWNLOADS, most_open() // 4), DOWNLOADS_OF_ADDRESS, proxies)


def limited_by(name: str, *, is_expendable: bool = False) -> Callable[[Request], AsyncIterator[None]]:
    """Return the dependency of an operation whose responses hold a place of `app.state.<name>` until they end.

    An expendable one is ended first where the process has too many connections.
    """

    async def hold(request: Request) -> AsyncIterator[None]:
        limit: ConcurrencyLimit = getattr(request.app.state, name)
        with limit.entered(request.scope) as connection:
            if connection is None or not is_expendable:
                yield
                return
            connection.expendable(is_expendable=True)
            try:
                yield
            finally:
                connection.expendable(is_expendable=False)

    return hold
