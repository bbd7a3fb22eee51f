"""Store with every ledger entry the version of its content, and refuse writers that know none.

A server of an earlier version that still runs would write lines without what this version derives from them.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give all entries that are there version 1; new ones must name theirs."""
    op.add_column(
        "ledger", sa.Column("content_version", sa.Integer(), nullable=False, server_default=sa.text("1"))
    )
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("ledger", "content_version", server_default=None)
        return
    # SQLite cannot drop the default without copying the table, to which all others refer.
    op.execute(
        "CREATE TRIGGER ledger_refuses_earlier_writers BEFORE INSERT ON ledger WHEN NEW.content_version < 2 "
        "BEGIN SELECT RAISE(ABORT, 'this writer is older than the database'); END"
    )


def downgrade() -> None:
    """Drop the column. Entries of later versions no longer verify."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER ledger_refuses_earlier_writers")
    op.drop_column("ledger", "content_version")
