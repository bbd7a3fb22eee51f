"""Mirror: a local copy of the record, updated from the changes feed.

The first run loads an export as of one ledger number. A later run applies the changes since, page by page; after
every page the mirror is the record as of that page's last number. An interrupted run is resumed by the next one.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from app.client.exceptions import AnotherRecord, UnexpectedResponse, Unprocessable
from app.client.listings import categories, locations
from app.client.mirror_file import MirrorFile, State
from app.client.mirror_parquet import write_parquet
from app.client.operations import FilePath, ledger, report
from app.client.records import Change, Record, Report
from app.client.requests import Steps, get
from app.client.sinks import FileSink
from app.client.walks import LONGEST_PAGE, Pages, page_of


@dataclass(frozen=True)
class Mirror:
    """A mirror as a run left it: the record as of `seq`, and how many rows it holds."""

    path: Path
    seq: int
    hash: str | None
    reports: int
    strikes: int
    tallies: int


def mirror(path: FilePath) -> Steps[Mirror]:
    """Make a local copy of the record at `path`, or update the one that is there.

    A path with a suffix is an SQLite file. A folder, or a path that ends in `.parquet` or has no suffix, is a folder
    of Parquet files, one a table, made from an SQLite file within it. Tables: reports, coverage, strikes, tallies,
    locations, categories. A retracted report has no strikes, and the status `retracted`. Raises AnotherRecord where
    the server's ledger is not the one that the mirror holds.
    """
    target = Path(path)
    is_folder = target.is_dir() or target.suffix in {"", ".parquet"}
    if is_folder:
        target.mkdir(parents=True, exist_ok=True)
    with MirrorFile(target / "mirror.sqlite" if is_folder else target) as file:
        state = yield from _update(file, target)
        if is_folder:
            write_parquet(file, target, state)
        counts = (file.count(table) for table in ("reports", "strikes", "tallies"))
        return Mirror(target, state.seq, state.hash, *counts)


def _update(file: MirrorFile, target: Path) -> Steps[State]:
    """Move the mirror to the head of the ledger as it is now, and return that."""
    entry = yield from ledger()
    head = State(entry["seq"], entry["hash"])
    state = file.state
    if state is not None:
        yield from _check_identity(state)
    while state is None or state.seq < head.seq:
        entries = None if state is None else (yield from _changes(state, head))
        # Another name or place of something can change any line, so everything is loaded anew.
        if state is None or entries is None:
            yield from _rebuild(file, target, state, head)
            return head
        to = State(entries[-1]["seq"], entries[-1]["hash"])
        changed = dict.fromkeys(entry["report"] for entry in entries)
        file.apply(state, (yield from _reports(changed, to.seq)), to)
        state = to
    return state


def _check_identity(state: State) -> Steps[None]:
    """Raise AnotherRecord unless the server's ledger has the entry that the mirror ends with."""
    if state.seq == 0:
        return
    try:
        response = yield get("/v1/changes", {"after": state.seq - 1, "limit": 1})
    except Unprocessable as error:
        if not any(fault.get("code") == "beyond-head" for fault in error.errors):
            raise
        entries: list[Change] = []
    else:
        entries = list(page_of(response, Change))
    if [(entry.seq, entry.hash) for entry in entries] != [state]:
        raise AnotherRecord(f"the server's ledger has no entry {state.seq} with the mirror's hash")


def _changes(state: State, head: State) -> Steps[list[Change] | None]:
    """Return the entries of a page after the mirror's, up to the head; None where one changes the vocabulary."""
    response = yield get("/v1/changes", {"after": state.seq, "limit": LONGEST_PAGE})
    entries = [entry for entry in page_of(response, Change) if entry.seq <= head.seq]
    if not entries:
        raise UnexpectedResponse(f"the ledger ends at {head.seq} and lists nothing after {state.seq}")
    return None if any(entry.report is None for entry in entries) else entries


def _reports(report_ids: Iterable[str], as_of: int) -> Steps[list[Report]]:
    reports: list[Report] = []
    for report_id in report_ids:
        reports.append((yield from report(report_id, as_of=as_of)))  # noqa: PERF401 - a comprehension cannot yield
    return reports


def _rebuild(file: MirrorFile, target: Path, state: State | None, head: State) -> Steps[None]:
    names: dict[str, list[Mapping[str, Any]]] = {
        "locations": (yield from _all(locations(as_of=head.seq))),
        "categories": (yield from _all(categories(as_of=head.seq))),
    }
    # A file without a name: it is gone with the process, however that ends.
    with TemporaryFile(dir=target.parent) as download:
        query = {"format": "ndjson", "status": "any", "as_of": head.seq}
        yield get("/v1/export", query, sink=FileSink(download))
        download.seek(0)
        file.rebuild(state, map(json.loads, download), names, head)


def _all(pages: Pages[Any]) -> Steps[list[Mapping[str, Any]]]:
    items: list[Record] = []
    while (page := (yield from pages.next_page())) is not None:
        items += page
    return list(items)
