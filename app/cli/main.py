"""Entry point of `strikeledger COMMAND`: its commands, errors and exit codes.

Each command imports the server inside its function: a cold import of everything takes seconds, and
`--help` should answer at once.
"""

import gc
import io
import os
import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

from app import __version__
from app.cli import (
    aggregates,
    backup,
    changes,
    export,
    import_,
    keys,
    locations,
    migrate,
    parse,
    sample,
    serve,
    strikes,
    verify,
    vocabulary,
)
from app.cli.connection import Unreachable
from app.cli.output import plain, write_json
from app.errors import (
    DamagedDatabase,
    DatabaseUnavailable,
    InvalidSetting,
    ReadOnlyDatabase,
    StrikeledgerError,
)

# Exit codes beyond 0; 130 is that of an interrupted command in every shell.
REFUSED, USAGE, UNREACHABLE, INTERRUPTED = 1, 2, 3, 130

EPILOG = """\b
Example:
  strikeledger sample && strikeledger aggregates --group-by location,year --top 5
"""

cli = typer.Typer(
    help="An airstrike report database with a REST API.",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Plain help: boxes and colours take as long to load as everything else together.
    rich_markup_mode=None,
)


@cli.callback(invoke_without_command=True)
def version(
    *,
    shows: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --version: print it as JSON.")] = False,
) -> None:
    """Print the version where that is asked of no command."""
    if shows:
        if as_json:
            write_json({"version": __version__})
        else:
            typer.echo(f"strikeledger {__version__}")
        raise typer.Exit
    if as_json:
        raise typer.BadParameter("give it after the command", param_hint="--json")


cli.command("serve", epilog=serve.EPILOG)(serve.serve)
cli.command("migrate", epilog=migrate.MIGRATE_EPILOG)(migrate.migrate)
cli.command("rebuild", epilog=migrate.REBUILD_EPILOG)(migrate.rebuild)
cli.command("sample", epilog=sample.EPILOG)(sample.sample)
cli.command("strikes", epilog=strikes.EPILOG)(strikes.strikes)
cli.command("aggregates", epilog=aggregates.EPILOG)(aggregates.aggregates)
cli.command("changes", epilog=changes.EPILOG)(changes.changes)
cli.command("parse", epilog=parse.EPILOG)(parse.parse)
cli.command("import", epilog=import_.EPILOG)(import_.import_)
cli.command("export", epilog=export.EXPORT_EPILOG)(export.export)
cli.command("bundle", epilog=export.BUNDLE_EPILOG)(export.bundle)
cli.command("backup", epilog=backup.BACKUP_EPILOG)(backup.backup)
cli.command("restore", epilog=backup.RESTORE_EPILOG)(backup.restore)
cli.command("verify", epilog=verify.EPILOG)(verify.verify)
cli.add_typer(keys.cli, name="keys")
cli.add_typer(locations.cli, name="locations")
cli.add_typer(vocabulary.cli, name="vocabulary")


def main() -> None:
    """Run the command line. An error is one line on stderr, and an exit code that says of which kind it is."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # An encoding without a character shows a question mark for it.
        sys.stdout.reconfigure(errors="replace")
    try:
        code = cli(standalone_mode=False)
        sys.stdout.flush()
    except TyperException as error:
        code = _failed(error.format_message(), error.exit_code)
    except StrikeledgerError as error:
        code = _failed(str(error), _code(error))
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        # Who read the output has left, as `head` does.
        code = REFUSED
        _drop_output()
    except OSError as error:
        code = _failed(f"{error.filename or 'cannot write the output'}: {error.strerror or error}", REFUSED)
        _drop_output()
    finally:
        # A command may have turned it off and been refused; tests run commands in their own process.
        gc.enable()
    sys.exit(code)


def _code(error: StrikeledgerError) -> int:
    if isinstance(error, InvalidSetting):
        return USAGE
    # What can be read, and is damaged or read-only, was reached.
    was_reached = isinstance(error, DamagedDatabase | ReadOnlyDatabase)
    is_unreachable = isinstance(error, Unreachable | DatabaseUnavailable) and not was_reached
    return UNREACHABLE if is_unreachable else REFUSED


def _failed(message: str, code: int) -> int:
    if message.startswith("Usage: "):
        # Without a command, the message is the help.
        typer.echo(message)
    else:
        typer.echo(f"strikeledger: {plain(' '.join(message.split()))}", err=True)
    return code


def _drop_output() -> None:
    """Let what is left in the buffer go nowhere: Python would try to write it again at its end, and fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
