"""Request ids: every response and every problem has the id of its own request, and no other."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api import Api
from tests.cli.test_commands import PATIENCE
from tests.http.test_request_log import lines, raw, serving, text

# A client in a process of its own.
_ASK = (
    "import httpx; headers = {{'X-Request-ID': 'id{number}'}}; "
    "print(httpx.get('{url}/v1/strikes?limit=x', headers=headers).text)"
)


@pytest.mark.parametrize("given", ["a" * 65, "a b", "ü", "", "a;b", "<x>"])
def test_id_that_is_not_well_formed_is_replaced(api: Api, given: str) -> None:
    """Only 1 to 64 letters, digits, `_` and `-` are taken; nothing else of a client is repeated."""
    response = api.request("GET", "/v1/strikes", headers={"X-Request-ID": given.encode()})
    assert re.fullmatch("[0-9a-f]{24}", response.headers["X-Request-ID"])


def test_cached_responses_have_the_id_of_their_request(api: Api) -> None:
    """The same response, from the cache, as 304 or as HEAD, has the id of the request that it answers."""
    first = api.get("/v1/strikes")
    for number, (method, tag) in enumerate([("GET", ""), ("GET", first.headers["ETag"]), ("HEAD", "")]):
        headers = {"X-Request-ID": f"id-{number}", "If-None-Match": tag}
        response = api.request(method, "/v1/strikes", headers=headers)
        assert response.headers.get_list("X-Request-ID") == [f"id-{number}"]
    assert first.headers["X-Request-ID"] != "id-0"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/v1/strikes?limit=x", 422), ("/nothing", 404), ("/v1/strikes/%ff", 400), ("/v1/keys", 401)],
)
def test_problem_has_the_id_of_its_request(api: Api, path: str, status: int) -> None:
    """Every refusal repeats the id, its length is right, and HEAD declares the same length."""
    headers = {"X-Request-ID": "mine", "Accept-Encoding": "gzip"}
    response = api.request("GET", path, headers=headers)

    assert (response.status_code, response.json()["request_id"]) == (status, "mine")
    assert int(response.headers["Content-Length"]) == len(response.content)
    assert api.request("HEAD", path, headers=headers).headers["Content-Length"] == str(len(response.content))


def test_refusal_of_the_protocol_has_an_id(tmp_path: Path) -> None:
    """What is no HTTP is logged and answered with an id, though no method and no path are known."""
    with serving(tmp_path) as (url, _):
        received = raw(url, b"nonsense\r\n\r\n")
    head, _, body = received.partition(b"\r\n\r\n")
    line = lines(tmp_path, "request")[-1]

    assert (line["method"], line["status"], line["bytes"]) == (None, 400, len(body))
    assert f"x-request-id: {line['request_id']}".encode() in head
    assert json.loads(body)["request_id"] == line["request_id"]
    assert len(text(tmp_path).splitlines()) == len(lines(tmp_path, "request")) + 4


def test_shared_refusal_has_an_id_for_everyone(tmp_path: Path) -> None:
    """Requests that share one refusal while it is being made have an id of their own in it."""
    before = (
        "import asyncio; from app.http.strict_route import StrictRoute as R; handle = R.handle; "
        "exec('async def slow(*a):\\n await asyncio.sleep(1)\\n await handle(*a)\\nR.handle = slow')"
    )
    with serving(tmp_path, before=before) as (url, _):
        asking = [
            subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    _ASK.format(url=url, number=n),
                ],
                stdout=subprocess.PIPE,
                text=True,
            )
            for n in range(3)
        ]
        said = [process.communicate(timeout=PATIENCE)[0] for process in asking]
    assert [json.loads(each)["request_id"] for each in said] == ["id0", "id1", "id2"]
