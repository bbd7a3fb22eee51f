"""Aggregates: bounds, nulls, periods with their three states, pages, and what is refused."""

import pytest

from tests.api import Api
from tests.factories import make_report, make_strike, make_tally


def test_open_counts_add_to_the_minimum_only(api: Api) -> None:
    """An open count proves its minimum, adds nothing to the maximum, and is counted as open-ended."""
    line = make_strike(make_tally(3), make_tally(None, count_min=2, as_written="several vehicles"))
    api.post(make_report(line))
    totals = api.read("/v1/aggregates")["totals"]

    assert (totals["items_min"], totals["items_max"], totals["open_ended"]) == (5, 3, 1)


def test_line_with_two_tallies_is_one_line(api: Api) -> None:
    """Strikes and tallies are summed apart: two tallies do not double the strikes of their line."""
    api.post(make_report(make_strike(make_tally(3), make_tally(4, category="tank"), strikes=9)))
    totals = api.read("/v1/aggregates")["totals"]

    assert (totals["lines"], totals["strikes_min"], totals["items_min"]) == (1, 9, 7)


def test_nothing_known_is_null_and_not_zero(api: Api) -> None:
    """Strikes that no line gives are null; items of no tally are 0."""
    api.post(make_report(make_strike(strikes=None)))
    totals = api.read("/v1/aggregates")["totals"]

    assert (totals["strikes_min"], totals["engagements"], totals["items_min"]) == (None, None, 0)


def test_no_place_and_no_tally_are_groups_of_their_own(api: Api) -> None:
    """A line without a place, and one without a tally, fall into the group of null, which comes last."""
    api.post(make_report(make_strike(make_tally(1)), make_strike(location=None)))
    rows = api.read("/v1/aggregates", group_by="location,category")["rows"]

    assert [(row["location"], row["category"], row["lines"]) for row in rows] == [
        ("raqqa", "vehicle", 1),
        (None, None, 1),
    ]


def test_line_counts_in_each_category_that_it_has(api: Api) -> None:
    """By category a line counts in each of its groups, and once in the totals."""
    api.post(
        make_report(make_strike(make_tally(3), make_tally(4, category="tank"), make_tally(1), strikes=2))
    )
    answer = api.read("/v1/aggregates", group_by="category")

    assert [(row["category"], row["lines"], row["items_min"]) for row in answer["rows"]] == [
        ("tank", 1, 4),
        ("vehicle", 1, 4),
    ]
    assert answer["totals"]["lines"] == 1


def test_category_takes_its_descendants(api: Api) -> None:
    """Asking for vehicles counts tactical vehicles, and neither tanks nor VBIEDs."""
    tallies = [make_tally(1, category=each) for each in ("vehicle", "tactical vehicle", "tank", "VBIED")]
    api.post(make_report(make_strike(*tallies)))
    rows = api.read("/v1/aggregates", category="vehicle", group_by="category")["rows"]

    assert [row["category"] for row in rows] == ["tactical-vehicle", "vehicle"]


def test_empty_periods_tell_zero_from_unknown(api: Api) -> None:
    """A day is reported, covered by a report that says none, or spoken for by nobody."""
    coverage = [{"country": "SY", "date_from": "2017-03-02", "strikes": 0}]
    api.post(make_report(make_strike(date_from="2017-03-01"), coverage=coverage))
    rows = api.read(
        "/v1/aggregates", group_by="day", date_from="2017-03-01", date_to="2017-03-03", country="SY"
    )["rows"]

    assert [(row["period"], row["state"], row["lines"]) for row in rows] == [
        ("2017-03-01", "reported", 1),
        ("2017-03-02", "none_reported", 0),
        ("2017-03-03", "no_report", 0),
    ]


def test_report_that_lists_other_places_says_none_here(api: Api) -> None:
    """A report that covers a country and day and lists lines elsewhere has none near the place requested."""
    coverage = [{"country": "SY", "date_from": "2017-03-01", "strikes": 1}]
    api.post(make_report(make_strike(), coverage=coverage))
    asked = {"date_from": "2017-03-01", "date_to": "2017-03-01", "group_by": "day"}

    assert api.read("/v1/aggregates", location="Palmyra", **asked)["rows"][0]["state"] == "none_reported"
    assert api.read("/v1/aggregates", location="Mosul", **asked)["rows"][0]["state"] == "no_report"


def test_line_of_several_days_is_reported_on_each(api: Api) -> None:
    """A line of three days is counted on its first, and its other days are reported, not none."""
    coverage = [{"country": "SY", "date_from": "2017-03-01", "date_to": "2017-03-04", "strikes": 1}]
    api.post(make_report(make_strike(date_to="2017-03-03"), coverage=coverage))
    asked = {"date_from": "2017-03-01", "date_to": "2017-03-05", "group_by": "day"}
    states = [
        (row["lines"], row["state"]) for row in api.read("/v1/aggregates", location="Raqqa", **asked)["rows"]
    ]

    assert states == [
        (1, "reported"),
        (0, "reported"),
        (0, "reported"),
        (0, "none_reported"),
        (0, "no_report"),
    ]


def test_claim_that_the_lines_do_not_reach_does_not_say_none(api: Api) -> None:
    """Of nine strikes claimed and one listed, eight may have been anywhere."""
    coverage = [{"country": "SY", "date_from": "2017-03-01", "date_to": "2017-03-02", "strikes": 9}]
    api.post(make_report(make_strike(), coverage=coverage))
    asked = {"date_from": "2017-03-02", "date_to": "2017-03-02", "group_by": "day"}

    assert api.read("/v1/aggregates", location="Palmyra", **asked)["rows"][0]["state"] == "no_report"


def test_states_by_publication_are_of_the_days_of_publication(api: Api) -> None:
    """By publication a report says none on the day that it was published."""
    api.post(make_report(coverage=[{"country": "SY", "date_from": "2017-03-01", "strikes": 0}]))
    asked = {"group_by": "day", "period_by": "published_on"}
    api.post(make_report(make_strike(), published_on="2017-03-01"))
    api.post(make_report(make_strike(), published_on="2017-03-03"))
    states = [row["state"] for row in api.read("/v1/aggregates", **asked)["rows"]]

    assert states == ["reported", "none_reported", "reported"]


def test_long_spans_cost_no_more_than_short_ones(api: Api) -> None:
    """A report may cover a century, many times, and a series is still answered."""
    span = {"country": "SY", "date_from": "1920-01-01", "date_to": "2020-01-01", "strikes": 0}
    api.post(make_report(coverage=[span] * 2_000))
    asked = {"group_by": "month", "date_from": "2017-01-01", "date_to": "2017-02-01"}

    assert {row["state"] for row in api.read("/v1/aggregates", **asked)["rows"]} == {"none_reported"}


@pytest.mark.parametrize("unit", ["day", "week", "month", "quarter", "year"])
def test_calendar_ends_before_the_machine_does(api: Api, unit: str) -> None:
    """The last day that can be requested makes a period; the year after it is refused."""
    asked = {"group_by": unit, "date_from": "9998-12-30"}
    assert api.read("/v1/aggregates", date_to="9998-12-31", **asked)["rows"]
    assert api.get("/v1/aggregates", date_to="9999-12-31", **asked).status_code == 422


def test_claim_without_lines_does_not_say_none(api: Api) -> None:
    """A total of some strikes without any line leaves every place unknown."""
    api.post(make_report(coverage=[{"country": "SY", "date_from": "2017-03-01", "strikes": 5}]))
    asked = {"date_from": "2017-03-01", "date_to": "2017-03-01", "group_by": "day"}

    assert api.read("/v1/aggregates", **asked)["rows"][0]["state"] == "no_report"


@pytest.mark.parametrize(
    ("unit", "keys"),
    [
        ("day", ["2016-12-31", "2017-01-01", "2017-01-02"]),
        ("week", ["2016-W52", "2017-W01"]),
        ("month", ["2016-12", "2017-01"]),
        ("quarter", ["2016-Q4", "2017-Q1"]),
        ("year", ["2016", "2017"]),
    ],
)
def test_periods_between_two_lines_are_filled(api: Api, unit: str, keys: list[str]) -> None:
    """Without days requested, periods run from the first match to the last, over the end of a year."""
    api.post(make_report(make_strike(date_from="2016-12-31"), make_strike(date_from="2017-01-02")))
    rows = api.read("/v1/aggregates", group_by=unit)["rows"]

    assert [row["period"] for row in rows] == keys
    assert rows[0]["period_start"] <= "2016-12-31" <= rows[0]["period_end"]


def test_periods_are_filled_for_each_group_that_is_there(api: Api) -> None:
    """With another dimension every group present gets every period; a group that is absent gets none."""
    api.post(make_report(make_strike(), make_strike(location="Mosul", country="IQ", date_from="2017-02-01")))
    rows = api.read("/v1/aggregates", group_by="month,location")["rows"]

    assert [(row["period"], row["location"]) for row in rows] == [
        ("2017-02", "mosul"),
        ("2017-02", "raqqa"),
        ("2017-03", "mosul"),
        ("2017-03", "raqqa"),
    ]


def test_range_asked_for_is_filled_even_without_a_match(api: Api) -> None:
    """A series over days for which there is nothing is as long as the days requested."""
    rows = api.read("/v1/aggregates", group_by="month", date_from="2017-01-15", date_to="2017-03-15")["rows"]
    assert [(row["period"], row["state"]) for row in rows] == [
        ("2017-01", "no_report"),
        ("2017-02", "no_report"),
        ("2017-03", "no_report"),
    ]


def test_other_dimensions_without_a_match_have_no_rows(api: Api) -> None:
    """With another dimension and nothing that matches there is no group to fill."""
    asked = {"date_from": "2017-01-15", "date_to": "2017-03-15"}
    assert api.read("/v1/aggregates", group_by="location,month", **asked)["rows"] == []


def test_fill_none_leaves_empty_periods_out(api: Api) -> None:
    """Without filling only periods with a line appear."""
    api.post(make_report(make_strike(date_from="2016-12-31"), make_strike(date_from="2017-02-02")))
    rows = api.read("/v1/aggregates", group_by="month", fill="none")["rows"]

    assert [row["period"] for row in rows] == ["2016-12", "2017-02"]


def test_line_over_two_periods_counts_once_where_it_begins(api: Api) -> None:
    """A line that spans months is found by either month and counted in its first."""
    api.post(make_report(make_strike(date_from="2017-01-30", date_to="2017-02-05")))
    answer = api.read("/v1/aggregates", group_by="month", date_from="2017-02-01", fill="none")

    assert [(row["period"], row["lines"]) for row in answer["rows"]] == [("2017-01", 1)]


def test_periods_by_publication(api: Api) -> None:
    """`period_by=published_on` counts a late strike in the month that published it."""
    api.post(make_report(make_strike(date_from="2017-01-30"), published_on="2017-02-02"))
    rows = api.read("/v1/aggregates", group_by="month", period_by="published_on")["rows"]

    assert [row["period"] for row in rows] == ["2017-02"]


def test_pages_of_groups_join_to_the_whole(api: Api) -> None:
    """Following `next` gives every group once, in one order, with the same totals on each page."""
    places = ("Raqqa", "Mosul", "Palmyra", "Tal Afar", None)
    api.post(make_report(*(make_strike(location=place) for place in places)))
    whole = api.read("/v1/aggregates", group_by="location")
    first = api.read("/v1/aggregates", group_by="location", limit=2)
    second = api.read("/v1/aggregates", group_by="location", limit=3, cursor=first["next"])

    assert first["rows"] + second["rows"] == whole["rows"]
    assert (second["next"], second["totals"]) == (None, whole["totals"])


@pytest.mark.parametrize(
    ("group_by", "code"),
    [
        ("plce", "unknown-dimension"),
        ("locaton", "unknown-dimension"),
        ("location;--", "unknown-dimension"),
        ("day,month", "two-periods"),
        ("location,country,category,effect", "too-many-dimensions"),
        ("location,location", "repeated-dimension"),
    ],
)
def test_groupings_that_make_no_sense_are_refused(api: Api, group_by: str, code: str) -> None:
    """A dimension is one of the list, named once, with at most one unit of time and three in all."""
    response = api.get("/v1/aggregates", group_by=group_by)

    assert response.status_code == 422
    assert [(error["parameter"], error["code"]) for error in response.json()["errors"]] == [
        ("group_by", code)
    ]


def test_series_too_long_to_show_is_refused(api: Api) -> None:
    """A daily series over a century for many groups is refused before it is made."""
    api.post(make_report(*(make_strike(location=place) for place in ("Raqqa", "Mosul", "Palmyra"))))
    response = api.get(
        "/v1/aggregates", group_by="day,location", date_from="1911-01-01", date_to="2020-01-01"
    )

    assert [error["code"] for error in response.json()["errors"]] == ["too-many-rows"]
