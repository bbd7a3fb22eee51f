"""Write with every line what it is found and ordered by: its words, and its items; and index both.

The words are derived: `strikeledger migrate` writes those that are missing after the last migration.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MESSAGE = "history is only added to"

# Two give orders of lines. Two hold few rows: lines that last long, and tombstones.
INDEXES: tuple[tuple[str, str, list[str], dict[str, sa.TextClause]], ...] = (
    ("ix_strikes_strikes_min_date_from_id", "strikes", ["strikes_min", "date_from", "id"], {}),
    ("ix_strikes_items_min_date_from_id", "strikes", ["items_min", "date_from", "id"], {}),
    (
        "ix_strikes_long",
        "strikes",
        ["date_to", "date_from"],
        {
            "sqlite_where": sa.text("date_to > date(date_from, '+7 days')"),
            "postgresql_where": sa.text("date_to > date_from + 7"),
        },
    ),
    (
        "ix_revisions_retracted",
        "revisions",
        ["report_id", "recorded_seq"],
        {
            "sqlite_where": sa.text("status = 'retracted'"),
            "postgresql_where": sa.text("status = 'retracted'"),
        },
    ),
)


def upgrade() -> None:
    """Add the items of the lines that are there, and an empty index of words."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    _free_lines(sqlite=sqlite)
    op.add_column(
        "strikes", sa.Column("items_min", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )
    op.execute(
        "UPDATE strikes SET items_min = "
        "(SELECT COALESCE(SUM(count_min), 0) FROM tallies WHERE tallies.strike_id = strikes.id)"
    )
    _fix_lines(sqlite=sqlite)
    for name, table, columns, where in INDEXES:
        op.create_index(name, table, columns, **where)  # type: ignore[arg-type] # conditions, by engine
    _create_words(sqlite=sqlite)


def downgrade() -> None:
    """Take both away. They can be made again from the lines."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute("DROP TABLE strike_words")
    for name, table, _, _ in reversed(INDEXES):
        op.drop_index(name, table)
    _free_lines(sqlite=sqlite)
    op.drop_column("strikes", "items_min")
    _fix_lines(sqlite=sqlite)


def _free_lines(*, sqlite: bool) -> None:
    """Let lines be changed, for as long as this migration needs it. No transaction but this one sees it."""
    if sqlite:
        op.execute("DROP TRIGGER strikes_are_not_changed")
    else:
        op.execute("ALTER TABLE strikes DISABLE TRIGGER strikes_are_not_changed")


def _fix_lines(*, sqlite: bool) -> None:
    """Refuse again to change lines. On SQLite the trigger names every column that there is now."""
    if not sqlite:
        op.execute("ALTER TABLE strikes ENABLE TRIGGER strikes_are_not_changed")
        return
    columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns("strikes")]
    same = " AND ".join(f"OLD.{name} IS NEW.{name}" for name in columns if name != "superseded_seq")
    aside = f"OLD.superseded_seq IS NULL AND NEW.superseded_seq IS NOT NULL AND {same}"
    op.execute(
        f"CREATE TRIGGER strikes_are_not_changed BEFORE UPDATE ON strikes WHEN NOT ({aside}) "
        f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    )


def _create_words(*, sqlite: bool) -> None:
    """Make the full-text index as each engine has it. FTS5 without content refuses by itself to change a row."""
    if sqlite:
        # The tokenizer parts words at spaces alone, since folded words hold nothing else of ASCII but letters
        # and digits. Only whether a word occurs is kept: not where, nor how often.
        op.execute(
            "CREATE VIRTUAL TABLE strike_words "
            "USING fts5(words, content='', columnsize=0, detail=none, tokenize='ascii')"
        )
        return
    op.create_table(
        "strike_words",
        sa.Column("rowid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("words", sa.dialects.postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(["rowid"], ["strikes.id"], name=op.f("fk_strike_words_rowid")),
        sa.PrimaryKeyConstraint("rowid", name=op.f("pk_strike_words")),
    )
    op.create_index("ix_strike_words_words", "strike_words", ["words"], postgresql_using="gin")
    for event, each in (("DELETE", "ROW"), ("TRUNCATE", "STATEMENT"), ("UPDATE", "ROW")):
        op.execute(
            f"CREATE TRIGGER strike_words_refuse_{event.lower()} BEFORE {event} ON strike_words "
            f"FOR EACH {each} EXECUTE FUNCTION refuse_to_change_history()"
        )
