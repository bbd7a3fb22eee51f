"""The database refuses to change or remove history, whoever asks: triggers on both engines."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db.engine import Database
from tests import record

TABLES = (
    "ledger",
    "reports",
    "revisions",
    "coverage",
    "strikes",
    "tallies",
    "publishers",
    "publisher_versions",
    "publisher_aliases",
    "locations",
    "location_versions",
    "location_aliases",
    "categories",
    "category_versions",
    "category_aliases",
)
CHANGES = (
    "UPDATE ledger SET action = 'x'",
    "UPDATE revisions SET title = 'x'",
    "UPDATE coverage SET strikes = 1000",
    "UPDATE strikes SET strikes_min = 0, strikes_max = 0",
    "UPDATE strikes SET superseded_seq = 1, strikes_min = 0",
    "UPDATE strikes SET items_min = 1000",
    "UPDATE tallies SET count_min = 0",
    "UPDATE location_versions SET name = 'x'",
    "UPDATE location_aliases SET thing_id = 1",
    "UPDATE categories SET slug = 'x'",
)


@pytest.mark.parametrize("table", TABLES)
def test_history_is_not_removed(database: Database, table: str) -> None:
    """No row of the record can be deleted."""
    record.fill(database, reports=5)
    with pytest.raises(DBAPIError, match="only added to"), database.writing() as session:
        session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - the names above


@pytest.mark.parametrize("change", CHANGES)
def test_history_is_not_changed(database: Database, change: str) -> None:
    """No column of the record can be updated, but for putting a row aside."""
    record.fill(database, reports=5)
    with pytest.raises(DBAPIError, match="only added to"), database.writing() as session:
        session.execute(text(change))


def test_row_can_be_put_aside_once(database: Database) -> None:
    """A line can be superseded, and then neither brought back nor superseded again."""
    record.fill(database, reports=5)
    with database.writing() as session:
        session.execute(text("UPDATE strikes SET superseded_seq = 2 WHERE superseded_seq IS NULL"))
    for again in ("NULL", "3"):
        with pytest.raises(DBAPIError, match="only added to"), database.writing() as session:
            session.execute(text(f"UPDATE strikes SET superseded_seq = {again}"))  # noqa: S608 - the two above
