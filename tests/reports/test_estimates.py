"""Estimates: a tally that is approximate bears its mark wherever its count is shown, and is sealed with it."""

import csv
import io
import json
from typing import Any

import pytest
from sqlalchemy import select

from app.db.engine import Database
from app.models import StrikeDocument
from app.strikes.schemas import StrikeOut
from tests.api import Api
from tests.factories import make_report, make_strike, make_tally
from tests.reports.test_corrections import put

ABOUT_40 = make_tally(40, approximate=True, as_written="approximately 40 vehicles")
EXACT = make_tally(2, category="tank")


def marks(line: dict[str, Any]) -> list[bool]:
    """Return whether each tally of a line is approximate."""
    return [tally["approximate"] for tally in line["tallies"]]


def test_estimate_is_marked_wherever_it_is_shown(api: Api) -> None:
    """The report, the line, lists and exports bear the mark; what is not marked when it is posted is none."""
    report = api.post(make_report(make_strike(ABOUT_40, EXACT)))
    (line,) = report["strikes"]
    StrikeOut.model_validate(line)

    assert marks(line) == [True, False]
    assert (line["tallies"][0]["count_min"], line["tallies"][0]["count_max"]) == (40, 40)
    assert marks(api.read(f"/v1/strikes/{line['id']}")) == [True, False]
    assert marks(api.read("/v1/strikes")["items"][0]) == [True, False]
    assert marks(json.loads(api.get("/v1/export").text)["strikes"][0]) == [True, False]
    rows = csv.DictReader(io.StringIO(api.get("/v1/strikes", format="csv", shape="long").text))
    assert [row["approximate"] for row in rows] == ["true", "false"]


def test_estimate_without_a_category_is_marked(api: Api) -> None:
    """Wording that awaits review can be an estimate too."""
    tally = make_tally(9, category=None, as_written="some nine huts", approximate=True)
    (line,) = api.post(make_report(make_strike(tally)))["strikes"]

    assert (line["tallies"][0]["category"], marks(line)) == (None, [True])


def test_mark_alone_makes_another_line(api: Api) -> None:
    """A correction that only marks an estimate is a new line, and the comparison of revisions says so."""
    first = api.post(make_report(make_strike(make_tally(40, as_written="approximately 40 vehicles"))))
    body = make_report(make_strike(ABOUT_40)) | {"reason": "It was an estimate."}
    second = put(api, first, body).json()

    assert second["strikes"][0]["id"] != first["strikes"][0]["id"]
    summary = api.read(f"/v1/reports/{first['id']}/revisions/2/diff")["summary"]
    assert summary[1].endswith("1 strikes; destroyed about 40 vehicle")


def test_stored_json_of_a_plain_count_is_as_before(api: Api, database: Database) -> None:
    """A tally that is no estimate is stored as before there were any, so older lines are shown as new ones."""
    api.post(make_report(make_strike(EXACT)))
    with database.reading() as session:
        template = session.scalars(select(StrikeDocument.template)).one()

    assert "approximate" not in template
    assert marks(api.read("/v1/strikes")["items"][0]) == [False]


@pytest.mark.parametrize("mark", ["yes", 1, 0, "false", None])
def test_mark_is_true_or_false(api: Api, mark: object) -> None:
    """Nothing else is taken for a mark."""
    response = api.try_posting(make_report(make_strike(make_tally(40, approximate=mark))))
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/strikes/0/tallies/0/approximate"
