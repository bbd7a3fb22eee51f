"""ETags: the same bytes have the same tag, a change has another, and an unchanged answer is 304."""

import pytest

from tests.api import Api
from tests.factories import make_report, make_strike

LISTS = ["/v1/strikes", "/v1/reports", "/v1/aggregates?group_by=location", "/v1/locations", "/v1/ledger"]


@pytest.mark.parametrize("path", LISTS)
def test_unchanged_list_is_not_modified(api: Api, path: str) -> None:
    """A list asked again with its tag is 304 without a body, until somebody writes."""
    api.post(make_report(make_strike()))
    tag = api.get(path).headers["ETag"]
    again = api.request("GET", path, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)

    api.post(make_report(make_strike()))
    assert api.request("GET", path, headers={"If-None-Match": tag}).status_code == 200


def test_any_tag_matches_only_an_answer(api: Api) -> None:
    """`*` is 304 for what there is, and a refusal for a question that is refused."""
    anything = {"If-None-Match": "*"}
    assert api.request("GET", "/v1/strikes", headers=anything).status_code == 304
    too_long = "/v1/aggregates?group_by=day&date_from=1911-01-01&date_to=2990-01-01"
    assert api.request("GET", too_long, headers=anything).status_code == 422


def test_other_question_has_another_tag(api: Api) -> None:
    """Two filters on one list never share a tag."""
    assert api.get("/v1/strikes").headers["ETag"] != api.get("/v1/strikes", country="SY").headers["ETag"]


@pytest.mark.parametrize("kind", ["reports", "strikes"])
def test_single_thing_keeps_its_tag_when_others_write(api: Api, kind: str) -> None:
    """A report or strike keeps its tag while only others are written."""
    report = api.post(make_report(make_strike()))
    path = f"/v1/{kind}/{report['id'] if kind == 'reports' else report['strikes'][0]['id']}"
    tag = api.get(path).headers["ETag"]
    api.post(make_report(make_strike()))

    assert not tag.startswith("W/")
    assert api.request("GET", path, headers={"If-None-Match": tag}).status_code == 304
    assert api.request("GET", path, headers={"If-None-Match": "*"}).status_code == 304
