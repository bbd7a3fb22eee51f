"""Fixtures: a real server on the sample, and a real browser.

The browser is the system's Chromium, headless. Where there is none, these tests skip, and the summary shows it.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.client.conftest import Served, serving_sample

# No sandbox for root, and no request of the browser's own to anybody.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def server(sqlite_sampled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run a server on the sample, for tests that write nothing."""
    with serving_sample(sqlite_sampled, tmp_path_factory.mktemp("pages")) as served:
        yield served


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Start the system's Chromium for a module: its event loop must not run while other tests start theirs."""
    found = (
        os.environ.get("STRIKELEDGER_TEST_CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("google-chrome")
    )
    if found is None:
        pytest.skip(
            "NO BROWSER: install Chromium (apt-get install chromium), the pages are not tested in one"
        )
    api = pytest.importorskip("playwright.sync_api", reason="NO BROWSER: Playwright is not installed")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield browser
        browser.close()


class Watched:
    """A page of the browser, and all that went wrong on it."""

    def __init__(self, page: Any, base: str) -> None:  # noqa: ANN401 - Playwright may be absent
        self.page = page
        self.base = base
        self.faults: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda request: self._own(request.url))

    def open(self, path: str) -> Any:  # noqa: ANN401 - Playwright may be absent
        """Open a path of the server and wait until its scripts have run."""
        return self.page.goto(f"{self.base}{path}", wait_until="networkidle")

    def _note(self, message: Any) -> None:  # noqa: ANN401 - Playwright may be absent
        # A refusal that a test provokes is shown by the browser as an error too.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(message.text)

    def _own(self, url: str) -> None:
        if not url.startswith((self.base, "blob:", "data:", "about:")):
            self.faults.append(f"a request to {url}")


@contextmanager
def watching(chromium: Any, served: Served) -> Iterator[Watched]:  # noqa: ANN401 - Playwright may be absent
    """Open a page on a server. No error of a script, no breach of the policy and no foreign request is allowed."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    watched = Watched(context.new_page(), served.url)
    yield watched
    context.close()
    assert watched.faults == []


@pytest.fixture
def browser_page(chromium: Any, server: Served) -> Iterator[Watched]:  # noqa: ANN401 - Playwright may be absent
    """Open a page on the sample."""
    with watching(chromium, server) as watched:
        yield watched


@pytest.fixture(scope="session")
def written_server(sqlite_sampled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run a server on the sample, for tests that write: each has a report of its own."""
    with serving_sample(sqlite_sampled, tmp_path_factory.mktemp("written")) as served:
        yield served


@pytest.fixture
def writing_page(chromium: Any, written_server: Served) -> Iterator[Watched]:  # noqa: ANN401 - Playwright may be absent
    """Open a page on the server that may be written to."""
    with watching(chromium, written_server) as watched:
        yield watched
