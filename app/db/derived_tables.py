"""Empty derived tables, whose triggers refuse changes, before a rebuild."""

from sqlalchemy import text

from app.db.engine import WriteSession


def empty(session: WriteSession, table: str) -> None:
    """Remove all rows of a table in the caller's transaction, in which its triggers do not fire."""
    if session.held.dialect.name != "sqlite":
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - a name of ours
        session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
        return
    triggers = session.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"),
        {"table": table},
    ).all()
    for name, _ in triggers:
        session.execute(text(f"DROP TRIGGER {name}"))
    session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - a name of ours
    for _, statement in triggers:
        session.held.exec_driver_sql(statement)


def empty_words(session: WriteSession, table: str) -> None:
    """Remove all rows of a full-text index: FTS5 without content has a command of its own for it."""
    if session.held.dialect.name == "sqlite":
        session.execute(text(f"INSERT INTO {table}({table}) VALUES ('delete-all')"))  # noqa: S608 - a name of ours
    else:
        empty(session, table)
