"""JSON serializer for result rows, column by column."""

import orjson
import polars as pl

from app.aggregates.rows import Coded, Columns
from app.http.encoders import dumps

NULL = b"null"


def written(columns: Columns) -> list[orjson.Fragment]:
    """Return rows as JSON writes them between the brackets of a list; as one piece, where there are any."""
    length = len(next(iter(columns.values()))) if columns else 0
    if not length:
        return []
    # Between the texts of the members, the commas and names: what comes before each one.
    pieces: list[list[bytes]] = []
    before = b"{"
    for name, column in columns.items():
        before += dumps(name) + b":"
        if isinstance(column, pl.Series) and column.null_count() == length:
            before += NULL
        elif isinstance(column, Coded) and len(set(column.codes)) == 1:
            before += dumps(column.values[column.codes[0]])
        elif isinstance(column, Coded):
            members = {code: before + dumps(column.values[code]) for code in set(column.codes)}
            pieces.append([members[code] for code in column.codes])
            before = b""
        else:
            pieces += [[before] * length, orjson.dumps(column.to_list())[1:-1].split(b",")]
            before = b""
        before += b","
    pieces.append([before[:-1] + b"},"] * length)
    every = [b""] * (len(pieces) * length)
    for at, texts in enumerate(pieces):
        every[at :: len(pieces)] = texts
    return [orjson.Fragment(b"".join(every)[:-1])]
