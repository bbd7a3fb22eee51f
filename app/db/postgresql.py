"""PostgreSQL engines, with timeouts for a server that does not respond.

A server that is frozen, or behind a network that is lost, keeps its connections open without responding: the driver
would wait for it without end. So a wait of a serving process has an end, after which its connection is closed. And
what begins right after such a wait is refused at once, since it would only wait as long again.
"""

import time
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.pool import ConnectionPoolEntry

from app.db.driver_errors import WAIT_SECONDS
from app.errors import DatabaseUnavailable

# Concurrent queries to a server: over the network, another machine serves all of them.
CONNECTIONS = 15

# Seconds without a byte from the server after which it is given up: half a second longer than it may let a writer wait.
SILENCE_SECONDS = WAIT_SECONDS + 0.5

# Seconds for which an unresponsive server is not queried again.
OUTAGE_SECONDS = 1.0


class Outage:
    """The time for which a server that did not respond is not queried."""

    def __init__(self) -> None:
        self._until = 0.0

    def begin(self) -> None:
        """Begin, or begin again."""
        self._until = time.monotonic() + OUTAGE_SECONDS

    def refuse(self) -> None:
        """Raise DatabaseUnavailable while it lasts."""
        if time.monotonic() < self._until:
            raise DatabaseUnavailable("the database did not respond")


def engines(url: str, outage: Outage | None) -> tuple[Engine, Engine]:
    """Return the engine that reads and the one that writes.

    With an `outage` no wait is longer than SILENCE_SECONDS; what serves nobody, such as a migration, waits on.
    """
    settings = {
        # Instants near the ends of the calendar have no local time in some zones.
        "options": f"-c lock_timeout={WAIT_SECONDS}s -c timezone=UTC",
        "connect_timeout": WAIT_SECONDS,
    }
    writes = create_engine(
        url, pool_pre_ping=True, pool_timeout=WAIT_SECONDS, connect_args=settings, hide_parameters=True
    )
    reads = create_engine(
        url,
        pool_pre_ping=True,
        pool_size=CONNECTIONS,
        pool_timeout=WAIT_SECONDS,
        connect_args=settings,
        hide_parameters=True,
        execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
    )
    if outage is not None:
        for engine in (reads, writes):
            _limit_waits(engine, outage)
    return reads, writes


def _limit_waits(engine: Engine, outage: Outage) -> None:
    """Let connections of an engine close themselves, and begin an outage, where the server is silent for too long."""
    import psycopg  # noqa: PLC0415 - the driver is an extra

    class Connection(psycopg.Connection[Any]):
        """A connection that waits for SILENCE_SECONDS at most."""

        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:  # noqa: ANN401 - the driver's own signature
            began = time.monotonic()
            try:
                return super().wait(gen, interval, SILENCE_SECONDS if timeout is None else timeout)
            except psycopg.Error:
                if time.monotonic() - began >= SILENCE_SECONDS:
                    self.pgconn.finish()
                    outage.begin()
                raise

    def connect(
        _dialect: Dialect, _record: ConnectionPoolEntry, arguments: list[Any], settings: dict[str, Any]
    ) -> Any:  # noqa: ANN401 - a connection of the driver
        outage.refuse()
        try:
            return Connection.connect(*arguments, **settings)
        except psycopg.errors.ConnectionTimeout:
            outage.begin()
            raise

    event.listen(engine, "do_connect", connect)
