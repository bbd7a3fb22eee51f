"""Which schema this version knows, and whether a database has it."""

from sqlalchemy import column, inspect, select, table

from app.db.engine import ReadSession

# The newest migration. Said here, so that what only asks whether all is in order need not load what migrates.
HEAD = "0008"

# Where Alembic keeps how far it came: its own names.
_VERSION = table("alembic_version", column("version_num"))


def is_current(session: ReadSession) -> bool:
    """Say whether the schema is exactly the one that this version knows."""
    is_there = inspect(session.connection()).has_table(_VERSION.name)
    return is_there and session.execute(select(_VERSION.c.version_num)).scalar() == HEAD
