"""`strikeledger sample`: load the sample of real reports into an empty database."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import typer

from app.cli.output import AsJson, write_json

if TYPE_CHECKING:
    from app.bulk.sample import Shipped

EPILOG = """\b
Example:
  strikeledger sample && strikeledger strikes --location Palmyra
"""


def sample(*, as_json: AsJson = False) -> None:
    """Load the sample of real reports. Does nothing where the database already holds reports.

    With --json: `{"loaded": 534}`, 0 where it does nothing.
    """
    from app.bulk import sample as shipped
    from app.cli.database import opened, prepare, progress

    reports: list[shipped.Shipped] = []
    with opened(creates=True) as database:
        prepare(database)
        with database.writing() as session:
            if shipped.is_empty(session):
                reports = shipped.reports()
                with progress("Loading the sample") as show:
                    shipped.load(session, _shown(reports, show))
    if as_json:
        write_json({"loaded": len(reports)})
    elif reports:
        typer.echo(f"Loaded {len(reports)} reports.")
    else:
        typer.echo("The database already holds reports; the sample was not loaded.")


def _shown(reports: "list[Shipped]", show: Callable[[int, int], object]) -> "Iterator[Shipped]":
    for number, report in enumerate(reports):
        yield report
        show(number + 1, len(reports))
