"""Posting a report: what is stored, what is refused, and that a refusal leaves nothing behind."""

import pytest

from tests.api import Api
from tests.factories import Body, make_report, make_strike, make_tally


def test_report_is_answered_as_stored(api: Api) -> None:
    """A posted report is answered with 201, its place, its ledger number and its lines, and reads the same later."""
    response = api.try_posting(make_report(make_strike(make_tally(3)), number="20170302-01"))

    assert response.status_code == 201
    assert response.headers["Location"] == f"/v1/reports/{response.json()['id']}"
    assert response.json()["revision"] == 1
    assert response.json() == api.read(response.headers["Location"]) | {
        "warnings": [],
        "possible_duplicates": [],
    }
    assert response.headers["ETag"] == api.get(response.headers["Location"]).headers["ETag"]


def test_each_report_takes_the_next_number(api: Api) -> None:
    """Two posts take two ledger numbers that follow each other, and the ledger stands at the second."""
    first, second = api.post(make_report()), api.post(make_report())

    assert second["seq"] == first["seq"] + 1
    assert api.read("/v1/ledger")["seq"] == second["seq"]


def test_names_are_folded(api: Api) -> None:
    """Publisher, place and category are found by alias, case, accents, hyphens and plural."""
    tally = make_tally(2, category="Vehicle-Borne IEDs")
    report = api.post(make_report(make_strike(tally, location="Dayr az-Zawr"), publisher="OIR"))

    line = report["strikes"][0]
    assert report["publisher"] == "cjtf-oir"
    assert line["location"]["slug"] == "dayr-az-zawr"
    assert line["location_as_written"] == "Dayr az-Zawr"
    assert line["tallies"][0]["category"] == "vbied"


def test_counts_keep_their_bounds(api: Api) -> None:
    """An exact count has two equal bounds, an open one no maximum, and strikes not given stay null."""
    line = make_strike(
        make_tally(2),
        make_tally(None, count_min=2, count_max=None, as_written="several vehicles"),
        strikes=None,
    )
    stored = api.post(make_report(line))["strikes"][0]

    assert [(tally["count_min"], tally["count_max"]) for tally in stored["tallies"]] == [(2, 2), (2, None)]
    assert (stored["strikes_min"], stored["strikes_max"]) == (None, None)


def test_what_is_not_given_may_be_null(api: Api) -> None:
    """Every field that may be left out may be null instead, and reads as null."""
    tally = make_tally(None, count_min=1, count_max=None, verb=None, as_written=None, quote=None)
    nothing = dict.fromkeys(
        ("date_to", "location", "location_as_written", "strikes", "engagements", "owner", "quote")
    )
    claim = {
        "country": "SY",
        "date_from": "2017-03-01",
        "date_to": None,
        "strikes": None,
        "engagements": None,
    }
    head = dict.fromkeys(("number", "title", "source_url", "text"))
    stored = api.post(make_report(make_strike(tally, **nothing), coverage=[claim], **head))

    assert {name: stored[name] for name in head} == head
    assert stored["strikes"][0]["location"] is None


def test_unknown_wording_is_kept_for_review(api: Api) -> None:
    """A tally without a category keeps its wording and belongs to no category."""
    tally = make_tally(None, category=None, count_min=1, count_max=1, as_written="a clock tower")
    stored = api.post(make_report(make_strike(tally)))["strikes"][0]["tallies"][0]

    assert (stored["category"], stored["family"], stored["as_written"]) == (None, None, "a clock tower")


def test_quotes_are_cut_from_the_text(api: Api) -> None:
    """A line's quote is answered as the sentence itself, in code points of the text."""
    text = "\N{PALM TREE} Near Raqqa, one strike destroyed two vehicles."
    line = make_strike(make_tally(2, quote={"start": 35, "end": 38}), quote={"start": 2, "end": len(text)})
    stored = api.post(make_report(line, text=text))["strikes"][0]

    assert stored["quote"] == text[2:]
    assert stored["tallies"][0]["quote"] == {"start": 35, "end": 38}


def test_same_number_twice_is_a_conflict_with_a_link(api: Api) -> None:
    """A publisher's number names one report: the second post is 409 and links to the first."""
    first = api.post(make_report(number="20170302-01"))
    response = api.try_posting(make_report(number="20170302-01"))

    assert (response.status_code, response.json()["type"]) == (409, "/problems/duplicate-report")
    assert response.json()["existing"] == f"/v1/reports/{first['id']}"


def test_reports_without_a_number_may_be_many(api: Api) -> None:
    """A publisher that numbers nothing may publish twice on one day."""
    assert api.post(make_report(number=None))["id"] != api.post(make_report(number=None))["id"]


def test_genuine_repeats_on_one_day_are_two_lines(api: Api) -> None:
    """A day and place may occur twice in one report: (date, place) is not unique."""
    report = api.post(make_report(make_strike(strikes=11), make_strike(strikes=3)))

    assert [line["strikes_min"] for line in report["strikes"]] == [11, 3]


REFUSED: list[tuple[str, Body, str, str]] = [
    ("unknown publisher", make_report(publisher="cjtf-oirr"), "/publisher", "cjtf-oir"),
    ("unknown place", make_report(make_strike(location="Raqqqa")), "/strikes/0/location", "raqqa"),
    (
        "unknown category",
        make_report(make_strike(make_tally(category="tanck"))),
        "/strikes/0/tallies/0/category",
        "tank",
    ),
    (
        "unknown effect",
        make_report(make_strike(make_tally(effect="blew up"))),
        "/strikes/0/tallies/0/effect",
        "",
    ),
    ("unknown field", make_report(make_strike(strike=3)), "/strikes/0/strike", "strikes"),
    ("unknown field at the top", make_report(id="r7"), "/id", ""),
    ("no such day", make_report(make_strike(date_from="2017-02-30")), "/strikes/0/date_from", "no such day"),
    (
        "a day in the future",
        make_report(make_strike(date_from="2999-01-01")),
        "/strikes/0/date_from",
        "future",
    ),
    ("a day before airstrikes", make_report(published_on="1850-01-01"), "/published_on", "before"),
    ("a time for a day", make_report(published_on="2017-03-02T00:00:00Z"), "/published_on", "YYYY-MM-DD"),
    ("a number for a day", make_report(published_on=1488412800), "/published_on", "YYYY-MM-DD"),
    ("days reversed", make_report(make_strike(date_to="2017-02-01")), "/strikes/0", "before"),
    ("a negative count", make_report(make_strike(make_tally(-1))), "/strikes/0/tallies/0/count", ""),
    ("an absurd count", make_report(make_strike(make_tally(2**63))), "/strikes/0/tallies/0/count", ""),
    ("a count as text", make_report(make_strike(make_tally(count="5"))), "/strikes/0/tallies/0/count", ""),
    ("a count as true", make_report(make_strike(make_tally(count=True))), "/strikes/0/tallies/0/count", ""),
    ("no count", make_report(make_strike(make_tally(None))), "/strikes/0/tallies/0", "count"),
    (
        "two counts",
        make_report(make_strike(make_tally(2, count_min=1))),
        "/strikes/0/tallies/0",
        "give either",
    ),
    (
        "bounds reversed",
        make_report(make_strike(make_tally(None, count_min=3, count_max=2))),
        "/strikes/0/tallies/0",
        "below",
    ),
    (
        "no wording at all",
        make_report(make_strike(make_tally(category=None))),
        "/strikes/0/tallies/0",
        "as_written",
    ),
    ("a country's name", make_report(make_strike(country="Syria")), "/strikes/0/country", "alpha-2"),
    ("no such country", make_report(make_strike(country="XX")), "/strikes/0/country", "alpha-2"),
    (
        "a quote without a text",
        make_report(make_strike(quote={"start": 0, "end": 4})),
        "/strikes/0/quote",
        "text",
    ),
    ("a file as source", make_report(source_url="file:///etc/passwd"), "/source_url", "http"),
    ("a source with a user", make_report(source_url="https://me:pw@example.org/"), "/source_url", "user"),
    ("a source without a name", make_report(source_url="https://./"), "/source_url", "http"),
    ("a blank title", make_report(title="  "), "/title", "must not be blank"),
    ("a blank note", make_report(sums_note=" \n"), "/sums_note", "must not be blank"),
    (
        "a note that only some call blank",
        make_report(sums_note="\x85\ufeff\x1c"),
        "/sums_note",
        "must not be blank",
    ),
    ("a control character", make_report(number="1\x1f2"), "/number", "control"),
    ("a name that grows too long", make_report(number="\ufb2c" * 200), "/number", "200"),
    (
        "a country of other letters",
        make_report(make_strike(country="\u00df")),
        "/strikes/0/country",
        "alpha-2",
    ),
    ("a source on no port", make_report(source_url="https://example.org:99999/"), "/source_url", "http"),
]


@pytest.mark.parametrize(
    ("body", "pointer", "hint"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_bad_report_is_refused_where_it_is_wrong(api: Api, body: Body, pointer: str, hint: str) -> None:
    """A report that cannot be true is 422, says where and what would be right, and nothing is stored."""
    before = api.read("/v1/ledger")
    response = api.try_posting(body)

    assert response.status_code == 422, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert hint in response.json()["errors"][0]["detail"]
    assert api.read("/v1/ledger") == before
    assert api.read("/v1/reports")["items"] == []


def test_every_fault_is_named_at_once(api: Api) -> None:
    """A report with two unknown names is answered with both."""
    line = make_strike(make_tally(category="flying saucer"), location="Atlantis")
    errors = api.try_posting(make_report(line)).json()["errors"]

    assert {error["code"] for error in errors} == {"unknown-location", "unknown-category"}


MALFORMED = {
    "nothing": b"",
    "not JSON": b"{",
    "NaN": b'{"publisher": NaN}',
    "a field twice": b'{"publisher": "centcom", "publisher": "cjtf-oir"}',
    "deep nesting": b"[" * 100_000,
    "another encoding": '{"publisher": "Raqqa"}'.encode("utf-16"),
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_body_that_is_not_json_is_malformed(api: Api, body: bytes) -> None:
    """Bytes that are not well-formed JSON are 400."""
    headers = {"Authorization": f"Bearer {api.key}", "Content-Type": "application/json"}
    response = api.request("POST", "/v1/reports", content=body, headers=headers)

    assert (response.status_code, response.json()["type"]) == (400, "/problems/malformed-request")


@pytest.mark.parametrize("text", ["\0", "\ud800"], ids=["NUL", "lone surrogate"])
def test_text_that_no_engine_stores_is_refused(api: Api, text: str) -> None:
    """NUL and lone surrogates are refused before they reach a database or a response."""
    response = api.try_posting(make_report(title=text))

    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/title"


@pytest.mark.parametrize("media", ["text/plain", "application/json; charset=utf-16"])
def test_other_media_are_refused(api: Api, media: str) -> None:
    """A body that is not declared as JSON in UTF-8 is 415."""
    headers = {"Authorization": f"Bearer {api.key}", "Content-Type": media}
    assert api.request("POST", "/v1/reports", content=b"{}", headers=headers).status_code == 415
