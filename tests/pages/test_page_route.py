"""Route of a page: parameters of two series, refusals as pages, and reads that go on."""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import Response

from app.errors import QueryTimeout
from app.pages.page_route import TRIES, patiently
from tests.api import Api
from tests.pages.markup import page


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
    answer = Response("the page")
    assert asyncio.run(patiently(reading, lambda _: answer)) is answer
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


def test_an_empty_value_of_several_means_none(sampled: Api) -> None:
    """A form sends a field for each effect, also those that are left empty."""
    response = sampled.request("GET", "/?effect=&effect=destroyed&location=palmyra")
    assert response.status_code == 200
    assert response.text.count("destroyed near Palmyra") >= 1


def test_the_nearest_right_value_keeps_the_question(sampled: Api) -> None:
    """Following it corrects the one wrong value, and changes nothing else."""
    response = sampled.request("GET", "/?effect=destroyed&location=mosul&location=Palmirraa")
    (href,) = [
        link.given["href"]
        for link in page(response.text).one("ul", "faults").all("a")
        if link.text.casefold() == "palmyra"
    ]
    corrected = parse_qs(urlsplit(href).query)
    assert corrected["effect"] == ["destroyed"]
    assert [name.casefold() for name in corrected["location"]] == ["mosul", "palmyra"]
    assert sampled.request("GET", href).status_code == 200


def test_a_number_beyond_the_ledger_is_refused(sampled: Api) -> None:
    """What did not happen yet has no changes."""
    latest = sampled.read("/v1/ledger")["seq"]
    assert sampled.get("/changes", to_seq=str(latest)).status_code == 200
    assert sampled.get("/changes", to_seq=str(latest + 1)).status_code == 422
