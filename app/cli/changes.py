"""`strikeledger changes`: entries of the ledger in order, and new ones."""

from typing import Annotated, Any

import typer

from app.cli.connection import Key, Url, connected
from app.cli.output import Column, aligned_table, console, plain, write_json
from app.cli.query_options import given, takes

EPILOG = """\b
Examples:
  strikeledger changes --after 500
  strikeledger changes --after 500 --follow --json
  strikeledger changes --location Palmyra --effect destroyed
"""

# A walk begins after a number and goes to the head: what else chooses pages or formats is no option.
_NO_OPTIONS = {"after", "before", "as_of", "limit", "cursor", "count", "format", "cells"}

COLUMNS = (
    Column("seq", 9),
    Column("recorded", 20),
    Column("action", 10),
    Column("report", 9),
    Column("revision", 8),
    # Cut where a terminal is too narrow for it.
    Column("hash", share=1, wraps=False),
)


@takes("changes", without=_NO_OPTIONS)
def changes(
    *,
    after: Annotated[int, typer.Option(min=0, metavar="SEQ", help="Start after this ledger number.")] = 0,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on with what is recorded, until interrupted.")
    ] = False,
    url: Url = None,
    key: Key = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print an entry a line, as GET /v1/changes shows it.")
    ] = False,
    **query: Any,  # noqa: ANN401 - by option, a text or a list
) -> None:
    """List what was recorded: reports, corrections, retractions and vocabulary. Only reads.

    With filters: the entries whose report has, before or after them, a line that matches.
    """
    filters = given(query)
    with connected(url, key) as client:
        walk = client.changes(after, follow=follow, **filters)
        is_first = True
        for page in walk.pages():
            if as_json:
                for change in page:
                    write_json(change)
            else:
                _show(page.items, header=is_first)
            is_first = False
        seq = walk.seq
    if is_first and not as_json:
        what = "Nothing that matches" if filters else "Nothing"
        typer.echo(f"{what} was recorded after {after}; the ledger stands at {seq}.", err=True)


def _show(items: Any, *, header: bool) -> None:  # noqa: ANN401 - entries of the client
    from rich.text import Text

    shown = aligned_table(COLUMNS, header=header)
    for change in items:
        cells = (
            change.seq,
            f"{change.recorded_at[:19]}Z",
            change.action,
            change.report or "-",
            change.revision or "-",
            change.hash,
        )
        shown.add_row(*(Text(plain(cell)) for cell in cells))
    console().print(shown)
