"""Measure the verifier: how long `strikeledger verify` takes over a long record, sound and tampered with.

The record is made through the one door, in one transaction, which takes minutes: an entry is sealed in the order
in which it comes. What is tampered with stands near the end, since the check ends at the first bad number.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from app.catalogue.seed import seed
from app.db.engine import Database
from app.db.migrate import upgrade
from app.db.sqlite import sqlite_module
from app.ledger.append import chain_hash
from app.models import LedgerEntry
from app.record.report_in import ReportIn
from app.reports import service

ENTRIES = 100_000

# The entry that is tampered with, and how many are cut off the end.
BAD = ENTRIES * 9 // 10
CUT = 10

# How long the check may take, in seconds, as promised.
GOAL = 30


def main() -> None:
    """Print how long each check takes, and the first bad number that it names."""
    console = Console(width=100)
    with tempfile.TemporaryDirectory(prefix="strikeledger-bench-") as folder:
        sound = Path(folder) / "sound.db"
        seconds = _fill(sound)
        size = sound.stat().st_size / 2**20
        console.print(
            f"a record of {ENTRIES:,} entries, {size:,.0f} MiB: written at {ENTRIES / seconds:,.0f} a second"
        )
        saved = _unprotected(sound)
        table = Table("record", f"verified in (goal {GOAL} s)", "first bad number", "tampered at")
        for name, (tamper, at) in TAMPERED.items():
            copy = Path(shutil.copy(sound, sound.with_name("copy.db")))
            with closing(sqlite_module().connect(copy)) as raw:
                tamper(raw)
                raw.commit()
            began = time.perf_counter()
            found = _verified(copy, saved)
            table.add_row(name, f"{time.perf_counter() - began:.1f} s", found, at)
        console.print(table)


def _fill(path: Path) -> float:
    """Make a record of ENTRIES entries, the first of which is the vocabulary's; return the seconds that it took."""
    database = Database(f"sqlite:///{path}")
    with database.migrating() as session:
        upgrade(session)
    began = time.perf_counter()
    with database.writing() as session:
        seed(session)
        for number in range(2, ENTRIES + 1):
            service.create(session, _report(number), None)
    database.close()
    return time.perf_counter() - began


def _report(number: int) -> ReportIn:
    """Make a report with two lines and three tallies, which can be told from all others."""
    day = str(date(2014, 8, 8) + timedelta(days=number % 1_500))
    lines = [
        {
            "date_from": day,
            "country": country,
            "location": place,
            "strikes": number % 5,
            "tallies": [
                {"effect": "destroyed", "category": each, "count": number % 97} for each in destroyed
            ],
        }
        for country, place, destroyed in (("SY", "Raqqa", ("tank", "vehicle")), ("IQ", "Mosul", ("tunnel",)))
    ]
    body = {"publisher": "cjtf-oir", "published_on": day, "number": f"bench-{number}", "strikes": lines}
    return ReportIn.model_validate(body)


def _unprotected(path: Path) -> str:
    """Take away the triggers that refuse any change of history; return the head, as one saves it outside."""
    with closing(sqlite_module().connect(path)) as raw:
        triggers = raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            raw.execute(f"DROP TRIGGER {name}")
        raw.commit()
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        seq, seal = raw.execute("SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1").fetchone()
    return f"{seq}:{seal}"


def _verified(path: Path, saved: str) -> str:
    """Run the command on a file, against the saved head; return the first bad number, or that there is none."""
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", "from app.cli.main import main; main()", "verify", "--json", "--head", saved],
        env=os.environ | {"STRIKELEDGER_DATABASE_URL": f"sqlite:///{path}"},
        capture_output=True,
        check=False,
    )
    fault = json.loads(done.stdout)["fault"]
    return f"{fault['seq']:,}" if fault else "none"


def _by(*statements: str) -> Callable[[sqlite3.Connection], None]:
    """Tamper by statements, in which :bad is the entry's number."""

    def tamper(raw: sqlite3.Connection) -> None:
        for statement in statements:
            raw.execute(statement.replace(":bad", str(BAD)).replace(":cut", str(ENTRIES - CUT)))

    return tamper


def _written_anew(raw: sqlite3.Connection) -> None:
    """Change an entry, and compute the hashes from it up to the end anew, as an insider could."""
    _by(
        "UPDATE ledger SET revision = 2 WHERE seq = :bad",
        "UPDATE revisions SET revision = 2 WHERE recorded_seq = :bad",
    )(raw)
    raw.commit()
    path = raw.execute("PRAGMA database_list").fetchone()[2]
    database = Database(f"sqlite:///{path}")
    with database.reading() as session:
        entries = session.execute(
            select(*LedgerEntry.__table__.columns).where(LedgerEntry.seq >= BAD - 1).order_by(LedgerEntry.seq)
        ).all()
    database.close()
    previous = entries[0].hash
    for entry in entries[1:]:
        columns = entry._asdict()
        del columns["hash"]
        previous = chain_hash(previous, columns)
        raw.execute("UPDATE ledger SET hash = ? WHERE seq = ?", (previous, entry.seq))


# What somebody does to the database, and where.
TAMPERED: dict[str, tuple[Callable[[sqlite3.Connection], None], str]] = {
    "untouched": (_by(), "-"),
    "a value changed": (
        _by(
            "UPDATE tallies SET count_min = 0 WHERE strike_id IN (SELECT id FROM strikes WHERE recorded_seq = :bad)"
        ),
        f"{BAD:,}",
    ),
    "an entry removed": (_by("DELETE FROM ledger WHERE seq = :bad"), f"{BAD:,}"),
    "an entry inserted": (
        _by(
            "UPDATE ledger SET seq = -seq - 1 WHERE seq >= :bad",
            "UPDATE ledger SET seq = -seq WHERE seq < 0",
            "INSERT INTO ledger SELECT :bad, recorded_at, action, report_id, revision, content_hash, 'inserted' "
            "FROM ledger WHERE seq = :bad - 1",
        ),
        f"{BAD:,}",
    ),
    "two entries swapped": (
        _by(
            "UPDATE ledger SET seq = -1 WHERE seq = :bad",
            "UPDATE ledger SET seq = :bad WHERE seq = :bad + 2",
            "UPDATE ledger SET seq = :bad + 2 WHERE seq = -1",
        ),
        f"{BAD:,}",
    ),
    "the end cut off, with all its rows": (
        _by(
            "DELETE FROM tallies WHERE strike_id IN (SELECT id FROM strikes WHERE recorded_seq > :cut)",
            *(
                f"DELETE FROM {table} WHERE recorded_seq > :cut"  # noqa: S608 - these three
                for table in ("strikes", "coverage", "revisions")
            ),
            "DELETE FROM ledger WHERE seq > :cut",
        ),
        f"{ENTRIES - CUT + 1:,}",
    ),
    "written anew, with all hashes": (_written_anew, f"{BAD:,}"),
}
