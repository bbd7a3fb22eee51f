"""File of rejected rows, with what is wrong with each."""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from app.bulk.candidates import MARKS
from app.cli.output_file import written_beside
from app.http.encoders import dumps

# Adds a row: its number, what is wrong with it, and what the file holds there.
Add = Callable[[int, str, object], None]


@contextmanager
def rejects_file(path: Path | None) -> Iterator[Callable[[Sequence[str] | None], Add]]:
    """Yield a function that begins the file with the header of a sheet, or with None for NDJSON.

    It returns the one that adds a rejected row. The file has its name at the end; without one, nothing is written.
    """
    if path is None:
        yield lambda _header: lambda _number, _problem, _content: None
        return
    with (
        written_beside(path, replaces=True) as part,
        part.open("w", encoding="utf-8", newline="") as file,
    ):

        def begin(header: Sequence[str] | None) -> Add:
            return _json_lines(file) if header is None else _table(file, header)

        yield begin


def _table(file: IO[str], header: Sequence[str]) -> Add:
    rows = csv.writer(file, lineterminator="\r\n")
    rows.writerow([*MARKS, *header])

    def add(number: int, problem: str, cells: object) -> None:
        assert isinstance(cells, list | tuple)  # noqa: S101 - the rows of a sheet
        rows.writerow([number, problem, *cells])

    return add


def _json_lines(file: IO[str]) -> Add:
    def add(number: int, problem: str, content: object) -> None:
        if isinstance(content, dict):
            marks = dict(zip(MARKS, (number, problem), strict=True))
            file.write(dumps({**content, **marks}).decode() + "\n")
        else:
            # No JSON object, so it has no room for marks.
            file.write(str(content).rstrip("\r\n") + "\n")

    return add
