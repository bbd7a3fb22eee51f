"""The scorer, on releases made for it."""

import json
from pathlib import Path

import pytest

from app.parsing.evaluation import report, score

TEXT = (
    "May 4, 2016\nSyria\n- Near Vero, two strikes destroyed three huts, a boat and barge.\n"
    "- Near Orta, one strike hit at least four sheds."
)


def write(folder: Path, entries: list[dict[str, object]]) -> Path:
    """Lay out one labelled release."""
    (folder / "releases").mkdir()
    (folder / "labels").mkdir()
    (folder / "releases" / "one.txt").write_text(TEXT, encoding="utf-8")
    label = {"release_date": "2016-05-04", "strikes_date": None, "entries": entries}
    (folder / "labels" / "one.json").write_text(json.dumps(label), encoding="utf-8")
    return folder


def vero(**changes: object) -> dict[str, object]:
    """Label the first line as it should be, with changes."""
    tallies = [
        {"effect": "destroyed", "category": "hut", "count": 3},
        {"effect": "destroyed", "category": "boat", "count": 1},
        {"effect": "destroyed", "category": "barge", "count": None, "also_accept_count": [1]},
    ]
    return {"country": "Syria", "location": "Vero", "strikes": 2, "tallies": tallies} | changes


def orta(**changes: object) -> dict[str, object]:
    """Label the second line as it should be, with changes."""
    tallies = [{"effect": "hit", "category": "shed", "count": None, "count_min": 4}]
    return {"country": "Syria", "location": "Orta", "strikes": 1, "tallies": tallies} | changes


def test_all_right(tmp_path: Path) -> None:
    """Labels that agree with the text give full figures and no fault."""
    total = score(write(tmp_path, [vero(), orta()])).total
    assert (total.line_recall, total.precision, total.recall, total.f1) == (1, 1, 1, 1)


@pytest.mark.parametrize("change", [{"country": "Iraq"}, {"location": "Bela"}, {"strikes": 3}])
def test_a_line_must_agree_in_all_three(tmp_path: Path, change: dict[str, object]) -> None:
    """A line with another country, place or number of strikes is not found, and its tallies are surplus."""
    scores = score(write(tmp_path, [vero(**change), orta()]))
    assert scores.total.line_recall == 0.5
    assert (scores.total.tallies, scores.total.tallies_found, scores.total.tallies_read) == (4, 1, 4)
    assert len(scores.releases[0].faults) == 2


def test_an_optional_tally_counts_neither_way(tmp_path: Path) -> None:
    """An optional label is not missed when absent, and what it matches is not surplus."""
    absent = {"effect": "hit", "category": "boat", "count": 1, "optional": True}
    present = {"effect": "hit", "category": "shed", "count": None, "count_min": 4, "optional": True}
    total = score(write(tmp_path, [vero(), orta(tallies=[absent, present])])).total
    assert (total.tallies, total.tallies_found, total.tallies_read, total.f1) == (3, 3, 3, 1)


def test_the_report_names_what_is_wrong(tmp_path: Path) -> None:
    """The table has a row for each release, its faults and the two figures that matter last."""
    rows = report(score(write(tmp_path, [vero(), orta(tallies=[])])))
    assert rows[-1] == "line recall 1.0000, tally F1 0.8571"
    assert any(row.startswith("    Orta: extra: hit") for row in rows)
