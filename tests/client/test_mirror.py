"""The mirror: a local copy that equals the record, whatever happened to the record or to the copy."""

import shutil
import signal
import sqlite3
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest

from app.client import AnotherRecord, ApiError, Client
from app.client.mirror_file import TABLES, MirrorFile
from tests.cli.test_commands import environment
from tests.client.conftest import Served
from tests.factories import make_report, make_strike, make_tally

TEXT = "Near Raqqa, “one” strike destroyed a vehicle. Near Tabqa, two strikes destroyed three tanks."


def dump(path: Path) -> dict[str, list[Any]]:
    """Return every table of a mirror."""
    file = MirrorFile(path)
    with file:
        return {table: file.rows(table) for table in TABLES}


def query(path: Path, sql: str, *parameters: str) -> Any:  # noqa: ANN401 - an SQL value
    """Return the one value that a query gives."""
    connection = sqlite3.connect(path)
    (value,) = connection.execute(sql, parameters).fetchone()
    connection.close()
    return value


@pytest.fixture(scope="module")
def a_mirror(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a mirror of some state of the record, to be copied."""
    path = tmp_path_factory.mktemp("mirror") / "record.db"
    with Client(served.url) as client:
        client.mirror(path)
    return path


def write_something(client: Client) -> list[str]:
    """Publish, correct and retract reports; return their ids. One has a text, one no line, one stays a draft."""
    first = make_strike(make_tally(), quote={"start": 0, "end": 45})
    second = make_strike(make_tally(3, quote={"start": 79, "end": 90}), location=None, strikes=None)
    coverage = [{"country": "SY", "date_from": "2017-03-01", "strikes": 3}]

    def number() -> str:
        return uuid.uuid4().hex

    quoted = client.create_report(
        make_report(first, second, number=number(), text=TEXT, coverage=coverage, headline={"strikes": 3})
    )
    body = make_report(first, make_strike(make_tally(count_min=2, count_max=None, count=None)), text=TEXT)
    revised = client.create_report(body | {"number": (own := number())})
    client.revise_report(revised.id, body | {"number": own, "title": "T"}, "A title.")
    retracted = client.create_report(make_report(first, text=TEXT, number=number()))
    client.retract_report(retracted.id, "Withdrawn.")
    empty = client.create_report(make_report(number=number(), coverage=coverage))
    client.create_report(make_report(number=number(), status="draft"))
    return [quoted.id, revised.id, retracted.id, empty.id]


def test_mirror_holds_the_record(sync_client: Client, tmp_path: Path) -> None:
    """A new mirror has every report, line and tally, and its sums are those of the server."""
    path = tmp_path / "record.db"
    mirror = sync_client.mirror(path)
    assert (mirror.seq, mirror.hash) == (sync_client.ledger().seq, sync_client.ledger().hash)
    totals = sync_client.aggregates(duplicates="include", as_of=mirror.seq).totals
    assert mirror.strikes == totals.lines == query(path, "SELECT count(*) FROM strikes")
    assert query(path, "SELECT sum(count_min) FROM tallies") == totals.items_min
    assert query(path, "SELECT sum(strikes_max) FROM strikes") == totals.strikes_max
    palmyra = "SELECT count(*) FROM strikes WHERE location = 'palmyra'"
    expected = sync_client.aggregates(location="Palmyra", duplicates="include", as_of=mirror.seq).totals.lines
    assert query(path, palmyra) == expected
    assert list(tmp_path.iterdir()) == [path]


def test_updated_mirror_equals_a_new_one(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After reports, corrections and retractions, page by page, the mirror is what a new one would be."""
    client.mirror(tmp_path / "old.db")
    monkeypatch.setattr("app.client.mirror.LONGEST_PAGE", 2)
    quoted, _, retracted, _ = write_something(client)
    updated, made = client.mirror(tmp_path / "old.db"), client.mirror(tmp_path / "new.db")
    assert (updated.seq, updated.hash, updated.reports) == (made.seq, made.hash, made.reports)
    assert dump(tmp_path / "old.db") == dump(tmp_path / "new.db")
    path = tmp_path / "old.db"
    quote = query(path, "SELECT quote FROM strikes WHERE report = ? AND position = 0", quoted)
    assert quote == "Near Raqqa, “one” strike destroyed a vehicle."
    assert query(path, "SELECT status FROM reports WHERE id = ?", retracted) == "retracted"
    assert query(path, "SELECT count(*) FROM strikes WHERE report = ?", retracted) == 0


def test_mirror_follows_names(sync_client: Client, served: Served, tmp_path: Path) -> None:
    """A place that is merged into another changes lines without their reports; the mirror has that too."""
    slug = f"place-{uuid.uuid4().hex[:8].translate(str.maketrans('0123456789', 'ghijklmnop'))}"
    place = {"name": slug.replace("-", " ").title(), "country": "SY", "lat": 35, "lon": 38, "precision_km": 5}

    def post(path: str, body: object) -> None:
        response = httpx.post(
            f"{served.url}{path}", json=body, headers={"Authorization": f"Bearer {served.key}"}
        )
        assert response.is_success, response.text

    post("/v1/locations", {"slug": slug, **place})
    sync_client.create_report(make_report(make_strike(location=slug), number=uuid.uuid4().hex))
    path = tmp_path / "old.db"
    sync_client.mirror(path)
    assert query(path, "SELECT count(*) FROM strikes WHERE location = ?", slug) == 1
    post(f"/v1/locations/{slug}/merge", {"into": "tabqah"})
    sync_client.mirror(path)
    sync_client.mirror(tmp_path / "new.db")
    assert query(path, "SELECT count(*) FROM strikes WHERE location = ?", slug) == 0
    assert dump(path) == dump(tmp_path / "new.db")


def test_interrupted_update_is_resumed(
    sync_client: Client, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever request is the last one, the mirror is the record as of a number, and the next run goes on from it."""
    old, new, path = tmp_path / "old.db", tmp_path / "new.db", tmp_path / "mirror.db"
    before = sync_client.mirror(old).seq
    monkeypatch.setattr("app.client.mirror.LONGEST_PAGE", 2)
    write_something(sync_client)
    sync_client.mirror(new)
    reached = set()
    for last in (5, 7, 11):
        shutil.copy(old, path)
        with breaking(last) as http, pytest.raises(KeyboardInterrupt):
            Client(served.url, http_client=http).mirror(path)
        seq = query(path, "SELECT seq FROM state")
        if seq > before:
            assert query(path, "SELECT max(seq) FROM reports") == seq
        reached.add(seq - before)
        sync_client.mirror(path)
        assert dump(path) == dump(new)
    assert reached == {0, 2, 4}


def breaking(last: int) -> httpx.Client:
    """Return connections whose user interrupts the process at a request."""
    count = iter(range(1, last))

    def hook(_request: httpx.Request) -> None:
        if next(count, None) is None:
            raise KeyboardInterrupt

    return httpx.Client(event_hooks={"request": [hook]})


# Dies by SIGKILL amid the transaction that fills the mirror.
_KILLED = """
import itertools, os, signal, sys
from app.client import Client, mirror_file
inserted, insert = itertools.count(), mirror_file.MirrorFile._insert
def dying(self, table, rows):
    insert(self, table, rows)
    if next(inserted) == 2000:
        os.kill(os.getpid(), signal.SIGKILL)
mirror_file.MirrorFile._insert = dying
Client(sys.argv[1]).mirror(sys.argv[2])
"""


def test_kill_leaves_no_half_mirror(sync_client: Client, served: Served, tmp_path: Path) -> None:
    """A process that is killed while it loads leaves an unfilled mirror, which the next run fills."""
    path = tmp_path / "killed.db"
    process = subprocess.run(
        [sys.executable, "-c", _KILLED, served.url, path], env=environment(), timeout=60, check=False
    )
    assert process.returncode == -signal.SIGKILL
    with MirrorFile(path) as file:
        assert file.state is None
        assert file.count("reports") == 0
    mirror = sync_client.mirror(path)
    totals = sync_client.aggregates(duplicates="include", as_of=mirror.seq).totals
    assert mirror.strikes == totals.lines
    assert query(path, "SELECT sum(count_min) FROM tallies") == totals.items_min


@pytest.mark.parametrize("change", ["hash = 'other'", "seq = seq + 1000000"])
def test_another_record_is_refused(change: str, sync_client: Client, a_mirror: Path, tmp_path: Path) -> None:
    """A mirror is never updated from a ledger that it was not made from, and stays as it is."""
    path = tmp_path / "record.db"
    shutil.copy(a_mirror, path)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(f"UPDATE state SET {change}")  # noqa: S608 - our own words
    connection.close()
    before = path.read_bytes()
    with pytest.raises(AnotherRecord):
        sync_client.mirror(path)
    assert path.read_bytes() == before


def test_other_files_are_not_touched(sync_client: Client, tmp_path: Path) -> None:
    """A file that is no mirror is refused and stays as it is."""
    (tmp_path / "text.db").write_text("not a database, but long enough to be one" * 100)
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute("CREATE TABLE mine (x)")
    connection.close()
    for name in ("text.db", "other.db"):
        before = (tmp_path / name).read_bytes()
        with pytest.raises(ValueError, match="no mirror"):
            sync_client.mirror(tmp_path / name)
        assert (tmp_path / name).read_bytes() == before


def test_two_updates_at_once_do_not_mix(a_mirror: Path, tmp_path: Path) -> None:
    """An update that began from a state that is gone writes nothing."""
    path = tmp_path / "record.db"
    shutil.copy(a_mirror, path)
    with MirrorFile(path) as file:
        state = file.state
        assert state is not None
        ahead = state._replace(seq=state.seq + 1)
        file.apply(state, [], ahead)
        with pytest.raises(ApiError, match="another process"):
            file.apply(state, [], ahead)


def test_parquet_mirror_has_the_same_rows(sync_client: Client, tmp_path: Path) -> None:
    """A folder of Parquet files holds the same tables, typed, and only a change of the record rewrites them."""
    folder = tmp_path / "record.parquet"
    made = sync_client.mirror(folder)
    stamps = {path: path.stat().st_mtime_ns for path in folder.iterdir() if path.suffix == ".parquet"}
    assert {path.stem for path in stamps} == set(TABLES)
    sync_client.mirror(folder)
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps
    write_something(sync_client)
    updated = sync_client.mirror(folder)
    assert updated.seq > made.seq
    assert {path.suffix for path in folder.iterdir()} == {".parquet", ".sqlite"}
    expected = dump(folder / "mirror.sqlite")
    for table, columns in TABLES.items():
        frame = pl.read_parquet(folder / f"{table}.parquet")
        assert list(frame.columns) == list(columns)
        assert frame.height == len(expected[table])
    tallies = pl.read_parquet(folder / "tallies.parquet")
    assert tallies.schema["approximate"] == pl.Boolean
    assert tallies["count_min"].to_list() == [row[5] for row in expected["tallies"]]
    strikes = pl.read_parquet(folder / "strikes.parquet")
    assert strikes["date_from"].cast(pl.String).to_list() == [row[3] for row in expected["strikes"]]
