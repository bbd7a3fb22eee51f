"""Bring a database's schema to the one that this version knows, and refuse any other."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.db.engine import Database
from app.errors import UnusableDatabase

_PACKAGE = Path(__file__).parents[1]


def scripts() -> Path:
    """Return the folder of the migrations: inside the package when installed, beside it in a checkout."""
    shipped = _PACKAGE / "migrations"
    return shipped if shipped.is_dir() else _PACKAGE.parent / "migrations"


def configuration() -> Config:
    """Return Alembic's configuration, made in code: an installed package has no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(scripts()).replace("%", "%%"))
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema up in one transaction. A second process that asks meanwhile waits, then finds it done.

    Raises UnusableDatabase where the schema is newer than this version.
    """
    config = configuration()
    with database.writing() as session:
        _refuse_unknown(MigrationContext.configure(session.connection()).get_current_revision())
        config.attributes["connection"] = session.connection()
        command.upgrade(config, revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the schema back in one transaction. What newer tables held is lost."""
    config = configuration()
    with database.writing() as session:
        config.attributes["connection"] = session.connection()
        command.downgrade(config, revision)


def _refuse_unknown(current: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()}
    if current is not None and current not in known:
        raise UnusableDatabase(f"the database has schema '{current}', which this version does not know")
