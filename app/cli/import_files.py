"""Files of an import: opened, read as reports, with progress."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import typer

if TYPE_CHECKING:
    from app.bulk.candidates import Candidate, StagedCandidate
    from app.bulk.columns import Reading
    from app.bulk.sheets import Sheet


@contextmanager
def candidates_of(
    file: Path, file_format: str, reading: "Reading", *, stages: bool = False
) -> "Iterator[tuple[Iterator[Candidate | StagedCandidate], list[str] | None]]":
    """Open a file and yield its reports, with the header of a sheet; show progress meanwhile.

    With `stages`, a second process may stage those of a large file.
    """
    from app.bulk.candidates import from_ndjson
    from app.bulk.sheet_rows import from_sheet
    from app.bulk.sheets import csv_sheet, excel_sheet
    from app.bulk.staging_process import is_worthwhile, staged

    with opened_file(file, has_lines=file_format != "xlsx") as stream:
        size = os.fstat(stream.fileno()).st_size
        if file_format == "ndjson":
            with _progress(file, size) as advance:
                if stages and is_worthwhile(size):
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
def opened_file(file: Path, *, has_lines: bool) -> Iterator[BinaryIO]:
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
