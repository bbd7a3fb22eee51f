"""A file of which much is empty is made smaller, and nothing else happens to it."""

from pathlib import Path

import pytest
from sqlalchemy import text

from app.db.engine import Database
from app.ledger.head import head
from tests import record

BALLAST = 4 * 1024 * 1024


@pytest.fixture
def roomy(database: Database) -> Database:
    """Make a record whose file is mostly empty. PostgreSQL frees room by itself."""
    record.fill(database, reports=5)
    if database.is_sqlite:
        with database.migrating() as session:
            session.execute(text("CREATE TABLE ballast (content BLOB)"))
            session.execute(text("INSERT INTO ballast VALUES (zeroblob(:size))"), {"size": BALLAST})
        with database.migrating() as session:
            session.execute(text("DROP TABLE ballast"))
    return database


def size(database: Database) -> int:
    """Return the bytes of the database's file with its log, 0 where it has none."""
    if not database.is_sqlite:
        return 0
    path = Path(str(database.url.database))
    return sum(each.stat().st_size for each in path.parent.glob(f"{path.name}*") if each.is_file())


def test_empty_room_is_given_back(roomy: Database) -> None:
    """The file is smaller by what was empty, and the record is the same."""
    with roomy.reading() as session:
        before = head(session)
    assert not roomy.is_sqlite or size(roomy) > BALLAST
    roomy.compact()
    assert size(roomy) < BALLAST
    with roomy.reading() as session:
        assert head(session) == before


def test_a_file_that_somebody_reads_stays_as_it_is(roomy: Database) -> None:
    """An open snapshot keeps its state, and the next time the file is made smaller."""
    with roomy.reading() as session:
        before = head(session)
        roomy.compact()
        assert head(session) == before
    roomy.compact()
    assert size(roomy) < BALLAST


def test_a_full_file_stays_as_it_is(database: Database) -> None:
    """Where hardly anything is empty there is nothing to do, on either engine."""
    record.fill(database, reports=5)
    with database.reading() as session:
        before = head(session)
    database.compact()
    with database.reading() as session:
        assert head(session) == before
