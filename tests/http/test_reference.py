"""The reference page: whole without the internet, under a policy that lets in nothing from elsewhere."""

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.api import Api
from tests.cli.test_commands import ask, served
from tests.openapi import operations
from tests.openapi import served as document

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

# Seconds of the page's own time: its script has run, and shown what it fetched.
SETTLED = 8


class Page(HTMLParser):
    """What a page loads, and what it runs within itself."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note every address, and every script or style that stands in the page itself."""
        given = dict(attrs)
        self.addresses += [value for name in ("src", "href") if (value := given.get(name))]
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)


def test_page_loads_nothing_from_elsewhere(api: Api) -> None:
    """Every address that the page and its files name is on this server, and is there."""
    page = Page(api.get("/docs").text)
    files = {address: api.get(address) for address in page.addresses}
    named = [
        address
        for path, answer in files.items()
        for address in re.findall(
            r"url\([\"']?([^\"')]+)|^\s*url: \"([^\"]+)\"|sourceMappingURL=(\S+)", answer.text, re.MULTILINE
        )
        if path.endswith((".css", "start.js"))
    ]
    beside = ["".join(each) for each in named if not "".join(each).startswith("data:")]

    assert len(files) >= 4
    assert beside == ["/openapi.json"]
    for address in (*files, *beside):
        assert re.match("/[^/]", address)
        assert api.get(address).status_code == 200


def test_policy_lets_in_nothing_but_the_page(api: Api) -> None:
    """The policy allows this server alone, no script or style within the page, and no frame around it."""
    answer = api.get("/docs")
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))

    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert Page(answer.text).inline == []
    assert {policy["default-src"], policy["script-src"], policy["style-src"]} == {"'self'"}
    assert policy["img-src"] == "'self' data:"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_files_are_kept_for_ever_under_a_name_of_their_content(api: Api) -> None:
    """A file's path holds a digest of it, so that a browser need not ask for it again; no other path is there."""
    types = {}
    for address in Page(api.get("/docs").text).addresses:
        if address.startswith("/docs/"):
            answer = api.get(address)
            types[address.rsplit("/", 1)[1]] = answer.headers["Content-Type"].split(";")[0]
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert api.get(re.sub(r"/docs/\w+", "/docs/0000000000000000", address)).status_code == 404
    assert types == {
        "favicon-32x32.png": "image/png",
        "swagger-ui.css": "text/css",
        "swagger-ui-bundle.js": "text/javascript",
        "start.js": "text/javascript",
    }


def test_there_is_one_reference(api: Api) -> None:
    """The framework's other page, which loads its files from elsewhere, is off."""
    assert api.get("/redoc").status_code == 404
    assert api.get("/docs/oauth2-redirect").status_code == 404


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_browser_shows_every_operation_and_asks_nobody_else(tmp_path: Path) -> None:
    """A real browser without a network shows all operations, and the page asks this server alone."""
    assert CHROMIUM is not None
    log = tmp_path / "net.json"
    with served(tmp_path) as (address, _):
        ask(f"{address}/healthz")
        shown = subprocess.run(
            [
                CHROMIUM,
                *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
                *("--disable-background-networking", "--disable-component-update"),
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                f"--user-data-dir={tmp_path / 'profile'}",
                f"--log-net-log={log}",
                f"--virtual-time-budget={SETTLED * 1000}",
                "--dump-dom",
                f"{address}/docs",
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        ).stdout
    recorded = json.loads(log.read_text())
    started = recorded["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    requests = [each["params"] for each in recorded["events"] if each["type"] == started and "params" in each]
    # What the browser asks on its own behalf has no page as its initiator.
    asked = [each["url"] for each in requests if each.get("initiator", "").startswith("http")]

    expected = {each.name for each in operations(document())}
    assert {each for each in expected if f'-{each}"' in shown} == expected
    assert f"{address}/openapi.json" in asked
    assert [each for each in asked if not each.startswith(f"{address}/")] == []
