"""An import that is killed: tests/faults kills more of them."""

import sys
from pathlib import Path

import pytest

from tests.faults.imports import REPORTS, outcomes_of_kills, rerun


@pytest.mark.skipif(sys.platform != "linux", reason="processes are counted in /proc")
def test_a_killed_import_leaves_all_or_nothing(tmp_path: Path) -> None:
    """Killed at a random moment, an import leaves all or nothing and no process; the next one completes it."""
    assert set(outcomes_of_kills(tmp_path, 1)) <= {0, REPORTS}
    again, third = rerun(tmp_path)
    assert (again["created"], third["unchanged"]) == (REPORTS, REPORTS)
