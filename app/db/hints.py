"""Index hints for SQLite, whose planner lacks table statistics.

`Select.with_hint(table, "INDEXED BY …", "sqlite")` is passed over by SQLAlchemy's own compiler for SQLite.
"""

from sqlalchemy import FromClause
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler


class HintedCompiler(SQLiteCompiler):
    """Writes the hint for a table after its name."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:  # noqa: ARG002 - the base's
        """Return a hint as SQLite spells it: as it was given."""
        return text
