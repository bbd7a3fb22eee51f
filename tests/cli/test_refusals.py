"""What the command line cannot do: one line on stderr that names the thing, and an exit code by its kind."""

import errno
import gc
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import make_url, text

from app.cli.main import main
from app.db.engine import Database
from app.db.sqlite import sqlite_module
from tests.cli.test_commands import COMMAND, environment

REFUSED, USAGE, UNREACHABLE = 1, 2, 3

# Every command that opens the database. Those that make one where there is none come first.
CREATING = ("serve --port 0", "migrate", "sample", "keys create --name n --scope draft")
OPENING = ("verify", "keys list", "keys revoke k1", "rebuild")


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    said: str


Run = Callable[..., Ended]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command in an empty folder, in this process: a start of its own would take a second."""
    monkeypatch.chdir(tmp_path)
    on_hangup = signal.getsignal(signal.SIGHUP)

    def run(command: str, url: str = "sqlite:///strikeledger.db") -> Ended:
        monkeypatch.setenv("STRIKELEDGER_DATABASE_URL", url)
        monkeypatch.setattr(sys, "argv", ["strikeledger", *command.split()])
        with pytest.raises(SystemExit) as ended:
            main()
        # What `serve` set for a process of its own.
        signal.signal(signal.SIGHUP, on_hangup)
        gc.enable()
        said = capfd.readouterr().err
        assert said.count("\n") == (1 if ended.value.code else 0), said
        assert "Traceback" not in said
        assert isinstance(ended.value.code, int | None)
        return Ended(ended.value.code or 0, said)

    return run


@pytest.mark.parametrize("command", [*CREATING, *OPENING])
def test_empty_file_is_not_taken_for_a_new_database(run: Run, command: str) -> None:
    """A file of zero bytes is what is left of a lost record: no command fills it, and it stays as it is."""
    file = Path("strikeledger.db")
    file.touch()
    code, said = run(command)
    assert code == REFUSED
    assert "strikeledger.db is empty" in said
    assert file.stat().st_size == 0


@pytest.mark.parametrize("command", OPENING)
def test_command_that_needs_a_database_makes_none(run: Run, command: str) -> None:
    """Without a database there is nothing to show or to revoke, and no file is left behind."""
    code, said = run(command)
    assert (code, list(Path().iterdir())) == (UNREACHABLE, [])
    assert "there is no database at strikeledger.db" in said


@pytest.mark.parametrize(
    ("url", "code", "named"),
    [
        (
            "sqlite:////no/such/x.db",
            UNREACHABLE,
            "the folder /no/such of the database does not exist; create it",
        ),
        ("sqlite:///no/such/x.db", UNREACHABLE, "/no/such of the database does not exist; create it"),
        ("sqlite:///text.db/such/x.db", UNREACHABLE, "text.db is a file"),
        ("sqlite:///folder.db", REFUSED, "folder.db is a folder"),
        ("sqlite:///text.db", REFUSED, "text.db is no SQLite database and cannot be used"),
        ("sqlite:///torn.db", REFUSED, "torn.db cannot be used"),
        ("sqlite://", USAGE, "STRIKELEDGER_DATABASE_URL"),
        ("postgresql://desk:secret@127.0.0.1:1/x", UNREACHABLE, "Connection refused"),
        ("postgresql://desk:secret@no.such.host.invalid/x", UNREACHABLE, "no.such.host.invalid"),
        ("postgresql://desk:secret@127.0.0.1:1/x?nonsense=1", REFUSED, "nonsense"),
    ],
)
def test_database_that_cannot_be_opened_is_named(
    run: Run, sqlite_template: Path, url: str, code: int, named: str
) -> None:
    """Each reason has a sentence of its own, with the thing that is wrong and without the password."""
    Path("folder.db").mkdir()
    Path("text.db").write_bytes(b"my thesis, the only copy" * 100)
    Path("torn.db").write_bytes(sqlite_template.read_bytes()[:5000] + bytes(60_000))
    for command in ("migrate", "verify"):
        ended = run(command, url)
        assert ended.code == code
        assert named in ended.said
        assert "secret" not in ended.said
    assert Path("text.db").read_bytes() == b"my thesis, the only copy" * 100


def test_server_that_refuses_says_why(run: Run, postgresql_url: str) -> None:
    """A wrong user and a wrong name of the database are told apart, in the words of PostgreSQL."""
    right = make_url(postgresql_url)
    for wrong, named in (
        (right.set(database="nobodys"), 'database "nobodys" does not exist'),
        (right.set(username="nobody"), 'role "nobody" does not exist'),
    ):
        code, said = run("keys list", wrong.render_as_string(hide_password=False))
        assert code == UNREACHABLE
        assert named in said


@pytest.mark.parametrize(
    ("version", "commands", "named"),
    [
        ("9999", (*CREATING, *OPENING), "newer than"),
        ("0001", OPENING, "run `strikeledger migrate`"),
    ],
)
def test_other_schema_is_refused_by_every_command(
    run: Run, database_url: str, version: str, commands: tuple[str, ...], named: str
) -> None:
    """A newer schema is touched by no command, and an older one only by those that bring it up."""
    database = Database(database_url)
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    database.close()
    for command in commands:
        ended = run(command, database_url)
        assert (ended.code, named in ended.said) == (REFUSED, True), (command, ended)


def test_port_that_is_taken_leaves_the_database_alone(run: Run) -> None:
    """A second server on a port fails before it makes or migrates anything: the first one may be an older version."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        code, said = run(f"serve --port {port}")
    assert (code, list(Path().iterdir())) == (REFUSED, [])
    hint = f"choose another one with --port, such as --port {port + 1}"
    assert said == f"strikeledger: port {port} is in use by another program; {hint}\n"


@pytest.mark.parametrize(
    ("error", "port", "message"),
    [
        (errno.EADDRINUSE, 65535, "port 65535 is in use by another program; .* such as --port 65534"),
        (errno.EACCES, 80, "port 80 is not allowed to this user; .* such as --port 8080"),
        (errno.ENOBUFS, 8000, "cannot listen on 127.0.0.1, port 8000: No buffer space available"),
    ],
)
def test_port_that_cannot_be_bound_has_a_hint(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: int, port: int, message: str
) -> None:
    """A port is refused with the cause and a port that could be had; another fault has the words of the system."""

    def refuse(*_: object) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(socket.socket, "bind", refuse)
    code, said = run(f"serve --port {port}")
    assert code == REFUSED
    assert re.fullmatch(f"strikeledger: {message}\n", said)


@pytest.mark.parametrize(
    ("options", "code", "named"),
    [
        ("--host no.such.host.invalid", REFUSED, "the address no.such.host.invalid cannot be resolved"),
        (
            "--host 192.0.2.77",
            REFUSED,
            "192.0.2.77 is no address of this machine; choose another one with --host",
        ),
        ("--host=", USAGE, "--host"),
        ("--port 65536", USAGE, "--port"),
        ("--port eighty", USAGE, "--port"),
        ("--workers 0", USAGE, "--workers"),
    ],
)
def test_address_that_is_none_is_named(run: Run, options: str, code: int, named: str) -> None:
    """An address, port or number of workers that cannot be had is refused by its option."""
    ended = run(f"serve {options}")
    assert ended.code == code
    assert named in ended.said


def test_misspelt_setting_stops_every_command(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """No command runs with a setting that it does not know."""
    monkeypatch.setenv("STRIKELEDGER_RATE_LIMIT", "on")
    for command in (*CREATING, *OPENING):
        code, said = run(command)
        assert code == USAGE
        assert "did you mean STRIKELEDGER_RATE_LIMITS?" in said
    assert list(Path().iterdir()) == []


@contextmanager
def read_only(folder: Path, *files: Path) -> Iterator[None]:
    """Make a folder that holds copies of files and is read-only, for root too."""
    folder.mkdir()
    if os.geteuid() != 0:
        for file in files:
            shutil.copy(file, folder)
        folder.chmod(0o555)
        yield
        folder.chmod(0o755)
        return
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("root may mount nothing here, and can write everywhere else")
    try:
        for file in files:
            shutil.copy(file, folder)
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)  # noqa: S607 - wherever it is
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607 - wherever it is


def test_record_on_read_only_media_is_verified(run: Run, sqlite_template: Path, tmp_path: Path) -> None:
    """A copy of the record is verified where nothing can be written, and what needs to write says why it cannot."""
    folder = tmp_path / "media"
    url = f"sqlite:///{folder}/{sqlite_template.name}"
    with read_only(folder, sqlite_template):
        assert run("verify", url) == (0, "")
        assert run("keys list", url) == (0, "")
        code, said = run("migrate", url)
        assert code == REFUSED
        assert "read-only" in said


def test_log_on_read_only_media_is_not_passed_over(run: Run, sqlite_template: Path, tmp_path: Path) -> None:
    """Changes that are only in the WAL file cannot be read there: that is said, instead of verifying without them."""
    folder, copy = tmp_path / "media", tmp_path / "copy"
    shutil.copy(sqlite_template, copy)
    with closing(sqlite_module().connect(copy)) as writer:
        writer.execute("CREATE TABLE more (id INTEGER)")
        files = [Path(shutil.copy(f"{copy}{end}", tmp_path / f"taken{end}")) for end in ("", "-wal")]
    with read_only(folder, *files):
        code, said = run("verify", f"sqlite:///{folder}/taken")
    assert code == REFUSED
    assert "taken-wal holds changes" in said


@pytest.mark.parametrize(
    "command", ["--help", "changes", "strikes --limit 500 --json", "strikes --all --json"]
)
@pytest.mark.parametrize(("output", "said"), [("pipe", ""), ("/dev/full", "cannot write the output")])
def test_output_that_nobody_takes_ends_quietly(
    sqlite_sampled: Path, tmp_path: Path, output: str, said: str, command: str
) -> None:
    """A reader that has left, or a full disk behind the output, is no stack trace."""
    if output == "pipe":
        reader, writer = os.pipe()
        os.close(reader)
    else:
        writer = os.open(output, os.O_WRONLY)
    ended = subprocess.run(
        [*COMMAND, *command.split()],
        cwd=tmp_path,
        env=environment(STRIKELEDGER_DATABASE_URL=f"sqlite:///{sqlite_sampled}"),
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert ended.returncode == REFUSED
    assert said in ended.stderr.decode()
    assert b"Traceback" not in ended.stderr
    assert b"Exception" not in ended.stderr
