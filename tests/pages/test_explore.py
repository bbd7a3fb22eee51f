"""GET /: what the record holds of a question."""

import pytest

from tests.pages.conftest import Watched


def test_page_shows_the_totals_of_the_api(browser_page: Watched) -> None:
    """The figures of the page are those of /v1/aggregates."""
    browser_page.open("/?location=palmyra")
    assert browser_page.page.inner_text('[data-measure="lines"] .v') == "24"
    assert browser_page.page.inner_text('[data-measure="items"] .v') == "125"


def test_a_place_in_the_list_narrows_the_page_without_a_reload(browser_page: Watched) -> None:
    """A click swaps the panels, the address follows, and the back button leads back."""
    page = browser_page.page
    browser_page.open("/")
    page.evaluate("window.stayed = true")
    page.click("#places >> text=Ramadi")
    page.wait_for_selector("#places tr.sel")

    assert page.url == f"{browser_page.base}/?location=ramadi"
    assert page.evaluate("window.stayed")
    assert "Ramadi" in page.inner_text("h1")
    page.go_back()
    page.wait_for_selector("#places tr.sel", state="detached")
    assert "everywhere" in page.inner_text("h1")


def test_drag_on_the_strip_fills_in_the_dates(browser_page: Watched) -> None:
    """The two fields are the brush; dragging only sets them."""
    page = browser_page.page
    browser_page.open("/")
    box = page.locator("[data-strip] svg >> visible=true").bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.3, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, y, steps=5)
    page.mouse.up()
    page.wait_for_url("**date_from=**")

    assert page.input_value("[data-dates] [name=date_from]") in page.url
    assert page.input_value("[data-dates] [name=date_to]") in page.url


def test_keys_read_the_chart(browser_page: Watched) -> None:
    """The arrows lead from period to period, and Enter opens one."""
    page = browser_page.page
    browser_page.open("/")
    page.focus("[data-chart]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("[data-chart] + p").startswith("November 2014: ≥")
    page.keyboard.press("Enter")
    page.wait_for_url("**date_from=2014-11-01**")


@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_is_wider_than_the_window(browser_page: Watched, width: int) -> None:
    """Nothing scrolls sideways."""
    browser_page.page.set_viewport_size({"width": width, "height": 844})
    browser_page.open("/")
    assert browser_page.page.evaluate("document.documentElement.scrollWidth") <= width
