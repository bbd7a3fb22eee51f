"""Sums that are not exact say so: open counts of tallies and of strikes, and estimates; and rankings heed them."""

from tests.api import Api
from tests.factories import make_report, make_strike, make_tally

ABOUT_40 = make_tally(40, approximate=True)
EXACT = make_tally(3, category="tank")
AT_LEAST_200 = make_tally(None, category="boat", count_min=200, count_max=None)


def test_estimates_are_counted_with_the_tallies_that_match(api: Api) -> None:
    """Of two estimates and an exact count, each group and the total have their own estimates."""
    api.post(make_report(make_strike(ABOUT_40, EXACT), make_strike(ABOUT_40, location="Mosul", country="IQ")))
    counted = api.read("/v1/aggregates", group_by="category")

    assert {row["category"]: row["approximate"] for row in counted["rows"]} == {"tank": 0, "vehicle": 2}
    assert counted["totals"]["approximate"] == 2
    assert api.read("/v1/aggregates", category="tank")["totals"]["approximate"] == 0
    assert api.read("/v1/aggregates", country="IQ")["totals"]["approximate"] == 1


def test_lines_without_a_maximum_of_strikes_are_counted(api: Api) -> None:
    """`at least two` and no number at all leave the sum of the maxima open; a line counts once for all its tallies."""
    api.post(
        make_report(
            make_strike(EXACT, ABOUT_40, strikes=None),
            make_strike(EXACT, strikes=None, strikes_min=2),
            make_strike(ABOUT_40, strikes=5),
        )
    )
    totals = api.read("/v1/aggregates")["totals"]
    assert (totals["strikes_min"], totals["strikes_max"], totals["strikes_open_ended"]) == (7, 5, 2)
    rows = api.read("/v1/aggregates", group_by="category")["rows"]
    assert {row["category"]: row["strikes_open_ended"] for row in rows} == {"tank": 2, "vehicle": 1}


def test_what_is_not_exact_adds_up_over_time(api: Api) -> None:
    """Empty periods have none, and a running sum holds all of them so far."""
    api.post(make_report(make_strike(ABOUT_40, date_from="2017-01-01", strikes=None), make_strike(ABOUT_40)))
    rows = api.read("/v1/aggregates", group_by="month", cumulative="true")["rows"]

    assert [(row["approximate"], row["strikes_open_ended"]) for row in rows] == [(1, 1), (0, 0), (1, 0)]
    assert [row["cumulative_approximate"] for row in rows] == [1, 1, 2]
    assert [row["cumulative_strikes_open_ended"] for row in rows] == [1, 1, 1]
    assert api.read("/v1/aggregates", group_by="month", sort="-approximate")["rows"][0]["approximate"] == 1


def test_top_ranks_by_what_is_proven(api: Api) -> None:
    """`at least 200` ranks before 40, whether by default or by a maximum, of which it has none."""
    api.post(make_report(make_strike(ABOUT_40, EXACT, AT_LEAST_200)))
    for sort in ({}, {"sort": "-items_max"}):
        rows = api.read("/v1/aggregates", group_by="category", top=1, **sort)["rows"]
        assert [row["items_min"] for row in rows] == [200, 43]
