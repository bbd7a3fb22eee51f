"""GET /v1/changes.atom: a feed that any reader can parse, whatever a title holds."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime

from app.changes import atom
from app.db.engine import Database
from app.reports import service
from app.reports.schemas import ReportIn
from app.reports.service import Correction
from tests import record
from tests.api import Api
from tests.changes import story
from tests.factories import make_report, make_strike

ATOM = "{http://www.w3.org/2005/Atom}"


def entries(api: Api) -> list[dict[str, str | None]]:
    """Read the feed's entries: their texts by name, and where they link to."""
    response = api.get("/v1/changes.atom")
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
            "title": f"Report r{number} {change['action']}",
            "updated": change["recorded_at"],
            "summary": f"cjtf-oir, 20170302-01, {title}",
            "link": f"/v1/reports/r{number}/revisions/{change['revision']}",
        }
        for change, title in zip(reversed(changes), ("Two strikes", "Two strikes", "Strikes"), strict=True)
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
        publisher, number, title = "cjtf-oir", None, "a\x0bb\ufffe\ud800c\U0001f600"

    feed = ET.fromstring(atom.feed([Entry()], "/v1/changes.atom", None))  # type: ignore[list-item] # noqa: S314
    assert feed.findtext(f"{ATOM}entry/{ATOM}summary") == "cjtf-oir, a\ufffdb\ufffd\ufffdc\U0001f600"


def test_feed_holds_the_latest_fifty(api: Api, database: Database) -> None:
    """However many reports there are, the feed holds the fifty latest changes."""
    record.fill(database, reports=60)
    head = api.read("/v1/ledger")["seq"]
    links = [entry["link"] for entry in entries(api)]

    assert len(links) == 50
    assert (
        links[0] == f"/v1/reports/{api.read('/v1/changes', after=head - 1)['items'][0]['report']}/revisions/1"
    )


def test_feed_without_reports_is_valid(api: Api) -> None:
    """A record without reports has a feed without entries, with all that Atom requires."""
    feed = ET.fromstring(api.get("/v1/changes.atom").content)  # noqa: S314 - our own answer
    assert [child.tag.removeprefix(ATOM) for child in feed] == ["id", "title", "updated", "author", "link"]
