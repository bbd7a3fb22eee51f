"""`strikeledger migrate` and `rebuild`: schema and derived rows."""

import typer

from app.cli.output import AsJson, write_json

MIGRATE_EPILOG = """\b
Example:
  STRIKELEDGER_DATABASE_URL=postgresql://desk@db/record strikeledger migrate
"""
REBUILD_EPILOG = """\b
Example:
  strikeledger rebuild --json
"""


def migrate(*, as_json: AsJson = False) -> None:
    """Create the database or bring it up to this version. Safe to run at any time, and twice.

    Also writes derived rows that are missing: the stored JSON of reports and lines, and their search words. Where it is
    interrupted, it goes on from there the next time. A file of which a quarter is empty is made smaller.

    With --json: `{"schema": "0014", "rows_written": 0}`.
    """
    from app import log
    from app.cli.database import opened, prepare, progress
    from app.db.version import HEAD
    from app.reports.derived import write_json_in_steps, write_number_keys
    from app.settings import read_settings

    settings = read_settings()
    log.configure(settings.log_level, settings.log_format)
    with opened(creates=True) as database:
        prepare(database)
        with progress("Writing derived rows") as show:
            with database.writing() as session:
                written = write_number_keys(session, show)
            written += write_json_in_steps(database, show)
        database.compact()
    if as_json:
        write_json({"schema": HEAD, "rows_written": written})
        return
    if written:
        typer.echo(f"Wrote {written:,} derived rows that were missing.")
    typer.echo("The database is up to date.")


def rebuild(*, as_json: AsJson = False) -> None:
    """Write anew all that is derived from the record: the stored JSON of reports and lines, and the indexes of lines.

    One transaction: readers see the old rows until it ends. Run it where `verify` says so.

    With --json: `{"rows_written": 5540}`.
    """
    from app.cli.database import opened, progress
    from app.reports import derived

    with opened() as database, database.writing() as session, progress("Writing derived rows") as show:
        written = derived.rebuild(session, show)
    if as_json:
        write_json({"rows_written": written})
    else:
        typer.echo(f"Wrote {written:,} derived rows anew.")
