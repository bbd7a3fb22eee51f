"""GET /v1/aggregates/changes: the groups that differ between two numbers, both counts, and the entries behind them."""

import csv
import io
from collections import defaultdict
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.aggregates import changes, params
from app.aggregates.change_entries import without
from app.db.engine import Database
from tests import record
from tests.aggregates.test_recount import asked_categories, questions
from tests.aggregates.test_recount_as_of import WAYS, live
from tests.aggregates.test_segments import counted
from tests.api import Api
from tests.catalogue.keeper import Keeper
from tests.factories import Body, make_report, make_strike, make_tally
from tests.recount import UNITS, Line, crawl, meets, value_of
from tests.reports.test_corrections import put, retract

PATH = "/v1/aggregates/changes"

Groups = dict[tuple[str | None, ...], Any]


def rows(api: Api, **query: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - anything a query can hold
    """Return the rows of all pages."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = api.read(PATH, **query, **cursor)
        found += page["rows"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def members(
    lines: list[Line], group_by: list[str], filters: dict[str, Any], categories: set[str] | None
) -> Groups:
    """Return the ids of the lines of each group, in plain Python."""
    effects = set(filters["effect"]) if "effect" in filters else None
    by_group: Groups = defaultdict(set)
    for line in lines:
        if filters.get("period_by") == "published_on":
            line |= {"date_from": line["report"]["published_on"]}
        matching = [tally for tally in line["tallies"] if meets(tally, categories, effects)]
        by_tallies = {"category", "family", "effect"} & set(group_by)
        for tally in (matching or [None]) if by_tallies else [None]:
            by_group[tuple(value_of(name, line, tally) for name in group_by)].add(line["id"])
    return by_group


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_changes_equal_two_counts_and_a_recount_of_entries(
    api: Api, database: Database, way: dict[str, int]
) -> None:
    """Rows are the groups that differ between two requests; entries are those at which a group's lines changed."""
    live(api, Keeper(api, database))
    entries = {entry["seq"]: entry for entry in api.read("/v1/changes", limit=500)["items"]}
    last = max(entries)
    numbers = st.tuples(st.integers(1, last), st.integers(0, 9)).map(
        lambda pair: (pair[0], min(sum(pair), last))
    )
    further = st.fixed_dictionaries(
        {},
        optional={
            "duplicates": st.sampled_from(["include", "collapse"]),
            "period_by": st.just("published_on"),
            "lag": st.just("true"),
        },
    )

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(questions(), further, numbers)
    def holds(
        question: tuple[dict[str, Any], list[str]], further: dict[str, Any], between: tuple[int, int]
    ) -> None:
        filters, group_by = question
        first, end = between
        names = ["period" if name in UNITS else name for name in group_by]
        query = {"group_by": ",".join(group_by), **filters, **further}
        sides = [
            {
                tuple(row.pop(name) for name in names): {
                    name: value
                    for name, value in row.items()
                    if name not in {"state", "period_start", "period_end"}
                }
                for row in api.read("/v1/aggregates", fill="none", limit=10_000, as_of=seq, **query)["rows"]
            }
            for seq in between
        ]
        differing = {
            key: tuple(side.get(key) for side in sides)
            for key in sides[0] | sides[1]
            if sides[0].get(key) != sides[1].get(key)
        }
        changed = {
            tuple(row[name] for name in names): row
            for row in rows(api, from_seq=first, to_seq=end, limit=3, **query)
        }
        assert changed.keys() == differing.keys()
        for key, (before, after) in differing.items():
            assert changed[key]["before"] == (before or nothing(further))
            assert changed[key]["after"] == (after or nothing(further))
        asked = {
            name: value for name, value in (filters | further).items() if name not in {"period_by", "lag"}
        }

        @cache
        def lines(seq: int) -> Groups:
            categories = asked_categories(api, filters, as_of=seq)
            return members(crawl(api, as_of=seq, **asked), group_by, filters | further, categories)

        renamed = any(entries[seq]["report"] is None for seq in range(first + 1, end + 1))
        for key, row in changed.items():
            listed = [entry["seq"] for entry in row["entries"]]
            assert row["entries_omitted"] == 0
            if renamed:
                assert listed
                continue
            assert listed == [
                seq for seq in range(first + 1, end + 1) if lines(seq).get(key) != lines(seq - 1).get(key)
            ]
            for entry in row["entries"]:
                assert {name: entry[name] for name in ("action", "report")} == {
                    name: entries[entry["seq"]][name] for name in ("action", "report")
                }

    with counted(way):
        holds()


def nothing(further: dict[str, Any]) -> dict[str, Any]:
    """Return the measures of a group without lines."""
    unknown = ["strikes_min", "strikes_max", "engagements"]
    if "lag" in further:
        unknown += ["lag_days_min", "lag_days_median", "lag_days_max"]
    zero = ["reports", "lines", "items_min", "items_max", "items_closed_min", "open_ended", "approximate"]
    zero += ["strikes_open_ended"]
    return dict.fromkeys(zero, 0) | dict.fromkeys(unknown)


def posted(api: Api, count: int = 2, **fields: Any) -> Body:  # noqa: ANN401 - fields of a line
    """Post a report of one line, in Palmyra unless another place is given."""
    line = make_strike(make_tally(count), **{"location": "Palmyra", **fields})
    report: Body = api.post(make_report(line, number="1"))
    return report


def test_correction_shows_with_its_reason(api: Api) -> None:
    """A count that was corrected shows before and after, and the revision that did it with its reason."""
    report = posted(api, 2)
    body = make_report(make_strike(make_tally(283), location="Palmyra"), number="1", reason="A slip.")
    revised = put(api, report, body).json()
    [row] = rows(api, from_seq=report["seq"], to_seq=revised["seq"], group_by="location", names="true")
    assert (row["location"], row["location_name"]) == ("palmyra", "Palmyra")
    assert (row["before"]["items_min"], row["after"]["items_min"]) == (2, 283)
    assert row["entries"] == [
        {"seq": revised["seq"], "action": "revised", "report": report["id"], "reason": "A slip."}
    ]
    assert rows(api, from_seq=revised["seq"], to_seq=revised["seq"]) == []


def test_repeat_counts_once_its_first_line_is_withdrawn(api: Api) -> None:
    """Where a retraction lets a repeat in another month count, the retraction is the entry of that month too."""
    first = posted(api, date_from="2017-01-31", date_to="2017-01-31")
    repeat = make_strike(
        make_tally(3), location="Palmyra", date_from="2017-02-01", same_as=first["strikes"][0]["id"]
    )
    other = api.post(make_report(repeat, publisher="ara-news", number="2"))
    assert rows(api, from_seq=first["seq"], to_seq=other["seq"], group_by="month") == []
    seq = retract(api, first).json()["seq"]
    changed = rows(api, from_seq=other["seq"], to_seq=seq, group_by="month")
    assert [(row["period"], row["after"]["items_min"]) for row in changed] == [("2017-01", 0), ("2017-02", 3)]
    assert [[entry["seq"] for entry in row["entries"]] for row in changed] == [[seq], [seq]]


def test_change_of_the_vocabulary_is_an_entry_of_what_it_moved(api: Api, database: Database) -> None:
    """A merge of places moves lines from one group to another: its entry is listed, without a report."""
    report = posted(api)
    keeper = Keeper(api, database)
    keeper.merge("locations", "palmyra", "raqqa")
    seq = api.read("/v1/ledger")["seq"]
    changed = rows(api, from_seq=report["seq"], group_by="location")
    assert [(row["location"], row["before"]["lines"], row["after"]["lines"]) for row in changed] == [
        ("palmyra", 1, 0),
        ("raqqa", 0, 1),
    ]
    entry = {"seq": seq, "action": "vocabulary", "report": None, "reason": None}
    assert [row["entries"] for row in changed] == [[entry], [entry]]


def test_everything_since_the_empty_record(api: Api) -> None:
    """From 0 every group is new; names are read by the later vocabulary, since the empty one has none."""
    report = posted(api)
    [row] = rows(api, from_seq=0, to_seq=report["seq"], location="Palmyra")
    assert (row["before"]["lines"], row["after"]["lines"]) == (0, 1)
    assert report["id"] in {entry["report"] for entry in row["entries"]}


def test_entries_are_listed_up_to_a_number(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row with more entries lists the latest, and how many earlier ones there are."""
    monkeypatch.setattr(changes, "MOST_ENTRIES", 2)
    seqs = [
        api.post(make_report(make_strike(make_tally(1)), number=str(number)))["seq"] for number in range(5)
    ]
    [row] = rows(api, from_seq=seqs[0], to_seq=seqs[-1])
    assert [entry["seq"] for entry in row["entries"]] == seqs[-2:]
    assert row["entries_omitted"] == 2


def test_csv_has_both_sides_in_columns(api: Api) -> None:
    """A row of the table has the keys, the measures of both sides with a prefix, and the entries as JSON."""
    report = posted(api)
    response = api.get(
        PATH, from_seq=report["seq"] - 1, to_seq=report["seq"], group_by="location,month", format="csv"
    )
    [row] = csv.DictReader(io.StringIO(response.text))
    assert (row["location"], row["before_lines"], row["after_lines"]) == ("palmyra", "0", "1")
    assert f'"report":"{report["id"]}"' in row["entries"]
    for form in ("ndjson", "parquet"):
        assert api.get(PATH, from_seq=0, group_by="location", format=form).status_code == 200
    assert api.get(PATH, from_seq=0, group_by="location", format="geojson").status_code == 422


def test_names_of_keys(api: Api) -> None:
    """`names=true` adds the name of each key but the period's; null has none, and `other` is its own."""
    api.post(make_report(make_strike(make_tally(2)), make_strike(location=None), number="1"))
    asked = {"names": "true", "fill": "none"}
    answer = api.read("/v1/aggregates", group_by="location,month,category", **asked)
    assert [(row["location_name"], row["category_name"]) for row in answer["rows"]] == [
        ("Raqqa", "Vehicle"),
        (None, None),
    ]
    assert "period_name" not in answer["rows"][0]
    rest = ("country", "family", "effect")
    [row, *_] = api.read("/v1/aggregates", group_by=",".join(rest), **asked)["rows"]
    assert [row[f"{name}_name"] for name in rest] == ["Syria", "vehicles", "destroyed"]
    ranked = api.read("/v1/aggregates", group_by="location", top=1, names="true")["rows"]
    assert [row["location_name"] for row in ranked] == ["Raqqa", "other"]
    table = api.get("/v1/aggregates", group_by="publisher,year", names="true", format="csv")
    assert table.text.startswith("publisher,publisher_name,period,period_start")


def test_response_between_two_numbers_never_changes(api: Api, database: Database) -> None:
    """With both numbers a response may be cached for good, and keeps its tag; to the head it may change."""
    record.fill(database, reports=3)
    response = api.get(PATH, from_seq=1, to_seq=3)
    assert "immutable" in response.headers["Cache-Control"]
    assert "immutable" not in api.get(PATH, from_seq=1).headers["Cache-Control"]
    posted(api)
    again = api.get(PATH, from_seq=1, to_seq=3)
    assert (again.content, again.headers["ETag"]) == (response.content, response.headers["ETag"])


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("to_seq=1", "from_seq"),
        ("from_seq=9", "from_seq"),
        ("from_seq=1&to_seq=9", "to_seq"),
        ("from_seq=1&to_seq=0", "from_seq"),
        ("from_seq=-1", "from_seq"),
        ("from_seq=0&top=3", "top"),
        ("from_seq=0&cumulative=true", "cumulative"),
        ("from_seq=0&as_of=1", "as_of"),
        ("from_seq=0&group_by=planet", "group_by"),
        ("from_seq=0&location=Atlantis", "location"),
        (f"from_seq=0&limit={params.MOST_CHANGED + 1}", "limit"),
    ],
)
def test_mistaken_query_is_refused(api: Api, query: str, parameter: str) -> None:
    """What is missing, beyond the head, reversed or no question of two numbers is 422 and named."""
    refused = api.get(f"{PATH}?{query}")
    assert refused.status_code == 422
    assert [fault["parameter"] for fault in refused.json()["errors"]] == [parameter]


def test_rest_of_a_span() -> None:
    """What others cover is cut out of a span, at its ends and within it."""
    assert without((2, 9), []) == [(2, 9)]
    assert without((2, 9), [(0, 3), (4, 5), (5, 6), (8, 12)]) == [(3, 4), (6, 8)]
    assert without((2, 9), [(0, 20)]) == []
    assert without((2, 9), [(9, 12), (0, 2)]) == [(2, 9)]
