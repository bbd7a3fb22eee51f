"""Mark tallies that are estimates, also in the view `tallies_current`, which is made anew.

Revision: 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# The things of a vocabulary as they stand. What was merged has the row of what it is now, so that older lines
# count as that. Merges are followed from their ends, so a chain of them is no matter.
PUBLISHERS = """
    publisher (id, slug) AS (
        SELECT publishers.id, publishers.slug
        FROM publishers JOIN publisher_versions ON publisher_versions.thing_id = publishers.id
        WHERE publisher_versions.superseded_seq IS NULL AND publisher_versions.merged_into_id IS NULL
        UNION ALL
        SELECT publisher_versions.thing_id, publisher.slug
        FROM publisher_versions JOIN publisher ON publisher_versions.merged_into_id = publisher.id
        WHERE publisher_versions.superseded_seq IS NULL
    )
"""
PLACES = """
    place (id, slug, name, lat, lon, precision_km) AS (
        SELECT locations.id, locations.slug, location_versions.name,
            location_versions.lat, location_versions.lon, location_versions.precision_km
        FROM locations JOIN location_versions ON location_versions.thing_id = locations.id
        WHERE location_versions.superseded_seq IS NULL AND location_versions.merged_into_id IS NULL
        UNION ALL
        SELECT location_versions.thing_id, place.slug, place.name, place.lat, place.lon, place.precision_km
        FROM location_versions JOIN place ON location_versions.merged_into_id = place.id
        WHERE location_versions.superseded_seq IS NULL
    )
"""
CATEGORIES = """
    category (id, slug, name, family) AS (
        SELECT categories.id, categories.slug, category_versions.name, category_versions.family
        FROM categories JOIN category_versions ON category_versions.thing_id = categories.id
        WHERE category_versions.superseded_seq IS NULL AND category_versions.merged_into_id IS NULL
        UNION ALL
        SELECT category_versions.thing_id, category.slug, category.name, category.family
        FROM category_versions JOIN category ON category_versions.merged_into_id = category.id
        WHERE category_versions.superseded_seq IS NULL
    )
"""

# `repeats` says what `duplicates=collapse` leaves out: a line that repeats another one, where the line that
# first told of the event stands, or what corrected it, or an earlier one that repeats it, too.
LINE = """
    's' || strikes.id AS strike_id,
    'r' || strikes.report_id AS report_id,
    publisher.slug AS publisher,
    revisions.number AS number,
    revisions.published_on AS published_on,
    revisions.source_url AS source_url,
    revisions.revision AS revision,
    strikes.date_from AS date_from,
    strikes.date_to AS date_to,
    strikes.date_precision AS date_precision,
    strikes.country AS country,
    place.slug AS location,
    place.name AS location_name,
    place.lat AS lat,
    place.lon AS lon,
    place.precision_km AS precision_km,
    strikes.location_as_written AS location_as_written,
    strikes.strikes_min AS strikes_min,
    strikes.strikes_max AS strikes_max,
    strikes.engagements AS engagements,
    strikes.quote AS quote,
    (strikes.same_as_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM strikes AS other
        WHERE (other.event_id = COALESCE(strikes.event_id, strikes.id)
                OR other.id = COALESCE(strikes.event_id, strikes.id))
            AND other.superseded_seq IS NULL
            AND (other.same_as_id IS NULL OR other.id < strikes.id)
            AND other.id <> strikes.id
    )) AS repeats
"""
LINES = """
    FROM strikes
    JOIN reports ON reports.id = strikes.report_id
    JOIN revisions ON revisions.report_id = strikes.report_id
        AND revisions.superseded_seq IS NULL AND revisions.status = 'published'
    JOIN publisher ON publisher.id = reports.publisher_id
    LEFT JOIN place ON place.id = strikes.location_id
"""

VIEW = "tallies_current"


def upgrade() -> None:
    """Add the flag: false for every tally that is there, of which nobody said that it is an estimate."""
    op.execute(f"DROP VIEW {VIEW}")
    op.add_column(
        "tallies", sa.Column("approximate", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.execute(f"CREATE VIEW {VIEW} AS {_query('tallies.approximate AS approximate,')}")


def downgrade() -> None:
    """Drop the flag. Entries with an estimate no longer verify."""
    op.execute(f"DROP VIEW {VIEW}")
    op.drop_column("tallies", "approximate")
    op.execute(f"CREATE VIEW {VIEW} AS {_query('')}")


def _query(flag: str) -> str:
    return f"""
        WITH RECURSIVE {PUBLISHERS}, {PLACES}, {CATEGORIES}
        SELECT {LINE},
            tallies.position AS position,
            tallies.effect AS effect,
            tallies.verb AS verb,
            category.slug AS category,
            category.name AS category_name,
            category.family AS family,
            tallies.count_min AS count_min,
            tallies.count_max AS count_max,
            {flag}
            tallies.as_written AS as_written
        {LINES}
        JOIN tallies ON tallies.strike_id = strikes.id
        LEFT JOIN category ON category.id = tallies.category_id
        WHERE strikes.superseded_seq IS NULL
    """
