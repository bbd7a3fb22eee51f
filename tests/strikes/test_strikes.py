"""GET /v1/strikes: every filter, alone and together, and what a line looks like."""

from typing import Any

import pytest

from app.strikes.schemas import StrikeOut, StrikePage
from tests.api import Api
from tests.factories import make_report, make_strike, make_tally
from tests.reports.test_corrections import put


@pytest.fixture
def stored(api: Api) -> Api:
    """Give a record of four lines that differ in all that a filter can ask for."""
    raqqa = make_strike(
        make_tally(3, category="tank"), strikes=1, date_from="2017-03-01", date_to="2017-03-05"
    )
    tadmur = make_strike(
        make_tally(2, effect="damaged"), strikes=2, location="Tadmur", date_from="2017-03-06"
    )
    mosul = make_strike(make_tally(1, category="tactical vehicle"), strikes=3, location="Mosul", country="IQ")
    nowhere = make_strike(strikes=4, location=None, country="IQ", date_from="2017-02-01")
    api.post(make_report(raqqa, tadmur))
    api.post(make_report(mosul, nowhere, publisher="ara-news"))
    return api


def found(api: Api, **filters: Any) -> list[int]:  # noqa: ANN401 - anything a query can hold
    """Return the matching lines by their number of strikes, in ascending order."""
    return sorted(line["strikes_min"] for line in api.read("/v1/strikes", **filters)["items"])


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [1, 2, 3, 4]),
        ({"date_from": "2017-03-05"}, [1, 2]),
        ({"date_to": "2017-02-28"}, [4]),
        ({"date_from": "2017-03-03", "date_to": "2017-03-04"}, [1]),
        ({"location": "palmyra"}, [2]),
        ({"location": ["Palmyra", "mosul"]}, [2, 3]),
        ({"country": "IQ"}, [3, 4]),
        ({"country": "iq"}, [3, 4]),
        ({"category": "vehicle"}, [2, 3]),
        ({"category": "tanks"}, [1]),
        ({"category": ["tank", "tactical vehicle"]}, [1, 3]),
        ({"family": "armor"}, [1]),
        ({"category": "vehicle", "family": "armor"}, []),
        ({"effect": "damaged"}, [2]),
        ({"effect": ["damaged", "destroyed"]}, [1, 2, 3]),
        ({"effect": "destroyed", "category": "vehicle"}, [3]),
        ({"publisher": "ARA News"}, [3, 4]),
        ({"report": "r1"}, [1, 2]),
        ({"report": "r99"}, []),
        ({"report": "r1", "location": "Raqqa", "effect": "destroyed", "date_to": "2017-03-01"}, [1]),
    ],
    ids=str,
)
def test_filter_finds_its_lines(stored: Api, filters: dict[str, Any], expected: list[int]) -> None:
    """Each filter, and filters together, find the lines that meet them all."""
    assert found(stored, **filters) == expected


def test_conditions_on_tallies_are_met_by_one_tally(api: Api) -> None:
    """A line that destroyed a vehicle and damaged a tank has not destroyed a tank."""
    api.post(make_report(make_strike(make_tally(1), make_tally(1, category="tank", effect="damaged"))))

    assert found(api, effect="destroyed", category="tank") == []
    assert found(api, effect="damaged", category="tank") == [1]


@pytest.mark.parametrize("spelling", ["tadmur", "TADMUR", "Tádmur", "  tadmur ", "Palmyra", "palmyra"])
def test_any_spelling_of_a_place_answers_the_same(stored: Api, spelling: str) -> None:
    """Slug, name and alias find the same lines, folding case, accents and space."""
    assert stored.read("/v1/strikes", location=spelling) == stored.read("/v1/strikes", location="palmyra")


def test_latest_comes_first(stored: Api) -> None:
    """Lines come by date, the latest first, or the earliest with `sort=date`."""
    latest = [line["date_from"] for line in stored.read("/v1/strikes")["items"]]

    assert latest == sorted(latest, reverse=True)
    assert [line["id"] for line in stored.read("/v1/strikes", sort="date")["items"]] == [
        line["id"] for line in reversed(stored.read("/v1/strikes")["items"])
    ]


def test_answers_are_as_described(stored: Api) -> None:
    """A page and a single line have exactly the fields that the reference describes, and are the same."""
    page = StrikePage.model_validate(stored.read("/v1/strikes", count="exact"))
    line = stored.read(f"/v1/strikes/{page.items[0].id}")

    assert page.total == len(page.items) == 4
    assert StrikeOut.model_validate(line).model_dump() == page.items[0].model_dump()


@pytest.mark.parametrize("name", ["s99", "r1", "s0", "s-1", "s1x", "1", "s9223372036854775808", "..%2f"])
def test_strike_that_is_not_there_is_not_found(stored: Api, name: str) -> None:
    """An id of no line, of another kind or of no form at all is 404."""
    assert stored.get(f"/v1/strikes/{name}").status_code == 404


@pytest.mark.parametrize(
    ("query", "parameter", "hint"),
    [
        ("lmit=5", "lmit", "limit"),
        ("location=Palmira-on-Sea", "location", ""),
        ("location=Palmyraa", "location", "palmyra"),
        ("category=tankk", "category", "tank"),
        ("family=armour", "family", "armor"),
        ("effect=destroy", "effect", "destroyed"),
        ("publisher=centcon", "publisher", "centcom"),
        ("country=Syria", "country", "alpha-2"),
        ("report=12", "report", "r12"),
        ("date_from=2016-02-30", "date_from", "no such day"),
        ("date_from=0000-00-00", "date_from", "no such day"),
        ("date_from=10000-01-01", "date_from", "YYYY-MM-DD"),
        ("date_from=2017-01-01T00:00:00Z", "date_from", "YYYY-MM-DD"),
        ("date_from=2017-02-01&date_to=2017-01-01", "date_to", "before"),
        ("limit=0", "limit", "greater"),
        ("limit=-1", "limit", "greater"),
        ("limit=501", "limit", "less"),
        ("limit=ten", "limit", "integer"),
        ("limit=1_0", "limit", "plain digits"),
        ("limit=%D9%A3", "limit", "plain digits"),
        ("limit=+5", "limit", "plain digits"),
        ("limit=05", "limit", "plain digits"),
        ("country=%C3%9F", "country", "alpha-2"),
        ("date_to=9999-01-01", "date_to", "9998"),
        ("location=%00", "location", "NUL"),
        ("as_of=99", "as_of", "stands at"),
        ("as_of=2017-01-01", "as_of", "instant"),
        ("as_of=2017-01-01T00:00:00", "as_of", "instant"),
        ("limit=1&limit=2", "limit", "only once"),
        ("sort=strikes;--", "sort", "date"),
        ("location=", "location", ""),
    ],
)
def test_bad_parameter_is_refused_by_name(stored: Api, query: str, parameter: str, hint: str) -> None:
    """A parameter that cannot be meant is 422, named, with the nearest right thing."""
    response = stored.get(f"/v1/strikes?{query}")

    assert response.status_code == 422, response.text
    assert {error["parameter"] for error in response.json()["errors"]} == {parameter}
    assert hint in response.json()["errors"][0]["detail"]


def test_sentence_is_where_quote_start_places_it(api: Api) -> None:
    """With `quote_start` a row marks its numbers in its sentence: on lists, a strike, its report and a correction."""
    text = "Nothing else. Near Raqqa, one strike destroyed a tank."
    tally = make_tally(1, quote={"start": 37, "end": 53})
    body = make_report(
        make_strike(tally, quote={"start": 14, "end": 54}), make_strike(), text=text, number="1"
    )
    first = api.post(body)
    revised = put(api, first, body | {"title": "Again", "reason": "A title."}).json()
    for line in (
        first["strikes"][0],
        revised["strikes"][0],
        api.read(f"/v1/strikes/{first['strikes'][0]['id']}"),
        *(line for line in api.read("/v1/strikes")["items"] if line["quote"]),
        *(line for line in api.read("/v1/strikes", as_of=first["seq"])["items"] if line["quote"]),
    ):
        assert text[line["quote_start"] :] == line["quote"]
        quote = line["tallies"][0]["quote"]
        mark = slice(quote["start"] - line["quote_start"], quote["end"] - line["quote_start"])
        assert line["quote"][mark] == text[37:53]
    assert revised["strikes"][1]["quote_start"] is None
    draft = api.post(body | {"status": "draft", "number": "2"})
    assert [line["quote_start"] for line in draft["strikes"]] == [14, None]
