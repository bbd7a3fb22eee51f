"""One event, two publishers: a line says what it repeats, and the event is counted once, as of any moment."""

from typing import Any

from app.reports.duplicates import MOST_COMPARED, MOST_PAIRS, PAIRS_PER_QUERY
from tests.api import Api
from tests.factories import Body, make_report, make_strike, make_tally
from tests.reports.test_corrections import put, retract

TANKS = make_tally(2, category="tank")
LINE = make_strike(make_tally(17), TANKS, strikes=9)


def article(*strikes: Body) -> Body:
    """Make a report of a news site that tells of the coalition's strikes."""
    return make_report(*strikes, publisher="ara-news")


def items(api: Api, **filters: Any) -> int:  # noqa: ANN401 - anything a query can hold
    """Return how many items are counted."""
    return int(api.read("/v1/aggregates", **filters)["totals"]["items_min"])


def test_event_is_counted_once(api: Api) -> None:
    """A line that repeats another is left out, unless all are requested, or its publisher or report is named."""
    own = api.post(make_report(LINE))
    repeat = api.post(article(LINE | {"same_as": own["strikes"][0]["id"]}))

    assert items(api) == 19
    assert items(api, duplicates="include") == 38
    assert items(api, publisher="ara-news") == items(api, report=repeat["id"]) == 19
    assert items(api, publisher="ara-news", duplicates="collapse") == 0
    assert [line["same_as"] for line in api.read("/v1/strikes")["items"]] == [None]


def test_repeat_stands_in_for_what_is_retracted(api: Api) -> None:
    """When the first telling is retracted, one of those that repeat it counts, and only one."""
    own = api.post(make_report(LINE))
    for _ in range(2):
        api.post(article(LINE | {"same_as": own["strikes"][0]["id"]}))
    before = api.read("/v1/ledger")["seq"]
    retract(api, own)

    assert items(api) == 19
    assert items(api, as_of=before) == 19
    assert items(api, duplicates="include") == 38


def test_correction_of_what_is_repeated_counts_in_its_stead(api: Api) -> None:
    """When the first telling is corrected, the corrected line counts, and the repeat still does not."""
    own = api.post(make_report(LINE))
    api.post(article(LINE | {"same_as": own["strikes"][0]["id"]}))
    put(api, own, make_report(make_strike(make_tally(18), TANKS, strikes=9)) | {"reason": "One more."})

    assert items(api) == 20
    assert items(api, duplicates="include") == 39


def test_repeat_of_a_repeat_is_the_same_event(api: Api) -> None:
    """A third telling that names the second is counted with both."""
    own = api.post(make_report(LINE))
    second = api.post(article(LINE | {"same_as": own["strikes"][0]["id"]}))
    api.post(article(LINE | {"same_as": second["strikes"][0]["id"]}))

    assert items(api) == 19
    retract(api, second)
    assert items(api) == 19


def test_only_standing_strikes_of_other_reports_are_repeated(api: Api) -> None:
    """A line cannot repeat what is not there, what was superseded, or its own report."""
    own = api.post(make_report(LINE))
    gone = own["strikes"][0]["id"]
    put(api, own, make_report(make_strike(TANKS)) | {"reason": "Less."})

    for wrong in ("s404", gone, "r1", "nonsense"):
        response = api.try_posting(article(LINE | {"same_as": wrong}))
        assert [error["pointer"] for error in response.json()["errors"]] == ["/strikes/0/same_as"]
    standing = api.read(f"/v1/reports/{own['id']}")["strikes"][0]["id"]
    itself = put(api, own, make_report(LINE | {"same_as": standing}) | {"reason": "Itself."})
    assert itself.status_code == 422


def test_likely_repeats_are_offered(api: Api) -> None:
    """A line of the same place, day and tallies as another report's is offered, and not merged."""
    own = api.post(make_report(LINE))
    other = api.post(article(LINE | {"date_from": "2017-03-02"}))

    assert [(match["repeats"], match["report"]) for match in other["possible_duplicates"]] == [
        (own["strikes"][0]["id"], own["id"])
    ]
    assert other["strikes"][0]["same_as"] is None
    assert items(api) == 38


def test_repeats_are_offered_for_the_first_lines_of_endless_reports(api: Api) -> None:
    """Who waits for the response to a report that is longer than any release does not wait for all its repeats."""
    lines = [LINE] * (MOST_COMPARED + 100)
    api.post(make_report(*lines))
    offered = api.post(article(*lines))["possible_duplicates"]

    assert (
        len({match["strike"] for match in offered})
        == (MOST_PAIRS - PAIRS_PER_QUERY - MOST_COMPARED) // MOST_COMPARED
    )


def test_place_alone_is_no_likely_repeat(api: Api) -> None:
    """The same place and day with other tallies, another number of strikes, or days apart is not offered."""
    api.post(make_report(LINE))
    for other in (
        make_strike(make_tally(3, category="boat"), strikes=9),
        make_strike(strikes=9),
        LINE | {"strikes": 3},
        LINE | {"date_from": "2017-03-04"},
        LINE | {"location": "Mosul", "country": "IQ"},
    ):
        assert api.post(article(other))["possible_duplicates"] == []
