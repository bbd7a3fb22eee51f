"""Index lines by category, place and day in a table of its own, and drop the index of tallies by category.

A page of one place, some days and one category is read from it in its order; before, each line of the place was
checked for a tally.

Revision: 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLE = "strike_categories"
MESSAGE = "history is only added to"
INDEX = "ix_tallies_category_id_strike_id"


def upgrade() -> None:
    """Make the table, fill it, and refuse every change of it."""
    identity = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        TABLE,
        sa.Column("category_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("location_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("date_from", sa.Date(), nullable=False),
        sa.Column("strike_id", identity, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["strike_id"], ["strikes.id"], name=op.f("fk_strike_categories_strike_id")),
        sa.PrimaryKeyConstraint(
            "category_id", "location_id", "date_from", "strike_id", name=op.f("pk_strike_categories")
        ),
        sqlite_with_rowid=False,
    )
    op.execute(
        f"INSERT INTO {TABLE} (category_id, location_id, date_from, strike_id) "  # noqa: S608 - a name of ours
        "SELECT DISTINCT tallies.category_id, coalesce(strikes.location_id, 0), strikes.date_from, strikes.id "
        "FROM tallies JOIN strikes ON strikes.id = tallies.strike_id WHERE tallies.category_id IS NOT NULL "
        "ORDER BY 1, 2, 3, 4"
    )
    op.drop_index(INDEX, "tallies")
    sqlite = op.get_bind().dialect.name == "sqlite"
    each_row = "FOR EACH ROW EXECUTE FUNCTION refuse_to_change_history()"
    done = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END" if sqlite else each_row
    for name, change in (("are_not_removed", "DELETE"), ("are_not_changed", "UPDATE")):
        op.execute(f"CREATE TRIGGER {TABLE}_{name} BEFORE {change} ON {TABLE} {done}")
    if not sqlite:
        op.execute(
            f"CREATE TRIGGER {TABLE}_are_not_emptied BEFORE TRUNCATE ON {TABLE} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_history()"
        )


def downgrade() -> None:
    """Drop the table; nothing is lost that cannot be written again."""
    op.drop_table(TABLE)
    op.create_index(INDEX, "tallies", ["category_id", "strike_id"])
