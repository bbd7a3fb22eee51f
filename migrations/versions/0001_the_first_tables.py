"""the first tables.

Revision: 0001, after nothing.
"""

import sqlalchemy as sa
from alembic import op

from app.db.types import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "categories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("slug", name=op.f("uq_categories_slug")),
    )
    op.create_table(
        "keys",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("expires_at", Instant(timezone=True), nullable=True),
        sa.Column("revoked_at", Instant(timezone=True), nullable=True),
        sa.Column("last_used_at", Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_keys_digest")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "ledger",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("recorded_at", Instant(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger")),
        sa.UniqueConstraint("hash", name=op.f("uq_ledger_hash")),
    )
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.create_index(
            "ix_ledger_vocabulary",
            ["seq"],
            unique=False,
            sqlite_where=sa.text("report_id IS NULL"),
            postgresql_where=sa.text("report_id IS NULL"),
        )

    op.create_table(
        "locations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_locations")),
        sa.UniqueConstraint("slug", name=op.f("uq_locations_slug")),
    )
    op.create_table(
        "publishers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publishers")),
        sa.UniqueConstraint("slug", name=op.f("uq_publishers_slug")),
    )
    op.create_table(
        "category_aliases",
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("recorded_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("superseded_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["recorded_seq"], ["ledger.seq"], name=op.f("fk_category_aliases_recorded_seq")
        ),
        sa.ForeignKeyConstraint(
            ["superseded_seq"], ["ledger.seq"], name=op.f("fk_category_aliases_superseded_seq")
        ),
        sa.ForeignKeyConstraint(["thing_id"], ["categories.id"], name=op.f("fk_category_aliases_thing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category_aliases")),
    )
    with op.batch_alter_table("category_aliases", schema=None) as batch_op:
        batch_op.create_index(
            "ix_category_aliases_folded",
            ["folded"],
            unique=True,
            sqlite_where=sa.text("superseded_seq IS NULL"),
            postgresql_where=sa.text("superseded_seq IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_category_aliases_thing_id"), ["thing_id"], unique=False)

    op.create_table(
        "category_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("family", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("recorded_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("superseded_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["categories.id"], name=op.f("fk_category_versions_parent_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_seq"], ["ledger.seq"], name=op.f("fk_category_versions_recorded_seq")
        ),
        sa.ForeignKeyConstraint(
            ["superseded_seq"], ["ledger.seq"], name=op.f("fk_category_versions_superseded_seq")
        ),
        sa.ForeignKeyConstraint(["thing_id"], ["categories.id"], name=op.f("fk_category_versions_thing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category_versions")),
    )
    with op.batch_alter_table("category_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_category_versions_thing_id"), ["thing_id"], unique=False)

    op.create_table(
        "location_aliases",
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("recorded_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("superseded_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["recorded_seq"], ["ledger.seq"], name=op.f("fk_location_aliases_recorded_seq")
        ),
        sa.ForeignKeyConstraint(
            ["superseded_seq"], ["ledger.seq"], name=op.f("fk_location_aliases_superseded_seq")
        ),
        sa.ForeignKeyConstraint(["thing_id"], ["locations.id"], name=op.f("fk_location_aliases_thing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location_aliases")),
    )
    with op.batch_alter_table("location_aliases", schema=None) as batch_op:
        batch_op.create_index(
            "ix_location_aliases_folded",
            ["folded"],
            unique=True,
            sqlite_where=sa.text("superseded_seq IS NULL"),
            postgresql_where=sa.text("superseded_seq IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_location_aliases_thing_id"), ["thing_id"], unique=False)

    op.create_table(
        "location_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("precision_km", sa.Double(), nullable=False),
        sa.Column("geonames_id", sa.Integer(), nullable=True),
        sa.Column("recorded_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("superseded_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["recorded_seq"], ["ledger.seq"], name=op.f("fk_location_versions_recorded_seq")
        ),
        sa.ForeignKeyConstraint(
            ["superseded_seq"], ["ledger.seq"], name=op.f("fk_location_versions_superseded_seq")
        ),
        sa.ForeignKeyConstraint(["thing_id"], ["locations.id"], name=op.f("fk_location_versions_thing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location_versions")),
    )
    with op.batch_alter_table("location_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_location_versions_thing_id"), ["thing_id"], unique=False)

    op.create_table(
        "publisher_aliases",
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("recorded_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("superseded_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["recorded_seq"], ["ledger.seq"], name=op.f("fk_publisher_aliases_recorded_seq")
        ),
        sa.ForeignKeyConstraint(
            ["superseded_seq"], ["ledger.seq"], name=op.f("fk_publisher_aliases_superseded_seq")
        ),
        sa.ForeignKeyConstraint(["thing_id"], ["publishers.id"], name=op.f("fk_publisher_aliases_thing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publisher_aliases")),
    )
    with op.batch_alter_table("publisher_aliases", schema=None) as batch_op:
        batch_op.create_index(
            "ix_publisher_aliases_folded",
            ["folded"],
            unique=True,
            sqlite_where=sa.text("superseded_seq IS NULL"),
            postgresql_where=sa.text("superseded_seq IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_publisher_aliases_thing_id"), ["thing_id"], unique=False)

    op.create_table(
        "publisher_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("recorded_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("superseded_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["recorded_seq"], ["ledger.seq"], name=op.f("fk_publisher_versions_recorded_seq")
        ),
        sa.ForeignKeyConstraint(
            ["superseded_seq"], ["ledger.seq"], name=op.f("fk_publisher_versions_superseded_seq")
        ),
        sa.ForeignKeyConstraint(["thing_id"], ["publishers.id"], name=op.f("fk_publisher_versions_thing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publisher_versions")),
    )
    with op.batch_alter_table("publisher_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publisher_versions_thing_id"), ["thing_id"], unique=False)

    op.create_table(
        "reports",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("publisher_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["publisher_id"], ["publishers.id"], name=op.f("fk_reports_publisher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("publisher_id", "number", name=op.f("uq_reports_publisher_id_number")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "coverage",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("date_from", sa.Date(), nullable=False),
        sa.Column("date_to", sa.Date(), nullable=False),
        sa.Column("strikes", sa.Integer(), nullable=True),
        sa.Column("engagements", sa.Integer(), nullable=True),
        sa.Column("recorded_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("superseded_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("date_from <= date_to", name=op.f("ck_coverage_days")),
        sa.ForeignKeyConstraint(["recorded_seq"], ["ledger.seq"], name=op.f("fk_coverage_recorded_seq")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_coverage_report_id")),
        sa.ForeignKeyConstraint(["superseded_seq"], ["ledger.seq"], name=op.f("fk_coverage_superseded_seq")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("coverage", schema=None) as batch_op:
        batch_op.create_index("ix_coverage_country_date_from", ["country", "date_from"], unique=False)
        batch_op.create_index(batch_op.f("ix_coverage_report_id"), ["report_id"], unique=False)

    op.create_table(
        "revisions",
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("number", sa.String(length=200), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("key_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("superseded_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["key_id"], ["keys.id"], name=op.f("fk_revisions_key_id")),
        sa.ForeignKeyConstraint(["recorded_seq"], ["ledger.seq"], name=op.f("fk_revisions_recorded_seq")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_revisions_report_id")),
        sa.ForeignKeyConstraint(["superseded_seq"], ["ledger.seq"], name=op.f("fk_revisions_superseded_seq")),
        sa.PrimaryKeyConstraint("report_id", "revision", name=op.f("pk_revisions")),
    )
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_revisions_published_on_report_id", ["published_on", "report_id"], unique=False
        )
        batch_op.create_index("ix_revisions_recorded_seq", ["recorded_seq"], unique=False)

    op.create_table(
        "strikes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("date_from", sa.Date(), nullable=False),
        sa.Column("date_to", sa.Date(), nullable=False),
        sa.Column("date_precision", sa.String(length=10), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=True),
        sa.Column("location_as_written", sa.String(length=200), nullable=True),
        sa.Column("strikes_min", sa.Integer(), nullable=True),
        sa.Column("strikes_max", sa.Integer(), nullable=True),
        sa.Column("engagements", sa.Integer(), nullable=True),
        sa.Column("owner", sa.String(length=200), nullable=True),
        sa.Column("quote_start", sa.Integer(), nullable=True),
        sa.Column("quote_end", sa.Integer(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("recorded_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("superseded_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("date_from <= date_to", name=op.f("ck_strikes_days")),
        sa.CheckConstraint("strikes_min >= 0 AND strikes_max >= strikes_min", name=op.f("ck_strikes_counts")),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name=op.f("fk_strikes_location_id")),
        sa.ForeignKeyConstraint(["recorded_seq"], ["ledger.seq"], name=op.f("fk_strikes_recorded_seq")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_strikes_report_id")),
        sa.ForeignKeyConstraint(["superseded_seq"], ["ledger.seq"], name=op.f("fk_strikes_superseded_seq")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strikes")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("strikes", schema=None) as batch_op:
        batch_op.create_index("ix_strikes_date_from_id", ["date_from", "id"], unique=False)
        batch_op.create_index(
            "ix_strikes_location_id_date_from_id", ["location_id", "date_from", "id"], unique=False
        )
        batch_op.create_index("ix_strikes_recorded_seq", ["recorded_seq"], unique=False)
        batch_op.create_index(batch_op.f("ix_strikes_report_id"), ["report_id"], unique=False)

    op.create_table(
        "tallies",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("strike_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("effect", sa.String(length=20), nullable=False),
        sa.Column("verb", sa.String(length=200), nullable=True),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("count_min", sa.Integer(), nullable=False),
        sa.Column("count_max", sa.Integer(), nullable=True),
        sa.Column("as_written", sa.Text(), nullable=True),
        sa.Column("quote_start", sa.Integer(), nullable=True),
        sa.Column("quote_end", sa.Integer(), nullable=True),
        sa.CheckConstraint("count_min >= 0 AND count_max >= count_min", name=op.f("ck_tallies_counts")),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_tallies_category_id")),
        sa.ForeignKeyConstraint(["strike_id"], ["strikes.id"], name=op.f("fk_tallies_strike_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tallies")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("tallies", schema=None) as batch_op:
        batch_op.create_index("ix_tallies_category_id_strike_id", ["category_id", "strike_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tallies_strike_id"), ["strike_id"], unique=False)


def downgrade() -> None:
    """Take the schema back."""
    with op.batch_alter_table("tallies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tallies_strike_id"))
        batch_op.drop_index("ix_tallies_category_id_strike_id")

    op.drop_table("tallies")
    with op.batch_alter_table("strikes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_strikes_report_id"))
        batch_op.drop_index("ix_strikes_recorded_seq")
        batch_op.drop_index("ix_strikes_location_id_date_from_id")
        batch_op.drop_index("ix_strikes_date_from_id")

    op.drop_table("strikes")
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.drop_index("ix_revisions_recorded_seq")
        batch_op.drop_index("ix_revisions_published_on_report_id")

    op.drop_table("revisions")
    with op.batch_alter_table("coverage", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_coverage_report_id"))
        batch_op.drop_index("ix_coverage_country_date_from")

    op.drop_table("coverage")
    op.drop_table("reports")
    with op.batch_alter_table("publisher_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publisher_versions_thing_id"))

    op.drop_table("publisher_versions")
    with op.batch_alter_table("publisher_aliases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publisher_aliases_thing_id"))
        batch_op.drop_index(
            "ix_publisher_aliases_folded",
            sqlite_where=sa.text("superseded_seq IS NULL"),
            postgresql_where=sa.text("superseded_seq IS NULL"),
        )

    op.drop_table("publisher_aliases")
    with op.batch_alter_table("location_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_location_versions_thing_id"))

    op.drop_table("location_versions")
    with op.batch_alter_table("location_aliases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_location_aliases_thing_id"))
        batch_op.drop_index(
            "ix_location_aliases_folded",
            sqlite_where=sa.text("superseded_seq IS NULL"),
            postgresql_where=sa.text("superseded_seq IS NULL"),
        )

    op.drop_table("location_aliases")
    with op.batch_alter_table("category_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_category_versions_thing_id"))

    op.drop_table("category_versions")
    with op.batch_alter_table("category_aliases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_category_aliases_thing_id"))
        batch_op.drop_index(
            "ix_category_aliases_folded",
            sqlite_where=sa.text("superseded_seq IS NULL"),
            postgresql_where=sa.text("superseded_seq IS NULL"),
        )

    op.drop_table("category_aliases")
    op.drop_table("publishers")
    op.drop_table("locations")
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_ledger_vocabulary",
            sqlite_where=sa.text("report_id IS NULL"),
            postgresql_where=sa.text("report_id IS NULL"),
        )

    op.drop_table("ledger")
    op.drop_table("keys")
    op.drop_table("categories")
