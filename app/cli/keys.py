"""`strikeledger keys`: make API keys."""

from datetime import UTC, datetime
from typing import Annotated

import typer

cli = typer.Typer(help="Make API keys.", no_args_is_help=True)


@cli.callback()
def keys() -> None:
    """Make API keys."""


@cli.command("create")
def create(
    name: Annotated[str, typer.Option(help="Whose key it is, for people.")],
    scope: Annotated[
        list[str], typer.Option(help="draft, publish, vocabulary, import or admin. Repeatable.")
    ],
    expires: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="When it ends, UTC. Never, if left out."
        ),
    ] = None,
) -> None:
    """Make a key. It is printed alone on the last line, once; only a hash of it is stored."""
    from app.cli.database import opened, prepare
    from app.keys.service import Scope
    from app.keys.service import create as create_key

    known = [each.value for each in Scope]
    for asked in scope:
        if asked not in known:
            raise typer.BadParameter(f"there is no scope '{asked}'; the scopes are {', '.join(known)}")
    with opened() as database:
        prepare(database)
        with database.writing() as session:
            ends = expires.replace(tzinfo=UTC) if expires else None
            key = create_key(session, name, [Scope(asked) for asked in scope], ends)
    typer.echo(f"The key of {name}. It is shown this once; keep it.", err=True)
    typer.echo(key)
