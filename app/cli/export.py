"""`strikeledger export` and `bundle`: everything that matches, as a file."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, NamedTuple

import typer

from app.cli.connection import Key, Url, connected
from app.cli.output import AsJson, write_json
from app.cli.query_options import given, spelled, takes

if TYPE_CHECKING:
    from app.bulk.export import Source
    from app.bulk.params import ExportQuery
    from app.db.engine import Database
    from app.errors import InvalidInput
    from app.http.formats import Format

# Formats by the ending of a file's name, where that is not the format's own.
_ENDINGS = {"jsonl": "ndjson", "db": "sqlite", "sqlite3": "sqlite", "json": "geojson", "zip": "bundle"}

_FORMATS = {"ndjson", "csv", "parquet", "geojson", "xlsx", "sqlite", "bundle"}

# Formats that a terminal cannot show.
_BINARY = {"parquet", "xlsx", "sqlite", "bundle"}

# How often each format reads all lines.
_READINGS = {"bundle": 4}

_SHARED = {"format", "shape", "bom", "revisions"}

EXPORT_EPILOG = """\b
Examples:
  strikeledger export record.ndjson
  strikeledger export raqqa.xlsx --location Raqqa --date-from 2017-01-01
  strikeledger export --country SY --format csv > strikes.csv
"""

BUNDLE_EPILOG = """\b
Example:
  strikeledger bundle strikes-2017.zip --date-from 2017-01-01 --date-to 2017-12-31
"""


@takes("export")
def export(
    file: Annotated[Path | None, typer.Argument(help="Where to; - or nothing: stdout.")] = None,
    *,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
    **query: Any,  # noqa: ANN401 - by option, a text or a list
) -> None:
    """Write everything that matches, as of one ledger number: NDJSON, CSV, Parquet, GeoJSON, Excel, SQLite or a bundle.

    The format follows the file's ending. The filters are those of GET /v1/export.
    """
    parameters = given(query)
    if "format" not in parameters and file is not None and (ending := file.suffix[1:].lower()):
        parameters["format"] = _ENDINGS.get(ending, ending)
        if parameters["format"] not in _FORMATS:
            del parameters["format"]
    _write(file, parameters, _writer(url, key), as_json=as_json)


@takes("export", without=_SHARED)
def bundle(
    file: Annotated[Path, typer.Argument(help="The ZIP file to write; - is stdout.")],
    *,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
    **query: Any,  # noqa: ANN401 - by option, a text or a list
) -> None:
    """Write a ZIP file to deposit: CSV, Parquet, NDJSON, README, citation, and the ledger's head.

    Equal bytes for the same record, filters and ledger number.
    """
    _write(file, given(query) | {"format": "bundle"}, _writer(url, key), as_json=as_json)


def _writer(url: str | None, key: str | None) -> "_Writer":
    return _from_database if url is None else partial(_from_server, url, key)


def _write(file: Path | None, parameters: dict[str, Any], write: "_Writer", *, as_json: bool) -> None:
    """Write an export to a file or to stdout, and report it."""
    chosen = parameters.get("format", "ndjson")
    to_stdout = file is None or str(file) == "-"
    if to_stdout and as_json:
        raise typer.BadParameter("stdout has the data; name a file", param_hint="--json")
    if to_stdout and chosen in _BINARY and sys.stdout.isatty():
        raise typer.BadParameter(f"{chosen} is not for a terminal; name a file", param_hint="FILE")
    if to_stdout:
        write(sys.stdout.buffer, parameters)
        return
    assert file is not None  # noqa: S101 - as above
    from app.cli.output_file import written_beside

    with written_beside(file, replaces=True) as part, part.open("wb") as target:
        done = write(target, parameters)
        size = target.tell()
    if as_json:
        write_json({"file": str(file), "format": chosen, "bytes": size, "seq": done.seq, "hash": done.hash})
    else:
        typer.echo(f"Wrote {file}: {chosen}, {size:,} bytes, as of ledger number {done.seq}.")


class _Written(NamedTuple):
    """The ledger number that an export is of, and its hash where that is known."""

    seq: int | None
    hash: str | None


_Writer = Callable[[BinaryIO, dict[str, Any]], _Written]


def _from_server(url: str, key: str | None, target: BinaryIO, parameters: dict[str, Any]) -> _Written:
    with connected(url, key) as client:
        return _Written(client.export(target, **parameters).seq, None)


def _from_database(target: BinaryIO, parameters: dict[str, Any]) -> _Written:
    from app.bulk.downloads import download
    from app.bulk.params import OFFERED
    from app.cli.database import opened
    from app.db.version import refuse_other
    from app.errors import InvalidInput
    from app.http.formats import negotiated

    query = _query(parameters)
    try:
        chosen = negotiated(query.format, [], OFFERED)
        query.refuse_mixed(chosen)
    except InvalidInput as error:
        raise _usage(error) from None
    with opened(only_reads=True) as database:
        with database.reading() as session:
            refuse_other(session.held)
        with _source(database, query, chosen) as source:
            target.writelines(download(source, query, chosen).pieces)
            target.flush()
    return _Written(source.head.seq, source.head.hash)


def _query(parameters: dict[str, Any]) -> "ExportQuery":
    """Return options as parameters. Raises BadParameter for values that are not valid."""
    from pydantic import ValidationError

    from app.bulk.params import ExportQuery
    from app.http.validation import invalid_parameters

    try:
        return ExportQuery.model_validate(parameters)
    except ValidationError as error:
        raise _usage(invalid_parameters(error.errors(include_url=False))) from None


def _usage(error: "InvalidInput") -> typer.BadParameter:
    """Return an error about parameters as one of an option."""
    return typer.BadParameter(str(error), param_hint=spelled(error.faults[0].where))


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
            raise _usage(error) from None
        total = count(session, source.strikes) if sys.stderr.isatty() else 0
    with progress("Exporting lines") as show:
        done = 0

        def add(lines: int) -> None:
            nonlocal done
            done += lines
            show(done, total * _READINGS.get(chosen, 1))

        yield replace(source, on_lines=add)
