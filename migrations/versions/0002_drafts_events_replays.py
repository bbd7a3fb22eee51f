"""Hold drafts, headlines, events told twice, merged things, the order of lines, and answers kept for retries.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

from app.db.types import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Columns are added and dropped in place: SQLite would otherwise copy tables that others refer to.
ADDED = (
    ("category_versions", "merged_into_id", sa.Integer()),
    ("location_versions", "merged_into_id", sa.Integer()),
    ("publisher_versions", "merged_into_id", sa.Integer()),
    ("revisions", "line_order", sa.Text()),
    ("revisions", "headline_strikes", sa.Integer()),
    ("revisions", "headline_engagements", sa.Integer()),
    ("revisions", "sums_note", sa.Text()),
    ("strikes", "same_as_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
    ("strikes", "event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
)


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "drafts",
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("key_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("saved_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["keys.id"], name=op.f("fk_drafts_key_id")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_drafts_report_id")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_drafts")),
    )
    op.create_table(
        "replays",
        sa.Column("key_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["keys.id"], name=op.f("fk_replays_key_id")),
        sa.PrimaryKeyConstraint("key_id", "name", name=op.f("pk_replays")),
    )
    op.create_index("ix_replays_created_at", "replays", ["created_at"])
    for table, column, kind in ADDED:
        op.add_column(table, sa.Column(column, kind, nullable=True))
    op.create_index("ix_strikes_event_id", "strikes", ["event_id"])
    op.create_index("ix_ledger_recorded_at", "ledger", ["recorded_at"])


def downgrade() -> None:
    """Take the schema back. Drafts and kept answers are lost; the record is not."""
    op.drop_index("ix_ledger_recorded_at", "ledger")
    op.drop_index("ix_strikes_event_id", "strikes")
    for table, column, _ in reversed(ADDED):
        op.drop_column(table, column)
    op.drop_index("ix_replays_created_at", "replays")
    op.drop_table("replays")
    op.drop_table("drafts")
