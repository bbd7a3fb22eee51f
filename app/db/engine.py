"""Open the database: one engine that reads, one that writes, and a session type for each.

SQLite: a write transaction begins with BEGIN IMMEDIATE, since a deferred one that reads first and then
writes fails at once when another writer came between (measured: 286 of 320 lost against none).
PostgreSQL: a write transaction begins by taking one advisory lock. So on both engines writers come one
after another, and the ledger's numbers become visible in the order in which they were given.
Reads see one snapshot from their first statement to their last, on a connection that refuses to write.
"""

import importlib
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from types import ModuleType

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from app.errors import DatabaseBusy, DatabaseUnavailable, StrikeledgerError, UnusableDatabase

# Seconds that a request waits for another writer, or for a connection, before it is refused.
WAIT_SECONDS = 5

# Between two looks at a lock of the file system, which cannot be waited for with a limit.
LOCK_POLL_SECONDS = 0.01

# Below this version two connections that write and checkpoint at the same instant can corrupt a WAL file.
FIRST_SOUND_SQLITE = (3, 51, 3)

# PostgreSQL's names for what can be said of its state.
LOCK_NOT_AVAILABLE = "55P03"
UNDEFINED_TABLE = "42P01"

NO_SCHEMA = "the database has no schema; run `strikeledger migrate`"

# Any fixed number: the advisory lock that stands for "the one writer" on PostgreSQL.
WRITER_LOCK = 0x5354_524B


class ReadSession(Session):
    """A session on one snapshot of the record. The engine refuses to write through it."""


class WriteSession(ReadSession):
    """A session inside the one write transaction. Who opened it commits; a service never does."""


class Database:
    """The two engines of one database, and the sessions on them."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._reads, self._writes = _sqlite_engines(str(self.url), _sqlite_path(self.url.database))
        else:
            self._reads, self._writes = _postgresql_engines(
                str(self.url.render_as_string(hide_password=False))
            )
        self._read_sessions = sessionmaker(self._reads, class_=ReadSession, autoflush=False)
        self._write_sessions = sessionmaker(self._writes, class_=WriteSession, autoflush=False)

    @property
    def engine(self) -> Engine:
        """The engine that may write: for migrations."""
        return self._writes

    @contextmanager
    def reading(self) -> Iterator[ReadSession]:
        """Open a session on one snapshot. Raises DatabaseBusy and DatabaseUnavailable."""
        with _translated(), self._read_sessions() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[WriteSession]:
        """Open the write transaction: committed at the end of the block, rolled back by any error in it.

        Raises DatabaseBusy after WAIT_SECONDS behind another writer, and DatabaseUnavailable.
        """
        with _translated(), self._lock_across_processes(), self._write_sessions.begin() as session:
            # The transaction begins here, not at the first statement: who gets the session is the writer.
            connection = session.connection()
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITER_LOCK})
            yield session

    def close(self) -> None:
        """Close every connection."""
        self._reads.dispose()
        self._writes.dispose()

    def _lock_across_processes(self) -> AbstractContextManager[object]:
        if self.is_sqlite and sqlite_module().sqlite_version_info < FIRST_SOUND_SQLITE:
            return _file_lock(Path(f"{self.url.database}.lock"))
        return nullcontext()


def sqlite_module() -> ModuleType:
    """Return the SQLite driver: the bundled, known one where it has a wheel, else the standard library's."""
    try:
        module: ModuleType = importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3
    return module


def engine_warning(database: Database) -> str | None:
    """Say what an operator must know of the engine in use, or None."""
    version: str = sqlite_module().sqlite_version
    if database.is_sqlite and sqlite_module().sqlite_version_info < FIRST_SOUND_SQLITE:
        sound = ".".join(map(str, FIRST_SOUND_SQLITE))
        return f"SQLite {version} is older than {sound}: writes take one lock across all processes."
    return None


def _sqlite_path(database: str | None) -> Path:
    if not database or database == ":memory:":
        raise UnusableDatabase("an SQLite database must be a file: sqlite:///name.db")
    return Path(database)


def _sqlite_engines(url: str, path: Path) -> tuple[Engine, Engine]:
    # An engine creates the file at its first touch, yet not the folder; saying so beats "unable to open".
    if not path.absolute().parent.is_dir():
        raise UnusableDatabase(f"the folder for the database does not exist: {path.name}")
    module = sqlite_module()
    reads = create_engine(
        url, module=module, pool_size=8, max_overflow=8, pool_timeout=WAIT_SECONDS, hide_parameters=True
    )
    # One connection: the writers of this process queue for it fairly instead of polling the file's lock.
    writes = create_engine(
        url, module=module, pool_size=1, max_overflow=0, pool_timeout=WAIT_SECONDS, hide_parameters=True
    )
    for engine, begin in ((reads, "BEGIN"), (writes, "BEGIN IMMEDIATE")):
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_with(begin))
    event.listen(reads, "connect", _refuse_writes_on_sqlite)
    return reads, writes


def _prepare_sqlite(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions by itself: the "begin" listener says which kind it is.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {WAIT_SECONDS * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _refuse_writes_on_sqlite(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    connection.execute("PRAGMA query_only = ON")


def _begin_with(statement: str) -> Callable[[Connection], None]:
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    return begin


def _postgresql_engines(url: str) -> tuple[Engine, Engine]:
    limits = {"options": f"-c lock_timeout={WAIT_SECONDS}s", "connect_timeout": WAIT_SECONDS}
    engine = create_engine(
        url, pool_pre_ping=True, pool_timeout=WAIT_SECONDS, connect_args=limits, hide_parameters=True
    )
    reads = create_engine(
        url,
        pool_pre_ping=True,
        pool_size=16,
        pool_timeout=WAIT_SECONDS,
        connect_args=limits,
        hide_parameters=True,
        execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
    )
    return reads, engine


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    if sys.platform == "win32":  # The bundled SQLite has a wheel there, so the lock is never asked for.
        yield
        return
    import fcntl  # noqa: PLC0415 - the module does not exist on every platform

    until = time.monotonic() + WAIT_SECONDS
    with path.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise DatabaseBusy("another writer holds the database") from None
                time.sleep(LOCK_POLL_SECONDS)  # In a thread: writes never run on the event loop.
        yield


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what an engine says of its own state into our errors; the fault of a statement stays what it is.

    A driver's message can hold SQL, so none is passed on.
    """
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseBusy("all connections to the database are in use") from error
    except DBAPIError as error:
        meaning = _meaning_on_sqlite(error) if hasattr(error.orig, "sqlite_errorname") else _meaning(error)
        if meaning is None:
            raise
        raise meaning from error


def _meaning_on_sqlite(error: DBAPIError) -> StrikeledgerError | None:
    name = getattr(error.orig, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return DatabaseBusy("another writer holds the database")
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_FULL")):
        return DatabaseUnavailable("the database file cannot be used")
    return UnusableDatabase(NO_SCHEMA) if "no such table" in str(error.orig) else None


def _meaning(error: DBAPIError) -> StrikeledgerError | None:
    sqlstate = getattr(error.orig, "sqlstate", None)
    if sqlstate == LOCK_NOT_AVAILABLE:
        return DatabaseBusy("another writer holds the database")
    if sqlstate == UNDEFINED_TABLE:
        return UnusableDatabase(NO_SCHEMA)
    # A connection that was refused, or broke, has an OperationalError; so has a server that shuts down.
    return DatabaseUnavailable("the database did not answer") if isinstance(error, OperationalError) else None
