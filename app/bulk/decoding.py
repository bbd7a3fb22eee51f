"""Decoder: strict UTF-8 lines of bounded length.

No encoding is guessed. A line that is not UTF-8 is refused, and shown as the two encodings that spreadsheets of the
field are saved in: Windows-1252 (Latin) and Windows-1256 (Arabic).
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from app.errors import MalformedFile

BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")

# Bytes of a line: as many as of a report that is posted, which a line of NDJSON holds, and its line end.
LONGEST_LINE = 1024 * 1024

# Characters shown before and after one that is not UTF-8.
_SHOWN = 30


class Line(NamedTuple):
    """A line with its line end, by its number in the file, from 1."""

    number: int
    text: str


def no_progress(_: int) -> None:
    """Report no progress."""


def lines(stream: BinaryIO, advance: Callable[[int], None] = no_progress) -> Iterator[Line]:
    """Yield the lines of a stream; `advance` is called with the bytes of each.

    Raises MalformedFile for a line that is not UTF-8, is too long, or holds NUL.
    """
    number, position = 0, 0
    while data := stream.readline(LONGEST_LINE + 1):
        number += 1
        if number == 1 and data.startswith(_UTF_16):
            raise MalformedFile("the file is UTF-16; save it as UTF-8")
        if len(data) > LONGEST_LINE:
            raise MalformedFile(f"line {number} is longer than {LONGEST_LINE:,} bytes")
        own = data.removeprefix(BOM) if number == 1 else data
        try:
            text = own.decode("utf-8")
        except UnicodeDecodeError as error:
            where = position + len(data) - len(own) + error.start + 1
            raise MalformedFile(_not_utf8(number, where, own, error.start)) from None
        if "\0" in text:
            raise MalformedFile(f"line {number} holds a NUL character; this is no text file")
        position += len(data)
        advance(len(data))
        yield Line(number, text)


def _not_utf8(number: int, where: int, line: bytes, start: int) -> str:
    shown = line[max(start - _SHOWN, 0) : start + _SHOWN].rstrip(b"\r\n")
    latin, arabic = (printable(shown.decode(encoding, "replace")) for encoding in ("cp1252", "cp1256"))
    return (
        f"line {number} is not UTF-8 at byte {where:,} of the file; save the file as UTF-8. "
        f"The line as Windows-1252: '{latin}'; as Windows-1256: '{arabic}'"
    )


def printable(text: str) -> str:
    """Return a text with everything that a terminal would obey shown as U+FFFD."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
