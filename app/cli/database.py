"""Open the configured database for a command, and make it ready."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from app.catalogue.seed import seed
from app.db.engine import Database
from app.db.schema import is_current
from app.errors import UnusableDatabase
from app.settings import Settings


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
    """Bring the schema up and add what the shipped vocabularies hold and the database does not."""
    with database.reading() as session:
        is_to_do = not is_current(session)
    if is_to_do:
        from app.db.migrate import upgrade

        upgrade(database)
    with database.writing() as session:
        seed(session)
