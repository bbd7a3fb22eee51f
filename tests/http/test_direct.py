"""The straight way and the framework's way give the same answers."""

import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import Request

from app import main
from app.http import sessions
from app.reports import router as reports
from app.settings import Settings
from tests.api import Api
from tests.conftest import serving
from tests.factories import Body, make_report, make_strike, make_tally

# What the straight way takes: one of each question, with filters, pages, formats, and what is not there.
PLAIN = [
    "/v1/strikes",
    "/v1/strikes?location=Palmyra&location=Raqqa&effect=destroyed&sort=-items&limit=5&count=exact",
    "/v1/strikes?date_from=2016-12-01&date_to=2017-02-28&category=tank&sort=-strikes&limit=3",
    "/v1/strikes?q=tank&fields=id,tallies",
    "/v1/strikes?format=csv&limit=20",
    "/v1/strikes?format=geojson&bbox=38,33,42.5,37&as_of=300",
    "/v1/strikes/s40",
    "/v1/strikes/s40?as_of=400",
    "/v1/reports/r100",
    "/v1/reports/r100?as_of=500",
    "/v1/aggregates?group_by=location,month&effect=destroyed&limit=50",
]

# What it leaves to the framework, or refuses as the framework does.
REFUSED = [
    "/v1/strikes?lmit=5",
    "/v1/strikes?limit=5&limit=6",
    "/v1/strikes?limit=-1",
    "/v1/strikes?q=%ff",
    "/v1/strikes?q=%00",
    "/v1/strikes?location=Nowhere",
    "/v1/strikes?cursor=abc",
    "/v1/strikes/s999999",
    "/v1/strikes/x",
    "/v1/reports/r999999",
    "/v1/reports/r1?as_of=99999999",
    "/v1/reports/r1/",
    "/v1/aggregates?group_by=colour",
]

# What hangs on whether a key was sent, and not on the way.
_KEYED = {"cache-control"}


def both_ways(sampled: Api, path: str) -> tuple[httpx.Response, httpx.Response]:
    """Ask without a key, which is the straight way, and with one, which is the framework's."""
    key = {"Authorization": f"Bearer {sampled.key}"}
    return sampled.request("GET", path), sampled.request("GET", path, headers=key)


@pytest.mark.parametrize("path", [*PLAIN, *REFUSED])
def test_both_ways_give_the_same_answer(sampled: Api, path: str) -> None:
    """With a key and without one, a question has the same status, headers and bytes."""
    straight, usual = both_ways(sampled, path)

    assert straight.status_code == usual.status_code
    assert (straight.status_code == httpx.codes.OK) == (path in PLAIN)
    assert straight.content == usual.content
    assert {name: value for name, value in straight.headers.items() if name not in _KEYED} == {
        name: value for name, value in usual.headers.items() if name not in _KEYED
    }


@pytest.mark.parametrize(
    ("headers", "form", "is_written_at_once"),
    [
        ({}, "", True),
        ({"Accept": "*/*"}, "?format=json", True),
        ({}, "?format=csv", False),
        ({"Accept": "application/x-ndjson"}, "", False),
    ],
)
def test_only_json_is_written_on_the_event_loop(
    tmp_path: Path,
    sqlite_sampled: Path,
    monkeypatch: pytest.MonkeyPatch,
    headers: Body,
    form: str,
    *,
    is_written_at_once: bool,
) -> None:
    """JSON is kept as it is answered; what takes long to write is written in a thread, and holds up nobody."""
    # Else a page that takes long, on a machine that is busy, goes to a thread too.
    monkeypatch.setattr(sessions, "SHORT_SECONDS", 60)
    path = tmp_path / "strikeledger.db"
    shutil.copy(sqlite_sampled, path)
    with serving(f"sqlite:///{path}") as api:
        before = readers()
        assert api.request("GET", f"/v1/strikes{form}", headers=headers).status_code == httpx.codes.OK
        assert (readers() <= before) == is_written_at_once


def readers() -> set[threading.Thread]:
    """Return the threads that read; some are of other servers that lived in this process, and end at any time."""
    return {each for each in threading.enumerate() if each.name.startswith("reader")}


def test_a_page_goes_on_either_way(sampled: Api) -> None:
    """A cursor that one way gave is taken by the other."""
    straight, _ = both_ways(sampled, "/v1/strikes?limit=7")
    cursor = straight.json()["next"]

    pages = both_ways(sampled, f"/v1/strikes?limit=7&cursor={cursor}")
    assert pages[0].json() == pages[1].json()
    assert pages[0].json()["items"][0]["id"] != straight.json()["items"][0]["id"]


def test_unchanged_is_said_the_straight_way(sampled: Api) -> None:
    """Who holds an answer already is told so: 304, with the tag."""
    for path in PLAIN:
        tag = sampled.request("GET", path).headers["etag"]
        again = sampled.request("GET", path, headers={"If-None-Match": tag})
        assert (again.status_code, again.headers["etag"], again.content) == (304, tag, b"")


# Members that no two reports have in common.
OWN = {"id", "seq", "recorded_at", "report", "possible_duplicates"}

JSON = "application/json"
REPORT = make_report(make_strike(make_tally(2), location="Raqqa"))

# What is posted: a body, and headers. All but the first three are refused.
POSTED: dict[str, tuple[bytes, dict[str, str]]] = {
    "a report": (json.dumps(REPORT).encode(), {"Content-Type": JSON}),
    "one by name": (json.dumps(REPORT).encode(), {"Content-Type": JSON, "Idempotency-Key": "one"}),
    "a draft": (
        json.dumps({**REPORT, "status": "draft"}).encode(),
        {"Content-Type": f"{JSON}; charset=utf-8"},
    ),
    "a mistyped name": (json.dumps({**REPORT, "titel": "Strikes"}).encode(), {"Content-Type": JSON}),
    "an unknown place": (
        json.dumps(make_report(make_strike(location="Nowhere"))).encode(),
        {"Content-Type": JSON},
    ),
    "a wrong number": (json.dumps(make_report(make_strike(make_tally(-1)))).encode(), {"Content-Type": JSON}),
    "a list": (b"[]", {"Content-Type": JSON}),
    "no JSON": (b"{", {"Content-Type": JSON}),
    "a doubled name": (b'{"publisher": "a", "publisher": "b"}', {"Content-Type": JSON}),
    "nothing": (b"", {"Content-Type": JSON}),
    "a text": (b"near Raqqa", {"Content-Type": "text/plain"}),
    "no type": (json.dumps(REPORT).encode(), {}),
    "too much": (b'"' + b"a" * 1024 * 1024 + b'"', {"Content-Type": JSON}),
    "a wrong key": (json.dumps(REPORT).encode(), {"Content-Type": JSON, "Authorization": "Bearer sl_x"}),
    "a wrong scheme": (json.dumps(REPORT).encode(), {"Content-Type": JSON, "Authorization": "Basic eDp5"}),
    "a name that is none": (json.dumps(REPORT).encode(), {"Content-Type": JSON, "Idempotency-Key": "a b"}),
}


@pytest.fixture
def ways(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Api, Api]]:
    """Run two servers on one database: one that takes posts straight, and one that leaves them to the framework."""
    with serving(database_url) as straight:
        monkeypatch.setattr(main, "PLAIN", ())
        with serving(database_url) as usual:
            yield straight, usual


def without_own(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Leave out of an answer what is another's in any other one."""
    if isinstance(value, dict):
        return {name: without_own(member) for name, member in value.items() if name not in OWN}
    return [without_own(each) for each in value] if isinstance(value, list) else value


def test_both_ways_take_and_refuse_the_same(ways: tuple[Api, Api]) -> None:
    """What is posted has the same status, headers and answer either way, and what is refused the same bytes."""
    for what, (body, sent) in POSTED.items():
        # An answer may be long enough to be compressed, or not: it tells what the ones before it may repeat.
        uncoded = {"Accept-Encoding": "identity"}
        straight, usual = (
            api.request(
                "POST",
                "/v1/reports",
                content=body,
                headers={"Authorization": f"Bearer {api.key}", **uncoded, **sent},
            )
            for api in ways
        )

        assert straight.status_code == usual.status_code, what
        assert (straight.status_code == httpx.codes.CREATED) == (what in list(POSTED)[:3]), what
        assert straight.headers.keys() == usual.headers.keys(), what
        assert without_own(straight.json()) == without_own(usual.json()), what
        assert straight.content == usual.content or straight.is_success, what


def test_both_ways_ask_for_a_key(ways: tuple[Api, Api]) -> None:
    """Who sends none is told that, and nothing of what is wrong besides."""
    for path in ("/v1/reports", "/v1/reports?limit=1"):
        for headers in ({}, {"Content-Type": JSON}):
            straight, usual = (api.request("POST", path, content=b"{", headers=headers) for api in ways)

            assert straight.status_code == usual.status_code == httpx.codes.UNAUTHORIZED
            assert straight.content == usual.content
            assert straight.headers == usual.headers


def test_what_nobody_foresaw_is_not_done_again(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A post that fails for a reason of ours is tried once, and says no more than that."""
    tried = []

    async def anybody(_request: Request) -> None:
        """Ask for no key."""

    async def fail(*_given: object) -> NoReturn:
        tried.append(1)
        raise RuntimeError("a fault of ours")

    failing = replace(reports.POST, holder=anybody, take=fail)
    monkeypatch.setattr(main, "PLAIN", [(failing, reports.router.routes)])
    app = main.create_app(Settings(database_url=database_url))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    with start_blocking_portal() as portal:
        client = httpx.AsyncClient(transport=transport, base_url="http://localhost")
        response = Api(client, portal.call, "", app.state.database).try_posting(REPORT)
    app.state.database.close()

    assert (response.status_code, response.json()["type"]) == (500, "/problems/internal-error")
    assert "a fault of ours" not in response.text
    assert tried == [1]
