"""Write-ahead log limit for SQLite: checkpoints, and a warning when blocked.

SQLite copies the log into the database after a commit, as far as no reader needs the older pages, and begins the log
again only at a moment without readers. So one long read, or many short ones that overlap, let it grow without end.
"""

import logging
import time
from contextlib import closing
from pathlib import Path

from app.db.sqlite import LOCK_POLL_MILLISECONDS, connect, sqlite_module
from app.errors import UnusableDatabase

MIB = 2**20

# From this size on, a writer waits for readers in order to empty the log.
CHECKPOINT_BYTES = 32 * MIB

# From this size on, the operator is warned.
WARNING_BYTES = 64 * MIB

# How long the readers are waited for: other writers wait as well meanwhile. And how long until the next attempt.
PATIENCE_SECONDS = 0.5
PAUSE_SECONDS = 10.0

_WARNING_PAUSE_SECONDS = 60.0

# Its first column is 1 where readers or writers were in the way.
_EMPTY = "PRAGMA wal_checkpoint(TRUNCATE)"

_log = logging.getLogger(__name__)


class WriteAheadLog:
    """The log of one database file, as one process sees it."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._file = Path(f"{database}-wal")
        self._next_attempt = self._next_warning = 0.0

    def bound(self) -> None:
        """Empty the log if it is long. Called by a writer after its commit, which must not fail any more."""
        size, now = self._size(), time.monotonic()
        if size < CHECKPOINT_BYTES:
            return
        if now >= self._next_attempt:
            self._next_attempt = now + PAUSE_SECONDS
            self._empty()
            size = self._size()
        if size >= WARNING_BYTES and now >= self._next_warning:
            self._next_warning = now + _WARNING_PAUSE_SECONDS
            _log.warning(
                "the write-ahead log %s has grown to %d MB: a long read blocks its checkpoint; "
                "close the open export, backup or database shell",
                self._file.name,
                size // MIB,
            )

    def _empty(self) -> None:
        # As a writer does that waits for those of other processes, whose gaps are short (sqlite.py).
        poll, until = LOCK_POLL_MILLISECONDS / 1000, time.monotonic() + PATIENCE_SECONDS
        try:
            with closing(connect(self._database, timeout=poll)) as connection:
                while connection.execute(_EMPTY).fetchone()[0] and time.monotonic() < until:
                    time.sleep(poll)  # In the thread of the writers.
        except (sqlite_module().Error, OSError, UnusableDatabase):
            pass  # As a full disk, a busy database or a file that is gone do; the log still holds everything.

    def _size(self) -> int:
        try:
            return self._file.stat().st_size
        except OSError:
            return 0
