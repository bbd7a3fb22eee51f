"""The lag: how many days after the strikes a line was first published."""

import pytest

from tests.api import Api
from tests.factories import make_report, make_strike, make_tally
from tests.reports.test_corrections import put


def lag(row: dict[str, float | None]) -> tuple[float | None, ...]:
    """Return the least, the median and the most days of a row."""
    return row["lag_days_min"], row["lag_days_median"], row["lag_days_max"]


def test_lag_runs_from_the_last_day_to_the_first_publication(api: Api) -> None:
    """A line of several days was over on its last one; what is published before that has a lag below 0."""
    api.post(
        make_report(
            make_strike(date_from="2017-03-01", date_to="2017-03-04"),
            make_strike(date_from="2017-03-01", location="Palmyra"),
            make_strike(date_from="2017-02-25", location="Palmyra"),
            published_on="2017-03-02",
        )
    )
    answer = api.read("/v1/aggregates", group_by="location", lag="true")

    assert [(row["location"], lag(row)) for row in answer["rows"]] == [
        ("palmyra", (1, 3.0, 5)),
        ("raqqa", (-2, -2.0, -2)),
    ]
    assert lag(answer["totals"]) == (-2, 1.0, 5)


def test_late_line_was_published_by_the_revision_that_added_it(api: Api) -> None:
    """A revision's day is that of the lines which it brought, and not of those that it found."""
    early, late = make_strike(make_tally(1)), make_strike(make_tally(2), location="Mosul", country="IQ")
    report = api.post(make_report(early, published_on="2017-03-02"))
    put(api, report, make_report(early, late, published_on="2017-03-08") | {"reason": "A late strike."})
    rows = api.read("/v1/aggregates", group_by="location", lag="true")["rows"]

    assert [(row["location"], lag(row)) for row in rows] == [("mosul", (7, 7.0, 7)), ("raqqa", (1, 1.0, 1))]


def test_lag_is_null_where_nothing_happened(api: Api) -> None:
    """An empty period has no lag, and neither has a question that nothing matches."""
    api.post(make_report(make_strike(), published_on="2017-03-02"))
    asked = {"group_by": "day", "date_from": "2017-03-01", "date_to": "2017-03-02", "lag": "true"}
    rows = api.read("/v1/aggregates", **asked)["rows"]

    assert [lag(row) for row in rows] == [(1, 1.0, 1), (None, None, None)]
    assert lag(api.read("/v1/aggregates", lag="true", publisher="centcom")["totals"]) == (None, None, None)


def test_lag_is_there_where_it_is_asked_for(api: Api) -> None:
    """Rows have what the contract says, and the lag next to it only on demand; rows can be sorted by it then."""
    api.post(make_report(make_strike(), make_strike(location="Palmyra", date_from="2017-02-01")))
    plain = api.read("/v1/aggregates", group_by="location")
    ranked = api.read("/v1/aggregates", group_by="location", lag="true", sort="-lag_days_max", top=1)

    assert not any(name.startswith("lag") for row in (*plain["rows"], plain["totals"]) for name in row)
    assert [row["location"] for row in ranked["rows"]] == ["palmyra", "other"]
    assert api.get("/v1/aggregates", group_by="location", sort="lag_days_max").status_code == 422


@pytest.mark.parametrize("shape", ["csv", "ndjson", "geojson", "parquet"])
def test_lag_is_there_in_every_format(api: Api, shape: str) -> None:
    """What JSON tells is told in every format."""
    api.post(make_report(make_strike()))
    response = api.get("/v1/aggregates", group_by="location", lag="true", format=shape)

    assert response.status_code == 200
    assert b"lag_days_median" in response.content
