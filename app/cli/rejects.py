"""File of rejected rows, as they were, with what is wrong with each."""

import csv
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from app.bulk.candidates import MARKS
from app.bulk.importing import Rejected
from app.http.encoders import dumps


class RejectsFile:
    """A file that appears under its name when it is whole; without a name, nothing is written."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: IO[str] | None = None
        self._is_sheet = False
        self._is_whole = False

    def __enter__(self) -> Self:
        if self._path is not None:
            self._file = tempfile.NamedTemporaryFile(
                "w", encoding="utf-8", newline="", dir=self._path.absolute().parent, delete=False
            )
        return self

    def begin(self, header: Sequence[str] | None) -> None:
        """Begin with the header of a sheet; None for NDJSON."""
        self._is_sheet = header is not None
        if self._file is not None and header is not None:
            csv.writer(self._file, lineterminator="\r\n").writerow([*MARKS, *header])

    def add(self, rejected: Rejected) -> None:
        """Add the rows of a rejected report. Those without a problem of their own name the report's."""
        if self._file is None:
            return
        first = rejected.problems[0]
        for number, content in rejected.candidate.rows:
            own = [problem for problem in rejected.problems if problem.row == number]
            text = "; ".join(
                f"{problem.column}: {problem.detail}" if problem.column else problem.detail for problem in own
            )
            text = text or f"row {first.row} of the same report is rejected"
            if self._is_sheet:
                csv.writer(self._file, lineterminator="\r\n").writerow([number, text, *content])  # type: ignore[misc] # cells
            elif isinstance(content, dict):
                self._file.write(dumps({**content, "_row": number, "_problem": text}).decode() + "\n")
            else:
                self._file.write(str(content).rstrip("\r\n") + "\n")

    def keep(self) -> None:
        """Give the file its name at the end."""
        self._is_whole = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is None or self._path is None:
            return
        self._file.close()
        if self._is_whole:
            Path(self._file.name).replace(self._path)
        else:
            Path(self._file.name).unlink()
