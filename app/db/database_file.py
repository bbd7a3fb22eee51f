"""SQLite database file: detect its replacement or removal while open."""

import sqlite3
from pathlib import Path

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from app.errors import DatabaseUnavailable


class DatabaseFile:
    """The database file: a connection stays open on it whatever becomes of its name.

    Replacing or removing the file leaves open connections behind: their reads would be stale,
    and their writes lost. So all of them are closed before the new file is opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._wal = Path(f"{path}-wal")
        # The identities of the file that is open and of its WAL.
        self._opened: Identity | None = None
        self._opened_wal: Identity | None = None

    def watch(self, *engines: Engine) -> None:
        """Let engines close all their connections once the file is another one."""

        def taken(_connection: object, record: ConnectionPoolEntry, _proxy: object) -> None:
            if record.info["file"] == self.identity():
                self._opened_wal = _identity(self._wal)
                return
            for engine in engines:
                engine.dispose()
            self.refuse_unsound()
            # The pool opens the new file in place of the old one.
            raise DisconnectionError

        def opened(_connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
            record.info["file"] = self._opened = self.identity()

        for engine in engines:
            event.listen(engine, "do_connect", self.refuse_unsound)
            event.listen(engine, "connect", opened)
            event.listen(engine, "checkout", taken)

    def refuse_unsound(self, *_arguments: object) -> None:
        """Raise DatabaseUnavailable where the file is gone, or was replaced without removing the old WAL.

        SQLite would make an empty file in its place, or take the WAL for that of the new one: it may hold writes of the
        old one, so the operator must remove it.
        """
        now = self.identity()
        if self._opened in {None, now}:
            return
        if now is None:
            raise DatabaseUnavailable("the database file is gone")
        if self._opened_wal is not None and self._opened_wal == _identity(self._wal):
            raise DatabaseUnavailable(
                "the database file was replaced; remove the old one's -wal and -shm files"
            )

    def identity(self) -> "Identity | None":
        """Return the identity of the file (device and inode), None where there is none."""
        return _identity(self._path)


# The device and the number of a file on it.
Identity = tuple[int, int]


def _identity(path: Path) -> Identity | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
