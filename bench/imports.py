"""Imports of a whole record by the command line, and of the same rows by sqlite-utils."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from app.catalogue.recording import CATEGORIES, LOCATIONS, record
from app.catalogue.seed import seed
from app.db.engine import Database
from app.db.migrate import upgrade
from bench.figures import Figures, Imported
from bench.record import peers_categories, peers_places
from bench.servers import CLI, ROOT, Harness, proportional_memory

# Lines of the record that is imported: more take minutes, and show the same.
MOST_LINES = 100_000

# The formats, with the arguments that export them.
FORMATS = {"ndjson": (), "csv": ("--shape", "long")}

# Between two samples of a command's memory; reading one takes some milliseconds.
_SAMPLED_SECONDS = 0.25

_TABLES = ("report", "strike", "tally")


def measure(
    figures: Figures, harness: Harness, databases: Sequence[tuple[int, Path, Path]], scratch: Path
) -> None:
    """Import each format once into a new record with the same vocabulary; databases are (lines, ours, the peers')."""
    for size, ours, theirs in databases:
        if size > MOST_LINES:
            continue
        for form, arguments in FORMATS.items():
            file = scratch / f"import.{form}"
            _command(ours, "export", str(file), "--format", form, *arguments)
            target = scratch / f"imported-{form}.db"
            _prepare(target, theirs)
            idle = _command(target, "import", os.devnull, "--format", "ndjson").memory
            done = _command(target, "import", str(file))
            figures.imports[form, size] = Imported(size / done.seconds, done.memory - idle)
        figures.imports["sqlite-utils", size] = Imported(size / _by_sqlite_utils(harness, theirs, scratch), 0)


def _prepare(target: Path, theirs: Path) -> None:
    """Make a record without reports, with the places and categories of the peers' rows."""
    database = Database(f"sqlite:///{target}")
    with database.migrating() as session:
        upgrade(session)
    with closing(sqlite3.connect(f"file:{theirs}?mode=ro", uri=True)) as peers, database.writing() as session:
        seed(session)
        record(session, {LOCATIONS.plural: peers_places(peers), CATEGORIES.plural: peers_categories(peers)})
    database.close()


class _Done:
    """A command that ended: its seconds, and the MiB that it and its processes held at most."""

    def __init__(self, seconds: float, memory: float) -> None:
        self.seconds, self.memory = seconds, memory


def _command(database: Path, *arguments: str) -> _Done:
    """Run a command of the product on a database. Raises CalledProcessError where it fails."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "STRIKELEDGER_DATABASE_URL": f"sqlite:///{database}",
    }
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, *CLI, *arguments], env=environment, stdout=subprocess.DEVNULL
    )
    most = 0.0
    while process.poll() is None:
        most = max(most, proportional_memory(process.pid))
        time.sleep(_SAMPLED_SECONDS)  # Until the next sample.
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, arguments)
    return _Done(time.perf_counter() - began, most)


def _by_sqlite_utils(harness: Harness, theirs: Path, scratch: Path) -> float:
    """Return the seconds that sqlite-utils takes for the peers' rows, as the harness runs it: from CSV, by key."""
    files = [scratch / f"{table}.csv" for table in _TABLES]
    for table, file in zip(_TABLES, files, strict=True):
        with file.open("wb") as output:
            subprocess.run(  # noqa: S603 - of the peers' environment
                [harness.python, "-m", "sqlite_utils", "rows", theirs, table, "--csv"],
                check=True,
                stdout=output,
            )
    target = scratch / "sqlite-utils.db"
    began = time.perf_counter()
    for table, file in zip(_TABLES, files, strict=True):
        subprocess.run(  # noqa: S603 - of the peers' environment
            [harness.python, "-m", "sqlite_utils", "insert", target, table, file, "--csv", "--pk", "id"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return time.perf_counter() - began
