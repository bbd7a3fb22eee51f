"""GET / in a browser: quick by scripts, and the same without them."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.pages.conftest import Watched


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


def test_shift_adds_an_effect(browser_page: Watched) -> None:
    """The legend is the switch, and with shift it takes several."""
    page = browser_page.page
    browser_page.open("/?location=palmyra")
    page.click("#timeline .eff >> text=destroyed")
    page.wait_for_url("**effect=destroyed**")
    page.click("#timeline .eff >> text=engaged", modifiers=["Shift"])
    page.wait_for_url("**effect=engaged**")

    assert page.inner_text('[data-measure="items"] .v') == "123"


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


def test_a_box_on_the_map_filters_by_it(browser_page: Watched) -> None:
    """B, then a drag: the box in degrees holds the places that it was drawn around."""
    page = browser_page.page
    browser_page.open("/")
    page.focus("[data-map]")
    page.keyboard.press("b")
    place = page.locator('[data-map] [data-slug="mosul"] .dot').bounding_box()
    assert place
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    page.mouse.move(x - 4, y - 4)
    page.mouse.down()
    page.mouse.move(x + 4, y + 4, steps=4)
    page.mouse.up()
    page.wait_for_url("**bbox=**")

    names = page.eval_on_selector_all("#lines td.place", "cells => cells.map(cell => cell.innerText.trim())")
    assert set(names) == {"Mosul"}


def test_a_line_opens_to_its_facts(browser_page: Watched) -> None:
    """The day of a line opens it in place, and closes it again."""
    page = browser_page.page
    browser_page.open("/?location=palmyra&sort=-items")
    page.click("#lines tbody tr:first-child .opens")
    page.wait_for_selector("tr.detail")
    assert "as facts, not the source's sentence" in page.inner_text("tr.detail")
    page.click("#lines tr.open .opens")
    page.wait_for_selector("tr.detail", state="detached")


def test_a_question_that_is_refused_keeps_the_figures(browser_page: Watched) -> None:
    """Where the server is busy the old panels stay, marked, with what would help."""
    page = browser_page.page
    browser_page.open("/")
    page.route(
        "**/?location=ramadi",
        lambda route: route.fulfill(
            status=503, headers={"Retry-After": "60"}, content_type="text/html", body="<p>"
        ),
    )
    page.click("#places >> text=Ramadi")
    page.wait_for_selector("#notice")

    assert "The figures below are of the question before" in page.inner_text("#notice")
    assert page.inner_text('[data-measure="lines"] .v') == "5,006"


def test_a_broken_connection_is_told(browser_page: Watched) -> None:
    """All that is loaded stays usable."""
    page = browser_page.page
    browser_page.open("/")
    page.route("**/?location=ramadi", lambda route: route.abort())
    page.click("#places >> text=Ramadi")
    page.wait_for_selector("#notice")
    assert "No connection. What you see is the record as of 535." in page.inner_text("#notice")


def test_the_theme_is_chosen_and_kept(browser_page: Watched) -> None:
    """The switch turns the page dark, and the next page is dark before it is painted."""
    page = browser_page.page
    browser_page.open("/")
    page.click("[data-theme-switch]")
    browser_page.open("/?location=palmyra")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(19, 22, 26)"


def test_without_scripts_every_choice_works(browser_page: Watched) -> None:
    """Links, forms and popovers are the browser's own."""
    context = browser_page.page.context.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{browser_page.base}/")
    page.click("#places >> text=Ramadi")
    assert page.url.endswith("/?location=ramadi")
    page.click("h1 >> text=every effect")
    page.click("#choose-effect >> text=destroyed")
    assert "effect=destroyed" in page.url
    page.fill("[data-dates] [name=date_from]", "2016-01-01")
    page.click("[data-dates] >> text=Show")
    assert "date_from=2016-01-01" in page.url
    context.close()


@pytest.mark.parametrize(
    "address", ["/", "/?location=palmyra&effect=destroyed&row=s5000", "/changes", "/embed/timeline"]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(browser_page: Watched, address: str, scheme: str) -> None:
    """No serious finding of axe, in the light and in the dark."""
    browser_page.page.emulate_media(color_scheme=scheme)
    browser_page.open(address)
    findings = Axe().run(browser_page.page).response["violations"]
    serious = [
        (finding["id"], [node["html"][:200] for node in finding["nodes"][:3]])
        for finding in findings
        if finding["impact"] in {"serious", "critical"}
    ]
    assert serious == []


@pytest.mark.parametrize("address", ["/", "/?location=palmyra&row=s5000", "/changes", "/?q=zzz"])
def test_no_page_is_wider_than_a_phone(browser_page: Watched, address: str) -> None:
    """At 390 pixels nothing scrolls sideways."""
    browser_page.page.set_viewport_size({"width": 390, "height": 844})
    browser_page.open(address)
    assert browser_page.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_first_view_needs_little(browser_page: Watched) -> None:
    """Scripts of at most 45 KB and style sheets of at most 15 KB, compressed, on the first view."""
    sizes: dict[str, int] = {}

    def note(response: object) -> None:
        kind = response.request.resource_type  # type: ignore[attr-defined] # Playwright may be absent
        length = int(response.headers.get("content-length", 0))  # type: ignore[attr-defined] # Playwright may be absent
        sizes[kind] = sizes.get(kind, 0) + length

    browser_page.page.on("response", note)
    browser_page.open("/")
    assert sizes["script"] <= 45_000
    assert sizes["stylesheet"] <= 15_000


def test_a_chart_can_be_taken_as_a_picture(browser_page: Watched) -> None:
    """The browser turns the server's drawing into pixels."""
    page = browser_page.page
    browser_page.open("/?location=palmyra")
    page.click("#timeline >> text=Download")
    with page.expect_download() as taken:
        page.click("#take-timeline a[data-png]")
    content = taken.value.path().read_bytes()

    assert taken.value.suggested_filename == "strikeledger-timeline-535.png"
    assert content.startswith(b"\x89PNG")
    assert len(content) > 10_000


def test_print_is_light_and_shows_the_tables(browser_page: Watched) -> None:
    """On paper there are no controls, and the table stands below its chart."""
    page = browser_page.page
    page.emulate_media(media="print", color_scheme="dark")
    browser_page.open("/?location=palmyra")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(250, 248, 244)"
    assert not page.is_visible(".head")
    assert page.is_visible("#timeline .data")


def test_search_suggests_and_leads(browser_page: Watched) -> None:
    """A slash reaches the search, arrows choose, Enter filters."""
    page = browser_page.page
    browser_page.open("/")
    page.keyboard.press("/")
    page.keyboard.type("palmy")
    page.wait_for_selector("#found [role=option]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**location=palmyra**")


def test_a_newcomer_finds_what_was_destroyed_near_palmyra(browser_page: Watched) -> None:
    """From the first view to the figure of the README, by search, legend and dates alone."""
    page = browser_page.page
    browser_page.open("/")
    page.fill("[data-search] input", "Tadmur")
    page.wait_for_selector("#found [role=option]")
    page.click("#found [role=option]")
    page.wait_for_url("**location=palmyra**")
    page.click("#timeline .eff >> text=destroyed")
    page.wait_for_url("**effect=destroyed**")
    page.fill("[data-dates] [name=date_from]", "2016-12-01")
    page.fill("[data-dates] [name=date_to]", "2017-02-28")
    page.click("[data-dates] >> text=Show")
    page.wait_for_url("**date_to=2017-02-28**")

    assert page.inner_text('[data-measure="items"] .v') == "63"
    assert page.inner_text('[data-measure="lines"] .v') == "3"
    assert "17 × heavy equipment vehicle" in page.inner_text("#lines")
    same = page.url
    browser_page.open(same.removeprefix(browser_page.base))
    assert page.inner_text('[data-measure="items"] .v') == "63"
