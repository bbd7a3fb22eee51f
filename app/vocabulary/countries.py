"""The countries of ISO 3166-1: alpha-2 codes, English names and adjectives.

The list itself is `countries.csv`. Its columns:

- `code`: ISO 3166-1 alpha-2, each once.
- `name`: the usual English name.
- `other_names`: other names that mean this country alone, separated by `|`: official, former and short ones.
- `adjectives`: the adjectives of its people and towns ("South Sudanese"), separated by `|`.

A word that means several countries ("Congo", "Congolese", "Korean"), a people of several countries ("Turkmen") or
mostly an acting force ("US", "UK") is in no column, since a wrong country is worse than none.
"""

import csv
import unicodedata
from collections.abc import Iterator
from importlib.resources import files


def fold(name: str) -> str:
    """Return a name in lower case with plain apostrophes and hyphens; accents stay."""
    return name.lower().replace("\u2019", "'").replace("\u2018", "'").replace("\u2013", "-")


def _spellings(written: str) -> Iterator[str]:
    """Yield a column's names, folded, each with its accents and without."""
    for name in filter(None, written.split("|")):
        yield fold(name)
        yield "".join(
            part for part in unicodedata.normalize("NFKD", fold(name)) if not unicodedata.combining(part)
        )


_ROWS = tuple(
    csv.DictReader(
        files("app.vocabulary").joinpath("countries.csv").read_text(encoding="utf-8").splitlines(),
    ),
)

# Codes, each to its country's usual English name.
COUNTRY_NAMES: dict[str, str] = {row["code"]: row["name"] for row in _ROWS}
COUNTRIES = frozenset(COUNTRY_NAMES)

# Folded names, and folded adjectives, each to its code.
NAMES: dict[str, str] = {
    name: row["code"] for row in _ROWS for name in _spellings(f"{row['name']}|{row['other_names']}")
}
ADJECTIVES: dict[str, str] = {name: row["code"] for row in _ROWS for name in _spellings(row["adjectives"])}
