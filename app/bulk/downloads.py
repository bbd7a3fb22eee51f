"""Downloads: an export as a named file, in every format."""

import codecs
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from app.bulk import export
from app.bulk.bundle import bundle
from app.bulk.export import Source
from app.bulk.params import ExportQuery
from app.bulk.sqlite_export import sqlite_file
from app.catalogue.catalogue import catalogue_at
from app.db.engine import Database, ReadSession
from app.http.encoders import written
from app.http.flat_tables import Kind, Table
from app.http.formats import Format
from app.ledger.head import head

# Reports have no columns: each is written whole.
_REPORTS = Table(())


@dataclass(frozen=True, slots=True)
class Download:
    """An export as a file: its name, and its bytes piece by piece, which must be closed. A piece may be empty."""

    name: str
    pieces: Generator[bytes]


def source_of(session: ReadSession, database: Database, query: ExportQuery) -> Source:
    """Resolve what is exported. Raises InvalidInput for a name that is unknown, and a number beyond the head."""
    now = head(session, query.as_of)
    catalogue = catalogue_at(session, now)
    return Source(database, now, catalogue, query.resolved(catalogue, now.seq))


def download(source: Source, query: ExportQuery, chosen: Format) -> Download:
    """Begin to write an export. Raises NotAcceptable for a format that cannot be written here."""
    seq = source.head.seq
    match chosen:
        case Format.NDJSON:
            every = query.revisions == "all"
            documents = export.revisions(source) if every else export.reports(source)
            what, pieces = "revisions" if every else "reports", written(chosen, _REPORTS, documents)
        case Format.SQLITE:
            what, pieces = "strikes", sqlite_file(source)
        case Format.BUNDLE:
            what, pieces = "bundle", bundle(source, query)
        case _:
            what, pieces = "strikes", _lines(source, query, chosen)
    ending = "zip" if chosen is Format.BUNDLE else chosen
    return Download(f"strikeledger-{what}-{seq}.{ending}", _closable(pieces))


def _closable(pieces: Iterator[bytes]) -> Generator[bytes]:
    yield from pieces


def _lines(source: Source, query: ExportQuery, chosen: Format) -> Iterator[bytes]:
    table = query.form().table
    if chosen is Format.XLSX:
        # A list in a cell is of no use there, and may be too long for one: `shape=long` has the tallies.
        flat = tuple(column for column in table.columns if column.kind is not Kind.RECORDS)
        table = replace(table, columns=flat)
    raw, members = query.cells == "raw", {"seq": source.head.seq}
    rows = written(chosen, table, export.lines(source), raw=raw, members=members)
    return chain([codecs.BOM_UTF8], rows) if query.bom else rows
