"""`strikeledger keys`: make, list and revoke API keys."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.output import AsJson, console, plain, table, write_bytes, write_json

if TYPE_CHECKING:
    from app.keys.schemas import KeyIn

CREATE_EPILOG = """\b
Examples:
  strikeledger keys create --name "my desk" --scope publish --expires 2027-01-01
  KEY=$(strikeledger keys create --name robot --scope import | tail -n 1)
"""
LIST_EPILOG = """\b
Example:
  strikeledger keys list --json
"""
REVOKE_EPILOG = """\b
Example:
  strikeledger keys revoke k3
"""

cli = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True, rich_markup_mode=None)


@cli.callback()
def keys() -> None:
    """Make, list and revoke API keys."""


@cli.command("create", epilog=CREATE_EPILOG)
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
    *,
    as_json: AsJson = False,
) -> None:
    """Make a key. It is printed alone on the last line, once; only a hash of it is stored.

    With --json: `{"key": …, "name": …, "scopes": […], "expires_at": …}`.
    """
    from app.cli.database import opened, prepare
    from app.keys.service import Scope
    from app.keys.service import create as create_key

    known = [scope.value for scope in Scope]
    for asked in scope:
        if asked not in known:
            raise typer.BadParameter(f"there is no scope '{asked}'; the scopes are {', '.join(known)}")
    wanted = _wanted(name, sorted(set(scope)), expires)
    with opened(creates=True) as database:
        prepare(database)
        with database.writing() as session:
            key = create_key(session, wanted.name, wanted.scopes, wanted.expires_at)
    typer.echo(f"The key of {plain(wanted.name)}. It is shown this once; keep it.", err=True)
    if as_json:
        shown = {"name": wanted.name, "scopes": wanted.scopes, "expires_at": wanted.expires_at}
        write_json({"key": key, **shown})
    else:
        typer.echo(key)


@cli.command("list", epilog=LIST_EPILOG)
def list_keys(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print what GET /v1/keys responds.")] = False
) -> None:
    """List all keys, revoked ones too. A key itself cannot be shown: only its hash is stored."""
    from app.cli.database import opened
    from app.db.version import refuse_other
    from app.http.encoders import dumps
    from app.keys import queries
    from app.keys.schemas import shown
    from app.ledger.head import head

    with opened(only_reads=True) as database, database.reading() as session:
        refuse_other(session.held)
        items = [shown(row) for row in queries.page(session, 0, None)]
        seq = head(session).seq
    if as_json:
        write_bytes(dumps({"items": items, "next": None, "seq": seq}))
        return
    _show(items)


@cli.command("revoke", epilog=REVOKE_EPILOG)
def revoke(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="The key's id, as `keys list` shows it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """End a key at once, and for good. A server that runs refuses it from its next request on.

    With --json: `{"id": …, "revoked": true}`.
    """
    from app.cli.database import opened
    from app.keys import service

    with opened() as database, database.writing() as session:
        service.revoke(session, identifier)
    if as_json:
        write_json({"id": identifier, "revoked": True})
    else:
        typer.echo(f"The key {identifier} is revoked.")


def _wanted(name: str, scopes: list[str], expires: datetime | None) -> "KeyIn":
    """Check a key's fields as POST /v1/keys does."""
    from pydantic import ValidationError

    from app.keys.schemas import KeyIn

    end = expires.replace(tzinfo=UTC).isoformat() if expires else None
    try:
        return KeyIn.model_validate({"name": name, "scopes": scopes, "expires_at": end})
    except ValidationError as error:
        fault = error.errors()[0]
        option = {"name": "--name", "expires_at": "--expires"}.get(str(fault["loc"][0]))
        raise typer.BadParameter(fault["msg"], param_hint=option) from None


def _show(items: list[dict[str, Any]]) -> None:
    from rich.text import Text

    shown = table("id", "name", "scopes", "created", "expires", "last used", "revoked")
    for item in items:
        instants = (_minute(item[f"{name}_at"]) for name in ("created", "expires", "last_used", "revoked"))
        # As text: a name may hold what would otherwise be markup.
        shown.add_row(item["id"], Text(plain(item["name"])), " ".join(item["scopes"]), *instants)
    console().print(shown)


def _minute(instant: datetime | None) -> str:
    return "never" if instant is None else f"{instant:%Y-%m-%d %H:%M}Z"
