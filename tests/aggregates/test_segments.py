"""Aggregates do not depend on how lines are held and counted: in one segment or in many, cached or not."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.aggregates import measures
from app.columnar import partial_aggregates, segment
from app.columnar import store as record_columns
from app.db.engine import Database
from app.strikes import selection
from tests import record
from tests.aggregates.test_recount import questions
from tests.api import Api
from tests.conftest import serving
from tests.factories import make_report, make_strike, make_tally

# Lines in many segments: what is left of these is counted together, or all alone; partial aggregates of whole segments
# are cached, or not; groups are brought together now and then; pairs are told apart by two columns.
WAYS: tuple[dict[str, int], ...] = (
    {"LINES_IN_SEGMENT": 5, "ENTRIES": 7, "LINES_AT_A_TIME": 1, "LINES_WORTH_CACHING": 1},
    {"LINES_IN_SEGMENT": 12, "LINES_AT_A_TIME": 20, "LINES_WORTH_CACHING": 2},
    {"LINES_IN_SEGMENT": 7},
    {"LINES_IN_SEGMENT": 9, "MOST_GATHERED": 3},
    {"LINES_IN_SEGMENT": 15, "BYTES_CACHED": 2_000, "LINES_WORTH_CACHING": 1},
    {"LINES_IN_SEGMENT": 15, "BYTES_CACHED": 0, "LINES_AT_A_TIME": 1},
    {"MOST_PAIRS": 0},
)
OPTIONS: dict[str, st.SearchStrategy[Any]] = {
    "fill": st.sampled_from(["zero", "none"]),
    "period_by": st.sampled_from(["date", "published_on"]),
    "duplicates": st.sampled_from(["include", "collapse"]),
    "top": st.sampled_from([1, 3]),
    "sort": st.sampled_from(["-items_max", "strikes_min", "-reports", "lag_days_median"]),
    "lag": st.sampled_from(["true", "false"]),
    "cumulative": st.sampled_from(["true", "false"]),
    "limit": st.sampled_from([3, 10_000]),
}


@contextmanager
def counted(way: dict[str, int]) -> Iterator[None]:
    """Hold and count lines in a way of our own for the length of a block."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (segment, partial_aggregates, record_columns, selection, measures):
            for name, value in way.items():
                if hasattr(module, name):
                    patch.setattr(module, name, value)
        yield


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_answers_do_not_hang_on_how_they_are_counted(
    api: Api, database: Database, database_url: str, way: dict[str, int]
) -> None:
    """Whatever is asked, a response is the same bytes in each way of counting, also as of earlier numbers."""
    record.fill(database, retracted=5)
    last = api.read("/v1/ledger")["seq"]
    asked = st.fixed_dictionaries({}, optional=OPTIONS | {"as_of": st.integers(last - 44, last)})

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(question=questions(), options=asked)
    def holds(other: Api, question: tuple[dict[str, Any], list[str]], options: dict[str, Any]) -> None:
        filters, group_by = question
        query = {**filters, **options, "group_by": ",".join(group_by)}
        with counted(way):
            found = other.get("/v1/aggregates", **query)
        assert found.content == api.get("/v1/aggregates", **query).content

    with serving(database_url) as other:
        with counted(way):
            # In two parts, of which the second one finds segments that the first one began.
            other.read("/v1/aggregates", as_of=last - 20)
            other.read("/v1/aggregates")
        holds(other)


def test_corrections_of_a_report_stay_in_its_segment(database_url: str) -> None:
    """A line added to an early report by a revision makes it no second report, wherever lines were added since."""
    with counted({"LINES_IN_SEGMENT": 2}), serving(database_url) as api:
        kept = make_strike(make_tally(1), location="Raqqa")
        report = api.post(make_report(kept, make_strike(location="Palmyra")))
        for _ in range(3):
            api.post(make_report(make_strike(make_tally(2)), make_strike(location=None)))
        before = api.read("/v1/aggregates", group_by="location")
        etag = api.get(f"/v1/reports/{report['id']}").headers["ETag"]
        body = make_report(kept, make_strike(make_tally(5), location="Raqqa"), reason="One was missing.")
        headers = {"Authorization": f"Bearer {api.key}", "If-Match": etag}
        revised = api.request("PUT", f"/v1/reports/{report['id']}", json=body, headers=headers)
        after = api.read("/v1/aggregates", group_by="location")

        assert revised.status_code == 200, revised.text
        assert [(row["location"], row["reports"], row["lines"]) for row in before["rows"]] == [
            ("palmyra", 1, 1),
            ("raqqa", 4, 4),
            (None, 3, 3),
        ]
        assert [
            (row["location"], row["reports"], row["lines"], row["items_min"]) for row in after["rows"]
        ] == [
            ("raqqa", 4, 5, 12),
            (None, 3, 3, 0),
        ]
        assert api.read("/v1/aggregates", group_by="location", as_of=before["seq"])["rows"] == before["rows"]


def test_numbers_of_every_size_add_up(database_url: str) -> None:
    """Sums of numbers of every size are exact."""
    numbers = [1, 127, 128, 129, 32_767, 32_768, 1_000_000]
    with serving(database_url) as api:
        for upto in range(1, len(numbers) + 1):
            number = numbers[upto - 1]
            tallies = [make_tally(number), make_tally(None, count_min=number)]
            api.post(make_report(make_strike(*tallies, strikes=number, engagements=number, location="Raqqa")))
            (row,) = api.read("/v1/aggregates", group_by="location")["rows"]
            least = api.read("/v1/aggregates", min_items=2 * number)["totals"]
            total = sum(numbers[:upto])

            assert (row["strikes_min"], row["strikes_max"], row["engagements"]) == (total, total, total)
            assert (row["items_min"], row["open_ended"]) == (2 * total, upto)
            assert (least["lines"], least["items_min"]) == (1, 2 * number)
