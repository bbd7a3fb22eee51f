"""GET /v1/changes: the whole ledger in order, page by page, from any number on."""

import threading
from typing import Any

import pytest
from sqlalchemy import select

from app.changes import queries
from app.db.engine import Database
from app.ledger.canonical import json_form
from app.models import LedgerEntry
from app.record.report_in import ReportIn
from app.reports import service
from tests import record
from tests.api import Api
from tests.changes import story
from tests.factories import make_report, make_strike

WRITERS = 4
REPORTS_EACH = 12


def walk(api: Api, **query: object) -> list[dict[str, Any]]:
    """Read every page of the changes, following `next`."""
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = api.read("/v1/changes", **query, **cursor)
        items += page["items"]
        if page["next"] is None:
            return items
        cursor = {"cursor": page["next"]}


@pytest.mark.parametrize("limit", [1, 7, 500])
def test_pages_hold_the_whole_ledger_in_order(api: Api, database: Database, limit: int) -> None:
    """Walking the pages gives every entry of the ledger once, in the order of their numbers."""
    record.fill(database, reports=9)
    with database.reading() as session:
        ledger = session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq)).all()

    assert walk(api, limit=limit) == [
        {
            "seq": entry.seq,
            "recorded_at": json_form(entry.recorded_at),
            "action": entry.action,
            "report": f"r{entry.report_id}" if entry.report_id else None,
            "revision": entry.revision,
            "hash": entry.hash,
        }
        for entry in ledger
    ]


def test_after_starts_with_the_next_entry(api: Api, database: Database) -> None:
    """`after` gives the entries behind a number, at the head an empty page, and beyond it 422."""
    record.fill(database, reports=3)
    head = api.read("/v1/ledger")["seq"]

    assert [item["seq"] for item in walk(api, after=head - 2, limit=1)] == [head - 1, head]
    assert api.read("/v1/changes", after=head) == {"items": [], "next": None, "seq": head}
    for beyond in (head + 1, 2**63 - 1, 2**63):
        assert api.get("/v1/changes", after=beyond).status_code == 422
    assert api.read("/v1/changes", after=head - 2, count="exact")["total"] == 2


def test_vocabulary_is_a_change_of_no_report(api: Api) -> None:
    """The entry that put the shipped vocabularies in names no report and no revision."""
    [entry] = api.read("/v1/changes")["items"]
    assert (entry["action"], entry["report"], entry["revision"]) == ("vocabulary", None, None)


def test_page_is_not_modified_until_somebody_writes(api: Api) -> None:
    """A page and the feed asked again with their tags are 304, until the ledger grows."""
    tags = {path: api.get(path).headers["ETag"] for path in ("/v1/changes", "/v1/changes.atom")}
    for path, tag in tags.items():
        assert api.request("GET", path, headers={"If-None-Match": tag}).status_code == 304
    api.post(make_report(make_strike()))
    for path, tag in tags.items():
        assert api.request("GET", path, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "after=-1",
        "after=x",
        "after=1_0",
        "after=9223372036854775808",
        "after=1&after=2",
        "since=1",
        "limit=501",
        "limit=0",
        "cursor=x",
    ],
)
def test_mistaken_query_is_refused(api: Api, query: str) -> None:
    """A parameter that is unknown, doubled or out of bounds is 422."""
    assert api.get(f"/v1/changes?{query}").status_code == 422


def test_cursor_belongs_to_its_after(api: Api, database: Database) -> None:
    """A cursor used with another `after` is refused, since it would answer another question."""
    record.fill(database, reports=3)
    cursor = api.read("/v1/changes", after=1, limit=1)["next"]
    assert api.get("/v1/changes", after=2, cursor=cursor).status_code == 422


def test_replay_ends_with_the_current_reports(api: Api, database: Database) -> None:
    """A mirror that reads each report that the feed names ends with exactly the reports of the server."""
    story.tell(database)
    current = {report["id"]: report for report in api.read("/v1/reports", limit=500)["items"]}
    mirror = {}
    for entry in walk(api, limit=3):
        if entry["report"] is not None:
            report = api.read(f"/v1/reports/{entry['report']}")
            assert entry["revision"] <= report["revision"]
            # The list leaves out texts and lines.
            mirror[entry["report"]] = {name: report[name] for name in current[entry["report"]]}

    assert mirror == current


def test_nothing_is_skipped_while_others_write(database: Database) -> None:
    """A reader that goes on from the last number it saw sees every entry, while four threads write."""
    body = ReportIn.model_validate(make_report(make_strike()))

    def write() -> None:
        for _ in range(REPORTS_EACH):
            with database.writing() as session:
                service.create(session, body, None)

    threads = [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    seen: list[int] = [1]
    while len(seen) < 1 + WRITERS * REPORTS_EACH:
        writing = any(thread.is_alive() for thread in threads)
        with database.reading() as session:
            found = queries.after(session, seen[-1], limit=5)
        seen += [entry.seq for entry in found]
        assert found or writing, "the writers are done, and entries are missing"
    for thread in threads:
        thread.join()

    assert seen == list(range(1, 2 + WRITERS * REPORTS_EACH))


@pytest.mark.parametrize("path", ["/v1/ledger", "/v1/changes", "/v1/changes.atom"])
def test_where_the_record_stands_is_asked_anew(api: Api, path: str) -> None:
    """No cache gives an old head for the last one; each asks first whether it still stands."""
    assert api.get(path).headers["Cache-Control"] == "public, no-cache"
