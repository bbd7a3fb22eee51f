"""Statements that are written once find what others find, and short looks wait for nobody."""

import gc
import tracemalloc
from datetime import date
from operator import attrgetter

import pytest
from cachetools import FIFOCache
from sqlalchemy import Date, bindparam, insert, select, text

from app.db import statements
from app.db.engine import Database, WouldBlock
from app.db.statements import NumberedInsert, Prepared
from app.models import Publisher, Report, Strike
from tests import record

OF_DAYS = Prepared(
    select(Strike.id)
    .where(
        Strike.date_from >= bindparam("first", type_=Date()),
        Strike.country.in_(bindparam("countries", expanding=True)),
    )
    .order_by(Strike.id)
    .limit(20)
)
# Counts for far longer than any test waits.
ENDLESS = Prepared(
    select(
        text(
            "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) "
            "SELECT count(*) FROM n)"
        )
    )
)


def test_texts_of_any_length_stay_within_their_bytes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists of ever other lengths, each of which makes another text, take no more memory than all texts may."""
    most = 300_000
    monkeypatch.setattr(statements, "_CACHE", FIFOCache(most, attrgetter("size")))
    lists = Prepared(select(Strike.id).where(Strike.id.in_(bindparam("ids", expanding=True))))
    dialect = database.engine.dialect
    lists.bound(dialect, {"ids": [1]})
    gc.collect()
    tracemalloc.start()
    try:
        for length in range(1, 100):
            lists.bound(dialect, {"ids": list(range(length))})
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < most


@pytest.mark.parametrize("countries", [["SY"], ["IQ", "SY"], ["IQ"]])
def test_values_are_taken_by_name(database: Database, countries: list[str]) -> None:
    """Days, lists of any length and constants come out as in a statement of their own."""
    record.fill(database)
    for first in (date(2016, 12, 1), date(2017, 1, 15)):
        with database.reading() as session:
            found = session.rows(OF_DAYS, {"countries": countries, "first": first})
            own = select(Strike.id).where(Strike.date_from >= first, Strike.country.in_(countries))
            assert [row[0] for row in found] == list(session.scalars(own.order_by(Strike.id).limit(20)))
        assert found


def test_rows_are_put_in_by_the_names_of_their_columns(database: Database) -> None:
    """Whichever columns are named, in whatever order; and the numbers that the database gives come back in order."""
    new = NumberedInsert(Report)
    with database.writing() as session:
        publisher_id = session.scalars(select(Publisher.id).limit(1)).one()
        numbers = [f"n{index}" for index in range(3)]
        ids = session.numbered(new, [{"number": each, "publisher_id": publisher_id} for each in numbers])
        assert session.numbered(new, []) == []
        session.put(
            Prepared(insert(Report)), [{"publisher_id": publisher_id}, {"publisher_id": publisher_id}]
        )
        found = session.execute(select(Report.id, Report.number).order_by(Report.id)).all()
    assert [tuple(row) for row in found[:3]] == list(zip(ids, numbers, strict=True))
    assert [row.number for row in found[3:]] == [None, None]


def test_numbers_are_never_given_twice(database: Database) -> None:
    """One row or many: each number is higher than those before it."""
    new = NumberedInsert(Report)
    with database.writing() as session:
        row = {"publisher_id": session.scalars(select(Publisher.id).limit(1)).one()}
        given = session.numbered(new, [row, row, row]) + session.numbered(new, [row])
        given += session.numbered(new, [row, row]) + session.numbered(new, [row])
    assert len(set(given)) == len(given) == 7
    assert given == sorted(given)


def test_short_looks_are_for_a_file(database: Database) -> None:
    """SQLite is read at once, and the same is found; PostgreSQL is not, since a network is waited for."""
    record.fill(database)
    values = {"countries": ["SY"], "first": date(2016, 12, 1)}
    with database.reading() as session:
        expected = [tuple(row) for row in session.rows(OF_DAYS, values)]
    if not database.is_sqlite:
        with pytest.raises(WouldBlock), database.at_once(1):
            pass
        return
    with database.at_once(1) as glance:
        assert glance.rows(OF_DAYS, values) == expected


def test_look_that_is_not_short_is_given_up(database: Database) -> None:
    """What takes longer is left to be read the usual way, and the next look is as good as new."""
    with pytest.raises(WouldBlock), database.at_once(0.01) as glance:
        glance.rows(ENDLESS, {})
    if database.is_sqlite:
        with database.at_once(1) as glance:
            assert glance.rows(Prepared(select(text("1"))), {}) == [(1,)]
