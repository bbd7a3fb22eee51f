"""The command line as a newcomer uses it: real processes, a real port, a database in an empty folder."""

import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.factories import make_report, make_strike, make_tally

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from app.cli.main import main; main()"]


# Modules that `--help` may load beside those of a bare Python: about a tenth of a second. Typer takes most of them.
MODULES_OF_HELP = 145

# Seconds that a cold start may take on a machine that does much else.
PATIENCE = 60


def ask(url: str) -> httpx.Response:
    """Ask a server that may still be starting: it listens already, so the request waits."""
    return httpx.get(url, timeout=PATIENCE)


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, with the default settings unless others are given."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )


def environment(**variables: str) -> dict[str, str]:
    """Return this process's environment without its own settings, with the checkout importable."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("STRIKELEDGER_")}
    return {**inherited, "PYTHONPATH": str(ROOT), **variables}


@contextmanager
def served(folder: Path, *arguments: str) -> Iterator[tuple[str, list[str]]]:
    """Run `serve` on a free port; give its address and what it said."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", *arguments],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = [process.stdout.readline().strip() for _ in range(3)]
    address = re.search(r"http://127\.0\.0\.1:\d+", said[0])
    assert address is not None, said
    try:
        yield address[0], said
    finally:
        process.send_signal(signal.SIGTERM)
        process.stdout.close()
        assert process.wait(20) in {0, -signal.SIGTERM}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_serve_creates_its_database_and_answers(tmp_path: Path, workers: str) -> None:
    """In an empty folder `serve` makes the database, says where it listens and what it holds, and is ready."""
    with served(tmp_path, "--workers", workers) as (address, said):
        assert ask(f"{address}/readyz").json() == {"status": "ok"}
        assert ask(f"{address}/v1/strikes").json()["items"] == []
    assert (tmp_path / "strikeledger.db").exists()
    assert said[1] == "The record is empty; load the sample with `-c sample`."
    assert "keys create" in said[2]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are counted in /proc")
def test_serve_starts_a_worker_for_each_core(tmp_path: Path) -> None:
    """Without `--workers` there are as many as cores, at most four, and together they count with a thread for each."""
    cores = len(os.sched_getaffinity(0))
    workers = min(4, cores)
    assert run(tmp_path, "sample").returncode == 0
    with served(tmp_path) as (address, _):
        assert ask(f"{address}/v1/aggregates?group_by=month,category").status_code == 200
        threads = sorted(processes(tmp_path), key=len)
    if workers > 1:
        # A lock that another thread of the supervisor holds would stay locked in every worker that it forks.
        assert len(threads.pop(0)) == 1
    assert len(threads) == workers
    counting = {sum(re.fullmatch(r"polars-\d+", name) is not None for name in names) for names in threads}
    # A worker that was asked nothing yet has none.
    assert counting - {0} == {cores // workers}


def processes(folder: Path) -> list[list[str]]:
    """List the names of the threads of each process that works in a folder."""
    listed = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # Some are of other users, and some have ended.
            if (process / "cwd").readlink() == folder:
                listed.append([(thread / "comm").read_text().strip() for thread in process.glob("task/*")])
    return listed


def test_record_is_kept_from_one_start_to_the_next(tmp_path: Path) -> None:
    """What was posted to one server is answered by the next on the same folder, byte for byte."""
    key = run(tmp_path, "keys", "create", "--name", "desk", "--scope", "publish").stdout.splitlines()[-1]
    with served(tmp_path) as (address, _):
        headers = {"Authorization": f"Bearer {key}"}
        body = make_report(make_strike(make_tally(2)))
        stored = httpx.post(f"{address}/v1/reports", json=body, headers=headers, timeout=PATIENCE)
        assert stored.status_code == 201
    with served(tmp_path) as (address, said):
        kept = ask(f"{address}{stored.headers['Location']}")
    assert kept.headers["ETag"] == stored.headers["ETag"]
    assert stored.json() == kept.json() | {"warnings": [], "possible_duplicates": []}
    assert said[1] == "The record holds 1 reports with 1 strike lines."


def test_sample_is_offered_only_where_it_can_be_loaded(tmp_path: Path) -> None:
    """A record that holds drafts alone is not empty: `sample` would refuse it."""
    key = run(tmp_path, "keys", "create", "--name", "desk", "--scope", "draft").stdout.splitlines()[-1]
    with served(tmp_path) as (address, _):
        headers = {"Authorization": f"Bearer {key}"}
        draft = make_report(make_strike(make_tally(2))) | {"status": "draft"}
        assert (
            httpx.post(f"{address}/v1/reports", json=draft, headers=headers, timeout=PATIENCE).status_code
            == 201
        )
    with served(tmp_path) as (_, said):
        assert said[1] == "The record holds 0 reports with 0 strike lines."


def test_sample_is_loaded_once(tmp_path: Path) -> None:
    """`sample` fills an empty database, and leaves one that holds reports as it is."""
    first, second = run(tmp_path, "sample"), run(tmp_path, "sample")

    assert (first.returncode, second.returncode) == (0, 0)
    assert "Loaded 534 reports" in first.stdout
    assert "already holds reports" in second.stdout


def test_key_is_alone_on_the_last_line(tmp_path: Path) -> None:
    """`keys create` can be piped: its output is the key and nothing else."""
    made = run(
        tmp_path,
        "keys",
        "create",
        "--name",
        "n",
        "--scope",
        "draft",
        "--scope",
        "admin",
        "--expires",
        "2099-01-01",
    )
    assert re.fullmatch(r"sl_[\w-]{43}[0-9a-f]{8}\n", made.stdout), made


def test_mistake_is_one_sentence(tmp_path: Path) -> None:
    """A mistake ends with a code other than 0 and says what is wrong, without a stack trace."""
    failed = run(tmp_path, "keys", "create", "--name", "n", "--scope", "publsh")

    assert failed.returncode == 2
    assert "publish" in failed.stderr
    assert failed.stderr.count("\n") == 1


def test_help_loads_little(tmp_path: Path) -> None:
    """Help comes at once: it loads no more modules than the command line itself, and none of the server's."""
    # Time tells of the machine; each module costs about a millisecond.
    code = (
        "import atexit, sys\n"
        "before = set(sys.modules)\n"
        "atexit.register(lambda: print(*sys.modules.keys() - before))\n"
        "from app.cli.main import main\n"
        "main()"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code, "--help"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = shown.stdout.splitlines()[-1].split()
    assert len(loaded) <= MODULES_OF_HELP
    assert {name for name in loaded if name.startswith("app.") and name.split(".")[1] != "cli"} == {
        "app.errors"
    }


@pytest.mark.parametrize("arguments", [[], ["keys"]])
def test_no_command_shows_the_help(tmp_path: Path, arguments: list[str]) -> None:
    """Without a command, the help is shown whole, and the exit code is that of a mistake."""
    shown = run(tmp_path, *arguments)
    assert shown.returncode == 2
    assert shown.stdout.startswith("Usage: ")
    assert "\nCommands:\n" in shown.stdout
    assert shown.stderr == ""


def test_installed_package_can_create_its_database(tmp_path: Path) -> None:
    """A wheel, without the checkout, holds the migrations, the vocabularies, the sample and the gazetteers."""
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    [wheel] = tmp_path.glob("strikeledger-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
        archive.extractall(tmp_path / "installed")
    assert tops == {"app", next(top for top in tops if top.endswith(".dist-info"))}

    loaded = run(tmp_path, "sample", PYTHONPATH=str(tmp_path / "installed"), PYTHONSAFEPATH="1")
    added = run(
        tmp_path, "locations", "load", "SS", PYTHONPATH=str(tmp_path / "installed"), PYTHONSAFEPATH="1"
    )
    assert "SS: 23 added, 0 unchanged" in added.stdout, added.stderr
    code = "import app.db.migrate as m; print(m.scripts())"
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment(PYTHONPATH=str(tmp_path / "installed")),
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == str(tmp_path / "installed" / "app" / "migrations")
    assert "Loaded 534 reports" in loaded.stdout, loaded.stderr


def test_openapi_document_is_made(tmp_path: Path) -> None:
    """The reference's document names every operation of the contract that stands."""
    with served(tmp_path) as (address, _):
        document = json.loads(ask(f"{address}/openapi.json").content)
    assert {"/v1/strikes", "/v1/aggregates", "/v1/reports", "/v1/reports/{report_id}"} <= document[
        "paths"
    ].keys()
    assert document["paths"]["/v1/reports"]["post"]["security"]
