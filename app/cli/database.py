"""Open the configured database for a command, and make it ready."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from app import log
from app.catalogue.seed import seed
from app.cli import diagnosis
from app.db.engine import Database
from app.db.version import HEAD, version_of
from app.errors import DatabaseBusy, StrikeledgerError, UnusableDatabase
from app.settings import read_settings

# For how long a process waits for another one that migrates the database: a large record takes minutes.
MIGRATION_SECONDS = 600


@contextmanager
def opened(*, creates: bool = False, only_reads: bool = False) -> Iterator[Database]:
    """Open the database of the settings, and close it at the end.

    `creates`: a file that is not there yet is made (by `prepare`). `only_reads`: read-only media will do.
    Raises InvalidSetting, and the errors of the database in words for an operator.
    """
    with opened_at(read_settings().database_url, creates=creates, only_reads=only_reads) as database:
        yield database


@contextmanager
def opened_at(address: str, *, creates: bool = False, only_reads: bool = False) -> Iterator[Database]:
    """Open another database than that of the settings, in the same way."""
    url = make_url(address)
    immutable = False
    if url.get_backend_name() == "sqlite":
        path = Path(str(url.database))
        diagnosis.check_file(path, creates=creates, writes=not only_reads)
        immutable = only_reads and diagnosis.is_read_only_media(path)
    try:
        database = Database(url.render_as_string(hide_password=False), immutable=immutable)
        try:
            yield database
        finally:
            database.close()
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise
        raise UnusableDatabase("PostgreSQL needs its driver: install strikeledger[postgres]") from None
    except DBAPIError as error:
        raise diagnosis.refused(url, error) from error
    except StrikeledgerError as error:
        raise diagnosis.explained(url, error) from error


def exists() -> bool:
    """Return whether there is a database where the settings name one; a server's is taken to be there."""
    url = make_url(read_settings().database_url)
    return url.get_backend_name() != "sqlite" or Path(str(url.database)).exists()


def prepare(database: Database) -> None:
    """Bring the schema up and add what the shipped vocabularies hold and the database does not.

    Resumes a migration that was interrupted, and waits for another process that migrates. Raises DatabaseBusy where
    that takes longer than MIGRATION_SECONDS.
    """
    database.create()
    until = time.monotonic() + MIGRATION_SECONDS
    is_changed = False
    while (version := _version(database)) != HEAD:
        try:
            began = time.monotonic()
            _migrate(database)
            is_changed = True
            seconds = round(time.monotonic() - began, 3)
            log.get_logger().info("schema migrated", from_schema=version, to_schema=HEAD, seconds=seconds)
        except DatabaseBusy:
            if time.monotonic() > until:
                raise
    if _complete(database) or is_changed:
        database.compact()
    with database.writing() as session:
        seed(session)


def _version(database: Database) -> str | None:
    with database.reading() as session:
        return version_of(session)


def _migrate(database: Database) -> None:
    """Bring the schema up, with what things are found by; `_complete` writes the rest."""
    from app.db.migrate import upgrade
    from app.reports.derived import write_number_keys

    with progress("Bringing the record up to date") as show, database.migrating() as session:
        upgrade(session)
        write_number_keys(session, show)


def _complete(database: Database) -> bool:
    """Write the JSON that a migration left to be written; return whether any was missing."""
    from app.reports.derived import is_missing_json, write_json_in_steps

    with database.reading() as session:
        if not is_missing_json(session):
            return False
    with progress("Writing stored JSON") as show:
        write_json_in_steps(database, show)
    return True


@contextmanager
def progress(description: str, *, in_bytes: bool = False) -> Iterator[Callable[[int, int | None], object]]:
    """Show on stderr how much is done of how much, how fast, and the time left, where that is a terminal.

    The total is None where nobody knows it; `in_bytes` counts bytes, and else things.
    """
    from rich import progress as bars
    from rich.console import Console

    class Rate(bars.ProgressColumn):
        def render(self, task: bars.Task) -> str:
            return f"{task.speed:,.0f}/s" if task.speed else ""

    console = Console(stderr=True)
    # Where stderr is closed, there is none.
    is_terminal = sys.stderr is not None and sys.stderr.isatty()
    counts: tuple[bars.ProgressColumn, ...] = (bars.MofNCompleteColumn(), Rate())
    if in_bytes:
        counts = bars.DownloadColumn(), bars.TransferSpeedColumn()
    columns = (bars.TextColumn("{task.description}"), bars.BarColumn(), *counts, bars.TimeRemainingColumn())
    with bars.Progress(*columns, console=console, transient=True, disable=not is_terminal) as bar:
        task = bar.add_task(description, total=None)
        yield lambda done, every: bar.update(task, completed=done, total=every)
