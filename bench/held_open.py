"""Measure responses that stay open: what idle streams cost the others, and what unread downloads hold in memory.

STRIKELEDGER_BENCH_RECORD names an SQLite file to serve a copy of; without it the shipped sample is loaded, whose
export is small. Clients bind addresses of the loopback network, so that no address reaches its limit; that, and
/proc, needs Linux. The server and this process need some 8,000 open files.
"""

import os
import resource
import shutil
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console

from app.bulk import sample
from app.cli.database import prepare
from app.db.engine import Database
from app.server.timeouts import Patience
from bench.clients import Steady, ask_steadily
from bench.load import HOST, Asked, ask
from bench.servers import Ours, free_port, ours

# Idle streams, downloads that nobody reads, and connections that come from one address.
STREAMS, DOWNLOADS, OF_ONE_ADDRESS = 2_000, 600, 25

# Others: connections, requests a second, and seconds of each phase.
CONNECTIONS, RATE, SECONDS = 8, 50, 20

# Goals: share of a core, growth of the others' p99, MiB, and seconds to the first byte of one more download.
MOST_PROCESSOR, MOST_GROWTH, MOST_MEMORY, LONGEST_START = 0.05, 2.0, 100, 2.0

# What is asked and not read. A limit of its own makes each response a body of its own.
UNREAD = (
    "/v1/export?format=ndjson",
    "/v1/export?format=csv",
    "/v1/export?format=parquet",
    "/v1/strikes?limit={limit}",
    "/v1/aggregates?group_by=day,location,category&fill=none&limit={limit}",
)
_LARGEST_LIMIT = {"/v1/strikes": 500, "/v1/aggregates": 10_000}
# Responses that are read before it is measured how much the unread ones add.
WARM = 300
CODINGS = ("identity", "zstd")

# Longer than a download may be stuck before it makes room for another.
STUCK = Patience().stuck + 3

_OPEN_FILES = 16_384
_FIRST_BYTES = 12


def main() -> None:
    """Print the table."""
    result = Console(highlight=False, markup=False, soft_wrap=True)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, _OPEN_FILES), most))
    result.print(
        f"{os.cpu_count()} cores, Python {sys.version.split()[0]}; load average before: {os.getloadavg()[0]:.1f}\n"
    )
    result.print("| what is held open | goal | measured | met |")
    result.print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, _clients() as clients:
        database = _record(Path(folder))
        with ours(database, free_port(), keeps_answers=True) as server:
            for line in _streams(server, clients):
                result.print(line)
        for path in UNREAD:
            for coding in CODINGS:
                # A server of its own: what one run left in memory must not hide the next.
                with ours(database, free_port(), keeps_answers=True) as server:
                    for line in _unread(server, path, coding):
                        result.print(line)
    result.print(f"\nLoad average after: {os.getloadavg()[0]:.1f}")


def _streams(server: Ours, clients: Executor) -> Iterator[str]:
    """Open idle streams, and hold the others' times against those without."""
    others = [(path, path) for path in ("/healthz", "/v1/reports/r1", "/v1/strikes/s40")]

    def steadily(seconds: float) -> Steady:
        return clients.submit(ask_steadily, server.port, others, CONNECTIONS, RATE, seconds).result()

    steadily(2)
    alone = _slowest_hundredth(steadily(SECONDS))
    with ExitStack() as opened:
        came = Counter(_status(each) for each in _opened(opened, server.port, "/v1/changes/stream", STREAMS))
        yield f"| {STREAMS:,} idle streams | 200 | {_listed(came)} | {_met(came['200'] == STREAMS)} |"
        time.sleep(2)
        used, began = server.processor(), time.monotonic()
        time.sleep(SECONDS)
        share = (server.processor() - used) / (time.monotonic() - began)
        is_met = _met(share < MOST_PROCESSOR)
        yield f"| their processor time | < {MOST_PROCESSOR:.0%} of a core | {share:.1%} | {is_met} |"
        meanwhile = _slowest_hundredth(steadily(SECONDS))
        yield f"| memory of the process with them | - | {server.memory().resident:.0f} MiB | - |"
    growth = meanwhile / alone
    told = f"{growth:.1f} x ({alone * 1000:.1f} ms alone, {meanwhile * 1000:.1f} ms)"
    yield f"| others' p99 | < {MOST_GROWTH:.0f} x | {told} | {_met(growth < MOST_GROWTH)} |"


def _unread(server: Ours, path: str, coding: str) -> Iterator[str]:
    """Open downloads that nobody reads, then begin one more."""
    # Read to their ends first, with other answers: what is cached of them is bounded, and not what is measured.
    for number in range(WARM if "{limit}" in path else 1):
        other = path.format(limit=99 + number) + "&country=SY"
        ask(server.port, Asked(other, headers={"Accept-Encoding": coding}))
    _until_idle(server)
    before = server.memory().resident
    with ExitStack() as opened:
        connections = _opened(opened, server.port, path, DOWNLOADS, coding)
        time.sleep(STUCK)
        memory = server.memory()
        began = time.monotonic()
        with socket.create_connection((HOST, server.port), timeout=60) as honest:
            honest.sendall(_request(path, coding))
            status = honest.recv(_FIRST_BYTES).decode()[-3:]
        start = time.monotonic() - began
        came = Counter(_status(each) for each in connections)
    name = f"{DOWNLOADS} unread `{path.partition('&limit')[0].partition('?limit')[0]}`, {coding}"
    grown = memory.resident - before
    cell = f"{grown:+.0f} MiB (at most {memory.peak - before:+.0f}); {_listed(came)}"
    yield f"| {name} | <= +{MOST_MEMORY} MiB | {cell} | {_met(grown <= MOST_MEMORY)} |"
    is_met = _met(status in {"200", "429", "503"} and start < LONGEST_START)
    yield f"| one more begins | < {LONGEST_START:.0f} s | {status} after {start:.2f} s | {is_met} |"


def _until_idle(server: Ours) -> None:
    """Wait until the server has read the columns that it counts from."""
    used = -1.0
    while server.processor() - used > MOST_PROCESSOR:
        used = server.processor()
        time.sleep(1)


def _opened(
    opened: ExitStack, port: int, path: str, count: int, coding: str = "identity"
) -> Sequence[socket.socket]:
    """Connect from many addresses and send a request on each connection."""
    connections = []
    for number in range(count):
        connection = opened.enter_context(socket.socket())
        address = number // OF_ONE_ADDRESS + 2
        connection.bind((f"127.0.{address // 250}.{address % 250 + 2}", 0))
        connection.settimeout(60)
        connection.connect((HOST, port))
        connection.sendall(_request(path, coding, number))
        connections.append(connection)
    return connections


def _request(path: str, coding: str, number: int = 0) -> bytes:
    path = path.format(limit=_LARGEST_LIMIT.get(path.partition("?")[0], 0) - number % 400)
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: {coding}\r\n\r\n".encode()


def _status(connection: socket.socket) -> str:
    """Return the status of a response, or how the connection ended without one."""
    connection.settimeout(10)
    try:
        return connection.recv(_FIRST_BYTES).decode()[-3:] or "closed"
    except OSError as error:
        return type(error).__name__


def _listed(came: Counter[str]) -> str:
    return ", ".join(f"{status}: {count}" for status, count in came.most_common())


def _met(is_met: bool) -> str:  # noqa: FBT001 - the one thing that it writes
    return "yes" if is_met else "**no**"


def _slowest_hundredth(found: Steady) -> float:
    seconds = sorted(each for every in found.seconds.values() for each in every)
    return seconds[int(len(seconds) * 0.99)]


def _record(folder: Path) -> Path:
    """Make the database that is served."""
    path = folder / "strikeledger.db"
    if (given := os.environ.get("STRIKELEDGER_BENCH_RECORD")) is not None:
        shutil.copy(given, path)
        return path
    database = Database(f"sqlite:///{path}")
    prepare(database)
    with database.writing() as session:
        sample.load(session, sample.reports())
    database.close()
    return path


@contextmanager
def _clients() -> Iterator[Executor]:
    """Run the others in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as clients:
        yield clients


if __name__ == "__main__":
    main()
