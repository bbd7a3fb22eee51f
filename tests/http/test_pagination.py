"""Paging: every line once, in order, whatever the size of the page, and cursors that fit one list only."""

import base64

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.db.engine import Database
from tests import record
from tests.api import Api
from tests.factories import make_report, make_strike
from tests.recount import crawl


def test_pages_of_any_size_join_to_the_whole(api: Api, database: Database) -> None:
    """Following `next` with any limit and sort gives every line exactly once, in the list's order."""
    record.fill(database)
    whole = {sort: api.read("/v1/strikes", limit=500, sort=sort)["items"] for sort in ("date", "-date")}

    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.integers(1, 60), st.sampled_from(["date", "-date"]))
    def joins(limit: int, sort: str) -> None:
        lines: list[object] = []
        cursor: dict[str, str] = {}
        while True:
            page = api.read("/v1/strikes", limit=limit, sort=sort, **cursor)
            lines += page["items"]
            if page["next"] is None:
                break
            assert len(page["items"]) == limit
            cursor = {"cursor": page["next"]}
        assert lines == whole[sort]

    joins()


def test_crawl_is_stable_under_writes(api: Api) -> None:
    """Lines posted during a crawl move none of those that were there."""
    api.post(make_report(*(make_strike(strikes=number) for number in range(9))))
    before = [line["id"] for line in crawl(api)]
    page = api.read("/v1/strikes", limit=4)
    api.post(make_report(*(make_strike(date_from=day) for day in ("2017-03-01", "2017-03-02", "2016-01-01"))))
    rest = api.read("/v1/strikes", limit=500, cursor=page["next"])["items"]
    seen = [line["id"] for line in page["items"] + rest]

    assert [identity for identity in seen if identity in before] == before


def test_next_page_is_linked(api: Api) -> None:
    """A page that is not the last carries its next one as a Link, which leads on."""
    api.post(make_report(make_strike(), make_strike(), make_strike()))
    response = api.get("/v1/strikes", limit=2, location="Raqqa")
    target, relation = response.headers["Link"].split(";")

    assert relation.strip() == 'rel="next"'
    assert len(api.read(target.strip("<>"))["items"]) == 1
    assert "Link" not in api.get(target.strip("<>")).headers


def test_default_may_be_spelt_out(api: Api) -> None:
    """A cursor fits the same question, whether its default sort is written or not."""
    api.post(make_report(make_strike(), make_strike(), make_strike()))
    cursor = api.read("/v1/strikes", limit=1)["next"]

    assert len(api.read("/v1/strikes", limit=2, sort="-date", cursor=cursor)["items"]) == 2


def test_cursor_may_be_used_with_another_limit(api: Api) -> None:
    """A cursor is bound to its list, filter and sort, not to the size of a page."""
    api.post(make_report(make_strike(), make_strike(), make_strike()))
    cursor = api.read("/v1/strikes", limit=1)["next"]

    assert len(api.read("/v1/strikes", limit=2, cursor=cursor)["items"]) == 2


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("/v1/strikes", {"country": "SY"}),
        ("/v1/strikes", {"sort": "date"}),
        ("/v1/reports", {}),
        ("/v1/aggregates", {"group_by": "location"}),
    ],
    ids=["other filter", "other sort", "other list", "aggregates"],
)
def test_cursor_of_another_list_is_refused(api: Api, path: str, parameters: dict[str, str]) -> None:
    """A cursor used with another list, filter or sort is 422, not a silently wrong page."""
    api.post(make_report(make_strike(), make_strike()))
    cursor = api.read("/v1/strikes", limit=1)["next"]
    response = api.get(path, cursor=cursor, **parameters)

    assert response.status_code == 422
    assert [(error["parameter"], error["code"]) for error in response.json()["errors"]] == [
        ("cursor", "bad-cursor")
    ]


def test_damaged_cursor_is_refused(api: Api) -> None:
    """Any string that is not a cursor of this list is 422, and never a fault of the server."""
    api.post(make_report(make_strike(), make_strike()))
    genuine = api.read("/v1/strikes", limit=1)["next"]
    bound = base64.urlsafe_b64decode(genuine + "=" * (-len(genuine) % 4))[:6]
    forged = [
        b"[]",
        b"null",
        b'["2017-03-01"]',
        b'["2017-03-01",1e400]',
        b'[1,"x"]',
        b'["2017-03-01",9223372036854775808]',
    ]

    @settings(max_examples=50, deadline=None)
    @given(
        st.text(min_size=1, max_size=40)
        | st.sampled_from(forged).map(lambda tail: base64.urlsafe_b64encode(bound + tail).decode())
    )
    def refused(cursor: str) -> None:
        assert api.get("/v1/strikes", cursor=cursor).status_code == (200 if cursor == genuine else 422)

    refused()
