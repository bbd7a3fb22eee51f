"""Make a database of the product that holds the rows of the peers' database: what both are asked about.

Every report goes through the one door, so all hashes are right and `strikeledger verify` holds. The peers'
reports, lines and tallies keep their numbers, so that answers can be held against each other.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from rich.progress import track

from app.catalogue.ledger_entries import Change
from app.catalogue.recording import CATEGORIES, LOCATIONS, record
from app.catalogue.seed import seed
from app.db.engine import Database
from app.db.migrate import upgrade
from app.db.sqlite import sqlite_module
from app.record.report_in import ReportIn
from app.reports import service

# The peers' countries, by the names that they have there.
COUNTRIES = {
    "Iraq": "IQ",
    "Syria": "SY",
    "Yemen": "YE",
    "Libya": "LY",
    "Somalia": "SO",
    "Afghanistan": "AF",
}

# Reports that are written in one transaction.
BATCH = 2_000


def location_slug(number: int) -> str:
    """Return what the product calls a place of the peers."""
    return f"location-{number:03d}"


def category_slug(number: int) -> str:
    """Return what the product calls a category of the peers: one of its own, since theirs hold no others."""
    return f"peers-{number:02d}"


def fill(source: Path, target: Path) -> float:
    """Make the database `target` of the peers' SQLite file; return the seconds that the reports took."""
    database = Database(f"sqlite:///{target}")
    with database.migrating() as session:
        upgrade(session)
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as peers:
        (count,) = peers.execute("SELECT count(*) FROM report").fetchone()
        with database.writing() as session:
            seed(session)
            record(
                session, {LOCATIONS.plural: peers_places(peers), CATEGORIES.plural: peers_categories(peers)}
            )
        began = time.perf_counter()
        reports = _reports(peers)
        for _ in track(range(0, count, BATCH), description=f"Writing {count:,} reports", transient=True):
            with database.writing() as session:
                for number, report in islice(reports, BATCH):
                    if service.create(session, report, None) != number:
                        raise ValueError(f"report {number} got another number")
        seconds = time.perf_counter() - began
    database.close()
    return seconds


def database_bytes(database: Path) -> int:
    """Return the bytes of a database file, once the WAL is written into it."""
    with closing(sqlite_module().connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return database.stat().st_size


def peers_places(peers: sqlite3.Connection) -> list[Change]:
    """Return the places of the peers' rows, as changes of the vocabulary."""
    return [
        Change(
            location_slug(number),
            {
                "name": name,
                "country": COUNTRIES[country],
                "lat": lat,
                "lon": lon,
                "precision_km": 25.0,
                "geonames_id": None,
            },
            {LOCATIONS.fold(location_slug(number)): name},
        )
        for number, country, name, lat, lon in peers.execute(
            "SELECT id, country, name, lat, lon FROM location"
        )
    ]


def peers_categories(peers: sqlite3.Connection) -> list[Change]:
    """Return the categories of the peers' rows, likewise."""
    return [
        Change(
            category_slug(number),
            {"name": f"Peers' {name}", "parent": None, "family": "peers", "kind": "equipment"},
            {CATEGORIES.fold(category_slug(number)): name},
        )
        for number, name in peers.execute("SELECT id, name FROM category")
    ]


def _reports(peers: sqlite3.Connection) -> Iterator[tuple[int, ReportIn]]:
    """Yield the peers' reports by number, each with its lines, which quote its text, and their tallies."""
    lines = groupby(
        peers.execute(
            "SELECT s.report_id, s.id, s.date, l.country, s.location_id, s.strikes, s.note "
            "FROM strike s JOIN location l ON l.id = s.location_id ORDER BY s.id"
        ),
        itemgetter(0),
    )
    tallies = groupby(
        peers.execute(
            "SELECT t.strike_id, e.name, t.category_id, t.count "
            "FROM tally t JOIN effect e ON e.id = t.effect_id ORDER BY t.strike_id, t.id"
        ),
        itemgetter(0),
    )
    reports = peers.execute("SELECT id, published, title, url FROM report ORDER BY id")
    lines_of, tallies_of = _Beside(lines), _Beside(tallies)
    for number, published, title, url in reports:
        said, notes, begin = [], [], 0
        for _, line, day, country, place, strikes, note in lines_of.take(number):
            said.append(
                {
                    "date_from": date.fromisoformat(day),
                    "country": COUNTRIES[country],
                    "location": location_slug(place),
                    "strikes": strikes,
                    "quote": {"start": begin, "end": begin + len(note)},
                    "tallies": [
                        {"effect": effect, "category": category_slug(category), "count": count}
                        for _, effect, category, count in tallies_of.take(line)
                    ],
                }
            )
            notes.append(note)
            begin += len(note) + 1
        body = {
            "publisher": "cjtf-oir",
            "number": str(number),
            "title": title,
            "published_on": date.fromisoformat(published),
            "source_url": url,
            "text": "\n".join(notes) or None,
            "strikes": said,
        }
        yield number, ReportIn.model_validate(body)


class _Beside:
    """Groups of rows in the order of their numbers, some of which have none."""

    def __init__(self, groups: Iterator[tuple[Any, Iterator[Any]]]) -> None:
        self._groups = groups
        self._next = next(groups, (None, iter(())))

    def take(self, number: int) -> list[Any]:
        """Return the rows of a number. Numbers must rise."""
        if self._next[0] != number:
            return []
        rows = list(self._next[1])
        self._next = next(self._groups, (None, iter(())))
        return rows
