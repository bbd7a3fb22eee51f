"""File of rejected rows, with what is wrong with each."""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from app.bulk.candidates import MARKS
from app.bulk.importing import Rejected
from app.cli.output_file import written_beside
from app.http.encoders import dumps

Reject = Callable[[Rejected], None]


@contextmanager
def rejects_file(path: Path | None) -> Iterator[Callable[[Sequence[str] | None], Reject]]:
    """Yield a function that begins the file with the header of a sheet, or with None for NDJSON.

    It returns the one that adds a rejected report. The file has its name at the end; without one, nothing is written.
    """
    if path is None:
        yield lambda _header: lambda _rejected: None
        return
    with (
        written_beside(path, replaces=True) as part,
        part.open("w", encoding="utf-8", newline="") as file,
    ):

        def begin(header: Sequence[str] | None) -> Reject:
            return _json_lines(file) if header is None else _table(file, header)

        yield begin


def _table(file: IO[str], header: Sequence[str]) -> Reject:
    rows = csv.writer(file, lineterminator="\r\n")
    rows.writerow([*MARKS, *header])

    def add(rejected: Rejected) -> None:
        for number, cells in rejected.candidate.rows:
            assert isinstance(cells, list | tuple)  # noqa: S101 - the rows of a sheet
            rows.writerow([number, _problem(rejected, number), *cells])

    return add


def _json_lines(file: IO[str]) -> Reject:
    def add(rejected: Rejected) -> None:
        for number, content in rejected.candidate.rows:
            if isinstance(content, dict):
                marks = dict(zip(MARKS, (number, _problem(rejected, number)), strict=True))
                file.write(dumps({**content, **marks}).decode() + "\n")
            else:
                # No JSON object, so it has no room for marks.
                file.write(str(content).rstrip("\r\n") + "\n")

    return add


def _problem(rejected: Rejected, number: int) -> str:
    """Return what is wrong with a row; of one without a problem, which other row of its report has one."""
    problems = [problem for problem in rejected.problems if problem.row == number]
    texts = [
        f"{problem.column}: {problem.detail}" if problem.column else problem.detail for problem in problems
    ]
    return "; ".join(texts) or f"row {rejected.problems[0].row} of the same report is rejected"
