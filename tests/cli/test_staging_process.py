"""The second process of large imports: the same outcome and the same record as without it."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.bulk import staging_process
from app.bulk.staging_process import WORTH_BYTES
from tests.cli.conftest import Command
from tests.cli.test_commands import COMMAND, PATIENCE, environment, processes
from tests.factories import make_report, make_strike, make_tally
from tests.faults.imports import write_file
from tests.record import random_report

# Columns that hold when something was written, or what follows from that.
OF_TIME = {"recorded_at", "hash", "created_at"}
# The JSON of a revision holds its time too.
TIMED = "revision_documents"


def lines(reports: int) -> Iterator[str]:
    """Yield random reports with everything that an import meets: faults, repeats, retractions, known numbers."""
    source = random.Random(3)  # noqa: S311 - test data, not secrets
    for number in range(reports):
        body = random_report(source) | {"number": f"S-{number}"}
        strike = make_strike(make_tally(number), id=f"s{9000 + number}", event=f"s{9000 + number}")
        match number % 12:
            case 1:
                body = make_report(strike, number=f"S-{number}", id=f"r{9000 + number}")
            case 2:
                body = make_report(
                    make_strike(make_tally(3), same_as=f"s{9000 + number + 11}"), number=f"S-{number}"
                )
                body["strikes"][0]["id"] = f"s{9000 + number}"
            case 3:
                body["number"] = None
            case 4:
                body["number"] = f"s {number - 3:04}"
            case 5:
                body["strikes"] = [make_strike(location="Nowhere at all")]
            case 6:
                body = {
                    "publisher": "cjtf-oir",
                    "published_on": "2017-03-02",
                    "number": f"S-{number}",
                    "status": "retracted",
                }
            case 7:
                yield "{not JSON\n"
                yield "\n"
            case 8:
                body |= {"number": "S-0", "title": f"Version {number}"}
        yield json.dumps(body, ensure_ascii=number % 2 == 0) + "\n"


def content(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of a database, without their times."""
    tables = {}
    with closing(sqlite3.connect(database)) as connection:
        names = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        for name, sql in names:
            if "VIRTUAL" in sql or name == TIMED:
                continue
            columns = [
                row[1] for row in connection.execute(f"PRAGMA table_info({name})") if row[1] not in OF_TIME
            ]
            tables[name] = connection.execute(f"SELECT {', '.join(columns)} FROM {name}").fetchall()  # noqa: S608 - names of the schema
    return tables


@pytest.mark.parametrize("mode", ["all", "valid"])
def test_a_second_process_changes_nothing_of_an_import(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    """With the second process, and without it, every row, hash of content and outcome is the same; so is a rerun."""
    file = tmp_path / "reports.ndjson"
    file.write_text("".join(lines(150)), encoding="utf-8")
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1}, raising=False)
    results = []
    for worth in (0, 2 * file.stat().st_size):
        monkeypatch.setattr(staging_process, "WORTH_BYTES", worth)
        database = tmp_path / f"{worth}.db"
        monkeypatch.setenv("STRIKELEDGER_DATABASE_URL", f"sqlite:///{database}")
        arguments = ("import", str(file), "--json", "--mode", mode)
        dry = command(*arguments, "--dry-run")
        ended = [command(*arguments) for _ in range(2)]
        rejects = command(*arguments, "--rejects", str(tmp_path / "rejects")) if mode == "valid" else None
        rejected = (tmp_path / "rejects").read_text() if rejects else ""
        results.append((dry.text, [(done.text, done.code) for done in ended], rejected, content(database)))
    assert results[0] == results[1]
    created = json.loads(results[0][1][0][0])["created"]
    assert (created > 100) is (mode == "valid")


def test_a_file_that_breaks_off_in_another_encoding_is_refused(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the second process cannot read is refused in the same words, and nothing is imported."""
    monkeypatch.setattr(staging_process, "is_worthwhile", lambda _: True)
    monkeypatch.setenv("STRIKELEDGER_DATABASE_URL", f"sqlite:///{tmp_path / 'own.db'}")
    file = tmp_path / "reports.ndjson"
    file.write_bytes(("".join(lines(10)) + "é").encode("cp1252"))
    refused = command("import", str(file))
    assert (refused.code, "is not UTF-8 at byte" in refused.err) == (1, True)
    assert content(tmp_path / "own.db")["reports"] == []


def test_an_import_whose_second_process_dies_writes_nothing(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that was not read to its end is never taken for a shorter one."""
    monkeypatch.setattr(staging_process, "is_worthwhile", lambda _: True)
    monkeypatch.setattr("sys.executable", "/bin/false")
    monkeypatch.setenv("STRIKELEDGER_DATABASE_URL", f"sqlite:///{tmp_path / 'own.db'}")
    file = tmp_path / "reports.ndjson"
    file.write_text(json.dumps(make_report(number="1")) + "\n")
    refused = command("import", str(file))
    assert (refused.code, "ended early; nothing was imported" in refused.err) == (1, True)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are counted in /proc")
def test_an_import_that_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    """Ctrl-C ends both processes of an import, and nothing of its file is written."""
    write_file(tmp_path / "reports.ndjson")
    assert (tmp_path / "reports.ndjson").stat().st_size >= WORTH_BYTES
    # In a group of its own, as the foreground process of a terminal.
    process = subprocess.Popen(
        [*COMMAND, "import", "reports.ndjson"],
        cwd=tmp_path,
        env=environment(),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    until = time.monotonic() + PATIENCE
    while len(processes(tmp_path)) < 2:
        assert time.monotonic() < until
        time.sleep(0.01)  # Until the second process is there.
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (130, b"")
    assert processes(tmp_path) == []
    assert content(tmp_path / "strikeledger.db")["reports"] == []
