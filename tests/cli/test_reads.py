"""strikes, aggregates, changes and parse: from a database and from a server, for programs and for people."""

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from app.cli.output import count, plain
from app.cli.strikes import tallies_in_words
from tests.api import Api
from tests.cli.conftest import Command
from tests.cli.test_commands import COMMAND, environment
from tests.client.conftest import Served

# Commands, and the path that they read.
READS = (
    (("strikes", "--location", "Palmyra", "--limit", "5", "--json"), "/v1/strikes?location=Palmyra&limit=5"),
    (
        ("strikes", "--effect", "destroyed", "--effect", "damaged", "--sort", "-items", "--format", "csv"),
        "/v1/strikes?effect=destroyed&effect=damaged&sort=-items&format=csv",
    ),
    (
        ("aggregates", "--group-by", "location,month", "--top", "3", "--json"),
        "/v1/aggregates?group_by=location,month&top=3",
    ),
    (("aggregates", "--format", "ndjson"), "/v1/aggregates?format=ndjson"),
)


@pytest.mark.parametrize(("arguments", "path"), READS)
def test_local_output_is_the_response(
    command: Command, sampled: Api, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], path: str
) -> None:
    """On either engine a command without a server prints the bytes that a server sends, and nothing else."""
    url = sampled.database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("STRIKELEDGER_DATABASE_URL", url)
    ended = command(*arguments)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == sampled.get(path).content


@pytest.mark.parametrize(("arguments", "path"), READS)
def test_remote_output_is_the_response(
    command: Command, served: Served, arguments: tuple[str, ...], path: str
) -> None:
    """With --url a command prints the bytes that the server sends."""
    ended = command(*arguments, "--url", served.url)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == httpx.get(f"{served.url}{path}").content


def test_server_and_key_come_from_variables(
    command: Command, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STRIKELEDGER_URL and STRIKELEDGER_KEY replace the options; a malformed key is refused and not shown."""
    monkeypatch.setenv("STRIKELEDGER_URL", served.url)
    monkeypatch.setenv("STRIKELEDGER_KEY", served.key)
    assert command("aggregates", "--json").out == httpx.get(f"{served.url}/v1/aggregates").content
    monkeypatch.setenv("STRIKELEDGER_KEY", "sl_one two")
    refused = command("aggregates", "--json")
    assert (refused.code, refused.out, "sl_one" in refused.err) == (2, b"", False)


@pytest.mark.usefixtures("on_sample")
def test_strikes_are_a_table(command: Command) -> None:
    """A piped table has one width and plain text; what is about it goes to stderr."""
    ended = command("strikes", "--location", "Palmyra", "--limit", "3", "--count", "exact")
    lines = ended.text.splitlines()
    assert lines[0].split() == ["id", "days", "place", "strikes", "tallies", "source"]
    assert lines[2].split()[:4] == ["s5000", "2017-02-06", "Palmyra,", "SY"]
    assert "destroyed 17 × heavy equipment vehicle" in ended.text
    assert {len(line) for line in lines} == {160}
    assert re.match(r"3 of \d+ strike lines as of ledger number 535\.\nThere are more: ", ended.err)


@pytest.mark.usefixtures("on_sample")
def test_all_pages_are_one_result(command: Command) -> None:
    """--all shows every line once, as one table or one document; not in a format that is made page by page."""
    lines = "--location", "Raqqa", "--limit", "100"
    total = json.loads(command("strikes", *lines, "--count", "exact", "--json").out)["total"]
    document = json.loads(command("strikes", *lines, "--all", "--json").out)
    table = command("strikes", *lines, "--all").text
    assert total > 100
    assert document.keys() == {"items", "next", "seq"}
    assert len({item["id"] for item in document["items"]}) == len(document["items"]) == total
    assert re.findall(r"^(s\d+) ", table, re.MULTILINE) == [item["id"] for item in document["items"]]
    assert len(re.findall("^id ", table, re.MULTILINE)) == 1
    assert command("strikes", *lines, "--all", "--format", "csv").code == 2


@pytest.mark.usefixtures("on_sample")
def test_counts_are_a_table_with_their_bounds(command: Command) -> None:
    """Two bounds are one cell, an open sum is "at least", and the totals stand below."""
    ended = command("aggregates", "--group-by", "location,year", "--top", "1", "--cumulative", "true")
    body = json.loads(
        command(
            "aggregates", "--group-by", "location,year", "--top", "1", "--cumulative", "true", "--json"
        ).out
    )
    lines = ended.text.splitlines()
    first, totals = body["rows"][0], body["totals"]
    assert re.split(r"\s{2,}", lines[0].strip())[:7] == [
        *("location", "period", "reports", "lines", "strikes", "engagements", "items")
    ]
    assert (totals["open_ended"] > 0, f"at least {totals['items_min']:,}" in lines[-1]) == (True, True)
    items = count(first["items_min"], None if first["open_ended"] else first["items_max"])
    assert re.split(r"\s{2,}", lines[2].strip())[6] == items
    assert len(lines) == len(body["rows"]) + 4


def test_counts_are_words() -> None:
    """Bounds that differ, open ones, estimates and unknown numbers can be told apart."""
    cells = [count(3, 3), count(3, 5), count(4, None), count(40, 40, approximate=True), count(None, None)]
    assert cells == ["3", "3\N{EN DASH}5", "at least 4", "≈40", "not given"]
    tally = {"effect": "destroyed", "approximate": False, "as_written": "a hut"}
    words = tallies_in_words(
        [
            {**tally, "category": "fighting-position", "count_min": 2, "count_max": None},
            {**tally, "category": None, "count_min": 1, "count_max": 1},
        ]
    )
    assert words == 'destroyed at least 2 × fighting position, 1 × "a hut"'


def test_text_of_a_source_steers_no_terminal() -> None:
    """What would move a cursor or change a title is replaced."""
    assert plain("a\x1b[2Jb\x07\u202ec") == "a�[2Jb��c"


def test_table_needs_no_unicode(sqlite_sampled: Path, tmp_path: Path) -> None:
    """Where the output takes ASCII alone, a question mark stands for what it has not."""
    variables = environment(
        STRIKELEDGER_DATABASE_URL=f"sqlite:///{sqlite_sampled}", PYTHONIOENCODING="ascii", PYTHONUTF8="0"
    )
    shown = subprocess.run(
        [*COMMAND, "strikes", "--location", "Palmyra", "--limit", "1"],
        cwd=tmp_path,
        env=variables,
        capture_output=True,
        check=False,
    )
    assert (shown.returncode, b"destroyed 17 ? heavy equipment vehicle" in shown.stdout) == (0, True), shown


def test_table_fits_the_terminal_without_color(sqlite_sampled: Path, tmp_path: Path) -> None:
    """On a terminal a table is as wide as it, and with NO_COLOR nothing is colored."""
    leader, follower = pty.openpty()
    variables = environment(
        STRIKELEDGER_DATABASE_URL=f"sqlite:///{sqlite_sampled}",
        COLUMNS="80",
        TERM="xterm-256color",
        NO_COLOR="1",
    )
    arguments = [*COMMAND, "strikes", "--limit", "5"]
    shown = subprocess.Popen(
        arguments, cwd=tmp_path, env=variables, stdout=follower, stderr=subprocess.DEVNULL
    )
    os.close(follower)
    written = b""
    while True:
        try:
            chunk = os.read(leader, 65536)
        except OSError:  # The last writer has left.
            break
        written += chunk
        if not chunk:
            break
    os.close(leader)
    assert shown.wait(60) == 0
    assert not re.search(rb"\x1b\[[0-9;]*3[0-9]", written)
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written.decode()).replace("\r", "").splitlines()
    assert max(map(len, lines)) == 80


@pytest.mark.usefixtures("on_sample")
def test_changes_are_listed_in_order(command: Command, served: Served) -> None:
    """A table, or an entry a line in JSON, from the database as from a server; nothing new is said on stderr."""
    page = httpx.get(f"{served.url}/v1/changes?after=532").json()["items"]
    for options in ((), ("--url", served.url)):
        ended = command("changes", "--after", "532", "--json", *options)
        entries = [json.loads(line) for line in ended.out.splitlines()]
        assert [entry["seq"] for entry in entries] == [533, 534, 535]
        if options:
            assert entries == page
        table = command("changes", "--after", "532", *options).text
        assert re.findall(r"^(\d+) ", table, re.MULTILINE) == ["533", "534", "535"]
    none = command("changes", "--after", "535")
    assert (none.code, none.out, "the ledger stands at 535" in none.err) == (0, b"", True)
    assert command("changes", "--after", "536").code == 2


def test_followed_changes_end_with_an_interrupt(served: Served, tmp_path: Path) -> None:
    """--follow prints at once what there is, and an interrupt ends it with the shell's code and no message."""
    arguments = ["changes", "--after", "534", "--follow", "--json", "--url", served.url]
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["seq"] == 535
    time.sleep(0.2)  # It waits for more by then.
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (130, b"")


RELEASE = "May 3, 2017\n\nNear Juba, South Sudan, one strike destroyed two tanks.\n"


def test_release_is_read_with_the_places_of_the_record(
    command: Command, sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a database the shipped places are known, and none is made; with one, those loaded into it as well."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "release.txt").write_text(RELEASE, encoding="utf-8")
    place = json.loads(command("parse", "release.txt", "--json").out)["draft"]["strikes"][0]["location"]
    assert (place, list(Path().iterdir())) == (None, [Path("release.txt")])

    shutil.copy(sqlite_template, "strikeledger.db")
    assert command("locations", "load", "SS").code == 0
    ended = command("parse", "release.txt", "--json")
    assert json.loads(ended.out)["draft"]["strikes"][0]["location"] == "juba"


@pytest.mark.usefixtures("on_sample")
def test_release_is_read_by_a_server(command: Command, served: Served, tmp_path: Path) -> None:
    """With --url the server reads it: the same bytes as its response, and as the database here gives."""
    file = tmp_path / "release.txt"
    file.write_text(RELEASE.replace("Juba, South Sudan", "Palmyra, Syria"), encoding="utf-8")
    body = {"text": file.read_text(encoding="utf-8"), "publisher": "cjtf-oir", "published_on": "2017-05-03"}
    options = ("--publisher", "cjtf-oir", "--published-on", "2017-05-03")
    remote = command("parse", str(file), "--json", *options, "--url", served.url)
    assert remote.out == httpx.post(f"{served.url}/v1/parse", json=body).content
    assert remote.out == command("parse", str(file), "--json", *options).out
    for where in ((), ("--url", served.url)):
        refused = command("parse", str(file), "--publisher", "nobody", *where)
        assert (refused.code, refused.out, "--publisher" in refused.err) == (2, b"", True)
