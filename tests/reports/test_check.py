"""POST /v1/check: what a report's publication would answer, of a report that is stored nowhere."""

from typing import Any

from app.reports.schemas import ReportChecks
from tests.api import Api
from tests.factories import Body, make_report, make_strike, make_tally


def check(api: Api, body: Body, **query: str) -> Any:  # noqa: ANN401 - a JSON body
    """Check a report that must be valid."""
    response = api.request("POST", "/v1/check", json=body, params=query)
    assert response.status_code == 200, response.text
    ReportChecks.model_validate(response.json())
    return response.json()


def test_check_is_what_publication_answers(api: Api) -> None:
    """Sums, warnings and possible duplicates are those of the response to a publication, which follows."""
    api.post(make_report(make_strike(make_tally(3))))
    again = make_report(
        make_strike(make_tally(3)),
        make_strike(make_tally(None, count_min=9, count_max=9, as_written="two vehicles"), country="IQ"),
        publisher="centcom",
        coverage=[{"country": "SY", "date_from": "2017-03-01", "strikes": 4}],
    )
    checked = check(api, again)
    stored = api.post(again)

    assert [item["agrees"] for item in checked["checks"]] == [False]
    assert {item["code"] for item in checked["warnings"]} == {"country-of-place", "count-against-words"}
    assert checked["possible_duplicates"]
    assert checked["checks"] == stored["checks"]
    assert checked["warnings"] == stored["warnings"]
    repeats = [(item["pointer"], item["repeats"], item["alike"]) for item in stored["possible_duplicates"]]
    assert [
        (item["pointer"], item["repeats"], item["alike"]) for item in checked["possible_duplicates"]
    ] == repeats


def test_check_stores_nothing(api: Api) -> None:
    """The ledger stands where it stood, and the report is in no list."""
    before = api.read("/v1/ledger")
    check(api, make_report(make_strike(make_tally(3))))
    assert api.read("/v1/ledger") == before
    assert api.read("/v1/reports")["items"] == []


def test_faults_are_those_of_a_post(api: Api) -> None:
    """What a POST would refuse is refused with the same pointers."""
    body = make_report(make_strike(location="Atlantis"), make_strike(make_tally(category="glass pyramid")))
    refused = api.request("POST", "/v1/check", json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"] == api.try_posting(body).json()["errors"]


def test_correction_does_not_repeat_itself(api: Api) -> None:
    """A report's own lines are no duplicates of its correction."""
    body = make_report(make_strike(make_tally(3)))
    stored = api.post(body)
    assert check(api, body)["possible_duplicates"]
    assert check(api, body, report=stored["id"])["possible_duplicates"] == []
