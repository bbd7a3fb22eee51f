"""Send the changes as they are recorded: server-sent events, read from the ledger every half second.

Nothing is skipped and nothing comes twice, whoever writes meanwhile. Writers come one after another, on both
engines, so entries become visible in the order of their numbers: what a read sees last is the place to go on
from. No session is open between two reads, so a client that listens for days costs a query now and then.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from time import monotonic

from app.changes import queries
from app.changes.schemas import change
from app.db.engine import ReadSession
from app.db.types import AnyRow
from app.errors import DatabaseBusy, DatabaseUnavailable, UnusableDatabase
from app.http.sessions import Reader
from app.http.writers import dumps

MEDIA_TYPE = "text/event-stream"

# Entries that one read takes and one piece of the answer holds.
BATCH = 500

# Seconds between two looks at the ledger.
POLL_SECONDS = 0.5

# Seconds of silence after which a comment is sent, so that what stands between does not think the line dead.
HEARTBEAT_SECONDS = 15

# Milliseconds after which a client that lost the stream should come back.
RETRY_MILLISECONDS = 1_000


async def entries_after(read: Reader, seq: int) -> Sequence[AnyRow]:
    """Read the next entries after a number, up to BATCH."""

    def look(session: ReadSession) -> Sequence[AnyRow]:
        return queries.after(session, seq, BATCH)

    return await read(look)


async def events(read: Reader, seq: int, entries: Sequence[AnyRow]) -> AsyncIterator[bytes]:
    """Yield the entries after `seq` as events, for as long as the client listens and the server runs.

    `entries` are the first of them: who answers reads them before the answer begins, so that a database that
    is away is still an error with a status. Away later on, it ends the stream, and the client comes back.
    """
    yield b"retry: %d\n\n" % RETRY_MILLISECONDS
    spoke = monotonic()
    while not _is_stopping():
        if entries:
            seq = entries[-1].seq
            yield b"".join(map(_event, entries))
            spoke = monotonic()
        elif monotonic() - spoke >= HEARTBEAT_SECONDS:
            yield b": still here\n\n"
            spoke = monotonic()
        if len(entries) < BATCH:
            await asyncio.sleep(POLL_SECONDS)  # Until there may be more to tell.
        try:
            entries = await entries_after(read, seq)
        except DatabaseBusy:
            entries = ()
        except (DatabaseUnavailable, UnusableDatabase):
            return


def _event(entry: AnyRow) -> bytes:
    return b"id: %d\nevent: change\ndata: %b\n\n" % (entry.seq, dumps(change(entry)))


def _is_stopping() -> bool:
    """Say whether the server was told to stop.

    uvicorn tells no answer that is under way, waits for all of them, and cuts them off after its time of grace.
    What handles its signals knows, and can be asked from here without a reference to the server.
    """
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return bool(getattr(server, "should_exit", False))
