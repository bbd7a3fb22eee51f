"""Bodies of allowed size with more mistakes than anybody reads: bounded, counted, and refused as planned."""

import json
import re
from typing import Any

import pytest

from app.http.bodies import LONG_JSON, LONGEST_JSON, MOST_VALUES
from app.http.validation import LONGEST_SHOWN, MOST_FAULTS
from app.record.report_in import MOST_LINES, MOST_TALLIES
from tests.api import Api
from tests.factories import Body, make_report, make_strike, make_tally


def refused(api: Api, body: object, path: str = "/v1/reports") -> Any:  # noqa: ANN401 - a JSON body
    """Post a body of allowed size that must be refused, and return the problem."""
    sent = json.dumps(body, separators=(",", ":"))
    assert len(sent) <= LONGEST_JSON
    headers = {"Authorization": f"Bearer {api.key}", "Content-Type": "application/json"}
    response = api.request("POST", path, content=sent, headers=headers)
    assert response.status_code == 422, response.text
    assert len(response.content) < LONG_JSON
    return response.json()


def unknown(number: int) -> Body:
    """Make an object of so many unknown names."""
    return {f"x{name}": 1 for name in range(number)}


@pytest.mark.parametrize("path", ["/v1/reports", "/v1/parse"])
def test_unknown_names_are_counted(api: Api, path: str) -> None:
    """Of tens of thousands of unknown names the first are named, and the response has the number of all."""
    problem = refused(api, unknown(80_000), path)

    assert re.fullmatch(r".*; and 7999[0-9] more|.*; and 8000[0-9] more", problem["detail"])
    assert len(problem["errors"]) == MOST_FAULTS


@pytest.mark.parametrize(
    "body",
    [
        [1] * (MOST_VALUES + 1),
        make_report() | {"strikes": [unknown(100)] * 1_001},
        [[[]] * 1_000] * 101,
    ],
    ids=["items", "names", "lists in lists"],
)
def test_too_many_values_are_refused_before_they_are_validated(api: Api, body: object) -> None:
    """More names and items than the longest report has are refused with the bound, as the one fault."""
    [fault] = refused(api, body)["errors"]

    assert (fault["code"], f"{MOST_VALUES:,}" in fault["detail"]) == ("too-many-values", True)


def test_all_faults_are_counted_and_the_first_are_named(api: Api) -> None:
    """Of thousands of wrong items and names the first are named in their order, and the response has their number."""
    line = make_strike(wrong=1) | {"tallies": [make_tally(1), 1]}
    problem = refused(api, make_report(*[line] * 1_000, number=7, titel="x"))

    assert problem["detail"].endswith(f"; and {2 * 1_000 + 2 - 3} more")
    assert [error["pointer"] for error in problem["errors"]][:4] == [
        "/number",
        "/strikes/0/tallies/1",
        "/strikes/0/wrong",
        "/strikes/1/tallies/1",
    ]
    assert len(problem["errors"]) == MOST_FAULTS


def test_last_fault_of_a_body_is_found(api: Api) -> None:
    """A body with one slip in its last tally is answered with that place, and a slip in a name with the right one."""
    lines = [make_strike(*[make_tally(1)] * 10)] * 300
    wrong = make_strike(*[make_tally(1)] * 9, make_tally(1) | {"efect": "destroyed"})
    [fault] = refused(api, make_report(*lines, wrong))["errors"]

    assert fault["pointer"] == "/strikes/300/tallies/9/efect"
    assert "did you mean 'effect'?" in fault["detail"]


def test_lists_that_are_too_long_are_refused_as_one(api: Api) -> None:
    """A list of too many items is one fault, whatever its items are."""
    [lines] = refused(api, make_report() | {"strikes": [1] * (MOST_LINES + 1)})["errors"]
    [tallies] = refused(api, make_report(make_strike() | {"tallies": [1] * (MOST_TALLIES + 1)}))["errors"]

    assert (lines["pointer"], lines["code"]) == ("/strikes", "too-long")
    assert (tallies["pointer"], tallies["code"]) == ("/strikes/0/tallies", "too-long")


def test_long_names_are_cut_in_the_answer(api: Api) -> None:
    """An unknown name of half a megabyte is not repeated in the response."""
    [fault] = refused(api, make_report() | {"strikes" * 70_000: 1})["errors"]

    assert len(fault["pointer"]) == LONGEST_SHOWN + 2


def test_marks_of_a_text_are_no_names(api: Api) -> None:
    """Commas, brackets and quotes within a text are counted as neither names nor items."""
    api.post(make_report(make_strike(), text='[,{\\"' * 30_000))
