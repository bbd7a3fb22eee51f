"""Compressed answers: the same content, a strong tag of their own, and no answer that waits."""

import json

import pytest

from app.server.compression import SMALLEST
from tests.api import Api
from tests.factories import make_report, make_strike

CODINGS = ["gzip", "br", "zstd"]

# How compressed bytes begin where the client of the tests cannot decode them.
ZSTD = b"\x28\xb5\x2f\xfd"
LONG = "/v1/locations?limit=100"


def asked(api: Api, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask, and return the status, the headers and the content."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = api.request("GET", path, headers=named)
    return response.status_code, dict(response.headers), response.content


@pytest.mark.parametrize("coding", CODINGS)
def test_compressed_answer_is_the_same(api: Api, coding: str) -> None:
    """Each coding gives the bytes of the plain answer, in fewer."""
    _, plain, content = asked(api, LONG, accept_encoding="identity")
    _, headers, decoded = asked(api, LONG, accept_encoding=coding)

    assert headers["content-encoding"] == coding
    assert decoded == content or decoded.startswith(ZSTD)
    assert int(headers["content-length"]) < int(plain["content-length"]) / 2
    assert "content-encoding" not in plain


@pytest.mark.parametrize("coding", CODINGS)
def test_each_coding_has_a_strong_tag_of_its_own(api: Api, coding: str) -> None:
    """Other bytes have another tag; each is 304 with the tag that was asked with, and says on what it depends."""
    _, plain, _ = asked(api, LONG, accept_encoding="identity")
    _, coded, _ = asked(api, LONG, accept_encoding=coding)
    assert coded["etag"] == plain["etag"][:-1] + f'-{coding}"'
    assert not coded["etag"].startswith("W/")

    for tag in (coded["etag"], f'"x", {coded["etag"]}'):
        status, headers, content = asked(api, LONG, accept_encoding=coding, if_none_match=tag)
        assert (status, content) == (304, b"")
        assert headers["etag"] in tag
        assert "accept-encoding" in headers["vary"].lower()
    assert asked(api, LONG, accept_encoding=coding, if_none_match=f'"x-{coding}"')[0] == 200


def test_vary_names_all_that_an_answer_depends_on(api: Api) -> None:
    """A response that could be compressed says so beside whatever else it depends on, once."""
    for coding in ("gzip", "identity"):
        vary = asked(api, LONG, accept_encoding=coding)[1]["vary"].lower().split(", ")
        assert vary.count("accept-encoding") == 1


def test_tag_of_a_compressed_report_serves_a_write(api: Api) -> None:
    """A report read compressed is corrected with the tag that came with it; an older one is stale."""
    body = make_report(*(make_strike(strikes=number) for number in range(20)))
    path = f"/v1/reports/{api.post(body)['id']}"
    _, headers, _ = asked(api, path, accept_encoding="gzip")
    assert headers["etag"].endswith('-gzip"')

    def correct() -> int:
        given = {"Authorization": f"Bearer {api.key}", "If-Match": headers["etag"]}
        return api.request(
            "PUT", path, json=body | {"reason": "a slip", "title": "x"}, headers=given
        ).status_code

    assert correct() == 200
    assert correct() == 412


def test_short_answer_is_left_as_it_is(api: Api) -> None:
    """What fits one packet anyway is not compressed."""
    _, headers, content = asked(api, "/v1/ledger", accept_encoding="gzip, br, zstd")
    assert len(content) < SMALLEST
    assert "content-encoding" not in headers


def test_unknown_coding_is_answered_plain(api: Api) -> None:
    """A client that takes only what the server cannot make gets the plain answer."""
    for accepted in ("deflate", "gzip;q=0", "x", ""):
        status, headers, content = asked(api, LONG, accept_encoding=accepted)
        assert (status, headers.get("content-encoding")) == (200, None)
        assert json.loads(content)["items"]


def test_stream_is_not_compressed(api: Api) -> None:
    """Events go out as they come: none waits in a compressor."""
    response = api.request("HEAD", "/v1/changes/stream", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response.headers
