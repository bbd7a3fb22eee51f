"""Imports by a server, with the rows that it rejects."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from app.cli.connection import connected
from app.cli.import_files import candidates_of, opened_file

if TYPE_CHECKING:
    from app.bulk.columns import Reading
    from app.client import Client

_OUTCOME = ("created", "revised", "unchanged", "rejected", "problems")


class Sending(NamedTuple):
    """How a server imports files. `reason` None: the name of the file; `rejects`: where rejected rows are written."""

    mode: str
    reason: str | None
    rejects: Path | None
    dry_run: bool


def send(
    files: Sequence[tuple[Path, str]], reading: "Reading", sending: Sending, url: str, key: str | None
) -> list[tuple[Path, dict[str, Any]]]:
    """Send files one after the other, and return the outcome of each; after a refused one, none is sent."""
    outcomes = []
    with connected(url, key) as client:
        for file, file_format in files:
            outcome = _send(client, file, file_format, reading, sending)
            rejected = outcome.pop("rejects", [])
            if sending.rejects is not None:
                _write_rejects(sending.rejects, file, file_format, reading, rejected)
            outcomes.append((file, outcome))
            if outcome["rejected"] and sending.mode == "all" and not sending.dry_run:
                break
    for file, _ in files[len(outcomes) :]:
        typer.echo(f"{file}: not sent, since a file before it was refused", err=True)
    return outcomes


def _send(
    client: "Client", file: Path, file_format: str, reading: "Reading", sending: Sending
) -> dict[str, Any]:
    from app.client import Unprocessable

    options: dict[str, Any] = {
        "map": [f"{theirs}={ours}" for theirs, ours in reading.columns.items()],
        "ignore_column": sorted(reading.ignored),
        "dates": reading.dates,
        "decimal_comma": reading.decimal_comma,
        "sheet": reading.sheet,
        "reason": sending.reason or f"Imported from {file.name}.",
        "rejects": sending.rejects is not None,
    }
    with opened_file(file, has_lines=file_format != "xlsx") as stream:
        try:
            outcome = client.import_reports(
                stream.read(),
                dry_run=sending.dry_run,
                mode=sending.mode,  # type: ignore[arg-type] # all or valid
                format=file_format,  # type: ignore[arg-type] # one of those of an import
                **{name: value for name, value in options.items() if value},
            )
        except Unprocessable as error:
            if "created" not in error.problem:
                raise
            return {name: error.problem[name] for name in _OUTCOME}
    return dict(outcome)


def _write_rejects(
    path: Path, file: Path, file_format: str, reading: "Reading", rejected: Iterable[dict[str, Any]]
) -> None:
    """Write the rows that a server rejected, as the file has them, with the problem of each."""
    from app.bulk.candidates import Candidate
    from app.cli.rejects import rejects_file

    problems = {row["row"]: row["problem"] for row in rejected}
    with rejects_file(path) as begin, candidates_of(file, file_format, reading) as (candidates, header):
        add = begin(header)
        for candidate in candidates:
            assert isinstance(candidate, Candidate)  # noqa: S101 - no process stages them
            for number, content in candidate.rows:
                if number in problems:
                    add(number, problems[number], content)
