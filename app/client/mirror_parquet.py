"""Parquet files of a mirror, written from its SQLite file."""

import os
from importlib import import_module
from pathlib import Path
from typing import Any

from app.client.mirror_file import TABLES, MirrorFile, State

# The key under which a file's metadata holds the ledger number.
SEQ = "strikeledger_seq"


def write_parquet(file: MirrorFile, folder: Path, state: State) -> None:
    """Write all tables as of the mirror's ledger number. Files that have it already stay as they are.

    Files are replaced one after the other, when all are written. Readers compare `strikeledger_seq` in their metadata.
    """
    polars: Any = import_module("polars")
    paths = {table: folder / f"{table}.parquet" for table in TABLES}
    if all(_seq(polars, path) == str(state.seq) for path in paths.values()):
        return
    partial = {table: path.with_name(f".{path.name}.partial") for table, path in paths.items()}
    try:
        for table, path in partial.items():
            _frame(polars, file, table).write_parquet(path, metadata={SEQ: str(state.seq)})
            with path.open("rb") as written:
                os.fsync(written.fileno())
        for table, path in partial.items():
            path.replace(paths[table])
    finally:
        for path in partial.values():
            path.unlink(missing_ok=True)


def _seq(polars: Any, path: Path) -> str | None:  # noqa: ANN401 - imported when called
    if not path.exists():
        return None
    metadata: dict[str, str] = polars.read_parquet_metadata(path)
    return metadata.get(SEQ)


def _frame(polars: Any, file: MirrorFile, table: str) -> Any:  # noqa: ANN401 - imported when called
    kinds = {
        "integer": polars.Int64,
        "flag": polars.Int64,
        "number": polars.Float64,
    }
    columns = TABLES[table]
    schema = {name: kinds.get(kind, polars.String) for name, kind in columns.items()}
    frame = polars.DataFrame(file.rows(table), schema=schema, orient="row")
    conversions = {
        "day": lambda column: column.str.to_date(),
        "instant": lambda column: column.str.to_datetime(time_zone="UTC"),
        "flag": lambda column: column.cast(polars.Boolean),
    }
    return frame.with_columns(
        conversions[kind](polars.col(name)) for name, kind in columns.items() if kind in conversions
    )
