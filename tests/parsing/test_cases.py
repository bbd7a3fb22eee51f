"""Small texts of every kind with what is right: nothing that is read is wrong, and nothing is lost in silence."""

import os
from pathlib import Path

import pytest

from tests.parsing.judge import Document, cases, judge

FOLDER = Path(__file__).parent / "cases"
CASES = [case for path in sorted(FOLDER.glob("*.jsonl")) for case in cases(path)]
SHARED = Path(os.environ.get("STRIKELEDGER_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
FIELD = SHARED.parent / "field" / "cases.jsonl"
needs_field = pytest.mark.skipif(not FIELD.is_file(), reason="no field cases beside the test data")


TEXT = "Near Mosul, Iraq, two strikes on May 3 destroyed a boat. The crews released 14 rockets."
TALLY = {"effect": "destroyed", "what": "boat", "category": "boat", "min": 1, "max": 1}
LINE = {
    "country": "IQ",
    "location": "mosul",
    "strikes": [2, 2],
    "date_from": "2016-05-03",
    "tallies": [TALLY],
}


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (LINE, "right"),
        (LINE | {"strikes": [[1, 1], [2, 2]], "location": ["raqqa", "mosul"]}, "right"),
        (LINE | {"tallies": [TALLY, TALLY | {"what": "rockets", "min": 14, "max": 14}]}, "acceptable"),
        (LINE | {"tallies": [TALLY, TALLY | {"what": "barge"}]}, "silent"),
        (LINE | {"tallies": [TALLY, TALLY | {"what": "barge", "optional": True}]}, "right"),
        (LINE | {"tallies": [TALLY | {"max": None}]}, "wrong"),
        (LINE | {"tallies": [TALLY | {"effect": "damaged"}]}, "wrong"),
        (LINE | {"tallies": []}, "wrong"),
        (LINE | {"country": "SY"}, "wrong"),
        (LINE | {"strikes": [3, 3]}, "wrong"),
        (LINE | {"date_from": None}, "wrong"),
    ],
)
def test_judge_tells_what_is_wrong_from_what_is_left_out(line: Document, word: str) -> None:
    """A line that states something else is wrong; what it leaves out is acceptable only under a remark."""
    case = {"text": TEXT, "published_on": "2016-05-05", "right": {"lines": [line]}}
    assert judge(case).word == word


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_nothing_is_wrong_or_silent(case: Document) -> None:
    """The draft states nothing that the text does not, and remarks what it leaves out."""
    verdict = judge(case)
    assert verdict.word in {"right", "acceptable"}, f"{case['kind']}\n{case['text']}\n{verdict}"


def test_most_cases_are_right() -> None:
    """At least 80 of 100 cases are read whole."""
    verdicts = {case["id"]: judge(case).word for case in CASES}
    left = [name for name, word in verdicts.items() if word != "right"]
    assert len(left) <= 0.2 * len(verdicts), left


@needs_field
def test_field_cases_are_not_wrong_or_silent() -> None:
    """The cases that users sent are judged alike, and at least 80 of 100 are right."""
    verdicts = {case["id"]: judge(case) for case in cases(FIELD)}
    bad = {name: verdict for name, verdict in verdicts.items() if verdict.word in {"wrong", "silent"}}
    assert bad == {}
    assert sum(verdict.word == "right" for verdict in verdicts.values()) >= 0.8 * len(verdicts)
