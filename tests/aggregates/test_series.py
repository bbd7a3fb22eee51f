"""Series and rankings: cumulative measures, sorted and ranked groups, pages of one state, and notes."""

from typing import Any

import pytest

from tests.api import Api
from tests.factories import make_report, make_strike, make_tally


def rows(api: Api, *names: str, **query: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - anything a query can hold
    """Return some of the members of each row."""
    found = api.read("/v1/aggregates", **query)["rows"]
    return [tuple(row[name] for name in names) for row in found]


def post_months(api: Api) -> None:
    """Post one report over two months, and one in the second of them and the fourth."""
    january, february, april = (f"2017-{month:02}-05" for month in (1, 2, 4))
    api.post(make_report(make_strike(make_tally(2), date_from=january), make_strike(date_from=february)))
    api.post(make_report(make_strike(make_tally(3), date_from=february), make_strike(date_from=april)))


def test_cumulative_measures_run_over_all_periods(api: Api) -> None:
    """Each period has what it comes to so far, also where nothing happened; a report is told apart once."""
    post_months(api)
    names = ("period", "lines", "cumulative_lines", "cumulative_items_min", "cumulative_reports")

    assert rows(api, *names, group_by="month", cumulative="true") == [
        ("2017-01", 1, 1, 2, 1),
        ("2017-02", 2, 3, 5, 2),
        ("2017-03", 0, 3, 5, 2),
        ("2017-04", 1, 4, 5, 2),
    ]


def test_cumulative_measures_run_within_each_group(api: Api) -> None:
    """What accumulates in one place is not carried into the next, and unknown strikes stay unknown."""
    api.post(
        make_report(make_strike(location="Raqqa", strikes=None), make_strike(location="Palmyra", strikes=3))
    )
    names = ("location", "cumulative_lines", "cumulative_strikes_min")

    assert rows(api, *names, group_by="month,location", cumulative="true") == [
        ("palmyra", 1, 3),
        ("raqqa", 1, None),
    ]


def test_rows_are_sorted_by_a_measure_with_null_last(api: Api) -> None:
    """`sort` orders by a measure either way; what is not known comes last both times."""
    places = (("Raqqa", 1), ("Palmyra", None), ("Tabqah", 4))
    api.post(make_report(*(make_strike(location=place, strikes=strikes) for place, strikes in places)))

    assert rows(api, "location", group_by="location", sort="-strikes_min") == [
        ("tabqah",),
        ("raqqa",),
        ("palmyra",),
    ]
    assert rows(api, "location", group_by="location", sort="strikes_min") == [
        ("raqqa",),
        ("tabqah",),
        ("palmyra",),
    ]


def test_rows_are_sorted_by_a_dimension(api: Api) -> None:
    """The latest period can come first."""
    post_months(api)
    assert rows(api, "period", group_by="month", fill="none", sort="-month") == [
        ("2017-04",),
        ("2017-02",),
        ("2017-01",),
    ]


def test_top_keeps_some_groups_and_adds_up_the_rest(api: Api) -> None:
    """The groups with the most items are kept; in `other` a report and a line of several groups count once."""
    tallies = (
        make_tally(9, category="tank"),
        make_tally(2, category="tunnel"),
        make_tally(1, category="vehicle"),
    )
    api.post(make_report(make_strike(*tallies), make_strike(make_tally(1, category="tunnel"))))
    names = ("category", "is_other", "items_min", "lines", "reports")

    assert rows(api, *names, group_by="category", top=1) == [
        ("tank", False, 9, 1, 1),
        ("other", True, 4, 2, 1),
    ]


@pytest.mark.parametrize("sort", [None, "-items_max", "-strikes_max", "-strikes_min"])
def test_top_ranks_an_open_number_by_its_minimum(api: Api, sort: str | None) -> None:
    """A group of at least 90 ranks before one of exactly 4, whichever bound is ranked by."""
    open_ended = make_strike(
        make_tally(None, count_min=90, count_max=None),
        location="Raqqa",
        strikes=None,
        strikes_min=90,
        strikes_max=None,
    )
    api.post(make_report(open_ended, make_strike(make_tally(4), location="Palmyra", strikes=4)))
    asked = {"group_by": "location", "top": 1} | ({} if sort is None else {"sort": sort})

    assert rows(api, "location", "items_min", **asked) == [("raqqa", 90), ("other", 4)]


def test_top_without_any_rest_has_no_other(api: Api) -> None:
    """Where all groups are kept there is no row for others."""
    api.post(make_report(make_strike(make_tally(1))))
    assert rows(api, "location", "is_other", group_by="location", top=5) == [("raqqa", False)]


def test_top_with_a_period_makes_series(api: Api) -> None:
    """With a period, the ranked groups and the others each have a row for every period."""
    lines = [
        make_strike(make_tally(count), location=place, date_from=f"2017-0{month}-05")
        for place, count, month in (("Raqqa", 5, 1), ("Palmyra", 1, 1), ("Tabqah", 2, 2))
    ]
    api.post(make_report(*lines))

    assert rows(api, "location", "period", "items_min", group_by="location,month", top=1) == [
        ("raqqa", "2017-01", 5),
        ("raqqa", "2017-02", 0),
        ("other", "2017-01", 1),
        ("other", "2017-02", 2),
    ]


def test_top_of_two_dimensions_keeps_pairs(api: Api) -> None:
    """Two dimensions are ranked together, by `sort` where it is given."""
    lines = [
        make_strike(make_tally(1, category=category), location=place, strikes=strikes)
        for place, category, strikes in (
            ("Raqqa", "tank", 7),
            ("Palmyra", "tank", 1),
            ("Palmyra", "tunnel", 2),
        )
    ]
    api.post(make_report(*lines))

    ranked = rows(
        api, "category", "location", "lines", group_by="category,location", top=1, sort="-strikes_min"
    )
    assert ranked == [("tank", "raqqa", 1), ("other", "other", 2)]


def test_top_of_periods_ranks_them(api: Api) -> None:
    """By periods alone, these are ranked; the others have no days of their own."""
    post_months(api)
    assert rows(api, "period", "period_start", "items_min", group_by="month", top=1) == [
        ("2017-02", "2017-02-01", 3),
        ("other", None, 2),
    ]


def test_pages_are_of_the_state_of_the_first(api: Api) -> None:
    """What is written while a client turns pages does not change the pages that follow."""
    api.post(make_report(*(make_strike(location=place) for place in ("Raqqa", "Palmyra", "Tabqah"))))
    first = api.read("/v1/aggregates", group_by="location", limit=2)
    api.post(make_report(make_strike(location="Kobani")))
    second = api.read("/v1/aggregates", group_by="location", limit=2, cursor=first["next"])

    assert [row["location"] for row in first["rows"] + second["rows"]] == ["palmyra", "raqqa", "tabqah"]
    assert (second["seq"], second["next"]) == (first["seq"], None)


def test_change_of_wording_is_marked_on_series_by_effect(api: Api) -> None:
    """A series by effect over August 2016 says that 'struck' became 'engaged' there; others do not."""
    lines = [make_strike(make_tally(1), date_from=f"2016-0{month}-05") for month in (7, 9)]
    api.post(make_report(*lines))

    (note,) = api.read("/v1/aggregates", group_by="month,effect")["notes"]
    assert (note["date"], note["period"]) == ("2016-08-26", "2016-08")
    assert api.read("/v1/aggregates", group_by="month,effect", date_from="2016-09-01")["notes"] == []
    assert "notes" not in api.read("/v1/aggregates", group_by="month")


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ({"cumulative": "true", "group_by": "location"}, "cumulative", "no-period"),
        ({"cumulative": "true", "group_by": "month", "top": 1}, "cumulative", "ranked-periods"),
        ({"top": 1}, "top", "no-groups"),
        ({"top": 1, "group_by": "country,month", "sort": "-month"}, "sort", "ranked-periods"),
        ({"top": 1, "group_by": "country,month", "sort": "period"}, "sort", "ranked-periods"),
        ({"group_by": "location", "sort": "-item_max"}, "sort", "unknown-sort"),
        ({"group_by": "location", "sort": "country"}, "sort", "unknown-sort"),
    ],
)
def test_series_that_make_no_sense_are_refused(
    api: Api, query: dict[str, Any], parameter: str, code: str
) -> None:
    """What needs a period or a group is refused without, and so is a name that is no measure or dimension."""
    response = api.get("/v1/aggregates", **query)

    assert response.status_code == 422
    assert [(error["parameter"], error["code"]) for error in response.json()["errors"]] == [(parameter, code)]
