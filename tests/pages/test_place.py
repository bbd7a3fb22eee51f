"""Pages of places and categories: their facts are those of the API."""

import re
from html import unescape
from typing import Any

import httpx
import pytest

from tests.client.conftest import Served
from tests.pages.conftest import Watched


def shown(server: Served, path: str, status: int = 200) -> str:
    """Return a page as text."""
    response = httpx.get(f"{server.url}{path}")
    assert response.status_code == status
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return response.text


def asked(server: Served, path: str) -> Any:  # noqa: ANN401 - JSON
    """Return what the API responds."""
    return httpx.get(f"{server.url}{path}").raise_for_status().json()


def section(page: str, id_: str) -> str:
    """Return the part of a page from an id to the end of its table."""
    return page[page.index(f'id="{id_}"') :].split("</table>", maxsplit=1)[0]


def text(markup: str) -> str:
    """Return markup without its elements."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def figures(page: str) -> dict[str, str]:
    """Return the counts of the figures by their measure."""
    cells = re.findall(r'data-measure="(\w+)".*?class="v[^"]*" value="\d*">(.*?)</data>', page, re.DOTALL)
    return {measure: text(value).replace("≥ ", "≥") for measure, value in cells}


def count(row: dict[str, Any]) -> str:
    """Return items as a page writes them."""
    sign = "≥" if row["open_ended"] else ""
    upper = f"\N{EN DASH}{row['items_max']:,}" if not sign and row["items_max"] > row["items_min"] else ""
    return f"{sign}{row['items_min']:,}{upper}"


@pytest.mark.parametrize(
    ("path", "filters"),
    [
        ("/places/palmyra", "location=palmyra"),
        ("/places/mosul", "location=mosul"),
        ("/categories/tank", "category=tank"),
        ("/categories/vehicle", "category=vehicle"),
    ],
)
@pytest.mark.parametrize(
    "more", ["", "date_from=2016-01-01&date_to=2016-08-31", "effect=destroyed&publisher=centcom"]
)
def test_figures_are_those_of_the_api(server: Served, path: str, filters: str, more: str) -> None:
    """Items, strikes, lines and reports of a place or category are the API's, with and without filters."""
    totals = asked(server, f"/v1/aggregates?{filters}&{more}".rstrip("&"))["totals"]
    of_page = figures(shown(server, f"{path}?{more}".rstrip("?")))
    assert of_page["items"] == count(totals)
    assert of_page["lines"] == f"{totals['lines']:,}"
    assert of_page["reports"] == f"{totals['reports']:,}"
    assert of_page["strikes"].lstrip("≥").split("\N{EN DASH}")[0] == f"{totals['strikes_min']:,}"
    assert of_page["strikes"].startswith("≥") is bool(totals["strikes_open_ended"])


def test_months_of_the_table_are_those_of_the_api(server: Served) -> None:
    """The table below the drawing has each month of the API with its items, lines and reports."""
    rows = asked(server, "/v1/aggregates?location=palmyra&group_by=month")["rows"]
    table = section(shown(server, "/places/palmyra"), "days")
    cells = re.findall(r'<tr><th scope="row"><a [^>]*>([\d-]+)</a></th>(.*?)</tr>', table)
    assert [month for month, _ in cells] == [row["period"] for row in rows]
    for row, (_, markup) in zip(rows, cells, strict=True):
        if row["lines"]:
            assert text(markup) == f"{count(row)} {row['open_ended']} {row['lines']} {row['reports']}"


def test_silences_about_a_place_differ(server: Served) -> None:
    """No report of the country, no report that names the place, and a report that says none have their own words."""
    table = section(shown(server, "/places/palmyra"), "days")
    words = dict(re.findall(r">([\d-]{7})</a></th><td[^>]*>(.*?)</td>", table))
    of_country = {
        row["period"]: row["state"]
        for row in asked(
            server, "/v1/aggregates?country=SY&group_by=month&date_from=2015-05-01&date_to=2017-02-28"
        )["rows"]
    }
    assert of_country["2016-11"] == "no_report"
    assert words["2016-11"] == "no report in the record says"
    assert of_country["2015-06"] == "reported"
    assert words["2015-06"] == "no report in the record names it"
    assert words["2015-11"] == "none: a report says so"


def test_month_without_what_is_filtered_is_zero(server: Served) -> None:
    """A month in which lines name a place, but none has a tank, is no silence."""
    table = section(shown(server, "/places/palmyra?category=tank&date_from=2016-09-01"), "days")
    assert '>2016-10</a></th><td class="num">0</td>' in table
    assert '>2016-11</a></th><td colspan="4" class="quiet">no report in the record says</td>' in table


def test_every_line_has_a_stem(server: Served) -> None:
    """A place of 24 lines has 24 stems, each a link to its line; Mosul's hundreds are bars."""
    lines = asked(server, "/v1/strikes?location=palmyra&limit=500&sort=date")["items"]
    page = shown(server, "/places/palmyra")
    wide = page[page.index('class="wide-only"') : page.index('class="narrow-only"')]
    stems = re.findall(r'<a href="/reports/(r\d+)#(s\d+)" tabindex="-1" class="hit"', wide)
    assert stems == [(line["report"]["id"], line["id"]) for line in lines]
    assert "Every line, by its first day" in page
    assert "Items by" in section(shown(server, "/places/mosul"), "days")


def test_place_has_its_names_and_its_radius(server: Served) -> None:
    """Names of other scripts have their language and direction; spellings are counted in the lines as listed."""
    page = text(shown(server, "/places/palmyra"))
    assert (
        "“Near Palmyra” is believed within 25 km of 34.56° N, 38.28° E; the point is not an aim point."
        in page
    )
    assert "In these reports written Palmyra in 23 lines and Tadmur in 1." in page
    assert '<span lang="ar" dir="rtl">تدمر</span>' in shown(server, "/places/palmyra")
    written = [
        line["location_as_written"]
        for line in asked(server, "/v1/strikes?location=palmyra&limit=500")["items"]
    ]
    assert (written.count("Palmyra"), written.count("Tadmur")) == (23, 1)


def test_neighbours_are_those_of_the_api(server: Served) -> None:
    """Places within 200 km are listed by their distance, with the counts of /v1/aggregates."""
    rows = asked(server, "/v1/aggregates?near=34.56,38.28&radius_km=200&group_by=location")["rows"]
    table = section(shown(server, "/places/palmyra"), "near")
    cells = re.findall(
        r'href="/places/([\w-]+)">.*?quiet">(\d+)</td>.*?<td class="num">(.*?)</td></tr>', table
    )
    assert {slug: text(value).replace("≥ ", "≥") for slug, _, value in cells} == {
        row["location"]: count(row) for row in rows if row["location"] != "palmyra"
    }
    distances = [int(km) for _, km, _ in cells]
    assert distances == sorted(distances)
    assert distances[-1] <= 200


def test_categories_of_a_place_are_those_of_the_api(server: Served) -> None:
    """The bars by effect add up to the counts by category."""
    rows = asked(server, "/v1/aggregates?location=palmyra&group_by=category&sort=-items_min")["rows"]
    table = section(shown(server, "/places/palmyra"), "categories")
    values = [text(value) for value in re.findall(r'</svg></td><td class="num">(.*?)</td></tr>', table)]
    assert values == [count(row) for row in rows][: len(values)]
    assert f"All {len(rows)} categories" in shown(server, "/places/palmyra")


def test_category_has_its_tree_and_what_it_is_not(server: Served) -> None:
    """What stands below is counted with its own descendants; a tank is no oil storage tank."""
    page = shown(server, "/categories/vehicle")
    names = dict(
        re.findall(
            r'<th scope="row"><a href="/categories/([\w-]+)">[^<]*</a></th><td class="num">(.*?)</td>',
            section(page, "tree"),
        )
    )
    assert names
    for slug, value in names.items():
        assert text(value).replace("≥ ", "≥") == count(
            asked(server, f"/v1/aggregates?category={slug}")["totals"]
        )
    assert "Oil storage tank" in section(shown(server, "/categories/tank"), "confused")


def test_other_names_lead_to_the_page(server: Served) -> None:
    """An alias redirects with its filters; a name that is unknown is 404 with the search filled in."""
    moved = httpx.get(f"{server.url}/places/tadmur?date_from=2016-01-01")
    assert (moved.status_code, moved.headers["location"]) == (307, "/places/palmyra?date_from=2016-01-01")
    assert httpx.get(f"{server.url}/categories/battle%20tank").headers["location"] == "/categories/tank"
    page = shown(server, "/places/%3Cb%3Epalmira2", 404)
    assert 'value="&lt;b&gt;palmira2"' in page
    assert "<b>palmira2" not in page


def test_parameter_of_another_page_is_refused(server: Served) -> None:
    """The page is about one place: a second one, or small multiples, are refused and not ignored."""
    assert "location" in shown(server, "/places/palmyra?location=raqqa", 422)
    assert "split" in shown(server, "/places/palmyra?split=country", 422)
    assert "colour" in shown(server, "/places/palmyra?colour=red", 422)


def test_panels_request_what_they_show(server: Served) -> None:
    """Each panel names its request, as of the page's number, and the API has it."""
    for path in ("/places/palmyra?date_from=2016-01-01", "/categories/tank"):
        requests = set(re.findall(r'<a href="(/v1/[^"]+)">Open it</a>', shown(server, path)))
        assert len(requests) >= 3
        for request in requests:
            assert "as_of=" in request
            asked(server, unescape(request))


def test_pages_fit_a_phone_and_have_no_serious_faults(browser_page: Watched) -> None:
    """At 390 px nothing scrolls sideways, and axe has no serious finding."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for path in ("/places/palmyra", "/categories/tank"):
        browser_page.page.set_viewport_size({"width": 390, "height": 844})
        browser_page.open(path)
        assert browser_page.page.evaluate("document.documentElement.scrollWidth") <= 390
        found = axe.run(browser_page.page).response["violations"]
        assert [fault["id"] for fault in found if fault["impact"] in {"serious", "critical"}] == []


def test_lines_of_a_category_begin_with_the_largest(server: Served) -> None:
    """The order by items is the usual one there; another that is chosen is taken along by all links."""
    largest = asked(server, "/v1/strikes?category=tank&sort=-items&limit=20")["items"]
    latest = asked(server, "/v1/strikes?category=tank&sort=-date&limit=20")["items"]
    page = shown(server, "/categories/tank")
    assert re.findall(r'<tr id="(s\d+)"', page) == [line["id"] for line in largest]
    assert 'href="/categories/tank?sort=-date#lines"' in page
    newest = shown(server, "/categories/tank?sort=-date")
    assert re.findall(r'<tr id="(s\d+)"', newest) == [line["id"] for line in latest]
    following = re.search(r'href="(/categories/tank\?sort=-date&amp;after=[^"]+)#lines"', newest)
    assert following is not None
    rows = re.findall(r'<tr id="(s\d+)"', shown(server, unescape(following[1])))
    assert rows == [line["id"] for line in asked(server, "/v1/strikes?category=tank&limit=40")["items"][20:]]


@pytest.mark.parametrize("path", ["/places/palmyra", "/categories/tank"])
def test_more_periods_than_a_chart_has_are_refused(server: Served, path: str) -> None:
    """Days of thirty years, or years of ten thousand, are refused with their number, and cost nothing."""
    refused = shown(server, f"{path}?unit=day&date_from=1990-01-01&date_to=2020-12-31", 422)
    assert "makes 11,323 periods" in text(refused)
    assert "periods" in shown(server, f"{path}?date_from=1911-01-01&date_to=9998-12-31", 422)


def test_families_of_a_large_place_are_those_of_the_api(server: Served) -> None:
    """Over 200 lines, each of the first families has a small timeline with its items; below, stems show all."""
    rows = asked(server, "/v1/aggregates?location=mosul&group_by=family&top=6")["rows"]
    page = shown(server, "/places/mosul")
    part = page[page.index('id="families"') : page.index('id="categories"')]
    cells = re.findall(r'family=([\w-]+)">[^<]*</a><span>(.*?)</span>', part)
    assert {family: text(value).replace("≥ ", "≥") for family, value in cells} == {
        row["family"]: count(row) for row in rows if not row["is_other"]
    }
    assert 'id="families"' not in shown(server, "/places/palmyra")


def test_places_of_a_category_are_on_its_map(server: Served) -> None:
    """Each place of the list is a circle of the map, which leads to its page."""
    page = shown(server, "/categories/tank")
    drawn = set(
        re.findall(r'href="/places/([\w-]+)', page[page.index('id="map"') : page.index('id="confused"')])
    )
    listed = set(re.findall(r'aria-label="Page of [^"]+"', section(page, "places")))
    assert len(drawn) >= len(listed)
    assert {"palmyra", "ramadi"} <= drawn
