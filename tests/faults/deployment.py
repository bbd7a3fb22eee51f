"""A server as an operator runs it, which tests kill and start again, and the requests after that."""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import make_url
from typer.testing import CliRunner

from app.cli.main import cli
from app.db.engine import Database
from app.db.sqlite import sqlite_module
from app.keys.service import Scope
from app.keys.service import create as create_key
from tests.cli.test_commands import COMMAND, PATIENCE, environment
from tests.conftest import ScratchDatabase

# Seconds within which a server must answer again after it was killed, without anybody's hand.
STARTS_WITHIN = 5


def figure(name: str, short: int) -> int:
    """Return how much of something a test does: STRIKELEDGER_TEST_{name}, or little where that is not set."""
    return int(os.environ.get(f"STRIKELEDGER_TEST_{name}", short))


class Deployment:
    """A server on a database of its own, which can be killed and started again on the same port."""

    def __init__(self, url: str, workers: int) -> None:
        self.url = url
        self.address = ""
        # In seconds, without those in which others had the processors.
        self.slowest_start = 0.0
        # Whether it answers: set between a start and the next kill, for clients that wait instead of asking.
        self.up = asyncio.Event()
        self._workers = workers
        self._port = "0"
        self._process: subprocess.Popen[str] | None = None
        database = Database(url)
        with database.writing() as session:
            self.key = create_key(session, "desk", [Scope.PUBLISH], None)
        database.close()

    def start(self) -> None:
        """Start the server, and wait until it is ready: a kill before that would try nothing."""
        self._start()
        self.up.set()

    async def restart(self) -> None:
        """Kill the server in the middle of whatever its clients do, and start it again."""
        self.up.clear()
        self.kill()
        await asyncio.to_thread(self._start)
        self.up.set()

    def kill(self) -> None:
        """End the server with all its processes as a power cut would end it: at once, whatever it does."""
        if self._process is None:
            return
        assert self._process.stdout is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE)
        self._process.stdout.close()
        self._process = None

    @property
    def process(self) -> int:
        """The process id of the server, or of the supervisor of its workers."""
        assert self._process is not None
        return self._process.pid

    def workers(self) -> set[int]:
        """Return the process ids of the workers that live now."""
        assert self._process is not None
        listed = subprocess.run(
            ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(self._process.pid)],  # noqa: S607 - wherever the system has it
            capture_output=True,
            text=True,
            check=False,
        )
        return {int(line.split()[0]) for line in listed.stdout.splitlines() if "defunct" not in line}

    def verify(self) -> str:
        """Let the product verify its record, as its command does; return what it found wrong, or nothing."""
        # In this process, since the command would take longer to start than to verify.
        done = CliRunner().invoke(cli, ["verify"], env={"STRIKELEDGER_DATABASE_URL": self.url})
        return f"{done.output}{done.exception or ''}" if done.exit_code else ""

    def integrity(self) -> list[str]:
        """Return what the engine itself finds wrong with its file. PostgreSQL offers no such check."""
        url = make_url(self.url)
        if url.get_backend_name() != "sqlite":
            return []
        connection = sqlite_module().connect(url.database)
        found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        found += [
            f"a row of {row[0]} refers to nothing" for row in connection.execute("PRAGMA foreign_key_check")
        ]
        connection.close()
        return [each for each in found if each != "ok"]

    def _start(self) -> None:
        began = time.monotonic()
        self._process = subprocess.Popen(
            [*COMMAND, "serve", "--port", self._port, "--workers", str(self._workers)],
            env=environment(STRIKELEDGER_DATABASE_URL=self.url),
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().split()[2]
        self._port = self.address.rpartition(":")[2]
        assert httpx.get(f"{self.address}/readyz", timeout=PATIENCE).status_code == 200
        seconds = time.monotonic() - began - seconds_queued(self._process.pid)
        self.slowest_start = max(self.slowest_start, seconds)


def seconds_queued(process: int) -> float:
    """Return for how long the threads of a process could have run, and waited for others that had the processors.

    Other tests run beside this one; what they take says nothing about how soon a server is back, or answers.
    """
    threads = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(each.read_text().split()[1]) for each in threads) / 1e9


@contextmanager
def deployed(
    request: pytest.FixtureRequest, engine: str, folder: Path, workers: int = 1
) -> Iterator[Deployment]:
    """Give a deployment on a migrated database of its own; whatever becomes of the test, its server ends."""
    with _database(request, engine, folder) as url:
        deployment = Deployment(url, workers)
        try:
            yield deployment
        finally:
            deployment.kill()


@contextmanager
def _database(request: pytest.FixtureRequest, engine: str, folder: Path) -> Iterator[str]:
    if engine == "sqlite":
        path = folder / "strikeledger.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
    else:
        template = request.getfixturevalue("postgresql_template")
        with ScratchDatabase(request.getfixturevalue("postgresql_url"), template) as url:
            yield url
