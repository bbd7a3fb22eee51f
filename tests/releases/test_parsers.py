"""The lanes of parsing: work ends at its deadline or when its client leaves, and nobody waits in vain."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from starlette.types import Message

from app.errors import ParseTimeout
from app.releases import parsers
from app.releases.parsers import MOST_WAITING, SHORT_TEXT, Checkpoint, Parsers

LONG_TEXT = SHORT_TEXT + 1


def endless(checkpoint: Checkpoint) -> None:
    """Read sentence after sentence."""
    while True:
        checkpoint()
        time.sleep(0.001)  # In a thread of the lane.


def short(checkpoint: Checkpoint) -> str:
    """Read one sentence."""
    checkpoint()
    return "read"


async def staying() -> Message:
    """Receive nothing, from a client that waits."""
    await asyncio.Event().wait()
    raise AssertionError


async def leaving() -> Message:
    """Receive that the client has left."""
    return {"type": "http.disconnect"}


def run(story: Callable[[Parsers], Awaitable[None]]) -> None:
    """Run a story on lanes of its own."""

    async def told() -> None:
        await asyncio.wait_for(story(Parsers()), 30)

    asyncio.run(told())


@pytest.fixture(autouse=True)
def _plenty_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing end by its deadline, unless a test says so."""
    monkeypatch.setattr(parsers, "MOST_SECONDS", 300)


def test_work_ends_at_its_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that does not end by itself is stopped at a checkpoint, and the next text is read."""
    monkeypatch.setattr(parsers, "MOST_SECONDS", 0.1)

    async def story(lanes: Parsers) -> None:
        with pytest.raises(ParseTimeout):
            await lanes(LONG_TEXT, endless, staying)
        monkeypatch.setattr(parsers, "MOST_SECONDS", 300)
        assert await lanes(LONG_TEXT, short, staying) == "read"

    run(story)


def test_work_ends_when_its_client_leaves() -> None:
    """Work whose client is gone is stopped long before its deadline, and the next text is read."""

    async def story(lanes: Parsers) -> None:
        with pytest.raises(ParseTimeout):
            await lanes(LONG_TEXT, endless, leaving)
        assert await lanes(LONG_TEXT, short, staying) == "read"

    run(story)


def test_who_leaves_waits_no_longer() -> None:
    """A text whose client leaves while it waits for a place makes room for another."""

    async def story(lanes: Parsers) -> None:
        reading = asyncio.ensure_future(lanes(LONG_TEXT, endless, staying))
        await asyncio.sleep(0)
        with pytest.raises(ParseTimeout):
            await lanes(MOST_WAITING, short, leaving)
        waiting = asyncio.ensure_future(lanes(MOST_WAITING, short, staying))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        reading.cancel()
        assert await waiting == "read"

    run(story)


def test_short_texts_have_a_lane_of_their_own() -> None:
    """A short text is read while a long one takes all of its lane."""

    async def story(lanes: Parsers) -> None:
        reading = asyncio.ensure_future(lanes(LONG_TEXT, endless, staying))
        await asyncio.sleep(0)
        assert await lanes(SHORT_TEXT, short, staying) == "read"
        reading.cancel()

    run(story)


def test_text_that_cannot_be_read_in_time_is_refused_at_once() -> None:
    """A lane with as much to read as fits into the time takes no more."""

    async def story(lanes: Parsers) -> None:
        reading = asyncio.ensure_future(lanes(LONG_TEXT, endless, staying))
        await asyncio.sleep(0)
        waiting = asyncio.ensure_future(lanes(MOST_WAITING, short, staying))
        await asyncio.sleep(0)
        with pytest.raises(ParseTimeout):
            await lanes(LONG_TEXT, short, staying)
        reading.cancel()
        assert await waiting == "read"

    run(story)


def test_text_that_waited_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that gets no place within its time is refused."""

    async def story(lanes: Parsers) -> None:
        reading = asyncio.ensure_future(lanes(LONG_TEXT, endless, staying))
        await asyncio.sleep(0)
        monkeypatch.setattr(parsers, "MOST_SECONDS", 0.1)
        with pytest.raises(ParseTimeout):
            await lanes(LONG_TEXT, short, staying)
        reading.cancel()

    run(story)
