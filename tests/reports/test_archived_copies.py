"""Archived copies of sources: an address that is taken, shown, compared, exported and sealed like the source's own."""

import json

import pytest

from app.reports.schemas import ReportPage
from tests.api import Api
from tests.factories import make_report, make_strike, make_tally
from tests.reports.test_corrections import put, retract

COPY = "https://web.archive.org/web/20170302/https://example.org/release"
LATER = "https://archive.example.org/1"


def test_address_of_a_copy_is_shown_with_the_report_and_in_lists(api: Api) -> None:
    """The report, its revision, the list as JSON and as CSV show it; a report without one shows null."""
    first = api.post(make_report(make_strike(make_tally(2)), archive_url=COPY, text="Two."))
    second = api.post(make_report(make_strike(), number="2"))
    path = f"/v1/reports/{first['id']}"

    assert (first["archive_url"], second["archive_url"]) == (COPY, None)
    assert api.read(path)["archive_url"] == api.read(f"{path}/revisions/1")["archive_url"] == COPY
    page = ReportPage.model_validate(api.read("/v1/reports"))
    assert {item.id: item.archive_url for item in page.items} == {first["id"]: COPY, second["id"]: None}
    assert COPY in api.get("/v1/reports", format="csv").text


def test_address_of_a_copy_can_be_added_by_a_correction(api: Api) -> None:
    """A new address is a revision of its own, which its comparison names; the lines keep their ids."""
    body = make_report(make_strike(make_tally(2)))
    first = api.post(body)
    second = put(api, first, body | {"archive_url": LATER, "reason": "Archived."}).json()
    diff = api.read(f"/v1/reports/{first['id']}/revisions/2/diff")

    assert second["strikes"][0]["id"] == first["strikes"][0]["id"]
    assert diff["fields"] == [{"field": "archive_url", "before": None, "after": LATER}]
    assert diff["summary"] == [f"archive_url: nothing became '{LATER}'"]
    tombstone = retract(api, second).json()
    assert tombstone["archive_url"] == LATER


def test_address_of_a_copy_goes_through_drafts_and_exports(api: Api) -> None:
    """A draft and its list show it, and an exported report can be posted with it again."""
    saved = api.post(make_report(make_strike(), archive_url=COPY, status="draft"))
    headers = {"Authorization": f"Bearer {api.key}"}
    drafts = api.request("GET", "/v1/reports?status=draft", headers=headers).json()["items"]
    assert saved["archive_url"] == drafts[0]["archive_url"] == COPY

    api.post(make_report(make_strike(), archive_url=COPY))
    exported = [json.loads(line) for line in api.get("/v1/export").text.splitlines()]
    assert [line["archive_url"] for line in exported] == [COPY]


@pytest.mark.parametrize("address", ["ftp://example.org/a", "https://me:pw@example.org/", "example.org", ""])
def test_copy_has_a_web_address(api: Api, address: str) -> None:
    """Only http and https addresses without a user name are taken."""
    response = api.try_posting(make_report(make_strike(), archive_url=address))
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/archive_url"
