"""Sessions: reads that cannot write, writers one after another, and what the engine says of itself."""

import threading

import pytest
from sqlalchemy import insert, select, text

from app.db import postgresql, sqlite
from app.db.engine import Database
from app.errors import DatabaseBusy, DatabaseUnavailable, ReadOnlyDatabase, UnusableDatabase
from app.ledger.append import append
from app.ledger.head import head
from app.models import LedgerEntry, Publisher


def test_reading_session_cannot_write(database: Database) -> None:
    """The engine itself refuses a write on a reading session."""
    with pytest.raises(ReadOnlyDatabase), database.reading() as session:
        session.execute(insert(Publisher), {"slug": "somebody"})


def test_reading_session_sees_one_snapshot(database: Database) -> None:
    """A write that is committed meanwhile does not change what a reading session sees."""
    with database.reading() as session:
        before = head(session)
        with database.writing() as writer:
            append(writer, "published", {}, report_id=1, revision=1)
        assert head(session) == before


def test_failed_write_leaves_nothing(database: Database) -> None:
    """An error inside the write transaction rolls all of it back."""
    with pytest.raises(RuntimeError), database.writing() as session:
        append(session, "published", {}, report_id=1, revision=1)
        raise RuntimeError
    with database.reading() as session:
        assert head(session).seq == 1


def test_writers_come_one_after_another(database: Database) -> None:
    """Eight threads that read the head and append lose nothing and leave no gap."""

    def write_often() -> None:
        for _ in range(10):
            with database.writing() as session:
                append(session, "published", {}, report_id=1, revision=1)

    threads = [threading.Thread(target=write_often) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.reading() as session:
        numbers = session.scalars(select(LedgerEntry.seq).order_by(LedgerEntry.seq)).all()
    assert list(numbers) == list(range(1, 82))


def test_writer_behind_another_is_told_that_it_is_busy(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer that waits too long behind another one is refused as busy, and reads go on meanwhile."""
    for each in (sqlite, postgresql):
        monkeypatch.setattr(each, "WAIT_SECONDS", 1)
    second = Database(database_url)
    with database.writing() as session:
        session.execute(text("SELECT 1"))
        with pytest.raises(DatabaseBusy), second.writing():
            pass
        with second.reading() as reader:
            assert head(reader).seq == 1
    second.close()


def test_unreachable_server_is_unavailable() -> None:
    """A PostgreSQL server that refuses the connection is reported as unavailable, without its address."""
    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    with pytest.raises(DatabaseUnavailable) as refusal, database.reading() as session:
        head(session)
    assert "127.0.0.1" not in str(refusal.value)
    database.close()


def test_database_without_a_schema_is_unusable(empty_url: str) -> None:
    """A database that was never migrated says what to do."""
    database = Database(empty_url)
    with pytest.raises(UnusableDatabase, match="migrate"), database.reading() as session:
        head(session)
    database.close()


def test_sqlite_in_memory_is_refused() -> None:
    """An SQLite database in memory could not be shared between reads and writes, so it is refused by name."""
    with pytest.raises(UnusableDatabase, match="must be a file"):
        Database("sqlite://")


def test_old_sqlite_is_warned_of(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below the first sound SQLite an operator is told, and writes still work, behind a lock."""
    monkeypatch.setattr(sqlite, "FIRST_SOUND_SQLITE", (99, 0, 0))
    with database.writing() as session:
        append(session, "published", {}, report_id=1, revision=1)

    assert any("older than 99.0.0" in each for each in database.warnings()) == database.is_sqlite
