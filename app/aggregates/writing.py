"""Write rows as JSON column by column: thousands of rows of a dozen members each, without an object for any."""

import numpy as np
import orjson

from app.aggregates.groups import Measure
from app.aggregates.rows import Coded, Columns
from app.http.writers import dumps

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
        if isinstance(column, Measure) and not column.known.any():
            before += NULL
        elif isinstance(column, Coded) and not np.any(column.places != column.places[0]):
            before += dumps(column.values[column.places[0]])
        elif isinstance(column, Coded):
            texts = [before + dumps(value) for value in column.values]
            pieces.append([texts[place] for place in column.places.tolist()])
            before = b""
        else:
            pieces += [[before] * length, _texts(column)]
            before = b""
        before += b","
    pieces.append([before[:-1] + b"},"] * length)
    every = [b""] * (len(pieces) * length)
    for at, texts in enumerate(pieces):
        every[at :: len(pieces)] = texts
    return [orjson.Fragment(b"".join(every)[:-1])]


def _texts(measure: Measure) -> list[bytes]:
    values = np.ascontiguousarray(measure.values)
    texts = orjson.dumps(values, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1].split(b",")
    for place in np.flatnonzero(~measure.known).tolist():
        texts[place] = NULL
    return texts
