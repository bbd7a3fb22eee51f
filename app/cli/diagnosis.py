"""Diagnosis of a database that cannot be opened, in sentences for operators.

The server itself tells a client less: a path or a driver's message is not for strangers.
"""

import os
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from app.errors import (
    DamagedDatabase,
    DatabaseUnavailable,
    ReadOnlyDatabase,
    StrikeledgerError,
    UnusableDatabase,
)

VARIABLE = "STRIKELEDGER_DATABASE_URL"

# How every SQLite file begins.
_HEADER = b"SQLite format 3\0"


def check_file(path: Path, *, creates: bool, writes: bool) -> None:
    """Refuse a file that cannot be the record's.

    `creates`: the command makes a database where there is none. `writes`: it cannot do without writing.
    Raises DatabaseUnavailable where nothing can be opened, and UnusableDatabase where something else is there.
    """
    folder = path.absolute().parent
    if not folder.is_dir():
        raise DatabaseUnavailable(_without_folder(folder))
    if path.is_dir():
        raise UnusableDatabase(f"{path} is a folder; name a file in {VARIABLE}")
    if not path.exists():
        if not creates:
            raise DatabaseUnavailable(
                f"there is no database at {path}; run `strikeledger migrate` to create it, or correct {VARIABLE}"
            )
        if not os.access(folder, os.W_OK | os.X_OK):
            raise DatabaseUnavailable(f"{path} cannot be created: the folder {folder} cannot be written to")
        return
    if path.is_file() and path.stat().st_size == 0:
        raise UnusableDatabase(
            f"{path} is empty (0 bytes): restore the record from a backup, or remove the file to begin anew"
        )
    _check_content(path)
    if writes and not os.access(path, os.W_OK):
        raise UnusableDatabase(f"{path} is read-only; this command needs to write to it")


def is_read_only_media(path: Path) -> bool:
    """Return whether a file lies where nothing can be written, and no process has it open.

    SQLite needs two more files next to it then, unless it is promised that nobody writes. Raises UnusableDatabase
    where one of them holds changes that cannot be read there.
    """
    if os.access(path.absolute().parent, os.W_OK) or Path(f"{path}-shm").exists():
        return False
    log = Path(f"{path}-wal")
    if log.exists() and log.stat().st_size:
        raise UnusableDatabase(
            f"{log} holds changes that cannot be read on read-only media; copy both files elsewhere"
        )
    return True


def explained(url: URL, error: StrikeledgerError) -> StrikeledgerError:
    """Return an error of the database with what the driver says of its cause, without the password."""
    cause = error.__cause__
    if not isinstance(cause, DBAPIError) or not isinstance(error, DatabaseUnavailable):
        return error
    thing = url.database if url.get_backend_name() == "sqlite" else "the PostgreSQL database"
    name = getattr(cause.orig, "sqlite_errorname", "")
    is_other = isinstance(error, DamagedDatabase | ReadOnlyDatabase) or name.startswith("SQLITE_NOTADB")
    kind = UnusableDatabase if is_other else DatabaseUnavailable
    return kind(f"{thing} cannot be used: {_reason(cause)}; check {VARIABLE}, and what it names")


def refused(url: URL, error: DBAPIError) -> UnusableDatabase:
    """Return the error for a statement that the database refused, such as for want of rights."""
    thing = url.database if url.get_backend_name() == "sqlite" else "the PostgreSQL database"
    return UnusableDatabase(f"{thing} refused: {_reason(error)}")


def _without_folder(folder: Path) -> str:
    """Return the sentence for a folder that does not exist, or is a file."""
    file = next((parent for parent in (folder, *folder.parents) if parent.is_file()), None)
    if file is not None:
        return f"{file} is a file, so no database can lie in it; name another path in {VARIABLE}"
    return (
        f"the folder {folder} of the database does not exist; create it, or name another path in {VARIABLE}"
    )


def _check_content(path: Path) -> None:
    try:
        with path.open("rb") as file:
            begins = file.read(len(_HEADER))
    except PermissionError:
        raise DatabaseUnavailable(f"{path} cannot be read: permission denied") from None
    if begins != _HEADER:
        raise UnusableDatabase(
            f"{path} is no SQLite database and cannot be used; name another file in {VARIABLE}"
        )


def _reason(error: DBAPIError) -> str:
    """Return the first line of what the driver says; of a connection, what the server says."""
    message = str(error.orig).strip().partition("\n")[0]
    return message.rpartition("FATAL:")[2].strip()
