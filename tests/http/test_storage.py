"""The disk under the record: full, limited, or filled by a log that cannot be emptied; and who may read the file."""

import os
import resource
import signal
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from app.db import sqlite, wal
from app.db.engine import Database
from app.db.sqlite import sqlite_module
from app.errors import StorageFull
from app.keys.service import Scope, create
from app.ledger.append import append
from tests.api import Api
from tests.conftest import prepare
from tests.factories import make_report, make_strike, make_tally
from tests.http.server import Server, running

FULL = {"type": "/problems/storage-full", "status": 507}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """Run a server of one process, and give the folder of its database."""
    folder = tmp_path_factory.mktemp("server")
    with running(folder) as server:
        yield server, folder


def test_hangup_does_not_end_the_server(server: tuple[Server, Path]) -> None:
    """A server whose terminal is closed serves on."""
    running, _ = server
    os.kill(running.process, signal.SIGHUP)
    assert httpx.get(f"{running.url}/readyz").status_code == 200


@pytest.mark.skipif(sys.platform != "linux", reason="limits another process's files")
def test_file_that_may_not_grow_is_full(server: tuple[Server, Path]) -> None:
    """Where the files can grow no further writes are 507, reads go on, and writes do once there is room."""
    running, folder = server
    database = Database(f"sqlite:///{folder}/strikeledger.db")
    with database.writing() as session:
        key = create(session, "desk", [Scope.PUBLISH], None)
    database.close()
    size = (folder / "strikeledger.db-wal").stat().st_size
    with httpx.Client(base_url=running.url, headers={"Authorization": f"Bearer {key}"}) as client:

        def post(number: int) -> httpx.Response:
            body = make_report(make_strike(make_tally(2)), number=str(number), text="x" * 100_000)
            return client.post("/v1/reports", json=body)

        _, hard = resource.prlimit(running.process, resource.RLIMIT_FSIZE)
        resource.prlimit(running.process, resource.RLIMIT_FSIZE, (size + 300_000, hard))
        answers = [post(number) for number in range(5)]
        stored = [each.headers["Location"] for each in answers if each.status_code == 201]
        refused = answers[-1]
        assert refused.json().items() >= FULL.items()
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert [client.get(path).status_code for path in stored] == [200] * len(stored)
        assert client.get("/v1/ledger").json()["seq"] == len(stored) + 1

        resource.prlimit(running.process, resource.RLIMIT_FSIZE, (hard, hard))
        assert post(len(answers)).status_code == 201
    with closing(sqlite_module().connect(folder / "strikeledger.db")) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_full_database_is_storage_full(database: Database) -> None:
    """What an engine says of a full disk is one error, and nothing of the transaction stays."""
    if database.is_sqlite:
        fill = "INSERT INTO words_to_fill SELECT zeroblob(1000000)"
    else:
        fill = "DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
    with pytest.raises(StorageFull), database.writing() as session:
        append(session, "published", {}, report_id=1, revision=1)
        if database.is_sqlite:
            pages = session.execute(text("PRAGMA page_count")).scalar_one()
            session.execute(text(f"PRAGMA max_page_count = {pages + 1}"))
            session.execute(text("CREATE TABLE words_to_fill (data BLOB)"))
        session.execute(text(fill))
    with database.reading() as session:
        assert session.execute(text("SELECT max(seq) FROM ledger")).scalar_one() == 1


def test_full_disk_of_postgresql_is_refused_as_planned(api: Api, database: Database) -> None:
    """A write for which the disk of PostgreSQL has no room is 507, and the next one is taken."""
    if database.is_sqlite:
        pytest.skip("tried on a file above")
    raising = "RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'"
    with database.writing() as session:
        session.execute(
            text(f"CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {raising}; END $$")
        )
        session.execute(text("CREATE TRIGGER full_disk BEFORE INSERT ON strikes EXECUTE FUNCTION fill()"))
    refused = api.try_posting(make_report(make_strike(make_tally(1))))
    assert refused.json().items() >= FULL.items()
    assert api.read("/v1/ledger")["seq"] == 1
    with database.writing() as session:
        session.execute(text("DROP TRIGGER full_disk ON strikes"))
    api.post(make_report(make_strike(make_tally(1))))


def test_log_that_a_reader_keeps_from_being_emptied_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """While a read does not end the operator is warned of the growing WAL file, once; then the file is emptied."""
    for name, value in (
        ("CHECKPOINT_BYTES", 100_000),
        ("WARNING_BYTES", 200_000),
        ("PATIENCE_SECONDS", 0.01),
        ("PAUSE_SECONDS", 0),
    ):
        monkeypatch.setattr(wal, name, value)
    path = tmp_path / "strikeledger.db"
    prepare(f"sqlite:///{path}")
    log = Path(f"{path}-wal")
    with closing(Database(f"sqlite:///{path}")) as database:

        def write() -> int:
            for _ in range(20):
                with database.writing() as session:
                    append(session, "published", {}, report_id=1, revision=1)
            return log.stat().st_size

        assert write() < wal.WARNING_BYTES
        with database.reading() as session:
            session.execute(text("SELECT count(*) FROM ledger")).scalar_one()
            assert write() > wal.WARNING_BYTES
        assert write() < wal.WARNING_BYTES
    assert [
        each.getMessage().startswith("the write-ahead log strikeledger.db-wal has grown")
        for each in caplog.records
    ] == [True]


def test_files_of_a_new_record_are_its_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else may read the database, its log and its lock, which hold drafts; nothing else is left behind."""
    monkeypatch.setattr(sqlite, "FIRST_SOUND_SQLITE", (99, 0, 0))
    path = tmp_path / "strikeledger.db"
    umask = os.umask(0)
    try:
        prepare(f"sqlite:///{path}")
        with closing(Database(f"sqlite:///{path}")) as database, database.reading() as session:
            session.execute(text("SELECT count(*) FROM ledger")).scalar_one()
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    finally:
        os.umask(umask)
    assert modes == {f"strikeledger.db{end}": 0o600 for end in ("", "-wal", "-shm", ".lock")}


def test_mode_of_a_record_that_is_there_stays(tmp_path: Path, sqlite_template: Path) -> None:
    """An operator's own choice of who may read the file is not undone; that everybody may is told at the start."""
    path = tmp_path / "strikeledger.db"
    path.write_bytes(sqlite_template.read_bytes())
    path.chmod(0o644)
    prepare(f"sqlite:///{path}")
    with closing(Database(f"sqlite:///{path}")) as database:
        assert any("every user" in each for each in database.warnings())
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
