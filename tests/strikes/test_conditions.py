"""The conditions of a filter: no field of it is forgotten, in any engine or key."""

from dataclasses import MISSING, fields, replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy.dialects import sqlite

from app.db.engine import Database
from app.strikes import access_path
from app.strikes.conditions import OF_LINES, WITHIN_OTHERS
from app.strikes.filter import OF_TALLIES, Status, StrikeFilter
from app.strikes.ordering import Sort
from app.strikes.sql_conditions import Conditions
from tests.api import Api
from tests.factories import make_report, make_strike

NOTHING = StrikeFilter(as_of=7)

# A value of each field other than the one that asks nothing.
ASKED: dict[str, Any] = {
    "as_of": 3,
    "date_from": date(2017, 1, 1),
    "date_to": date(2017, 2, 1),
    "date_precisions": frozenset({"day"}),
    "location_ids": frozenset({1, 2}),
    "countries": frozenset({"SY"}),
    "owners": frozenset({None, "coalition"}),
    "category_ids": frozenset({3}),
    "effects": frozenset({"damaged"}),
    "min_items": 0,
    "words": ("tank",),
    "signs": "%",
    "publisher_ids": frozenset[int](),
    "report_ids": frozenset({5}),
    "status": Status.ANY,
    "repeats": False,
}
FIELDS = [each.name for each in fields(StrikeFilter)]


def test_each_field_of_a_filter_has_one_condition() -> None:
    """A new field of the filter needs its condition, and a condition its field."""
    assert sorted([*OF_LINES, *OF_TALLIES, *WITHIN_OTHERS]) == sorted(FIELDS)


@pytest.mark.parametrize("name", FIELDS)
def test_each_field_changes_the_statement_or_its_values(name: str) -> None:
    """Two filters that differ in one field never share a statement together with all of its values."""
    asked = replace(NOTHING, **{name: ASKED[name]})

    def key(strikes: StrikeFilter) -> tuple[object, ...]:
        return strikes.shape, tuple(map(str, strikes.values.items()))

    def statement(strikes: StrikeFilter) -> str:
        compiled = Conditions(strikes).of_lines().compile(dialect=sqlite.dialect())
        return f"{compiled} {compiled.params}"

    assert key(asked) != key(NOTHING)
    assert statement(asked) != statement(NOTHING)


def test_only_the_number_has_no_default() -> None:
    """Conditions are left out where a field has its default, so each but the number needs one that asks nothing."""
    assert [each.name for each in fields(StrikeFilter) if each.default is MISSING] == ["as_of"]


def test_null_among_values_is_another_statement(
    database: Database, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A count of lines with an owner is never taken for one of lines without, nor their statements for each other."""
    monkeypatch.setattr(access_path, "FEW", 2)
    api.post(
        make_report(make_strike(owner="coalition"), *(make_strike(strikes=number) for number in range(5)))
    )
    named, unnamed = (replace(NOTHING, as_of=99, owners=frozenset({owner})) for owner in ("coalition", None))
    with database.reading() as session:
        few = [access_path.fewest(session, strikes, Sort.LATEST) for strikes in (named, unnamed)]

    assert [narrowing and narrowing.names for narrowing in few] == [("owners",), None]
    assert named.shape != unnamed.shape
