"""Imports that are killed at random moments, and what each leaves."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from app.bulk.staging_process import WORTH_BYTES
from tests.cli.test_commands import COMMAND, PATIENCE, environment, processes, run
from tests.factories import make_report, make_strike, make_tally

REPORTS, LINES = 600, 6

# Seconds after which the process that stages reports has ended, once the import is gone.
ENDS_WITHIN = 10


def write_file(path: Path) -> None:
    """Write NDJSON of some thousand lines, with texts that make it worth a second process."""
    text = "Near Raqqa, a strike destroyed two vehicles. " * (WORTH_BYTES // REPORTS // 40)
    with path.open("w") as file:
        for number in range(REPORTS):
            lines = [
                make_strike(make_tally(2), make_tally(number), strikes=place + 1) for place in range(LINES)
            ]
            file.write(json.dumps(make_report(*lines, number=f"K-{number}", text=text)) + "\n")


def outcomes_of_kills(folder: Path, kills: int, seed: int = 11) -> Iterator[int]:
    """Kill imports of a file at random moments; yield how many reports each left, and check that they are sound.

    The last one leaves nothing behind, since whatever was complete is removed before the next.
    """
    source = random.Random(seed)  # noqa: S311 - moments, not secrets
    write_file(folder / "reports.ndjson")
    assert run(folder, "migrate").returncode == 0
    shutil.copy(folder / "strikeledger.db", folder / "empty.db")
    # How long one takes here, so that kills fall anywhere in it.
    began = time.monotonic()
    assert run(folder, "import", "reports.ndjson").returncode == 0
    seconds = time.monotonic() - began
    _empty(folder)
    for _ in range(kills):
        process = subprocess.Popen(
            [*COMMAND, "import", "reports.ndjson"], cwd=folder, env=environment(), stdout=subprocess.DEVNULL
        )
        time.sleep(source.uniform(0, seconds))  # Nothing shows how far an import is.
        os.kill(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)
        until = time.monotonic() + ENDS_WITHIN
        while processes(folder):
            assert time.monotonic() < until, "a process of the import is left"
            time.sleep(0.05)  # Until the next look.
        verified = run(folder, "verify")
        assert verified.returncode == 0, verified.stdout
        with closing(sqlite3.connect(folder / "strikeledger.db")) as connection:
            (reports,) = connection.execute("SELECT count(*) FROM reports").fetchone()
            (lines,) = connection.execute("SELECT count(*) FROM strikes").fetchone()
        assert lines == reports * LINES
        yield reports
        if reports:
            _empty(folder)


def rerun(folder: Path) -> list[dict[str, int]]:
    """Import the same file twice more, and return both outcomes."""
    done = [run(folder, "import", "reports.ndjson", "--json") for _ in range(2)]
    assert [ended.returncode for ended in done] == [0, 0]
    names = ("created", "revised", "unchanged", "rejected")
    return [{name: json.loads(ended.stdout)[name] for name in names} for ended in done]


def _empty(folder: Path) -> None:
    for end in ("", "-wal", "-shm"):
        (folder / f"strikeledger.db{end}").unlink(missing_ok=True)
    shutil.copy(folder / "empty.db", folder / "strikeledger.db")
