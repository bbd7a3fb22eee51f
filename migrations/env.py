"""Run migrations on the connection that app/db/migrate.py hands in, or on the configured database."""

from alembic import context
from sqlalchemy import Connection

from app.db.engine import Database
from app.models import Base
from app.models.words import is_compared
from app.settings import Settings


def run(connection: Connection) -> None:
    """Run what was asked for inside the caller's transaction: a half-migrated schema cannot be left behind."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        # SQLite cannot alter most of a table; batch mode copies it. One history serves both engines.
        render_as_batch=True,
        transactional_ddl=True,
        compare_type=True,
        include_name=is_compared,
        user_module_prefix="",
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    database = Database(Settings().database_url)
    with database.migrating() as session:
        run(session.connection())
    database.close()
