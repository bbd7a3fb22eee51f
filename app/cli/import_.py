"""`strikeledger import`: reports from files, or drafts from releases."""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, NamedTuple

import typer

from app.cli.connection import Key, Url, connected
from app.cli.output import AsJson, plain, write_json

if TYPE_CHECKING:
    from app.bulk.candidates import Candidate, StagedCandidate
    from app.bulk.columns import DateOrder, Reading
    from app.bulk.outcome import Mode
    from app.bulk.sheets import Sheet

# How a file is read, by the end of its name.
FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".xlsx": "xlsx",
}

EPILOG = """\b
Examples:
  strikeledger import strikes.csv --dry-run
  strikeledger import strikes.csv --map Ort=location --ignore-column Notes --dates dmy
  strikeledger import releases/ --parse --publisher cjtf-oir
"""


class _Run(NamedTuple):
    """What becomes of what is read."""

    mode: "Mode"
    reason: str | None
    rejects: Path | None


def import_(  # noqa: PLR0913 - one for each option
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files, or - for standard input.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do all of it, and take it back.")] = False,
    mode: Annotated[
        str, typer.Option(help="all: one rejected report, and nothing is written. valid: the others are.")
    ] = "all",
    rejects: Annotated[
        Path | None, typer.Option(help="Write rejected rows here, with _row and _problem (--mode valid).")
    ] = None,
    columns: Annotated[
        list[str] | None, typer.Option("--map", metavar="THEIRS=OURS", help="A foreign column.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="A TOML file: [columns], ignore, dates, decimal_comma, sheet.")
    ] = None,
    ignore_column: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A column that is not imported.")
    ] = None,
    dates: Annotated[
        str | None, typer.Option(help="How dates are written that are not ISO 8601: dmy or mdy.")
    ] = None,
    decimal_comma: Annotated[bool, typer.Option("--decimal-comma", help="1.200,0 is 1200.")] = False,
    sheet: Annotated[str | None, typer.Option(help="The sheet of a workbook that has several.")] = None,
    file_format: Annotated[
        str | None, typer.Option("--format", help="csv, ndjson or xlsx, where the name does not show it.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="The reason of each revision.")] = None,
    parse: Annotated[
        bool, typer.Option("--parse", help="FILE is a folder of releases (*.txt): save them as drafts.")
    ] = False,
    publisher: Annotated[str | None, typer.Option(help="With --parse: who published them.")] = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Import reports: new ones are published, known ones revised where they differ. All of it, or nothing."""
    if url is not None and (parse or rejects is not None or len(files) > 1):
        raise typer.BadParameter("takes one file, without --parse and --rejects", param_hint="--url")
    if parse:
        from app.cli.drafts import save_drafts

        save_drafts(files, publisher, dry_run=dry_run, as_json=as_json)
        return
    from dataclasses import replace

    from app.bulk.columns import with_pairs
    from app.bulk.outcome import Mode

    if mode not in {"all", "valid"}:
        raise typer.BadParameter("give all or valid", param_hint="--mode")
    if rejects is not None and mode != "valid":
        raise typer.BadParameter("needs --mode valid", param_hint="--rejects")
    if rejects is not None and len(files) > 1:
        raise typer.BadParameter("takes one file at a time", param_hint="--rejects")
    reading = with_pairs(_mapping(mapping), columns or [], ignore_column or [])
    reading = replace(
        reading,
        dates=_order(dates) or reading.dates,
        sheet=sheet or reading.sheet,
        decimal_comma=decimal_comma or reading.decimal_comma,
    )
    chosen = [(file, _format_of(file, file_format)) for file in files]
    run = _Run(Mode(mode), reason, rejects)
    if url is None:
        outcomes = _run(chosen, reading, run, dry_run=dry_run)
    else:
        outcomes = [_send(*chosen[0], reading, run, _Server(url, key, dry_run))]
    _report(outcomes, dry_run=dry_run, as_json=as_json)
    if any(outcome["rejected"] for _, outcome in outcomes):
        raise typer.Exit(1)


def _order(dates: str | None) -> "DateOrder | None":
    if dates not in {None, "iso", "dmy", "mdy"}:
        raise typer.BadParameter("give dmy, mdy or iso", param_hint="--dates")
    return dates  # type: ignore[return-value] # one of them


def _format_of(file: Path, given: str | None) -> str:
    if given is not None:
        if given not in FORMATS.values():
            raise typer.BadParameter("give csv, ndjson or xlsx", param_hint="--format")
        return given
    if file.is_dir():
        raise typer.BadParameter(f"{file} is a folder; --parse reads folders of releases", param_hint="FILE")
    chosen = FORMATS.get(file.suffix.lower())
    if chosen is None:
        raise typer.BadParameter(f"the name of {file} shows no format; give --format", param_hint="FILE")
    return chosen


def _mapping(file: Path | None) -> "Reading":
    """Return how a mapping file says that a table is read."""
    from app.bulk.columns import Reading, reading_of

    if file is None:
        return Reading()
    try:
        return reading_of(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}", param_hint="--mapping") from None
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{file} is not UTF-8", param_hint="--mapping") from None


def _run(
    files: list[tuple[Path, str]], reading: "Reading", run: "_Run", *, dry_run: bool
) -> list[tuple[Path, dict[str, Any]]]:
    """Import all files in one transaction, and return the outcome of each."""
    from app.bulk import importing
    from app.bulk.importing import Author
    from app.bulk.outcome import NotApplied
    from app.cli.database import opened, prepare
    from app.cli.rejects import rejects_file

    # Reports leave no cycles behind them, and looking for some took a quarter of the time.
    gc.disable()
    outcomes = []
    with opened(creates=True) as database, rejects_file(run.rejects) as begin:
        prepare(database)
        with suppress(NotApplied), database.writing() as session:
            for file, file_format in files:
                author = Author(None, run.reason or f"Imported from {file.name}.")
                with _candidates(file, file_format, reading) as (candidates, header):
                    outcome = importing.run(session, candidates, author, run.mode, begin(header))
                outcomes.append((file, outcome))
            if dry_run or any(outcome.is_refused for _, outcome in outcomes):
                raise NotApplied(outcome)
    # One refused file refuses all.
    is_refused = any(outcome.is_refused for _, outcome in outcomes)
    return [(file, outcome.document(is_refused=is_refused)) for file, outcome in outcomes]


class _Server(NamedTuple):
    url: str
    key: str | None
    dry_run: bool


def _send(
    file: Path, file_format: str, reading: "Reading", run: _Run, server: _Server
) -> tuple[Path, dict[str, Any]]:
    """Send a file to a server, and return its outcome."""
    from app.client import Unprocessable

    options: dict[str, Any] = {
        "map": [f"{theirs}={ours}" for theirs, ours in reading.columns.items()],
        "ignore_column": sorted(reading.ignored),
        "dates": reading.dates,
        "decimal_comma": reading.decimal_comma,
        "sheet": reading.sheet,
        "reason": run.reason or f"Imported from {file.name}.",
    }
    with _open(file, has_lines=file_format != "xlsx") as stream, connected(server.url, server.key) as client:
        try:
            outcome = client.import_reports(
                stream.read(),
                dry_run=server.dry_run,
                mode=run.mode.value,
                format=file_format,  # type: ignore[arg-type] # one of FORMATS
                **{name: value for name, value in options.items() if value},
            )
        except Unprocessable as error:
            if "created" not in error.problem:
                raise
            names = ("created", "revised", "unchanged", "rejected", "problems")
            return file, {name: error.problem[name] for name in names}
    return file, dict(outcome)


@contextmanager
def _candidates(
    file: Path, file_format: str, reading: "Reading"
) -> "Iterator[tuple[Iterator[Candidate | StagedCandidate], list[str] | None]]":
    """Open a file and yield its reports, with the header of a sheet; show progress meanwhile."""
    from app.bulk.candidates import from_ndjson
    from app.bulk.sheet_rows import from_sheet
    from app.bulk.sheets import csv_sheet, excel_sheet
    from app.bulk.staging_process import is_worthwhile, staged

    with _open(file, has_lines=file_format != "xlsx") as stream:
        size = os.fstat(stream.fileno()).st_size
        if file_format == "ndjson":
            with _progress(file, size) as advance:
                if is_worthwhile(size):
                    with staged(stream, advance) as candidates:
                        yield candidates, None
                else:
                    yield from_ndjson(stream, advance), None
            return
        opened: Sheet = csv_sheet(stream, reading) if file_format == "csv" else excel_sheet(stream, reading)
        _show_columns(opened, reading)
        # The rows of CSV are read twice: first to see whether those of a report stand together.
        with _progress(file, 2 * size if file_format == "csv" else None) as advance:
            yield from_sheet(opened, reading, advance), list(opened.header)


@contextmanager
def _open(file: Path, *, has_lines: bool) -> Iterator[BinaryIO]:
    """Open a file, or a copy of standard input, so that it can be read twice."""
    if str(file) != "-":
        try:
            with file.open("rb") as stream:
                yield stream
        except FileNotFoundError:
            raise typer.BadParameter(f"{file}: no such file", param_hint="FILE") from None
        return
    from tempfile import TemporaryFile

    from app.bulk.decoding import LONGEST_LINE
    from app.errors import MalformedFile

    with TemporaryFile() as stream:
        length = 0
        while piece := sys.stdin.buffer.read(LONGEST_LINE):
            stream.write(piece)
            # A line without an end would fill the disk before it is read. A workbook has no lines, and is bounded.
            length = length + len(piece) if b"\n" not in piece else len(piece) - piece.rindex(b"\n")
            if has_lines and length > 2 * LONGEST_LINE:
                raise MalformedFile(f"a line is longer than {LONGEST_LINE:,} bytes")
        stream.seek(0)
        yield stream


@contextmanager
def _progress(file: Path, size: int | None) -> Iterator[Callable[[int], None]]:
    """Show on stderr how many bytes are read, how fast, and how long it will take, where that is a terminal."""
    from rich import progress
    from rich.console import Console

    console = Console(stderr=True)
    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(f"Importing {file.name}", total=size)
        yield lambda count: bar.advance(task, count)


def _show_columns(sheet: "Sheet", reading: "Reading") -> None:
    """Print on stderr how foreign columns are read, before anything is written."""
    from app.bulk.columns import shown

    for theirs in sheet.header:
        ours = reading.name_of(theirs)
        if theirs in reading.ignored:
            typer.echo(f"{shown(theirs)}: ignored", err=True)
        elif ours is not None and ours != theirs:
            typer.echo(f"{shown(theirs)} -> {ours}", err=True)


def _report(outcomes: list[tuple[Path, dict[str, Any]]], *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        documents = [{"file": str(file), "dry_run": dry_run, **outcome} for file, outcome in outcomes]
        write_json(documents[0] if len(documents) == 1 else documents)
        return
    for file, outcome in outcomes:
        for group in outcome["problems"]:
            where = f"{group['column']}: " if group["column"] else ""
            typer.echo(f"{plain(where)}{group['code']}, {group['count']:,} times")
            for row in group["rows"]:
                value = f" '{plain(row['value'])}'" if row["value"] is not None else ""
                # What a detail suggests already is the same.
                nearest = (
                    row["suggestion"] if row["suggestion"] and "did you mean" not in row["detail"] else None
                )
                typer.echo(f"  row {row['row']}{value}: {row['detail']}{f' ({nearest})' if nearest else ''}")
        figures = ", ".join(
            f"{outcome[name]:,} {name}" for name in ("created", "revised", "unchanged", "rejected")
        )
        typer.echo(f"{file}: {figures}{'; a dry run: nothing was written' if dry_run else ''}")
    written = sum(outcome["created"] + outcome["revised"] for _, outcome in outcomes)
    if not dry_run and not written and any(outcome["rejected"] for _, outcome in outcomes):
        typer.echo("Nothing was imported.")
