"""Derived rows: what is missing or wrong of them is found, written again, and never shown."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text

from app.catalogue.ledger_entries import rebuilt_vocabularies
from app.cli.database import prepare
from app.db.derived_tables import empty, empty_words
from app.db.engine import Database, WriteSession
from app.ledger.verify import Sources, verify
from app.models import STRIKE_WORDS, RevisionDocument, StrikeCategory, StrikeDocument
from app.reports import derived, line_index
from app.reports.derived import rebuild, write_missing
from app.reports.ledger_check import stored_contents
from app.reports.line_index import index_faults
from tests import record
from tests.api import Api
from tests.changes import story
from tests.cli.test_commands import run

QUESTIONS = (
    "/v1/strikes?limit=500&duplicates=include",
    "/v1/strikes?as_of=20&limit=500",
    "/v1/strikes/s1",
    "/v1/reports/r13",
    "/v1/reports/r13?as_of=15",
    "/v1/reports/r13/revisions/1",
    "/v1/reports/r13/revisions/2/diff",
    "/v1/export?format=csv",
    "/v1/export?format=ndjson",
)


def lose_json(session: WriteSession) -> None:
    """Lose the stored JSON of all lines and revisions."""
    empty(session, StrikeDocument.__tablename__)
    empty(session, RevisionDocument.__tablename__)


def lose_words(session: WriteSession) -> None:
    """Lose the full-text index."""
    empty_words(session, STRIKE_WORDS.name)


def lose_categories(session: WriteSession) -> None:
    """Lose the index of lines by category."""
    empty(session, StrikeCategory.__tablename__)


def move_a_category(session: WriteSession) -> None:
    """Let the index of lines by category have one of them on another day."""
    row = session.execute(select(*StrikeCategory.__table__.columns)).first()
    assert row is not None
    session.execute(insert(StrikeCategory), row._asdict() | {"date_from": date(2001, 1, 1)})


def add_a_word(session: WriteSession) -> None:
    """Let the index know a word that no line has."""
    lose_words(session)
    write_missing(session)
    if session.held.dialect.name == "sqlite":
        session.execute(text("INSERT INTO strike_words (rowid, words) VALUES (3, 'airfield')"))
    else:
        session.execute(text("ALTER TABLE strike_words DISABLE TRIGGER USER"))
        session.execute(delete(STRIKE_WORDS).where(STRIKE_WORDS.c.rowid == 3))
        session.execute(insert(STRIKE_WORDS), {"rowid": 3, "words": ["airfield"]})
        session.execute(text("ALTER TABLE strike_words ENABLE TRIGGER USER"))


def fault(database: Database) -> str:
    """Verify the record; return what is wrong with it, "" if nothing is."""
    with database.reading() as session:
        verdict = verify(session, Sources(stored_contents, rebuilt_vocabularies, index_faults))
        return verdict.fault.what if verdict.fault else ""


@pytest.mark.parametrize("lose", [lose_json, lose_words, add_a_word, lose_categories, move_a_category])
def test_lost_rows_are_found_and_rebuilt(
    api: Api, database: Database, lose: Callable[[WriteSession], None]
) -> None:
    """`verify` finds derived rows that are lost or wrong, a rebuild writes them again, and then the record holds."""
    story.tell(database)
    lines = api.read("/v1/strikes", q="vehicles")["items"]
    assert lines
    assert fault(database) == ""
    with database.writing() as session:
        lose(session)
    assert "strikeledger rebuild" in fault(database)

    with database.writing() as session:
        rebuild(session)
    assert fault(database) == ""
    assert api.read("/v1/strikes", q="vehicles")["items"] == lines


@pytest.mark.parametrize("lose", [lose_json, lose_words])
def test_migrate_writes_what_is_missing(database: Database, lose: Callable[[WriteSession], None]) -> None:
    """What `migrate` writes in place of missing rows is the same as was there."""
    story.tell(database)
    before = stored_json(database)
    with database.writing() as session:
        lose(session)
        assert write_missing(session) > 0
    assert stored_json(database) == before
    assert fault(database) == ""


@pytest.mark.parametrize("finish", [derived.write_json_in_steps, prepare])
def test_what_was_interrupted_goes_on_where_it_was(
    database: Database, monkeypatch: pytest.MonkeyPatch, finish: Callable[[Database], int | None]
) -> None:
    """What was written before a stop stays, and the next `migrate` or `serve` writes the rest alone."""
    story.tell(database)
    before = stored_json(database)
    with database.writing() as session:
        lose_json(session)
    monkeypatch.setattr(line_index, "BATCH", 2)

    def stop(done: int, every: int) -> None:
        if done * 2 > every:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        derived.write_json_in_steps(database, stop)
    first = len(stored_json(database))
    assert 0 < first < len(before)
    with database.reading() as reader:
        assert derived.is_missing_json(reader)
    assert finish(database) in {None, len(before) - first}
    with database.reading() as reader:
        assert not derived.is_missing_json(reader)
    assert stored_json(database) == before
    assert fault(database) == ""


def test_commands_write_what_is_missing_or_wrong(sqlite_template: Path, tmp_path: Path) -> None:
    """`migrate` writes rows that are missing and says so, `rebuild` writes all, and `verify` then holds."""
    path = tmp_path / "strikeledger.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    record.fill(database, reports=3)
    with database.writing() as session:
        lose_words(session)
    database.close()
    assert "missing" in run(tmp_path, "migrate").stdout
    assert "anew" in run(tmp_path, "rebuild").stdout
    assert run(tmp_path, "verify").returncode == 0


def test_readers_do_without_stored_json(api: Api, database: Database) -> None:
    """Every response is the same, byte for byte, where the stored JSON is lost."""
    story.tell(database)
    before = [api.request("GET", question).content for question in QUESTIONS]
    with database.writing() as session:
        lose_json(session)
    assert [api.request("GET", question).content for question in QUESTIONS] == before


def test_rebuilding_what_is_sound_changes_nothing(database: Database) -> None:
    """A rebuild writes what was there, and leaves tables that refuse every change as before."""
    story.tell(database)
    before = stored_json(database)
    with database.writing() as session:
        assert rebuild(session) > 0
        assert write_missing(session) == 0
    assert stored_json(database) == before
    with pytest.raises(Exception, match="only added to"), database.writing() as session:
        session.execute(delete(StrikeDocument))


def stored_json(database: Database) -> list[tuple[Any, ...]]:
    """Return the stored JSON of every line and revision."""
    with database.reading() as session:
        lines = select(*StrikeDocument.__table__.columns).order_by(StrikeDocument.strike_id)
        of_revisions = RevisionDocument.__table__.columns
        revisions = select(*of_revisions).order_by(*of_revisions)
        return [tuple(row) for statement in (lines, revisions) for row in session.execute(statement)]
