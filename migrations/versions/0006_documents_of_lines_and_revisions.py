"""Keep the JSON of every line and revision, written once with it, so that answers need not build it anew.

The rows are derived: `strikeledger migrate` writes those that are missing after the last migration.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MESSAGE = "history is only added to"
TABLES = ("strike_documents", "revision_documents")


def upgrade() -> None:
    """Make the tables, and let nobody change what they hold."""
    identity = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "strike_documents",
        sa.Column("strike_id", identity, autoincrement=False, nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["strike_id"], ["strikes.id"], name=op.f("fk_strike_documents_strike_id")),
        sa.PrimaryKeyConstraint("strike_id", name=op.f("pk_strike_documents")),
    )
    op.create_table(
        "revision_documents",
        sa.Column("report_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id", "revision"],
            ["revisions.report_id", "revisions.revision"],
            name=op.f("fk_revision_documents_report_id_revision"),
        ),
        sa.PrimaryKeyConstraint("report_id", "revision", name=op.f("pk_revision_documents")),
    )
    for table in TABLES:
        _fix(table, sqlite=op.get_bind().dialect.name == "sqlite")


def downgrade() -> None:
    """Drop the tables; nothing is lost that cannot be written again."""
    for table in TABLES:
        op.drop_table(table)


def _fix(table: str, *, sqlite: bool) -> None:
    refusal = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    each_row = "FOR EACH ROW EXECUTE FUNCTION refuse_to_change_history()"
    for name, change in (("are_not_removed", "DELETE"), ("are_not_changed", "UPDATE")):
        done = refusal if sqlite else each_row
        op.execute(f"CREATE TRIGGER {table}_{name} BEFORE {change} ON {table} {done}")
    if not sqlite:
        op.execute(
            f"CREATE TRIGGER {table}_are_not_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_history()"
        )
