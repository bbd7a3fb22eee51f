"""Ledger watcher: one poll per process, fanned out to all streams.

A stream requests the entries after its position. Entries are read and written as events once for all streams with the
same filters that stand at the same position, and only while there are streams. An event loop runs this; none of it is
for threads.
"""

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from cachetools import FIFOCache

from app.catalogue.catalogue import catalogue_at
from app.changes import matching, queries
from app.changes.schemas import change
from app.db.engine import ReadSession
from app.db.statements import Snapshot
from app.db.types import AnyRow
from app.errors import InvalidInput, StrikeledgerError
from app.http.encoders import dumps
from app.http.sessions import ReadRequest, Reads
from app.ledger.head import Head, hash_at, head
from app.strikes.params import StrikeCriteria

# Entries that one read takes and one piece of a stream holds.
BATCH = 500

# Batches that are cached for streams that come to the same position a little later.
BATCHES = 8

# Seconds between two polls of the ledger.
POLL_SECONDS = 0.5

# Seconds of silence after which a comment is sent, so that proxies do not take the connection for a dead one.
HEARTBEAT_SECONDS = 15

# Streams that are woken before other requests have their turn.
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Subscription:
    """The entries that a stream sends: those that meet its criteria, or all for None. `key` names the criteria."""

    key: str = ""
    criteria: StrikeCriteria | None = None

    @classmethod
    def to(cls, criteria: StrikeCriteria) -> "Subscription":
        """Return the subscription to the entries that match."""
        return cls(repr(criteria.given), criteria)


EVERYTHING = Subscription()

# What is read: after which number, for which key of a subscription.
_Place = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries as events, and the number up to which the ledger was read.

    No bytes where there was nothing to send for a while. An id without data is for clients to remember.
    """

    last: int
    events: bytes


class Watcher:
    """Follows the ledger for the streams of one process."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._head: Head | None = None
        self._streams = 0
        self._task: asyncio.Task[None] | None = None
        # Rises when all open streams have to end.
        self._epoch = 0
        # The streams that wait, and until when, by the event loop's clock: the earliest first.
        self._waiting: dict[asyncio.Future[None], float] = {}
        self._batches: FIFOCache[_Place, Batch] = FIFOCache(BATCHES)
        self._reading: dict[_Place, asyncio.Task[Batch]] = {}

    @contextmanager
    def following(self) -> Iterator[int]:
        """Watch the ledger while the block runs. Yields what `after` takes as `epoch`."""
        self._streams += 1
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._watch())
        try:
            yield self._epoch
        finally:
            self._streams -= 1
            if not self._streams:
                self._task.cancel()
                self._task = None
                # Nobody polls from here on, so the cached state expires.
                self._forget()

    async def after(self, seq: int, epoch: int, subscription: Subscription = EVERYTHING) -> Batch | None:
        """Return the entries after a number, up to BATCH, as soon as there are any.

        The batch is empty where there are none for HEARTBEAT_SECONDS, also because the database is away. None where
        the stream has to end: the server stops, the ledger no longer is the one that it was, or the vocabulary has
        lost a name of the subscription.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + HEARTBEAT_SECONDS
        while epoch == self._epoch:
            if self._head is not None and seq < self._head.seq:
                try:
                    return await self._batch(seq, subscription)
                except InvalidInput:
                    return None
                except StrikeledgerError:
                    await asyncio.sleep(POLL_SECONDS)  # Until the database may be back.
            else:
                woken = loop.create_future()
                self._waiting[woken] = until
                try:
                    await woken
                finally:
                    self._waiting.pop(woken, None)
            if loop.time() >= until and epoch == self._epoch:
                return Batch(seq, b"")
        return None

    def _forget(self) -> None:
        self._head = None
        self._batches = FIFOCache(BATCHES)
        self._reading = {}

    async def _watch(self) -> None:
        try:
            while not _is_stopping():
                last_head = self._head
                await self._poll()
                await self._wake(everyone=self._head != last_head)
                await asyncio.sleep(POLL_SECONDS)
        finally:
            # Unless the last stream ended: then nobody waits, and the next one starts its own task.
            if self._task is asyncio.current_task():
                self._epoch += 1
                await self._wake(everyone=True)

    async def _poll(self) -> None:
        """Read where the ledger stands; end all streams where it does not continue what they were sent."""
        last_head = self._head

        def read_head(snapshot: Snapshot) -> tuple[Head, bool]:
            now = head(snapshot)
            if last_head is None or last_head.hash in {now.hash, ""}:
                return now, True
            return now, hash_at(snapshot, last_head.seq) == last_head.hash

        try:
            now, continues = await self._reads.short(read_head, ReadRequest("ledger poll", time.monotonic()))
            if not continues:
                # Streams that begin from here on follow the ledger as it is now.
                self._epoch += 1
                self._forget()
            self._head = now
            if last_head is not None and continues and last_head.seq < now.seq:
                await self._batch(last_head.seq, EVERYTHING)
        except StrikeledgerError:
            # It is away, or busy. Streams wait, and go on where they were.
            return

    async def _wake(self, *, everyone: bool) -> None:
        """Wake the streams that wait: all, or those whose time is over."""
        now = asyncio.get_running_loop().time()
        due = [woken for woken, until in self._waiting.items() if everyone or until <= now]
        remaining = iter(due)
        while group := list(islice(remaining, AT_ONCE)):
            for woken in group:
                if not woken.done():
                    woken.set_result(None)
            await asyncio.sleep(0)  # Other requests' turn.

    async def _batch(self, seq: int, subscription: Subscription) -> Batch:
        """Return the entries after a number below the ledger's head: read once for all concurrent callers."""
        place = seq, subscription.key
        batch = self._batches.get(place)
        if batch is not None:
            return batch
        reading = self._reading.get(place)
        if reading is None:
            reading = asyncio.get_running_loop().create_task(self._read(seq, subscription))
            self._reading[place] = reading
            reading.add_done_callback(lambda _: self._reading.pop(place, None))
        return await asyncio.shield(reading)

    async def _read(self, seq: int, subscription: Subscription) -> Batch:
        batches, criteria = self._batches, subscription.criteria

        def read_entries(session: ReadSession) -> Batch:
            if criteria is not None:
                return _matching(session, criteria, seq)
            entries = queries.after(session, seq, BATCH)
            return Batch(entries[-1].seq if entries else seq, b"".join(map(_event, entries)))

        kind = "ledger entries" if criteria is None else "matching ledger entries"
        batch = await self._reads(read_entries, ReadRequest(kind, time.monotonic()))
        if batch.events:
            batches[seq, subscription.key] = batch
        return batch


def _matching(session: ReadSession, criteria: StrikeCriteria, seq: int) -> Batch:
    """Return the entries after a number that meet criteria, by the vocabulary of now."""
    now = head(session)
    if now.seq <= seq:
        return Batch(seq, b"")
    strikes = criteria.resolved(catalogue_at(session, now), now.seq)
    seqs, resume = matching.find(session, strikes, seq, now.seq + 1, BATCH)
    last = now.seq if resume is None else resume
    events = b"".join(map(_event, queries.of_numbers(session, seqs)))
    return Batch(last, events if seqs and seqs[-1] == last else b"%bid: %d\n\n" % (events, last))


def _is_stopping() -> bool:
    """Return whether the server is stopping.

    uvicorn waits for open responses without notifying them. Only its signal handler knows.
    """
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return bool(getattr(server, "should_exit", False))


def _event(entry: AnyRow) -> bytes:
    return b"id: %d\nevent: change\ndata: %b\n\n" % (entry.seq, dumps(change(entry)))
