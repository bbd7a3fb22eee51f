"""Orders of lines: what comes first, what is not known last, ties in a fixed order, and crawls that lose nothing."""

import base64
import threading
import time
from datetime import date
from itertools import cycle
from typing import Any

import pytest
from sqlalchemy import text

from app.db.engine import Database
from app.record.report_in import ReportIn
from app.reports import service
from app.strikes import access_path
from app.strikes.filter import StrikeFilter
from app.strikes.ordering import Part, Sort
from tests import record
from tests.api import Api
from tests.factories import make_report, make_strike, make_tally

SORTS = ("-date", "date", "-strikes", "-items")

# Lines are added 20 times a second while others are read, for so many seconds.
SECONDS = 1.5
BETWEEN_WRITES = 0.05


def crawl(api: Api, limit: int, **filters: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - anything a query can hold
    """Return all lines by following `next`."""
    lines: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = api.read("/v1/strikes", limit=limit, **filters, **cursor)
        lines += page["items"]
        if page["next"] is None:
            return lines
        cursor = {"cursor": page["next"]}


def numbered(line: dict[str, Any]) -> int:
    """Return the number in a line's id: the later it was written, the larger."""
    return int(line["id"][1:])


def items(line: dict[str, Any], categories: set[str] | None = None) -> int:
    """Add up the minima of a line's tallies, of all or of these categories."""
    return sum(
        tally["count_min"]
        for tally in line["tallies"]
        if categories is None or tally["category"] in categories
    )


def expected_order(lines: list[dict[str, Any]], sort: str, categories: set[str] | None) -> list[str]:
    """Return the ids of lines in an order, by Python's own sorting."""

    def rank(line: dict[str, Any]) -> tuple[Any, ...]:
        by_date = (line["date_from"], numbered(line))
        if sort == "-strikes":
            known = line["strikes_min"] is not None
            return (known, line["strikes_min"] or 0, *by_date)
        return (items(line, categories), *by_date) if sort == "-items" else by_date

    return [line["id"] for line in sorted(lines, key=rank, reverse=sort != "date")]


@pytest.mark.parametrize("limit", [7, 500])
def test_pages_are_in_order(api: Api, database: Database, limit: int) -> None:
    """Every order, with and without filters, in pages of any size, is the one that plain sorting gives."""
    record.fill(database)
    lines = crawl(api, 500)
    tanks = [line for line in lines if any(tally["category"] == "tank" for tally in line["tallies"])]
    near = [line for line in lines if line["location"] and line["location"]["slug"] == "raqqa"]
    assert tanks
    assert near

    for sort in SORTS:
        found = [line["id"] for line in crawl(api, limit, sort=sort)]
        assert found == expected_order(lines, sort, None), sort
        found = [line["id"] for line in crawl(api, limit, sort=sort, category="tank")]
        assert found == expected_order(tanks, sort, {"tank"}), sort
        found = [line["id"] for line in crawl(api, limit, sort=sort, location="Raqqa")]
        assert found == expected_order(near, sort, None), sort


def test_order_does_not_hang_on_how_lines_are_found(
    api: Api, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few lines are gathered and sorted, many are read in their order: the response is the same."""
    record.fill(database, reports=20)
    asked: list[dict[str, Any]] = [
        {},
        {"category": "vehicle"},
        {"effect": "destroyed"},
        {"location": "Raqqa", "category": "vehicle"},
        {"location": ["Raqqa", "Mosul"], "category": ["vehicle", "tank"], "effect": "damaged"},
        {"location": "Raqqa", "category": "vehicle", "q": "destroyed", "min_items": 2},
        {"location": "Palmyra", "category": "tank", "date_from": "2016-12-05", "date_to": "2017-02-20"},
        {"q": "vehicles", "min_items": 3},
        {"date_from": "2016-12-20", "date_to": "2017-01-20", "publisher": "cjtf-oir"},
    ]
    questions = [filters | {"sort": sort} for filters in asked for sort in SORTS]
    gathered = [crawl(api, 5, **filters) for filters in questions]
    assert [filters for filters, lines in zip(questions, gathered, strict=True) if not lines] == []
    for few, few_by_some_items, pairs in ((0, 0, 0), (3, 30, 1), (30, 3, 0), (0, 0, 100)):
        monkeypatch.setattr(access_path, "FEW", few)
        monkeypatch.setattr(access_path, "FEW_BY_SOME_ITEMS", few_by_some_items)
        monkeypatch.setattr(access_path, "MOST_PAIRS", pairs)
        assert [crawl(api, 5, **filters) for filters in questions] == gathered


def test_lines_of_a_place_and_a_category_are_read_from_their_index_alone(database: Database) -> None:
    """SQLite and PostgreSQL search the index of lines by category for a page, and sort nothing."""
    record.fill(database)
    asked = StrikeFilter(
        as_of=10**6,
        date_from=date(2016, 12, 20),
        date_to=date(2017, 1, 20),
        location_ids=frozenset({1}),
        category_ids=frozenset({1}),
    )
    path = access_path.AccessPath(asked, Sort.LATEST, None, by_pair=True, ends=False)
    statement = path.statement(Part.ALL, resumed=False)
    pair = {**asked.values, "location_id": 1, "category_id": 1, "limit": 51}
    with database.reading() as session:
        dialect = session.held.dialect
        sqlite = dialect.name == "sqlite"
        if not sqlite:
            # So few rows are read sooner without any index.
            session.execute(text("SET LOCAL enable_seqscan = off"))
        sql, bound = statement.bound(dialect, pair)
        values = bound if isinstance(bound, dict) else tuple(bound)
        explained = session.held.exec_driver_sql(f"EXPLAIN {'QUERY PLAN' if sqlite else ''} {sql}", values)
        plan = "\n".join(str(row) for row in explained)
    assert "SEARCH strike_categories USING PRIMARY KEY" in plan or "pk_strike_categories" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def test_what_is_not_known_comes_last(api: Api) -> None:
    """Lines without a number of strikes stand after all others, the latest first, and a page may begin there."""
    lines = [
        make_strike(strikes=number, date_from=day)
        for number, day in ((None, "2017-02-01"), (2, "2017-02-02"), (None, "2017-02-03"), (0, "2017-02-04"))
    ]
    api.post(make_report(*lines))
    expected = [(2, "2017-02-02"), (0, "2017-02-04"), (None, "2017-02-03"), (None, "2017-02-01")]

    for limit in (1, 2, 3, 500):
        found = [(line["strikes_min"], line["date_from"]) for line in crawl(api, limit, sort="-strikes")]
        assert found == expected


def test_most_items_are_those_that_match(api: Api) -> None:
    """Without conditions on tallies all items count; with them those that meet them, and equal lines by date."""
    api.post(
        make_report(
            make_strike(make_tally(9), make_tally(1, category="tank"), strikes=1),
            make_strike(make_tally(5, category="tank"), strikes=2),
            make_strike(make_tally(1, category="tank"), strikes=3, date_from="2017-02-01"),
            make_strike(make_tally(7, effect="damaged"), strikes=4),
        )
    )

    def order(**filters: str) -> list[int]:
        return [line["strikes_min"] for line in api.read("/v1/strikes", sort="-items", **filters)["items"]]

    assert order() == [1, 4, 2, 3]
    assert order(category="tank") == [2, 1, 3]
    assert order(effect="destroyed") == [1, 2, 3]
    assert order(effect="damaged") == [4]


def test_most_items_in_all_are_not_most_that_match(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines with many items, of which few match, come after those with fewer items that all match."""
    monkeypatch.setattr(access_path, "FEW", 1)
    monkeypatch.setattr(access_path, "FEW_BY_SOME_ITEMS", 2)
    of_tanks = {1: (100, 1), 2: (90, 2), 3: (0, 50), 4: (0, 40), 5: (80, 0)}
    api.post(
        make_report(
            *(
                make_strike(make_tally(others), make_tally(tanks, category="tank"), strikes=number)
                for number, (others, tanks) in of_tanks.items()
            )
        )
    )

    for limit in (1, 2, 500):
        found = [line["strikes_min"] for line in crawl(api, limit, sort="-items", category="tank")]
        assert found == [3, 4, 2, 1, 5]


@pytest.mark.parametrize("sort", SORTS)
def test_crawl_under_writes_sees_every_line_once(api: Api, database: Database, sort: str) -> None:
    """While lines are added 20 times a second, a crawl sees every line that was there exactly once."""
    for _ in range(3):
        record.fill(database, reports=40, seed=7)
    before = {line["id"] for line in crawl(api, 500)}
    stop = threading.Event()
    written: list[int] = []

    def write() -> None:
        days = cycle(("2016-12-01", "2017-01-15", "2017-02-28"))
        while not stop.wait(BETWEEN_WRITES):
            number = len(written) % 9
            line = make_strike(make_tally(number), strikes=number or None, date_from=next(days))
            with database.writing() as session:
                written.append(service.create(session, ReportIn.model_validate(make_report(line)), None))

    writer = threading.Thread(target=write)
    writer.start()
    seen: list[str] = []
    try:
        until = time.monotonic() + SECONDS
        cursor: dict[str, str] = {}
        while True:
            page = api.read("/v1/strikes", sort=sort, limit=5, **cursor)
            seen += [line["id"] for line in page["items"]]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
            if time.monotonic() < until:
                time.sleep(SECONDS / (len(before) / 5))  # So that many writes fall between.
    finally:
        stop.set()
        writer.join()

    assert len(written) > 10
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


def test_cursor_is_bound_to_its_order(api: Api) -> None:
    """A cursor of one order is refused by every other, and goes with any choice of fields."""
    api.post(make_report(make_strike(), make_strike(), make_strike(strikes=None)))

    for sort in SORTS:
        cursor = api.read("/v1/strikes", sort=sort, limit=1)["next"]
        assert len(api.read("/v1/strikes", sort=sort, cursor=cursor, fields="id")["items"]) == 2
        for other in set(SORTS) - {sort}:
            response = api.get("/v1/strikes", sort=other, cursor=cursor)
            assert response.status_code == 422
            assert response.json()["errors"][0]["code"] == "bad-cursor"


@pytest.mark.parametrize("sort", ["-strikes", "-items"])
def test_forged_cursor_is_refused(api: Api, sort: str) -> None:
    """A cursor with a position that no line can have is 422, and never a fault of the server."""
    api.post(make_report(make_strike(), make_strike()))
    genuine = api.read("/v1/strikes", sort=sort, limit=1)["next"]
    bound = base64.urlsafe_b64decode(genuine + "=" * (-len(genuine) % 4))[:6]
    positions = (
        b'["1","2017-03-01",1]',
        b'[true,"2017-03-01",1]',
        b'[-1,"2017-03-01",1]',
        b'[2147483648,"2017-03-01",1]',
        b'[1.5,"2017-03-01",1]',
        b'[1,"2017-03-01"]',
        b"[1,null,1]",
        b'[1,"2017-03-01",9223372036854775808]',
        b'[null,"2017-03-01",1,1]',
    )
    for position in positions:
        cursor = base64.urlsafe_b64encode(bound + position).decode()
        assert api.get("/v1/strikes", sort=sort, cursor=cursor).status_code == 422, position
