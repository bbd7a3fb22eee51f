"""Server-sent events: stream of changes after a ledger number.

Nothing is skipped and nothing comes twice, despite concurrent writers. Writers are serialized, on both
engines, so entries become visible in the order of their numbers: what a read sees last is the place to go on from.
"""

from collections.abc import AsyncIterator

from app.changes.watcher import EVERYTHING, Subscription, Watcher

MEDIA_TYPE = "text/event-stream"

# Milliseconds after which a client that lost the stream should come back.
RETRY_MILLISECONDS = 1_000

HEARTBEAT = b": still here\n\n"


async def events(watcher: Watcher, seq: int, subscription: Subscription = EVERYTHING) -> AsyncIterator[bytes]:
    """Yield the entries after `seq` as events, and comments in between where there are none for a while."""
    yield b"retry: %d\n\n" % RETRY_MILLISECONDS
    with watcher.following() as epoch:
        while (batch := await watcher.after(seq, epoch, subscription)) is not None:
            seq = batch.last
            yield batch.events or HEARTBEAT
