"""`strikeledger locations load`: add the places of further countries from GeoNames."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.output import write_json

if TYPE_CHECKING:
    from app.catalogue.loading import Plan
    from app.vocabulary.places import Place

cli = typer.Typer(help="Add places of further countries.", no_args_is_help=True, rich_markup_mode=None)

EPILOG = """\b
Examples:
  strikeledger locations load YE SO LY --dry-run
  strikeledger locations load --file SS.zip
"""

# Countries with as many spellings in common with a mistyped one are suggested.
_MOST_SUGGESTED = 3


@cli.callback()
def locations() -> None:
    """Add places of further countries."""


@cli.command("load", epilog=EPILOG)
def load(
    countries: Annotated[
        list[str] | None,
        typer.Argument(metavar="COUNTRY...", help="ISO 3166-1 alpha-2 codes, such as YE SO LY."),
    ] = None,
    *,
    file: Annotated[
        Path | None, typer.Option(help="A file of GeoNames instead: its .txt, .zip or .txt.gz.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Report what would be added; store nothing.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the report as JSON, every name left out.")
    ] = False,
) -> None:
    """Add the places of countries' gazetteers, all or none. Places that are known stay as they are."""
    from app.catalogue import loading
    from app.cli.database import opened, prepare, progress
    from app.db.version import refuse_other

    if bool(countries) == (file is not None):
        raise typer.BadParameter("give either countries or --file", param_hint="COUNTRY")
    skipped: dict[str, int] = {}
    if file is not None:
        places, skipped = _of_file(file)
    else:
        places = _of_countries(countries or [])
    entries: list[int] = []
    with opened(creates=not dry_run, only_reads=dry_run) as database:
        if dry_run:
            with database.reading() as session:
                refuse_other(session.held)
                plan = loading.plan(session, places)
        else:
            prepare(database)
            with progress("Loading places") as show, database.writing() as session:
                plan = loading.plan(session, places)
                entries = loading.load(session, plan, show)
    report = _report(plan, skipped, entries, dry_run=dry_run)
    if as_json:
        write_json(report)
    else:
        _show(report)


def _of_countries(written: list[str]) -> "list[Place]":
    from app.vocabulary import gazetteers

    codes = {code.upper() for code in written}
    for code in sorted(codes):
        if code not in gazetteers.countries():
            available = ", ".join(gazetteers.countries())
            hint = _hint(code)
            raise typer.BadParameter(
                f"there is no gazetteer of '{code}'{hint}; available: {available}; others by --file",
                param_hint="COUNTRY",
            )
    # In the order of codes: the order in which they are given makes no difference.
    return [place for code in sorted(codes) for place in gazetteers.load(code)]


def _hint(written: str) -> str:
    from rapidfuzz import process

    from app.vocabulary import countries, gazetteers

    available = gazetteers.countries()
    named = {name: code for name, code in countries.NAMES.items() if code in available}
    folded = countries.fold(written)
    # Two letters are a code, and any code is near to it.
    nearest = process.extractOne(folded, named.keys(), score_cutoff=80) if len(folded) > 2 else None  # noqa: PLR2004 - see above
    return f"; did you mean {named[nearest[0]]}?" if nearest else ""


def _of_file(file: Path) -> "tuple[list[Place], dict[str, int]]":
    from app.catalogue.geonames import read

    if not file.is_file():
        raise typer.BadParameter(f"{file}: no such file", param_hint="--file")
    dump = read(file)
    return dump.places, dict(dump.skipped)


def _report(plan: "Plan", skipped: dict[str, int], entries: list[int], *, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "seq": entries[-1] if entries else None,
        "added": plan.countries.total(),
        "unchanged": plan.unchanged.total(),
        "countries": [
            {"country": code, "added": plan.countries[code], "unchanged": plan.unchanged[code]}
            for code in sorted(plan.countries | plan.unchanged)
        ],
        "skipped": [{"reason": reason, "rows": rows} for reason, rows in sorted(skipped.items())],
        "names_left_out": [
            {"location": name.place, "name": name.spelling, "reason": name.reason, "means": list(name.others)}
            for name in plan.left_out
        ],
    }


def _show(report: dict[str, Any]) -> None:
    from collections import Counter

    would = "would be added" if report["dry_run"] else "added"
    for country in report["countries"]:
        typer.echo(f"{country['country']}: {country['added']:,} {would}, {country['unchanged']:,} unchanged")
    for skipped in report["skipped"]:
        typer.echo(f"Skipped {skipped['rows']:,} rows: {skipped['reason']}.")
    reasons = Counter(name["reason"] for name in report["names_left_out"])
    for reason, names in sorted(reasons.items()):
        typer.echo(f"Left out {names:,} spellings, since each {reason}; --json lists them.")
    recorded = f", as of ledger number {report['seq']}" if report["seq"] else ""
    typer.echo(f"{report['added']:,} places {would}, {report['unchanged']:,} unchanged{recorded}.")
