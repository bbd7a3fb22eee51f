"""Route of a page: parameters of two series, refusals as pages, and reads that go on."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import Response

from app.errors import QueryTimeout
from app.pages.page_route import TRIES, patiently
from tests.api import Api


class Reading:
    """Reads of which the first few have no time for all."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.tries = 0

    async def __call__(self, work: Callable[[Any], Any], /) -> Any:  # noqa: ANN401 - as Reader
        """Return what `work` returns, once there was time for it."""
        self.tries += 1
        if self.tries <= self.failures:
            raise QueryTimeout("no time left")
        return work(None)


def test_a_page_goes_on_with_another_read() -> None:
    """What one read had no time for, the next ones do."""
    reading = Reading(failures=2)
    page = Response("the page")
    assert asyncio.run(patiently(reading, lambda _: page)) is page
    assert reading.tries == 3


def test_a_page_is_refused_in_the_end() -> None:
    """It does not go on for good."""
    reading = Reading(failures=100)
    with pytest.raises(QueryTimeout):
        asyncio.run(patiently(reading, lambda _: Response("the page")))
    assert reading.tries == TRIES


def test_parameters_of_the_second_series_are_strict_too(api: Api) -> None:
    """An unknown one is refused, and so is one that is given twice."""
    assert api.get("/", **{"vs.lokation": "x"}).status_code == 422
    assert api.request("GET", "/?vs.country=SY&vs.country=IQ").status_code == 422
    assert api.request("GET", "/?vs.location=Mosul&vs.location=Hit").status_code == 200


def test_a_refusal_is_a_page_with_its_policy(api: Api) -> None:
    """People read it, and no cache holds it."""
    response = api.get("/places/nowhere")
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["cache-control"] == "no-store"
    assert "script-src 'self'" in response.headers["content-security-policy"]
