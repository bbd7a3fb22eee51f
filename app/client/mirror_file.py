"""The SQLite file of a mirror: its schema and its transactions."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

from app.client.exceptions import ApiError

Row = tuple[object, ...]
Document = Mapping[str, Any]

# Marks the file as a mirror ("slmr"), and the version of its tables.
_APPLICATION, _VERSION = 0x736C6D72, 1

# Columns with their types, as `Parquet` files have them too: days and instants are text in SQLite.
TABLES: dict[str, dict[str, str]] = {
    "reports": {
        "id": "text",
        "publisher": "text",
        "number": "text",
        "title": "text",
        "published_on": "day",
        "source_url": "text",
        "archive_url": "text",
        "status": "text",
        "reason": "text",
        "revision": "integer",
        "seq": "integer",
        "recorded_at": "instant",
        "text": "text",
        "headline_strikes": "integer",
        "headline_engagements": "integer",
        "sums_note": "text",
    },
    "coverage": {
        "report": "text",
        "position": "integer",
        "country": "text",
        "date_from": "day",
        "date_to": "day",
        "strikes": "integer",
        "engagements": "integer",
    },
    "strikes": {
        "id": "text",
        "report": "text",
        "position": "integer",
        "date_from": "day",
        "date_to": "day",
        "date_precision": "text",
        "country": "text",
        "location": "text",
        "location_as_written": "text",
        "strikes_min": "integer",
        "strikes_max": "integer",
        "engagements": "integer",
        "owner": "text",
        "same_as": "text",
        "quote": "text",
    },
    "tallies": {
        "strike": "text",
        "position": "integer",
        "effect": "text",
        "verb": "text",
        "category": "text",
        "count_min": "integer",
        "count_max": "integer",
        "approximate": "flag",
        "as_written": "text",
    },
    "locations": {
        "slug": "text",
        "name": "text",
        "country": "text",
        "lat": "number",
        "lon": "number",
        "precision_km": "number",
    },
    "categories": {"slug": "text", "name": "text", "family": "text", "kind": "text", "parent": "text"},
}

_SQL_TYPES = {"integer": "INTEGER", "flag": "INTEGER", "number": "REAL"}
_KEYS = {
    "reports": "PRIMARY KEY (id)",
    "coverage": "PRIMARY KEY (report, position)",
    "strikes": "PRIMARY KEY (id)",
    "tallies": "PRIMARY KEY (strike, position)",
    "locations": "PRIMARY KEY (slug)",
    "categories": "PRIMARY KEY (slug)",
}


class State(NamedTuple):
    """Where a mirror stands: the last ledger number that it holds, and the hash of that entry."""

    seq: int
    hash: str | None


class MirrorFile:
    """A mirror's SQLite file, open for writing."""

    def __init__(self, path: Path) -> None:
        """Open the file, or create it. Raises ValueError for a file that is no mirror."""
        # An asynchronous client runs the steps in worker threads, one after the other.
        self._connection = sqlite3.connect(path, timeout=30, check_same_thread=False)
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise ValueError(f"{path} is no mirror: {error}") from error
        except ValueError:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        application, version, tables = (
            self._value(sql)
            for sql in (
                "PRAGMA application_id",
                "PRAGMA user_version",
                "SELECT count(*) FROM sqlite_schema",
            )
        )
        if not tables:
            with self._connection as connection:
                connection.execute("BEGIN")
                connection.execute(f"PRAGMA application_id = {_APPLICATION}")
                connection.execute(f"PRAGMA user_version = {_VERSION}")
                for statement in _schema():
                    connection.execute(statement)
        elif application != _APPLICATION:
            raise ValueError("the file is an SQLite database, and no mirror")
        elif version != _VERSION:
            raise ValueError(
                "the mirror was made by another version of the client; delete it and make it again"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()

    @property
    def state(self) -> State | None:
        """Where the mirror stands; None before it was first filled."""
        row = self._connection.execute("SELECT seq, hash FROM state").fetchone()
        return None if row is None else State(*row)

    def rebuild(
        self, state: State | None, documents: Iterable[Document], names: Mapping[str, Any], to: State
    ) -> None:
        """Replace everything, in one transaction. `names` holds the locations and the categories."""
        with self._connection:
            self._move(state, to)
            for table in TABLES:
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own name
            self._add(documents)
            for table, items in names.items():
                self._insert(table, ([item.get(column) for column in TABLES[table]] for item in items))

    def apply(self, state: State, documents: Sequence[Document], to: State) -> None:
        """Replace some reports, in one transaction."""
        with self._connection:
            self._move(state, to)
            for report in documents:
                report_id = (report["id"],)
                for statement in _REMOVALS:
                    self._connection.execute(statement, report_id)
            self._add(documents)

    def count(self, table: str) -> int:
        """Return the number of rows of a table."""
        number: int = self._value(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own name
        return number

    def rows(self, table: str) -> list[Row]:
        """Return a table, in the order of its key."""
        key = _KEYS[table].removeprefix("PRIMARY KEY (").removesuffix(")")
        columns = ", ".join(TABLES[table])
        return self._connection.execute(f"SELECT {columns} FROM {table} ORDER BY {key}").fetchall()  # noqa: S608 - our own names

    def _value(self, sql: str) -> Any:  # noqa: ANN401 - an SQL value
        return self._connection.execute(sql).fetchone()[0]

    def _move(self, state: State | None, to: State) -> None:
        """Take the write lock and note the new state. Raises ApiError where another process wrote in between."""
        self._connection.execute("BEGIN IMMEDIATE")
        if self.state != state:
            raise ApiError("another process updated the mirror at the same time")
        self._connection.execute("DELETE FROM state")
        self._connection.execute("INSERT INTO state VALUES (?, ?)", to)

    def _add(self, documents: Iterable[Document]) -> None:
        for report in documents:
            self._insert("reports", [_report_row(report)])
            self._insert("coverage", _coverage_rows(report))
            for position, line in enumerate(report["strikes"]):
                self._insert("strikes", [_strike_row(report, position, line)])
                self._insert("tallies", _tally_rows(line))

    def _insert(self, table: str, rows: Iterable[Sequence[object]]) -> None:
        places = ", ".join("?" * len(TABLES[table]))
        self._connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608 - our own name


_REMOVALS = (
    "DELETE FROM tallies WHERE strike IN (SELECT id FROM strikes WHERE report = ?)",
    "DELETE FROM strikes WHERE report = ?",
    "DELETE FROM coverage WHERE report = ?",
    "DELETE FROM reports WHERE id = ?",
)


def _schema() -> Iterator[str]:
    yield "CREATE TABLE state (seq INTEGER NOT NULL, hash TEXT)"
    for table, columns in TABLES.items():
        described = ", ".join(f"{name} {_SQL_TYPES.get(kind, 'TEXT')}" for name, kind in columns.items())
        yield f"CREATE TABLE {table} ({described}, {_KEYS[table]})"
    yield "CREATE INDEX strikes_of_report ON strikes (report)"


def _report_row(report: Document) -> Row:
    headline = report.get("headline") or {}
    own = {
        **report,
        "headline_strikes": headline.get("strikes"),
        "headline_engagements": headline.get("engagements"),
    }
    return tuple(own.get(column) for column in TABLES["reports"])


def _coverage_rows(report: Document) -> Iterator[Row]:
    for position, claim in enumerate(report["coverage"]):
        own = {**claim, "report": report["id"], "position": position}
        yield tuple(own.get(column) for column in TABLES["coverage"])


def _strike_row(report: Document, position: int, line: Document) -> Row:
    """Return a line's row. An export gives its place as a slug and its quote as a span, a report shows both whole."""
    location, quote = line["location"], line["quote"]
    if isinstance(quote, Mapping):
        quote = report["text"][quote["start"] : quote["end"]]
    own = {
        **line,
        "report": report["id"],
        "position": position,
        "location": location["slug"] if isinstance(location, Mapping) else location,
        "quote": quote,
    }
    return tuple(own.get(column) for column in TABLES["strikes"])


def _tally_rows(line: Document) -> Iterator[Row]:
    for position, tally in enumerate(line["tallies"]):
        own = {**tally, "strike": line["id"], "position": position}
        yield tuple(own.get(column) for column in TABLES["tallies"])
