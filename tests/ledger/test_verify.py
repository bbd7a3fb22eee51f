"""`verify`: whatever is changed, removed, inserted or reordered in the database shows, at the right number."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.catalogue.ledger_entries import rebuilt_vocabularies
from app.db.engine import Database
from app.db.sqlite import sqlite_module
from app.ledger import verify as verify_module
from app.ledger.append import chain_hash
from app.ledger.verify import Fault, SavedHead, Sources, Verdict, parse_head, verify
from app.models import LedgerEntry
from app.reports.derived import rebuild
from app.reports.ledger_check import stored_contents
from app.reports.line_index import index_faults
from tests.changes import story
from tests.cli.test_commands import run

# Names for lines in the statements below: the first line of the report whose revisions the story tells, which
# the second revision puts aside, and the line that it keeps, and moves to the front.
LINES = {
    ":line": "(SELECT min(id) FROM strikes WHERE report_id = 13)",
    ":kept": "(SELECT min(id) + 1 FROM strikes WHERE report_id = 13)",
}

STRIKE = (
    "INSERT INTO strikes (report_id, recorded_seq, position, date_from, date_to, date_precision, country)"
    " VALUES (13, %d, 9, '2017-03-01', '2017-03-01', 'day', 'SY')"
)
TALLY = "INSERT INTO tallies (strike_id, position, effect, count_min) VALUES (%s, 9, 'damaged', 1)"

# What somebody does to the database, and the first number at which the record no longer holds.
TAMPERED = {
    "count of a tally": ("UPDATE tallies SET count_min = 0 WHERE strike_id = :line", story.PUBLISHED),
    "estimate of a tally": ("UPDATE tallies SET approximate = 1 WHERE strike_id = :line", story.PUBLISHED),
    "category of a tally": (
        "UPDATE tallies SET category_id = NULL WHERE strike_id = :line",
        story.PUBLISHED,
    ),
    "place of a line": ("UPDATE strikes SET location_id = 99999 WHERE id = :line", story.PUBLISHED),
    "day of a line": ("UPDATE strikes SET date_from = '2017-02-28' WHERE id = :line", story.PUBLISHED),
    "day that is none": ("UPDATE strikes SET date_to = '2017-13-41' WHERE id = :line", story.PUBLISHED),
    "items of a line": ("UPDATE strikes SET items_min = items_min + 1 WHERE id = :line", story.PUBLISHED),
    "archived copy": (
        "UPDATE revisions SET archive_url = 'https://example.org/' WHERE report_id = 13 AND revision = 1",
        story.PUBLISHED,
    ),
    "sentence": ("UPDATE strikes SET quote = 'Nothing happened.' WHERE id = :line", story.PUBLISHED),
    "JSON of a line": (
        (
            "UPDATE strike_documents SET template = (SELECT template FROM strike_documents WHERE strike_id = 1)"
            " WHERE strike_id = :line"
        ),
        story.PUBLISHED,
    ),
    "JSON of a line that is none": (
        "UPDATE strike_documents SET template = substr(template, 1, 9) WHERE strike_id = :line",
        story.PUBLISHED,
    ),
    "report that a line names": (
        (
            "UPDATE strike_documents SET reference = (SELECT reference FROM strike_documents WHERE strike_id = 1)"
            " WHERE strike_id = :line"
        ),
        story.PUBLISHED,
    ),
    "report of a line's JSON": (
        "UPDATE strike_documents SET report_id = report_id + 1 WHERE strike_id = :line",
        story.PUBLISHED,
    ),
    "JSON of a line removed": ("DELETE FROM strike_documents WHERE strike_id = :line", story.PUBLISHED),
    "JSON of a revision": (
        "UPDATE revision_documents SET template = replace(template, 'Harmless', 'Harmlfss')",
        story.PUBLISHED,
    ),
    "title": ("UPDATE revisions SET title = 'Harmlfss' WHERE title = 'Harmless'", story.PUBLISHED),
    "bytes that are no text": (
        "UPDATE revisions SET title = CAST(x'ff' AS TEXT) WHERE title = 'Harmless'",
        story.PUBLISHED,
    ),
    "publisher": ("UPDATE reports SET publisher_id = publisher_id % 6 + 1 WHERE id = 13", story.PUBLISHED),
    "reason": ("UPDATE revisions SET reason = 'none' WHERE status = 'retracted'", story.RETRACTED),
    "order of lines": (
        (
            "UPDATE revisions SET line_order = '[' || substr(line_order, instr(line_order, ',') + 1,"
            " length(line_order) - instr(line_order, ',') - 1) || ','"
            " || substr(line_order, 2, instr(line_order, ',') - 2) || ']' WHERE line_order IS NOT NULL"
        ),
        story.REVISED,
    ),
    "order of no lines": (
        "UPDATE revisions SET line_order = '[1]' WHERE line_order IS NOT NULL",
        story.REVISED,
    ),
    "headline": ("UPDATE revisions SET headline_strikes = 4 WHERE title = 'Harmless'", story.PUBLISHED),
    "event of a repeat": ("UPDATE strikes SET event_id = NULL WHERE same_as_id IS NOT NULL", story.REPEATED),
    "event of a corrected line": (
        "UPDATE strikes SET event_id = NULL WHERE event_id IS NOT NULL AND same_as_id IS NULL",
        story.REVISED,
    ),
    "number of a report": ("UPDATE reports SET number = 'X' WHERE id = 13", story.REVISED),
    "who corrected a report": (
        "UPDATE revisions SET key_id = NULL WHERE reason = 'two strikes'",
        story.REVISED,
    ),
    "event of another line": ("UPDATE strikes SET event_id = 1 WHERE id = :kept", story.PUBLISHED),
    "repeated line": ("UPDATE strikes SET same_as_id = NULL WHERE same_as_id IS NOT NULL", story.REPEATED),
    "extra tally": (TALLY % ":line", story.PUBLISHED),
    "tally without a line": (TALLY % 99999, story.HEAD + 1),
    "extra line": (STRIKE % story.PUBLISHED, story.PUBLISHED),
    "extra line of another's entry": (STRIKE % 20, 20),
    "extra line of no entry": (STRIKE % 99, 99),
    "extra line before all": (STRIKE % 0, 0),
    "line put aside": (
        "UPDATE strikes SET superseded_seq = 16 WHERE id = :kept",
        story.REVISED,
    ),
    "line put aside by another's entry": ("UPDATE strikes SET superseded_seq = 20 WHERE id = :kept", 20),
    "line put aside at once": (
        "UPDATE strikes SET superseded_seq = 14 WHERE id = :kept",
        story.PUBLISHED,
    ),
    "line put aside in the future": ("UPDATE strikes SET superseded_seq = 99 WHERE id = :kept", 99),
    "line brought back": ("UPDATE strikes SET superseded_seq = NULL WHERE id = :line", story.REVISED),
    "revision brought back": (
        "UPDATE revisions SET superseded_seq = NULL WHERE title = 'Harmless'",
        story.REVISED,
    ),
    "revision removed": ("DELETE FROM revisions WHERE title = 'Harmless'", story.PUBLISHED),
    "line removed": ("DELETE FROM strikes WHERE id = :line", story.PUBLISHED),
    "name of a place": ("UPDATE location_versions SET name = 'Raqqb' WHERE name = 'Raqqa'", story.SEEDED),
    "position of a place": ("UPDATE location_versions SET lat = lat + 1e-9 WHERE id = 7", story.SEEDED),
    "slug of a place": ("UPDATE locations SET slug = 'raqqb' WHERE slug = 'raqqa'", story.SEEDED),
    "place parted again": (
        "UPDATE location_versions SET merged_into_id = NULL WHERE merged_into_id IS NOT NULL",
        story.MERGED,
    ),
    "version put aside": (
        "UPDATE location_versions SET superseded_seq = 18 WHERE name = 'Raqqa'",
        story.MERGED,
    ),
    "version brought back": (
        "UPDATE location_versions SET superseded_seq = NULL WHERE superseded_seq IS NOT NULL",
        story.MERGED,
    ),
    "alias": ("UPDATE category_aliases SET name = 'tonk' WHERE folded = 'tank'", story.SEEDED),
    "alias moved": ("UPDATE category_aliases SET thing_id = 1 WHERE folded = 'tank'", story.SEEDED),
    "alias added": (
        "INSERT INTO location_aliases (thing_id, folded, name, recorded_seq) VALUES (1, 'x', 'x', 18)",
        story.MERGED,
    ),
    "alias put aside": (
        "UPDATE location_aliases SET superseded_seq = 18 WHERE folded = 'mosul'",
        story.MERGED,
    ),
    "alias put aside by a report": (
        "UPDATE location_aliases SET superseded_seq = 20 WHERE folded = 'mosul'",
        20,
    ),
    "hash": (
        "UPDATE ledger SET hash = iif(hash LIKE '0%', '1', '0') || substr(hash, 2) WHERE seq = 20",
        20,
    ),
    "content hash": ("UPDATE ledger SET content_hash = upper(content_hash) WHERE seq = 20", 20),
    "time": ("UPDATE ledger SET recorded_at = '2001-01-01 00:00:00.000000' WHERE seq = 20", 20),
    "time that is none": ("UPDATE ledger SET recorded_at = 'noon' WHERE seq = 20", 20),
    "action": ("UPDATE ledger SET action = 'revised' WHERE seq = 20", 20),
    "first entry removed": ("DELETE FROM ledger WHERE seq = 1", 1),
    "entry removed": ("DELETE FROM ledger WHERE seq = 20", 20),
    "last ten entries removed": ("DELETE FROM ledger WHERE seq > 20", 21),
    "two entries swapped": (
        (
            "UPDATE ledger SET seq = -1 WHERE seq = 20; UPDATE ledger SET seq = 20 WHERE seq = 22;"
            "UPDATE ledger SET seq = 22 WHERE seq = -1"
        ),
        20,
    ),
    "entry inserted before all": (
        "INSERT INTO ledger SELECT 0, recorded_at, action, 1, 1, content_hash, 'x', 2 FROM ledger WHERE seq = 1",
        0,
    ),
    "entry inserted far beyond": (
        (
            "INSERT INTO ledger SELECT 999999999999, recorded_at, action, 1, 1, content_hash, 'x', 2 FROM ledger"
            " WHERE seq = 1"
        ),
        story.HEAD + 1,
    ),
    "entry moved on": ("UPDATE ledger SET seq = 32 WHERE seq = 30", story.HEAD),
}

CUT_OFF = [
    "DELETE FROM tallies WHERE strike_id IN (SELECT id FROM strikes WHERE recorded_seq > 20)",
    *(
        f"DELETE FROM {table} WHERE recorded_seq > 20"  # noqa: S608 - these three
        for table in ("strikes", "coverage", "revisions")
    ),
    "DELETE FROM ledger WHERE seq > 20",
]


@pytest.fixture(scope="module")
def told(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an SQLite file that holds the story, without the triggers that protect it."""
    path = tmp_path_factory.mktemp("told") / "strikeledger.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    story.tell(database)
    database.close()
    with closing(sqlite_module().connect(path)) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        assert triggers
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.commit()
    return path


@pytest.fixture
def copy(told: Path, tmp_path: Path) -> Path:
    """Copy the file, to be tampered with."""
    return Path(shutil.copy(told, tmp_path / "strikeledger.db"))


@pytest.fixture
def raw(copy: Path) -> Iterator[sqlite3.Connection]:
    """Open the copy with the bare driver: no triggers, no foreign keys, no checks."""
    with closing(sqlite_module().connect(copy)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        yield connection


def checked(where: Path | Database, saved: SavedHead | None = None) -> Verdict:
    """Verify a database as the command does."""
    database = Database(f"sqlite:///{where}") if isinstance(where, Path) else where
    with database.reading() as session:
        verdict = verify(session, Sources(stored_contents, rebuilt_vocabularies, index_faults), saved)
    if isinstance(where, Path):
        database.close()
    return verdict


def head_of(path: Path) -> SavedHead:
    """Read where the ledger of an untouched copy stands."""
    with closing(sqlite_module().connect(path)) as connection:
        return SavedHead(*connection.execute("SELECT seq, hash FROM ledger ORDER BY seq DESC").fetchone())


def rechain(raw: sqlite3.Connection, copy: Path, first: int, last: int, **changed: object) -> None:
    """Change the entry `first`, and compute all hashes from there up to `last` again, as an insider could."""
    database = Database(f"sqlite:///{copy}")
    with database.reading() as session:
        entries = session.execute(
            select(*LedgerEntry.__table__.columns)
            .where(LedgerEntry.seq.between(first - 1, last))
            .order_by(LedgerEntry.seq)
        ).all()
    database.close()
    previous = entries[0].hash
    for entry in entries[1:]:
        columns: dict[str, Any] = entry._asdict() | (changed if entry.seq == first else {})
        del columns["hash"]
        previous = chain_hash(previous, columns)
        raw.execute(
            "UPDATE ledger SET action = ?, hash = ? WHERE seq = ?", (columns["action"], previous, entry.seq)
        )
    raw.commit()


def test_untouched_record_holds(database: Database) -> None:
    """A record with revisions, a retraction and a merge holds in full, on either engine, and gives its head."""
    story.tell(database)
    with database.reading() as session:
        last = session.execute(select(LedgerEntry.hash).where(LedgerEntry.seq == story.HEAD)).scalar_one()

    assert checked(database) == Verdict(story.HEAD, last, None)
    assert checked(database, SavedHead(story.HEAD, last)).fault is None


def test_seeded_record_holds(database: Database) -> None:
    """What `migrate` leaves, a record of vocabularies alone, holds."""
    assert checked(database).entries == 1
    assert checked(database).fault is None


@pytest.mark.parametrize(("change", "seq"), TAMPERED.values(), ids=TAMPERED)
def test_tampering_is_found(
    copy: Path, raw: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, change: str, seq: int
) -> None:
    """Whatever is done to any row, the first number that no longer holds is named, in batches of any size."""
    for name, line in LINES.items():
        change = change.replace(name, line)
    touched = sum(raw.execute(statement).rowcount for statement in change.split(";"))
    raw.commit()
    assert touched > 0

    for batch in (1, 4, 1_000):
        monkeypatch.setattr(verify_module, "BATCH", batch)
        verdict = checked(copy)
        assert verdict.fault is not None
        assert (verdict.entries, verdict.fault.seq) == (max(0, min(seq - 1, story.HEAD)), seq)


def test_cut_off_entries_show_against_a_saved_head(copy: Path, raw: sqlite3.Connection) -> None:
    """Ten entries removed from the end with all their rows leave a sound record, yet not the one that was saved."""
    saved = head_of(copy)
    for statement in CUT_OFF:
        raw.execute(statement)
    raw.commit()
    assert "full-text index" in str(checked(copy).fault)
    database = Database(f"sqlite:///{copy}")
    with database.writing() as session:
        rebuild(session)
    database.close()

    assert checked(copy).fault is None
    assert checked(copy, saved).fault == Fault(21, "it is missing: a head was saved at 30")


def test_rewritten_entry_shows_in_the_next(copy: Path, raw: sqlite3.Connection) -> None:
    """An entry rewritten with its own hash computed again does not fit the one after it."""
    rechain(raw, copy, 20, 20, action="revised")
    verdict = checked(copy)
    assert verdict.fault is not None
    assert verdict.fault.seq == 21


def test_rewritten_ledger_shows_against_a_saved_head(copy: Path, raw: sqlite3.Connection) -> None:
    """A ledger computed again from an entry on is sound in itself, yet does not lead to the head that was saved."""
    saved = head_of(copy)
    rechain(raw, copy, 20, story.HEAD, action="revised")
    verdict = checked(copy, saved)

    assert checked(copy).fault is None
    assert verdict.fault is not None
    assert verdict.fault.seq == story.HEAD
    assert checked(copy, SavedHead(19, saved.hash)).fault is not None


def test_inserted_entry_shows(copy: Path, raw: sqlite3.Connection) -> None:
    """An entry added to the end with a right hash has no rows, and shows for it."""
    last = head_of(copy)
    for report_id, revision in ((story.REPORT, 3), (None, None)):
        raw.execute("DELETE FROM ledger WHERE seq = 31")
        raw.execute(
            "INSERT INTO ledger SELECT 31, '2999-01-01 00:00:00.000000', 'revised', ?, ?, content_hash, 'x', 2"
            " FROM ledger WHERE seq = 30",
            (report_id, revision),
        )
        raw.commit()
        rechain(raw, copy, 31, 31)
        verdict = checked(copy, last)
        assert verdict.fault is not None
        assert verdict.fault.seq == 31


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12",
        "12:",
        ":",
        "x:" + 64 * "0",
        "0:" + 64 * "0",
        "1:" + 63 * "0",
        "1:" + 64 * "g",
        "-1:" + 64 * "0",
    ],
)
def test_head_that_is_none_is_refused(text: str) -> None:
    """A saved head is a number from 1 on and 64 hexadecimal digits."""
    assert parse_head(text) is None
    assert parse_head(f"12:{64 * 'A'}") == SavedHead(12, 64 * "a")


def test_command_says_what_it_found(copy: Path, raw: sqlite3.Connection) -> None:
    """The command exits 0 with the head, 1 with the first bad number, and 2 for a head that is none."""
    saved = head_of(copy)
    head = f"{saved.seq}:{saved.hash}"
    sound = run(copy.parent, "verify", "--head", head)
    assert (sound.returncode, sound.stdout) == (0, f"All 30 entries hold. The head is {head}\n")

    raw.execute("UPDATE revisions SET title = 'Harmlfss' WHERE title = 'Harmless'")
    raw.commit()
    broken = run(copy.parent, "verify")
    assert broken.returncode == 1
    assert broken.stdout.startswith(f"The record does not hold at {story.PUBLISHED}: ")
    as_json = run(copy.parent, "verify", "--json")
    assert (as_json.returncode, json.loads(as_json.stdout)["fault"]["seq"]) == (1, story.PUBLISHED)

    mistaken = run(copy.parent, "verify", "--head", "30")
    assert (mistaken.returncode, "SEQ:HASH" in mistaken.stderr) == (2, True)


def test_command_makes_no_database(tmp_path: Path) -> None:
    """The command only reads: where there is no database it says so, and makes none."""
    missing = run(tmp_path, "verify")
    assert (missing.returncode, "there is no database" in missing.stderr) == (3, True)
    assert list(tmp_path.iterdir()) == []
