"""Add the address of an archived copy of a report's source.

Revision: 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: null for every revision that is there."""
    op.add_column("revisions", sa.Column("archive_url", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop the column. Revisions that have an address no longer verify."""
    op.drop_column("revisions", "archive_url")
