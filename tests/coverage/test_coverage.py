"""GET /v1/coverage: who spoke for which country and days, with an explicit none."""

from app.coverage.schemas import CoveragePage
from tests.api import Api
from tests.factories import make_report
from tests.reports.test_corrections import put, retract


def claim(**fields: object) -> dict[str, object]:
    """Make a claim for Syria on 1 March 2017."""
    return {"country": "SY", "date_from": "2017-03-01"} | fields


def test_claims_are_listed_with_what_they_say(api: Api) -> None:
    """A claim of none, of some, and without a total are three things."""
    api.post(make_report(coverage=[claim(strikes=0), claim(country="IQ", strikes=4), claim(country="LY")]))
    page = CoveragePage.model_validate(api.read("/v1/coverage", count="exact"))

    assert {(item.country, item.says) for item in page.items} == {
        ("SY", "none_reported"),
        ("IQ", "strikes"),
        ("LY", "no_total"),
    }
    assert page.total == 3


def test_filters_find_claims(api: Api) -> None:
    """Days overlap; country and publisher are exact."""
    api.post(make_report(coverage=[claim(date_to="2017-03-03", strikes=1)]))
    for found, asked in (
        (1, {"date_from": "2017-03-03"}),
        (0, {"date_from": "2017-03-04"}),
        (0, {"country": "IQ"}),
    ):
        assert len(api.read("/v1/coverage", **asked)["items"]) == found
    assert len(api.read("/v1/coverage", publisher="OIR")["items"]) == 1
    assert api.read("/v1/coverage", publisher="centcom")["items"] == []


def test_coverage_follows_corrections_and_keeps_the_past(api: Api) -> None:
    """A corrected claim replaces the old one, a retraction takes it away, and earlier answers stay."""
    report = api.post(make_report(coverage=[claim(strikes=1)]))
    put(api, report, make_report(coverage=[claim(strikes=0)]) | {"reason": "None, in truth."})
    assert [item["says"] for item in api.read("/v1/coverage")["items"]] == ["none_reported"]
    retract(api, report)

    assert api.read("/v1/coverage")["items"] == []
    assert [item["strikes"] for item in api.read("/v1/coverage", as_of=report["seq"])["items"]] == [1]


def test_pages_join_to_the_whole(api: Api) -> None:
    """Following `next` gives every claim once."""
    api.post(make_report(coverage=[claim(strikes=number) for number in range(3)]))
    first = api.read("/v1/coverage", limit=2)
    second = api.read("/v1/coverage", limit=2, cursor=first["next"])

    assert first["items"] + second["items"] == api.read("/v1/coverage")["items"]
