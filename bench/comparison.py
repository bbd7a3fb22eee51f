"""Comparison of the product with its peers: the same rows and questions on one machine, in turns.

It needs what is not part of the project: the folder of the peers' harness, named by STRIKELEDGER_BENCH_HARNESS (by
default the one next to the project), a Python that has the peers installed, by STRIKELEDGER_BENCH_PEERS, and the
command wrk. STRIKELEDGER_BENCH_SIZES lists the numbers of lines, the fewest first, and STRIKELEDGER_BENCH_DATA names
a folder in which the databases stay for the next run.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench import exports, imports, patience, starts
from bench.figures import GROUP_OF, Figures, Group
from bench.goals import refusals, table
from bench.limits import DuckDB
from bench.load import Asked, read
from bench.record import database_bytes, fill
from bench.servers import Harness, Ours, make_key, noop, ours
from bench.turns import SECONDS, Peers, Turn, turns

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Files:
    """The databases of one size: the peers' rows, ours of the same, and copies to write to."""

    size: int
    peers: Path
    ours: Path
    typical: Path
    kept: Path
    sqlite: Path


def main(
    only: Annotated[
        list[Group] | None, typer.Option(help="Measure these rows and no others; may be repeated.")
    ] = None,
) -> None:
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
    chosen = frozenset(only or Group)
    figures = Figures([int(size) for size in os.environ.get("STRIKELEDGER_BENCH_SIZES", "10000").split(",")])
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="strikeledger-bench-") as folder:
        scratch = Path(folder)
        data = Path(os.environ.get("STRIKELEDGER_BENCH_DATA", scratch))
        files = [_files(harness, figures, size, data, scratch) for size in figures.sizes]
        made = time.perf_counter()
        run = Run(harness, figures, files, scratch, chosen, progress)
        loads = [_load(), *run.with_peers()]
        others = list(run.without_peers())
        loads.append(_load())
    result.print(
        f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, {ROUNDS} rounds of {SECONDS} s a question, "
        f"medians; load average before, after each round and at the end: {', '.join(loads)}; databases made or "
        f"copied in {(made - began) / 60:.1f} min, all measured in {(time.perf_counter() - made) / 60:.1f} min\n"
    )
    for line in [*table(figures, chosen), "", *refusals(figures), *others]:
        result.print(line)


@dataclass(frozen=True, slots=True)
class Run:
    """A run over all sizes, of the chosen groups."""

    harness: Harness
    figures: Figures
    files: Sequence[Files]
    scratch: Path
    chosen: frozenset[Group]
    progress: Console

    def with_peers(self) -> Iterator[str]:
        """Measure the product and its peers in turns; yield the load average after each round."""
        questions = set(GROUP_OF.values())
        if not questions & self.chosen:
            return
        with ExitStack() as stack:
            every, servers = _started(stack, self.harness, self.files, self.scratch)
            round_ = list(turns(self.harness, every, self.chosen))
            for number in range(ROUNDS):
                for turn in round_:
                    self._take(turn, number)
                yield _load()
            if questions <= self.chosen:
                for size, workers in servers.items():
                    memory = [worker.memory() for worker in workers]
                    self.figures.memory[size] = max(memory, key=attrgetter("private"))

    def without_peers(self) -> Iterator[str]:
        """Measure what is compared with no peer, while no other server runs; yield the tables of `bench.patience`."""
        databases = {files.size: files.ours for files in self.files}
        if Group.RECORD in self.chosen:
            for size, database in databases.items():
                self.figures.line_bytes[size] = database_bytes(database) / size
        if Group.STARTS in self.chosen:
            self.progress.print("starts")
            starts.measure(self.figures, databases, self.scratch / "sample.db")
        if Group.EXPORTS in self.chosen:
            self.progress.print("exports")
            exports.measure(self.figures, databases)
        if Group.IMPORTS in self.chosen:
            self.progress.print("imports")
            sources = [(files.size, files.ours, files.peers) for files in self.files]
            imports.measure(self.figures, self.harness, sources, self.scratch)
        if Group.WAITS in self.chosen:
            for size, database in databases.items():
                self.progress.print(f"others while the worst questions run, {size:,} lines")
                worst, rows = patience.measure(database, self.progress)
                self.figures.waits[size] = next(row.waits for row in rows if row.workers == 1)
                yield from patience.tables(size, worst, rows)

    def _take(self, turn: Turn, number: int) -> None:
        result = turn.taken(number)
        self.figures.rounds[turn.question, turn.who, turn.size].append(result)
        self.progress.print(
            f"{number}  {turn.size:>9,}  {turn.question:28} {turn.who:26} "
            f"{result.rate:10,.1f}/s {result.size:10,.0f} bytes"
        )


def _started(
    stack: ExitStack, harness: Harness, every: Sequence[Files], scratch: Path
) -> tuple[list[Peers], dict[int, tuple[Ours, Ours]]]:
    """Start all servers, which end with the stack; return where they answer, and those of ours."""
    free_port = harness.module("peers").free_port
    bare, nothing = stack.enter_context(harness.bare()), stack.enter_context(noop(free_port()))
    found, servers = [], {}
    for files in every:
        key = make_key(files.kept)
        anew = stack.enter_context(ours(files.ours, free_port(), keeps_answers=False))
        read(anew.port, Asked("/v1/aggregates"))
        default = stack.enter_context(ours(files.ours, free_port(), keeps_answers=False, workers=None))
        kept = stack.enter_context(ours(files.kept, free_port(), keeps_answers=True))
        read(kept.port, Asked("/v1/aggregates"))
        folder = scratch / f"datasette-{files.size}"
        folder.mkdir()
        peers = Peers(
            size=files.size,
            database=files.peers,
            ours=anew.port,
            default=default.port,
            kept=kept.port,
            datasette=stack.enter_context(harness.datasette(files.peers, folder)),
            typical=stack.enter_context(harness.typical(files.typical)),
            bare=bare,
            noop=nothing,
            key=key,
            duckdb=stack.enter_context(DuckDB.started(harness, files.peers)),
            sqlite=files.sqlite,
        )
        found.append(peers)
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
    typer.run(main)
