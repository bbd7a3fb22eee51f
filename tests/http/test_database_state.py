"""What a database can be in, over HTTP: silent, read-only, damaged. Each is a planned refusal, and ends by itself."""

import asyncio
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import make_url, text

from app.db import postgresql
from app.db.engine import Database
from app.errors import DatabaseUnavailable
from app.keys.service import Scope
from app.keys.service import create as create_key
from tests.api import Api
from tests.conftest import ScratchDatabase, serving
from tests.factories import make_report, make_strike
from tests.http.server import running

QUESTIONS = (
    "/v1/strikes",
    "/v1/strikes?q=vehicle",
    "/v1/strikes?format=csv",
    "/v1/strikes/s1",
    "/v1/aggregates?group_by=location,month",
    "/v1/reports",
    "/v1/reports/r1",
    "/v1/reports/r1/revisions/1/diff",
    "/v1/coverage",
    "/v1/changes",
    "/v1/locations",
    "/v1/ledger",
    "/v1/export?format=ndjson",
)


class Network:
    """The way to a server, which can be lost: connections stay open, and nothing passes any more."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._passes = threading.Event()
        self._passes.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def lose(self) -> None:
        """Let nothing pass."""
        self._passes.clear()

    def restore(self) -> None:
        """Let pass what was held up, and all that follows."""
        self._passes.set()

    def close(self) -> None:
        """Let everything pass, and take no further connection."""
        self._passes.set()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX) if self._target.startswith("/") else socket.socket()
            far.connect(self._target if self._target.startswith("/") else ("127.0.0.1", int(self._target)))
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                self._passes.wait()
                sink.sendall(data)
        except OSError:
            pass
        self._passes.wait()
        for end in (source, sink):
            end.close()


@contextmanager
def lossy(url: str) -> Iterator[tuple[str, Network]]:
    """Put a network that can be lost before a PostgreSQL database; give the address behind it."""
    address = make_url(url)
    host = str(address.query.get("host", address.host or ""))
    port = address.port or 5432
    network = Network(f"{host}/.s.PGSQL.{port}" if host.startswith("/") else str(port))
    through = address.set(host="127.0.0.1", port=network.port, query={})
    try:
        yield through.render_as_string(hide_password=False), network
    finally:
        network.close()


@pytest.fixture
def lost_network(
    postgresql_url: str, postgresql_template: str, tmp_path: Path
) -> Iterator[tuple[str, str, Network]]:
    """Run a server on a PostgreSQL database behind a network; give its address, a key, and the network."""
    with (
        ScratchDatabase(postgresql_url, postgresql_template) as url,
        lossy(url) as (through, network),
        running(tmp_path, STRIKELEDGER_DATABASE_URL=through) as server,
    ):
        database = Database(url)
        with database.writing() as session:
            key = create_key(session, "tests", [Scope.PUBLISH], None)
        database.close()
        yield server.url, key, network


async def asked_at_once(url: str, key: str) -> list[tuple[int, float]]:
    """Send questions and posts at once; return the status of each and the seconds that it took."""
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:

        async def ask(method: str, path: str, body: object = None) -> tuple[int, float]:
            began = time.monotonic()
            headers = {"Authorization": f"Bearer {key}"} if body else {}
            response = await client.request(method, path, json=body, headers=headers)
            if response.status_code >= 400:
                assert response.headers["Content-Type"] == "application/problem+json"
            return response.status_code, time.monotonic() - began

        questions = [ask("GET", path) for path in QUESTIONS for _ in range(2)]
        posts = [ask("POST", "/v1/reports", make_report(make_strike())) for _ in range(4)]
        return await asyncio.gather(*questions, *posts)


def test_lost_network_is_refused_as_planned_and_comes_back(lost_network: tuple[str, str, Network]) -> None:
    """While the database is silent every request is a planned 503 in seconds, and afterwards all is as before."""
    url, key, network = lost_network
    assert {status for status, _ in asyncio.run(asked_at_once(url, key))} <= {200, 201, 404}
    network.lose()
    silent = asyncio.run(asked_at_once(url, key))
    assert {status for status, _ in silent} == {503}
    assert max(seconds for _, seconds in silent) < postgresql.SILENCE_SECONDS * 2
    assert httpx.get(f"{url}/healthz", timeout=5).status_code == 200
    assert httpx.get(f"{url}/readyz", timeout=30).status_code == 503

    network.restore()
    until = time.monotonic() + 30
    while httpx.get(f"{url}/readyz", timeout=30).status_code != 200:
        assert time.monotonic() < until
        time.sleep(0.2)  # As an orchestrator does.
    assert {status for status, _ in asyncio.run(asked_at_once(url, key))} <= {200, 201, 404}


def refuse_writes(database: Database) -> None:
    """Let the connections that are open refuse to write, as one that was opened on a read-only file or server does."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("PRAGMA query_only = ON")
        else:
            connection.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
            connection.commit()


def test_read_only_database_is_a_planned_refusal(api: Api) -> None:
    """A write on a read-only database is 503 `read-only`, reads go on, and the next write sees the repair."""
    api.post(make_report(make_strike()))
    refuse_writes(api.database)
    refused = api.try_posting(make_report(make_strike()))
    assert (refused.status_code, refused.json()["type"]) == (503, "/problems/read-only")
    assert refused.headers["Retry-After"]
    assert len(api.read("/v1/strikes")["items"]) == 1
    api.post(make_report(make_strike()))
    assert len(api.read("/v1/strikes")["items"]) == 2


def test_role_without_rights_is_a_planned_refusal(api: Api, database: Database) -> None:
    """A role that may read and not write gets a planned 503, and writes once it is allowed to."""
    if database.is_sqlite:
        pytest.skip("SQLite has no roles")
    with database.engine.begin() as connection:
        connection.execute(text("REVOKE INSERT ON strikes FROM CURRENT_USER"))
        connection.execute(text("CREATE ROLE nobody_of_tests NOSUPERUSER"))
        connection.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO nobody_of_tests"))
        connection.execute(text("GRANT UPDATE ON keys TO nobody_of_tests"))
    try:
        with api.database.engine.connect() as connection:
            connection.exec_driver_sql("SET ROLE nobody_of_tests")
            connection.commit()
        refused = api.try_posting(make_report(make_strike()))
        assert (refused.status_code, refused.json()["type"]) == (503, "/problems/read-only")
        assert "strikes" not in refused.json()["detail"]
    finally:
        api.database.engine.dispose()
        with database.engine.begin() as connection:
            connection.execute(text("GRANT INSERT ON strikes TO CURRENT_USER"))
            connection.execute(text("DROP OWNED BY nobody_of_tests"))
            connection.execute(text("DROP ROLE nobody_of_tests"))
    api.post(make_report(make_strike()))


@pytest.mark.parametrize("seed", range(4))
def test_damaged_file_is_a_planned_refusal(sqlite_sampled: Path, tmp_path: Path, seed: int) -> None:
    """Whatever bytes are damaged, every response is whole, a planned 503, or a download that breaks off."""
    source = random.Random(seed)  # noqa: S311 - test data, not secrets
    content = bytearray(sqlite_sampled.read_bytes())
    for _ in range(60):
        begin = source.randrange(4096, len(content))
        for at in range(begin, min(begin + 40, len(content)), source.choice((1, 7))):
            # Text for text, so that much of the file still reads as what it was.
            content[at] = source.choice(b'09azA"{}[]\n') if seed % 2 else source.randrange(256)
    path = tmp_path / "strikeledger.db"
    path.write_bytes(content)
    try:
        with serving(f"sqlite:///{path}") as api:
            for question in QUESTIONS:
                assert_planned(api, question)
    except DatabaseUnavailable:
        # The page that even making a key reads.
        return


def assert_planned(api: Api, question: str) -> None:
    """Ask, and be answered, or refused as planned; a download may end in the middle."""
    try:
        response = api.get(question)
    except RuntimeError as error:
        assert "already started" in str(error)  # noqa: PT017 - only a stream may do so
        return
    assert response.status_code in {200, 404, 503}, response.text
    if response.status_code != 200:
        assert response.headers["Content-Type"] == "application/problem+json"
