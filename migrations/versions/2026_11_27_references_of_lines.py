"""Keep with the JSON of every line how it names its report, so that a page of lines is read from one table.

Revision: 0008, after 0007.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.strikes.document import reference_template

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MESSAGE = "history is only added to"

# Lines whose references are written at once.
BATCH = 1_000

# A line names its report as the revision has it that brought the line.
LINES = sa.text(
    "SELECT strikes.id, strikes.report_id, reports.publisher_id, revisions.number, revisions.published_on, "
    "revisions.source_url, revisions.revision FROM strikes "
    "JOIN reports ON reports.id = strikes.report_id "
    "JOIN revisions ON revisions.report_id = strikes.report_id AND revisions.recorded_seq = strikes.recorded_seq "
    "WHERE strikes.id > :after ORDER BY strikes.id LIMIT :batch"
)
WRITE = sa.text(
    "UPDATE strike_documents SET report_id = :report_id, reference = :reference WHERE strike_id = :strike_id"
)


def upgrade() -> None:
    """Add the two columns, and write them for the lines that are there."""
    bind = op.get_bind()
    sqlite = bind.dialect.name == "sqlite"
    _free(sqlite=sqlite)
    op.add_column(
        "strike_documents",
        sa.Column("report_id", sa.Integer(), nullable=False, server_default=sa.text("0")),
    )
    op.add_column(
        "strike_documents",
        sa.Column("reference", sa.Text(), nullable=False, server_default=sa.text("''")),
    )
    after = 0
    while rows := bind.execute(LINES, {"after": after, "batch": BATCH}).mappings().all():
        bind.execute(WRITE, [_reference(dict(row)) for row in rows])
        after = rows[-1]["id"]
    _fix(sqlite=sqlite)


def downgrade() -> None:
    """Take both away. They can be made again."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    _free(sqlite=sqlite)
    op.drop_column("strike_documents", "reference")
    op.drop_column("strike_documents", "report_id")
    _fix(sqlite=sqlite)


def _reference(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "strike_id": line["id"],
        "report_id": line["report_id"],
        "reference": reference_template(line["report_id"], line["publisher_id"], line),
    }


def _free(*, sqlite: bool) -> None:
    """Let documents be changed, for as long as this migration needs it. No transaction but this one sees it."""
    if sqlite:
        op.execute("DROP TRIGGER strike_documents_are_not_changed")
    else:
        op.execute("ALTER TABLE strike_documents DISABLE TRIGGER strike_documents_are_not_changed")


def _fix(*, sqlite: bool) -> None:
    if sqlite:
        op.execute(
            "CREATE TRIGGER strike_documents_are_not_changed BEFORE UPDATE ON strike_documents "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
    else:
        op.execute("ALTER TABLE strike_documents ENABLE TRIGGER strike_documents_are_not_changed")
