"""Keep with the JSON of every line how it names its report, so that a page of lines is read from one table.

What is there lacks it and is removed: `strikeledger migrate` writes the rows that are missing after the last migration.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MESSAGE = "history is only added to"
TRIGGERS = {"strike_documents_are_not_changed": "UPDATE", "strike_documents_are_not_removed": "DELETE"}


def upgrade() -> None:
    """Add the two columns, and remove the rows that lack them."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    _free(sqlite=sqlite)
    op.add_column(
        "strike_documents",
        sa.Column("report_id", sa.Integer(), nullable=False, server_default=sa.text("0")),
    )
    op.add_column(
        "strike_documents",
        sa.Column("reference", sa.Text(), nullable=False, server_default=sa.text("''")),
    )
    op.execute("DELETE FROM strike_documents")
    _fix(sqlite=sqlite)


def downgrade() -> None:
    """Take both away. They can be made again."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    _free(sqlite=sqlite)
    op.drop_column("strike_documents", "reference")
    op.drop_column("strike_documents", "report_id")
    _fix(sqlite=sqlite)


def _free(*, sqlite: bool) -> None:
    """Let documents be changed, for as long as this migration needs it. No transaction but this one sees it."""
    for name in TRIGGERS:
        op.execute(
            f"DROP TRIGGER {name}" if sqlite else f"ALTER TABLE strike_documents DISABLE TRIGGER {name}"
        )


def _fix(*, sqlite: bool) -> None:
    for name, change in TRIGGERS.items():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {change} ON strike_documents "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            if sqlite
            else f"ALTER TABLE strike_documents ENABLE TRIGGER {name}"
        )
