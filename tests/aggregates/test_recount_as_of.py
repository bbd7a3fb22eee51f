"""Aggregates equal a recount over /v1/strikes with the same filter, as of any number of a record with a past."""

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.db.engine import Database
from tests import record
from tests.aggregates.test_recount import MEASURES, asked_categories, questions
from tests.aggregates.test_segments import counted
from tests.api import Api
from tests.catalogue.keeper import Keeper, accepted
from tests.factories import Body
from tests.recount import UNITS, crawl, recount
from tests.reports.test_corrections import put, retract

WRITES = 60

# Without the days between strikes and their publication, which lines do not tell.
COUNTED = tuple(name for name in MEASURES if not name.startswith("lag"))

# As the product counts, and with so few lines in a segment that what is corrected lies in many.
WAYS: tuple[dict[str, int], ...] = ({}, {"LINES_IN_SEGMENT": 7, "LINES_AT_A_TIME": 1})


def live(api: Api, keeper: Keeper) -> None:
    """Post reports that repeat lines of others, correct and retract them, and change the vocabulary between."""
    source = random.Random(11)  # noqa: S311 - test data, not secrets
    reports: list[Body] = []
    for number in range(WRITES):
        match source.choices(("post", "correct", "retract"), (6, 3, 1))[0] if len(reports) > 2 else "post":
            case "post":
                reports.append(api.post(drawn(source, reports)))
            case "correct":
                old = reports.pop(source.randrange(len(reports)))
                body = drawn(source, reports) | {"publisher": old["publisher"], "reason": f"Write {number}."}
                reports.append(accepted(put(api, old, body), 200))
            case "retract":
                accepted(retract(api, reports.pop(source.randrange(len(reports)))), 200)
        if number == WRITES // 3:
            keeper.merge("locations", "palmyra", "raqqa")
            keeper.merge("categories", "tactical-vehicle", "mortar-system")
        if number == WRITES // 2:
            keeper.change("categories", "tank", parent=None, family="ied")


def drawn(source: random.Random, others: list[Body]) -> Body:
    """Draw a report; now and then a line of it repeats a standing line of one of the others."""
    lines = [line["id"] for each in others for line in each["strikes"]]
    body = record.random_report(source)
    for strike in body["strikes"]:
        if lines and source.random() < 0.4:
            strike["same_as"] = source.choice(lines)
    return body


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_aggregates_equal_a_recount_as_of_any_number(
    api: Api, database: Database, way: dict[str, int]
) -> None:
    """Whatever repeats, was corrected, withdrawn or renamed: lines and counts agree as of each number, permanently."""
    live(api, Keeper(api, database))
    last = api.read("/v1/ledger")["seq"]
    past = st.fixed_dictionaries(
        {"as_of": st.integers(1, last)}, optional={"duplicates": st.sampled_from(["include", "collapse"])}
    )

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(questions(), past)
    def holds(question: tuple[dict[str, Any], list[str]], when: dict[str, Any]) -> None:
        filters, group_by = question
        asked = filters | when
        answer = api.read("/v1/aggregates", group_by=",".join(group_by), fill="none", limit=10_000, **asked)
        lines = crawl(api, **asked)
        categories = asked_categories(api, filters, as_of=when["as_of"])
        effects = set(filters["effect"]) if "effect" in filters else None
        names = ["period" if name in UNITS else name for name in group_by]

        def told(measures: dict[str, Any]) -> list[Any]:
            return [measures[name] for name in COUNTED]

        expected = recount(lines, group_by, categories=categories, effects=effects)
        [whole] = recount(lines, [], categories=categories, effects=effects).values() or [NOTHING]
        assert told(answer["totals"]) == told(whole)
        assert {tuple(row[name] for name in names): told(row) for row in answer["rows"]} == {
            key: told(measures) for key, measures in (expected if group_by else {(): whole}).items()
        }

    with counted(way):
        holds()


NOTHING = dict.fromkeys(COUNTED, 0) | dict.fromkeys(("strikes_min", "strikes_max", "engagements"))
