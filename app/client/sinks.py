"""Download targets: a file or a binary stream."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol


class Sink(Protocol):
    """What a response body is written to."""

    def restart(self) -> bool:
        """Drop what was written and return True, or return False where that is impossible."""

    def write(self, chunk: bytes, /) -> object:
        """Write a chunk."""


class StreamSink:
    """A stream of the caller. What was written to it cannot be taken back."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.size = 0

    def restart(self) -> bool:
        """Return whether nothing was written yet."""
        return self.size == 0

    def write(self, chunk: bytes, /) -> None:
        """Write a chunk."""
        self._stream.write(chunk)
        self.size += len(chunk)


class FileSink:
    """A file next to its target, which takes the target's name once it is whole."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = 0

    def restart(self) -> bool:
        """Empty the file."""
        self._file.seek(0)
        self._file.truncate()
        self.size = 0
        return True

    def write(self, chunk: bytes, /) -> None:
        """Write a chunk."""
        self._file.write(chunk)
        self.size += len(chunk)


@contextmanager
def file_sink(target: Path) -> Iterator[FileSink]:
    """Write next to `target`; on success replace it, on any error leave it as it was."""
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex}.partial")
    try:
        with partial.open("xb") as file:
            yield FileSink(file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
