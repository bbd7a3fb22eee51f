"""Overload: goodput, refusals and light questions while far more heavy questions come than the server can answer.

STRIKELEDGER_BENCH_SIZES and STRIKELEDGER_BENCH_DATA as for `bench.patience`: databases by their number of lines.
"""

import asyncio
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlencode

from rich.console import Console

from bench.clients import OK, REFUSED, Connection, Steady, ask_steadily, is_planned
from bench.hostile import COMMON, RARE
from bench.load import Asked, read
from bench.patience import light_requests, percentile, until_idle
from bench.servers import free_port, ours

# Light clients: connections, and requests a second of all of them together.
LIGHT, RATE = 8, 50

# Heavy clients in a closed loop: the most of these is the capacity.
SATURATING = (2, 8)
# Heavy clients that ask at once.
CROWDS = (100, 400)
# All of these ask the same, which is answered with more than the cache keeps.
TWINS = 60

# Seconds of each phase, and of the pause after it; seconds that a refused client waits at most.
PHASE, PAUSE, HEEDED = 10, 3, 1.0

WORKERS = (1, 2)

# Shares of the capacity, and seconds, that are promised.
GOODPUT, LIGHT_SECONDS, SECONDS = 0.7, 1.0, 2.0

# Later than every line: as a filter it matches everything, and each day makes another question of it.
_DISTANT = date(2100, 1, 1)

_WIDEST = {"group_by": "day,location,category", "fill": "none", "limit": "10000"}
_EXACT = {"sort": "-items", "count": "exact", "limit": "500"}

HEAVY: Sequence[tuple[str, dict[str, str]]] = (
    ("/v1/aggregates", {**_WIDEST, "q": "near"}),
    ("/v1/strikes", {**_EXACT, "q": "near"}),
    ("/v1/aggregates", {**_WIDEST, "as_of": "12000"}),
    ("/v1/strikes", {**_EXACT, "category": COMMON}),
    ("/v1/aggregates", {**_WIDEST, "effect": "destroyed", "min_items": "1", "sort": "-reports"}),
    ("/v1/strikes", {**_EXACT, "q": "engaged near location strikes", "category": RARE}),
)


@dataclass(slots=True)
class Crowd:
    """Responses to heavy clients, with the seconds that each took."""

    seconds: float = 0.0
    answered: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.answered) / self.seconds


def heavy_path(number: int) -> str:
    """Return the path of a heavy request; no two numbers ask the same."""
    path, parameters = HEAVY[number % len(HEAVY)]
    return f"{path}?{urlencode({**parameters, 'date_to': str(_DISTANT + timedelta(days=number))})}"


def ask_heavily(port: int, clients: int, seconds: float, first: int, *, same: bool) -> Crowd:
    """Send heavy requests on so many connections, all at once and then again and again, for some seconds."""
    return asyncio.run(_heavily(port, clients, seconds, first, same=same))


async def _heavily(port: int, clients: int, seconds: float, first: int, *, same: bool) -> Crowd:
    crowd, numbers = Crowd(), iter(range(first, sys.maxsize))
    connections = await asyncio.gather(*(Connection.opened(port) for _ in range(clients)))
    began = time.perf_counter()

    async def client(connection: Connection) -> None:
        round_of = 0
        while time.perf_counter() < began + seconds:
            number = first + round_of * len(HEAVY) if same else next(numbers)
            round_of += 1
            sent = time.perf_counter()
            try:
                status, head, _ = await connection.get(heavy_path(number))
            except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
                crowd.faults[type(error).__name__] += 1
                connection = await Connection.opened(port)
                continue
            took = time.perf_counter() - sent
            if status == OK:
                crowd.answered.append(took)
            elif status == REFUSED and is_planned(head):
                crowd.refused.append(took)
                await asyncio.sleep(HEEDED)
            else:
                crowd.faults[str(status)] += 1
        connection.close()

    await asyncio.gather(*map(client, connections))
    crowd.seconds = time.perf_counter() - began
    return crowd


@dataclass(frozen=True, slots=True)
class Row:
    """One phase: heavy clients, and light ones meanwhile."""

    workers: int
    name: str
    crowd: Crowd | None
    light: Steady
    capacity: float

    def cells(self) -> Iterator[str]:
        """Yield the cells of the table."""
        light = [each for every in self.light.seconds.values() for each in every]
        yield from (str(self.workers), self.name)
        if self.crowd is None:
            yield from ("", "", "", "")
        else:
            share = f" ({self.crowd.rate / self.capacity:.0%})" if self.capacity else ""
            yield f"{self.crowd.rate:.1f}/s{share}"
            yield str(len(self.crowd.refused))
            yield f"{max(self.crowd.answered, default=0):.2f} s"
            yield f"{max(self.crowd.refused, default=0):.2f} s"
        yield " / ".join(f"{percentile(light, share) * 1000:.0f}" for share in (0.5, 0.99, 1))
        yield "; ".join(self.misses()) or "yes"

    def misses(self) -> Iterator[str]:
        """Yield what is not as promised."""
        slowest = max((each for every in self.light.seconds.values() for each in every), default=0)
        if slowest > LIGHT_SECONDS:
            yield f"a light request took {slowest:.2f} s"
        yield from (f"light {what} ({count})" for what, count in self.light.faults.items())
        if self.crowd is not None:
            if self.capacity and self.crowd.rate < GOODPUT * self.capacity:
                yield "goodput"
            if max(self.crowd.answered + self.crowd.refused, default=0) > SECONDS:
                yield "late"
            yield from (f"{what} ({count})" for what, count in self.crowd.faults.items())


def main() -> None:
    """Print the tables, or what is missing."""
    result = Console(highlight=False, markup=False, soft_wrap=True)
    progress = Console(highlight=False, markup=False, soft_wrap=True, stderr=True)
    sizes = [int(size) for size in os.environ.get("STRIKELEDGER_BENCH_SIZES", "100000").split(",")]
    folder = os.environ.get("STRIKELEDGER_BENCH_DATA")
    databases = {size: Path(folder or "") / str(size) / "strikeledger.db" for size in sizes}
    if folder is None or not all(each.exists() for each in databases.values()):
        result.print(
            "Overload not measured: it needs databases (STRIKELEDGER_BENCH_DATA); see bench/README.md."
        )
        return
    result.print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, load {os.getloadavg()[0]:.1f}")
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as clients:
        for size, database in databases.items():
            result.print(f"\n{size:,} lines\n")
            result.print(
                "| workers | heavy clients | answered | refused | slowest answer | slowest refusal "
                "| light p50 / p99 / max ms | as promised |\n|---|---|---|---|---|---|---|---|"
            )
            for workers in WORKERS:
                with ours(database, free_port(), keeps_answers=True, workers=workers) as server:
                    until_idle(server)
                    for row in _phases(clients, server.port, workers, progress):
                        result.print(f"| {' | '.join(row.cells())} |")


def _phases(clients: Executor, port: int, workers: int, progress: Console) -> Iterator[Row]:
    chance = random.Random(11)  # noqa: S311 - the same questions each time
    first = 0
    read(port, Asked("/v1/aggregates"))

    def phase(name: str, count: int, capacity: float, *, same: bool = False) -> Row:
        nonlocal first
        progress.print(f"  {workers} worker(s): {name}")
        first += 100_000
        asking = clients.submit(ask_heavily, port, count, PHASE, first, same=same) if count else None
        light = clients.submit(ask_steadily, port, light_requests(port, chance), LIGHT, RATE, PHASE).result()
        crowd = None if asking is None else asking.result()
        time.sleep(PAUSE)
        return Row(workers, name, crowd, light, capacity)

    phase("warming up", 1, 0)
    yield phase("none", 0, 0)
    capacity = 0.0
    for count in SATURATING:
        row = phase(f"{count}, one after the other", count, 0)
        capacity = max(capacity, row.crowd.rate if row.crowd else 0)
        yield row
    for count in CROWDS:
        yield phase(f"{count} at once", count, capacity)
    yield phase(f"{TWINS} that ask the same", TWINS, 0, same=True)


if __name__ == "__main__":
    main()
