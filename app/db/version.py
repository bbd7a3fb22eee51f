"""Schema version of a database, compared with this version's."""

from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table
from sqlalchemy.orm import Session

from app.errors import UnusableDatabase

_PACKAGE = Path(__file__).parents[1]


def scripts() -> Path:
    """Return the folder of the migrations: inside the package when installed, next to it in a checkout."""
    shipped = _PACKAGE / "migrations"
    return shipped if shipped.is_dir() else _PACKAGE.parent / "migrations"


# The newest migration, by the names of the files, so that a check of the schema does not load Alembic.
HEAD = max(path.name.partition("_")[0] for path in scripts().glob("versions/[0-9]*_*.py"))

# Where Alembic stores the version: its own names.
_VERSION = table("alembic_version", column("version_num"))
_STORED = str(select(_VERSION.c.version_num))


def is_current(session: Session) -> bool:
    """Return whether the schema is exactly the one that this version supports."""
    return version_of(session) == HEAD


def version_of(session: Session) -> str | None:
    """Return the schema version of a database, or None where it has no schema."""
    is_there = inspect(session.connection()).has_table(_VERSION.name)
    return session.execute(select(_VERSION.c.version_num)).scalar() if is_there else None


def refuse_other(connection: Connection) -> None:
    """Raise UnusableDatabase unless the schema is the one that this version supports.

    Inside a write transaction the version cannot move any more: a migration is a write transaction too.
    """
    version = connection.exec_driver_sql(_STORED).scalar()
    if version != HEAD:
        raise UnusableDatabase(mismatch(version))


def mismatch(version: str | None) -> str:
    """Return what to do about a schema that this version does not know. Revisions are numbered in their order."""
    if version is None or version < HEAD:
        return (
            f"the database has schema {version or 'none'}, older than {HEAD}, which this version needs; "
            "run `strikeledger migrate`"
        )
    return (
        f"the database has schema {version}, newer than {HEAD}, the newest that this version knows; "
        "run the newer strikeledger"
    )
