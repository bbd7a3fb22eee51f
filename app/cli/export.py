"""`strikeledger export` and `bundle`: write everything that a filter matches to a file or to stdout."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from app.cli.filters import run_with_filters, usage

if TYPE_CHECKING:
    from app.bulk.downloads import Download
    from app.bulk.export import Source
    from app.bulk.params import ExportQuery
    from app.db.engine import Database
    from app.http.formats import Format

# Formats by the ending of a file's name, where that is not the format's own.
_ENDINGS = {"jsonl": "ndjson", "db": "sqlite", "sqlite3": "sqlite", "json": "geojson", "zip": "bundle"}

# Formats that a terminal cannot show.
_BINARY = {"parquet", "xlsx", "sqlite", "bundle"}

# How often each format reads all lines.
_READINGS = {"bundle": 4}

_FILE = Annotated[Path | None, typer.Argument(help="Where to; - or nothing: stdout.")]
_JSON = Annotated[bool, typer.Option("--json", help="Print what was written as JSON.")]


def export(context: typer.Context) -> None:
    """Write everything that matches: NDJSON, CSV, Parquet, GeoJSON, Excel, SQLite, or a bundle to deposit."""
    run_with_filters(context, _export)


def bundle(context: typer.Context) -> None:
    """Write a bundle to deposit: tables, whole reports, a README, a citation, and the ledger's head."""
    run_with_filters(context, _bundle, without={"format", "shape", "bom", "revisions"})


def _export(file: _FILE = None, *, as_json: _JSON = False, query: "ExportQuery") -> None:
    """Write everything that matches, as of one ledger number. The format follows the file's ending.

    The filters are those of GET /v1/export.
    """
    from app.bulk.params import OFFERED
    from app.errors import InvalidInput
    from app.http.formats import Format, negotiated

    named = query.format
    if named is None and file is not None and (ending := file.suffix[1:].lower()):
        chosen = _ENDINGS.get(ending, ending)
        named = Format(chosen) if chosen in set(OFFERED) else None
    try:
        chosen_format = negotiated(named, [], OFFERED)
        query.refuse_mixed(chosen_format)
    except InvalidInput as error:
        raise usage(error) from None
    _write(file, query, chosen_format, as_json=as_json)


def _bundle(
    file: Annotated[Path, typer.Argument(help="The ZIP file to write; - is stdout.")],
    *,
    as_json: _JSON = False,
    query: "ExportQuery",
) -> None:
    """Write a ZIP file to deposit: CSV, Parquet, NDJSON, README, citation, and the ledger's head.

    Equal bytes for the same record, filters and ledger number.
    """
    from app.http.formats import Format

    _write(file, query, Format.BUNDLE, as_json=as_json)


def _write(file: Path | None, query: "ExportQuery", chosen: "Format", *, as_json: bool) -> None:
    from app.bulk.downloads import download
    from app.cli.database import opened
    from app.db.version import refuse_other
    from app.http.encoders import dumps

    to_stdout = file is None or str(file) == "-"
    if to_stdout and as_json:
        raise typer.BadParameter("stdout has the data; name a file", param_hint="--json")
    if to_stdout and chosen in _BINARY and sys.stdout.isatty():
        raise typer.BadParameter(f"{chosen} is not for a terminal; name a file", param_hint="FILE")
    with opened(only_reads=True) as database:
        with database.reading() as session:
            refuse_other(session.held)
        with _source(database, query, chosen) as source:
            begun = download(source, query, chosen)
            if to_stdout:
                _copy(begun, sys.stdout.buffer)
                return
            assert file is not None  # noqa: S101 - as above
            size = _save(begun, file)
    head = source.head
    if as_json:
        written = {"file": str(file), "format": chosen, "bytes": size, "seq": head.seq, "hash": head.hash}
        typer.echo(dumps(written).decode())
    else:
        typer.echo(f"Wrote {file}: {chosen}, {size:,} bytes, as of ledger number {head.seq}.")


@contextmanager
def _source(database: "Database", query: "ExportQuery", chosen: "Format") -> "Iterator[Source]":
    """Yield what is exported, and show on stderr how much of it is done."""
    from dataclasses import replace

    from app.bulk.downloads import source_of
    from app.cli.database import progress
    from app.errors import InvalidInput
    from app.strikes.search import count

    with database.reading() as session:
        try:
            source = source_of(session, database, query)
        except InvalidInput as error:
            raise usage(error) from None
        total = count(session, source.strikes) if sys.stderr.isatty() else 0
    with progress("Exporting lines") as show:
        done = 0

        def add(lines: int) -> None:
            nonlocal done
            done += lines
            show(done, total * _READINGS.get(chosen, 1))

        yield replace(source, on_lines=add)


def _save(begun: "Download", file: Path) -> int:
    from app.cli.output import written_beside

    with written_beside(file, replaces=True) as part, part.open("wb") as target:
        return _copy(begun, target)


def _copy(begun: "Download", target: IO[bytes]) -> int:
    size = 0
    for piece in begun.pieces:
        size += len(piece)
        target.write(piece)
    target.flush()
    return size
