"""The command line: `strikeledger COMMAND`, one file a command.

Each command imports the server inside its function: a cold import of everything takes seconds, and
`--help` should answer at once.
"""

import sys

import typer

from app.cli import keys, migrate, parse, sample, serve, verify
from app.errors import StrikeledgerError

cli = typer.Typer(
    help="An airstrike report database with a REST API.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli.command("serve")(serve.serve)
cli.command("migrate")(migrate.migrate)
cli.command("rebuild")(migrate.rebuild)
cli.command("sample")(sample.sample)
cli.command("parse")(parse.parse)
cli.command("verify")(verify.verify)
cli.add_typer(keys.cli, name="keys")


def main() -> None:
    """Run the command line. An error of ours is one line on stderr and exit code 1."""
    try:
        cli()
    except StrikeledgerError as error:
        typer.echo(f"strikeledger: {error}", err=True)
        sys.exit(1)
