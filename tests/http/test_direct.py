"""The straight way and the framework's way give the same answers."""

import httpx
import pytest

from tests.api import Api

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
