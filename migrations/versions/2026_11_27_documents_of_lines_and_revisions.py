"""Keep the JSON of every line and revision, written once with it, so that answers need not build it anew.

Revision: 0006, after 0005.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.db.types import Instant
from app.reports.template import revision_template
from app.strikes.document import line_template

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MESSAGE = "history is only added to"
TABLES = ("strike_documents", "revision_documents")

# Lines, or revisions, that are read at once.
BATCH = 1_000

Row = dict[str, Any]


def _table(name: str, **columns: sa.types.TypeEngine[Any]) -> sa.TableClause:
    return sa.table(name, *(sa.column(each, kind) for each, kind in columns.items()))


def _numbers(*names: str) -> dict[str, sa.types.TypeEngine[Any]]:
    return dict.fromkeys(names, sa.BigInteger())


def _texts(*names: str) -> dict[str, sa.types.TypeEngine[Any]]:
    return dict.fromkeys(names, sa.Text())


STRIKES = _table(
    "strikes",
    **_numbers("id", "report_id", "position", "recorded_seq", "superseded_seq", "location_id", "same_as_id"),
    **_numbers("strikes_min", "strikes_max", "engagements"),
    **_texts("date_precision", "country", "location_as_written", "owner", "quote"),
    date_from=sa.Date(),
    date_to=sa.Date(),
)
TALLIES = _table(
    "tallies",
    **_numbers("strike_id", "position", "category_id", "count_min", "count_max", "quote_start", "quote_end"),
    **_texts("effect", "verb", "as_written"),
)
REVISIONS = _table(
    "revisions",
    **_numbers("report_id", "revision", "recorded_seq", "headline_strikes", "headline_engagements"),
    **_texts("status", "reason", "number", "title", "source_url", "sums_note"),
    published_on=sa.Date(),
)
COVERAGE = _table(
    "coverage",
    **_numbers("id", "report_id", "recorded_seq", "superseded_seq", "strikes", "engagements"),
    country=sa.Text(),
    date_from=sa.Date(),
    date_to=sa.Date(),
)
REPORTS = _table("reports", **_numbers("id", "publisher_id"))
LEDGER = _table("ledger", seq=sa.BigInteger(), recorded_at=Instant())
STRIKE_DOCUMENTS = _table("strike_documents", strike_id=sa.BigInteger(), template=sa.Text())
REVISION_DOCUMENTS = _table("revision_documents", **_numbers("report_id", "revision"), template=sa.Text())


def upgrade() -> None:
    """Make the tables, write what they hold for what is there, and let nobody change it."""
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
    bind = op.get_bind()
    for rows in _documents_of_lines(bind):
        bind.execute(sa.insert(STRIKE_DOCUMENTS), rows)
    for rows in _documents_of_revisions(bind):
        bind.execute(sa.insert(REVISION_DOCUMENTS), rows)
    for table in TABLES:
        _fix(table, sqlite=bind.dialect.name == "sqlite")


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


def _documents_of_lines(bind: sa.Connection) -> Iterator[list[Row]]:
    last = 0
    while lines := _rows(
        bind, sa.select(STRIKES).where(STRIKES.c.id > last).order_by(STRIKES.c.id).limit(BATCH)
    ):
        first, last = lines[0]["id"], lines[-1]["id"]
        found = (
            sa.select(TALLIES).where(TALLIES.c.strike_id.between(first, last)).order_by(TALLIES.c.position)
        )
        tallies = _by(_rows(bind, found), "strike_id")
        yield [
            {"strike_id": line["id"], "template": line_template(line, tallies[line["id"]])} for line in lines
        ]


def _documents_of_revisions(bind: sa.Connection) -> Iterator[list[Row]]:
    last = 0
    while revisions := _rows(bind, _revisions(last)):
        first, last = revisions[0]["recorded_seq"], revisions[-1]["recorded_seq"]
        of_them = sa.select(REVISIONS.c.report_id).where(REVISIONS.c.recorded_seq.between(first, last))
        lines = _by(
            _rows(bind, _of(STRIKES, of_them).order_by(STRIKES.c.position, STRIKES.c.id)), "report_id"
        )
        claims = _by(_rows(bind, _of(COVERAGE, of_them).order_by(COVERAGE.c.id)), "report_id")
        yield [
            {
                "report_id": each["report_id"],
                "revision": each["revision"],
                "template": revision_template(
                    each,
                    _standing(claims[each["report_id"]], each),
                    _standing(lines[each["report_id"]], each),
                ),
            }
            for each in revisions
        ]


def _revisions(last: int) -> sa.Select[Any]:
    return (
        sa.select(REVISIONS, REPORTS.c.publisher_id, LEDGER.c.recorded_at)
        .join_from(REVISIONS, REPORTS, REPORTS.c.id == REVISIONS.c.report_id)
        .join(LEDGER, LEDGER.c.seq == REVISIONS.c.recorded_seq)
        .where(REVISIONS.c.recorded_seq > last)
        .order_by(REVISIONS.c.recorded_seq)
        .limit(BATCH)
    )


def _of(table: sa.TableClause, reports: sa.Select[Any]) -> sa.Select[Any]:
    return sa.select(table).where(table.c.report_id.in_(reports))


def _standing(rows: list[Row], revision: Row) -> list[Row]:
    """Return the rows that stood when a revision was recorded."""
    seq = revision["recorded_seq"]
    return [
        row
        for row in rows
        if row["recorded_seq"] <= seq and (row["superseded_seq"] is None or row["superseded_seq"] > seq)
    ]


def _by(rows: list[Row], name: str) -> defaultdict[int, list[Row]]:
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[name]].append(row)
    return found


def _rows(bind: sa.Connection, statement: sa.Select[Any]) -> list[Row]:
    return [dict(row._mapping) for row in bind.execute(statement)]  # noqa: SLF001 - the name is public
