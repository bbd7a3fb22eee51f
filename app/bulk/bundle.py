"""Bundle writer: a ZIP file to deposit, streamed, from one ledger number."""

import hashlib
import shlex
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from importlib.resources import files
from typing import Any

from app import __version__
from app.bulk import export
from app.bulk.export import Document, Source
from app.bulk.params import ExportQuery
from app.bulk.queries import recorded_at
from app.catalogue.recording import CATEGORIES, LOCATIONS, PUBLISHERS, VOCABULARIES
from app.catalogue.vocabulary_file import contents
from app.http.byte_sink import ByteSink
from app.http.encoders import dumps, ready, written
from app.http.flat_tables import Column, Kind, Table
from app.http.formats import MEDIA_TYPES, Format
from app.strikes.filter import Status
from app.strikes.flat_rows import LONG, WIDE
from app.strikes.geo import Box, Point
from app.strikes.params import StrikeQuery

TITLE = "Airstrike reports: strikeledger"

# The types of columns in a Data Package. A list is JSON in a cell.
_TYPES: Mapping[Kind, str] = {
    Kind.TEXT: "string",
    Kind.INTEGER: "integer",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "boolean",
    Kind.DAY: "date",
    Kind.RECORDS: "array",
}


# What reports name, by the plurals of the vocabularies; None is a place or category that is not given.
Slugs = dict[str, set[Any]]


@dataclass(slots=True)
class _Publisher:
    """What a bundle holds of a publisher."""

    reports: int = 0
    lines: int = 0
    first: str = "9999"
    last: str = ""


@dataclass(slots=True)
class _Bundle:
    """A ZIP file while it is written: its files so far, with their sizes and hashes."""

    sink: ByteSink = field(default_factory=ByteSink)
    sizes: dict[str, int] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)

    def add(self, archive: zipfile.ZipFile, name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Write a file; yield what the archive is longer by, piece by piece."""
        # Equal times, so that equal content makes equal bytes.
        info = zipfile.ZipInfo(name)
        info.external_attr = 0o644 << 16
        info.compress_type = zipfile.ZIP_STORED if name.endswith(".parquet") else zipfile.ZIP_DEFLATED
        digest, size = hashlib.sha256(), 0
        with archive.open(info, "w", force_zip64=True) as file:
            for piece in pieces:
                digest.update(piece)
                size += file.write(piece)
                yield self.sink.taken()
        self.sizes[name], self.hashes[name] = size, digest.hexdigest()
        yield self.sink.taken()


def bundle(source: Source, query: ExportQuery) -> Iterator[bytes]:
    """Yield a bundle of what matches. Raises NotAcceptable where Parquet is not installed."""
    ready(Format.PARQUET)
    return _bundle(source, query)


def _bundle(source: Source, query: ExportQuery) -> Iterator[bytes]:
    made, publishers = _Bundle(), dict[str, _Publisher]()
    slugs: Slugs = {vocabulary.plural: set() for vocabulary in VOCABULARIES}
    raw = query.cells == "raw"
    tables = {
        "data/strikes.csv": (Format.CSV, WIDE, _lines_counted(source, publishers)),
        "data/tallies.csv": (Format.CSV, LONG, export.lines(source)),
        "data/strikes.parquet": (Format.PARQUET, WIDE, export.lines(source)),
        "data/reports.ndjson": (Format.NDJSON, Table(()), _reports_counted(source, publishers, slugs)),
        # Once the reports are read, which name what it holds.
        "data/vocabulary.ndjson": (Format.NDJSON, Table(()), _vocabulary(source, slugs)),
    }
    with zipfile.ZipFile(made.sink, "w") as archive:
        for name, (form, table, documents) in tables.items():
            yield from made.add(archive, name, written(form, table, documents, raw=raw))
        texts = {
            "README.md": _readme(source, query, publishers),
            "CITATION.cff": _citation(source),
        }
        for name, text in texts.items():
            yield from made.add(archive, name, [text.encode()])
        yield from made.add(archive, "datapackage.json", [dumps(_data_package(source, query, made))])
        sums = "".join(f"{digest}  {name}\n" for name, digest in made.hashes.items())
        yield from made.add(archive, "SHA256SUMS", [sums.encode()])
    yield made.sink.taken()


def _lines_counted(source: Source, publishers: dict[str, _Publisher]) -> Iterator[Sequence[Document]]:
    for lines in export.lines(source):
        for line in lines:
            publishers.setdefault(line["report"]["publisher"], _Publisher()).lines += 1
        yield lines


def _vocabulary(source: Source, slugs: Slugs) -> Iterator[Sequence[Document]]:
    yield list(contents(source.catalogue, slugs))


def _reports_counted(
    source: Source, publishers: dict[str, _Publisher], slugs: Slugs
) -> Iterator[Sequence[Document]]:
    for reports in export.reports(source):
        for report in reports:
            slugs[PUBLISHERS.plural].add(report["publisher"])
            for strike in report["strikes"]:
                slugs[LOCATIONS.plural].add(strike["location"])
                slugs[CATEGORIES.plural].update(tally["category"] for tally in strike["tallies"])
            publisher = publishers.setdefault(report["publisher"], _Publisher())
            day = str(report["published_on"])
            publisher.reports += 1
            publisher.first, publisher.last = min(publisher.first, day), max(publisher.last, day)
        yield reports
    for of_vocabulary in slugs.values():
        of_vocabulary.discard(None)


def filters_of(query: ExportQuery) -> Mapping[str, Sequence[str]]:
    """Return the filters of a query as parameters, without those that only say how to write what matches."""
    given = {}
    for name in StrikeQuery.model_fields:
        value = getattr(query, name)
        if name != "as_of" and value != StrikeQuery.model_fields[name].default:
            given[name] = [_spelt(item) for item in value] if isinstance(value, list) else [_spelt(value)]
    return given


def _spelt(value: Any) -> str:  # noqa: ANN401 - any value of a parameter
    """Return a value as a query has it; a box and a point are numbers separated by commas."""
    numbers = astuple(value) if isinstance(value, Box | Point) else [value]
    return ",".join(str(number).removesuffix(".0") for number in numbers)


def _readme(source: Source, query: ExportQuery, publishers: Mapping[str, _Publisher]) -> str:
    given = [(name, value) for name, values in filters_of(query).items() for value in values]
    names = {entry.slug: entry.name for entry in source.catalogue.publishers.entries()}
    rows = [
        f"| {names.get(slug, slug)} (`{slug}`) | {publisher.reports:,} | {publisher.lines:,} | "
        f"{publisher.first} to {publisher.last} |"
        for slug, publisher in sorted(publishers.items())
    ]
    filters = ", ".join(f"`{name}={value}`" for name, value in given)
    template = files("app.bulk").joinpath("bundle_readme.md").read_text(encoding="utf-8")
    return template.format(
        title=TITLE,
        scope=f"What matches {filters}" if given else "The whole record",
        seq=source.head.seq,
        hash=source.head.hash,
        recorded_at=_recorded_at(source),
        sources="\n".join(rows),
        options=_options([*given, *_CELLS_ASKED[query.cells], ("as_of", str(source.head.seq))]),
        version=__version__,
        duplicates=_DUPLICATES[source.strikes.repeats],
        retracted=_RETRACTED[source.strikes.status],
        cells=_CELLS[query.cells],
    )


def _options(given: Sequence[tuple[str, str]]) -> str:
    """Return parameters as options of a command."""
    return "".join(f" --{name.replace('_', '-')} {shlex.quote(value)}" for name, value in given)


_DUPLICATES = {
    False: "Each event is counted once: a line that repeats one of another report (`same_as`) is left out of "
    "`strikes.csv`, `tallies.csv` and `strikes.parquet`; in `reports.ndjson` its report is whole.",
    True: "Lines that repeat one of another report (`same_as`) are in it: leave them out to count each event once.",
}
_RETRACTED = {
    Status.PUBLISHED: "Neither are reports that were withdrawn.",
    Status.RETRACTED: "It holds only reports that were withdrawn, with their lines as they last stood.",
    Status.ANY: "Reports that were withdrawn are in it, with their lines as they last stood.",
}
_CELLS_ASKED: Mapping[str, Sequence[tuple[str, str]]] = {"safe": [], "raw": [("cells", "raw")]}
_CELLS = {
    "safe": "In CSV, a text that a spreadsheet would run as a formula has a `'` before it: take one `'` off every text "
    "that begins with one, and all are as recorded.",
    "raw": "In CSV all texts are as recorded; a spreadsheet may run one that begins with `=` as a formula.",
}


def _citation(source: Source) -> str:
    recorded, head = _recorded_at(source), source.head
    lines = [
        "cff-version: 1.2.0",
        "message: Cite this data with the ledger number and its hash.",
        "type: dataset",
        f'title: "{TITLE}"',
        "authors:",
        "  - name: strikeledger contributors",
        f'version: "ledger {head.seq}"',
        *([f"date-released: {recorded[:10]}"] if head.seq else []),
        "identifiers:",
        "  - type: other",
        f'    value: "sha256:{head.hash}"',
        f"    description: The hash of ledger entry {head.seq}, which seals all before it.",
    ]
    return "\n".join(lines) + "\n"


def _recorded_at(source: Source) -> str:
    with source.database.reading() as session:
        instant = recorded_at(session, source.head.seq)
    return dumps(instant).decode().strip('"') if instant else ""


def _data_package(source: Source, query: ExportQuery, made: _Bundle) -> Mapping[str, object]:
    head = source.head
    return {
        "profile": "data-package",
        "name": "strikeledger",
        "title": TITLE,
        "version": str(head.seq),
        "created": _recorded_at(source),
        "sources": [{"title": entry.name} for entry in source.catalogue.publishers.entries()],
        "filter": filters_of(query),
        "ledger": {"seq": head.seq, "hash": head.hash},
        "resources": [
            *(
                _resource(made, f"data/{name}.csv", Format.CSV, name)
                | {"profile": "tabular-data-resource", "schema": _schema(table.columns, **keys)}
                for name, table, keys in (
                    ("strikes", WIDE, {"primaryKey": ["id"]}),
                    ("tallies", LONG, {"foreignKeys": [_TO_STRIKES]}),
                )
            ),
            _resource(made, "data/strikes.parquet", Format.PARQUET, "strikes-parquet"),
            _resource(made, "data/reports.ndjson", Format.NDJSON, "reports"),
            _resource(made, "data/vocabulary.ndjson", Format.NDJSON, "vocabulary"),
        ],
    }


_TO_STRIKES = {"fields": ["id"], "reference": {"resource": "strikes", "fields": ["id"]}}


def _resource(made: _Bundle, path: str, form: Format, name: str) -> dict[str, Any]:
    return {
        "name": name,
        # A file, unless its columns are described.
        "type": "table" if form is Format.CSV else "file",
        "path": path,
        "format": str(form),
        "mediatype": MEDIA_TYPES[form],
        "encoding": "utf-8",
        "bytes": made.sizes[path],
        "hash": f"sha256:{made.hashes[path]}",
    }


def _schema(columns: Sequence[Column], **keys: object) -> Mapping[str, object]:
    described = [{"name": column.name, "type": _TYPES[column.kind]} for column in columns]
    return {"fields": described, "missingValues": [""], **keys}
