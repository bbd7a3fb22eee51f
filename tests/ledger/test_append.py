"""The ledger: numbers without gaps, a chain over everything, a clock that only goes forward."""

import hashlib
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Self

import pytest
from sqlalchemy import select

from app.db.engine import Database
from app.ledger import append as append_module
from app.ledger.append import GENESIS, append, chain_hash, content_hash
from app.models import LedgerEntry


def test_each_entry_is_chained_to_the_one_before(database: Database) -> None:
    """Every hash can be worked out again from the entry and the hash before it, from the first one on."""
    with database.writing() as session:
        for number in range(3):
            append(session, "published", {"number": number}, report_id=number, revision=1)

    previous = GENESIS
    with database.reading() as session:
        for entry in session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq)):
            columns = {column.name: getattr(entry, column.name) for column in LedgerEntry.__table__.columns}
            assert columns.pop("hash") == chain_hash(previous, columns)
            previous = entry.hash


def test_same_content_has_the_same_hash_in_any_order() -> None:
    """A content hash does not depend on the order in which names were written."""
    assert content_hash({"a": 1, "b": "é"}, 2) == content_hash({"b": "é", "a": 1}, 2)
    assert content_hash({"a": 1}, 2) != content_hash({"a": 2}, 2)


def test_content_carries_its_version() -> None:
    """The same content has another hash in another version, and the first version is the content alone."""
    assert content_hash({"a": 1}, 1) == hashlib.sha256(b'{"a":1}').hexdigest()
    assert content_hash({"a": 1}, 2) == hashlib.sha256(b'{"a":1,"version":2}').hexdigest()


def test_recorded_at_rises_even_when_the_clock_is_set_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries keep rising times, a microsecond apart, while the machine's clock lies behind the last one."""

    class SlowClock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls(2001, 1, 1, tzinfo=tz)

    monkeypatch.setattr(append_module, "datetime", SlowClock)
    with database.writing() as session:
        for _ in range(2):
            append(session, "published", {}, report_id=1, revision=1)
        times = session.scalars(select(LedgerEntry.recorded_at).order_by(LedgerEntry.seq)).all()

    assert [later - earlier for earlier, later in pairwise(times)] == [timedelta(microseconds=1)] * 2
