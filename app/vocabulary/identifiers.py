"""Public ids: opaque, permanent and typed ("r12" report, "s40" strike)."""

import re

_ID = re.compile(r"([rsk])([1-9][0-9]{0,17})", re.ASCII)

REPORT, STRIKE, KEY = "r", "s", "k"


def public_id(kind: str, number: int) -> str:
    """Return the public id of a row."""
    return f"{kind}{number}"


def row_number(kind: str, identifier: str) -> int | None:
    """Return the row that a public id names, or None where it is no id of this kind."""
    match = _ID.fullmatch(identifier)
    return int(match[2]) if match and match[1] == kind else None
