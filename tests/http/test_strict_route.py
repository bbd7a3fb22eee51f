"""Every operation is read, checked and answered in one way: by its route."""

import asyncio
import shutil
import threading
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import APIRouter, Depends, FastAPI, Response
from starlette.routing import Match
from starlette.types import Message, Receive, Scope, Send

from app.http import sessions
from app.http.strict_route import Operations, StrictRoute
from app.main import ROUTERS, create_app
from app.settings import Settings
from tests.api import Api, get_scope
from tests.conftest import serving
from tests.factories import Body, make_report

# Requests that are answered with 200: filters, pages and formats.
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

# Requests that are refused.
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

# Headers that depend on whether a key was sent.
_KEYED = {"cache-control"}


async def receive_nothing() -> Message:
    """Receive no message."""
    raise AssertionError


async def send_nothing(_message: Message) -> None:
    """Send a message to nobody."""


def with_and_without_key(sampled: Api, path: str) -> tuple[httpx.Response, httpx.Response]:
    """Return the responses to a request without a key, and with one."""
    same = {"X-Request-ID": "same"}
    key = {**same, "Authorization": f"Bearer {sampled.key}"}
    return sampled.request("GET", path, headers=same), sampled.request("GET", path, headers=key)


@pytest.mark.parametrize("path", [*PLAIN, *REFUSED])
def test_key_changes_no_public_response(sampled: Api, path: str) -> None:
    """With a key and without one, a request has the same status, headers and bytes."""
    without, keyed = with_and_without_key(sampled, path)

    assert without.status_code == keyed.status_code
    assert (without.status_code == httpx.codes.OK) == (path in PLAIN)
    assert without.content == keyed.content
    assert {name: value for name, value in without.headers.items() if name not in _KEYED} == {
        name: value for name, value in keyed.headers.items() if name not in _KEYED
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


def test_page_goes_on_with_a_key(sampled: Api) -> None:
    """A cursor that was given without a key is accepted with one."""
    without, _ = with_and_without_key(sampled, "/v1/strikes?limit=7")
    cursor = without.json()["next"]

    pages = with_and_without_key(sampled, f"/v1/strikes?limit=7&cursor={cursor}")
    assert pages[0].json() == pages[1].json()
    assert pages[0].json()["items"][0]["id"] != without.json()["items"][0]["id"]


def test_unchanged_response_is_not_sent_again(sampled: Api) -> None:
    """A client that holds the response already gets 304, with the tag."""
    for path in PLAIN:
        tag = sampled.request("GET", path).headers["etag"]
        again = sampled.request("GET", path, headers={"If-None-Match": tag})
        assert (again.status_code, again.headers["etag"], again.content) == (304, tag, b"")


# Requests that are wrong in more ways than one, with their statuses without a key, with a wrong one, and with one that
# may publish.
WRONG = [
    ("GET", "/v1/keys?x=1", [401, 401, 403]),
    ("GET", "/v1/reports?x=1", [422, 401, 422]),
    ("POST", "/v1/reports?x=1", [401, 401, 422]),
    ("PUT", "/v1/reports/r1?x=1", [401, 401, 404]),
    ("POST", "/v1/reports/r1/publication?x=1", [401, 401, 404]),
    ("POST", "/v1/locations/nowhere/merge?x=1", [401, 401, 403]),
]


@pytest.mark.parametrize(("method", "path", "refusals"), WRONG)
def test_key_is_checked_before_all_else(api: Api, method: str, path: str, refusals: list[int]) -> None:
    """No query and no body is judged before the key."""
    body = None if method == "GET" else b"{"
    keys: list[dict[str, str]] = [
        {},
        {"Authorization": "Bearer sl_x"},
        {"Authorization": f"Bearer {api.key}"},
    ]
    responses = [api.request(method, path, content=body, headers=key) for key in keys]
    assert [response.status_code for response in responses] == refusals


@pytest.mark.parametrize(("method", "path"), [("PUT", ""), ("POST", "/publication"), ("POST", "/retraction")])
def test_state_is_checked_before_query_and_body(api: Api, method: str, path: str) -> None:
    """A report that is not there, one without If-Match and one that changed are refused before a query and a body."""
    report = api.post(make_report())["id"]
    key = {"Authorization": f"Bearer {api.key}"}

    def status(name: str, query: str, **headers: str) -> int:
        url = f"/v1/reports/{name}{path}{query}"
        return api.request(method, url, content=b"{", headers=key | headers).status_code

    assert status("r999", "?x=1") == 404
    assert status(report, "?x=1") == 428
    assert status(report, "?x=1", **{"If-Match": '"r0"'}) == 412
    tag = api.get(f"/v1/reports/{report}").headers["etag"]
    assert status(report, "?x=1", **{"If-Match": tag}) == 422


def test_operations_are_found_as_the_framework_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every operation is one of StrictRoute, and the index finds the one that FastAPI would match first."""
    found: list[StrictRoute] = []

    async def handle(route: StrictRoute, _scope: Scope, _receive: Receive, _send: Send) -> None:
        found.append(route)

    monkeypatch.setattr(StrictRoute, "handle", handle)
    app = FastAPI()
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, StrictRoute)]
    assert len(routes) == sum(len(router.routes) for router in ROUTERS)
    operations = Operations(app, app, routes)
    for route in routes:
        scope = get_scope(route.path, method="".join(route.methods or ()))
        first = next(each for each in routes if each.matches(dict(scope))[0] is Match.FULL)
        asyncio.run(operations(scope, receive_nothing, send_nothing))
        assert found.pop() is first
        assert scope["path_params"] == {name: f"{{{name}}}" for name in route.param_convertors}


def test_failure_of_ours_is_reported_once(database_url: str) -> None:
    """An operation that fails unforeseen is tried once; its response is 500 and says no more than that."""
    tried = []
    router = APIRouter(route_class=StrictRoute)

    @router.post("/fail")
    async def fail() -> Response:
        tried.append(1)
        raise RuntimeError("a fault of ours")

    app = create_app(Settings(database_url=database_url))
    app.include_router(router)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    with start_blocking_portal() as portal:
        client = httpx.AsyncClient(transport=transport, base_url="http://localhost")
        response = Api(client, portal.call, "", app.state.database).request("POST", "/fail")
    app.state.database.close()

    assert (response.status_code, response.json()["type"]) == (500, "/problems/internal-error")
    assert "a fault of ours" not in response.text
    assert tried == [1]


def test_only_endpoints_take_parameters() -> None:
    """A dependency with a parameter of the query is refused when its route is made, not ignored later."""

    def narrowed(limit: int) -> int:
        return limit

    async def endpoint(limit: Annotated[int, Depends(narrowed)]) -> Response:
        return Response(str(limit))

    with pytest.raises(TypeError, match="endpoint"):
        StrictRoute("/limited", endpoint)
