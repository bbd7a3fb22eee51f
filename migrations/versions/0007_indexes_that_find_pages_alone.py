"""Let the two indexes by date hold all that is asked of a line, so that a page is found without reading lines.

Revision: 0007, after 0006.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COVERED = ["date_to", "recorded_seq", "superseded_seq", "same_as_id", "event_id"]

BEFORE = {
    "ix_strikes_date_from_id": ["date_from", "id"],
    "ix_strikes_location_id_date_from_id": ["location_id", "date_from", "id"],
}
AFTER = {
    "ix_strikes_by_date": ["date_from", "id", *COVERED, "location_id", "country"],
    "ix_strikes_by_place": ["location_id", "date_from", "id", *COVERED],
}


def upgrade() -> None:
    """Make the wider indexes in place of the narrow ones."""
    _replace(BEFORE, AFTER)


def downgrade() -> None:
    """Make the narrow indexes again."""
    _replace(AFTER, BEFORE)


def _replace(old: dict[str, list[str]], new: dict[str, list[str]]) -> None:
    for name in old:
        op.drop_index(name, table_name="strikes")
    for name, columns in new.items():
        op.create_index(name, "strikes", columns)
