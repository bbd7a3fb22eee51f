"""Measure the product beside its peers: the same rows, the same questions, all on this machine, in turns.

What is needed is not part of the project: the folder of the peers' harness, named by STRIKELEDGER_BENCH_HARNESS
(by default the one beside the project), a Python that has the peers installed, by STRIKELEDGER_BENCH_PEERS, and
the command wrk. STRIKELEDGER_BENCH_SIZES says how many lines there are, from the fewest on, and
STRIKELEDGER_BENCH_DATA names a folder in which the databases are kept for the next time.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from bench import figures as named
from bench.figures import Figures, refusals, table
from bench.limits import columnar, transactions
from bench.load import Answered, Asked, read
from bench.record import fill
from bench.servers import Harness, Ours, make_key, noop, ours
from bench.turns import SECONDS, Ports, posted, turns

ROUNDS = 3

# Which of the questions DuckDB answers, by the harness's names.
COLUMNAR = {"W4": named.BY_PLACE, "W5": named.ONE_PLACE, "W6": named.EVERYTHING}


@dataclass(frozen=True, slots=True)
class Files:
    """The databases of one size: the peers' rows, ours of the same, and copies to write to."""

    size: int
    peers: Path
    ours: Path
    typical: Path
    kept: Path
    sqlite: Path


def main() -> None:
    """Print the table, or what is missing."""
    # The table goes to one stream, unbroken, and how far the measuring is to the other.
    result = Console(highlight=False, markup=False, soft_wrap=True)
    progress = Console(highlight=False, markup=False, soft_wrap=True, stderr=True)
    harness = _harness()
    if harness is None:
        result.print(
            "Not compared with peers: that needs their harness (STRIKELEDGER_BENCH_HARNESS), a Python that has "
            "them installed (STRIKELEDGER_BENCH_PEERS) and wrk; see bench/README.md."
        )
        return
    figures = Figures([int(size) for size in os.environ.get("STRIKELEDGER_BENCH_SIZES", "10000").split(",")])
    with tempfile.TemporaryDirectory(prefix="strikeledger-bench-") as scratch:
        loads = _measure(progress, harness, figures, Path(scratch))
    result.print(
        f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, {ROUNDS} rounds of {SECONDS} s a question, "
        f"medians; load average before and after each round: {', '.join(loads)}\n"
    )
    for line in [*table(figures), "", *refusals(figures)]:
        result.print(line)


def _measure(progress: Console, harness: Harness, figures: Figures, scratch: Path) -> list[str]:
    """Take all rounds; return the load averages before and after each."""
    kept = Path(os.environ.get("STRIKELEDGER_BENCH_DATA", scratch))
    files = [_files(harness, figures, size, kept, scratch) for size in figures.sizes]
    with ExitStack() as stack:
        every, servers = _started(stack, harness, figures, files, scratch)
        each_round = list(turns(harness, every))
        loads = [_load()]
        for number in range(ROUNDS):
            for turn in each_round:
                found = turn.taken(number)
                figures.rounds[turn.question, turn.who, turn.ports.size].append(found)
                asked = f"{turn.ports.size:>9,}  {turn.question:28} {turn.who:26}"
                progress.print(f"{number}  {asked} {found.rate:10,.1f}/s {found.size:10,.0f} bytes")
            for each in files:
                _limits(harness, figures, each, scratch)
            loads.append(_load())
        for size, (one, other) in servers.items():
            figures.memory[size] = max(one.memory(), other.memory())
    return loads


def _limits(harness: Harness, figures: Figures, files: Files, scratch: Path) -> None:
    for work, seconds in columnar(harness, files.peers, scratch).items():
        figures.rounds[COLUMNAR[work], named.DUCKDB, files.size].append(Answered(1 / seconds, 0))
    rate = transactions(harness, files.sqlite, posted(harness), SECONDS)
    figures.rounds[named.POST, named.SQLITE, files.size].append(Answered(rate, 0))


def _started(
    stack: ExitStack, harness: Harness, figures: Figures, every: Sequence[Files], scratch: Path
) -> tuple[list[Ports], dict[int, tuple[Ours, Ours]]]:
    """Start all servers, which end with the stack; return where they answer, and those of ours."""
    free_port = harness.module("peers").free_port
    bare, nothing = stack.enter_context(harness.bare()), stack.enter_context(noop(free_port()))
    found, servers = [], {}
    for files in every:
        key = make_key(files.kept)
        began = time.perf_counter()
        anew = stack.enter_context(ours(files.ours, free_port(), keeps_answers=False))
        read(anew.port, Asked("/v1/aggregates"))
        figures.loading[files.size] = time.perf_counter() - began
        kept = stack.enter_context(ours(files.kept, free_port(), keeps_answers=True))
        read(kept.port, Asked("/v1/aggregates"))
        folder = scratch / f"datasette-{files.size}"
        folder.mkdir()
        ports = Ports(
            size=files.size,
            database=files.peers,
            ours=anew.port,
            kept=kept.port,
            datasette=stack.enter_context(harness.datasette(files.peers, folder)),
            typical=stack.enter_context(harness.typical(files.typical)),
            bare=bare,
            noop=nothing,
            key=key,
        )
        found.append(ports)
        servers[files.size] = anew, kept
    return found, servers


def _files(harness: Harness, figures: Figures, size: int, kept: Path, scratch: Path) -> Files:
    """Make the databases of a size, or take those that were kept, and copies to write to."""
    folder = kept / str(size)
    folder.mkdir(parents=True, exist_ok=True)
    peers, our = folder / "strikes.db", folder / "strikeledger.db"
    if not peers.exists():
        harness.run("gen.py", str(size), str(folder), "--no-csv")
    if not our.exists():
        part = folder / "part.db"
        part.unlink(missing_ok=True)
        seconds = fill(peers, part)
        figures.filling[size] = size / seconds
        part.rename(our)
    copies = {
        name: Path(shutil.copy(source, scratch / f"{name}-{size}.db"))
        for name, source in (("typical", peers), ("kept", our), ("sqlite", peers))
    }
    return Files(size, peers, our, **copies)


def _harness() -> Harness | None:
    beside = Path(__file__).parents[2] / "shared" / "bench"
    folder = Path(os.environ.get("STRIKELEDGER_BENCH_HARNESS", beside))
    python = os.environ.get("STRIKELEDGER_BENCH_PEERS")
    if python is None or not (folder / "gen.py").is_file() or not shutil.which("wrk"):
        return None
    return Harness(folder.absolute(), Path(python).absolute())


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    main()
