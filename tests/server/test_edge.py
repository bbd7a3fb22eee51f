"""HEAD, OPTIONS, methods, other origins, and what every response carries."""

import asyncio

import anyio
import pytest
from starlette.types import Message, Receive, Scope, Send

from app.server.edge import Guard
from app.server.hosts import Hosts
from tests.api import Api
from tests.factories import make_report, make_strike

# Headers of a moment, which two answers need not share.
MOMENT = {"date", "age"}

GETS = [
    "/v1/strikes?limit=1",
    "/v1/strikes/s1",
    "/v1/aggregates?group_by=month",
    "/v1/reports",
    "/v1/reports/r1",
    "/v1/reports/r1/revisions",
    "/v1/reports/r404",
    "/v1/locations",
    "/v1/changes?after=0",
    "/v1/changes.atom",
    "/v1/ledger",
    "/v1/parse",
    "/v1/keys",
    "/healthz",
    "/readyz",
    "/version",
    "/openapi.json",
    "/docs",
    "/nothing",
]


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_head_has_the_headers_of_get_and_no_body(api: Api, coding: str) -> None:
    """HEAD answers every path as GET does, its length and its tag among it, but for the body."""
    api.post(make_report(make_strike()))
    for path in GETS:
        get, head = (
            api.request(method, path, headers={"Accept-Encoding": coding, "X-Request-ID": "same"})
            for method in ("GET", "HEAD")
        )
        assert (path, head.status_code, head.content) == (path, get.status_code, b"")
        assert [each for each in head.headers.items() if each[0] not in MOMENT] == [
            each for each in get.headers.items() if each[0] not in MOMENT
        ]
        assert int(head.headers["Content-Length"]) > 0


def test_head_of_a_stream_is_its_headers(api: Api) -> None:
    """HEAD of the stream without an end is over at once."""
    response = api.request("HEAD", "/v1/changes/stream")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["Content-Type"].startswith("text/event-stream")


def test_head_with_a_tag_is_not_modified(api: Api) -> None:
    """HEAD is conditional as GET is."""
    tag = api.get("/v1/strikes").headers["ETag"]
    response = api.request("HEAD", "/v1/strikes", headers={"If-None-Match": tag})
    assert (response.status_code, response.headers["ETag"]) == (304, tag)


ALLOWED = {
    "/v1/strikes": "GET, HEAD, OPTIONS",
    "/v1/reports": "GET, HEAD, OPTIONS, POST",
    "/v1/reports/r1": "GET, HEAD, OPTIONS, PUT",
    "/v1/reports/r1/retraction": "OPTIONS, POST",
    "/v1/parse": "OPTIONS, POST",
    "/v1/keys/k1": "DELETE, OPTIONS",
}


def test_path_says_which_methods_it_takes(api: Api) -> None:
    """OPTIONS, and the refusal of another method, name all methods of the path, whichever route has them."""
    asked = {path: api.request("OPTIONS", path) for path in ALLOWED}
    refused = {path: api.request("TRACE", path) for path in ALLOWED}

    assert {path: answer.headers["Allow"] for path, answer in asked.items()} == ALLOWED
    assert {path: answer.headers["Allow"] for path, answer in refused.items()} == ALLOWED
    assert {(answer.status_code, answer.content) for answer in asked.values()} == {(204, b"")}
    assert {answer.status_code for answer in refused.values()} == {405}


def test_options_of_nothing_is_not_found(api: Api) -> None:
    """A path that is not there has no methods."""
    assert api.request("OPTIONS", "/nothing").status_code == 404


def test_any_origin_may_read(api: Api) -> None:
    """Pages of any origin may read answers and refusals, without credentials, and the headers that matter."""
    for path in ("/v1/strikes", "/v1/reports/r404", "/v1/strikes?limit=x"):
        response = api.request("GET", path, headers={"Origin": "https://other.example"})
        exposed = response.headers["Access-Control-Expose-Headers"].split(", ")

        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response.headers
        assert {"ETag", "Link", "Location", "RateLimit", "RateLimit-Policy", "Strikeledger-Seq"} <= set(
            exposed
        )
        assert "Origin" not in response.headers.get("Vary", "")


def test_preflight_lets_read_and_not_write(api: Api) -> None:
    """A browser that asks for another origin may read; whatever else it asks for is denied, naming no origin."""
    asking = {"Origin": "https://other.example", "Access-Control-Request-Headers": "if-none-match"}
    read = api.request("OPTIONS", "/v1/strikes", headers={**asking, "Access-Control-Request-Method": "GET"})
    assert (read.status_code, read.headers["Access-Control-Allow-Origin"]) == (204, "*")
    assert read.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
    assert "authorization" not in read.headers["Access-Control-Allow-Headers"].lower()

    for method in ("POST", "PUT", "DELETE", "PATCH", "X"):
        write = api.request(
            "OPTIONS", "/v1/reports/r1", headers={**asking, "Access-Control-Request-Method": method}
        )
        assert (write.status_code, write.json()["type"]) == (403, "/problems/forbidden")
        assert not [name for name in write.headers if name.startswith("access-control-")]


def test_write_is_not_readable_from_elsewhere(api: Api) -> None:
    """What a write answers names no origin that may read it."""
    response = api.try_posting(make_report())
    assert response.status_code == 201
    assert "Access-Control-Allow-Origin" not in response.headers


def test_page_may_load_from_here_only(api: Api) -> None:
    """A page's policy lets in what this server serves, and lets nobody frame it; other answers have none."""
    page = api.get("/docs")
    policy = page.headers["Content-Security-Policy"]

    assert page.headers["Content-Type"].startswith("text/html")
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Security-Policy" not in api.get("/v1/strikes").headers


def test_links_never_carry_the_host(api: Api) -> None:
    """Links are paths: whatever name the server was called by, or was said to be called by, is not in them."""
    for _ in range(2):
        made = api.try_posting(make_report(make_strike()))
    headers = {"Host": "127.0.0.1:77", "X-Forwarded-Host": "evil.example"}
    listed = api.request("GET", "/v1/strikes?limit=1", headers=headers)

    assert made.headers["Location"].startswith("/v1/reports/")
    assert listed.headers["Link"].startswith("</v1/strikes?")
    assert "127.0.0.1" not in listed.text + str(listed.headers)
    assert "evil" not in listed.text + str(listed.headers)


@pytest.mark.parametrize(
    ("names", "host", "allowed"),
    [
        (("ledger.example",), b"Ledger.Example:8443", True),
        (("ledger.example",), b"localhost", False),
        (("ledger.example",), b"www.ledger.example", False),
        (("strike_ledger",), b"strike_ledger:8000", True),
        (("[::1]",), b"[::1]:1", True),
        (("*",), b"anything.example", True),
        (("*",), b"a/b?c#@d", False),
        (("*",), b"[::1]:99999", False),
        (("*",), b"a b", False),
        (("*",), b"", False),
    ],
)
def test_hosts_are_taken_as_listed(names: tuple[str, ...], host: bytes, allowed: bool) -> None:  # noqa: FBT001 - a column
    """A host is one of the listed names, in any case and with any port; `*` takes every one that is well-formed."""
    assert (host in Hosts(names)) is allowed


def test_guard_is_outermost(api: Api) -> None:
    """The response of the innermost layer and of the outermost carry the same."""
    refused = api.request("GET", "/v1/strikes", headers={"Host": "evil.example"})
    answered = api.get("/v1/strikes")
    for name in ("X-Content-Type-Options", "Access-Control-Allow-Origin"):
        assert refused.headers[name] == answered.headers[name]


def test_request_that_is_cut_at_shutdown_is_refused_as_planned() -> None:
    """A request that is cancelled before its response is a 503 with Retry-After, and no bare failure."""

    async def endless(_scope: Scope, _receive: Receive, _send: Send) -> None:
        await anyio.sleep_forever()

    sent: list[Message] = []

    async def cut() -> None:
        async def send(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            return {"type": "http.request", "body": b""}

        scope: Scope = {
            "type": "http",
            "method": "GET",
            "path": "/v1/strikes",
            "query_string": b"",
            "headers": [(b"host", b"localhost")],
        }
        task = asyncio.ensure_future(Guard(endless, Hosts(("localhost",)))(scope, receive, send))
        await asyncio.sleep(0)
        task.cancel()
        await task

    asyncio.run(cut())
    assert sent[0]["status"] == 503
    assert (b"retry-after", b"5") in sent[0]["headers"]
    assert b"server-stopping" in sent[1]["body"]
