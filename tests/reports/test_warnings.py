"""Warnings about what is posted: each names a probable slip and its place, and refuses nothing."""

from typing import Any

import pytest

from app.reports.schemas import ReportOut
from tests.api import Api
from tests.factories import Body, make_report, make_strike, make_tally
from tests.reports.test_corrections import put


def warnings(stored: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - a JSON body
    """Return the code and the place of each warning of a response that is as the reference describes it."""
    ReportOut.model_validate(stored)
    return [(each["code"], each["pointer"]) for each in stored["warnings"]]


def counted(as_written: str, **count: object) -> Body:
    """Make a report with one tally that has a count and words."""
    return make_report(make_strike(make_tally(None, as_written=as_written) | count))


@pytest.mark.parametrize(
    ("line", "pointers"),
    [
        ({"date_from": "2017-03-02"}, []),
        ({"date_from": "2017-03-03"}, ["/strikes/0/date_from"]),
        ({"date_from": "2017-03-01", "date_to": "2017-03-03"}, ["/strikes/0/date_to"]),
        ({"date_from": "2017-03-03", "date_to": "2017-03-04"}, ["/strikes/0/date_from"]),
        ({"date_from": "2017-03-01", "date_to": "2017-03-31", "date_precision": "month"}, []),
        ({"date_from": "2017-04-01", "date_precision": "month"}, ["/strikes/0/date_from"]),
    ],
    ids=str,
)
def test_strike_after_its_publication(api: Api, line: Body, pointers: list[str]) -> None:
    """A line on a day after the publication is a slip; a whole month may end after it."""
    stored = api.post(make_report(make_strike(**line)))
    assert warnings(stored) == [("after-publication", pointer) for pointer in pointers]


def test_country_that_is_not_the_place_s(api: Api) -> None:
    """A line of a place in one country that names another is a slip; a line without a place has none."""
    lines = (make_strike(), make_strike(country="IQ"), make_strike(country="IQ", location=None))
    stored = api.post(make_report(*lines))

    assert warnings(stored) == [("country-of-place", "/strikes/1/country")]
    assert stored["warnings"][0]["detail"] == "'raqqa' is in SY, not in IQ"


@pytest.mark.parametrize(
    ("as_written", "count"),
    [
        ("four trucks", 7),
        ("a bridge", 3),
        ("11 boats", 17),
        ("a dozen boats", 20),
        ("at least nine trucks", 4),
        ("up to six trucks", 9),
        ("several trucks", 1),
        ("about 40 trucks", 4),
        ("the 3 ISIL-held bridges.", 2),
    ],
)
def test_count_that_contradicts_its_words(api: Api, as_written: str, count: int) -> None:
    """A count that the words of its own tally exclude is a slip."""
    stored = api.post(counted(as_written, count=count))
    assert warnings(stored) == [("count-against-words", "/strikes/0/tallies/0/count")]


@pytest.mark.parametrize(
    ("as_written", "count"),
    [
        ("four trucks", 4),
        ("several trucks", 30),
        ("at least nine trucks", 12),
        ("nearly 40 trucks", 41),
        ("one or more trucks", 3),
        ("two of five trucks", 5),
        ("a convoy of 12 trucks", 12),
        ("600 pounds of explosives", 1),
        ("two trucks and a boat", 3),
        ("1 200 rounds", 1200),
        ("5+ trucks", 8),
        ("trucks", 2),
        ("Highway 47 bridge", 1),
    ],
)
def test_count_that_its_words_allow(api: Api, as_written: str, count: int) -> None:
    """Words that allow the count, or are not plainly one number, give no warning."""
    assert warnings(api.post(counted(as_written, count=count))) == []


def test_bounds_are_compared_with_the_words(api: Api) -> None:
    """Bounds contradict the words where no number lies within both."""
    assert warnings(api.post(counted("four trucks", count_min=2, count_max=None))) == []
    assert warnings(api.post(counted("four trucks", count_min=5, count_max=None))) == [
        ("count-against-words", "/strikes/0/tallies/0/count_min")
    ]


@pytest.mark.parametrize(
    "number",
    ["20170302-1", "2017-03-02-01", "2017.03.02/1", "No. 20170302-01", "20170302 01", "#20170302_001"],
)
def test_number_in_another_spelling(api: Api, number: str) -> None:
    """A number that another report of the publisher has but for zeros, separators or a label is a likely repeat."""
    first = api.post(make_report(number="20170302-01"))
    stored = api.post(make_report(number=number))

    assert warnings(first) == []
    assert warnings(stored) == [("number-spelling", "/number")]
    assert f"/v1/reports/{first['id']} " in stored["warnings"][0]["detail"]
    assert warnings(api.post(make_report(number=number, publisher="ara-news"))) == []


def test_other_numbers_are_not_the_same(api: Api) -> None:
    """Numbers that differ in more than their spelling have nothing to do with each other."""
    numbers = ("20170302-01", "20170302-10", "20170302-01A", "2017030-201", "20170301-02", "12-5", "125")
    for number in numbers:
        assert warnings(api.post(make_report(number=number))) == []


def test_number_in_its_normal_form_stays_refused(api: Api) -> None:
    """What the normal form takes for the same number is a conflict, as before."""
    api.post(make_report(number="20170302-01"))
    assert api.try_posting(make_report(number="2017 0302\N{EN DASH}01")).status_code == 409


def test_correction_is_warned_of_too(api: Api) -> None:
    """A correction has the warnings of what it brings, and none of its own number."""
    first = api.post(make_report(make_strike(), number="20170302-01"))
    corrected = make_report(make_strike(country="IQ"), number="2017-03-02-1")
    second = put(api, first, corrected | {"reason": "A slip."}).json()

    assert warnings(second) == [("country-of-place", "/strikes/0/country")]
    assert "warnings" not in api.read(f"/v1/reports/{first['id']}")


def test_draft_and_its_publication_have_warnings(api: Api) -> None:
    """A draft has them when it is saved and whenever it is read, a number that is taken among them."""
    api.post(make_report(number="20170302-01"))
    body = make_report(make_strike(date_from="2017-03-05"), number="20170302-01", status="draft")
    draft = api.try_posting(body)
    path = draft.headers["Location"]
    key = {"Authorization": f"Bearer {api.key}"}
    expected = [("number-spelling", "/number"), ("after-publication", "/strikes/0/date_from")]

    assert warnings(draft.json()) == expected
    assert warnings(api.request("GET", path, headers=key).json()) == expected
    saved = api.request(
        "PUT",
        path,
        json={name: value for name, value in body.items() if name != "status"} | {"number": "2017-03-02-1"},
        headers=key | {"If-Match": draft.headers["ETag"]},
    )
    assert warnings(saved.json()) == expected
    published = api.request("POST", f"{path}/publication", headers=key | {"If-Match": saved.headers["ETag"]})
    assert warnings(published.json()) == expected


def test_retry_has_the_same_warnings(api: Api) -> None:
    """Under its Idempotency-Key a response is replayed with its warnings, whatever was posted since."""
    headers = {"Authorization": f"Bearer {api.key}", "Idempotency-Key": "once"}
    body = make_report(make_strike(country="IQ"), number="20170302-01")
    first = api.request("POST", "/v1/reports", json=body, headers=headers)
    api.post(make_report(number="2017-03-02-1"))
    again = api.request("POST", "/v1/reports", json=body, headers=headers)

    assert warnings(first.json()) == [("country-of-place", "/strikes/0/country")]
    assert again.content == first.content


def test_long_report_is_warned_of_in_full(api: Api) -> None:
    """A report that is staged before its turn to write has all of its warnings."""
    lines = [make_strike(country="IQ") for _ in range(200)]
    assert len(warnings(api.post(make_report(*lines)))) == 200


def test_draft_may_repeat_what_stands(api: Api) -> None:
    """A draft's lines are compared with the record as those of a report are, by their place in the draft."""
    line = make_strike(make_tally(17), strikes=9)
    own = api.post(make_report(line))
    body = make_report(make_strike(location="Mosul", country="IQ"), line, publisher="ara-news")
    draft = api.try_posting(body | {"status": "draft"})
    expected = [
        {
            "strike": None,
            "pointer": "/strikes/1",
            "repeats": own["strikes"][0]["id"],
            "report": own["id"],
            "alike": 1.0,
        }
    ]

    assert draft.json()["possible_duplicates"] == expected
    key = {"Authorization": f"Bearer {api.key}"}
    read = api.request("GET", draft.headers["Location"], headers=key).json()
    assert read["possible_duplicates"] == expected
    posted = api.post(body)["possible_duplicates"]
    assert [(each["pointer"], each["repeats"]) for each in posted] == [
        ("/strikes/1", own["strikes"][0]["id"])
    ]
