"""DuckDB in memory with the peers' rows: a process that runs queries of the harness for `bench.limits`.

It is run by the Python that has the peers installed, with the harness's folder and the peers' SQLite file. Each line
that it reads is a JSON array: the name of a query, its parameters, and for how many seconds they are run in turns,
from which on. It prints the queries a second, or for 0 seconds the rows of the first parameters. The tables and the
two threads are those of the harness's own `limits.py`.
"""

import json
import re
import sqlite3
import sys
import time
from contextlib import closing

import duckdb  # type: ignore[import-not-found, unused-ignore] # of the peers' Python
import numpy as np
import pyarrow as pa  # type: ignore[import-untyped, import-not-found, unused-ignore] # as above


def main() -> None:
    """Load the rows, then run what stdin names until it ends."""
    harness, database = sys.argv[1:]
    sys.path.insert(0, harness)
    from queries import SQLITE  # type: ignore[import-not-found] # noqa: PLC0415 - in the harness's folder

    connection = duckdb.connect()
    connection.execute("SET threads=2")
    _load(connection, database)
    for line in sys.stdin:
        work, parameters, seconds, first = json.loads(line)
        sql = SQLITE[work].replace("substr(s.date,1,7)", "date_trunc('month',s.date)")
        # A parameter is $name here.
        sql = re.sub(r"(?<!:):([a-z]\w*)", r"$\1", sql)
        result: object
        if seconds:
            result = _rate(connection, sql, parameters, seconds, first)
        else:
            rows = connection.execute(sql, parameters[0])
            names = [column[0] for column in rows.description]
            result = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
        sys.stdout.write(json.dumps(result, default=lambda day: f"{day:%Y-%m}") + "\n")
        sys.stdout.flush()


def _load(connection: duckdb.DuckDBPyConnection, database: str) -> None:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as source:
        for name in ("location", "strike", "tally"):
            rows = source.execute(f"SELECT * FROM {name}")  # noqa: S608 - these three
            names = [column[0] for column in rows.description]
            columns = dict(zip(names, map(np.array, zip(*rows, strict=True)), strict=True))
            columns.pop("note", None)
            if "date" in columns:
                columns["date"] = columns["date"].astype("datetime64[D]")
            table = pa.table(columns)
            connection.register("loaded", table)
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM loaded")  # noqa: S608 - as above
            connection.unregister("loaded")


def _rate(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    parameters: list[dict[str, object]],
    seconds: float,
    first: int,
) -> float:
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        connection.execute(sql, parameters[(first + count) % len(parameters)]).fetchall()
        count += 1
    return count / (time.perf_counter() - began)


main()
