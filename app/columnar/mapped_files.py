"""Column files: segments written once, memory-mapped read-only by every worker.

They are a cache of the ledger, and never trusted over it. A file is named by the hash of its content, and one
list of files names the ledger's number and hash that they hold. What is absent, damaged, of another version or of
another record is not used, and written again. Files are written under a temporary name and renamed, so none is ever
incomplete.

A mapped file that is changed in place would change responses, and one that is truncated would end the process. So a
file is mapped only under a lease: a process that opens it for writing or truncates it waits until the processes that
have it mapped were notified and released it. Where there are no leases (other systems than Linux, network file
systems) a file is read into memory instead.
"""

import hashlib
import json
import mmap
import os
import signal
import sys
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl
from sqlalchemy import make_url

from app.columnar.loader import CLAIMS, REVISIONS
from app.columnar.segment import COUNTRY_CODES, EFFECTS, LINES, PRECISIONS, TALLIES, Segment

# What the content of files depends on besides the ledger. The number rises when a column gets another meaning.
_MEANING = (
    1,
    sys.byteorder,
    LINES,
    TALLIES,
    tuple(REVISIONS),
    tuple(CLAIMS),
    COUNTRY_CODES,
    EFFECTS,
    PRECISIONS,
)
VERSION = hashlib.sha256(repr(_MEANING).encode()).hexdigest()[:16]

_PARTS, _LISTS = ".columns", ".list"

# Columns begin at such positions: a processor reads aligned numbers alone.
_ALIGNMENT = 64
_LENGTH = 8

Tables = Mapping[str, pl.DataFrame]

C = TypeVar("C", mmap.mmap, bytes)


@dataclass(frozen=True, slots=True)
class Stored:
    """The record up to a number of the ledger, as files hold it."""

    seq: int
    hash: str
    segments: Sequence[Segment]
    revisions: pl.DataFrame
    coverage: pl.DataFrame
    # See Columns.
    hashes: pl.Series


class ColumnFiles:
    """The files of one database in a folder, which is made when it is written to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Segments in use, so that each is mapped once and retains its cache.
        self._open: weakref.WeakValueDictionary[str, Segment] = weakref.WeakValueDictionary()
        self._mapped: weakref.WeakSet[_Mapped] = weakref.WeakSet()

    def load(self) -> Stored | None:
        """Return what the newest list names, None where any of it is absent or damaged."""
        newest = self._newest()
        if newest is None:
            return None
        try:
            rest = _unpacked(_checked(newest["rest"], self._read(newest["rest"])))
            segments = [self._segment(name) for name in newest["segments"]]
            return Stored(
                newest["seq"],
                newest["hash"],
                segments,
                rest["revisions"],
                rest["coverage"],
                rest["hashes"]["hash"],
            )
        except (OSError, ValueError, KeyError):
            return None

    def save(self, stored: Stored) -> None:
        """Write what is not there yet, and remove what is of no use any more. Raises OSError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        names = {segment: name for name, segment in self._open.items() if self._is_whole(self.folder / name)}
        segments = [
            names.get(segment) or self._write(_packed(_tables_of(segment)), _PARTS)
            for segment in stored.segments
        ]
        rest = {
            "revisions": stored.revisions,
            "coverage": stored.coverage,
            "hashes": stored.hashes.to_frame("hash"),
        }
        content = {
            "version": VERSION,
            "seq": stored.seq,
            "hash": stored.hash,
            "segments": segments,
            "rest": self._write(_packed(rest), _PARTS),
        }
        listed = self._write(json.dumps(content).encode(), _LISTS)
        used = {listed, content["rest"], *segments}
        for path in self.folder.iterdir():
            if path.suffix in {_PARTS, _LISTS} and path.name not in used:
                path.unlink(missing_ok=True)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Return whether no other process saves at the same time, for the length of the block. Raises OSError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if sys.platform == "win32":
            yield True
            return
        import fcntl  # noqa: PLC0415 - the module does not exist on every platform

        with (self.folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def is_awaited(self) -> bool:
        """Return whether another process waits to change a file that is mapped here."""
        return any(mapped.is_awaited() for mapped in list(self._mapped))

    def forget(self) -> None:
        """Map no file again that is mapped now."""
        self._open.clear()

    def _newest(self) -> dict[str, Any] | None:
        lists = []
        with suppress(OSError):
            for path in self.folder.glob(f"*{_LISTS}"):
                with suppress(OSError, ValueError):
                    lists.append(json.loads(_checked(path.name, path.read_bytes())))
        of_version = [listing for listing in lists if listing["version"] == VERSION]
        return max(of_version, key=lambda listing: int(listing["seq"]), default=None)

    def _segment(self, name: str) -> Segment:
        cached = self._open.get(name)
        if cached is None:
            mapped = self._mapping(name)
            tables = _unpacked(_checked(name, self._read(name)) if mapped is None else _checked(name, mapped))
            cached = self._open[name] = Segment(tables["lines"], tables["tallies"])
        return cached

    def _read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def _mapping(self, name: str) -> "_Mapped | None":
        """Map a file under a lease; None where none is to be had."""
        descriptor = os.open(self.folder / name, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        try:
            _lease(descriptor)
            mapped = _Mapped(descriptor, 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError, ImportError):
            os.close(descriptor)
            return None
        mapped.descriptor = descriptor
        # With the last use of the last column.
        weakref.finalize(mapped, os.close, descriptor)
        self._mapped.add(mapped)
        return mapped

    def _write(self, content: bytes, suffix: str) -> str:
        name = hashlib.sha256(content).hexdigest() + suffix
        path = self.folder / name
        if not self._is_whole(path):
            with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as temporary:
                temporary.write(content)
                temporary.flush()
                os.fsync(temporary.fileno())
            Path(temporary.name).replace(path)
        return name

    def _is_whole(self, path: Path) -> bool:
        try:
            _checked(path.name, path.read_bytes())
        except (OSError, ValueError):
            return False
        return True


def files_of(database_url: str, cache_dir: str) -> ColumnFiles | None:
    """Return the files of a database: next to an SQLite file, or in a given `cache_dir`; None for neither."""
    url = make_url(database_url)
    if cache_dir:
        name = hashlib.sha256(url.render_as_string(hide_password=False).encode()).hexdigest()[:16]
        return ColumnFiles(Path(cache_dir) / f"columns-{name}")
    return ColumnFiles(Path(f"{url.database}-columns")) if url.get_backend_name() == "sqlite" else None


class _Mapped(mmap.mmap):
    """A file that is mapped under a lease, which ends when its descriptor is closed."""

    descriptor: int

    def is_awaited(self) -> bool:
        """Return whether the kernel is breaking the lease."""
        import fcntl  # noqa: PLC0415 - the module does not exist on every platform

        return fcntl.fcntl(self.descriptor, fcntl.F_GETLEASE) != fcntl.F_RDLCK


def _lease(descriptor: int) -> None:
    """Take a lease: nobody writes to the file before it ends. Raises OSError and ImportError where there is none."""
    if sys.platform != "linux":
        raise ImportError("leases are a Linux feature")
    import fcntl  # noqa: PLC0415 - the module does not exist on every platform

    # The signal by which the kernel announces a writer: one that does nothing, since leases are polled.
    fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
    fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)


def private(segment: Segment) -> Segment:
    """Return a segment that has no part of a file."""
    copies = {name: _unpacked(_packed({name: table}))[name] for name, table in _tables_of(segment).items()}
    return Segment(copies["lines"], copies["tallies"], segment.cache)


def _tables_of(segment: Segment) -> Tables:
    return {"lines": segment.lines, "tallies": segment.tallies}


def _packed(tables: Tables) -> bytes:
    """Return tables as one text: the length of the index, the index in JSON, and the columns."""
    index, columns, begin = [], [], 0
    for table, frame in tables.items():
        for series in frame.get_columns():
            content = series.rechunk().to_numpy(allow_copy=False)
            columns.append(content.tobytes().ljust(-(-content.nbytes // _ALIGNMENT) * _ALIGNMENT, b"\0"))
            index.append((table, series.name, content.dtype.str, len(content), begin))
            begin += len(columns[-1])
    head = json.dumps(index).encode()
    size = -(-(_LENGTH + len(head)) // _ALIGNMENT) * _ALIGNMENT
    return b"".join((len(head).to_bytes(_LENGTH, "little"), head.ljust(size - _LENGTH, b" "), *columns))


def _unpacked(content: "mmap.mmap | bytes") -> Tables:
    """Return the tables of a text without copying them. Raises ValueError."""
    length = int.from_bytes(content[:_LENGTH], "little")
    index = json.loads(content[_LENGTH : _LENGTH + length])
    begin = -(-(_LENGTH + length) // _ALIGNMENT) * _ALIGNMENT
    tables: dict[str, dict[str, pl.Series]] = {}
    for table, name, kind, count, offset in index:
        values = np.frombuffer(content, np.dtype(kind), count, begin + offset) if count else np.empty(0, kind)
        tables.setdefault(table, {})[name] = pl.Series(name, values)
    return {table: pl.DataFrame(columns) for table, columns in tables.items()}


def _checked(name: str, content: C) -> C:
    """Return a content that its name vouches for. Raises ValueError."""
    if hashlib.sha256(content).hexdigest() != name.partition(".")[0]:
        raise ValueError("the file holds something else than its name says")
    return content
