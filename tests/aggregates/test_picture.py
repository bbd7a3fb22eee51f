"""GET /v1/aggregates?format=svg: the same numbers, drawn."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.api import Api


def drawn(api: Api, **parameters: Any) -> ET.Element:  # noqa: ANN401 - a query
    """Ask for a drawing, which must be well-formed."""
    response = api.get("/v1/aggregates", format="svg", **parameters)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "image/svg+xml"
    return ET.fromstring(response.content)  # noqa: S314 - our own drawing


def words(drawing: ET.Element) -> list[str]:
    """Return its texts."""
    return ["".join(element.itertext()) for element in drawing.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "≥ 27,986"),
        ({"group_by": "month"}, "2,000 items"),
        ({"group_by": "month,effect"}, "“engaged” for “struck”"),
        ({"group_by": "location", "top": "5"}, "Mosul"),
        ({"group_by": "location,month", "top": "5"}, "Mosul"),
        ({"group_by": "location", "draw": "map"}, "Mosul"),
        ({"group_by": "effect", "location": "palmyra"}, "114"),
        ({"group_by": "year", "cumulative": "true"}, "30,000 items"),
        ({"group_by": "month", "measure": "strikes"}, "800 strikes"),
        ({"group_by": "month", "location": "palmyra", "category": "tank", "effect": "killed"}, "1 items"),
    ],
)
def test_each_kind_of_question_has_its_drawing(sampled: Api, given: dict[str, str], expected: str) -> None:
    """A period, a dimension, both, neither, or a map."""
    assert expected in words(drawn(sampled, **given))


def test_title_and_source_are_inside(sampled: Api) -> None:
    """Who finds the file alone knows what it shows, and of which record."""
    found = words(drawn(sampled, group_by="month", location="palmyra", effect="destroyed"))
    assert found[0] == "Items of every category, destroyed near Palmyra, at any time"
    assert found[-1] == "22 lines of 22 reports, as publishers claim them · strikeledger ledger 535"


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({"group_by": "location,effect"}, "group_by"),
        ({"group_by": "month", "draw": "map"}, "draw"),
        ({"group_by": "location", "limit": "3"}, "limit"),
        ({"group_by": "month", "width": "200"}, "width"),
        ({"group_by": "month", "theme": "pink"}, "theme"),
    ],
)
def test_what_no_drawing_shows_is_refused(sampled: Api, given: dict[str, str], parameter: str) -> None:
    """Nothing is left out in silence."""
    response = sampled.get("/v1/aggregates", format="svg", **given)
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == parameter


def test_a_drawing_runs_nothing(sampled: Api) -> None:
    """Its policy allows its own style sheet and nothing else."""
    response = sampled.get("/v1/aggregates", format="svg", group_by="month")
    assert response.headers["content-security-policy"].startswith(
        "default-src 'none'; style-src 'unsafe-inline'"
    )
    assert "<script" not in response.text


def test_heading_of_a_group_is_its_total(sampled: Api) -> None:
    """Running totals are not added up, and reports of several periods are not added up at all."""
    rows = sampled.read("/v1/aggregates", group_by="country")["rows"]
    running = words(drawn(sampled, group_by="country,year", cumulative="true"))
    for row in rows:
        assert any(f"{row['items_min']:,}" in text.replace("≥ ", "") for text in running)
    of_reports = drawn(sampled, group_by="country,year", measure="reports")
    headings = [text for text in of_reports.iter() if text.get("class") == "t13 end"]
    assert len(headings) == len(rows)
    assert not any(heading.text for heading in headings)


def test_effect_of_the_name_other_is_apart_from_the_rest(sampled: Api) -> None:
    """With `top`, the row of all others is one small timeline more, whatever effects are called."""
    rows = sampled.read("/v1/aggregates", group_by="effect,year", top="2")["rows"]
    keys = {(row["is_other"], row["effect"]) for row in rows}
    texts = words(drawn(sampled, group_by="effect,year", top="2", measure="lines"))
    assert len([text for text in texts if text == "all others"]) == 1
    assert len(keys) == 3


def test_more_periods_than_a_drawing_has_are_refused(sampled: Api) -> None:
    """Days of ten years are refused, not drawn a tenth of a pixel wide."""
    response = sampled.get(
        "/v1/aggregates",
        format="svg",
        group_by="day",
        date_from="2010-01-01",
        date_to="2019-12-31",
        limit="10000",
    )
    assert response.status_code == 422
    assert response.json()["errors"][0]["code"] == "not-drawn"
