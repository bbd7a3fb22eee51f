"""Limits: the same queries and writes on the same rows without any server."""

import json
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from bench.servers import Harness

_IN_DUCKDB = Path(__file__).with_name("in_duckdb.py")


class DuckDB:
    """A process that holds the peers' rows in DuckDB in memory."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    @classmethod
    @contextmanager
    def started(cls, harness: Harness, database: Path) -> Iterator["DuckDB"]:
        """Load the rows of the peers' file, and end the process at the end."""
        command: list[str | Path] = [harness.python, "-B", _IN_DUCKDB, harness.folder, database]
        with subprocess.Popen(  # noqa: S603 - our own command
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                yield cls(process)
            finally:
                process.terminate()

    def rows(self, work: str, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """Return the rows of a query of the harness."""
        return self._read_request(work, [parameters], 0, 0)

    def rate(self, work: str, parameters: Sequence[Mapping[str, Any]], seconds: float, first: int) -> float:
        """Return the queries a second, with these parameters in turns, from the one of this number on."""
        rate: float = self._read_request(work, parameters, seconds, first)
        return rate

    def _read_request(self, *request: object) -> Any:  # noqa: ANN401 - JSON
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("DuckDB was started without pipes")
        print(json.dumps(request), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())


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
