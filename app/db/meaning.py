"""What an engine's errors mean: of its own state, in the product's words."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import (
    DatabaseBusy,
    DatabaseUnavailable,
    QueryTimeout,
    StrikeledgerError,
    UnusableDatabase,
)

# Seconds that a request waits for another writer, or for a connection, before it is refused.
WAIT_SECONDS = 5

# PostgreSQL's names for what can be said of its state.
LOCK_NOT_AVAILABLE = "55P03"
QUERY_CANCELED = "57014"
UNDEFINED_TABLE = "42P01"

NO_SCHEMA = "the database has no schema; run `strikeledger migrate`"

TOO_LONG = "the question takes too long; ask for fewer days, places or words"


@contextmanager
def translated() -> Iterator[None]:
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
    if name == "SQLITE_INTERRUPT":
        return QueryTimeout(TOO_LONG)
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_FULL")):
        return DatabaseUnavailable("the database file cannot be used")
    return UnusableDatabase(NO_SCHEMA) if "no such table" in str(error.orig) else None


def _meaning(error: DBAPIError) -> StrikeledgerError | None:
    sqlstate = getattr(error.orig, "sqlstate", None)
    if sqlstate == LOCK_NOT_AVAILABLE:
        return DatabaseBusy("another writer holds the database")
    if sqlstate == QUERY_CANCELED:
        return QueryTimeout(TOO_LONG)
    if sqlstate == UNDEFINED_TABLE:
        return UnusableDatabase(NO_SCHEMA)
    # A connection that was refused, or broke, has an OperationalError; so has a server that shuts down.
    return DatabaseUnavailable("the database did not answer") if isinstance(error, OperationalError) else None
