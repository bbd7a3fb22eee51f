"""`strikeledger vocabulary load`: add what the reports of another record name."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.import_files import opened_file
from app.cli.output import AsJson, plain, write_json

if TYPE_CHECKING:
    from app.catalogue.vocabulary_file import Plan

cli = typer.Typer(help="Add the vocabulary of another record.", no_args_is_help=True, rich_markup_mode=None)

EPILOG = """\b
Example:
  unzip deposit.zip data/vocabulary.ndjson && strikeledger vocabulary load data/vocabulary.ndjson
"""


@cli.callback()
def vocabulary() -> None:
    """Add the vocabulary of another record."""


@cli.command("load", epilog=EPILOG)
def load(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="vocabulary.ndjson of a bundle.")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Report what would be added; store nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Add the publishers, places and categories of a file, all or none. What is known stays as it is."""
    from app.catalogue import vocabulary_file
    from app.cli.database import opened, prepare
    from app.db.version import refuse_other
    from app.errors import InvalidInput, MalformedFile

    seq = None
    with opened(creates=not dry_run, only_reads=dry_run) as database:
        try:
            if dry_run:
                with database.reading() as session:
                    refuse_other(session.held)
                    planned = vocabulary_file.plan(session, _lines(file))
            else:
                prepare(database)
                with database.writing() as session:
                    planned = vocabulary_file.plan(session, _lines(file))
                    seq = vocabulary_file.load(session, planned)
        except InvalidInput as error:
            fault = error.faults[0]
            raise MalformedFile(f"{file}: {fault.where}: {fault.detail}; nothing was added") from None
    report = _report(planned, seq, dry_run=dry_run)
    if as_json:
        write_json(report)
    else:
        _show(report)


def _lines(file: Path) -> Iterator[tuple[int, object]]:
    from app.bulk.decoding import lines
    from app.errors import MalformedFile, MalformedRequest
    from app.http.bodies import strict_json

    with opened_file(file, has_lines=True) as stream:
        for line in lines(stream):
            if line.text.strip():
                try:
                    yield line.number, strict_json(line.text.encode())
                except MalformedRequest as error:
                    raise MalformedFile(f"{file}: line {line.number}: {error}") from None


def _report(planned: "Plan", seq: int | None, *, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "seq": seq,
        **{plural: [change.slug for change in changes] for plural, changes in planned.added.items()},
        "unchanged": planned.unchanged,
        "names_left_out": [
            {"slug": slug, "name": name, "means": other} for slug, name, other in planned.left_out
        ],
    }


def _show(report: dict[str, Any]) -> None:
    would = "would be added" if report["dry_run"] else "added"
    added = ", ".join(
        f"{len(report[plural]):,} {plural}" for plural in ("publishers", "locations", "categories")
    )
    for name in report["names_left_out"]:
        typer.echo(
            f"{name['slug']}: '{plain(name['name'])}' is left out, since it stands for '{name['means']}'."
        )
    recorded = f", as of ledger number {report['seq']}" if report["seq"] else ""
    typer.echo(f"{added} {would}; {report['unchanged']:,} unchanged{recorded}.")
