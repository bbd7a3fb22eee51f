"""Index the owners of targets, which few lines name.

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NAMED = sa.text("owner IS NOT NULL")


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_strikes_owner", "strikes", ["owner"], sqlite_where=NAMED, postgresql_where=NAMED)


def downgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_strikes_owner", "strikes")
