"""Operations of the API, defined once for both clients: generators of requests."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO, Literal, Unpack

import httpx

from app.client.aggregates import Aggregates, aggregates_steps
from app.client.filters import AggregatesQuery, AsOf, Day, ExportFormat, ExportQuery, ImportOptions
from app.client.records import ImportResult, LedgerHead, Location, Reading, Record, Report, Strike
from app.client.requests import Call, Steps, as_json, document, get, segment, write
from app.client.sinks import StreamSink, file_sink

Body = Mapping[str, Any]
FilePath = str | PathLike[str]

# Formats of files by their suffix.
_SUFFIXES: dict[str, ExportFormat] = {
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".csv": "csv",
    ".parquet": "parquet",
    ".geojson": "geojson",
    ".xlsx": "xlsx",
    ".sqlite": "sqlite",
    ".db": "sqlite",
    ".zip": "bundle",
}
_MEDIA_TYPES = {
    "ndjson": "application/x-ndjson",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Export:
    """A finished download. `size` counts bytes, decompressed."""

    seq: int | None
    size: int


def read(path: str, **query: object) -> Steps[bytes]:
    """Return the body of any GET as it was sent, such as `read("/v1/strikes", country="SY", format="csv")`."""
    response = yield get(path, query)
    return response.content


def strike(strike_id: str, *, as_of: AsOf | None = None) -> Steps[Strike]:
    """Return one strike line, as of a ledger number or instant if given."""
    response = yield get(f"/v1/strikes/{segment(strike_id)}", {"as_of": as_of})
    return Strike(document(response))


def report(report_id: str, *, as_of: AsOf | None = None) -> Steps[Report]:
    """Return one report with its lines and its `etag`. A draft is shown to a key that may write drafts."""
    response = yield get(_report_path(report_id), {"as_of": as_of})
    return _report(response)


def revisions(report_id: str) -> Steps[list[Record]]:
    """Return every revision of a report, the first one first."""
    response = yield get(f"{_report_path(report_id)}/revisions")
    return [Record(item) for item in document(response)["items"]]


def revision(report_id: str, number: int) -> Steps[Report]:
    """Return one revision of a report as it was published."""
    response = yield get(f"{_report_path(report_id)}/revisions/{number}")
    return Report(document(response))


def diff(report_id: str, number: int) -> Steps[Record]:
    """Return what a revision changed, against the one before it."""
    response = yield get(f"{_report_path(report_id)}/revisions/{number}/diff")
    return Record(document(response))


def location(slug: str) -> Steps[Location]:
    """Return one place."""
    response = yield get(f"/v1/locations/{segment(slug)}")
    return Location(document(response))


def ledger() -> Steps[LedgerHead]:
    """Return the last entry of the ledger: the number and the hash to save with a citation."""
    response = yield get("/v1/ledger")
    return LedgerHead(document(response))


def aggregates(**query: Unpack[AggregatesQuery]) -> Steps[Aggregates]:
    """Count what matches, by up to three dimensions, such as `group_by=["location", "month"]`.

    `rows` holds all groups, however many pages they come in. With `limit` it holds one page.
    """
    return (yield from aggregates_steps(query))


def create_report(body: Body, *, idempotency_key: str | None = None) -> Steps[Report]:
    """Publish a report, or save it as a draft with `"status": "draft"`, and return it as stored."""
    response = yield write("POST", "/v1/reports", dict(body), idempotency_key=idempotency_key)
    return _report(response)


def revise_report(
    report_id: str,
    body: Body,
    reason: str | None = None,
    *,
    etag: str | None = None,
    idempotency_key: str | None = None,
) -> Steps[Report]:
    """Correct a report as a new revision, and return it. A draft needs no reason.

    `etag` is that of the report that the correction was made from, `report.etag`: another correction in between
    raises PreconditionFailed, a Conflict. Left out, it is read now, so only what is written from now on is noticed.
    """
    revised = dict(body) if reason is None else {**body, "reason": reason}
    etag = etag or (yield from _current_etag(report_id))
    response = yield write(
        "PUT", _report_path(report_id), revised, etag=etag, idempotency_key=idempotency_key
    )
    return _report(response)


def publish_report(
    report_id: str, *, etag: str | None = None, idempotency_key: str | None = None
) -> Steps[Report]:
    """Make a draft public, and return it. `etag` as for `revise_report`."""
    etag = etag or (yield from _current_etag(report_id))
    response = yield write(
        "POST", f"{_report_path(report_id)}/publication", etag=etag, idempotency_key=idempotency_key
    )
    return _report(response)


def retract_report(
    report_id: str, reason: str, *, etag: str | None = None, idempotency_key: str | None = None
) -> Steps[Report]:
    """Withdraw a report, and return its tombstone. `etag` as for `revise_report`."""
    etag = etag or (yield from _current_etag(report_id))
    response = yield write(
        "POST",
        f"{_report_path(report_id)}/retraction",
        {"reason": reason},
        etag=etag,
        idempotency_key=idempotency_key,
    )
    return _report(response)


def parse(text: str, *, publisher: str | None = None, published_on: Day | None = None) -> Steps[Reading]:
    """Read a release into a draft. Nothing is stored."""
    known = {"publisher": publisher, "published_on": published_on}
    body = {"text": text, **{name: value for name, value in known.items() if value is not None}}
    response = yield Call(
        method="POST",
        path="/v1/parse",
        headers={"Content-Type": "application/json"},
        content=as_json(body),
    )
    return Reading(document(response))


def import_reports(
    source: FilePath | bytes,
    *,
    dry_run: bool = False,
    mode: Literal["all", "valid"] = "all",
    format: Literal["ndjson", "csv", "xlsx"] | None = None,  # noqa: A002 - the API's name
    idempotency_key: str | None = None,
    **reading: Unpack[ImportOptions],
) -> Steps[ImportResult]:
    """Import a CSV, NDJSON or Excel file, or bytes of one, and return what it did.

    All reports or none, unless `mode="valid"`; `dry_run` stores nothing. `reading` says how a foreign table is read.
    The format follows from the suffix of the file, and of bytes from their first characters. A file is read into
    memory. A refused import is Unprocessable; its `problem` has the outcome.
    """
    content = source if isinstance(source, bytes) else Path(source).read_bytes()
    guessed = None if isinstance(source, bytes) else _SUFFIXES.get(Path(source).suffix.lower())
    chosen = format or guessed or _format_of(content)
    if chosen not in _MEDIA_TYPES:
        raise ValueError(f"an import is NDJSON, CSV or Excel, not {chosen}")
    query = {**({"dry_run": True} if dry_run else {}), **({"mode": mode} if mode != "all" else {}), **reading}
    response = yield write(
        "POST",
        "/v1/imports",
        content,
        query=query,
        media_type=_MEDIA_TYPES[chosen],
        idempotency_key=idempotency_key,
    )
    return ImportResult(document(response))


def _format_of(content: bytes) -> str:
    if content.startswith(b"PK"):
        return "xlsx"
    return "ndjson" if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else "csv"


def export(target: FilePath | BinaryIO, **query: Unpack[ExportQuery]) -> Steps[Export]:
    """Download everything that matches to a file or a binary stream.

    NDJSON holds whole reports, CSV and Parquet lines; without `format` the suffix of the file decides. A file
    appears under its name when it is whole, and replaces an earlier one. After an error a stream may hold the
    beginning of the export.
    """
    with ExitStack() as stack:
        asked = dict(query)
        if isinstance(target, str | PathLike):
            path = Path(target)
            if path.suffix.lower() in _SUFFIXES:
                asked.setdefault("format", _SUFFIXES[path.suffix.lower()])
            sink: Any = stack.enter_context(file_sink(path))
        else:
            sink = StreamSink(target)
        response = yield get("/v1/export", asked, sink=sink)
        size: int = sink.size
    return Export(seq_of(response), size)


def seq_of(response: httpx.Response) -> int | None:
    """Return the ledger number that a response was read as of; None where it has no such header."""
    seq = response.headers.get("Strikeledger-Seq", "")
    return int(seq) if seq.isdecimal() else None


def _report_path(report_id: str) -> str:
    return f"/v1/reports/{segment(report_id)}"


def _current_etag(report_id: str) -> Steps[str | None]:
    return (yield from report(report_id)).etag


def _report(response: httpx.Response) -> Report:
    stored = Report(document(response))
    stored.etag = response.headers.get("ETag")
    return stored
