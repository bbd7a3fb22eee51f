"""Backup and restoration of a whole database."""

import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import closing
from enum import Enum
from pathlib import Path

from sqlalchemy import URL, inspect, text

from app.db.driver_errors import WAIT_SECONDS
from app.db.engine import Database
from app.db.sqlite import connect, sqlite_module
from app.errors import StorageFull, UnusableDatabase

# Pages that are copied between two reports of progress.
_PAGES = 4_096

Progress = Callable[[int, int], object]


class Kind(Enum):
    """What a backup is of, by how its file begins."""

    SQLITE = b"SQLite format 3\0"
    POSTGRESQL = b"PGDMP"


def kind_of(file: Path) -> Kind:
    """Return which engine a backup is of. Raises UnusableDatabase for any other file."""
    with file.open("rb") as opened:
        begins = opened.read(len(Kind.SQLITE.value))
    for kind in Kind:
        if begins.startswith(kind.value):
            return kind
    raise UnusableDatabase(f"{file} is no backup: neither an SQLite file nor an archive of pg_dump")


def copy_sqlite(source: Path, target: Path, show: Progress) -> None:
    """Copy a database to an empty file from one snapshot, while others read and write it, and check the copy.

    The copy needs no files next to it. Raises UnusableDatabase where it is damaged, and StorageFull.
    """
    try:
        with closing(connect(source, WAIT_SECONDS)) as read, closing(sqlite_module().connect(target)) as made:
            # Within a transaction each step reads the same snapshot: without it, a write begins the copy anew.
            read.execute("BEGIN")
            read.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            read.backup(made, pages=_PAGES, progress=lambda _, left, every: show(every - left, every))
            read.execute("ROLLBACK")
            made.execute("PRAGMA journal_mode = DELETE")
            (verdict,) = made.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite_module().OperationalError as error:
        if "full" in str(error):
            raise StorageFull(f"there is no room for a copy of {source}") from error
        raise UnusableDatabase(f"{source} cannot be copied: {error}") from error
    except sqlite_module().DatabaseError as error:
        raise UnusableDatabase(f"{source} is damaged: {error}") from error
    if verdict != "ok":
        raise UnusableDatabase(f"{source} is damaged: SQLite's integrity check fails")


def is_occupied(path: Path) -> bool:
    """Return whether a path holds anything but an empty file, or an SQLite file without tables."""
    if not path.exists() or (path.is_file() and not path.stat().st_size):
        return False
    try:
        with closing(connect(path, WAIT_SECONDS)) as connection:
            (count,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except (UnusableDatabase, sqlite_module().DatabaseError):
        return True
    return bool(count)


def dump_postgresql(url: URL, target: Path, snapshot: str) -> None:
    """Write an archive of a database as of an exported snapshot. Raises UnusableDatabase with what pg_dump reports."""
    _run(url, "pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={target}")


def restore_postgresql(url: URL, archive: Path) -> None:
    """Restore an archive into an empty database, all of it or nothing. Raises UnusableDatabase likewise."""
    _run(url, "pg_restore", "--single-transaction", "--exit-on-error", str(archive))


def is_empty(database: Database) -> bool:
    """Return whether a PostgreSQL database holds no table or view."""
    with database.reading() as session:
        schema = inspect(session.held)
        return not (schema.get_table_names() or schema.get_view_names())


def clear(database: Database) -> None:
    """Remove everything from a PostgreSQL database that was empty before."""
    with database.migrating() as session:
        for statement in (
            "DROP SCHEMA public CASCADE",
            "CREATE SCHEMA public AUTHORIZATION pg_database_owner",
            "GRANT USAGE ON SCHEMA public TO PUBLIC",
        ):
            session.execute(text(statement))


def _run(url: URL, program: str, *options: str) -> None:
    if shutil.which(program) is None:
        raise UnusableDatabase(
            f"{program} is not installed here: it comes with the client programs of PostgreSQL"
        )
    # The password goes by the environment: others can read the arguments of a process.
    address = url.set(drivername="postgresql", password=None).render_as_string()
    password = {} if url.password is None else {"PGPASSWORD": str(url.password)}
    ended = subprocess.run(  # noqa: S603 - our own arguments
        [program, "--no-owner", "--no-privileges", "--no-password", f"--dbname={address}", *options],
        env={**os.environ, **password},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if ended.returncode:
        reasons = " ".join(line.strip() for line in ended.stderr.splitlines() if line.strip())
        raise UnusableDatabase(f"{program} failed: {reasons.removeprefix(f'{program}: ')}")
