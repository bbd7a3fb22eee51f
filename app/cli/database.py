"""Open the configured database for a command, and make it ready."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from app.catalogue.seed import seed
from app.db.engine import Database
from app.db.schema import is_current
from app.errors import DatabaseBusy, UnusableDatabase
from app.settings import Settings

# For how long a process waits for another one that migrates the database: a large record takes minutes.
MIGRATION_SECONDS = 600


def configured() -> Settings:
    """Read the settings. Raises UnusableDatabase with the name of the variable that makes no sense."""
    try:
        return Settings()
    except ValidationError as error:
        fault = error.errors()[0]
        # Of a list, the first part of the place is the variable, the second the number of the entry.
        name = str(fault["loc"][0])
        raise UnusableDatabase(f"STRIKELEDGER_{name.upper()} makes no sense: {fault['msg']}") from None


@contextmanager
def opened() -> Iterator[Database]:
    """Open the database of the settings, and close it at the end."""
    database = Database(configured().database_url)
    try:
        yield database
    finally:
        database.close()


def prepare(database: Database) -> None:
    """Bring the schema up and add what the shipped vocabularies hold and the database does not.

    Waits for another process that is at it. Raises DatabaseBusy where that takes longer than MIGRATION_SECONDS.
    """
    database.create()
    until = time.monotonic() + MIGRATION_SECONDS
    while not _is_current(database):
        try:
            _migrate(database)
        except DatabaseBusy:
            if time.monotonic() > until:
                raise
    with database.writing() as session:
        seed(session)


def _is_current(database: Database) -> bool:
    with database.reading() as session:
        return is_current(session)


def _migrate(database: Database) -> None:
    """Bring the schema up and write the derived rows that are missing, in one transaction."""
    from app.db.migrate import upgrade
    from app.reports.derived import write_missing

    with database.migrating() as session, progress("Bringing the record up to date") as show:
        upgrade(session)
        write_missing(session, show)


@contextmanager
def progress(description: str) -> Iterator[Callable[[int, int], object]]:
    """Show on stderr how much is done of how much, where that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(description, total=None)
        yield lambda done, every: bar.update(task, completed=done, total=every)
