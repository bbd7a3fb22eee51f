"""SQLite writer: an export as a database that Datasette opens.

It is built in a temporary file piece by piece, so that a request can end in between, and sent from there. The file has
no name from the moment that it is built (where the system allows that), so nothing of it stays whatever happens.
"""

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, Any

from app import __version__
from app.bulk import export
from app.bulk.export import Document, Source
from app.catalogue.catalogue import Catalogue
from app.errors import StorageFull
from app.http.encoders import dumps
from app.http.flat_tables import Kind
from app.record import fields
from app.strikes.flat_rows import LONG, WIDE

_PIECE = 1024 * 1024

_TYPES = {Kind.INTEGER: "INTEGER", Kind.BOOLEAN: "INTEGER", Kind.NUMBER: "REAL"}

# Columns with their types and keys, by table; each table refers to earlier ones alone.
Columns = Mapping[str, str]


def _of(described: Sequence[fields.Field]) -> Columns:
    return {field.name: _TYPES.get(field.kind, "TEXT") for field in described if field.name != "quote"}


_QUOTE = {"quote_start": "INTEGER", "quote_end": "INTEGER"}

TABLES: Mapping[str, Columns] = {
    "about": {"name": "TEXT PRIMARY KEY", "value": "TEXT"},
    "publishers": {"slug": "TEXT PRIMARY KEY", "name": "TEXT"},
    "locations": {
        "slug": "TEXT PRIMARY KEY",
        "name": "TEXT",
        "country": "TEXT",
        "lat": "REAL",
        "lon": "REAL",
        "precision_km": "REAL",
        "geonames_id": "INTEGER",
    },
    "categories": {
        "slug": "TEXT PRIMARY KEY",
        "name": "TEXT",
        "parent": "TEXT REFERENCES categories (slug)",
        "family": "TEXT",
        "kind": "TEXT",
    },
    "reports": {
        "id": "TEXT PRIMARY KEY",
        "publisher": "TEXT REFERENCES publishers (slug)",
        **_of(fields.REPORT),
        "headline_strikes": "INTEGER",
        "headline_engagements": "INTEGER",
        "status": "TEXT",
        "reason": "TEXT",
        "revision": "INTEGER",
        "seq": "INTEGER",
        "recorded_at": "TEXT",
    },
    "coverage": {
        "report_id": "TEXT REFERENCES reports (id)",
        "position": "INTEGER",
        **_of(fields.COVERAGE),
    },
    "strikes": {
        "id": "TEXT PRIMARY KEY",
        "report_id": "TEXT REFERENCES reports (id)",
        "revision": "INTEGER",
        **_of(fields.LINE),
        "location": "TEXT REFERENCES locations (slug)",
        "quote": "TEXT",
    },
    "tallies": {
        "strike_id": "TEXT REFERENCES strikes (id)",
        "position": "INTEGER",
        **_of(fields.TALLY),
        "category": "TEXT REFERENCES categories (slug)",
        **_QUOTE,
    },
}

_INDEXES = (
    *(
        f"CREATE INDEX strikes_{name} ON strikes ({name})"
        for name in ("report_id", "date_from", "location", "country")
    ),
    "CREATE INDEX tallies_category ON tallies (category, effect)",
    "CREATE UNIQUE INDEX tallies_position ON tallies (strike_id, position)",
    "CREATE UNIQUE INDEX coverage_position ON coverage (report_id, position)",
    "CREATE INDEX reports_published_on ON reports (published_on)",
    "CREATE INDEX reports_publisher ON reports (publisher)",
)

# Where a column of the CSV is not one of its name in `strikes`, or in `tallies`.
_ELSEWHERE = {
    "publisher": "reports.publisher",
    **{f"{field.name}": f"reports.{field.name}" for field in fields.REPORT if field.in_reference},
    "location_name": "locations.name",
    **{name: f"locations.{name}" for name in ("lat", "lon", "precision_km")},
    "family": "categories.family",
    "items_min": "coalesce(sum(tallies.count_min), 0)",
    "items_max": "coalesce(sum(tallies.count_max), 0)",
    "open_ended": "count(tallies.strike_id) - count(tallies.count_max)",
}
_OF_LINES = (
    "strikes JOIN reports ON reports.id = strikes.report_id "
    "LEFT JOIN locations ON locations.slug = strikes.location "
    "LEFT JOIN tallies ON tallies.strike_id = strikes.id"
)


def _view(name: str, columns: Mapping[str, str], end: str) -> str:
    named = ", ".join(f'{expression} AS "{column}"' for column, expression in columns.items())
    return f"CREATE VIEW {name} AS SELECT {named} FROM {_OF_LINES} {end}"  # noqa: S608 - our own names


def _views() -> Iterator[str]:
    """Yield the views that have the rows and columns of the CSV in both shapes, but for the tallies as JSON."""
    in_tallies = {column.name for column in LONG.columns if column.of == "tallies"} - _ELSEWHERE.keys()
    wide = {
        column.name: _ELSEWHERE.get(column.name, f"strikes.{column.name}")
        for column in WIDE.columns
        if column.kind is not Kind.RECORDS
    }
    wide["approximate"] = "coalesce(sum(tallies.approximate), 0)"
    yield _view("strikes_wide", wide, "GROUP BY strikes.id")
    long = {
        column.name: f"tallies.{column.name}"
        if column.name in in_tallies
        else _ELSEWHERE.get(column.name, f"strikes.{column.name}")
        for column in LONG.columns
    }
    yield _view("tallies_long", long, "LEFT JOIN categories ON categories.slug = tallies.category")


def sqlite_file(source: Source) -> Iterator[bytes]:
    """Yield an SQLite database of the lines that match, with their tallies, reports and the vocabulary.

    The pieces are empty while it is built. Raises StorageFull where the disk for temporary files is.
    """
    with tempfile.NamedTemporaryFile(prefix="strikeledger-", suffix=".sqlite", delete=False) as file:
        path = Path(file.name)
        try:
            with closing(_created(path)) as made:
                # An open file may lose its name, but not on every system.
                with suppress(PermissionError):
                    path.unlink()
                yield from _built(made, source)
            yield from _read(file)
        except sqlite3.OperationalError as error:
            raise StorageFull("the disk for temporary files has no room for an SQLite file") from error
        finally:
            path.unlink(missing_ok=True)


def _read(file: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: file.read(_PIECE), b"")


def _created(path: Path) -> sqlite3.Connection:
    """Open a new database. By the standard library: the bundled SQLite sorts for an index in memory alone."""
    made = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF", "temp_store = FILE"):
        made.execute(f"PRAGMA {pragma}")
    return made


def _built(made: sqlite3.Connection, source: Source) -> Iterator[bytes]:
    """Fill a database; yield nothing after each step."""
    for name, columns in TABLES.items():
        described = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        made.execute(f"CREATE TABLE {name} ({described})")
    made.execute("BEGIN")
    _put(made, "about", _about(source))
    _put_vocabulary(made, source.catalogue)
    for documents in export.reports(source, with_lines=False):
        _put_reports(made, documents)
        yield b""
    for documents in export.lines(source):
        _put_lines(made, documents)
        yield b""
    made.execute("COMMIT")
    for statement in (*_INDEXES, *_views()):
        made.execute(statement)
        yield b""


def _about(source: Source) -> Iterable[Mapping[str, object]]:
    head = source.head
    for name, value in (
        ("ledger_seq", head.seq),
        ("ledger_hash", head.hash),
        ("verify", f"strikeledger verify --head {head.seq}:{head.hash}"),
        ("software", f"strikeledger {__version__}"),
    ):
        yield {"name": name, "value": str(value)}


def _put(made: sqlite3.Connection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add rows, of which each has at least the columns of the table."""
    columns = TABLES[table]
    statement = f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - our own names
    made.executemany(statement, ([row[name] for name in columns] for row in rows))


def _put_vocabulary(made: sqlite3.Connection, catalogue: Catalogue) -> None:
    _put(made, "publishers", (entry._asdict() for entry in catalogue.publishers.entries()))
    _put(made, "locations", (entry._asdict() for entry in catalogue.locations.entries()))
    by_id = catalogue.categories.by_id
    parents = (
        {**entry._asdict(), "parent": None if entry.parent_id is None else by_id[entry.parent_id].slug}
        for entry in catalogue.categories.entries()
    )
    _put(made, "categories", parents)


def _put_reports(made: sqlite3.Connection, reports: Sequence[Document]) -> None:
    rows = []
    for report in reports:
        headline = report["headline"] or {"strikes": None, "engagements": None}
        rows.append(
            {
                **report,
                **{f"headline_{name}": value for name, value in headline.items()},
                "published_on": report["published_on"].isoformat(),
                "recorded_at": dumps(report["recorded_at"]).decode().strip('"'),
            }
        )
    _put(made, "reports", rows)
    claims = (
        {**claim, "report_id": report["id"], "position": position}
        for report in reports
        for position, claim in enumerate(report["coverage"])
    )
    _put(made, "coverage", ({name: _plain(value) for name, value in claim.items()} for claim in claims))


def _plain(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _put_lines(made: sqlite3.Connection, lines: Sequence[Document]) -> None:
    rows = (
        {
            **line,
            "report_id": line["report"]["id"],
            "revision": line["report"]["revision"],
            "location": line["location"]["slug"] if line["location"] else None,
        }
        for line in lines
    )
    _put(made, "strikes", rows)
    tallies = (
        {
            **tally,
            "strike_id": line["id"],
            "position": position,
            "quote_start": tally["quote"]["start"] if tally["quote"] else None,
            "quote_end": tally["quote"]["end"] if tally["quote"] else None,
        }
        for line in lines
        for position, tally in enumerate(line["tallies"])
    )
    _put(made, "tallies", tallies)
