"""State that moves under a running server: another schema, an earlier state of the database, another file."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from app.db.engine import Database
from app.db.sqlite import sqlite_module
from app.db.version import HEAD
from app.errors import UnusableDatabase
from app.keys.service import Scope
from app.keys.service import create as create_key
from tests.api import Api
from tests.cli.test_commands import run
from tests.conftest import serving
from tests.factories import make_report, make_strike, make_tally

EARLIER, LATER = "0001", "9999"

# What is recorded under a number of the ledger, in an order in which nothing is left that refers to it.
TABLES = {
    "strike_words": "rowid IN (SELECT id FROM strikes WHERE recorded_seq > :seq)",
    "strike_documents": "strike_id IN (SELECT id FROM strikes WHERE recorded_seq > :seq)",
    "tallies": "strike_id IN (SELECT id FROM strikes WHERE recorded_seq > :seq)",
    "strikes": "recorded_seq > :seq",
    "coverage": "recorded_seq > :seq",
    "revision_documents": "report_id IN (SELECT report_id FROM revisions WHERE recorded_seq > :seq)",
    "revisions": "recorded_seq > :seq",
    "ledger": "seq > :seq",
}


def set_schema(url: str, version: str) -> None:
    """Let a database have another schema, as after a migration by another version."""
    database = Database(url)
    with database.migrating() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    database.close()


@contextmanager
def going_back(url: str, folder: Path) -> Iterator[Callable[[], None]]:
    """Give what takes a database back to the state that it has at the beginning of the block, while it is in use."""
    if url.startswith("sqlite"):
        path, backup = url.removeprefix("sqlite:///"), folder / "backup.db"
        with (
            closing(sqlite_module().connect(path)) as live,
            closing(sqlite_module().connect(backup)) as saved,
        ):
            live.backup(saved)
            yield lambda: saved.backup(live)
        return
    engine = create_engine(url)
    with engine.begin() as connection:
        seq = connection.execute(text("SELECT max(seq) FROM ledger")).scalar_one()

    def go_back() -> None:
        with engine.begin() as connection:
            connection.execute(text("SET session_replication_role = replica"))
            for table, condition in TABLES.items():
                connection.execute(text(f"DELETE FROM {table} WHERE {condition}"), {"seq": seq})  # noqa: S608 - names above

    yield go_back
    engine.dispose()


def items(api: Api, **query: Any) -> int:  # noqa: ANN401 - parameters
    """Return how many items the aggregates count."""
    return int(api.read("/v1/aggregates", **query)["totals"]["items_min"])


@pytest.mark.parametrize("version", [EARLIER, LATER])
def test_no_write_is_accepted_on_another_schema(
    api: Api, database: Database, database_url: str, version: str
) -> None:
    """Once the schema is not the server's, every write is a planned 503 that names both, and stores nothing."""
    report = api.post(make_report(make_strike(make_tally(1))))
    with database.writing() as session:
        admin = create_key(session, "admin", [Scope.ADMIN], None)
    set_schema(database_url, version)

    path = f"/v1/reports/{report['id']}"
    tag = {"If-Match": api.get(path).headers["ETag"]}
    body = make_report(make_strike())
    writes: list[tuple[str, str, Any, dict[str, str]]] = [
        ("POST", "/v1/reports", body, {}),
        ("POST", "/v1/reports", body, {"Idempotency-Key": "once"}),
        ("POST", "/v1/reports", body | {"status": "draft"}, {}),
        ("PUT", path, body | {"reason": "Why."}, tag),
        ("POST", f"{path}/retraction", {"reason": "Why."}, tag),
        ("POST", "/v1/publishers", {"slug": "fr-air", "name": "French air force"}, {}),
        ("POST", "/v1/keys", {"name": "mine", "scopes": ["draft"]}, {}),
        ("DELETE", "/v1/keys/k1", None, {}),
    ]
    for method, where, content, headers in writes:
        response = api.request(
            method, where, json=content, headers={"Authorization": f"Bearer {admin}", **headers}
        )
        assert response.status_code == 503, (method, where, response.text)
        assert response.json()["type"] == "/problems/database-unavailable"
        assert HEAD in response.json()["detail"]
        assert version in response.json()["detail"]
    assert api.get("/readyz").status_code == 503

    set_schema(database_url, HEAD)
    assert api.read("/v1/reports")["items"][0]["seq"] == report["seq"]
    api.post(body)


@pytest.mark.parametrize("version", [EARLIER, LATER])
def test_no_command_writes_on_another_schema(database_url: str, tmp_path: Path, version: str) -> None:
    """A command that writes refuses a schema from the future, and one that only revokes refuses an earlier one too."""
    set_schema(database_url, version)
    settings = {"STRIKELEDGER_DATABASE_URL": database_url}
    words = {EARLIER: ("keys", "revoke", "k1"), LATER: ("keys", "create", "--name", "a", "--scope", "draft")}
    refused = run(tmp_path, *words[version], **settings)
    assert refused.returncode != 0
    assert version in refused.stderr


def test_schema_is_read_where_the_write_begins(database: Database, database_url: str) -> None:
    """A migration that commits between two writes of a process stops the second one."""
    with database.writing():
        pass
    set_schema(database_url, LATER)
    with pytest.raises(UnusableDatabase, match=LATER), database.writing():
        pass


def test_writer_of_an_earlier_version_fails(database: Database) -> None:
    """An entry whose writer knows no version of contents is refused by the database itself."""
    earlier = (
        "INSERT INTO ledger (seq, recorded_at, action, content_hash, hash) "
        "VALUES (2, '2999-01-01', 'published', 'a', 'b')"
    )
    with (
        pytest.raises(Exception, match=r"older than the database|content_version"),
        database.writing() as session,
    ):
        session.execute(text(earlier))


def test_answers_follow_a_database_that_goes_back(api: Api, database_url: str, tmp_path: Path) -> None:
    """After a restored backup, counts and cached lists are of the restored record, also once it has grown again."""
    api.post(make_report(make_strike(make_tally(1))))
    with going_back(database_url, tmp_path) as go_back:
        lost = api.post(make_report(make_strike(make_tally(150), location="Palmyra")))
        as_of = {"as_of": lost["seq"]}
        assert (items(api), items(api, **as_of)) == (151, 151)
        assert len(api.read("/v1/strikes")["items"]) == 2
        go_back()
        assert items(api) == 1
        assert len(api.read("/v1/strikes")["items"]) == 1
        assert api.get("/v1/aggregates", **as_of).status_code == 422

        # The same number of the ledger, and as many lines, of another history.
        assert (
            api.post(make_report(make_strike(make_tally(10), location="Mosul", country="IQ")))["seq"]
            == lost["seq"]
        )
        assert (items(api), items(api, **as_of)) == (11, 11)
        places = {line["location"]["slug"] for line in api.read("/v1/strikes")["items"]}
        assert places == {"raqqa", "mosul"}
        api.post(make_report(make_strike(make_tally(100))))
        assert (items(api), items(api, **as_of)) == (111, 11)


def test_file_that_is_replaced_is_followed(sqlite_template: Path, tmp_path: Path) -> None:
    """A server whose file is replaced refuses while the WAL of the old one is there, and then follows the new one."""
    path, backup = tmp_path / "record.db", tmp_path / "backup.db"
    shutil.copy(sqlite_template, path)
    with serving(f"sqlite:///{path}") as api:
        with (
            closing(sqlite_module().connect(path)) as live,
            closing(sqlite_module().connect(backup)) as saved,
        ):
            live.backup(saved)
        api.post(make_report(make_strike(make_tally(150))))
        assert items(api) == 150
        backup.replace(path)
        for response in (api.get("/v1/aggregates"), api.get("/v1/strikes"), api.try_posting(make_report())):
            assert response.status_code == 503, response.text
            assert "replaced" in response.json()["detail"]
        for leftover in ("record.db-wal", "record.db-shm"):
            (tmp_path / leftover).unlink()
        assert items(api) == 0
        api.post(make_report(make_strike(make_tally(10))))
        assert items(api) == 10
    assert run(tmp_path, "verify", STRIKELEDGER_DATABASE_URL=f"sqlite:///{path}").returncode == 0


def test_file_that_is_removed_is_not_made_anew(sqlite_template: Path, tmp_path: Path) -> None:
    """A server whose file is removed refuses as planned, and leaves no empty database behind."""
    path = tmp_path / "record.db"
    shutil.copy(sqlite_template, path)
    with serving(f"sqlite:///{path}") as api:
        assert items(api) == 0
        path.unlink()
        for response in (api.get("/v1/aggregates"), api.get("/v1/strikes"), api.try_posting(make_report())):
            assert response.status_code == 503, response.text
            assert response.json()["type"] == "/problems/database-unavailable"
    assert not path.exists()
