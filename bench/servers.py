"""Start what is measured, each server as one process on a free port of this machine, and end it."""

import importlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from bench.figures import Memory
from bench.load import HOST, Asked, ask

ROOT = Path(__file__).parents[1]

# Seconds that a server may take until it answers.
PATIENCE = 180

# Where a process's line in /proc/PID/stat has its parent, and the first of the two kinds of time that it used, counted
# from after its name.
_PARENT, _USER_TICKS = 1, 11

# The arguments of Python that run the command line of this checkout.
CLI = ("-c", "from app.cli.main import main; main()")


@dataclass(frozen=True, slots=True)
class Harness:
    """The folder that holds the peers' harness, and the Python that has the peers installed."""

    folder: Path
    python: Path

    def module(self, name: str) -> ModuleType:
        """Import a module of the harness, without leaving anything in its folder."""
        sys.dont_write_bytecode = True
        sys.path.insert(0, str(self.folder))
        try:
            return importlib.import_module(name)
        finally:
            # It has a module `bench` too, which processes that start later must not import in place of ours.
            sys.path.remove(str(self.folder))

    def run(self, script: str, *arguments: str) -> None:
        """Run a script of the harness to its end."""
        subprocess.run(  # noqa: S603 - the harness's own command
            [self.python, "-B", self.folder / script, *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @contextmanager
    def datasette(self, database: Path, scratch: Path) -> Iterator[int]:
        """Run Datasette on the peers' file; yield its port."""
        with self._peer(self._peers().datasette(str(database), str(scratch))) as port:
            yield port

    @contextmanager
    def typical(self, database: Path) -> Iterator[int]:
        """Run the typical ORM application on a file that it may write to; yield its port."""
        environment = {"DATABASE_URL": f"sqlite:///{database}"}
        with self._peer(self._peers().uvicorn("typical", "typical:app", environment)) as port:
            yield port

    @contextmanager
    def bare(self) -> Iterator[int]:
        """Run the bare ASGI application; yield its port."""
        with self._peer(self._peers().uvicorn("bare", "bare:app")) as port:
            yield port

    def _peers(self) -> ModuleType:
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        peers = self.module("peers")
        peers.BIN = self.python.parent  # type: ignore[attr-defined] # the harness takes its own Python's folder
        return peers

    @contextmanager
    def _peer(self, peer: object) -> Iterator[int]:
        try:
            yield peer.port  # type: ignore[attr-defined] # the harness has no types
        finally:
            peer.stop()  # type: ignore[attr-defined] # the harness has no types


@dataclass(frozen=True, slots=True)
class Ours:
    """A running server of the product."""

    port: int
    pid: int

    def memory(self) -> Memory:
        """Return the memory of the process (Linux only)."""
        kib: dict[str, int] = {}
        for file in ("status", "smaps_rollup"):
            lines = Path(f"/proc/{self.pid}/{file}").read_text(encoding="utf-8").splitlines()
            kib |= {line.split(":")[0]: int(line.split()[1]) for line in lines if line.endswith("kB")}
        private = kib["Private_Clean"] + kib["Private_Dirty"]
        return Memory(private / 1024, kib["VmRSS"] / 1024, kib["VmHWM"] / 1024)

    def processor(self) -> float:
        """Return the seconds of processor time that the process and its workers have used (Linux only)."""
        ticks = sum(
            int(figure) for pid in _family(self.pid) for figure in _stat(pid)[_USER_TICKS : _USER_TICKS + 2]
        )
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def ours(database: Path, port: int, *, keeps_answers: bool, workers: int | None = 1) -> Iterator[Ours]:
    """Run `strikeledger serve`, with the default number of workers for None.

    Without `keeps_answers` every response is computed.
    """
    program = CLI if keeps_answers else ("-m", "bench.uncached")
    serve = ["serve", "--port", str(port), *_count(workers)]
    with _process([*program, *serve], database) as process:
        _until_ready(port, process)
        yield Ours(port, process.pid)


@contextmanager
def noop(port: int) -> Iterator[int]:
    """Run a FastAPI route that does nothing; yield the port."""
    program = ["-m", "uvicorn", "bench.noop:app", "--port", str(port), "--log-level", "warning"]
    with _process([*program, "--no-access-log", "--no-server-header"], None) as process:
        _until_ready(port, process, "/")
        yield port


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def starting(database: Path, port: int, workers: int | None) -> Iterator[None]:
    """Run `strikeledger serve` without waiting for it, with the default number of workers for None."""
    with _process([*CLI, "serve", "--port", str(port), *_count(workers)], database):
        yield


def _count(workers: int | None) -> list[str]:
    return [] if workers is None else ["--workers", str(workers)]


def command(database: Path | None, *arguments: str) -> str:
    """Run a command of the product to its end; return what it printed."""
    return python(*CLI, *arguments, database=database)


def python(*arguments: str, database: Path | None = None) -> str:
    """Run Python with these arguments to its end, as the product is run; return what it printed."""
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, *arguments],
        env=_environment(database),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def make_key(database: Path) -> str:
    """Make a key that may publish, by the command line."""
    return command(database, "keys", "create", "--name", "bench", "--scope", "publish").split()[-1]


@contextmanager
def _process(arguments: list[str], database: Path | None) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, *arguments], env=_environment(database), cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _environment(database: Path | None) -> dict[str, str]:
    ours = {} if database is None else {"STRIKELEDGER_DATABASE_URL": f"sqlite:///{database}"}
    return os.environ | ours


def _until_ready(port: int, process: subprocess.Popen[bytes], path: str = "/readyz") -> None:
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            if ask(port, Asked(path))[0] == 200:  # noqa: PLR2004 - OK
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError("a server did not start")


def proportional_memory(pid: int) -> float:
    """Return the MiB of a process and of those that it started, shared pages in proportion (Linux only)."""
    kib, members = 0, [pid]
    for member in members:
        # One may have ended since it was listed, and one that is ending has no memory.
        with suppress(OSError):
            started = Path(f"/proc/{member}/task/{member}/children").read_text(encoding="utf-8")
            members += map(int, started.split())
            lines = Path(f"/proc/{member}/smaps_rollup").read_text(encoding="utf-8").splitlines()
            kib += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kib / 1024


def _family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int(_stat(int(folder.name))[_PARENT])
        except OSError:
            # It ended meanwhile.
            continue
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
