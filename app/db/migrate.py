"""Migrate a database to this version's schema; refuse unknown schemas."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.db.engine import WriteSession
from app.db.version import mismatch, scripts
from app.errors import UnusableDatabase


def configuration() -> Config:
    """Return Alembic's configuration, made in code: an installed package has no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(scripts()).replace("%", "%%"))
    return config


def upgrade(session: WriteSession, revision: str = "head") -> None:
    """Bring the schema up in the caller's transaction, which `Database.migrating` opened; the caller commits.

    A second process that migrates meanwhile waits, then finds it done.
    Raises UnusableDatabase where the schema is newer than this version.
    """
    _refuse_unknown(MigrationContext.configure(session.connection()).get_current_revision())
    config = configuration()
    config.attributes["connection"] = session.connection()
    command.upgrade(config, revision)


def downgrade(session: WriteSession, revision: str) -> None:
    """Take the schema back in the caller's transaction. What newer tables held is lost."""
    config = configuration()
    config.attributes["connection"] = session.connection()
    command.downgrade(config, revision)


def _refuse_unknown(current: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()}
    if current is not None and current not in known:
        raise UnusableDatabase(mismatch(current))
