"""Translate driver errors into application errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import ExceptionContext
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import (
    DamagedDatabase,
    DatabaseBusy,
    DatabaseUnavailable,
    QueryTimeout,
    ReadOnlyDatabase,
    StorageFull,
    StrikeledgerError,
    UnusableDatabase,
)

# Seconds that a request waits for another writer, or for a connection, before it is refused.
WAIT_SECONDS = 5

# PostgreSQL's SQLSTATE codes for its own state.
LOCK_NOT_AVAILABLE = "55P03"
QUERY_CANCELED = "57014"
UNDEFINED_TABLE = "42P01"
READ_ONLY_TRANSACTION = "25006"
INSUFFICIENT_PRIVILEGE = "42501"
DISK_FULL = "53100"
DAMAGED = ("XX001", "XX002")

NO_RESPONSE = "the database did not respond"

NO_SCHEMA = "the database has no schema; run `strikeledger migrate`"

_OF_THE_FILE = (
    "SQLITE_READONLY",
    "SQLITE_CANTOPEN",
    "SQLITE_IOERR",
    "SQLITE_NOTADB",
    "SQLITE_CORRUPT",
)

NO_SPACE = "the database's disk is full, at its quota, or failing; nothing was stored"

NO_WRITES = "the database is read-only now"

TOO_LONG = "the query takes too long; request fewer days, places or words"


@contextmanager
def translated(*, writes: bool = False) -> Iterator[None]:
    """Translate errors about the state of an engine into application errors; errors of a statement pass through.

    `writes`: the block is a write transaction. A driver's message can hold SQL, so none is passed on.
    """
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseBusy("all database connections are in use") from error
    except ValueError as error:
        if isinstance(error, UnicodeDecodeError) or _is_of_a_row(error):
            raise DamagedDatabase from error
        raise
    except DBAPIError as error:
        is_sqlite = type(error.orig).__module__.startswith(("sqlite3", "pysqlite3"))
        meaning = _meaning_on_sqlite(error, writes=writes) if is_sqlite else _meaning(error)
        if meaning is None:
            raise
        raise meaning from error


def is_lasting(error: BaseException | None) -> bool:
    """Return whether an error may last as long as its connection, which was opened on a file as it was then.

    Such a connection is closed, so that the next one sees a repair.
    """
    name = str(getattr(error, "sqlite_errorname", None) or "")
    return name.startswith(_OF_THE_FILE) or getattr(error, "sqlstate", None) == READ_ONLY_TRANSACTION


def close_if_lasting(context: ExceptionContext) -> None:
    """Let the pool close a connection whose error may last. For SQLAlchemy's `handle_error`."""
    if is_lasting(context.original_exception):
        context.is_disconnect = True


def _is_of_a_row(error: ValueError) -> bool:
    """Return whether SQLAlchemy raised an error where it makes a value of what is stored, such as a date."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return frame is not None and "sqlalchemy" in frame.tb_frame.f_code.co_filename


def _meaning_on_sqlite(error: DBAPIError, *, writes: bool) -> StrikeledgerError | None:
    name = getattr(error.orig, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return DatabaseBusy("the database is locked by another writer")
    if name == "SQLITE_INTERRUPT":
        return QueryTimeout(TOO_LONG)
    if name.startswith("SQLITE_READONLY"):
        return ReadOnlyDatabase(NO_WRITES)
    # Stored bytes that are not UTF-8 have no error name: the driver decodes them, not SQLite.
    if name.startswith("SQLITE_CORRUPT") or "decode to UTF-8" in str(error.orig):
        return DamagedDatabase()
    # A quota or a limit to the size of files is an I/O error; the driver does not report which one.
    if name == "SQLITE_FULL" or (writes and name.startswith("SQLITE_IOERR")):
        return StorageFull(NO_SPACE)
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_NOTADB")):
        return DatabaseUnavailable("the database file cannot be used")
    if "no such table" in str(error.orig):
        return UnusableDatabase(NO_SCHEMA)
    return None if name or not isinstance(error, OperationalError) else DatabaseUnavailable(NO_RESPONSE)


def _meaning(error: DBAPIError) -> StrikeledgerError | None:
    sqlstate = getattr(error.orig, "sqlstate", None)
    if sqlstate == LOCK_NOT_AVAILABLE:
        return DatabaseBusy("the database is locked by another writer")
    if sqlstate == QUERY_CANCELED:
        return QueryTimeout(TOO_LONG)
    if sqlstate == UNDEFINED_TABLE:
        return UnusableDatabase(NO_SCHEMA)
    if sqlstate == READ_ONLY_TRANSACTION:
        return ReadOnlyDatabase(NO_WRITES)
    if sqlstate == INSUFFICIENT_PRIVILEGE:
        return ReadOnlyDatabase("the server's database role lacks a privilege that this needs")
    if sqlstate == DISK_FULL:
        return StorageFull(NO_SPACE)
    if sqlstate in DAMAGED:
        return DamagedDatabase()
    # A connection that was refused, or broke, has an OperationalError; so has a server that shuts down.
    return DatabaseUnavailable(NO_RESPONSE) if isinstance(error, OperationalError) else None
