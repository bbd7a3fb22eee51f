"""Parser of releases: text in, values with their source spans out.

`parse_release` is the whole interface. Nothing here uses a database, a network or a file (only evaluation.py reads
labelled files); the vocabulary that a draft is matched against is the caller's business.
"""

from app.parsing.pipeline import go_on, parse_release
from app.parsing.result import (
    Count,
    Field,
    ParsedCoverage,
    ParsedLine,
    ParsedRelease,
    ParsedTally,
    Remark,
    Role,
    shortened,
)

__all__ = [
    "Count",
    "Field",
    "ParsedCoverage",
    "ParsedLine",
    "ParsedRelease",
    "ParsedTally",
    "Remark",
    "Role",
    "go_on",
    "parse_release",
    "shortened",
]
