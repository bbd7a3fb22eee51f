"""In-memory file for writers of streamed formats."""

import io
from typing import Any


class ByteSink(io.RawIOBase):
    """A file that holds what is written to it until it is taken. It cannot seek."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def writable(self) -> bool:
        """Return that it can be written to."""
        return True

    def write(self, piece: Any, /) -> int:  # noqa: ANN401 - any buffer
        """Hold the bytes of a buffer."""
        self._written.append(bytes(piece))
        return len(self._written[-1])

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        pieces, self._written = self._written, []
        return b"".join(pieces)
