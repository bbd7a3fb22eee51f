"""Measure the parser: how right it is on labelled releases, how much it leaves over, how fast, and how it grows.

The releases and lines are read from the folder that STRIKELEDGER_TEST_DATA names, by default the one beside
the project. Times are the least of several runs, and ratios are taken within one run.
"""

import csv
import os
import time
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.parsing import parse_release
from app.parsing.score import score

DATA = Path(os.environ.get("STRIKELEDGER_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))

# What the parser promises for any text: this many bytes within two seconds.
LONGEST_TEXT = 200 * 1024

HOSTILE = {
    "places without a verb": "Near Here, ",
    "strikes without a place": "one strike ",
    "one long list": "a tank and ",
    "brackets": "(",
    "digits": "7",
    "spaces": " ",
    "new lines": "\n",
    "bullets": "* Near Here, one strike destroyed a tank.\n",
}


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
    table = Table("hostile text", f"{LONGEST_TEXT // 1024} KiB", "against half of it")
    for name, piece in HOSTILE.items():
        text = (piece * (LONGEST_TEXT // len(piece) + 1))[:LONGEST_TEXT]
        whole, half = _least([text]), _least([text[: LONGEST_TEXT // 2]])
        table.add_row(name, f"{whole:.2f} s", f"{whole / half:.1f} times")
    console.print(table)


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
