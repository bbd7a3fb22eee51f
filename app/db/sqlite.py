"""SQLite engines: connection setup, and the write lock between processes.

A write transaction begins with BEGIN IMMEDIATE, since a deferred one that reads first and then writes fails at
once when another writer came between (measured: 286 of 320 lost against none).
"""

import importlib
import os
import sqlite3
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from app.db.database_file import DatabaseFile
from app.db.deadline import Deadline
from app.db.driver_errors import WAIT_SECONDS
from app.db.hints import HintedCompiler
from app.errors import DatabaseBusy, UnusableDatabase

# Between two attempts at a file lock, for which the system offers no timeout.
LOCK_POLL_SECONDS = 0.01

# Within so many milliseconds SQLite retries its own lock with pauses of 1 and 2 of them.
LOCK_POLL_MILLISECONDS = 3

# The execution option of a connection: how many seconds it waits to become the writer.
WAIT = "strikeledger_wait_seconds"

# Below this version two connections that write and checkpoint at the same instant can corrupt a WAL file.
FIRST_SOUND_SQLITE = (3, 51, 3)

# Pages that the WAL file gathers before they are copied into the database: 16 MB. A report writes some forty, so at
# SQLite's own 1,000 every twenty-third one waited for two more syncs.
PAGES_OF_WAL = 4_000

# A file is made smaller where one of so many pages, or more, is empty.
EMPTY_SHARE = 4

# Steps of SQLite's virtual machine, per second of its timeout, between two clock checks, and the fewest: a check
# needs the interpreter lock, so long statements check less often.
STEPS_A_SECOND = 100_000
FEWEST_STEPS = 10_000


def sqlite_module() -> ModuleType:
    """Return the SQLite driver: the bundled, known one where it has a wheel, else the standard library's."""
    try:
        module: ModuleType = importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3
    return module


def compact(path: Path) -> None:
    """Rewrite a file of which a quarter or more is empty, unless the disk has no room for that."""
    with closing(connect(path, WAIT_SECONDS)) as connection:
        empty, pages = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("freelist_count", "page_count")
        )
        # As it was, if it cannot be done. The log holds the smaller file until nobody reads the larger one.
        with suppress(sqlite_module().OperationalError):
            if empty * EMPTY_SHARE >= pages:
                connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def stopped_at(connection: Connection, deadline: Deadline) -> Iterator[None]:
    """Let the engine itself stop what a connection does after a deadline."""
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - a connection that is used is open
    with driver_stopped_at(driver, deadline):
        yield


@contextmanager
def driver_stopped_at(driver: Any, deadline: Deadline) -> Iterator[None]:  # noqa: ANN401 - either driver's
    """Let the engine stop what a driver's own connection does after a deadline."""
    seconds = deadline.left if deadline.processor is None else deadline.processor
    steps = max(FEWEST_STEPS, int(seconds * STEPS_A_SECOND))
    driver.set_progress_handler(deadline.has_passed, steps)
    try:
        yield
    finally:
        # A connection whose error may last is closed by now.
        with suppress(driver.ProgrammingError):
            driver.set_progress_handler(None, 0)


def path_of(database: str | None) -> Path:
    """Return the file of a database. Raises UnusableDatabase for one in memory: each connection would have its own."""
    if not database or database == ":memory:":
        raise UnusableDatabase("an SQLite database must be a file: sqlite:///name.db")
    return Path(database)


def connect(path: Path, timeout: float) -> sqlite3.Connection:
    """Open a database file with the driver alone, as `engines` do; `timeout` is in seconds."""
    refuse_empty(path)
    connection: sqlite3.Connection = sqlite_module().connect(
        f"{_uri(path)}?mode=rw", uri=True, timeout=timeout, isolation_level=None, check_same_thread=False
    )
    return connection


def refuse_empty(path: Path) -> None:
    """Raise UnusableDatabase for a file of zero bytes, which SQLite takes for a new database."""
    if path.is_file() and path.stat().st_size == 0:
        raise UnusableDatabase("the database file is empty (0 bytes)")


def _uri(path: Path) -> str:
    return path.absolute().as_uri()


def create(path: Path) -> None:
    """Create a database file without tables, for its owner alone, unless the file exists.

    It appears under its name only when it is a database, so no other process and no crash ever sees half of it. The
    files that SQLite adds (-wal, -shm) take its mode.
    """
    if path.exists():
        return
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".new", dir=path.absolute().parent)
    os.close(descriptor)
    new = Path(name)
    try:
        with closing(sqlite_module().connect(new)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
        try:
            path.hardlink_to(new)
        except FileExistsError:
            return  # Another process was first.
        except OSError:  # A file system without hard links.
            new.rename(path)
    finally:
        new.unlink(missing_ok=True)


def engines(path: Path, file: DatabaseFile, *, immutable: bool = False) -> tuple[Engine, Engine]:
    """Return the engine that reads and the one that writes; with `immutable` neither uses other files or locks.

    Neither creates the file: a record that is lost is not replaced by an empty one.
    """
    options = {"mode": "ro", "immutable": "1"} if immutable else {"mode": "rw"}
    url = URL.create("sqlite", database=_uri(path), query={**options, "uri": "true"})
    module = sqlite_module()
    reads = create_engine(
        url, module=module, pool_size=8, max_overflow=8, pool_timeout=WAIT_SECONDS, hide_parameters=True
    )
    # One connection: the writers of this process queue for it fairly instead of polling the file's lock.
    writes = create_engine(
        url, module=module, pool_size=1, max_overflow=0, pool_timeout=WAIT_SECONDS, hide_parameters=True
    )
    file.watch(reads, writes)
    for engine in (reads, writes):
        engine.dialect.statement_compiler = HintedCompiler
        event.listen(engine, "do_connect", lambda *_: refuse_empty(path))
        event.listen(engine, "connect", _prepare)
    event.listen(reads, "connect", refuse_writes)
    event.listen(reads, "begin", _begin)
    event.listen(writes, "begin", _begin_writing)
    return reads, writes


def _prepare(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions by itself: the "begin" listener sets the kind.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {WAIT_SECONDS * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"wal_autocheckpoint = {PAGES_OF_WAL}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def refuse_writes(connection: sqlite3.Connection, _record: ConnectionPoolEntry | None = None) -> None:
    """Let the engine itself refuse every write of a connection."""
    connection.execute("PRAGMA query_only = ON")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection) -> None:
    """Become the writer, or raise SQLite's error where another one does not end within the seconds of WAIT.

    SQLite's own busy handler retries ever more rarely, at last ten times a second, and so hardly ever gets the short
    gaps between the writes of a busy process: of two workers one then waits in vain (measured: 551 writes against
    2,047 of the other in 20 seconds, so 1,367 against 1,271).
    """
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - a connection that begins is open
    seconds = connection.get_execution_options().get(WAIT)
    until = time.monotonic() + (WAIT_SECONDS if seconds is None else seconds)
    driver.execute(f"PRAGMA busy_timeout = {LOCK_POLL_MILLISECONDS}")
    try:
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            except OperationalError as error:
                if getattr(error.orig, "sqlite_errorname", "") != "SQLITE_BUSY" or time.monotonic() > until:
                    raise
            else:
                return
    finally:
        with suppress(driver.ProgrammingError):
            driver.execute(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}")


@contextmanager
def file_lock(database: Path, seconds: float | None = None) -> Iterator[None]:
    """Hold a lock that no other process holds, in a file next to it.

    Raises DatabaseBusy after so many seconds; None: WAIT_SECONDS.
    """
    if sys.platform == "win32":  # The bundled SQLite has a wheel there, so the lock is never requested.
        yield
        return
    import fcntl  # noqa: PLC0415 - the module does not exist on every platform

    until = time.monotonic() + (WAIT_SECONDS if seconds is None else seconds)
    # As SQLite does with its own files: a user who may write the database may take its lock.
    mode = database.stat().st_mode & 0o666
    with open(f"{database}.lock", "w", opener=partial(os.open, mode=mode)) as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise DatabaseBusy("the database is locked by another writer") from None
                time.sleep(LOCK_POLL_SECONDS)  # In a thread: writes never run on the event loop.
        yield


def warnings(path: Path) -> list[str]:
    """Return what an operator should know of SQLite and of the database file, a sentence each."""
    messages = []
    version = sqlite_module().sqlite_version
    if sqlite_module().sqlite_version_info < FIRST_SOUND_SQLITE:
        sound = ".".join(map(str, FIRST_SOUND_SQLITE))
        messages.append(f"SQLite {version} is older than {sound}: writes take one lock across all processes.")
    if path.stat().st_mode & stat.S_IROTH:
        messages.append(f"every user of this machine can read {path} and its drafts; run chmod 600 on it.")
    return messages
