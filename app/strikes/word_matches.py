"""Cache of word matches: a bitmap of line ids per word set.

The full-text index gives lines by their ids, and pages and exports read lines by date or report. To look all of
them up again for each page would cost the whole record each time. The words of a line never change, so a bitmap only
grows with the ledger; yet the index may be written again (`strikeledger rebuild`), so it is not used for long.
"""

import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from operator import attrgetter
from threading import Lock

import numpy as np
import numpy.typing as npt
from cachetools import LRUCache
from sqlalchemy import String, cast, func, select

from app.db.engine import ReadSession, WouldBlock
from app.db.statements import Prepared, Snapshot
from app.ledger.head import hash_at, head
from app.models import Strike
from app.strikes.filter import StrikeFilter
from app.strikes.sql_conditions import Conditions

# Bytes of all bitmaps: a million lines take 125 KB for each set of words.
MOST_BYTES = 16 * 1024 * 1024

# Bytes of an entry without its words and its bits.
_OF_ENTRY = 1_000

# Seconds for which a bitmap is used.
LONGEST_USE = 60

# Lines that one statement searches for.
LINES_AT_A_TIME = 1_000_000

Ids = npt.NDArray[np.int64]

_LAST_LINE = Prepared(select(func.max(Strike.id)))


@dataclass(frozen=True, slots=True)
class Bitmap:
    """The lines up to `last` that hold all of some words, when the ledger's last entry was this one."""

    words: tuple[str, ...]
    seq: int = 0
    hash: str = ""
    last: int = 0
    bits: bytes = b""
    # When its first lines were looked up, by `time.monotonic`.
    since: float = 0.0

    @property
    def size(self) -> int:
        """About how many bytes it takes in the cache, with its words."""
        return _OF_ENTRY + sum(map(sys.getsizeof, self.words)) + len(self.bits)

    def holds(self, line_id: int) -> bool:
        """Return whether a line is among them."""
        byte = line_id >> 3
        return byte < len(self.bits) and bool(self.bits[byte] >> (line_id & 7) & 1)


_CACHE: LRUCache[tuple[str, ...], Bitmap] = LRUCache(MOST_BYTES, attrgetter("size"))
_LOCK = Lock()


def lines_with(session: Snapshot, words: tuple[str, ...]) -> Bitmap:
    """Return the lines that hold all of these words, in this snapshot; later ones may be among them.

    Raises WouldBlock where the snapshot is for short queries and lines have to be searched for.
    """
    now = head(session)
    clock = time.monotonic()
    with _LOCK:
        cached = _CACHE.get(words) or Bitmap(words, since=clock)
    is_recent = clock - cached.since < LONGEST_USE
    if cached.hash == now.hash and is_recent:
        return cached
    if not isinstance(session, ReadSession):
        raise WouldBlock
    if not is_recent or cached.seq > now.seq or (hash_at(session, cached.seq) or "") != cached.hash:
        # It is old, or was made of another record, or of a later state of this one.
        cached = Bitmap(words, since=clock)
    last: int = session.rows(_LAST_LINE, {})[0][0] or 0
    flags = np.zeros((last | 7) + 1, np.bool_)
    flags[: len(cached.bits) * 8] = np.unpackbits(np.frombuffer(cached.bits, np.uint8), bitorder="little")
    for start in range(cached.last, last, LINES_AT_A_TIME):
        flags[_ids(session, words, start, min(start + LINES_AT_A_TIME, last))] = True
    bitmap = Bitmap(
        words, now.seq, now.hash, last, np.packbits(flags, bitorder="little").tobytes(), cached.since
    )
    with _LOCK, suppress(ValueError):  # cachetools raises it for a value larger than the cache.
        _CACHE[words] = bitmap
    return bitmap


def _ids(session: ReadSession, words: tuple[str, ...], after: int, last: int) -> Ids:
    """Return the ids of the lines that hold these words, of those after a line up to another."""
    statement = Conditions(StrikeFilter(as_of=0, words=words)).lines_with_words()
    (line,) = statement.selected_columns
    (line_id,) = statement.where(line > after, line <= last).subquery().c
    # As one text: a driver that reads row by row would hand the interpreter around for each.
    text = session.scalar(select(func.aggregate_strings(cast(line_id, String), ","))) or ""
    return np.fromstring(text, np.int64, sep=",")
