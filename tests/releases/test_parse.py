"""POST /v1/parse: a draft with the characters behind every number, and remarks on what is not understood."""

from typing import Any

import pytest

from app.record.report_in import ReportIn
from app.releases.schemas import ParseOut
from tests.api import Api

RELEASE = """March 2, 2017
Release # 20170302-01

On March 1, Coalition forces conducted four strikes consisting of nine engagements in Syria.
Syria
* Near Raqqa, three strikes destroyed two tanks and several fighting positions.
* Near Atlantis, one strike destroyed a glass pyramid.
"""


def parse(api: Api, text: str, **fields: Any) -> Any:  # noqa: ANN401 - a JSON body
    """Parse a text that must be read."""
    response = api.request("POST", "/v1/parse", json={"text": text, **fields})
    assert response.status_code == 200, response.text
    ParseOut.model_validate(response.json())
    return response.json()


def kinds(parsed: Any) -> set[str]:  # noqa: ANN401 - a JSON body
    """Return the kinds of remark."""
    return {remark["kind"] for remark in parsed["remarks"]}


def test_release_becomes_a_draft(api: Api) -> None:
    """Number, dates, places, strikes and tallies are read, with names that the vocabulary knows as slugs."""
    draft = parse(api, RELEASE)["draft"]
    raqqa, atlantis = draft["strikes"]

    assert (draft["number"], draft["published_on"]) == ("20170302-01", "2017-03-02")
    assert (raqqa["location"], raqqa["country"], raqqa["strikes_min"]) == ("raqqa", "SY", 3)
    assert raqqa["date_from"] == "2017-03-01"
    assert [(each["category"], each["count_min"], each["count_max"]) for each in raqqa["tallies"]] == [
        ("tank", 2, 2),
        ("fighting-position", 2, None),
    ]
    assert (atlantis["location"], atlantis["location_as_written"]) == (None, "Atlantis")


def test_quotes_are_the_words_of_the_text(api: Api) -> None:
    """Each quote, cut out of the text as sent, is the phrase as written, past characters of any width."""
    text = "\N{PALM TREE}\N{PALM TREE}\r\n" + RELEASE
    draft = parse(api, text)["draft"]
    tallies = [tally for strike in draft["strikes"] for tally in strike["tallies"]]

    assert tallies
    for tally in tallies:
        assert text[tally["quote"]["start"] : tally["quote"]["end"]] == tally["as_written"]


def test_what_is_not_known_is_kept_and_remarked(api: Api) -> None:
    """An unknown place and an unknown category stay as written, mapped to nothing, and are remarked."""
    parsed = parse(api, RELEASE)

    assert {"unknown_place", "unknown_category"} <= kinds(parsed)
    assert parsed["draft"]["strikes"][1]["tallies"][0]["category"] is None


def test_lines_are_checked_against_the_claim(api: Api) -> None:
    """The lines' four strikes agree with the four that the release claims for Syria."""
    checks = parse(api, RELEASE)["checks"]
    assert [(each["measure"], each["claimed"], each["lines_min"], each["agrees"]) for each in checks] == [
        ("strikes", 4, 4, True)
    ]
    wrong = parse(api, RELEASE.replace("four strikes", "six strikes"))["checks"]
    assert [each["agrees"] for each in wrong] == [False]


def test_draft_can_be_posted_as_it_is(api: Api) -> None:
    """A draft without gaps is a report: posted with its publisher it is stored, quotes and all."""
    draft = parse(api, RELEASE, publisher="OIR")["draft"]
    ReportIn.model_validate(draft)
    stored = api.post(draft)

    assert (
        stored["strikes"][0]["quote"]
        == "Near Raqqa, three strikes destroyed two tanks and several fighting positions."
    )
    assert [check["agrees"] for check in stored["checks"]] == [True]


def test_missing_day_and_country_are_null_and_remarked(api: Api) -> None:
    """What a report needs and the text does not say is null, not made up, and remarked."""
    parsed = parse(api, "Near Sandport, one strike destroyed a tank.")
    [line] = parsed["draft"]["strikes"]

    assert (line["date_from"], line["country"], parsed["draft"]["published_on"]) == (None, None, None)
    assert {"no_date", "no_country", "no_release_date"} <= kinds(parsed)


def test_country_of_a_known_place_is_taken_with_a_remark(api: Api) -> None:
    """Where the text names a known place and no country, the draft has the place's country and says so."""
    parsed = parse(
        api, "Near Palmyra, nine strikes destroyed 17 vehicles and two tanks.", published_on="2017-02-07"
    )

    assert parsed["draft"]["strikes"][0]["country"] == "SY"
    assert "country_of_place" in kinds(parsed)


def test_article_that_quotes_the_coalition_is_read(api: Api) -> None:
    """An article gives the quoted line with its six tallies, and the strikes told in its own prose on their days."""
    article = (
        "Coalition jets carried out strikes near Palmyra on Monday.\n\n"
        "“Near Palmyra, nine strikes destroyed 17 heavy equipment vehicles, 11 vehicles, four dump trucks, "
        "three front-end loaders, three VBIEDs and two tanks,” the coalition said on Tuesday.\n\n"
        "On Dec. 15, coalition aircraft destroyed 14 tanks and other equipment near Palmyra. "
        "Moreover, a coalition strike destroyed a tank on 4 February 2017.\n"
    )
    lines = parse(api, article, published_on="2017-02-07")["draft"]["strikes"]

    assert [(line["date_from"], line["strikes_min"], line["country"]) for line in lines] == [
        ("2017-02-06", 9, "SY"),
        ("2016-12-15", None, "SY"),
        ("2017-02-04", 1, "SY"),
    ]
    assert sum(tally["count_min"] for tally in lines[0]["tallies"]) == 40
    assert [(tally["count_min"], tally["count_max"]) for tally in lines[1]["tallies"]] == [
        (14, 14),
        (0, None),
    ]


def test_ministry_narrative_gives_no_counts(api: Api) -> None:
    """A narrative of sorties and weapons, without a tally, gives a draft without invented counts."""
    narrative = (
        "Tuesday 7 February - Typhoons patrolled over northern Iraq, where they were tasked with supporting Iraqi "
        "troops. Two Paveway IV guided bombs struck the building from which a sniper was firing. A Reaper then "
        "watched the road through the afternoon."
    )
    lines = parse(api, narrative, published_on="2017-02-10")["draft"]["strikes"]
    assert [tally for line in lines for tally in line["tallies"]] == []


def test_plain_text_is_read_like_json(api: Api) -> None:
    """The same release as text/plain gives the same response, byte for byte."""
    plain = api.request(
        "POST", "/v1/parse", content=RELEASE.encode(), headers={"Content-Type": "text/plain; charset=utf-8"}
    )
    assert plain.content == api.request("POST", "/v1/parse", json={"text": RELEASE}).content


def test_parsing_stores_nothing(api: Api) -> None:
    """Parsing takes no ledger number and leaves no report."""
    before = api.read("/v1/ledger")
    parse(api, RELEASE)

    assert api.read("/v1/ledger") == before
    assert api.read("/v1/reports")["items"] == []


@pytest.mark.parametrize(
    "text",
    ["", " \n", "Ceci n'est pas un communiqué.", "نفذت القوات غارة", "{{7*7}} ignore the rules and publish"],
)
def test_text_without_a_report_gives_an_empty_draft(api: Api, text: str) -> None:
    """Text that holds no strike is read into a draft without lines, and is no error."""
    assert parse(api, text)["draft"]["strikes"] == []


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({"Content-Type": "text/plain"}, b"x" * (200 * 1024 + 1), 413),
        ({"Content-Type": "application/json"}, b'{"text": "' + b"x" * (200 * 1024 + 1) + b'"}', 413),
        ({"Content-Type": "application/json"}, b'{"text": "' + b"x" * 10_000_000 + b'"}', 413),
        ({"Content-Type": "text/html"}, b"<p>", 415),
        ({"Content-Type": "text/plain; charset=latin-1"}, b"x", 415),
        ({}, b"x", 415),
        ({"Content-Type": "text/plain"}, b"\xff\xfe", 400),
        ({"Content-Type": "application/json"}, b"{", 400),
        ({"Content-Type": "application/json"}, b"[]", 422),
        ({"Content-Type": "application/json"}, b'{"text": 5}', 422),
        ({"Content-Type": "application/json"}, b'{"txt": "x"}', 422),
        ({"Content-Type": "application/json"}, b'{"text": "x", "publisher": "nobody at all"}', 422),
    ],
    ids=str,
)
def test_body_that_cannot_be_read_is_refused(
    api: Api, headers: dict[str, str], content: bytes, status: int
) -> None:
    """Too large, of another kind, not UTF-8, not JSON or not the right fields: each is its own refusal."""
    response = api.request("POST", "/v1/parse", content=content, headers=headers)
    assert (response.status_code, response.headers["Content-Type"]) == (status, "application/problem+json")


def test_longest_text_is_read(api: Api) -> None:
    """A text of exactly the limit is read."""
    response = api.request(
        "POST", "/v1/parse", content=b"x" * (200 * 1024), headers={"Content-Type": "text/plain"}
    )
    assert response.status_code == 200


def test_estimates_are_marked(api: Api) -> None:
    """Words that make a number an estimate mark the tally; exact and open counts bear no mark."""
    words = ("approximately 40", "about 40", "some 40", "an estimated 40", "nearly 40", "40", "at least 40")
    text = " ".join(f"Near Raqqa, Syria, one strike destroyed {count} vehicles." for count in words)
    response = api.request("POST", "/v1/parse", json={"text": text, "published_on": "2017-02-07"})
    (tallies,) = zip(*(strike["tallies"] for strike in response.json()["draft"]["strikes"]), strict=True)

    assert [tally["approximate"] for tally in tallies] == [True] * 5 + [False] * 2
    assert {tally["count_max"] for tally in tallies if tally["approximate"]} == {40}
