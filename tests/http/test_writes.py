"""Writes of a server: refused in time, dropped with their client, and never answered before they are committed."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager

import pytest
from sqlalchemy import event, func, select

from app.db.engine import Database, WriteSession
from app.errors import DatabaseBusy
from app.http import sessions
from app.http.sessions import Writes
from app.ledger.append import append
from app.models import LedgerEntry
from tests.api import Api
from tests.factories import make_report, make_strike, make_tally

# Seconds that a test waits for a thread.
PATIENCE = 20


def entry(session: WriteSession) -> int:
    """Add an entry to the ledger, and return its number."""
    return append(session, "published", {}, report_id=1, revision=1).seq


def entries(database: Database) -> int:
    """Count the entries of the ledger."""
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(LedgerEntry)).scalar_one()


@pytest.fixture
def writes(database: Database) -> Iterator[Writes]:
    """Write to the test's database, on either engine."""
    writes = Writes(database)
    yield writes
    writes.close()


@asynccontextmanager
async def writer_before(writes: Writes) -> AsyncIterator[None]:
    """Let a first writer hold the transaction for the length of a block."""
    begun, go_on = threading.Event(), threading.Event()

    def work(session: WriteSession) -> int:
        begun.set()
        assert go_on.wait(PATIENCE)
        return entry(session)

    first = asyncio.ensure_future(writes(work))
    assert await asyncio.to_thread(begun.wait, PATIENCE)
    yield
    go_on.set()
    assert await first == 2


def test_writer_that_waits_too_long_is_busy_and_not_written(
    writes: Writes, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who gets no turn in time is refused at that moment, and what was refused is not written afterwards."""
    monkeypatch.setattr(sessions, "WAIT_SECONDS", 0.05)

    async def story() -> None:
        async with writer_before(writes):
            with pytest.raises(DatabaseBusy):
                await writes(entry)
        assert await writes(entry) == 3

    asyncio.run(story())
    assert entries(database) == 3


def test_writer_that_leaves_in_the_queue_is_not_written(writes: Writes, database: Database) -> None:
    """A request that is cancelled before its turn writes nothing, and costs those behind it nothing."""

    async def story() -> None:
        async with writer_before(writes):
            leaves = asyncio.ensure_future(writes(entry))
            stays = asyncio.ensure_future(writes(entry))
            await asyncio.sleep(0)  # Both take their places.
            leaves.cancel()
            with pytest.raises(asyncio.CancelledError):
                await leaves
        assert await stays == 3

    asyncio.run(story())
    assert entries(database) == 3


def test_writer_that_leaves_in_its_turn_is_written_once(writes: Writes, database: Database) -> None:
    """A request that is cancelled while it is written stays written, once."""

    async def story() -> None:
        begun, go_on = threading.Event(), threading.Event()

        def work(session: WriteSession) -> int:
            begun.set()
            assert go_on.wait(PATIENCE)
            return entry(session)

        leaves = asyncio.ensure_future(writes(work))
        assert await asyncio.to_thread(begun.wait, PATIENCE)
        leaves.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaves
        go_on.set()
        assert await writes(entry) == 3

    asyncio.run(story())
    assert entries(database) == 3


@contextmanager
def slow_commits(database: Database) -> Iterator[list[None]]:
    """Let each commit take a moment, in which others come to wait; give a list with an item for each."""
    commits: list[None] = []

    def commit(_connection: object) -> None:
        threading.Event().wait(0.1)
        commits.append(None)

    event.listen(database.engine, "commit", commit)
    yield commits
    event.remove(database.engine, "commit", commit)


def test_posts_at_once_share_commits_and_nothing_else(api: Api) -> None:
    """Of posts at once some are refused and one is sent twice under one name: each is answered as if it were alone."""
    reports = [
        make_report(make_strike(make_tally(2)), number="same"),
        make_report(make_strike(location="Nowhere Known")),
        make_report(make_strike(make_tally(1))),
    ]

    def post(number: int) -> tuple[int, str]:
        kind = number % 4
        body = make_report(number=str(number)) if kind == 3 else reports[kind]
        headers = {"Authorization": f"Bearer {api.key}"} | ({"Idempotency-Key": "one"} if kind == 2 else {})
        response = api.request("POST", "/v1/reports", json=body, headers=headers)
        return response.status_code, response.headers.get("Location", "")

    with slow_commits(api.database) as commits, ThreadPoolExecutor(24) as threads:
        answers = list(threads.map(post, range(24)))
    assert [status for status, _ in answers[0::4]].count(201) == 1
    assert [status for status, _ in answers[0::4]].count(409) == 5
    assert {status for status, _ in answers[1::4]} == {422}
    assert len(set(answers[2::4])) == 1
    assert {status for status, _ in answers[3::4]} == {201}
    written = {path for status, path in answers if status == 201}
    assert len(written) == 8
    assert len(commits) < len(written)
    assert api.read("/v1/ledger")["seq"] == 1 + len(written)
