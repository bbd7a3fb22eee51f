"""GET /v1/changes.atom: a feed that any reader can parse, whatever a title holds."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime

import httpx
import pytest

from app.changes import atom
from app.db.engine import Database
from app.record.report_in import ReportIn
from app.reports import service
from app.reports.service import Correction
from tests import record
from tests.api import Api
from tests.changes import story
from tests.factories import make_report, make_strike

ATOM = "{http://www.w3.org/2005/Atom}"


# The address that the tests' client calls the server by.
BASE = "http://localhost"


def links(response: httpx.Response) -> dict[str, str]:
    """Return the addresses of a feed's pages by their relation."""
    feed = ET.fromstring(response.content)  # noqa: S314 - our own answer
    return {link.get("rel", ""): link.get("href", "") for link in feed.findall(f"{ATOM}link")}


def entries(api: Api, path: str = "/v1/changes.atom") -> list[dict[str, str | None]]:
    """Read the feed's entries: their texts by name, and where they link to."""
    response = api.get(path)
    assert response.headers["Content-Type"] == "application/atom+xml"
    found: list[dict[str, str | None]] = []
    for entry in ET.fromstring(response.content).findall(f"{ATOM}entry"):  # noqa: S314 - our own answer
        link = entry.find(f"{ATOM}link")
        assert link is not None
        texts: dict[str, str | None] = {
            child.tag.removeprefix(ATOM): child.text for child in entry if child.text
        }
        found.append({**texts, "link": link.get("href")})
    return found


def test_feed_tells_what_became_of_reports(api: Api, database: Database) -> None:
    """The feed shows each change of a report, the newest first, and links to the revision that it made."""
    report = ReportIn.model_validate(make_report(make_strike(), number="20170302-01", title="Strikes"))
    with database.writing() as session:
        number = service.create(session, report, None)
        key_id = story.writer(session)
        again = report.model_copy(update={"title": "Two strikes"})
        service.revise(session, number, again, Correction(1, "a slip", key_id))
        service.retract(session, number, Correction(2, "not ours", key_id))
    changes = api.read("/v1/changes", after=1)["items"]

    assert entries(api) == [
        {
            "id": f"tag:strikeledger.invalid,2026:change:{change['seq']}:{change['hash']}",
            "title": f"cjtf-oir 20170302-01 {change['action']}",
            "updated": change["recorded_at"],
            "summary": f"cjtf-oir, 20170302-01, {title}",
            "link": f"{BASE}/v1/reports/r{number}/revisions/{change['revision']}",
        }
        for change, title in zip(
            reversed(changes),
            ("Two strikes. Reason: not ours", "Two strikes. Reason: a slip", "Strikes"),
            strict=True,
        )
    ]


def test_title_is_text_and_never_markup(api: Api) -> None:
    """A title that looks like markup is escaped, and comes out of the feed as it went in."""
    title = '<script>alert(1)</script> & ]]> "quoted" <!--'
    api.post(make_report(make_strike(), title=title))

    assert b"<script>" not in api.get("/v1/changes.atom").content
    assert entries(api)[0]["summary"] == f"cjtf-oir, {title}"


def test_character_that_xml_cannot_hold_is_replaced() -> None:
    """A control character, which no XML may hold even escaped, does not break the feed."""

    class Entry:
        seq, report_id, revision, hash, action = 2, 1, 1, "0" * 64, "published"
        recorded_at = datetime(2026, 11, 22, tzinfo=UTC)
        publisher, number, reason, title = "cjtf-oir", None, None, "a\x0bb\ufffe\ud800c\U0001f600"

    feed = ET.fromstring(atom.feed([Entry()], BASE, {}, None))  # type: ignore[list-item] # noqa: S314
    assert feed.findtext(f"{ATOM}entry/{ATOM}summary") == "cjtf-oir, a\ufffdb\ufffd\ufffdc\U0001f600"


def test_feed_leads_to_the_oldest_change_page_by_page(api: Api, database: Database) -> None:
    """Each page has the next fifty changes, none comes twice, and the last page leads nowhere."""
    record.fill(database, reports=110)
    changes = [each for each in api.read("/v1/changes", limit=500)["items"] if each["report"]]
    found: list[list[str | None]] = []
    following: str | None = f"{BASE}/v1/changes.atom"
    while following is not None:
        found.append([entry["id"] for entry in entries(api, following)])
        pages = links(api.get(following))
        assert pages["self"] == following
        assert pages["first"] == f"{BASE}/v1/changes.atom"
        following = pages.get("next")

    assert [len(page) for page in found] == [50, 50, 10]
    assert [name for page in found for name in page] == [
        f"tag:strikeledger.invalid,2026:change:{each['seq']}:{each['hash']}" for each in reversed(changes)
    ]


def test_pages_keep_limit_and_after(api: Api, database: Database) -> None:
    """The next page is as long as this one, and ends at the same number."""
    record.fill(database, reports=6)
    last = api.read("/v1/ledger")["seq"]
    asked = f"{BASE}/v1/changes.atom?limit=2&after={last - 3}"

    assert len(entries(api, asked)) == 2
    assert links(api.get(asked))["next"] == f"{asked}&before={last - 1}"
    assert len(entries(api, f"{asked}&before={last - 1}")) == 1


def test_links_name_the_host_that_was_asked(api: Api) -> None:
    """One server is called by two names: each client gets links that work for it, the cached ones too."""
    api.post(make_report(make_strike()))
    for host in ("127.0.0.1:8000", "localhost", "[::1]:80", "127.0.0.1:8000"):
        response = api.request("GET", "/v1/changes.atom", headers={"Host": host})
        feed = ET.fromstring(response.content)  # noqa: S314 - our own answer
        addresses = [link.get("href", "") for link in feed.iter(f"{ATOM}link")]
        assert len(addresses) == 3
        assert all(address.startswith(f"http://{host}/v1/") for address in addresses)


@pytest.mark.parametrize("parameter", ["after", "before"])
def test_number_beyond_the_ledger_is_refused(api: Api, parameter: str) -> None:
    """A number that this ledger has not given comes from another one."""
    head = api.read("/v1/ledger")["seq"]
    assert api.get("/v1/changes.atom", **{parameter: head}).status_code == 200

    refused = api.get("/v1/changes.atom", **{parameter: head + 1})
    assert refused.status_code == 422
    assert [(each["parameter"], each["code"]) for each in refused.json()["errors"]] == [
        (parameter, "beyond-head")
    ]


def test_feed_without_reports_is_valid(api: Api) -> None:
    """A record without reports has a feed without entries, with all that Atom requires."""
    feed = ET.fromstring(api.get("/v1/changes.atom").content)  # noqa: S314 - our own answer
    assert [child.tag.removeprefix(ATOM) for child in feed] == [
        "id",
        "title",
        "updated",
        "author",
        "link",
        "link",
    ]
