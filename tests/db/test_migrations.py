"""Migrations: one history for both engines, that goes up, down and up again on a filled database."""

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.catalogue.seed import seed
from app.cli.database import prepare
from app.db.engine import Database
from app.db.fulltext import contains_all
from app.db.migrate import configuration, downgrade, upgrade
from app.db.version import HEAD, is_current
from app.errors import UnusableDatabase
from app.ledger.head import head
from app.models import (
    STRIKE_WORDS,
    Base,
    LedgerEntry,
    Strike,
    Tally,
)
from app.models.words import is_compared
from app.record.report_in import ReportIn
from app.reports import service
from app.reports.derived import write_missing
from tests.factories import make_report, make_strike, make_tally


def take_back(database: Database, revision: str) -> None:
    """Take the schema back to an earlier one."""
    with database.migrating() as session:
        downgrade(session, revision)


def fill(database: Database) -> None:
    """Put a report with a line and a tally into a database."""
    with database.writing() as session:
        service.create(session, ReportIn.model_validate(make_report(make_strike(make_tally(3)))), None)


def contents(database: Database) -> list[tuple[object, ...]]:
    """Return what the history says: every entry's number and content, and every line with its items."""
    with database.reading() as session:
        entries = session.execute(select(LedgerEntry.seq, LedgerEntry.content_hash).order_by(LedgerEntry.seq))
        lines = session.execute(
            select(Strike.date_from, Strike.strikes_min, Tally.count_min)
            .join(Tally, Tally.strike_id == Strike.id)
            .order_by(Strike.id)
        )
        return [tuple(row) for row in entries] + [tuple(row) for row in lines]


def test_history_has_one_head() -> None:
    """Two migrations never claim the same place, and the last one makes the schema that this version knows."""
    assert ScriptDirectory.from_config(configuration()).get_heads() == [HEAD]


def test_migrations_make_what_the_models_say(database: Database) -> None:
    """After all migrations the schema and the models agree: nothing is left for a new migration."""
    with database.writing() as session:
        context = MigrationContext.configure(
            session.connection(), opts={"compare_type": True, "include_name": is_compared}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_up_down_up_on_a_filled_database(empty_url: str) -> None:
    """Each step back and forth works on a filled database, and a fresh fill has the same content hashes."""
    database = Database(empty_url)
    prepare(database)
    fill(database)
    before = contents(database)
    for script in ScriptDirectory.from_config(configuration()).walk_revisions():
        take_back(database, str(script.down_revision or "base"))
    prepare(database)
    fill(database)

    assert contents(database) == before
    database.close()


def test_older_lines_get_what_they_are_found_by(empty_url: str) -> None:
    """Lines that were there before their words and items were kept get both, and are history again."""
    database = Database(empty_url)
    prepare(database)
    with database.writing() as session:
        lines = [
            make_strike(make_tally(3, as_written="trois camions"), make_tally(4, verb="d\u00e9truits")),
            make_strike(make_tally(1, as_written="un camion")),
        ]
        service.create(session, ReportIn.model_validate(make_report(*lines)), None)
    take_back(database, "0004")
    prepare(database)

    with database.reading() as session:
        items = session.scalars(select(Strike.items_min).order_by(Strike.id)).all()
        found = [
            session.scalars(
                select(STRIKE_WORDS.c.rowid).where(contains_all(STRIKE_WORDS.c.words, words))
            ).all()
            for words in (["camions"], ["camions", "detruits"], ["camion"], ["camion", "detruits"])
        ]
    first, second = sorted({each for ids in found for each in ids})
    assert items == [7, 1]
    assert found == [[first], [first], [second], []]
    with pytest.raises(DBAPIError, match="only added to"), database.writing() as session:
        session.execute(text("UPDATE strikes SET items_min = 0"))
    database.close()


def test_upgrade_twice_changes_nothing(database: Database) -> None:
    """Migrating and seeding a database that is up to date adds no ledger entry."""
    with database.reading() as session:
        before = head(session)
    with database.migrating() as session:
        upgrade(session)
        assert write_missing(session) == 0
        assert seed(session) is None
        assert head(session) == before


def test_empty_database_is_not_current(empty_url: str) -> None:
    """A database without a schema is told apart from one that is ready."""
    database = Database(empty_url)
    with database.reading() as session:
        assert not is_current(session)
    database.close()


def test_unknown_schema_is_refused(database: Database) -> None:
    """A schema from a newer version is left alone, with its name in the message."""
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'from-the-future'"))
    with pytest.raises(UnusableDatabase, match="from-the-future"), database.migrating() as session:
        upgrade(session)


def test_two_processes_that_migrate_at_once_agree(empty_url: str) -> None:
    """Of two processes that bring up one empty database, one does it and the other finds it done."""
    code = (
        "import sys; from app.cli.database import prepare; from app.db.engine import Database;"
        "prepare(Database(sys.argv[1]))"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, empty_url]) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]

    database = Database(empty_url)
    with database.reading() as session:
        assert is_current(session)
        assert head(session).seq == 1
    database.close()


def test_a_start_without_anything_to_migrate_loads_no_migrations(database: Database) -> None:
    """What migrates takes a tenth of a start to load, so it is loaded only where the schema is not the newest."""
    code = (
        "import sys; from app.cli.database import prepare; from app.db.engine import Database; import app.main;"
        "prepare(Database(sys.argv[1])); assert 'alembic' not in sys.modules"
    )
    url = database.url.render_as_string(hide_password=False)
    subprocess.run([sys.executable, "-c", code, url], check=True)


def test_half_a_migration_is_never_left_behind(empty_url: str) -> None:
    """A migration that fails midway leaves the database as it was."""
    database = Database(empty_url)
    with pytest.raises(RuntimeError), database.migrating() as session:
        Base.metadata.create_all(session.connection())
        raise RuntimeError
    with database.reading() as session:
        assert not is_current(session)
        tables = session.connection().dialect.get_table_names(session.connection())
        assert tables == []
    database.close()
