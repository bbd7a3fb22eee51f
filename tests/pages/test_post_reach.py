"""/post and /drafts: reach on a phone, by keys and by screen readers; drafts; hostile offsets."""

from collections.abc import Iterator

import pytest

from tests.client.conftest import Served
from tests.factories import make_report, make_strike, make_tally
from tests.pages.composer import RELEASE, Composer
from tests.pages.conftest import Watched

# Kinds of finding that the page is held to.
SERIOUS = {"serious", "critical"}


@pytest.fixture
def composer(writing_page: Watched, written_server: Served) -> Iterator[Composer]:
    """Open the composer on the server that may be written to."""
    made = Composer(writing_page, written_server)
    yield made
    made.api.close()


def findings(composer: Composer) -> list[str]:
    """Return the serious findings of axe on the page as it stands."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="NO AXE: not installed")
    results = axe.Axe().run(composer.page, options={"resultTypes": ["violations"]}).response
    return [
        f"{one['id']}: {node['html']}: {node['failureSummary']}"
        for one in results["violations"]
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_composer_has_no_serious_finding(composer: Composer, scheme: str) -> None:
    """Empty, with an open line, suggestions and a dialog, the composer has no serious finding of axe."""
    page = composer.page
    page.emulate_media(color_scheme=scheme)
    composer.watched.open("/post")
    assert findings(composer) == []
    composer.paste(RELEASE)
    composer.settle()
    page.click("#lines .dl >> nth=0 >> .pick")
    page.click("#lines [data-tally='0'] [data-field=category]")
    page.wait_for_selector("[role=option]")
    assert findings(composer) == []
    page.click("#publish")
    page.wait_for_selector("#key")
    assert findings(composer) == []


def test_phone_has_no_sideways_scroll(composer: Composer) -> None:
    """At 390 px text and draft are tabs, nothing scrolls sideways, and the buttons are always in reach."""
    page = composer.page
    page.set_viewport_size({"width": 390, "height": 844})
    composer.paste(RELEASE.replace("flying kiosks", "flying " + "kiosk" * 30))
    wide = "document.documentElement.scrollWidth > innerWidth"
    assert page.is_visible("#marked")
    assert not page.is_visible("#lines")
    assert page.evaluate(wide) is False
    page.click("#tab-draft")
    assert page.is_visible("#lines")
    page.click("#lines .dl >> nth=0 >> .pick")
    assert page.evaluate(wide) is False
    box = page.query_selector("#publish").bounding_box()
    assert box["y"] + box["height"] <= 844
    page.keyboard.press("Escape")
    page.focus("#tab-draft")
    page.keyboard.press("ArrowLeft")
    assert page.is_visible("#marked")
    assert findings(composer) == []


def test_draft_is_listed_opened_and_published(composer: Composer) -> None:
    """A saved draft is listed with its age and what is to settle, opens as it was, and is published."""
    composer.paste(RELEASE.replace("Raqqa", "Palmyra"))
    composer.settle()
    page = composer.page
    composer.fill("title", "A draft of a test")
    page.click("#save")
    composer.give_key()
    page.wait_for_selector("text=Saved as a draft. It is in no total")
    address = page.evaluate("location.pathname")
    report = address.replace("/drafts/", "")
    seq = composer.read("/v1/ledger")["seq"]

    composer.watched.open("/drafts")
    row = page.wait_for_selector(f".drafts tr:has(a[href='{address}'])")
    words = row.inner_text()
    assert "A draft of a test" in words
    assert "just now" in words
    assert "1 unknown place" in words
    assert "1 wording without a category" in words
    assert "two flying kiosks" in page.inner_text("#wording")
    assert findings(composer) == []

    composer.watched.open(address)
    page.wait_for_selector("#lines .dl")
    assert page.input_value("#title") == "A draft of a test"
    assert page.inner_text("#saved") == "Saved as a draft."
    page.click("#lines .dl >> nth=0 >> .pick")
    page.fill("[data-tally='1'] [data-field=count_min]", "2")
    page.keyboard.press("Tab")
    composer.publish(asks_key=False)
    stored = composer.published()
    assert (stored["id"], stored["status"]) == (report, "published")
    assert stored["strikes"][0]["tallies"][1]["count_min"] == 2
    assert composer.read("/v1/ledger")["seq"] == seq + 1


def test_wording_is_added_to_a_category(composer: Composer) -> None:
    """A key with the scope vocabulary teaches a phrase from the composer; the next reading knows it."""
    composer.paste(RELEASE.replace("flying kiosks", "hovering gazebos"))
    page = composer.page
    composer.settle()
    page.click("#save")
    composer.give_key()
    page.wait_for_selector("text=Saved as a draft. It is in no total")
    page.click("#lines .dl >> nth=0 >> .pick")
    page.keyboard.press("Tab")
    composer.watched.open("/drafts")
    row = page.wait_for_selector("#wording tr:has-text('two hovering gazebos')")
    assert row.query_selector(".phrase").input_value() == "hovering gazebos"
    row.query_selector("[role=combobox]").fill("building")
    page.wait_for_selector("[role=option]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=“hovering gazebos” means")
    parsed = composer.api.post(
        "/v1/parse", json={"text": RELEASE.replace("flying kiosks", "hovering gazebos")}
    )
    assert parsed.json()["draft"]["strikes"][0]["tallies"][2]["category"] == "building"


def test_draft_is_not_shown_without_a_key(composer: Composer) -> None:
    """Who has no key sees nothing of a draft, neither in the page nor in the list."""
    draft = composer.post(make_report(make_strike(make_tally(3)), title="Hidden words") | {"status": "draft"})
    assert "Hidden words" not in composer.api.get(f"/drafts/{draft['id']}").text
    composer.watched.open("/drafts")
    assert "Hidden words" not in composer.page.content()
    assert composer.page.is_visible("text=Enter a key")


@pytest.mark.parametrize("text", ["", "a", "\U0001f600a", "a\U0001f600", "\U0001f600\U0001f3b4x\U0001f600"])
def test_offsets_convert_both_ways(composer: Composer, text: str) -> None:
    """Each code point's place in UTF-16 units is that of Python, and back."""
    composer.watched.open("/post")
    module = composer.page.get_attribute("script[src*='post.js']", "src").replace("post.js", "marks.js")
    units = composer.page.evaluate(
        """async ([module, text]) => {
          const {offsets} = await import(module);
          const {length, unit, point} = offsets(text);
          return Array.from({length: length + 1}, (_, at) => [unit(at), point(unit(at))]);
        }""",
        [module, text],
    )
    assert units == [[len(text[:at].encode("utf-16-le")) // 2, at] for at in range(len(text) + 1)]
