"""GET /v1/reports: the list, its filters and its pages."""

from app.reports.schemas import ReportOut, ReportPage
from tests.api import Api
from tests.factories import make_report, make_strike


def test_latest_published_comes_first(api: Api) -> None:
    """Reports come by day of publication, the latest first, with the number of their lines."""
    api.post(make_report(make_strike(), published_on="2017-03-05"))
    api.post(make_report(published_on="2017-03-06"))
    page = ReportPage.model_validate(api.read("/v1/reports", count="exact"))

    assert [(str(each.published_on), each.lines) for each in page.items] == [
        ("2017-03-06", 0),
        ("2017-03-05", 1),
    ]
    assert page.total == 2


def test_report_is_as_described(api: Api) -> None:
    """A single report has exactly the fields that the reference describes."""
    ReportOut.model_validate(api.post(make_report(make_strike())))


def test_number_is_found_in_any_form(api: Api) -> None:
    """A number is found however its letters are composed and its words are spaced."""
    api.post(make_report(number="Caf\u00e9 1"))
    assert len(api.read("/v1/reports", number="Cafe\u0301  1")["items"]) == 1


def test_days_of_publication_filter(api: Api) -> None:
    """Days of publication are inclusive, and may not be reversed."""
    api.post(make_report(published_on="2017-03-05"))
    assert len(api.read("/v1/reports", published_from="2017-03-05", published_to="2017-03-05")["items"]) == 1
    assert api.read("/v1/reports", published_from="2017-03-06")["items"] == []
    assert api.get("/v1/reports", published_from="2017-03-06", published_to="2017-03-05").status_code == 422


def test_pages_join_to_the_whole(api: Api) -> None:
    """Following `next` gives every report once, in the list's order."""
    for day in ("2017-03-05", "2017-03-05", "2017-03-04"):
        api.post(make_report(published_on=day))
    first = api.read("/v1/reports", limit=2)
    second = api.read("/v1/reports", limit=2, cursor=first["next"])

    assert first["items"] + second["items"] == api.read("/v1/reports")["items"]
