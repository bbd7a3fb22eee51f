"""/post: a release is pasted, settled, published and corrected, in a real browser."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.client.conftest import Served
from tests.factories import make_report, make_strike, make_tally
from tests.pages.composer import RELEASE, Composer
from tests.pages.conftest import Watched

HOSTILE = '<img src=x onerror="document.title=1">"><script>document.title=1</script>'


@pytest.fixture
def composer(writing_page: Watched, written_server: Served) -> Iterator[Composer]:
    """Open the composer on the server that may be written to."""
    made = Composer(writing_page, written_server)
    yield made
    made.api.close()


def test_pasted_release_is_settled_and_published(composer: Composer) -> None:
    """What was settled on the page is in the record, and its totals grow by exactly that."""
    before = composer.read("/v1/aggregates")["totals"]
    composer.paste(RELEASE)
    page = composer.page
    assert page.inner_text("#settle h2") == "5 things to settle before it can be published"
    composer.settle()

    page.click("#settle [data-kind=place] .btn")
    page.click("#settle [data-kind=remark] .btn")
    page.fill("#settle [data-kind=category] [role=combobox]", "build")
    page.wait_for_selector("#settle [role=option]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#settle.done, #settle[hidden]", state="attached")
    assert page.inner_text("#sums") == "3 lines, 6 strikes, ≥61 items"
    composer.publish()
    report = composer.published()
    after = composer.read("/v1/aggregates")["totals"]

    assert report["text"] == RELEASE
    assert [line["location"] and line["location"]["slug"] for line in report["strikes"]] == [
        "raqqa",
        None,
        "mosul",
    ]
    assert {line["date_from"] for line in report["strikes"]} == {"2017-03-03"}
    assert {line["date_precision"] for line in report["strikes"]} == {"unknown"}
    assert report["strikes"][0]["tallies"][2]["category"] == "building"
    assert report["strikes"][2]["tallies"][0]["approximate"] is True
    assert report["id"] in [item["id"] for item in composer.read("/v1/reports", limit="500")["items"]]
    assert after["lines"] - before["lines"] == 3
    assert after["strikes_min"] - before["strikes_min"] == 6
    assert after["items_min"] - before["items_min"] == 61
    assert page.evaluate("sessionStorage.getItem('strikeledger.form.new')") is None


def test_marks_are_the_words_of_the_text(composer: Composer) -> None:
    """Past emoji, the marks in the text are the numbers and phrases that the API gives in code points."""
    composer.paste(RELEASE)
    parsed = composer.api.post("/v1/parse", json={"text": RELEASE}).json()
    quotes = [tally["quote"] for line in parsed["draft"]["strikes"] for tally in line["tallies"]]
    spans = {(quote["start"], quote["end"]) for quote in quotes} | {
        (number["start"], number["end"]) for number in parsed["numbers"] if number["role"] != "tally"
    }
    marked = composer.page.eval_on_selector_all(
        "#marked mark", "marks => marks.map(mark => mark.textContent)"
    )

    assert marked == [RELEASE[start:end] for start, end in sorted(spans)]
    assert composer.page.text_content("#marked") == RELEASE + "\n"


def test_keys_move_from_number_to_number(composer: Composer) -> None:
    """`j` and `k` highlight the next and the previous number in text and draft; Enter opens its line."""
    composer.paste(RELEASE)
    page = composer.page
    for _ in range(4):
        page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.eval_on_selector("#marked .cur", "mark => mark.textContent") == "three fighting positions"
    assert "three fighting positions" in page.inner_text("#lines .cur")
    page.keyboard.press("k")
    assert page.eval_on_selector("#marked .cur", "mark => mark.textContent") == "two"
    page.keyboard.press("Enter")
    assert page.input_value("#lines .dl.at [data-field=location]") == "Raqqa"


def test_count_against_its_words_is_shown_at_the_field(composer: Composer) -> None:
    """A count that differs from the words says so at once, within a tenth of a second."""
    composer.paste(RELEASE)
    page = composer.page
    page.click("#lines .dl >> nth=0 >> .pick")
    took = page.evaluate(
        """() => {
          const field = document.querySelector('[data-tally="0"] [data-field=count_min]');
          const began = performance.now();
          field.value = "5";
          field.dispatchEvent(new Event("change", {bubbles: true}));
          return performance.now() - began;
        }"""
    )
    assert page.inner_text('[data-tally="0"] .fault') == "you wrote 5, the text says 3"
    assert page.input_value('[data-tally="0"] [data-field=count_max]') == "5"
    assert took < 100


def test_reload_keeps_text_and_decisions(composer: Composer) -> None:
    """After a reload text, settled days and edited counts are there, and nothing is in the record."""
    seq = composer.read("/v1/ledger")["seq"]
    composer.paste(RELEASE)
    composer.settle()
    composer.page.reload(wait_until="networkidle")
    page = composer.page
    assert page.text_content("#marked") == RELEASE + "\n"
    assert page.input_value("#publisher") == "cjtf-oir"
    assert page.query_selector("#settle [data-kind=days]") is None
    assert page.inner_text("#saved") == "Not saved. The text is kept in this tab."
    assert composer.read("/v1/ledger")["seq"] == seq


def test_changed_text_is_read_again_and_decisions_stay(composer: Composer) -> None:
    """A sentence added to the text is a new line; what was decided of the others stays."""
    composer.paste(RELEASE)
    composer.settle()
    page = composer.page
    page.click("#edit-text")
    with page.expect_response("**/v1/parse"):
        page.fill("#paste", "Note.\n" + RELEASE + "Near Sinjar, one strike destroyed a bridge.\n")
    page.wait_for_selector("#lines .dl >> nth=3")
    days = page.eval_on_selector_all(
        "#lines .dl .top", "rows => rows.map(row => row.textContent.includes('no day'))"
    )
    assert days == [False, False, False, True]


def test_key_stays_in_the_tab_until_it_is_forgotten(composer: Composer) -> None:
    """The key is shown by its holder's name, is in no address and no lasting storage, and can be forgotten."""
    composer.paste(RELEASE)
    composer.settle()
    page = composer.page
    page.click("#save")
    page.fill("#key", "sl_nonsense")
    page.click("dialog .btn.go")
    page.wait_for_selector("dialog .fault:not(:empty)")
    composer.give_key()
    page.wait_for_selector("text=Saved as a draft. It is in no total")
    assert "client tests" in page.inner_text("#holder")
    assert composer.key not in page.url + page.content()
    assert page.evaluate("localStorage.length + document.cookie.length") == 0
    page.click("#holder .link")
    assert page.evaluate("sessionStorage.getItem('strikeledger.key')") is None
    assert "client tests" not in page.inner_text("#holder")


def test_lost_connection_keeps_the_form_and_posts_once(composer: Composer) -> None:
    """A response that is lost says that nothing is known to be saved; the second attempt creates nothing twice."""
    composer.paste(RELEASE)
    composer.settle()
    page = composer.page
    seq = composer.read("/v1/ledger")["seq"]

    def lose(route: Any) -> None:  # noqa: ANN401 - Playwright's
        route.fetch()
        route.abort()

    page.route("**/v1/reports", lose)
    composer.publish()
    page.wait_for_selector("text=No connection: nothing is known to be saved")
    assert page.text_content("#marked") == RELEASE + "\n"
    page.unroute("**/v1/reports")
    composer.publish(asks_key=False)
    assert composer.published()["seq"] == seq + 1
    assert composer.read("/v1/ledger")["seq"] == seq + 1


def test_correction_with_another_change_keeps_the_form(composer: Composer) -> None:
    """412 shows what somebody else changed, keeps the form, and can be put over theirs."""
    body = make_report(make_strike(make_tally(3)), number="page-412", title="As posted")
    stored = composer.post(body)
    composer.watched.open(f"/post?report={stored['id']}")
    page = composer.page
    assert page.inner_text("#heading") == "Correct a report"
    page.click("#lines .dl .pick")
    page.fill("[data-tally='0'] [data-field=count_min]", "4")
    page.keyboard.press("Tab")
    etag = composer.api.get(f"/v1/reports/{stored['id']}").headers["ETag"]
    other = composer.api.put(
        f"/v1/reports/{stored['id']}",
        json=body | {"title": "Another's title", "reason": "A title."},
        headers={"If-Match": etag},
    )
    assert other.status_code == 200
    composer.publish(reason="A count was wrong.")
    page.wait_for_selector("#said .diff")
    assert page.inner_text("#said .diff tbody tr") == "title\tAs posted\tAnother's title"
    assert page.input_value("[data-tally='0'] [data-field=count_min]") == "4"
    assert composer.read(f"/v1/reports/{stored['id']}")["revision"] == 2

    page.click("text=Put my form over theirs")
    composer.publish(asks_key=False, reason="A count was wrong.")
    report = composer.published()
    assert (report["revision"], report["reason"]) == (3, "A count was wrong.")
    assert report["strikes"][0]["tallies"][0]["count_min"] == 4
    assert report["title"] == "As posted"


def test_report_of_the_page_is_corrected_without_loss(composer: Composer) -> None:
    """A correction of one field leaves every other field of the report as it was."""
    stored = composer.post(
        make_report(
            make_strike(
                make_tally(
                    None, count_min=2, count_max=None, verb="hit", as_written="two boats", category=None
                ),
                location=None,
                location_as_written="a river",
                owner="Coalition",
                engagements=4,
                date_to="2017-03-02",
                date_precision="unknown",
            ),
            number="page-whole",
            headline={"strikes": 1, "engagements": 4},
            coverage=[{"country": "SY", "date_from": "2017-03-01", "strikes": 0}],
            sums_note="Late strikes.",
            archive_url="https://example.org/archived",
        )
    )
    composer.watched.open(f"/post?report={stored['id']}")
    composer.fill("title", "A title")
    composer.publish(reason="A title.")
    report = composer.published()
    changed = {
        name
        for name in report
        if report[name] != stored.get(name) and name not in {"seq", "recorded_at", "revision", "reason"}
    }
    assert changed - {"strikes"} == {"title"}
    for line in (*report["strikes"], *stored["strikes"]):
        line["report"] = None
    assert report["strikes"] == stored["strikes"]


def test_quotes_survive_a_correction(composer: Composer) -> None:
    """Lines of one sentence, and of a sentence that the text has twice, still point to their words afterwards."""
    sentence = "\N{PALM TREE} Near Raqqa, two strikes hit three boats and a bus."
    text = f"{sentence}\n{sentence}\n"
    second = len(sentence) + 1
    at = sentence.index("three boats")

    def line(start: int) -> dict[str, Any]:
        quote = {"start": start + at, "end": start + at + len("three boats")}
        tally = make_tally(3, category="boat", as_written="three boats", quote=quote)
        return make_strike(tally, quote={"start": start, "end": start + len(sentence)})

    stored = composer.post(make_report(line(0), line(second), line(second), text=text, number="page-quotes"))
    composer.watched.open(f"/post?report={stored['id']}")
    page = composer.page
    with page.expect_request(lambda request: request.method == "PUT") as sent:
        composer.fill("title", "A title")
        composer.publish(reason="A title.")
    lines = sent.value.post_data_json["strikes"]
    assert [one["quote"]["start"] for one in lines] == [0, second, second]
    assert [one["tallies"][0]["quote"]["start"] for one in lines] == [at, second + at, second + at]
    assert [one["quote"] for one in composer.published()["strikes"]] == [sentence] * 3


def test_retraction_needs_a_reason(composer: Composer) -> None:
    """A report is retracted with its reason, and counts no more."""
    stored = composer.post(make_report(make_strike(make_tally(3)), number="page-retracted"))
    composer.watched.open(f"/post?report={stored['id']}")
    page = composer.page
    page.click("#retract")
    composer.give_key()
    page.wait_for_selector("dialog input")
    page.click("dialog .btn.go")
    assert page.query_selector("dialog") is not None
    page.fill("dialog input", "The publisher withdrew it.")
    page.click("dialog .btn.go")
    page.wait_for_selector("#done a")
    report = composer.read(f"/v1/reports/{stored['id']}")
    assert (report["status"], report["reason"]) == ("retracted", "The publisher withdrew it.")


def test_number_that_is_taken_links_its_report(composer: Composer) -> None:
    """409 links the report that has the number, and the form stays."""
    stored = composer.post(make_report(number="page-409"))
    composer.paste(RELEASE)
    composer.settle()
    composer.fill("number", "page-409")
    composer.publish()
    link = composer.page.wait_for_selector("#said a")
    assert link.get_attribute("href") == f"/reports/{stored['id']}"
    assert composer.page.get_attribute("#number", "aria-invalid") == "true"
    assert composer.page.text_content("#marked") == RELEASE + "\n"


def test_refusal_goes_to_its_field(composer: Composer) -> None:
    """422 opens the line, focuses the field of its pointer and shows the reason there."""
    composer.paste(RELEASE)
    composer.settle()
    page = composer.page
    page.click("#lines .dl >> nth=2 >> .pick")
    page.fill("[data-field=country]", "Q1")
    page.keyboard.press("Tab")
    page.click("#lines .dl >> nth=0 >> .pick")
    page.click("#publish")
    composer.give_key()
    page.wait_for_selector("#lines [data-field=country]:focus")
    assert page.eval_on_selector("#lines .dl.at", "line => line.dataset.line") == "2"
    assert page.inner_text("#lines .dl.at .fault >> visible=true") != ""
    assert page.query_selector("dialog") is None


def test_likely_repeats_are_linked_and_counted_once(composer: Composer) -> None:
    """A line that another report tells alike can be linked; then totals do not grow by it."""
    text = "March 4, 2017\n\nSyria\nNear Raqqa, nine strikes destroyed 11 boats and seven cranes.\n"
    line = make_strike(
        make_tally(11, category="boat"), make_tally(7, category="crane"),
        date_from="2017-03-03", date_to="2017-03-04", date_precision="unknown", strikes=9,
    )  # fmt: skip
    first = composer.post(
        make_report(line, publisher="centcom", number="page-dup", published_on="2017-03-04")
    )
    before = composer.read("/v1/aggregates")["totals"]
    composer.paste(text)
    composer.settle("dod-news")
    page = composer.page
    page.wait_for_selector("#duplicates .dup a >> text=2017")
    page.click("#duplicates .dup .btn >> nth=0")
    assert "counted elsewhere" in page.inner_text("#sums")
    composer.publish()
    report = composer.published()
    assert report["strikes"][0]["same_as"] == first["strikes"][0]["id"]
    assert composer.read("/v1/aggregates")["totals"]["items_min"] == before["items_min"]


def test_hostile_words_are_only_words(composer: Composer) -> None:
    """Markup in the text, in every field and in what the API answers runs nothing and becomes no element."""
    composer.paste(RELEASE.replace("Nowhere Hill", f"Nowhere {HOSTILE} Hill") + HOSTILE)
    composer.settle()
    page = composer.page
    for name in ("number", "title", "sums_note"):
        composer.fill(name, HOSTILE)
    composer.fill("source_url", "javascript:alert(1)")
    page.click("#lines .dl >> nth=0 >> .pick")
    for name in ("location", "country", "engagements", "strikes_min"):
        page.fill(f"#lines .dl.at [data-field={name}]", HOSTILE[:2] if name == "country" else HOSTILE)
        page.keyboard.press("Tab")
    assert (
        page.eval_on_selector_all("#composer img, #composer script, .page script", "all => all.length") == 0
    )
    page.keyboard.press("Escape")
    page.fill("#lines .dl.at [data-field=country]", "SY")
    for name in ("engagements", "strikes_min"):
        page.fill(f"#lines .dl.at [data-field={name}]", "")
        page.keyboard.press("Tab")
    composer.fill("source_url", "https://example.org/a")
    page.click("#save")
    composer.give_key()
    page.wait_for_selector("text=Saved as a draft. It is in no total")
    composer.watched.open("/drafts")
    page.wait_for_selector(".drafts")
    assert HOSTILE in page.inner_text("#drafts")
    assert page.eval_on_selector_all("#drafts img, #wording img", "all => all.length") == 0
    assert page.title() == "Drafts · strikeledger"


def test_without_javascript_it_shows_the_requests(written_server: Served, composer: Composer) -> None:
    """Without JavaScript the page says that it needs it, and gives the requests that do the same."""
    html = composer.api.get("/post").text
    shown = re.search(r"<noscript>(.*?)</noscript>", html, re.DOTALL)
    assert shown is not None
    assert "This page needs JavaScript" in shown[1]
    assert f"{written_server.url}/v1/parse" in shown[1]
    assert "curl" in shown[1]
