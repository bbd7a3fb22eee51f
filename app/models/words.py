"""Models of the full-text index: the words of each line.

Each engine stores them in its own way (see db/fulltext.py), so a migration makes the table, and nothing compares it
with a model.
"""

from sqlalchemy import Column, MetaData, Table

from app.db.fulltext import Words
from app.db.types import Identity

STRIKE_WORDS = Table(
    "strike_words",
    MetaData(),
    # The line's id, under the one name that FTS5 has for it.
    Column("rowid", Identity, primary_key=True, autoincrement=False),
    Column("words", Words, nullable=False),
)


def is_compared(name: str | None, kind: str, _parents: object) -> bool:
    """Return whether Alembic compares a thing of the database with the models: not this table, nor what FTS5 adds."""
    return kind != "table" or not (name or "").startswith(STRIKE_WORDS.name)
