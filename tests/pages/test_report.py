"""GET /reports and /reports/{id}: the text, lines, sums and history of reports, as the API has them."""

import html
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from app.http.responses import BRIEF, IMMUTABLE
from tests.api import Api
from tests.client.conftest import Served, serving_sample
from tests.factories import Body, make_report, make_strike, make_tally
from tests.pages.conftest import Watched, watching
from tests.reports.test_corrections import put, retract

TEXT = (
    "Strikes \U0001f6e9 in Syria\n\nNear Raqqa, two strikes destroyed 238 vehicles. "
    "Near Manbij, one strike hit a tank."
)


def span(words: str, text: str = TEXT) -> Body:
    """Return where words stand in a text."""
    start = text.index(words)
    return {"start": start, "end": start + len(words)}


def line(sentence: str, words: str, count: int, *, text: str | None = TEXT, **fields: Any) -> Body:  # noqa: ANN401 - any field of the body
    """Make a line with its sentence and the phrase of its tally, marked where there is a text."""
    quotes = {} if text is None else {"quote": span(words)}
    tally = make_tally(count, as_written=words, **quotes)
    return make_strike(tally, **({} if text is None else {"quote": span(sentence)}), **fields)


def release(count: int = 238, text: str | None = TEXT, **fields: Any) -> Body:  # noqa: ANN401 - any field
    """Make a report of two lines, with its text."""
    first = line(
        "Near Raqqa, two strikes destroyed 238 vehicles.", "238 vehicles", count, text=text, strikes=2
    )
    second = line("Near Manbij, one strike hit a tank.", "a tank", 1, text=text, location="Manbij")
    return make_report(first, second, text=text, **fields)


def page(api: Api, path: str, *, status: int = 200, **parameters: Any) -> str:  # noqa: ANN401 - a parameter
    """Return the HTML of a page."""
    response = api.get(path, **parameters)
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    return response.text


def words(markup: str) -> str:
    """Return the text of a piece of HTML, with single spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", markup)).split())


def figures(markup: str) -> dict[str, str]:
    """Return the figures of a page by name."""
    figure = re.findall(
        r'<span class="l">(.*?)</span><span class="v[^"]*">(.*?)</span>(?=<span class="n">)', markup
    )
    return {name: words(value) for name, value in figure}


def changes(markup: str) -> list[list[str]]:
    """Return the cells of the table of changes."""
    table = re.search(r'<table class="diff">.*?</table>', markup, re.DOTALL)
    rows = re.findall(r"<tr><td>.*?</tr>", table[0] if table else "")
    return [[words(cell) for cell in re.findall(r"<td.*?>(.*?)</td>", row)] for row in rows]


def bounds(least: int | None, most: int | None, *, is_open: bool) -> str:
    """Return a count of the API as pages write it."""
    if least is None:
        return "not given"
    return f"≥{least:,}" if is_open else f"{least:,}" if least == most else f"{least:,}–{most:,}"


def test_figures_are_those_of_the_api(sampled: Api) -> None:
    """The figures of a report are the totals of /v1/aggregates for it, of plain, open and missing counts."""
    for number in (1, 77, 276, 500, 533, 534):
        totals = sampled.read("/v1/aggregates", report=f"r{number}")["totals"]
        shown = figures(page(sampled, f"/reports/r{number}"))
        strikes = bounds(
            totals["strikes_min"], totals["strikes_max"], is_open=totals["strikes_open_ended"] > 0
        )
        assert shown == {
            "Items": bounds(totals["items_min"], totals["items_max"], is_open=totals["open_ended"] > 0),
            "Strikes": strikes,
            "Lines": f"{totals['lines']:,}",
            "Revision": "1 of 1",
            "Engagements": bounds(totals["engagements"], totals["engagements"], is_open=False),
        }


def test_text_is_marked_where_its_counts_stand(api: Api) -> None:
    """Behind a sign beyond the basic plane, each phrase is marked, and each sentence names its line."""
    report = api.post(release())
    markup = page(api, f"/reports/{report['id']}")
    assert re.findall(r'<mark class="m-destroyed" title="destroyed">(.*?)</mark>', markup) == [
        "238 vehicles",
        "a tank",
    ]
    assert re.findall(r'data-lines="(s\d+)"', markup) == [line["id"] for line in report["strikes"]]
    assert re.findall(r'<tr id="(s\d+)"', markup) == [line["id"] for line in report["strikes"]]


def test_report_without_text_is_shown_as_facts(api: Api) -> None:
    """Where no text is held, the page says so and shows the same lines."""
    report = api.post(release(text=None))
    markup = page(api, f"/reports/{report['id']}")
    assert "as facts, not the text of the release" in markup
    assert "data-release" not in markup
    assert figures(markup)["Items"] == "239"


def test_revision_shows_only_cells_that_differ(api: Api) -> None:
    """A corrected count is one row; the sum of what it did and the reason are stated, and the old page stays."""
    first = api.post(release())
    put(api, first, release(283) | {"reason": "A slip of ours."})
    markup = page(api, f"/reports/{first['id']}")
    assert changes(markup) == [["Raqqa, vehicle", "destroyed", "238", "283 “238 vehicles”"]]
    text = words(markup)
    assert "Revised once since it was recorded, on" in text
    assert "“A slip of ours.”" in text
    assert "1 other line did not change. Items of this report: 239 → 284." in text
    assert figures(markup)["Revision"] == "2 of 2"
    assert figures(page(api, f"/reports/{first['id']}", revision=1))["Items"] == "239"


def test_equal_changes_are_shown_once(api: Api) -> None:
    """When the text is added to all lines, or one day is corrected in all, a row stands for all of them."""
    first = api.post(release(text=None))
    put(api, first, release() | {"reason": "The text is added."})
    markup = page(api, f"/reports/{first['id']}")
    assert [row[:2] for row in changes(markup)] == [
        ["The report", "text"],
        ["Raqqalikewise in 1 more lineManbij", "sentence"],
    ]
    body = release()
    for strike in body["strikes"]:
        strike["date_from"] = "2017-02-28"
    put(api, first, body | {"reason": "The day before."})
    third = changes(page(api, f"/reports/{first['id']}"))
    assert third == [["Raqqathe same in 1 more lineManbij", "day", "1 Mar 2017", "28 Feb 2017"]]


def test_sums_are_the_checks_of_the_api(api: Api) -> None:
    """Claimed totals stand with what their lines add up to; a revision says which sums it settled."""
    claim = {"country": "SY", "date_from": "2017-03-01", "strikes": 4}
    first = api.post(release(coverage=[claim]))
    assert [check["agrees"] for check in first["checks"]] == [False]
    text = words(page(api, f"/reports/{first['id']}"))
    assert (
        "Syria, 1 Mar 2017. The release gives 4 strikes; its lines there add up to 3. Does not agree." in text
    )
    put(api, first, release(coverage=[claim | {"strikes": 3}]) | {"reason": "It says three."})
    assert "The sum of Syria, 1 Mar 2017 agrees since this revision." in words(
        page(api, f"/reports/{first['id']}")
    )


def test_retracted_report_stays_readable(api: Api) -> None:
    """A band gives the reason; text and lines are those of before, and no figure is counted."""
    report = api.post(release())
    retract(api, report, "It was withdrawn.")
    markup = page(api, f"/reports/{report['id']}")
    assert "“It was withdrawn.” Nothing of it is counted." in words(markup)
    assert "238 vehicles</mark>" in markup
    assert markup.count("not counted any more") == 3
    assert "/post?report=" not in markup


def test_revision_and_as_of_never_change(api: Api) -> None:
    """A page of a revision or a ledger number is immutable, also once later revisions came; the others are brief."""
    report = api.post(release())
    path = f"/reports/{report['id']}"
    pinned = [api.get(path, revision=1), api.get(path, as_of=report["seq"])]
    put(api, report, release(283) | {"reason": "A slip."})
    api.post(make_report(number="another"))
    assert [response.headers["Cache-Control"] for response in pinned] == [IMMUTABLE, IMMUTABLE]
    assert [api.get(path, revision=1).text, api.get(path, as_of=report["seq"]).text] == [
        response.text for response in pinned
    ]
    assert "1 of 2" in figures(page(api, path, revision=1, as_of=report["seq"] + 1))["Revision"]
    now = api.get(path)
    assert now.headers["Cache-Control"] == BRIEF
    again = api.request("GET", path, headers={"If-None-Match": now.headers["ETag"]})
    assert (again.status_code, again.text) == (304, "")


def test_what_is_not_there_is_a_page_of_404(api: Api) -> None:
    """Unknown ids, later revisions and drafts are not there at all."""
    draft = api.post(release(status="draft"))
    report = api.post(release(number="1"))
    for path in (f"/reports/{draft['id']}", "/reports/r999", "/reports/x", "/reports/r0"):
        assert "Not found" in page(api, path, status=404)
    page(api, f"/reports/{report['id']}", status=404, revision=2)
    page(api, f"/reports/{report['id']}", status=404, as_of=report["seq"] - 1)
    page(api, f"/reports/{report['id']}", status=422, revision=0)
    assert draft["id"] not in page(api, "/reports")


HOSTILE = '</script><script>alert(1)</script><img src=x onerror="alert(2)">'


def test_hostile_words_are_only_text(api: Api) -> None:
    """Titles, numbers, texts, places and reasons with markup stay text, in HTML and in linked data."""
    body = make_report(
        make_strike(
            make_tally(as_written=HOSTILE), location=None, location_as_written=HOSTILE, owner=HOSTILE
        ),
        title=HOSTILE,
        number=HOSTILE[:40],
        text=HOSTILE,
        sums_note=HOSTILE,
    )
    report = api.post(body)
    put(api, report, body | {"title": f"{HOSTILE}!", "reason": HOSTILE})
    for path in (f"/reports/{report['id']}", "/reports"):
        markup = page(api, path)
        assert "<script>alert" not in markup
        assert "<img" not in markup
        assert "style=" not in markup


def test_linked_data_names_the_report(api: Api) -> None:
    """Search engines read name, day, publisher and source of a report as it was published."""
    report = api.post(release(title="</script>&", source_url="https://example.org/1"))
    markup = page(api, f"/reports/{report['id']}")
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', markup)
    linked = json.loads(data)
    assert linked["@type"] == "Report"
    assert (linked["name"], linked["datePublished"]) == ("</script>&", "2017-03-02")
    assert linked["publisher"]["name"] in words(markup)
    assert linked["isBasedOn"] == "https://example.org/1"
    assert '<a href="https://example.org/1" rel="noopener nofollow ugc">Source</a>' in markup


def test_citation_is_that_of_the_guide(api: Api) -> None:
    """The citation names number, day, revision, ledger number, whole hash, and the permanent URL of the revision."""
    report = api.post(release(number="20170302-01"))
    ledger = api.read("/v1/ledger")
    assert (
        f"20170302-01, 2 March 2017, revision 1. strikeledger ledger {ledger['seq']}, sha256 {ledger['hash']}. "
        f"http://localhost/v1/reports/{report['id']}/revisions/1"
    ) in page(api, f"/reports/{report['id']}")


def test_list_has_every_report_once(sampled: Api) -> None:
    """The pages of the list follow each other, the latest published first, and hold what the API lists."""
    expected, cursor = [], None
    while True:
        answer = sampled.read("/v1/reports", limit=500, **({"cursor": cursor} if cursor else {}))
        expected += [report["id"] for report in answer["items"]]
        if (cursor := answer["next"]) is None:
            break
    listed, path = [], "/reports"
    while path:
        markup = page(sampled, path)
        listed += re.findall(r'class="what"><a href="/reports/(r\d+)">', markup)
        following = re.search(r'<link rel="next" href="([^"]+)">', markup)
        path = html.unescape(following[1]) if following else ""
    assert listed == expected


def test_list_is_filtered_as_the_api_filters(api: Api) -> None:
    """Publisher, number in any spelling, status and days choose reports; empty fields of the form choose nothing."""
    mine = api.post(make_report(number="20170302-01"))
    other = api.post(make_report(publisher="centcom", published_on="2016-01-01", number="A"))
    retract(api, other)

    def ids(**parameters: str) -> list[str]:
        return re.findall(
            r'class="what"><a href="/reports/(r\d+)">', page(api, path=f"/reports?{urlencode(parameters)}")
        )

    assert ids(number="20170302\u201301", publisher="", status="") == [mine["id"]]
    assert ids(status="retracted") == [other["id"]]
    assert ids(publisher="centcom") == [other["id"]]
    assert ids(published_from="2017-01-01") == [mine["id"]]
    assert ids(number="none such") == []
    page(api, "/reports", status=422, publisher="nobody")
    page(api, "/reports", status=422, after="damaged")


def test_long_report_is_rendered_in_time(api: Api) -> None:
    """A report of 1,000 lines that were all corrected takes no second of processor time; it takes 0.15 s when idle."""
    text = "".join(f"Near Raqqa, {number} strikes destroyed {number} vehicles.\n" for number in range(1000))
    strikes, at = [], 0
    for number, sentence in enumerate(text.splitlines(keepends=True)):
        phrase = at + sentence.index(f"{number} vehicles")
        quote = {"start": phrase, "end": at + len(sentence) - 2}
        tallies = [make_tally(number, as_written=f"{number} vehicles", quote=quote)]
        strikes.append(make_strike(*tallies, quote={"start": at, "end": at + len(sentence) - 1}))
        at += len(sentence)
    report = api.post(make_report(*strikes, text=text))
    corrected = [strike | {"strikes": 2} for strike in strikes]
    put(api, report, make_report(*corrected, text=text) | {"reason": "Two each."})
    page(api, "/reports")
    began = time.process_time()
    markup = page(api, f"/reports/{report['id']}")
    assert time.process_time() - began < 1
    assert markup.count("<mark ") == 1000
    assert changes(markup)[0][1:] == ["strikes", "1", "2"]


@pytest.fixture(scope="module")
def releases(sqlite_sampled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run a server that holds a release with its text, revised once."""
    with serving_sample(sqlite_sampled, tmp_path_factory.mktemp("releases")) as served:
        headers = {"Authorization": f"Bearer {served.key}"}
        with httpx.Client(base_url=served.url, headers=headers) as client:
            report = client.post("/v1/reports", json=release()).json()
            tag = client.get(f"/v1/reports/{report['id']}").headers["ETag"]
            revised = release(283) | {"reason": "A slip of ours."}
            client.put(
                f"/v1/reports/{report['id']}", json=revised, headers={"If-Match": tag}
            ).raise_for_status()
        yield served


@pytest.fixture
def report_page(chromium: Any, releases: Served) -> Iterator[Watched]:  # noqa: ANN401 - Playwright may be absent
    """Open a page on that server, as `browser_page` does."""
    with watching(chromium, releases) as watched:
        yield watched


def test_hover_and_focus_join_text_and_line(report_page: Watched) -> None:
    """A pointed sentence marks its line, a focused place marks its sentence, and leaving takes both back."""
    report_page.open("/reports/r535")
    here = report_page.page
    here.hover("text=238 vehicles >> nth=0", force=True)
    here.hover('mark:has-text("238 vehicles")')
    assert here.locator("tr.at").count() == 1
    assert "Raqqa" in here.inner_text("tr.at")
    here.focus('.lines a:has-text("Manbij")')
    assert here.inner_text(".sen.at") == "Near Manbij, one strike hit a tank."
    here.focus(".find input")
    assert here.locator(".at").count() == 0


@pytest.mark.parametrize("path", ["/reports/r535", "/reports?publisher=centcom"])
def test_pages_fit_a_phone_and_have_no_serious_finding(report_page: Watched, path: str) -> None:
    """At 390 px nothing scrolls sideways, and axe has no serious finding on a desk and on a phone."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for width in (1440, 390):
        report_page.page.set_viewport_size({"width": width, "height": 844})
        report_page.open(path)
        assert report_page.page.evaluate("document.documentElement.scrollWidth") <= width
        findings = axe.run(report_page.page).response["violations"]
        serious = [finding for finding in findings if finding["impact"] in {"serious", "critical"}]
        assert [(finding["id"], finding["nodes"][0]["html"]) for finding in serious] == []


def test_all_is_readable_without_a_script(chromium: Any, releases: Served) -> None:  # noqa: ANN401 - Playwright may be absent
    """Text, marks, lines and the change are in the HTML."""
    context = chromium.new_context(java_script_enabled=False)
    here = context.new_page()
    here.goto(f"{releases.url}/reports/r535")
    assert here.locator("mark").count() == 2
    assert here.locator(".lines tbody tr").count() == 2
    assert here.inner_text(".diff ins") == "283"
    context.close()
