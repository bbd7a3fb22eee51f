"""Panels and charts of GET /: what is drawn, embedded and cited agrees with the API."""

import pytest

from app.pages import facets
from tests.api import Api
from tests.factories import make_report, make_strike, make_tally
from tests.pages.markup import Node
from tests.pages.test_question import shown


def rows_of(part: Node) -> dict[str, str]:
    """Return the first number of each row of a table, by the name of the row."""
    rows = part.one("details", "table").one("tbody").all("tr")
    return {
        row.one("th").text: row.all("td")[0].text.replace("≥ ", "").replace(",", "").split("–")[0]
        for row in rows
    }


@pytest.mark.parametrize("measure", ["items", "lines", "reports"])
def test_small_charts_have_the_counts_of_the_api(sampled: Api, measure: str) -> None:
    """A report that names a place in several months is one report of that place."""
    counts = rows_of(shown(sampled, measure=measure, each="country").one(id="multiples"))
    rows = sampled.read("/v1/aggregates", group_by="country", names="true")["rows"]
    expected = {row["country_name"]: row["items_min" if measure == "items" else measure] for row in rows}
    assert {name: int(number) for name, number in counts.items()} == expected


def test_periods_of_publication_hold_what_was_published_later(api: Api) -> None:
    """A strike of January that is published in March counts in March, and no period leads to other days."""
    api.post(
        make_report(
            make_strike(make_tally(3), date_from="2016-01-20", location="Palmyra"), published_on="2016-03-02"
        )
    )
    for address in ("/", "/places/palmyra"):
        found = shown(api, address, period_by="published_on", unit="month")
        table = found.one("details", "table")
        assert rows_of(found.one(id="timeline" if address == "/" else "days")) == {"2016-03": "3"}
        assert table.all("a") == []


def test_silence_of_a_month_of_publication_is_that_of_its_reports(api: Api) -> None:
    """A month in which reports of the country were published that name other places is no month without reports."""
    for month in ("01", "03"):
        line = make_strike(make_tally(3), date_from="2016-01-20", location="Palmyra")
        api.post(make_report(line, published_on=f"2016-{month}-28"))
    elsewhere = make_strike(make_tally(1), date_from="2016-01-21", location="Raqqa")
    api.post(make_report(elsewhere, published_on="2016-02-02"))
    days = shown(api, "/places/palmyra", period_by="published_on", unit="month").one(id="days")
    assert rows_of(days)["2016-02"] == "no report in the record names it"


def test_what_is_cited_is_about_where_some_counts_are_estimates(api: Api) -> None:
    """An estimate is never cited as a number."""
    api.post(make_report(make_strike(make_tally(40, approximate=True))))
    assert " about 40. " in shown(api).one("div", id="cite-timeline").text


def test_a_picture_of_a_page_is_drawn_like_the_page(sampled: Api) -> None:
    """The embed, the preview and the embed's link back keep unit, measure and stack."""
    given = {"location": "palmyra", "measure": "strikes", "unit": "quarter", "split": "none"}
    found = shown(sampled, **given)
    wanted = "location=palmyra&measure=strikes&unit=quarter&split=none"
    assert found.one("meta", property="og:image").given["content"].endswith(f"/preview.png?{wanted}")
    assert "unit=quarter&split=none" in found.one("div", id="embed-timeline").text
    embedded = shown(sampled, "/embed/timeline", **given)
    assert embedded.one("link", rel="canonical").given["href"].endswith(f"/?{wanted}")


def test_the_file_of_a_stacked_chart_is_stacked(sampled: Api) -> None:
    """The SVG of the timeline has the colours of effects, as the page has."""
    found = shown(sampled)
    drawn = {link.text: link.given["href"] for link in found.one("div", id="take-timeline").all("a")}["SVG"]
    assert "group_by=quarter%2Ceffect" in drawn or "group_by=month,effect" in drawn
    assert 'class="f-destroyed"' in sampled.get(drawn).text


def test_a_request_in_python_names_its_method(sampled: Api) -> None:
    """Counts are of `aggregates`, and lines of a place are of `strikes`."""
    assert ").aggregates(" in shown(sampled).one("div", id="api-timeline").text
    assert ").strikes(" in shown(sampled, "/places/palmyra").one("div", id="api-lines").text


def test_places_that_a_map_leaves_out_are_counted(sampled: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A map of the places with most says how many others there are."""
    named = len(sampled.read("/v1/aggregates", group_by="location", country="SY")["rows"])
    monkeypatch.setattr(facets, "MOST_POINTS", 3)
    nowhere = sum(
        row["location"] is None
        for row in sampled.read("/v1/aggregates", group_by="location", country="SY")["rows"]
    )
    assert (
        f"{named - nowhere - 3} places with fewer are not drawn."
        in shown(sampled, country="SY").one(id="map").text
    )


def test_a_second_series_runs_up_as_the_first(sampled: Api) -> None:
    """With running totals both are running totals."""
    found = shown(sampled, cumulative="true", unit="year", **{"vs.effect": "destroyed"})
    drawing = found.one(id="timeline").one("div", "wide-only")
    heights = [float(part.given["height"]) for part in drawing.all("rect", "f-series2")]
    assert len(heights) >= 3
    assert heights == sorted(heights)


@pytest.mark.parametrize("path", ["/", "/embed/timeline", "/preview.png"])
def test_more_periods_than_a_chart_has_are_refused(sampled: Api, path: str) -> None:
    """Days of three hundred years cost nothing, wherever they would be drawn."""
    refused = sampled.get(path, unit="day", date_from="1700-01-01", date_to="2020-12-31")
    assert refused.status_code == 422
    assert "periods" in refused.text


def test_repeats_are_counted_apart_where_they_are_left_out(sampled: Api) -> None:
    """The note says whether lines that repeat another are among those that are counted."""
    for given, is_included in (
        ({}, False),
        ({"publisher": "centcom"}, True),
        ({"duplicates": "include"}, True),
    ):
        note = shown(sampled, **given).one("a", "fig", data_measure="lines").text
        assert ("included" in note) is is_included


def test_marks_of_an_opened_line_are_where_its_tallies_stand(api: Api) -> None:
    """The second of two equal phrases is marked where the tally is of the second one, behind another sentence."""
    text = "All was calm. Near Raqqa, one strike missed two tanks and destroyed two tanks."
    start, at = text.index("Near"), text.rindex("two tanks")
    line = make_strike(
        make_tally(2, quote={"start": at, "end": at + 9}), quote={"start": start, "end": len(text)}
    )
    api.post(make_report(line, text=text))
    strike = api.read("/v1/strikes")["items"][0]["id"]
    quote = api.get("/", row=strike).text.partition("destroyed <mark")
    assert quote[2].partition(">")[2].startswith("two tanks</mark>.")
    assert "missed two tanks and" in quote[0]
