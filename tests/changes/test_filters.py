"""Strike filters on the changes: the entries whose report has, before or after them, a line that matches."""

import asyncio
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import pytest

from app.changes import matching, stream
from app.changes.schemas import StreamQuery
from app.changes.watcher import Subscription, Watcher
from app.db.engine import Database
from app.http.sessions import Reads
from app.strikes import search
from tests.api import Api
from tests.changes import story
from tests.changes.test_atom import ATOM, BASE, entries, links
from tests.changes.test_changes import walk
from tests.cli.test_commands import PATIENCE
from tests.factories import make_report, make_strike, make_tally
from tests.recount import crawl

FILTERS: list[dict[str, Any]] = [
    # Merged by the story, so both names are one place.
    {"location": ["Raqqa", "Palmyra"]},
    {"location": "Mosul"},
    {"country": "IQ", "effect": "destroyed"},
    {"family": "vehicles", "min_items": 5},
    {"publisher": "centcom"},
    {"publisher": "centcom", "duplicates": "collapse"},
    {"status": "retracted"},
    {"status": "any", "country": "SY", "duplicates": "include"},
    {"q": "vehicles"},
    {"q": "destroyed a"},
    {"q": "'"},
    {"report": f"r{story.REPORT}"},
    {"date_from": "2017-01-10", "date_to": "2017-01-20"},
    {"owner": "coalition"},
    {"date_precision": ["week", "month"]},
    {"duplicates": "include"},
]


@pytest.fixture(params=["index", "windows", "words as a bitmap"])
def path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an index find lines, or read the ledger in small windows, of which a request takes few."""
    if request.param == "index":
        return
    monkeypatch.setattr(matching, "FEW", -1)
    monkeypatch.setattr(matching, "MOST_AT_ONCE", 3)
    find = matching.find
    monkeypatch.setattr(matching, "find", lambda *args, **kwargs: find(*args, **kwargs, scanned=5))
    if request.param == "words as a bitmap":
        monkeypatch.setattr(search, "COMMON", -1)


@pytest.fixture
def changes(api: Api, database: Database) -> list[dict[str, Any]]:
    """Record the story, and return all entries."""
    story.tell(database)
    return walk(api)


def expected(api: Api, changes: list[dict[str, Any]], filters: dict[str, Any]) -> list[int]:
    """Return the numbers of the entries that match, from what /v1/strikes returns as of each number."""
    # Before the first entry there is neither a record nor a vocabulary.
    reports = [set()] + [
        {line["report"]["id"] for line in crawl(api, as_of=entry["seq"], **filters)} for entry in changes
    ]
    return [
        entry["seq"]
        for entry in changes
        if entry["report"] in reports[entry["seq"]] | reports[entry["seq"] - 1]
    ]


@pytest.mark.usefixtures("path")
def test_entries_are_those_whose_report_matches_before_or_after(
    api: Api, changes: list[dict[str, Any]]
) -> None:
    """Pages in both directions, the count and the feed hold the entries that a recount finds."""
    for filters in FILTERS:
        seqs = expected(api, changes, filters)
        assert seqs, filters
        forwards = walk(api, limit=2, **filters)
        assert forwards == [entry for entry in changes if entry["seq"] in seqs], filters
        assert walk(api, limit=2, before=len(changes) + 1, **filters) == forwards[::-1]
        assert api.read("/v1/changes", count="exact", limit=1, **filters)["total"] == len(seqs)
        assert [entry["id"] for entry in feed(api, limit=2, **filters)] == [
            f"tag:strikeledger.invalid,2026:change:{entry['seq']}:{entry['hash']}" for entry in forwards[::-1]
        ]


def feed(api: Api, **query: Any) -> Iterator[dict[str, str | None]]:  # noqa: ANN401 - anything a query can hold
    """Yield the entries of all pages of a feed."""
    page = api.get("/v1/changes.atom", **query)
    while True:
        yield from entries(api, str(page.request.url))
        following = links(page).get("next")
        if following is None:
            return
        page = api.get(following)


@pytest.mark.usefixtures("path")
def test_stream_sends_the_entries_that_match(
    api: Api, changes: list[dict[str, Any]], database: Database
) -> None:
    """A stream with filters sends what the list has, and its last id is the head of the ledger."""
    reads = Reads(database)

    async def listen(criteria: StreamQuery) -> tuple[list[Any], int]:
        data: list[Any] = []
        last = 0
        async for piece in stream.events(Watcher(reads), 0, Subscription.to(criteria)):
            for line in piece.decode().splitlines():
                name, _, value = line.partition(": ")
                last = int(value) if name == "id" else last
                if name == "data":
                    data.append(json.loads(value))
            if last == len(changes):
                break
        return data, last

    for filters in ({"location": ["Mosul"]}, {"status": "retracted"}, {"q": "vehicles"}):
        found, last = asyncio.run(asyncio.wait_for(listen(StreamQuery(**filters)), PATIENCE))
        assert found == walk(api, **filters)
        assert last == len(changes)
    reads.close()


def test_correction_is_in_the_lists_of_both_places(api: Api) -> None:
    """An entry that moves a line from one place to another concerns both, a later one the new place alone."""
    body = make_report(make_strike(make_tally(1), location="Mosul", country="IQ"), number="1")
    report = api.post(body)
    for place in ("Tal Afar", "Tal Afar"):
        line = make_strike(make_tally(2), location=place, country="IQ")
        changed = {**body, "strikes": [line], "reason": "the place", "title": str(report["revision"])}
        report = api.request(
            "PUT",
            f"/v1/reports/{report['id']}",
            json=changed,
            headers={"Authorization": f"Bearer {api.key}", "If-Match": "*"},
        ).json()
    first = 2
    assert [entry["seq"] for entry in walk(api, location="Mosul")] == [first, first + 1]
    assert [entry["seq"] for entry in walk(api, location="Tal Afar")] == [first + 1, first + 2]
    assert [entry["seq"] for entry in walk(api, status="published")] == [1, 2, 3, 4]


def test_list_as_of_a_number_ends_there(api: Api, changes: list[dict[str, Any]]) -> None:
    """`as_of` gives the list as it was, for caches without an end; positions beyond it are refused."""
    seqs = [entry["seq"] for entry in walk(api, country="IQ", as_of=story.REVISED)]
    assert seqs == [entry["seq"] for entry in walk(api, country="IQ") if entry["seq"] <= story.REVISED]
    assert [entry["seq"] for entry in walk(api, as_of=3)] == [1, 2, 3]
    response = api.get("/v1/changes", as_of=3)
    assert "immutable" in response.headers["Cache-Control"]
    assert api.get("/v1/changes", as_of=3, after=4).status_code == 422
    assert api.get("/v1/changes", as_of=3, before=5).status_code == 422
    assert [entry["seq"] for entry in walk(api, as_of=3, before=4)] == [3, 2, 1]
    assert len(entries(api, "/v1/changes.atom?as_of=3")) == 2
    assert api.get("/v1/changes", as_of=len(changes) + 1).status_code == 422


@pytest.mark.usefixtures("changes")
def test_before_reads_backwards(api: Api) -> None:
    """The latest entries come first, down to `after`; one more than the head is the first position allowed."""
    assert [entry["seq"] for entry in walk(api, before=8, after=4, limit=2)] == [7, 6, 5]
    assert [entry["seq"] for entry in api.read("/v1/changes", before=story.HEAD + 1, limit=2)["items"]] == [
        30,
        29,
    ]
    assert api.read("/v1/changes", before=8, after=4, count="exact", limit=1)["total"] == 3
    refused = api.get("/v1/changes", before=story.HEAD + 2)
    assert refused.status_code == 422
    assert [(fault["parameter"], fault["code"]) for fault in refused.json()["errors"]] == [
        ("before", "beyond-head")
    ]


@pytest.mark.parametrize("path", ["/v1/changes", "/v1/changes/stream", "/v1/changes.atom"])
def test_unknown_names_are_refused(api: Api, path: str) -> None:
    """A misspelt place is 422 with the nearest name, for the stream before it begins."""
    refused = api.get(path, location="Palmyrra")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["parameter"] == "location"


def test_stream_has_no_as_of(api: Api) -> None:
    """A stream follows the head, so a number to read as of is refused."""
    refused = api.get("/v1/changes/stream", as_of=1)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["parameter"] == "as_of"


@pytest.mark.usefixtures("changes")
def test_feed_is_titled_by_its_filters(api: Api) -> None:
    """The filters stand in the titles in words; the feed's id depends on them, and not on their order or spelling."""
    first, other = (
        api.get(f"/v1/changes.atom?{query}&limit=1")
        for query in ("location=Mosul&country=IQ", "country=iq&location=Mosul&before=30")
    )
    roots = [ET.fromstring(response.content) for response in (first, other)]  # noqa: S314 - our own answer
    plain = ET.fromstring(api.get("/v1/changes.atom").content)  # noqa: S314 - our own answer
    title = roots[0].findtext(f"{ATOM}title") or ""
    assert title == "Mosul, IQ: airstrike reports published, revised and retracted"
    assert (roots[0].findtext(f"{ATOM}entry/{ATOM}title") or "").startswith("Mosul, IQ: ")
    identities = [root.findtext(f"{ATOM}id") for root in (*roots, plain)]
    assert identities[0] == identities[1] != identities[2]
    assert links(first)["next"].startswith(
        f"{BASE}/v1/changes.atom?location=Mosul&country=IQ&limit=1&before="
    )


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("near=34.56,38.28&radius_km=50", "within 50.0 km of 34.56,38.28"),
        ("bbox=38,33,42.5,37", "box 38.0,33.0,42.5,37.0"),
        ("date_from=2017-01-01", "2017-01-01/"),
        ("q=tank&min_items=2&family=vehicles", 'vehicles, at least 2 items, "tank"'),
        (
            "publisher=cjtf-oir&status=any",
            "Combined Joint Task Force - Operation Inherent Resolve, retracted or not",
        ),
        (
            "effect=destroyed&effect=damaged&effect=engaged&effect=suppressed",
            "destroyed, damaged, engaged, 1 more",
        ),
    ],
)
def test_title_has_every_filter(api: Api, query: str, words: str) -> None:
    """Each filter has words for a title."""
    root = ET.fromstring(api.get(f"/v1/changes.atom?{query}").content)  # noqa: S314 - our own answer
    assert (root.findtext(f"{ATOM}title") or "").partition(":")[0] == words
