"""Filters and aggregates against an independent recount over /v1/strikes, for random questions, on both engines."""

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.db.engine import Database
from tests import record
from tests.api import Api
from tests.factories import make_report, make_strike, make_tally
from tests.recount import UNITS, chosen, crawl, everything, first_published, recount
from tests.reports.test_corrections import put

MEASURES = (
    "reports",
    "lines",
    "strikes_min",
    "strikes_max",
    "engagements",
    "items_min",
    "items_max",
    "items_closed_min",
    "open_ended",
    "approximate",
    "strikes_open_ended",
    "lag_days_min",
    "lag_days_median",
    "lag_days_max",
)
ITEMS = ("items_min", "items_max", "items_closed_min", "open_ended", "approximate")
ADD_UP = ("lines", "strikes_min", "strikes_max", "engagements", "strikes_open_ended", *ITEMS)

days = st.integers(0, record.DAYS).map(lambda offset: str(record.FIRST_DAY + timedelta(days=offset)))
FILTERS = {
    "location": st.lists(
        st.sampled_from(["Palmyra", "tadmur", "Ar-Raqqah", "MOSUL"]), min_size=1, max_size=2
    ),
    "country": st.sampled_from(["SY", "IQ"]),
    "category": st.lists(st.sampled_from(["vehicle", "tank", "VBIEDs", "Tunnel"]), min_size=1, max_size=2),
    "family": st.sampled_from(["armor", "ied"]),
    "effect": st.lists(st.sampled_from(record.EFFECTS), min_size=1, max_size=2),
    "publisher": st.sampled_from(record.PUBLISHERS),
    "date_from": days,
    "date_to": days,
    "date_precision": st.lists(st.sampled_from(["day", "week", "month", "unknown"]), min_size=1, max_size=2),
    "bbox": st.sampled_from(["38,34,40,37", "42,36,44,37", "41,30,38.5,40", "0,0,1,1", "-180,-90,180,90"]),
    "near": st.sampled_from(["35.95,39.01", "34.56,38.28", "36.3,43.1", "-35,-141"]),
    "owner": st.lists(
        st.sampled_from(["enemy", "coalition", "iraqi army", "nobody"]), min_size=1, max_size=2
    ),
    "min_items": st.sampled_from([0, 1, 7, 19, 30, 60]),
    "q": st.sampled_from(["isil", "vehicles some", "TANK", "it's", "source destroyed", "a", "raqqa"]),
    "status": st.sampled_from(["published", "retracted", "any"]),
}
PLACES = {"Palmyra": "palmyra", "tadmur": "palmyra", "Ar-Raqqah": "raqqa", "MOSUL": "mosul"}
DIMENSIONS = ["location", "country", "publisher", "category", "family", "effect"]


@st.composite
def questions(draw: st.DrawFn) -> tuple[dict[str, Any], list[str]]:
    """Draw a filter and up to three dimensions with at most one unit of time."""
    filters: dict[str, Any] = draw(st.fixed_dictionaries({}, optional=FILTERS))
    if "date_from" in filters and "date_to" in filters:
        filters["date_from"], filters["date_to"] = sorted((filters["date_from"], filters["date_to"]))
    if "near" in filters:
        filters["radius_km"] = draw(st.sampled_from(["20", "200.5", "20000"]))
    chosen = draw(st.lists(st.sampled_from(DIMENSIONS), unique=True, max_size=2))
    chosen += draw(st.lists(st.sampled_from(sorted(UNITS)), max_size=1))
    return filters, draw(st.permutations(chosen))


def asked_categories(api: Api, filters: dict[str, Any], **as_of: int) -> set[str] | None:
    """Return the slugs that the filter's `category` and `family` allow, from the tree that clients see."""
    every = api.read("/v1/categories", limit=500, **as_of)["items"]
    allowed = None
    if "category" in filters:
        folded = {"vehicle": "vehicle", "tank": "tank", "VBIEDs": "vbied", "Tunnel": "tunnel"}
        allowed = {folded[name] for name in filters["category"]}
        for _ in every:
            allowed |= {item["slug"] for item in every if item["parent"] in allowed}
    if "family" in filters:
        family = {item["slug"] for item in every if item["family"] == filters["family"]}
        allowed = family if allowed is None else allowed & family
    return allowed


def test_aggregates_equal_a_recount(api: Api, database: Database) -> None:
    """For any filter and grouping, lines, rows and totals are what choosing and counting by hand gives."""
    record.fill(database, retracted=5)
    add_late_lines(api)
    every = everything(api)
    published_on = first_published(api, every)
    for line in every:
        line["lag"] = (published_on[line["id"]] - date.fromisoformat(line["date_to"])).days

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(questions())
    def holds(question: tuple[dict[str, Any], list[str]]) -> None:
        filters, group_by = question
        asked_for = {"group_by": ",".join(group_by), "fill": "none", "lag": "true", "limit": 10_000}
        answer = api.read("/v1/aggregates", **asked_for, **filters)
        effects = set(filters["effect"]) if "effect" in filters else None
        asked = {"categories": asked_categories(api, filters), "effects": effects}
        places = {PLACES[name] for name in filters["location"]} if "location" in filters else None
        lines = chosen(every, filters, places=places, categories=asked["categories"])
        found_lines = {line["id"] for line in crawl(api, **filters)}
        expected = recount(lines, group_by, **asked)
        names = ["period" if name in UNITS else name for name in group_by]
        found = {
            tuple(row[name] for name in names): {measure: row[measure] for measure in MEASURES}
            for row in answer["rows"]
        }
        whole = recount(lines, [], **asked).get((), dict.fromkeys(MEASURES, 0) | NOTHING)

        assert found_lines == {line["id"] for line in lines}
        assert answer["totals"] == whole
        assert found == (expected if group_by or expected else {(): whole})
        if not {"category", "family"} & set(group_by):
            assert_adds_up(answer, "effect" in group_by)

    holds()


NOTHING = {"strikes_min": None, "strikes_max": None, "engagements": None} | dict.fromkeys(MEASURES[-3:])


def add_late_lines(api: Api) -> None:
    """Post reports that a revision adds a line to, days later, and one that is published before its days end."""
    early = make_strike(make_tally(3), date_to="2017-03-09")
    for number in range(4):
        late = make_strike(make_tally(number, category="tank"), strikes=number)
        report = api.post(make_report(early, published_on="2017-03-02"))
        added = make_report(early, late, published_on=f"2017-03-{7 + number:02}") | {
            "reason": "A late strike."
        }
        assert put(api, report, added).status_code == 200


def assert_adds_up(answer: dict[str, Any], by_tallies: bool) -> None:  # noqa: FBT001 - a plain fact
    """Hold the sum of all rows against the totals, for what adds up."""
    for name in ITEMS if by_tallies else ADD_UP:
        known = [row[name] for row in answer["rows"] if row[name] is not None]
        total = answer["totals"][name]
        assert (sum(known) if known else (None if name in NOTHING else 0)) == total, name
