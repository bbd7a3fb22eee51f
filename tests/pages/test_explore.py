"""GET /: what the record holds of a question."""

from tests.pages.conftest import Watched


def test_page_shows_the_totals_of_the_api(browser_page: Watched) -> None:
    """The figures of the page are those of /v1/aggregates."""
    browser_page.open("/?location=palmyra")
    assert browser_page.page.inner_text('[data-measure="lines"] .v') == "24"
    assert browser_page.page.inner_text('[data-measure="items"] .v') == "125"
