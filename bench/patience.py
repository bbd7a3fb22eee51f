"""Measure whether anybody's question holds up the others: how long they wait while the worst are asked.

STRIKELEDGER_BENCH_SIZES says how many lines there are, and STRIKELEDGER_BENCH_DATA names the folder that holds
the databases that `python -m bench.comparison` made, by their sizes.
"""

import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console

from bench.clients import OK, REFUSED, Steady, Worst, ask_steadily, ask_the_worst
from bench.figures import Waits
from bench.hostile import Question, candidates
from bench.load import Asked, ask, read
from bench.record import category_slug, location_slug
from bench.servers import Ours, free_port, ours

# Who asks steadily: so many connections, and questions a second of all of them together.
CONNECTIONS, RATE = 8, 50
# How many connections ask the worst: as many as there are kinds of them.
HOSTILE = 4
# Seconds of each phase, and those after which a server that was asked the worst must be idle again.
ALONE, MEANWHILE, AFTER = 15, 20, 1

# Seconds within which everything is answered or refused; how much longer others may wait meanwhile; and the share
# of one core that a server may still use.
LONGEST, GROWTH, IDLE = 2.0, 2.0, 0.05

# Seconds for which a server reads the record after its start.
READING = 180

WORKERS = (1, 2)

_SHARE = 0.99


@dataclass(frozen=True, slots=True)
class Row:
    """One server, before, while and after the worst were asked."""

    workers: int
    before: Steady
    meanwhile: Steady
    after: Steady
    worst: Worst
    still: float

    @property
    def waits(self) -> Waits:
        """The others' p99."""
        phases = (self.before, self.meanwhile, self.after)
        return Waits(
            percentile(_all(self.before) + _all(self.after), _SHARE) * 1000,
            percentile(_all(self.meanwhile), _SHARE) * 1000,
            [f"{what} ({count})" for phase in phases for what, count in phase.faults.items()],
        )

    def misses(self) -> Iterator[str]:
        """Yield what is not as promised."""
        if self.waits.growth >= GROWTH:
            yield f"others' p99 grew {self.waits.growth:.1f} times"
        if self.worst.slowest > LONGEST:
            yield f"an answer took {self.worst.slowest:.2f} s"
        if self.still > IDLE:
            yield f"the server went on working ({self.still:.0%} of a core)"
        yield from self.waits.faults
        yield from (f"{what} ({count})" for what, count in self.worst.faults.items())


def main() -> None:
    """Print the tables, or what is missing."""
    result = Console(highlight=False, markup=False, soft_wrap=True)
    progress = Console(highlight=False, markup=False, soft_wrap=True, stderr=True)
    sizes = [int(size) for size in os.environ.get("STRIKELEDGER_BENCH_SIZES", "10000").split(",")]
    folder = os.environ.get("STRIKELEDGER_BENCH_DATA")
    databases = {size: Path(folder or "") / str(size) / "strikeledger.db" for size in sizes}
    if folder is None or not all(each.exists() for each in databases.values()):
        result.print(
            "Not asked the worst: that needs the databases of bench.comparison (STRIKELEDGER_BENCH_DATA); "
            "see bench/README.md."
        )
        return
    result.print(
        f"{os.cpu_count()} cores, Python {sys.version.split()[0]}; others ask {RATE} questions a second on "
        f"{CONNECTIONS} connections, the worst are asked on {HOSTILE}; load average before: {os.getloadavg()[0]:.1f}"
    )
    for size, database in databases.items():
        progress.print(f"{size:,} lines")
        worst, rows = measure(database, progress)
        for line in tables(size, worst, rows):
            result.print(line)
    result.print(f"\nLoad average after: {os.getloadavg()[0]:.1f}")


def measure(database: Path, progress: Console) -> tuple[list[tuple[Question, str]], list[Row]]:
    """Return the worst questions of a database, and a row for each number of workers."""
    worst: list[tuple[Question, str]] = []
    rows = []
    with _clients() as clients:
        for workers in WORKERS:
            with ours(database, free_port(), keeps_answers=True, workers=workers) as server:
                until_idle(server)
                worst = worst or _worst(server.port, progress)
                rows.append(
                    _read_request(clients, server, workers, [question for question, _ in worst], progress)
                )
    return worst, rows


def _read_request(
    clients: Executor, server: Ours, workers: int, worst: Sequence[Question], progress: Console
) -> Row:
    """Ask one server, in three phases."""
    chance = random.Random(11)  # noqa: S311 - the same questions each time

    def steadily(seconds: float) -> Steady:
        # Other ones in each phase: what was asked before is answered from what is kept.
        others = light_requests(server.port, chance)
        return clients.submit(ask_steadily, server.port, others, CONNECTIONS, RATE, seconds).result()

    # Once before it counts: connections of the pools are opened, modules read.
    steadily(2)
    progress.print(f"  {workers} worker(s): others alone")
    before = steadily(ALONE)
    progress.print(f"  {workers} worker(s): and the worst meanwhile")
    asking = clients.submit(ask_the_worst, server.port, worst, HOSTILE, MEANWHILE, 1)
    meanwhile = steadily(MEANWHILE)
    found = asking.result()
    time.sleep(AFTER)
    used = server.processor()
    time.sleep(1)
    still = server.processor() - used
    progress.print(f"  {workers} worker(s): others alone again")
    return Row(workers, before, meanwhile, steadily(ALONE), found, still)


def _worst(port: int, progress: Console) -> list[tuple[Question, str]]:
    """Ask all candidates one by one; return of each kind the one that took longest, and how it was answered."""
    found = []
    for kind, questions in candidates(read(port, Asked("/v1/ledger"))["seq"]).items():
        tried = []
        for question in questions:
            began = time.perf_counter()
            status, _, body = ask(port, question.asked(0))
            took = time.perf_counter() - began
            if status not in {OK, REFUSED}:
                raise ValueError(f"{question} was answered {status}: {body[:200]!r}")
            said = f"{'refused' if status == REFUSED else 'answered'} in {took:.2f} s, {len(body):,} bytes"
            progress.print(f"  {kind:24} {said:42} {question}")
            tried.append((took, said, question))
        _, said, question = max(tried, key=lambda each: each[0])
        found.append((question, said))
    return found


def light_requests(port: int, chance: random.Random) -> list[tuple[str, str]]:
    """Return what others ask, each by a name and a path: by turns of four kinds, which hardly ever repeat."""
    lines = read(port, Asked("/v1/aggregates"))["totals"]
    asked = []
    for _ in range(400):
        year = chance.randint(2014, 2018)
        place = location_slug(chance.randint(1, 60))
        kind = category_slug(chance.randint(1, 20))
        days = f"date_from={year}-08-01&date_to={year + 1}-07-31"
        asked += [
            ("health", "/healthz"),
            ("a report", f"/v1/reports/r{chance.randint(1, lines['reports'])}"),
            ("a strike", f"/v1/strikes/s{chance.randint(1, lines['lines'])}"),
            ("a page", f"/v1/strikes?location={place}&category={kind}&{days}"),
        ]
    return asked


def until_idle(server: Ours) -> None:
    """Wait until every worker has read the record: it uses the processor until then."""
    until, used = time.monotonic() + READING, -1.0
    while time.monotonic() < until:
        now = server.processor()
        if now - used < IDLE:
            return
        used = now
        time.sleep(1)
    raise RuntimeError("the server does not come to rest")


def tables(size: int, worst: Sequence[tuple[Question, str]], rows: Sequence[Row]) -> Iterator[str]:
    """Yield the lines of the tables of one size, in Markdown."""
    yield f"\n{size:,} lines\n"
    yield "| the worst | alone |"
    yield "|---|---|"
    for question, said in worst:
        yield f"| {question.kind}: `{question}` | {said} |"
    yield "\n| workers | others | alone, p50 / p99 / max ms | meanwhile | alone again | p99 grows |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        for name in (None, *row.before.seconds):
            phases = [_of(each, name) for each in (row.before, row.meanwhile, row.after)]
            grown = percentile(phases[1], _SHARE) / percentile(phases[0] + phases[2], _SHARE)
            told = " | ".join(_told(each) for each in phases)
            yield f"| {row.workers} | {name or 'all'} | {told} | {grown:.1f} x |"
    yield "\n| workers | the worst: answered | refused | slowest | a second later | clients used | as promised |"
    yield "|---|---|---|---|---|---|---|"
    for row in rows:
        used = f"{row.meanwhile.processor:.1%} + {row.worst.processor:.1%} of a core"
        late = f"late by {percentile(row.meanwhile.late, _SHARE) * 1000:.1f} ms (p99)"
        misses = "; ".join(row.misses())
        yield (
            f"| {row.workers} | {row.worst.answered} | {row.worst.refused} | {row.worst.slowest:.2f} s "
            f"| {row.still:.0%} of a core | {used}, {late} | {f'**no**: {misses}' if misses else 'yes'} |"
        )
        for (question, _), (answered, refused, slowest) in zip(worst, row.worst.each, strict=True):
            yield f"|  | {question.kind}: {answered} | {refused} | {slowest:.2f} s | | | |"


def _all(found: Steady) -> list[float]:
    return _of(found, None)


def _of(found: Steady, name: str | None) -> list[float]:
    return [each for said, every in found.seconds.items() if name in {None, said} for each in every]


def _told(seconds: Sequence[float]) -> str:
    figures = (percentile(seconds, 0.5), percentile(seconds, _SHARE), max(seconds))
    return " / ".join(f"{each * 1000:.1f}" for each in figures)


def percentile(seconds: Sequence[float], share: float) -> float:
    """Return the value below which a share of them lies."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@contextmanager
def _clients() -> Iterator[Executor]:
    """Run clients in processes of their own: two at once."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as clients:
        yield clients


if __name__ == "__main__":
    main()
