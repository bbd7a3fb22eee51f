"""What could not be faster: the same questions and writes on the same rows without any server."""

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.servers import Harness


def columnar(harness: Harness, database: Path, scratch: Path) -> dict[str, float]:
    """Return the seconds that DuckDB in memory takes for W4 to W6, each the median of many."""
    out = scratch / "limits.json"
    harness.run("limits.py", "--db", str(database), "--out", str(out), "--skip-write")
    found = json.loads(out.read_text(encoding="utf-8"))
    return {work: found[work]["duckdb"] / 1000 for work in ("W4", "W5", "W6")}


def transactions(
    harness: Harness, database: Path, bodies: Sequence[Mapping[str, Any]], seconds: float
) -> float:
    """Return how many reports a second sqlite3 alone stores, each in a durable transaction of its own.

    As a server does that must not lose a write: WAL, `synchronous=FULL`.
    """
    insert = harness.module("limits").insert_report
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        began, count = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            connection.execute("BEGIN IMMEDIATE")
            insert(connection, bodies[count % len(bodies)])
            connection.execute("COMMIT")
            count += 1
        return count / (time.perf_counter() - began)
