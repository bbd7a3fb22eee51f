"""Measure the parser: how right it is on labelled releases, how much it leaves over, how fast, and how it grows.

The releases and lines are read from the folder that STRIKELEDGER_TEST_DATA names, by default the one beside
the project. Times are the least of several runs, and ratios are taken within one run.
"""

import csv
import os
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from app.parsing import parse_release
from app.parsing.evaluation import score
from bench.clients import OK
from bench.load import HOST, Asked, ask
from bench.servers import free_port, ours
from bench.texts import FAMILIES

DATA = Path(os.environ.get("STRIKELEDGER_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))

# What the server promises for any text: this many bytes within two seconds.
LONGEST_TEXT = 200 * 1024

# Seconds after which an answer is not waited for.
PATIENCE = 30


def main() -> None:
    """Print all figures of the parser."""
    console = Console(width=100)
    if DATA.is_dir():
        _score(console)
        _lines(console)
    else:
        console.print(
            "The labelled releases are not at hand: no scores. Name their folder in STRIKELEDGER_TEST_DATA."
        )
    _growth(console)


def _score(console: Console) -> None:
    total = score(DATA).total
    console.print(
        f"labelled releases: {total.lines_found} of {total.lines} lines (recall {total.line_recall:.4f}), "
        f"{total.tallies_found} of {total.tallies} tallies (F1 {total.f1:.4f})"
    )


def _lines(console: Console) -> None:
    with (DATA / "datasets" / "centcom_strike_lines_dev.csv").open(encoding="utf-8", newline="") as file:
        lines = [row["line"] for row in csv.DictReader(file)]
    clean = sum(not parse_release(line).remarks for line in lines)
    seconds = _least(lines)
    console.print(
        f"other lines: {clean} of {len(lines)} leave no remark ({clean / len(lines):.1%}); "
        f"{len(lines) / seconds:,.0f} lines a second"
    )


def _growth(console: Console) -> None:
    """Send every hostile text, whole and half, to a server of its own, and ask it meanwhile whether it lives."""
    table = Table("hostile text", "200 KiB", "against half of it", "answer", "health meanwhile, at most")
    with (
        TemporaryDirectory() as folder,
        ours(Path(folder) / "record.db", free_port(), keeps_answers=True) as server,
    ):
        for name, family in FAMILIES.items():
            half, whole = (
                _sent(server.port, family.text(size)) for size in (LONGEST_TEXT // 2, LONGEST_TEXT)
            )
            table.add_row(
                name,
                f"{whole.seconds:.2f} s{'' if whole.status == OK else f' ({whole.status})'}",
                f"{whole.seconds / half.seconds:.1f} times",
                f"{whole.size:,} bytes",
                f"{max(whole.health, half.health) * 1000:.0f} ms",
            )
    console.print(table)


@dataclass(frozen=True, slots=True)
class _Sent:
    """What came of a text: the status (0: nothing in time), seconds, bytes, and the slowest `/healthz` meanwhile."""

    status: int
    seconds: float
    size: int
    health: float


def _sent(port: int, text: str) -> _Sent:
    with ThreadPoolExecutor(1) as threads:
        began = time.perf_counter()
        sending = threads.submit(_parse, port, text)
        health = 0.0
        while True:
            asked = time.perf_counter()
            ask(port, Asked("/healthz"))
            health = max(health, time.perf_counter() - asked)
            if sending.done():
                break
            time.sleep(0.01)
        status, size, ended = sending.result()
        return _Sent(status, ended - began, size, health)


def _parse(port: int, text: str) -> tuple[int, int, float]:
    connection = HTTPConnection(HOST, port, timeout=PATIENCE)
    try:
        connection.request("POST", "/v1/parse", text.encode(), {"Content-Type": "text/plain"})
        answer = connection.getresponse()
        return answer.status, len(answer.read()), time.perf_counter()
    except TimeoutError:
        return 0, 0, time.perf_counter()
    finally:
        connection.close()


def _least(texts: Iterable[str], runs: int = 3) -> float:
    """Return the least time, in seconds, that parsing all texts took."""
    texts = list(texts)
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        for text in texts:
            parse_release(text)
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    main()
