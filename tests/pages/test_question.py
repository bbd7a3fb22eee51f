"""GET /: figures, lists and lines are those of the API, at the number that the page names."""

import random
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.pages import preview
from app.vocabulary.effects import Effect
from tests.api import Api
from tests.factories import make_report, make_strike, make_tally
from tests.pages.markup import Node, page

EVERY_CLASS = """<script>alert(1)</script>"><img src=x onerror=alert(2)>&'{{7*7}}"""


def shown(api: Api, address: str = "/", **parameters: Any) -> Node:  # noqa: ANN401 - anything a query can hold
    """Open a page that must be there, on a server that has read the record, as one is that runs for a moment."""
    api.read("/v1/aggregates")
    response = api.get(address, **parameters)
    assert response.status_code == 200, response.text
    return page(response.text)


def figure(found: Node, measure: str) -> str:
    """Return what stands in the row of totals, "≥" as the API has it not."""
    return found.one("a", "fig", data_measure=measure).one(class_="v").text.replace("≥ ", "").replace(",", "")


def asked(rng: random.Random) -> dict[str, Any]:
    """Make a random question on the sample."""
    given: dict[str, Any] = {}
    if rng.random() < 0.4:
        given["location"] = rng.sample(["palmyra", "mosul", "ramadi", "kobani", "hit"], rng.choice((1, 2)))
    if rng.random() < 0.3:
        given["country"] = rng.choice(["SY", "IQ"])
    if rng.random() < 0.4:
        given["effect"] = rng.sample([effect.value for effect in Effect], rng.choice((1, 2)))
    if rng.random() < 0.3:
        given["category"] = [rng.choice(["tank", "vehicle", "fighting-position"])]
    if rng.random() < 0.2:
        given["min_items"] = rng.choice([1, 5, 10])
    if rng.random() < 0.5:
        given["date_from"] = f"2015-{rng.randint(1, 12):02}-01"
    if rng.random() < 0.3:
        given["date_to"] = f"2016-{rng.randint(1, 12):02}-28"
    if rng.random() < 0.2:
        given["duplicates"] = "include"
    if rng.random() < 0.2:
        given["q"] = rng.choice(["isil", "vehicle", "zzz"])
    return given


@pytest.mark.parametrize("seed", range(12))
def test_every_figure_is_that_of_the_api(sampled: Api, seed: int) -> None:
    """Totals, the table of the chart and the requests that panels show agree, whatever is asked."""
    given = asked(random.Random(seed))  # noqa: S311 - a question
    found = shown(sampled, **given)
    totals = sampled.read("/v1/aggregates", **given)["totals"]

    assert figure(found, "lines") == str(totals["lines"])
    assert found.one("a", "fig", data_measure="items").one("data").given["value"] == str(totals["items_min"])
    assert figure(found, "reports") == str(totals["reports"])
    assert figure(found, "items").split("–")[0] == str(totals["items_min"])
    assert figure(found, "strikes").split("–")[0] in {str(totals["strikes_min"]), "not given", "0"}
    for link in found.one(id="timeline").one("div", id="take-timeline").all("a"):
        assert "as_of=" in link.given["href"]
    request = found.one("div", id="api-timeline").one("a").given["href"]
    rows = sampled.read(request)["rows"]
    counted = found.one(id="timeline").one("table", "data").one("tbody").all("tr")
    in_table = {
        row.one("th").text: row.all("td")[0].text.replace("≥ ", "").replace(",", "") for row in counted
    }
    for row in rows:
        if row["lines"]:
            assert in_table[row["period"]].split("–")[0] == str(row["items_min"])


def test_places_are_ranked_as_the_api_counts_them(sampled: Api) -> None:
    """The list is the map for keys, readers and phones."""
    rows = sampled.read("/v1/aggregates", group_by="location", sort="-items_min", limit=5)["rows"]
    names = [row.one("th").one("a").text for row in shown(sampled).one(id="places").one("tbody").all("tr")]

    slugs = [row["location"] for row in rows]
    assert [sampled.read(f"/v1/locations/{slug}")["name"] for slug in slugs] == names[:5]


def test_lines_are_those_of_the_api_page_after_page(sampled: Api) -> None:
    """Twenty at a time, newest first, none missing and none twice."""
    expected = [line["id"] for line in sampled.read("/v1/strikes", location="palmyra", limit=100)["items"]]
    found, address = [], "/?location=palmyra"
    while address:
        lines = shown(sampled, address).one(id="lines")
        found += [row.given["id"] for row in lines.one("table", "lines").one("tbody").all("tr")]
        address = next((link.given["href"] for link in lines.all("a") if link.text == "Next 20"), "")

    assert found == expected


def test_equal_views_have_equal_addresses(sampled: Api) -> None:
    """Names become slugs, and the order of parameters does not matter."""
    addresses = {
        shown(sampled, address).one("link", rel="canonical").given["href"]
        for address in (
            "/?effect=destroyed&location=Palmyra",
            "/?location=Tadmur&effect=destroyed&measure=items",
            "/?location=palmyra&effect=destroyed&date_from=&date_to=",
        )
    }
    assert len(addresses) == 1
    assert urlsplit(addresses.pop()).query == "location=palmyra&effect=destroyed"


def test_every_link_of_the_page_leads_somewhere(sampled: Api) -> None:
    """Each choice is a page, and each request is answered."""
    found = shown(sampled, "/?location=palmyra&effect=destroyed")
    own = {
        "/",
        "/v1/aggregates",
        "/v1/export",
        "/embed/timeline",
        "/embed/map",
        "/embed/places",
        "/embed/categories",
    }
    hrefs = {link.given["href"] for link in found.all("a") if "href" in link.given}
    for href in sorted(hrefs):
        if urlsplit(href).path in own:
            assert sampled.get(href.partition("#")[0]).status_code == 200, href


def test_a_page_of_a_number_never_changes(api: Api) -> None:
    """With as_of the same page comes back after a write, and may be cached for good."""
    report = api.post(make_report(make_strike(make_tally(3))))
    response = api.get("/", as_of=str(report["seq"]))
    api.post(make_report(make_strike(make_tally(5)), number="other"))
    later = api.get("/", as_of=str(report["seq"]))

    assert "immutable" in response.headers["cache-control"]
    assert figure(page(later.text), "items") == figure(page(response.text), "items") == "3"
    assert figure(shown(api), "items") == "8"


def test_an_unchanged_page_is_not_sent_again(sampled: Api) -> None:
    """The tag holds until the ledger moves."""
    tag = sampled.get("/").headers["etag"]
    assert sampled.request("GET", "/", headers={"If-None-Match": tag}).status_code == 304


def test_an_unknown_parameter_is_refused_with_the_nearest_as_a_page(sampled: Api) -> None:
    """No filter is dropped in silence."""
    response = sampled.get("/", lokation="palmyra")
    assert response.status_code == 422
    assert "did you mean" in page(response.text).one("main").text
    unknown = sampled.get("/", location="palmira x")
    assert unknown.status_code == 422
    assert unknown.headers["content-type"].startswith("text/html")


def test_nothing_matches_says_without_which_filter_something_would(sampled: Api) -> None:
    """Each way out is a link with the number of lines that it leads to."""
    found = shown(sampled, location="palmyra", effect="denied")
    words = found.one(id="nothing").text
    assert words.startswith("Nothing matches. Without")
    assert "24 lines" in words


def test_an_empty_record_has_a_page_too(api: Api) -> None:
    """Before the first report all figures are zero, and nothing breaks."""
    found = shown(api)
    assert figure(found, "lines") == "0"


def test_a_second_series_stands_next_to_the_first(sampled: Api) -> None:
    """Two numbers, never a difference."""
    found = shown(sampled, location="palmyra", **{"vs.location": "mosul"})
    words = found.one(id="versus").text
    mosul = sampled.read("/v1/aggregates", location="mosul")["totals"]["items_min"]
    assert "125" in words
    assert f"{mosul:,}" in words


def test_stored_text_is_only_text(api: Api) -> None:
    """Whatever a report holds, no element and no attribute is made of it."""
    report = make_report(
        make_strike(make_tally(2, category=None, as_written=EVERY_CLASS), location_as_written=EVERY_CLASS),
        title=EVERY_CLASS,
        number=EVERY_CLASS,
    )
    response = api.try_posting(report)
    assert response.status_code == 201, response.text
    line = api.read("/v1/strikes")["items"][0]["id"]
    content = api.get("/", row=line).text

    assert "<script>alert" not in content
    assert "<img" not in content
    assert "49" not in page(content).one("td", "what").text


@pytest.mark.parametrize("panel", ["timeline", "map", "places", "categories", "effects", "number"])
def test_an_embed_may_be_framed_and_a_page_not(sampled: Api, panel: str) -> None:
    """Another site shows the panel in a frame; it holds the figures as text."""
    embedded = sampled.get(f"/embed/{panel}", location="palmyra")
    assert "frame-ancestors *" in embedded.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in sampled.get("/").headers["content-security-policy"]
    assert "24 lines of 24 reports" in page(embedded.text).one("main").text


def test_oembed_describes_the_embed_of_a_page(sampled: Api) -> None:
    """A page of this server has one; that of another server has none."""
    found = sampled.read("/oembed", url="http://localhost/?location=palmyra", maxwidth="600")
    assert found["type"] == "rich"
    assert 'src="http://localhost/embed/timeline?location=palmyra"' in found["html"]
    assert found["width"] == 600
    assert sampled.get("/oembed", url="https://example.org/").status_code == 404


def test_a_link_has_a_picture(sampled: Api) -> None:
    """Chats show the timeline of the question as PNG, 1,200 by 630 pixels."""
    address = shown(sampled, location="palmyra").one("meta", property="og:image").given["content"]
    response = sampled.get(address.removeprefix("http://localhost"))

    assert response.headers["content-type"] == "image/png"
    assert response.content.startswith(b"\x89PNG")
    assert [int.from_bytes(response.content[at : at + 4], "big") for at in (16, 20)] == [1_200, 630]


def test_without_the_extra_there_is_no_picture(sampled: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page names none, and its address is not found."""
    monkeypatch.setattr(preview, "_LIBRARY", "no_such_library")
    assert shown(sampled).all("meta", property="og:image") == []
    assert sampled.get("/preview.png").status_code == 404
