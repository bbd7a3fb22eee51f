"""Column files: a start maps them instead of reading rows, and whatever befalls them, no answer is ever wrong."""

import fcntl
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest

from app.columnar import segment
from app.columnar import store as columns_of
from app.columnar.mapped_files import ColumnFiles
from app.columnar.segment import Segment
from app.columnar.store import Columns, Record, matches_rows
from app.db.engine import Database
from app.ledger.head import head
from tests import record
from tests.api import Api
from tests.factories import make_report, make_strike, make_tally
from tests.http.server import running


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a record of some lines have several segments."""
    monkeypatch.setattr(segment, "LINES_IN_SEGMENT", 20)


def read_rows(*_: Any) -> None:  # noqa: ANN401 - whatever it is called with
    """Fail, where no row may be read."""
    raise AssertionError("rows were read")


def opened(columns: Columns, database: Database) -> Record:
    """Return the record as it stands."""
    with database.reading() as session:
        return columns.at(session, head(session))


def content(found: Record) -> list[Any]:
    """Return all lines and tallies, in an order that does not depend on segments."""
    lines = pl.concat(each.lines for each in found.segments).sort("id")
    tallies = pl.concat(
        each.tallies.with_columns(id=each.lines["id"].gather(each.tallies["line"])) for each in found.segments
    )
    rest = found.revisions.rows(), found.coverage.sort("id").rows()
    return [lines.rows(), sorted(tallies.drop("line").rows()), *rest]


@pytest.fixture
def saved(database: Database, tmp_path: Path) -> tuple[Database, Path]:
    """Return a database with a record, and the folder of its files."""
    record.fill(database, retracted=3)
    columns = Columns(ColumnFiles(tmp_path / "files"))
    opened(columns, database)
    columns.tend_files(database)
    return database, tmp_path / "files"


def parts(folder: Path) -> list[Path]:
    """Return the files that hold columns."""
    return sorted(folder.glob("*.columns"))


def test_start_reads_no_rows(saved: tuple[Database, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that starts maps what another one saved, and has the same."""
    database, folder = saved
    expected = content(opened(Columns(), database))
    monkeypatch.setattr(columns_of, "read", read_rows)

    assert content(opened(Columns(ColumnFiles(folder)), database)) == expected


def test_files_are_followed_by_the_ledger(saved: tuple[Database, Path], api: Api) -> None:
    """What was written since files were saved is read from rows."""
    database, folder = saved
    api.post(make_report(make_strike(make_tally(3))))

    assert content(opened(Columns(ColumnFiles(folder)), database)) == content(opened(Columns(), database))


def test_two_processes_share_what_one_saved(
    saved: tuple[Database, Path], api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where many writes are not saved yet, one process saves them, and the others take these files over."""
    database, folder = saved
    monkeypatch.setattr(columns_of, "ENTRIES", 2)
    first, second = Columns(ColumnFiles(folder)), Columns(ColumnFiles(folder))
    for each in (first, second):
        opened(each, database)
    for _ in range(3):
        api.post(make_report(make_strike(make_tally(3))))
    for each in (first, second):
        opened(each, database)
        each.tend_files(database)
    monkeypatch.setattr(columns_of, "read", read_rows)
    third = Columns(ColumnFiles(folder))

    assert (
        content(opened(third, database))
        == content(opened(first, database))
        == content(opened(second, database))
    )


def flip(path: Path) -> None:
    """Change one byte in the middle."""
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)


def swap(path: Path) -> None:
    """Put a file in the place of another one, and the other way around."""
    other = next(each for each in sorted(path.parent.glob(f"*{path.suffix}"), reverse=True) if each != path)
    beside = path.with_suffix(".beside")
    path.rename(beside)
    other.rename(path)
    beside.rename(other)


def remove(path: Path) -> None:
    """Remove a file, if nobody else did."""
    path.unlink(missing_ok=True)


def cut(path: Path) -> None:
    """Keep the first half."""
    os.truncate(path, path.stat().st_size // 2)


ATTACKS: tuple[Callable[[Path], None], ...] = (flip, cut, swap, remove)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("number", [0, -1])
def test_damaged_files_are_not_used_and_written_anew(
    saved: tuple[Database, Path], attack: Callable[[Path], None], number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever file is damaged, the record is read from rows, and the files are whole afterwards."""
    database, folder = saved
    expected = content(opened(Columns(), database))
    attack(parts(folder)[number])
    columns = Columns(ColumnFiles(folder))
    assert content(opened(columns, database)) == expected

    columns.tend_files(database)
    monkeypatch.setattr(columns_of, "read", read_rows)
    assert content(opened(Columns(ColumnFiles(folder)), database)) == expected


def test_damaged_list_is_not_used(saved: tuple[Database, Path]) -> None:
    """A list that says something else than it did is none."""
    database, folder = saved
    (listed,) = folder.glob("*.list")
    flip(listed)

    assert ColumnFiles(folder).load() is None
    assert content(opened(Columns(ColumnFiles(folder)), database)) == content(opened(Columns(), database))


def test_files_of_another_record_are_not_used(
    saved: tuple[Database, Path], sqlite_template: Path, tmp_path: Path
) -> None:
    """A record with another history is read from its rows, though its files lie there, and saved in their place."""
    _, folder = saved
    path = tmp_path / "other.db"
    shutil.copy(sqlite_template, path)
    other = Database(f"sqlite:///{path}")
    record.fill(other, seed=8)
    columns = Columns(ColumnFiles(folder))
    expected = content(opened(Columns(), other))

    assert content(opened(columns, other)) == expected
    columns.tend_files(other)
    assert content(opened(Columns(ColumnFiles(folder)), other)) == expected
    other.close()


@pytest.mark.skipif(sys.platform != "linux", reason="leases are a Linux feature")
def test_who_changes_a_mapped_file_waits_until_it_is_let_go(saved: tuple[Database, Path]) -> None:
    """The kernel holds up a truncation for as long as a file is mapped; then its columns are in memory."""
    database, folder = saved
    columns = Columns(ColumnFiles(folder))
    expected = content(opened(columns, database))
    victims = [*map(str, parts(folder))]
    program = "import os, sys; [os.truncate(each, 0) for each in sys.argv[1:]]"
    with subprocess.Popen([sys.executable, "-c", program, *victims]) as attacker:
        until = time.monotonic() + 30
        while attacker.poll() is None:
            assert time.monotonic() < until
            assert content(opened(columns, database)) == expected
            columns.tend_files(database)
            time.sleep(0.02)  # The attacker needs a moment to ask for the next file.

    assert attacker.returncode == 0
    assert content(opened(columns, database)) == expected


def test_without_leases_files_are_read(saved: tuple[Database, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that knows no leases has no file mapped, and the same record."""
    database, folder = saved

    def refused(*_: object) -> int:
        raise OSError("no leases here")

    monkeypatch.setattr(fcntl, "fcntl", refused)
    files = ColumnFiles(folder)

    assert content(opened(Columns(files), database)) == content(opened(Columns(), database))
    assert not files.is_awaited()


def test_verify_recounts_the_files(saved: tuple[Database, Path]) -> None:
    """Files that are whole, and yet hold another number than a row, do not hold."""
    database, folder = saved
    files = ColumnFiles(folder)
    with database.reading() as session:
        assert matches_rows(files, session)
    stored = files.load()
    assert stored is not None
    first, *others = stored.segments
    more = Segment(first.lines.with_columns(pl.col("strikes_min") + 1), first.tallies)
    files.save(replace(stored, segments=[more, *others]))
    with database.reading() as session:
        assert not matches_rows(ColumnFiles(folder), session)


QUESTIONS = (
    "",
    "?group_by=location",
    "?group_by=month,category&fill=none",
    "?group_by=category&effect=destroyed",
    "?location=raqqa&group_by=day",
)


def attacked(folder: Path, chance: random.Random, ended: threading.Event) -> Iterator[str]:
    """Attack files at random until the end."""
    while not ended.is_set():
        files = [*folder.glob("*.columns"), *folder.glob("*.list")]
        if len(files) > 2:
            attack = chance.choice(ATTACKS)
            try:
                attack(chance.choice(files))
            except (OSError, StopIteration):
                continue  # The server removed it first.
            yield attack.__name__
        ended.wait(0.05)


def test_no_answer_is_wrong_while_files_are_attacked(sqlite_template: Path, tmp_path: Path) -> None:
    """Two workers answer alike and live on, while their files are damaged, truncated, swapped and removed."""
    path = tmp_path / "strikeledger.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    record.fill(database)
    chance, ended = random.Random(5), threading.Event()  # noqa: S311 - test data, not secrets
    made: list[str] = []
    folder = Path(f"{path}-columns")

    def attack() -> None:
        made.extend(attacked(folder, chance, ended))

    attacker = threading.Thread(target=attack)
    expected: dict[str, bytes] = {}
    for start in range(3):
        with running(tmp_path, workers=2) as server:
            if start == 0:
                for question in QUESTIONS:
                    expected[question] = httpx.get(f"{server.url}/v1/aggregates{question}").content
                attacker.start()
            until = time.monotonic() + 3
            number = 0
            while time.monotonic() < until:
                question = QUESTIONS[number % len(QUESTIONS)]
                # A parameter of its own for each: nothing comes from a cache.
                asked = f"/v1/aggregates{question}{'&' if question else '?'}limit={900 + number % 100}"
                answer = httpx.get(f"{server.url}{asked}")
                number += 1
                assert answer.status_code == 200, answer.text
                assert answer.content == expected[question]
    ended.set()
    attacker.join(30)
    database.close()
    assert len(set(made)) > 1
