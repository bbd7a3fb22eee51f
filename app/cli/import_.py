"""`strikeledger import`: reports from files, or drafts from releases."""

import gc
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from app.cli.connection import Key, Url
from app.cli.import_files import candidates_of
from app.cli.output import AsJson, plain, write_json

if TYPE_CHECKING:
    from app.bulk.columns import DateOrder, Reading
    from app.bulk.outcome import Mode, Rejected
    from app.cli.rejects import Add

# How a file is read, by the end of its name.
FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".xlsx": "xlsx",
}

# Problems of names that the vocabulary does not hold.
_OF_VOCABULARY = {"unknown-publisher", "unknown-location", "unknown-category"}

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
    if url is not None and parse:
        raise typer.BadParameter("takes no --parse", param_hint="--url")
    if parse:
        from app.cli.drafts import save_drafts

        save_drafts(files, publisher, dry_run=dry_run, as_json=as_json)
        return
    from dataclasses import replace

    from app.bulk.columns import with_pairs
    from app.bulk.outcome import Mode
    from app.cli.import_remote import Sending, send

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
    if url is None:
        outcomes = _run(chosen, reading, _Run(Mode(mode), reason, rejects), dry_run=dry_run)
    else:
        outcomes = send(chosen, reading, Sending(mode, reason, rejects, dry_run), url, key)
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
                with candidates_of(file, file_format, reading, stages=True) as (candidates, header):
                    reject = partial(_add_rejected, begin(header))
                    outcome = importing.run(session, candidates, author, run.mode, reject)
                outcomes.append((file, outcome))
            if dry_run or any(outcome.is_refused for _, outcome in outcomes):
                raise NotApplied(outcome)
    # One refused file refuses all.
    is_refused = any(outcome.is_refused for _, outcome in outcomes)
    return [(file, outcome.document(is_refused=is_refused)) for file, outcome in outcomes]


def _add_rejected(add: "Add", rejected: "Rejected") -> None:
    for row in rejected.rows():
        add(*row)


def _report(outcomes: list[tuple[Path, dict[str, Any]]], *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        documents = [{"file": str(file), "dry_run": dry_run, **outcome} for file, outcome in outcomes]
        write_json(documents[0] if len(documents) == 1 else documents)
        return
    codes = {group["code"] for _, outcome in outcomes for group in outcome["problems"]}
    if codes & _OF_VOCABULARY:
        typer.echo(
            "Names of another record come with its bundle: strikeledger vocabulary load FILE", err=True
        )
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
