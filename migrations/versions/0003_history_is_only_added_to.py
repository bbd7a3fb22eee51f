"""Let the database itself refuse to change or remove history: triggers on both engines.

A row of the record may be put aside once (`superseded_seq` from null to a number); nothing else of it
changes, and no row is removed. A later migration that must rewrite rows drops these triggers first and
makes them again.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FIXED = ("ledger", "tallies", "publishers", "locations", "categories")
SUPERSEDED = (
    "revisions",
    "coverage",
    "strikes",
    "publisher_versions",
    "location_versions",
    "category_versions",
    "publisher_aliases",
    "location_aliases",
    "category_aliases",
)
KEPT = (*FIXED, *SUPERSEDED, "reports")

MESSAGE = "history is only added to"

ON_POSTGRESQL = (
    f"""
    CREATE FUNCTION refuse_to_change_history() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '{MESSAGE}';
    END $$
    """,
    f"""
    CREATE FUNCTION only_put_history_aside() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.superseded_seq IS NULL AND NEW.superseded_seq IS NOT NULL
            AND to_jsonb(NEW) - 'superseded_seq' = to_jsonb(OLD) - 'superseded_seq' THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION '{MESSAGE}';
    END $$
    """,
)


def upgrade() -> None:
    """Make the triggers."""
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite()
    else:
        _on_postgresql()


def downgrade() -> None:
    """Drop the triggers."""
    if op.get_bind().dialect.name == "sqlite":
        for table in KEPT:
            op.execute(f"DROP TRIGGER {table}_are_not_removed")
        for table in (*FIXED, *SUPERSEDED):
            op.execute(f"DROP TRIGGER {table}_are_not_changed")
    else:
        for function in ("refuse_to_change_history", "only_put_history_aside"):
            op.execute(f"DROP FUNCTION {function} CASCADE")


def _on_sqlite() -> None:
    refusal = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    for table in KEPT:
        op.execute(f"CREATE TRIGGER {table}_are_not_removed BEFORE DELETE ON {table} {refusal}")
    for table in FIXED:
        op.execute(f"CREATE TRIGGER {table}_are_not_changed BEFORE UPDATE ON {table} {refusal}")
    for table in SUPERSEDED:
        columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]
        same = " AND ".join(f"OLD.{name} IS NEW.{name}" for name in columns if name != "superseded_seq")
        aside = f"OLD.superseded_seq IS NULL AND NEW.superseded_seq IS NOT NULL AND {same}"
        op.execute(
            f"CREATE TRIGGER {table}_are_not_changed BEFORE UPDATE ON {table} WHEN NOT ({aside}) {refusal}"
        )


def _on_postgresql() -> None:
    for function in ON_POSTGRESQL:
        op.execute(function)
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_are_not_removed BEFORE DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_to_change_history()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_are_not_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_history()"
        )
    for tables, function in ((FIXED, "refuse_to_change_history"), (SUPERSEDED, "only_put_history_aside")):
        for table in tables:
            op.execute(
                f"CREATE TRIGGER {table}_are_not_changed BEFORE UPDATE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {function}()"
            )
