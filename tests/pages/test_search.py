"""GET /search, and the lists of names."""

import re
from html import unescape

import httpx
import pytest

from app.pages.search_page import marked
from tests.client.conftest import Served
from tests.pages.conftest import Watched
from tests.pages.test_place import asked, count, section, shown, text


def results(page: str, kind: str) -> list[tuple[str, str, str]]:
    """Return the results of a kind: value, filter link, and text."""
    group = re.search(rf'<section data-kind="{kind}".*?</section>', page, re.DOTALL)
    rows = re.findall(
        r'<li data-value="([^"]*)"><a href="([^"]*)" data-filter [^>]*>(.*?)</li>',
        group[0] if group else "",
        re.DOTALL,
    )
    return [(value, unescape(href), text(f"<a>{row}").removesuffix(" →")) for value, href, row in rows]


def test_names_come_before_what_only_contains_them(server: Served) -> None:
    """'tank' puts Tank before Anti-tank position, and equal ranks by their items, not by their letters."""
    rows = results(shown(server, "/search?q=tank"), "category")
    assert [value for value, _, _ in rows][:4] == [
        "tank",
        "tanker-truck",
        "oil-tanker-truck",
        "oil-storage-tank",
    ]
    assert rows[0][1:] == ("/?category=tank", "Tank Armour · 81 items")


def test_last_are_the_words(server: Served) -> None:
    """The last group has the number of lines with the words, as the API counts them."""
    page = shown(server, "/search?q=fighting+position")
    lines = asked(server, "/v1/aggregates?q=fighting+position")["totals"]["lines"]
    [(_, href, words)] = results(page, "words")
    assert href == "/?q=fighting%20position"
    assert words == f"the words “fighting position” {lines:,} lines"
    assert page.rindex("data-kind") == page.index('data-kind="words"')


@pytest.mark.parametrize(
    ("wanted", "kind", "value"),
    [
        ("palmy", "place", "palmyra"),
        ("تدمر", "place", "palmyra"),
        ("Tadmur", "place", "palmyra"),
        ("ied", "category", "ied"),
        ("centcom", "publisher", "centcom"),
        ("20150210", "report", "r77"),
        ("r77", "report", "r77"),
    ],
)
def test_every_kind_has_its_results(server: Served, wanted: str, kind: str, value: str) -> None:
    """Places and categories by any name, publishers, and reports by number or id lead to filter and page."""
    rows = results(shown(server, f"/search?q={wanted}"), kind)
    assert rows[0][0] == value
    assert httpx.get(f"{server.url}{rows[0][1]}").status_code == 200


def test_unknown_name_has_a_suggestion(server: Served) -> None:
    """Where nothing has the name, what is like it is a link."""
    assert 'Did you mean <a href="/places/palmyra">Palmyra</a>' in shown(server, "/search?q=palmira2")


def test_search_is_only_text(server: Served) -> None:
    """Hostile words are shown as they are, and are no markup; too long ones and other parameters are refused."""
    page = shown(server, "/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in page
    assert "&#34;&gt;&lt;script&gt;alert(1)" in page
    shown(server, f"/search?q={'a' * 201}", 422)
    shown(server, "/search?p=1", 422)
    assert "Places, categories and publishers by any of their names" in shown(server, "/search")


def test_signs_without_letters_find_no_name(server: Served) -> None:
    """A percent sign is in no name, and counts the lines that contain it."""
    assert results(shown(server, "/search?q=%25"), "place") == []


def test_part_of_a_name_is_bold() -> None:
    """The text is bold in a name in whatever case, and both are escaped."""
    assert marked("Anti-tank <position>", "TANK") == "Anti-<b>tank</b> &lt;position&gt;"
    assert marked("Palmyra", "tadmur") == "Palmyra"


def test_list_of_places_is_that_of_the_api(server: Served) -> None:
    """Each place with lines has its counts, A to Z, and filters apply."""
    for filters in ("", "country=SY&effect=destroyed"):
        rows = asked(server, f"/v1/aggregates?group_by=location&limit=1000&{filters}".rstrip("&"))["rows"]
        table = section(shown(server, f"/places?{filters}".rstrip("?")), "names")
        cells = re.findall(
            r'href="/places/([\w-]+)[^"]*">(.*?)</a></th><td>[^<]*</td>'
            r'<td class="num">(.*?)</td><td class="num">(.*?)</td>',
            table,
        )
        assert {slug: (text(items).replace("≥ ", "≥"), lines) for slug, _, items, lines in cells} == {
            row["location"]: (count(row), f"{row['lines']:,}") for row in rows if row["location"]
        }
        names = [name.casefold() for _, name, _, _ in cells if name.isascii() and "&" not in name]
        assert [name for name in names if name.isalpha()] == sorted(name for name in names if name.isalpha())


def test_list_of_places_continues_after_a_name(server: Served) -> None:
    """The page after a name begins with the next one: a key, no offset."""
    table = section(shown(server, "/places?after=palmyra,palmyra"), "names")
    assert "/places/palmyra" not in table
    assert text(re.findall(r'<th scope="row">(.*?)</th>', table)[0]) > "Palmyra"
    assert "First page" in shown(server, "/places?after=palmyra,palmyra")


def test_list_of_categories_and_publishers(server: Served) -> None:
    """All categories stand in their family, those without lines too; publishers have their reports."""
    page = shown(server, "/categories")
    known = asked(server, "/v1/categories?limit=500")["items"]
    assert {row["slug"] for row in known} <= set(re.findall(r'href="/categories/([\w-]+)"', page))
    rows = {row["publisher"]: row for row in asked(server, "/v1/aggregates?group_by=publisher")["rows"]}
    cells = re.findall(
        r'publisher=([\w-]+)">[^<]*</a></th><td class="num">(.*?)</td>',
        section(shown(server, "/publishers"), "names"),
    )
    assert dict(cells) == {slug: f"{row['reports']:,}" for slug, row in rows.items()}
    assert "split" in shown(server, "/categories?split=country", 422)


def test_search_fits_a_phone_and_has_no_serious_faults(browser_page: Watched) -> None:
    """At 390 px nothing scrolls sideways, and axe has no serious finding."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    browser_page.page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/search?q=tank", "/places", "/categories"):
        browser_page.open(path)
        assert browser_page.page.evaluate("document.documentElement.scrollWidth") <= 390
        found = axe.run(browser_page.page).response["violations"]
        assert [fault["id"] for fault in found if fault["impact"] in {"serious", "critical"}] == []
