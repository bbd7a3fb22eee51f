"""GET /coverage: days, gaps and lags are those of the API."""

import re
from collections import Counter
from html import unescape
from typing import Any

import httpx
import pytest

from tests.client.conftest import Served
from tests.pages.conftest import Watched
from tests.pages.test_place import asked, section, shown, text

DAYS = "group_by=country,day&date_from=2014-10-01&date_to=2017-02-06&limit=10000"


def by_country(rows: list[dict[str, Any]]) -> dict[str, Counter[str]]:
    """Count the days of each country by their state."""
    counted: dict[str, Counter[str]] = {}
    for row in rows:
        counted.setdefault(row["country"], Counter())[row["state"]] += 1
    return counted


def test_days_by_state_are_those_of_the_api(server: Served) -> None:
    """The table counts the days as /v1/aggregates has them, and each day with lines is a link."""
    rows = asked(server, f"/v1/aggregates?{DAYS}")["rows"]
    page = shown(server, "/coverage")
    table = section(page, "states")
    for name, code in (("Iraq", "IQ"), ("Syria", "SY")):
        states = by_country(rows)[code]
        cells = re.search(rf'<th scope="row">{name}</th>(.*?)</tr>', table)
        assert cells is not None
        assert text(cells[1]).split()[:3] == [
            str(states[state]) for state in ("reported", "none_reported", "no_report")
        ]
    titles = re.findall(r"<title>(\d+ \w+ \d+), (\w+): ([\d,]+) lines? of", page)
    assert len(titles) == sum(1 for row in rows if row["lines"])
    assert sum(int(lines) for _, _, lines in titles) == sum(row["lines"] for row in rows)


def test_day_opens_its_lines(server: Served) -> None:
    """The link of a day leads to the explore page of that day and country."""
    links = re.findall(r'<a href="(/\?[^"]+)" tabindex="-1"><rect', shown(server, "/coverage"))
    assert unescape(links[0]).startswith("/?date_from=2017-0")
    assert httpx.get(f"{server.url}{unescape(links[0])}").status_code == 200


def test_months_of_the_table_add_up(server: Served) -> None:
    """The table beneath the drawing has all lines of the record."""
    table = section(shown(server, "/coverage"), "calendar")
    lines = [
        int(value.replace(",", "")) for value in re.findall(r'<td class="num">([\d,]+)</td></tr>', table)
    ]
    assert sum(lines) == asked(server, "/v1/aggregates")["totals"]["lines"]


def test_longest_gaps_are_days_without_report(server: Served) -> None:
    """The longest gap of Iraq has 111 days, and the API has no report of any of them."""
    assert "18 Oct 2016 – 5 Feb 2017 Iraq 111 Post one" in text(section(shown(server, "/coverage"), "gaps"))
    rows = asked(server, "/v1/aggregates?country=IQ&group_by=day&date_from=2016-10-18&date_to=2017-02-05")[
        "rows"
    ]
    assert len(rows) == 111
    assert {row["state"] for row in rows} == {"no_report"}


def test_lags_are_those_of_the_api(server: Served) -> None:
    """Publishers with median and longest lag, most lines first."""
    rows = asked(server, "/v1/aggregates?group_by=publisher&lag=true")["rows"]
    table = section(shown(server, "/coverage"), "lags")
    cells = re.findall(r'publisher=([\w-]+)">[^<]*</a></th>(.*?)</tr>', table)
    assert {slug: text(values) for slug, values in cells} == {
        row["publisher"]: f"{row['lines']:,} {row['lag_days_median']:g} d {row['lag_days_max']} d"
        for row in rows
    }


def test_place_is_told_apart_from_its_country(server: Served) -> None:
    """With a place, days on which reports of the country do not name it have the light hatch."""
    page = shown(server, "/coverage?location=palmyra")
    assert 'class="p-hatch light"><title>' in page
    assert "none names Palmyra" in page
    assert "Iraq" not in section(page, "states")


def test_filters_of_content_are_refused(server: Served) -> None:
    """Which days a report is about does not depend on effects; such a filter is not ignored."""
    assert "effect" in shown(server, "/coverage?effect=destroyed", 422)
    assert "date_to" in shown(server, "/coverage?date_from=2017-01-02&date_to=2017-01-01", 422)


def test_long_record_is_paged_by_year(server: Served) -> None:
    """Of a long range the last six years are shown, with a link to those before."""
    page = shown(server, "/coverage?date_from=1990-01-01&date_to=2017-02-06")
    assert re.findall(r'<h3 class="y">(\d+)</h3>', page) == ["2017", "2016", "2015", "2014", "2013", "2012"]
    assert "date_from=1990-01-01&amp;date_to=2011-12-31" in page
    older = shown(server, "/coverage?date_from=1990-01-01&date_to=1995-12-31")
    assert re.findall(r'<h3 class="y">(\d+)</h3>', older) == ["1995", "1994", "1993", "1992", "1991", "1990"]


def test_all_days_of_the_calendar_are_paged(server: Served) -> None:
    """From the first day that there is to the last, six years are shown."""
    page = shown(server, "/coverage?date_from=1911-01-01&date_to=9998-12-31")
    assert re.findall(r'<h3 class="y">(\d+)</h3>', page)[0] == "9998"
    assert "date_to=9992-12-31" in page
    assert shown(server, "/coverage?date_from=1911-01-01&date_to=1912-12-31")


def test_page_fits_a_phone_and_has_no_serious_faults(browser_page: Watched) -> None:
    """At 390 px nothing scrolls sideways, and axe has no serious finding."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    browser_page.page.set_viewport_size({"width": 390, "height": 844})
    browser_page.open("/coverage")
    assert browser_page.page.evaluate("document.documentElement.scrollWidth") <= 390
    found = axe.run(browser_page.page).response["violations"]
    assert [fault["id"] for fault in found if fault["impact"] in {"serious", "critical"}] == []
