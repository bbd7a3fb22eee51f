"""Shared counters of all workers, in a memory-mapped table.

The table lives in an anonymous file (shared_file.py), and dies with the server. Its size bounds what a flood of
addresses can take: where no row is free, the one that would end first makes room.
"""

import hashlib
import logging
import mmap
import os
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from limits.storage import Storage

from app.server.shared_file import SharedFile

_log = logging.getLogger(__name__)

# Processes that can share one table.
MOST_WORKERS = 64

# Rows for windows (a name, the second when it ends, what was counted) and for what goes on now (a name, and how
# much of it in each worker).
_WINDOWS, _WINDOW = 65_536, struct.Struct("<16sdI")
_GOING, _GOING_ON = 8_192, struct.Struct(f"<16s{MOST_WORKERS}H")

# The process of each worker.
_WORKERS = struct.Struct(f"<{MOST_WORKERS}I")

_WINDOWS_AT = _WORKERS.size
_GOING_AT = _WINDOWS_AT + _WINDOWS * _WINDOW.size
SIZE = _GOING_AT + _GOING * _GOING_ON.size

# Rows that are probed for one name.
_PROBES = 8

_NOBODY = bytes(16)


class Counters(Storage):
    """The table, with the storage interface of `limits`; its clock is monotonic."""

    STORAGE_SCHEME = None

    def __init__(self, file: SharedFile | None = None) -> None:
        """Map the table in `file`, which has SIZE zeros when it is new; without one, the process has its own."""
        super().__init__()
        self._file = file
        self._map = mmap.mmap(-1 if file is None else file.descriptor, SIZE)
        place = self._take_place()
        if place is None:
            _log.warning("rate limits: %d processes count together; this one counts alone", MOST_WORKERS)
            self.close()
            self._file, self._map, place = None, mmap.mmap(-1, SIZE), 0
        self._worker = place

    def close(self) -> None:
        """Let go of the table."""
        self._map.close()
        if self._file is not None:
            self._file.close()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the library may wrap: nothing is expected to fail."""
        return OSError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` under `key`, in a window that ends `expiry` seconds after its first count."""
        name, now = _named(key), time.monotonic()
        with self._alone():
            row = self._window(name, now)
            count: int
            stored_name, until, count = _WINDOW.unpack_from(self._map, row)
            if stored_name != name or until <= now:
                until, count = now + expiry, 0
            count = min(count + amount, 2**32 - 1)
            _WINDOW.pack_into(self._map, row, name, until, count)
        return count

    def get(self, key: str) -> int:
        """Return what was counted under `key` in its window; 0 where it has none."""
        return self._read(key)[1]

    def get_expiry(self, key: str) -> float:
        """Return the second of `time.monotonic` at which the window of `key` ends."""
        return self._read(key)[0]

    def check(self) -> bool:
        """Say that the table is there."""
        return True

    def reset(self) -> int | None:
        """Forget every window."""
        with self._alone():
            self._map[_WINDOWS_AT:_GOING_AT] = bytes(_GOING_AT - _WINDOWS_AT)
        return None

    def clear(self, key: str) -> None:
        """Forget the window of `key`."""
        name = _named(key)
        with self._alone():
            row = self._window(name, time.monotonic())
            if _WINDOW.unpack_from(self._map, row)[0] == name:
                _WINDOW.pack_into(self._map, row, _NOBODY, 0.0, 0)

    def enter(self, key: str, most: int) -> bool:
        """Count one more of what goes on under `key`, in all workers together, unless there are `most`."""
        name = _named(key)
        with self._alone():
            row = self._live_row(name)
            if row is None:
                # More names than the table holds: nobody is refused for what others do.
                return True
            _, *counts = _GOING_ON.unpack_from(self._map, row)
            if sum(counts) >= most:
                return False
            counts[self._worker] += 1
            _GOING_ON.pack_into(self._map, row, name, *counts)
        return True

    def leave(self, key: str) -> None:
        """Count one less of what goes on under `key`."""
        name = _named(key)
        with self._alone():
            row = self._live_row(name)
            if row is None:
                return
            _, *counts = _GOING_ON.unpack_from(self._map, row)
            counts[self._worker] = max(0, counts[self._worker] - 1)
            _GOING_ON.pack_into(self._map, row, name if any(counts) else _NOBODY, *counts)

    def _read(self, key: str) -> tuple[float, int]:
        name, now = _named(key), time.monotonic()
        with self._alone():
            stored_name, until, count = _WINDOW.unpack_from(self._map, self._window(name, now))
        return (until, count) if stored_name == name and until > now else (now, 0)

    def _window(self, name: bytes, now: float) -> int:
        """Return where the row of `name` is, or the one that it may take: the first to have ended, or to end."""
        first = int.from_bytes(name[:8]) % _WINDOWS
        best, ends = 0, float("inf")
        for probe in range(_PROBES):
            row = _WINDOWS_AT + (first + probe) % _WINDOWS * _WINDOW.size
            stored_name, until, _ = _WINDOW.unpack_from(self._map, row)
            if stored_name == name and until > now:
                return row
            if until < ends:
                best, ends = row, until
        return best

    def _live_row(self, name: bytes) -> int | None:
        """Return where the row of `name` is, or an empty one for it, or None."""
        first = int.from_bytes(name[:8]) % _GOING
        empty = None
        for probe in range(_PROBES):
            row = _GOING_AT + (first + probe) % _GOING * _GOING_ON.size
            stored_name = self._map[row : row + len(name)]
            if stored_name == name:
                return row
            if stored_name == _NOBODY and empty is None:
                empty = row
        return empty

    def _take_place(self) -> int | None:
        """Take the place of a worker that is no more, and drop its counts. None where every worker lives."""
        with self._alone():
            workers = list(_WORKERS.unpack_from(self._map))
            place = next((place for place, process in enumerate(workers) if not _lives(process)), None)
            if place is None:
                return None
            workers[place] = os.getpid()
            _WORKERS.pack_into(self._map, 0, *workers)
            for row in range(_GOING_AT, SIZE, _GOING_ON.size):
                name, *counts = _GOING_ON.unpack_from(self._map, row)
                if counts[place]:
                    counts[place] = 0
                    _GOING_ON.pack_into(self._map, row, name if any(counts) else _NOBODY, *counts)
        return place

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep the other workers out for a moment. A lock of the kernel, so that it ends with its process."""
        if self._file is None or sys.platform == "win32":
            yield
            return
        import fcntl  # noqa: PLC0415 - the module does not exist on every platform

        fcntl.lockf(self._file.descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self._file.descriptor, fcntl.LOCK_UN)


def _named(key: str) -> bytes:
    return hashlib.blake2b(key.encode(), digest_size=len(_NOBODY)).digest()


def _lives(process: int) -> bool:
    if process == 0:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
