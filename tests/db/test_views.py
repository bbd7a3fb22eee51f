"""The views for readers of SQL: they say what the API says, today, and count each event as it does."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

from app.db.engine import Database
from app.db.migrate import downgrade, upgrade
from tests import record
from tests.api import Api
from tests.catalogue.keeper import Keeper
from tests.conftest import load_sample, serving
from tests.factories import make_report, make_strike, make_tally

PAGE = (Path(__file__).parents[2] / "docs" / "sql.md").read_text(encoding="utf-8")
VIEWS = ("strikes_current", "tallies_current")

# What Grafana and Metabase make of their own signs before they send a query.
SIGNS = {
    "$__timeFilter(date_from)": "date_from BETWEEN '2016-01-01' AND '2016-12-31'",
    "[[AND location = {{location}}]]": "AND location = 'palmyra'",
}

# What a dimension of the API is called in the views.
COLUMNS = {
    "location": "location",
    "country": "country",
    "publisher": "publisher",
    "category": "category",
    "family": "family",
    "effect": "effect",
}


def rows(database: Database, query: str) -> list[dict[str, Any]]:
    """Ask the database itself."""
    with database.reading() as session:
        return [dict(row) for row in session.execute(text(query)).mappings()]


def totals(database: Database, condition: str, group: str | None = None) -> dict[str | None, dict[str, Any]]:
    """Add up both views as docs/sql.md tells to, as the measures of an aggregate, by the values of a column."""
    by, grouped = (f"{group} AS value", f" GROUP BY {group}") if group else ("NULL AS value", "")
    by_tally = group in {"category", "family", "effect"}
    lines = f"""
        SELECT {by}, COUNT(DISTINCT report_id) AS reports, COUNT(*) AS lines,
            SUM(strikes_min) AS strikes_min, SUM(strikes_max) AS strikes_max, SUM(engagements) AS engagements,
            COUNT(*) - COUNT(strikes_max) AS strikes_open_ended
        FROM strikes_current WHERE {condition}{grouped}
    """  # noqa: S608 - the names above
    items = f"""
        SELECT {by}, COALESCE(SUM(count_min), 0) AS items_min, COALESCE(SUM(count_max), 0) AS items_max,
            COALESCE(SUM(CASE WHEN count_max IS NOT NULL THEN count_min END), 0) AS items_closed_min,
            COUNT(*) - COUNT(count_max) AS open_ended,
            SUM(CASE WHEN approximate THEN 1 ELSE 0 END) AS approximate
        FROM tallies_current WHERE {condition}{grouped}
    """  # noqa: S608 - the names above
    found: dict[str | None, dict[str, Any]] = {}
    for query in (items,) if by_tally else (lines, items):
        for row in rows(database, query):
            value = row.pop("value")
            nothing = {"items_min": 0, "items_max": 0, "open_ended": 0, "approximate": 0}
            found[value] = found.get(value, nothing) | row
    return found


def assert_views_say_what_the_api_says(database: Database, api: Api) -> None:
    """Compare the sums over the views with the totals of /v1/aggregates, and group by group."""
    for condition, duplicates in (("NOT repeats", "collapse"), ("1 = 1", "include")):
        asked = api.read("/v1/aggregates", duplicates=duplicates)
        assert totals(database, condition)[None] == asked["totals"]
        for dimension, column in COLUMNS.items():
            answer = api.read("/v1/aggregates", duplicates=duplicates, group_by=dimension, limit=10_000)
            found = totals(database, condition, column)
            by_api = {row[dimension]: row for row in answer["rows"]}
            # A line without tallies is in the group of null there, and in no row of tallies here.
            assert found.keys() | {None} == by_api.keys() | {None}
            for value, sums in found.items():
                assert sums == {name: by_api[value][name] for name in sums}, (dimension, value)


@pytest.fixture
def api(database_url: str) -> Iterator[Api]:
    """Run the server on the test's database."""
    with serving(database_url) as api:
        yield api


def test_views_say_what_the_api_says_of_the_sample(database: Database, database_url: str, api: Api) -> None:
    """Over the sample, each sum over the views is the aggregate's."""
    load_sample(database_url)
    assert_views_say_what_the_api_says(database, api)


def test_views_follow_what_happens_to_the_record(database: Database, api: Api) -> None:
    """After repeated lines, a correction, a retraction and a draft the views and the API still say the same."""
    record.fill(database)
    first = api.post(make_report(make_strike(make_tally(3)), number="first"))
    line = first["strikes"][0]["id"]
    for publisher in ("ara-news", "centcom"):
        again = make_strike(make_tally(4), same_as=line)
        api.post(make_report(again, make_strike(make_tally(5, category="tank")), publisher=publisher))
    assert_views_say_what_the_api_says(database, api)

    change(api, "PUT", first["id"], make_report(make_strike(make_tally(2)), number="first", reason="A slip."))
    assert_views_say_what_the_api_says(database, api)

    change(api, "POST", f"{first['id']}/retraction", {"reason": "Withdrawn."})
    api.try_posting(make_report(make_strike(make_tally(9)), status="draft"))
    assert_views_say_what_the_api_says(database, api)


def test_event_is_counted_once_whoever_tells_it(database: Database, api: Api) -> None:
    """Of two lines on one event the second repeats the first; when the first is withdrawn, it stands for it."""
    first = api.post(make_report(make_strike(make_tally(3))))
    second = api.post(
        make_report(make_strike(make_tally(4), same_as=first["strikes"][0]["id"]), publisher="ara-news")
    )
    standing = "SELECT strike_id, repeats FROM strikes_current ORDER BY published_on, strike_id"
    ids = [each["strikes"][0]["id"] for each in (first, second)]
    assert rows(database, standing) == [
        {"strike_id": ids[0], "repeats": False},
        {"strike_id": ids[1], "repeats": True},
    ]

    change(api, "POST", f"{first['id']}/retraction", {"reason": "Withdrawn."})
    assert rows(database, standing) == [{"strike_id": ids[1], "repeats": False}]


def test_merged_things_stand_as_what_they_were_found_to_be(database: Database, api: Api) -> None:
    """Merges are followed, through a chain of them too, and old lines bear the name and point of the last."""
    keeper = Keeper(api, database)
    api.post(
        make_report(
            make_strike(make_tally(2, category="mortar-tube"), location="Tabqah Airfield"),
            publisher="dod-news",
        )
    )
    keeper.merge("locations", "tabqah-airfield", "tabqah-dam")
    keeper.merge("locations", "tabqah-dam", "tabqah")
    keeper.merge("categories", "mortar-tube", "tank")
    keeper.merge("publishers", "dod-news", "us-dod")
    place = api.read("/v1/locations/tabqah")

    (shown,) = rows(database, "SELECT * FROM tallies_current")
    assert shown["publisher"] == "us-dod"
    assert (shown["category"], shown["category_name"], shown["family"]) == ("tank", "Tank", "armor")
    assert shown["location"] == "tabqah"
    assert [shown["location_name"], *(shown[name] for name in ("lat", "lon", "precision_km"))] == [
        place[name] for name in ("name", "lat", "lon", "precision_km")
    ]
    assert_views_say_what_the_api_says(database, api)


def test_rows_are_those_of_the_api(database: Database, api: Api) -> None:
    """Each line of the view bears what /v1/strikes answers for it, under the same ids."""
    record.fill(database, reports=20)
    lines = api.read("/v1/strikes", duplicates="include", limit=500)["items"]
    shown = {row["strike_id"]: row for row in rows(database, "SELECT * FROM strikes_current")}

    assert len(shown) == len(lines) > 20
    for line in lines:
        row = shown[line["id"]]
        report, place = line["report"], line["location"] or {}
        plain = row.keys() & line.keys() - {"location"}
        assert len(plain) >= 9
        assert {name: str(row[name]) for name in plain} == {name: str(line[name]) for name in plain}
        of_report = ("publisher", "number", "source_url", "revision")
        assert [row["report_id"], str(row["published_on"])] == [report["id"], report["published_on"]]
        assert [row[name] for name in of_report] == [report[name] for name in of_report]
        assert row["location"] == place.get("slug")
        assert row["lat"] == place.get("lat")


@pytest.mark.parametrize("view", VIEWS)
def test_every_column_is_described(database: Database, view: str) -> None:
    """The page lists the columns of each view, in their order, and no other."""
    tables = {
        name: re.findall(
            r"^\| `(\w+)` \|", PAGE.split(f"## `{name}`", 1)[1].split("\n## ", 1)[0], re.MULTILINE
        )
        for name in VIEWS
    }
    described = tables["strikes_current"] + (tables["tallies_current"] if view == "tallies_current" else [])
    with database.reading() as session:
        columns = [column["name"] for column in inspect(session.connection()).get_columns(view)]
    assert columns == described


@pytest.mark.parametrize("query", re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL))
def test_every_query_of_the_page_runs(database: Database, database_url: str, query: str) -> None:
    """Each query of the page is answered as it stands, on the engine that it names."""
    engine = re.match(r"-- (PostgreSQL|SQLite)\n", query)
    if engine and not database_url.startswith(engine[1].lower()):
        pytest.skip("for the other engine")
    record.fill(database)
    for sign, meaning in SIGNS.items():
        query = query.replace(sign, meaning)
    assert "$" not in query
    assert "{{" not in query
    if "GRANT" in query:
        assert_reader_sees_the_views_alone(database, query)
    else:
        assert rows(database, query)


def assert_reader_sees_the_views_alone(database: Database, query: str) -> None:
    """Let the page's reader read the views, and be refused a table; leave no such role behind."""
    with database.engine.connect() as connection, connection.begin() as transaction:
        connection.execute(text(query))
        connection.execute(text("SET LOCAL ROLE reader"))
        for view in VIEWS:
            assert connection.execute(text(f"SELECT COUNT(*) FROM {view}")).scalar_one() > 0  # noqa: S608 - names of ours
        assert not connection.execute(text("SELECT has_table_privilege('strikes', 'SELECT')")).scalar_one()
        transaction.rollback()


def test_downgrade_takes_the_views_away(empty_url: str) -> None:
    """Going back drops the views, and coming again makes them."""
    database = Database(empty_url)
    for step, expected in ((upgrade, set(VIEWS)), (downgrade, set()), (upgrade, set(VIEWS))):
        with database.migrating() as writer:
            step(writer, "base" if step is downgrade else "head")
        with database.reading() as session:
            assert set(inspect(session.connection()).get_view_names()) == expected
    database.close()


def change(api: Api, method: str, path: str, body: object) -> None:
    """Change a report as it stands, which must be accepted."""
    tag = api.get(f"/v1/reports/{path.split('/', maxsplit=1)[0]}").headers["ETag"]
    headers = {"Authorization": f"Bearer {api.key}", "If-Match": tag}
    response = api.request(method, f"/v1/reports/{path}", json=body, headers=headers)
    assert response.status_code == 200, response.text
