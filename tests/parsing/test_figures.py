"""The figures on real releases, where the labelled data is at hand."""

import csv
import os
from pathlib import Path

import pytest

from app.parsing import parse_release
from app.parsing.evaluation import report, score

DATA = Path(os.environ.get("STRIKELEDGER_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
needs_data = pytest.mark.skipif(
    not (DATA / "labels").is_dir(),
    reason="no labelled releases: set STRIKELEDGER_TEST_DATA to their folder",
)


@needs_data
def test_labelled_releases() -> None:
    """On labelled releases at least 99 of 100 lines are found, and tallies reach an F1 of 0.98."""
    scores = score(DATA)
    assert scores.total.line_recall >= 0.99, report(scores)
    assert scores.total.f1 >= 0.98, report(scores)


@needs_data
def test_real_lines_leave_nothing_over() -> None:
    """At least 98 of 100 real lines are read without a remark, each gives a line, and every span quotes it."""
    with (DATA / "datasets" / "centcom_strike_lines_dev.csv").open(encoding="utf-8", newline="") as source:
        texts = [row["line"] for row in csv.DictReader(source)]
    clean = 0
    for text in texts:
        release = parse_release(text)
        assert release.lines, text
        clean += not release.remarks
        for line in release.lines:
            assert all(
                text[tally.phrase_start : tally.phrase_end] == tally.as_written for tally in line.tallies
            )
    assert clean >= 0.98 * len(texts)
