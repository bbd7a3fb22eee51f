"""HTML tables for notebooks, with every text escaped."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

# Rows that a table shows.
_MOST_ROWS = 50


def table(rows: Sequence[Mapping[str, Any]], caption: str) -> str:
    """Return the first rows as a table. Columns stand in the order in which rows have them."""
    columns = list(dict.fromkeys(name for row in rows[:_MOST_ROWS] for name in row))
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{_cell(row, name)}</td>' for name in columns)}</tr>" for row in rows[:_MOST_ROWS]
    )
    if len(rows) > _MOST_ROWS:
        caption += f"; the first {_MOST_ROWS} of {len(rows)} rows"
    return (
        f"<table><caption>{escape(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cell(row: Mapping[str, Any], name: str) -> str:
    """Return a value for people: null as null, a missing one as nothing, an object by its name or id."""
    if name not in row:
        return ""
    match row[name]:
        case None:
            return "<i>null</i>"
        case bool() as value:
            return str(value).lower()
        case {"name": str(label)} | {"id": str(label)}:
            return escape(label)
        case list() as values:
            return str(len(values))
        case value:
            return escape(str(value))
