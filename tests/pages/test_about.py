"""GET /about-the-data, the sitemap and robots.txt."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest

from app.columnar.store import Columns
from app.db.engine import Database
from app.pages import sitemap
from app.pages.about_routes import in_script
from app.pages.record import Record
from tests.client.conftest import Served
from tests.pages.conftest import Watched
from tests.pages.test_place import asked, section, shown, text

LOCATION = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def addresses(content: str) -> list[str]:
    """Return the addresses of a sitemap."""
    return [found.text or "" for found in ET.fromstring(content).iter(LOCATION)]  # noqa: S314 - our own


def test_dataset_is_described_for_search_engines(server: Served) -> None:
    """The JSON-LD has the ledger number as its version, days and countries of the lines, and formats that exist."""
    page = shown(server, "/about-the-data")
    [written] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    dataset, ledger = json.loads(written), asked(server, "/v1/ledger")
    assert (dataset["@type"], dataset["version"]) == ("Dataset", str(ledger["seq"]))
    assert dataset["identifier"] == f"sha256:{ledger['hash']}"
    assert dataset["temporalCoverage"] == "2014-10-01/2017-02-06"
    assert {place.get("identifier") for place in dataset["spatialCoverage"]} >= {"IQ", "SY"}
    formats = {file["contentUrl"].rpartition("=")[2] for file in dataset["distribution"]}
    assert formats == {"csv", "ndjson", "geojson", "parquet", "xlsx", "sqlite", "bundle"}
    for file in dataset["distribution"]:
        assert file["contentUrl"].startswith(f"{server.url}/v1/export?as_of={ledger['seq']}&format=")
    first = httpx.get(dataset["distribution"][0]["contentUrl"])
    assert first.status_code == 200
    assert first.headers["content-type"].startswith(dataset["distribution"][0]["encodingFormat"])
    assert 'id="licences"' in page


def test_sources_are_those_of_the_api(server: Served) -> None:
    """Publishers have their reports and lines, and the head of the page all of them."""
    page = shown(server, "/about-the-data")
    answer = asked(server, "/v1/aggregates?group_by=publisher&sort=-lines")
    rows = re.findall(r'publisher=([\w-]+)">[^<]*</a></th>(.*?)</tr>', section(page, "sources"))
    assert [(slug, text(cells)) for slug, cells in rows] == [
        (row["publisher"], f"{row['reports']:,} {row['lines']:,}") for row in answer["rows"]
    ]
    assert f"{answer['totals']['lines']:,} lines of {answer['totals']['reports']:,} reports" in text(page)


def test_every_form_of_not_knowing_is_drawn(server: Served) -> None:
    """Eight forms, each with its words, and the hatched ones in two strengths."""
    page = shown(server, "/about-the-data")
    forms = page[page.index('class="forms"') : page.index('id="sources"')]
    assert forms.count("<figure>") == 8
    assert forms.count("p-hatch") == 2
    assert forms.count("p-hatch light") == 1


def test_json_cannot_end_its_element() -> None:
    """Text in JSON of a script element is escaped so that it stays text."""
    assert in_script({"name": "</script><b>&"}) == '{"name":"\\u003c/script\\u003e\\u003cb\\u003e\\u0026"}'


def test_sitemap_lists_what_lines_name(server: Served) -> None:
    """Places and categories with lines, and all published reports, by absolute addresses that exist."""
    response = httpx.get(f"{server.url}/sitemap.xml")
    assert response.headers["content-type"] == "application/xml"
    listed = addresses(response.text)
    places = [row["location"] for row in asked(server, "/v1/aggregates?group_by=location&limit=1000")["rows"]]
    named = {f"{server.url}/places/{slug}" for slug in places if slug}
    assert named == {address for address in listed if "/places/" in address}
    assert len([address for address in listed if "/reports/" in address]) == 534
    assert len(listed) == len(set(listed))
    for address in (listed[0], listed[4], min(named)):
        assert httpx.get(address).status_code == 200
    assert (
        httpx.get(
            f"{server.url}/sitemap.xml", headers={"If-None-Match": response.headers["etag"]}
        ).status_code
        == 304
    )


def test_sitemap_in_files_holds_the_same(sqlite_sampled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are more addresses than a file holds, an index names files that have each of them once."""
    database = Database(f"sqlite:///{sqlite_sampled}")
    with database.reading() as session:
        record = Record(session, Columns(), None)
        whole = addresses(sitemap.sitemap(record, "http://x") or "")
        monkeypatch.setattr(sitemap, "MOST", 100)
        files = addresses(sitemap.sitemap(record, "http://x") or "")
        listed = [
            address
            for number in range(1, len(files) + 1)
            for address in addresses(sitemap.sitemap(record, "http://x", number) or "")
        ]
        assert files[0] == "http://x/sitemap-1.xml"
        assert sitemap.sitemap(record, "http://x", len(files) + 1) is None
        assert sitemap.sitemap(record, "http://x", 0) is None
    database.close()
    assert listed == whole


def test_robots_are_shown_the_sitemap(server: Served) -> None:
    """Robots find the sitemap, and stay out of the endless choices of filters."""
    robots = httpx.get(f"{server.url}/robots.txt")
    assert robots.headers["content-type"] == "text/plain; charset=utf-8"
    assert f"Sitemap: {server.url}/sitemap.xml" in robots.text
    assert "Disallow: /*?" in robots.text
    assert httpx.get(f"{server.url}/sitemap-99999.xml").status_code == 404
    assert httpx.get(f"{server.url}/sitemap-x.xml").status_code == 404


def test_page_fits_a_phone_and_has_no_serious_faults(browser_page: Watched) -> None:
    """At 390 px nothing scrolls sideways, axe has no serious finding, and the JSON-LD breaches no policy."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    browser_page.page.set_viewport_size({"width": 390, "height": 844})
    browser_page.open("/about-the-data")
    assert browser_page.page.evaluate("document.documentElement.scrollWidth") <= 390
    found = axe.run(browser_page.page).response["violations"]
    assert [fault["id"] for fault in found if fault["impact"] in {"serious", "critical"}] == []
